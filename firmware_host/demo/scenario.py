"""The demo's quarter of an hour: who calls when, what they do, and what must be on record afterwards.

Everybody here acts through the line only; what they expect is compared with records that were made
from what the appliance decoded.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from drivers import CallerNumber
from firmware_host.oam import CallRecord
from firmware_host.town import (
    CallNumber,
    HangUp,
    Play,
    Press,
    Script,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForSilence,
    WaitForSpeech,
    agent_at_desk,
)

__all__ = ["Caller", "Scenario", "build_scenario"]

MAIN_NUMBER, ROMANIAN_NUMBER = "5550100", "5550200"
DURATION_S = 900.0
AGENTS = (("desk-1", "1001", "4711"), ("desk-2", "1002", "4712"), ("desk-3", "1003", "4713"))

# Numbers reserved for fiction, or out of service, in their countries' plans.
ORDINARY = (
    ("12125550142", "NEW YORK"),
    ("442079460123", "LONDON"),
    ("33199001234", "PARIS"),
    ("493023125042", "BERLIN"),
    ("61255501234", "SYDNEY"),
    ("390655501234", "ROMA"),
    ("34911230042", "MADRID"),
    ("12125550143", "BOSTON"),
    ("442079460124", "LEEDS"),
    ("33199001235", "LYON"),
    ("493023125043", "HAMBURG"),
    ("61255501235", "PERTH"),
    ("390655501235", "MILANO"),
    ("34911230043", "SEVILLA"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who calls, and what the record must say of it."""

    name: str
    at_s: float
    identity: CallerNumber
    script: Callable[[], Script]
    expected: dict[str, object]
    "Fields of the `CallRecord`; a tuple means: one of these."

    def mistakes(self, records: list[CallRecord]) -> Iterator[str]:
        """What the records say otherwise."""
        mine = [record for record in records if self._is_mine(record)]
        if len(mine) != 1:
            yield f"{self.name}: {len(mine)} records instead of one"
            return
        for field, wanted in self.expected.items():
            got = getattr(mine[0], field)
            allowed = wanted if isinstance(wanted, tuple) else (wanted,)
            if got not in allowed:
                yield f"{self.name}: {field} is {got!r} instead of {wanted!r}"

    def _is_mine(self, record: CallRecord) -> bool:
        if self.identity.number is not None:
            return record.number == self.identity.number
        return record.number is None and record.number_absence == self.identity.absence


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everybody who takes part."""

    callers: tuple[Caller, ...]
    agents: tuple[tuple[str, Script], ...]

    def mistakes(self, records: list[CallRecord]) -> list[str]:
        """Where the records differ from what was done on the lines; empty when all is well."""
        found = [text for caller in self.callers for text in caller.mistakes(records)]
        if len(records) != len(self.callers):
            found.append(f"{len(records)} calls on record, {len(self.callers)} were made")
        if not any(record.missed_offers and record.agent for record in records):
            found.append("nobody missed a ring and was served all the same")
        return found


Voices = Callable[[str], NDArray[np.int16]]
"""Speech for a text; the same samples each time."""


def build_scenario(
    seed: int,
    voices: Voices,
    *,
    caller_number: str | None = None,
    caller_audio: NDArray[np.int16] | None = None,
) -> Scenario:
    """The cast for this seed. ``caller_number`` and ``caller_audio`` change one ordinary caller."""
    chance = random.Random(seed)
    callers = [*_ordinary_callers(chance, voices, caller_number, caller_audio)]
    callers += _special_callers(chance, voices)
    agents = tuple(
        (
            desk,
            agent_at_desk(
                random.Random(chance.random()),
                f"*11{number}#{pin}#",
                voices(f"Switchroom, {_GREETINGS[number]}. How may I help you?"),
                rings_missed=missed,
            ),
        )
        for (desk, number, pin), missed in zip(AGENTS, (0, 0, 1), strict=True)
    )
    return Scenario(tuple(sorted(callers, key=lambda caller: caller.at_s)), agents)


def _ordinary_callers(
    chance: random.Random,
    voices: Voices,
    number: str | None,
    audio: NDArray[np.int16] | None,
) -> Iterator[Caller]:
    spoken = voices("Hello. I would like to know more about your offer, please.")
    for index, (digits, name) in enumerate(ORDINARY):
        at_s = 40.0 + index * 50.0 + chance.uniform(0, 45)
        key = chance.choice("12")
        samples = spoken
        if index == 0:
            name = "YOUR CALLER" if number is not None or audio is not None else name
            digits = number or digits
            samples = spoken if audio is None else audio
        patience = (chance.uniform(0.3, 1.5), chance.uniform(2, 14))
        yield Caller(
            name,
            at_s,
            CallerNumber(number=digits, name=name),
            partial(_talks, key, samples, *patience),
            {**_served(key), "keys": key, "name": (name, None), "wrong_keys": ""},
        )


def _special_callers(chance: random.Random, voices: Voices) -> list[Caller]:
    asks = voices("I have a question about my invoice.")
    romanian = voices("ro:Bună ziua, am o întrebare despre factura mea.")
    at_s = [base + chance.uniform(0, 25) for base in (70, 160, 250, 340, 430, 520)]
    reaction_s = chance.uniform(0.3, 1.0)
    return [
        Caller(
            "impatient",
            at_s[0],
            CallerNumber(number="33199005678", name="IMPATIENT"),
            partial(_gives_up_in_queue, "1", reaction_s, 4.0),
            {
                "queue": "sales",
                "agent": None,
                "cause": "caller hung up",
                "stage": ("queued", "offering"),
            },
        ),
        Caller(
            "wrong key",
            at_s[1],
            CallerNumber(number="493023125999", name="WRONG KEY"),
            partial(_wrong_key_first, "9", "1", asks, reaction_s),
            {**_served("1"), "wrong_keys": "9", "keys": "1"},
        ),
        Caller(
            "blocked caller ID",
            at_s[2],
            CallerNumber(absence="private"),
            partial(_talks, "2", asks, reaction_s, 6.0),
            {**_served("2"), "number": None, "number_absence": "private"},
        ),
        Caller(
            "silent",
            at_s[3],
            CallerNumber(number="12125550177", name="SILENT"),
            _says_nothing,
            {"cause": "no valid key pressed", "queue": None, "keys": "", "agent": None},
        ),
        Caller(
            "Romanian",
            at_s[4],
            CallerNumber(number="40213456789", name="BUCURESTI"),
            partial(_talks, "2", romanian, reaction_s, 5.0, number=ROMANIAN_NUMBER),
            {**_served("2"), "line": "line-6", "called": ROMANIAN_NUMBER},
        ),
        Caller(
            "two at once",
            at_s[4] + 3.0,
            CallerNumber(number="442079460999", name="TWO AT ONCE"),
            partial(_talks, "2", asks, reaction_s, 8.0),
            _served("2"),
        ),
        Caller(
            "after hours",
            850.0 + chance.uniform(0, 10),
            CallerNumber(number="390655509876", name="AFTER HOURS"),
            _listens_to_the_end,
            {"cause": "outside opening hours", "queue": None, "agent": None, "keys": ""},
        ),
    ]


def _served(key: str) -> dict[str, object]:
    queue, agents = {"1": ("sales", ("1001", "1002")), "2": ("support", ("1002", "1003"))}[key]
    return {
        "queue": queue,
        "agent": agents,
        "stage": "talking",
        "cause": ("caller hung up", "agent hung up"),
    }


# ---------------------------------------------------------------- scripts of callers


def _talks(
    key: str,
    samples: NDArray[np.int16],
    reaction_s: float,
    stays_s: float,
    number: str = MAIN_NUMBER,
) -> Script:
    """Chooses, waits for a voice after the music, talks, and says good-bye first or last."""
    yield CallNumber(number)
    if not (yield WaitForAnswer(30)):
        return
    yield WaitForSpeech(10)
    yield Wait(reaction_s)
    yield Press(key)
    # Music is heard while waiting; a person who answers first lifts (a gap), then speaks.
    yield Wait(3)
    yield WaitForSilence(0.5, 240)
    yield WaitForSpeech(30)
    yield WaitForSilence(0.6, 30)
    yield Play(samples)
    yield Wait(stays_s)
    yield Play(samples)
    yield WaitForHangUp(stays_s)
    yield HangUp()


def _gives_up_in_queue(key: str, reaction_s: float, patience_s: float) -> Script:
    yield CallNumber(MAIN_NUMBER)
    if not (yield WaitForAnswer(30)):
        return
    yield WaitForSpeech(10)
    yield Wait(reaction_s)
    yield Press(key)
    yield Wait(patience_s)
    yield HangUp()


def _wrong_key_first(
    wrong: str, right: str, samples: NDArray[np.int16], reaction_s: float
) -> Script:
    yield CallNumber(MAIN_NUMBER)
    if not (yield WaitForAnswer(30)):
        return
    yield WaitForSpeech(10)
    yield Wait(reaction_s)
    yield Press(wrong)
    yield Wait(4)
    yield Press(right)
    yield Wait(3)
    yield WaitForSilence(0.5, 240)
    yield WaitForSpeech(30)
    yield WaitForSilence(0.6, 30)
    yield Play(samples)
    yield WaitForHangUp(8)
    yield HangUp()


def _says_nothing() -> Script:
    yield CallNumber(MAIN_NUMBER)
    if (yield WaitForAnswer(30)):
        yield WaitForHangUp(120)
        yield HangUp()


def _listens_to_the_end() -> Script:
    yield CallNumber(MAIN_NUMBER)
    if (yield WaitForAnswer(30)):
        yield WaitForHangUp(60)
        yield HangUp()


_GREETINGS = {"1001": "sales", "1002": "sales and support", "1003": "support"}
