"""Someone at the far end: runs a script against a line, with ears and mouth in the town's plane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from drivers import CallerNumber
from firmware_host.town.script import (
    CallNumber,
    FarEndGone,
    Flash,
    HangUp,
    Lift,
    Play,
    Press,
    Script,
    Step,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForRing,
    WaitForSilence,
    WaitForSpeech,
    WaitForTone,
)

__all__ = ["Mouth", "Person"]


class Mouth(Protocol):
    """What a person can do to the line at hand."""

    def call(self, person: "Person", number: str) -> bool:
        """Call a number; False when no line is free."""

    def press(self, person: "Person", keys: str) -> int:
        """Press keys; the id that `Person.finished` gets when the last tone is out."""

    def play(self, person: "Person", step: Play) -> int:
        """Speak; the id that `Person.finished` gets at the end."""

    def lift(self, person: "Person") -> None:
        """Lift the handset."""

    def flash(self, person: "Person") -> None:
        """Tap the hook switch."""

    def hang_up(self, person: "Person") -> None:
        """Put the handset down."""


@dataclass(slots=True)
class _Ears:
    sound: bool = False
    sound_changed_at: float = 0.0
    tone: str | None = None
    ringing: bool = False
    answered: bool = False
    in_call: bool = False
    far_end_gone: bool = False
    finished_id: int = 0


class Person:
    """One script on its way.

    Runs in: the town's step.
    """

    def __init__(
        self,
        name: str,
        script: Script,
        mouth: Mouth,
        *,
        identity: CallerNumber | None = None,
        at_handset: bool = False,
        told: Callable[[float, str, str], None] | None = None,
    ) -> None:
        self.name = name
        self.identity = identity or CallerNumber()
        self.slot: int | None = None
        self.seen_caller: CallerNumber | None = None
        "What the handset's display showed last."
        self.done = False
        # At a handset that was rung, dial tone says that the call is gone; a caller may hear its two
        # frequencies in any music.
        self._tones_of_the_end = ("busy", "dial") if at_handset else ("busy",)
        self.wakes_at = 0.0
        "`run` has nothing to do before, unless something reaches the person."
        self._script = script
        self._mouth = mouth
        self._told = told
        self._ears = _Ears()
        self._step: Step | None = None
        self._deadline = 0.0
        self._sound_id = 0

    # ------------------------------------------------------------ what reaches the person

    def hears_sound(self, active: bool, now: float) -> None:
        """Sound began or stopped."""
        self._ears.sound, self._ears.sound_changed_at = active, now
        self.wakes_at = 0.0

    def hears_tone(self, tone: str | None) -> None:
        """A tone was recognised, or is over."""
        self._ears.tone = tone
        self.wakes_at = 0.0
        if tone in self._tones_of_the_end and self._ears.in_call:
            self._ears.far_end_gone = True

    def rings(self, caller: CallerNumber | None) -> None:
        """The handset rang and shows this caller; None: it stopped."""
        self._ears.ringing = caller is not None
        self.wakes_at = 0.0
        if caller is not None:
            self.seen_caller = caller

    def answered(self) -> None:
        """The called party lifted."""
        self._ears.answered = True
        self.wakes_at = 0.0
        self._ears.in_call = True

    def far_end_cleared(self) -> None:
        """The other side hung up."""
        self._ears.far_end_gone = True
        self.wakes_at = 0.0

    def finished(self, sound_id: int) -> None:
        """Keys or speech are out."""
        self._ears.finished_id = sound_id
        self.wakes_at = 0.0

    # ------------------------------------------------------------ the script

    def next_timer(self) -> float | None:
        """When to `run` although nothing happens."""
        if self.done:
            return None
        match self._step:
            case WaitForSilence(quiet_s=quiet_s) if not self._ears.sound:
                return min(self._deadline, self._ears.sound_changed_at + quiet_s)
            case _:
                return self._deadline

    def run(self, now: float) -> None:
        """Go on as far as the script can."""
        while not self.done:
            if self._step is None:
                self._advance(None, now)
                continue
            # Someone who waits for a tone wants to hear busy as a tone.
            patient = isinstance(self._step, WaitForHangUp | HangUp | WaitForTone)
            if self._ears.far_end_gone and not patient:
                self._ears.far_end_gone = False
                self._ears.in_call = False
                self._throw(now)
                continue
            success = self._succeeded(self._step, now)
            if success is None and now >= self._deadline:
                success = isinstance(self._step, Wait)
            if success is None:
                due = self.next_timer()
                self.wakes_at = due if due is not None else 0.0
                return
            self._advance(success, now)

    def stop(self) -> None:
        """The script ends where it is."""
        self._script.close()
        self.done = True

    def _advance(self, result: bool | None, now: float) -> None:
        try:
            step = next(self._script) if result is None else self._script.send(result)
        except (StopIteration, FarEndGone):
            self.done = True
            return
        self._begin(step, now)

    def _throw(self, now: float) -> None:
        self._tell(now, "hears that the other side has hung up")
        try:
            step = self._script.throw(FarEndGone())
        except (StopIteration, FarEndGone):
            self.done = True
            return
        self._begin(step, now)

    def _begin(self, step: Step, now: float) -> None:
        self._step = step
        ears = self._ears
        match step:
            case Wait(seconds=seconds):
                self._deadline = now + seconds
            case CallNumber(number=number):
                self._ears = _Ears(sound_changed_at=now)
                self._deadline = now if not self._mouth.call(self, number) else float("inf")
                self._tell(now, f"calls {number}")
            case Press(keys=keys):
                self._sound_id = self._mouth.press(self, keys)
                self._deadline = now + 60.0
                self._tell(now, f"presses {keys}")
            case Play():
                self._sound_id = self._mouth.play(self, step)
                self._deadline = now + 3600.0
                self._tell(now, "speaks")
            case Lift():
                ears.in_call = ears.ringing  # else it is lifted to dial
                ears.tone, ears.ringing, ears.far_end_gone = None, False, False
                self._deadline = now
                self._mouth.lift(self)
                self._tell(now, "lifts the handset")
            case Flash():
                self._deadline = now
                self._mouth.flash(self)
                self._tell(now, "flashes")
            case HangUp():
                ears.in_call = ears.far_end_gone = False
                self._deadline = now
                self._mouth.hang_up(self)
                self._tell(now, "hangs up")
            case (
                WaitForAnswer(limit_s=limit_s)
                | WaitForSpeech(limit_s=limit_s)
                | WaitForSilence(limit_s=limit_s)
                | WaitForTone(limit_s=limit_s)
                | WaitForRing(limit_s=limit_s)
                | WaitForHangUp(limit_s=limit_s)
            ):
                self._deadline = now + limit_s
            case _:
                assert_never(step)

    def _succeeded(self, step: Step, now: float) -> bool | None:
        """True when the step is done, None while it lasts."""
        ears = self._ears
        match step:
            case CallNumber():
                return self._deadline > now
            case Lift() | Flash() | HangUp():
                return True
            case Press() | Play():
                return True if ears.finished_id == self._sound_id else None
            case WaitForAnswer():
                return True if ears.answered else None
            case WaitForSpeech():
                return True if ears.sound else None
            case WaitForSilence(quiet_s=quiet_s):
                quiet = not ears.sound and now - ears.sound_changed_at >= quiet_s
                return True if quiet else None
            case WaitForTone(tone=tone):
                return True if ears.tone == tone else None
            case WaitForRing():
                return True if ears.ringing else None
            case WaitForHangUp():
                if not ears.far_end_gone:
                    return None
                ears.far_end_gone = False
                self._tell(now, "hears that the other side has hung up")
                return True
            case Wait():
                return None

    def _tell(self, now: float, what: str) -> None:
        if self._told is not None:
            self._told(now, self.name, what)
