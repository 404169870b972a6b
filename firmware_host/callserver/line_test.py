"""One line under test: when to lift, listen, dial and sound, and what was heard meanwhile. Sans-IO.

An FXO line is seized twice: for dial tone and, after a digit has broken it, noise; and again, because an
exchange waits only some seconds for more digits, for the echo of our sounds. An FXS line is only listened
to, or sounded when its handset is lifted. An E&M line is listened to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers import HardwareCommand, HardwareEvent, HookChanged, PortKind, SetHook
from dsp import (
    TICK_S,
    CaptureFinished,
    Detection,
    Law,
    Plane,
    echo_sound,
    g711_encode,
    reference_tone,
    silence,
)

__all__ = ["HeardParts", "LineTest"]

_CAPTURE_LEAD_S = 0.3
"""Of what is captured while a sound plays: until its echo is steady."""
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardParts:
    """What was heard in each part; empty octets: it was not done."""

    law: Law
    dial_tone: bytes = b""
    quiet: bytes = b""
    tone: bytes = b""
    echo: bytes = b""


@dataclass(frozen=True, slots=True)
class _Hook:
    off_hook: bool


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class _Digit:
    digit: str


@dataclass(frozen=True, slots=True)
class _Lifted:
    limit_s: float


@dataclass(frozen=True, slots=True)
class _Capture:
    part: str
    seconds: float
    sounding: str = ""


_Step = _Hook | _Wait | _Digit | _Lifted | _Capture


def _steps(kind: PortKind, digit: str, lifted_limit_s: float) -> list[_Step]:
    sounds: list[_Step] = [_Capture("tone", 0.6, "tone"), _Wait(0.1), _Capture("echo", 1.0, "echo")]
    if kind is PortKind.FXO:
        dialled: list[_Step] = [_Digit(digit), _Wait(0.4)]
        return [
            *(_Hook(True), _Wait(0.7), _Capture("dial_tone", 1.2)),
            *(*dialled, _Capture("quiet", 2.0), _Hook(False), _Wait(1.5)),
            *(_Hook(True), _Wait(1.2), *dialled, *sounds, _Hook(False), _Wait(0.3)),
        ]
    if lifted_limit_s > 0:
        return [_Lifted(lifted_limit_s), _Wait(1.0), _Capture("quiet", 2.0), *sounds]
    return [_Capture("quiet", 2.0)]


class LineTest:
    """The holder of a line for as long as its test lasts; see `reservations.Holder`.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(
        self,
        kind: PortKind,
        slot: int,
        plane: Plane,
        *,
        perform: Callable[[HardwareCommand], None],
        new_play_id: Callable[[], int],
        done: Callable[[], None],
        digit: str = "4",
        lifted_limit_s: float = 0.0,
        is_lifted: bool = False,
    ) -> None:
        """A test that has not begun.

        Args:
            kind: What our port is.
            slot: The line's, in the plane.
            plane: Plays and listens.
            perform: Orders something of the line's card.
            new_play_id: Gives ids for sounds and captures.
            done: Told once: `sounds` or `problem` is there.
            digit: Breaks dial tone.
            lifted_limit_s: FXS: wait so long until the handset is lifted; 0: it may lie.
            is_lifted: FXS: it is so now.
        """
        self.sounds = HeardParts(law=plane.law(slot))
        self.problem = ""
        self.finished = False
        self._slot = slot
        self._plane = plane
        self._perform = perform
        self._new_play_id = new_play_id
        self._done = done
        self._steps = _steps(kind, digit, lifted_limit_s)
        self._kind = kind
        self._is_lifted = is_lifted
        self._parts: dict[str, bytes] = {}
        self._due: float | None = None
        self._capturing: tuple[int, str] | None = None
        self._limit = 0.0

    def begin(self, now: float) -> None:
        """Do the first step."""
        self._limit = now + _LONGEST_S
        self._plane.listen(self._slot)  # nothing of this is a caller's
        self._go_on(now)

    @property
    def lasts_s(self) -> float:
        """About how long it will take, waiting for a handset left out."""
        return sum(
            step.seconds + _CAPTURE_LEAD_S * bool(getattr(step, "sounding", ""))
            for step in self._steps
            if isinstance(step, _Wait | _Capture)
        )

    # ------------------------------------------------------------ a holder's part

    def told(self, event: HardwareEvent, now: float) -> None:
        """The handset was lifted, or put down too early."""
        if isinstance(event, HookChanged) and self._kind is PortKind.FXS:
            waited = self._is_lifted
            self._is_lifted = event.off_hook
            if event.off_hook and not waited and self._awaits_handset:
                self._steps.pop(0)
                self._go_on(now)

    def detected(self, detection: Detection, now: float) -> None:
        """A capture is full."""
        if not isinstance(detection, CaptureFinished) or self._capturing is None:
            return
        capture_id, part = self._capturing
        if detection.capture_id == capture_id:
            self._parts[part] = detection.octets
            self._capturing = None
            self._plane.stop_play(self._slot)
            self._go_on(now)

    def next_timer(self) -> float | None:
        """The next step, or the end of patience."""
        return None if self.finished else self._limit if self._due is None else self._due

    def handle_timer(self, now: float) -> None:
        """Do the next step."""
        if now >= self._limit:
            self._end("the media plane gave no sound within a minute")
        elif self._due is not None and now >= self._due:
            if self._awaits_handset:
                self._end("the handset was not lifted in time")
            else:
                self._go_on(now)

    def lost(self, reason: str) -> None:
        """The card is gone."""
        self._end(reason)

    def stop(self) -> None:
        """Whoever wanted it wants it no more: leave the line silent."""
        self._plane.stop_play(self._slot)
        self._plane.stop_tone(self._slot)
        self._plane.stop_capture(self._slot)
        self._capturing = None
        self._end("interrupted")

    # ------------------------------------------------------------ steps

    @property
    def _awaits_handset(self) -> bool:
        return bool(self._steps) and isinstance(self._steps[0], _Lifted)

    def _go_on(self, now: float) -> None:
        self._due = None
        while self._steps:
            step = self._steps[0]
            if isinstance(step, _Lifted) and not self._is_lifted:
                self._due = now + step.limit_s
                self._limit = max(self._limit, self._due + _LONGEST_S)
                return
            self._steps.pop(0)
            match step:
                case _Hook(off_hook=off_hook):
                    self._perform(SetHook(off_hook=off_hook))
                case _Digit(digit=digit):
                    self._plane.send_digits(
                        self._slot, digit, play_id=self._new_play_id(), on_ms=100
                    )
                case _Wait(seconds=seconds):
                    self._due = now + seconds
                    return
                case _Capture():
                    self._capture(step)
                    return
                case _Lifted():
                    pass
        self.sounds = HeardParts(law=self._plane.law(self._slot), **self._parts)
        self._end("")

    def _capture(self, step: _Capture) -> None:
        seconds = step.seconds
        if step.sounding:
            seconds += _CAPTURE_LEAD_S
            make = reference_tone if step.sounding == "tone" else echo_sound
            # A little longer than is listened, so that no end is heard.
            octets = g711_encode(make(seconds + 20 * TICK_S), self._plane.law(self._slot))
            self._plane.play(
                self._slot,
                octets + silence(TICK_S * 1000, self._plane.law(self._slot)),
                play_id=self._new_play_id(),
            )
        capture_id = self._new_play_id()
        self._capturing = (capture_id, step.part)
        self._plane.capture(self._slot, capture_id=capture_id, maximum_ms=round(seconds * 1000))

    def _end(self, problem: str) -> None:
        if not self.finished:
            self.finished = True
            self.problem = problem
            self._done()
