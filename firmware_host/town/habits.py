"""Ready-made scripts: how people at the far end usually behave."""

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers import ClearCause
from firmware_host.town.script import (
    CallNumber,
    FarEndGone,
    HangUp,
    Lift,
    Play,
    Press,
    Script,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForRing,
    WaitForSilence,
    WaitForSpeech,
    WaitForTone,
)

__all__ = ["agent_at_desk", "called_subscriber", "caller_from_command"]

_LOG_IN_TRIES = 5


def agent_at_desk(
    chance: random.Random,
    log_in_keys: str,
    greeting: NDArray[np.int16],
    *,
    rings_missed: int = 0,
    talks_s: tuple[float, float] = (18.0, 40.0),
) -> Script:
    """Logs in by star code, then takes calls; lets the first ``rings_missed`` rings ring out."""
    yield Wait(chance.uniform(1, 4))
    for _ in range(_LOG_IN_TRIES):
        yield Lift()
        logged_in = False
        try:
            if (yield WaitForTone("dial", 5)):
                yield Press(log_in_keys)
                yield Wait(2.0)
                logged_in = True
        except FarEndGone:
            pass  # the appliance went away under our fingers: once more
        yield HangUp()
        if logged_in:
            break
        yield Wait(3.0)
    for _ in range(rings_missed):
        yield WaitForRing(3600)
        yield Wait(14.0)
    while True:
        if not (yield WaitForRing(3600)):
            continue
        yield Wait(chance.uniform(0.5, 3.0))
        yield Lift()
        try:
            yield Wait(1.2)  # a breath: the caller hears that the music has stopped
            yield Play(greeting)
            yield WaitForHangUp(chance.uniform(*talks_s))
        except FarEndGone:
            yield Wait(0.5)
        yield HangUp()


def caller_from_command(
    called: str,
    keys: str,
    speech: NDArray[np.int16] | None,
    stay_s: float,
    outcome: dict[str, Any],
    *,
    to_machine: bool = False,
) -> Script:
    """`switchroom dial`: calls, presses keys after prompts, speaks to whoever answers, stays.

    ``keys``: those that are pressed after one prompt in one go; a comma waits for the next prompt.
    ``to_machine``: there is nobody who says a word first; to speak is when a tone has ended.
    """
    outcome["ended_by"] = "nobody answered"
    if not (yield CallNumber(called)):
        outcome["ended_by"] = "all lines busy"
        return
    if not (yield WaitForAnswer(60)):
        yield HangUp()
        return
    outcome["answered"] = True
    outcome["ended_by"] = "appliance"
    for group in keys.split(",") if keys else ():
        yield WaitForSpeech(15)
        yield Wait(0.5)
        if group:
            yield Press(group)
        outcome["pressed"] += group
        yield Wait(2.0)
    if speech is not None:
        # Music means waiting; whoever answers lifts, which is a gap in it, and then speaks.
        yield WaitForSilence(1.0 if to_machine else 0.5, 600)
        if not to_machine:
            yield WaitForSpeech(30)
            yield WaitForSilence(0.6, 30)
        yield Play(speech)
        outcome["spoke"] = True
    if not (yield WaitForHangUp(stay_s)):
        outcome["ended_by"] = "caller"
    yield HangUp()


def called_subscriber(number: str, greeting: NDArray[np.int16]) -> Script | ClearCause | None:
    """Whoever is called by the appliance; the last digit of the number tells how it goes.

    7: busy; 8: it rings and nobody lifts; 9: nobody has that number; any other: somebody lifts and speaks.
    """
    match number[-1:]:
        case "7":
            return ClearCause.BUSY
        case "8":
            return _lets_it_ring()
        case "9":
            return None
        case _:
            return _lifts_and_speaks(greeting)


def _lets_it_ring() -> Script:
    yield WaitForHangUp(600)


def _lifts_and_speaks(greeting: NDArray[np.int16]) -> Script:
    yield Wait(5.0)
    yield Lift()
    try:
        yield Wait(1.0)
        yield Play(greeting)
        yield WaitForHangUp(3600)
    except FarEndGone:
        pass
    yield HangUp()
