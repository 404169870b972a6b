"""A line's wishes for sound → plane commands; what the plane hears → what lines understand.

Used at both ends of a cable: by the call server and by the town. The plane knows slots and sounds, the
lines know digits, tones and callers; only this file knows both.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, assert_never

from drivers import (
    DTMF_FORMS,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    DigitHeard,
    Heard,
    HoldSpeech,
    Listen,
    MediaWish,
    ReceiveCallerId,
    SendCallerId,
    SendKeys,
    SendTone,
    SignalSent,
    SoundHeard,
    StopReceivingCallerId,
    StopSignal,
    ToneHeard,
    ToneStopped,
    dtmf_caller_id,
)
from dsp import (
    CALLER_ALERTING_TONE,
    HOWLER_TONE,
    ON_HOOK_ALERTING_TONE,
    ActivityChanged,
    CallerId,
    CallerIdFormat,
    CallerIdStandard,
    CaptureFinished,
    Detection,
    Law,
    Plane,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
    SignalToneHeard,
    Tone,
    TonePlan,
    decode_caller_id,
    encode_caller_id,
)
from dsp import DigitHeard as DigitDetected

__all__ = [
    "CallerIdReader",
    "InlineCallerIdReader",
    "LineMedia",
    "ListenAlso",
    "ThreadCallerIdReader",
    "plan_tone",
]

_V23_COUNTRIES = frozenset({"uk", "fr", "de", "it", "es", "ro", "nl", "ch", "at", "pl", "hu", "cz"})
_CAPTURE_LIMIT_MS = 5000


def caller_id_standard(country: str) -> CallerIdStandard:
    """Which modem the country's exchanges use: V.23 in Europe (EN 300 659-1), else Bell 202."""
    return CallerIdStandard.V23 if country in _V23_COUNTRIES else CallerIdStandard.BELL202


def plan_tone(plan: TonePlan, name: str) -> Tone:
    """A tone by the name that signalling and the ACD use."""
    tones = {
        "dial": plan.dial,
        "busy": plan.busy,
        "congestion": plan.congestion,
        "ringback": plan.ringback,
        "howler": HOWLER_TONE,
        "cas": CALLER_ALERTING_TONE,
        "tas": ON_HOOK_ALERTING_TONE,
    }
    return tones[name]


class CallerIdReader(Protocol):
    """Reads a caller from captured sound, once per call, off the tick."""

    def submit(self, slot: int, octets: bytes, law: Law) -> None:
        """Start reading; the answer comes out of `results`."""

    def results(self) -> list[tuple[int, CallerIdHeard]]:
        """What has been read since the last call, with its slot."""


def _read(octets: bytes, law: Law) -> CallerIdHeard:
    decoded = decode_caller_id(octets, law=law)
    if decoded.caller is None:
        return CallerIdHeard(caller=None, problem=decoded.problem)
    caller = decoded.caller
    if caller.message_waiting is not None and not (caller.number or caller.number_absent):
        return CallerIdHeard(caller=None, problem="message waiting")  # a lamp's, no caller's
    return CallerIdHeard(
        caller=CallerNumber(
            number=caller.number,
            name=caller.name,
            absence=caller.number_absent,
            redirecting=caller.redirecting_number,
        ),
        called=caller.called_number or "",
    )


class InlineCallerIdReader:
    """Reads at once, for lockstep runs."""

    def __init__(self) -> None:
        self._results: list[tuple[int, CallerIdHeard]] = []

    def submit(self, slot: int, octets: bytes, law: Law) -> None:
        """Read now."""
        self._results.append((slot, _read(octets, law)))

    def results(self) -> list[tuple[int, CallerIdHeard]]:
        """What was read since the last call."""
        results, self._results = self._results, []
        return results


class ThreadCallerIdReader:
    """Reads in a worker thread, so that the event loop never waits; wakes it when done."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="caller-id")
        self._results: deque[tuple[int, CallerIdHeard]] = deque()
        self._wake = wake

    def submit(self, slot: int, octets: bytes, law: Law) -> None:
        """Queue for reading."""
        self._executor.submit(self._work, slot, octets, law)

    def _work(self, slot: int, octets: bytes, law: Law) -> None:
        self._results.append((slot, _read(octets, law)))
        self._wake()

    def results(self) -> list[tuple[int, CallerIdHeard]]:
        """What was read since the last call."""
        return [self._results.popleft() for _ in range(len(self._results))]

    def close(self) -> None:
        """Finish what runs and stop."""
        self._executor.shutdown()


@dataclass(frozen=True, slots=True)
class ListenAlso:
    """Detectors that stay on whatever a line asks: the ears of the town's people."""

    digits: bool = False
    progress: bool = False
    activity: bool = False


class LineMedia:
    """Performs media wishes on one plane.

    Runs in: event loop.
    """

    def __init__(
        self,
        plane: Plane,
        plan: TonePlan,
        law: Law,
        reader: CallerIdReader,
        *,
        listen_also: ListenAlso | None = None,
    ) -> None:
        self.plane = plane
        self.plan = plan
        self.law = law
        self._reader = reader
        self._listen_also = listen_also or ListenAlso()
        self._next_play_id = 1
        self._signals: dict[int, int] = {}  # play id of a line's own signal → slot
        self._disconnect_plans: dict[int, TonePlan] = {}
        self._standard = caller_id_standard(plan.country)

    def new_play_id(self) -> int:
        """An id for a sound; never used twice."""
        play_id = self._next_play_id
        self._next_play_id += 1
        return play_id

    def perform(self, slot: int, wish: MediaWish) -> None:
        """Do what the line of this slot asks for."""
        match wish:
            case Listen():
                self.listen(slot, wish)
            case ReceiveCallerId():
                self.plane.capture(
                    slot, capture_id=self.new_play_id(), maximum_ms=_CAPTURE_LIMIT_MS
                )
            case StopReceivingCallerId():
                self.plane.stop_capture(slot)
            case SendCallerId():
                self._send_caller_id(slot, wish)
            case SendKeys(digits=digits):
                self._send_digits(slot, digits)
            case SendTone(tone=tone):
                self._send_tone(slot, plan_tone(self.plan, tone))
            case StopSignal():
                self.plane.stop_tone(slot)
                self.plane.stop_play(slot)
            case HoldSpeech(held=held):
                self.plane.hold(slot, held)
            case _:
                assert_never(wish)

    def listen(self, slot: int, wish: Listen) -> None:
        """Set the slot's detectors."""
        also = self._listen_also
        plan = self.plan if wish.progress or wish.disconnect or also.progress else None
        if wish.disconnect:
            plan = self._disconnect_plans.get(slot, plan)
        self.plane.listen(
            slot,
            digits=wish.digits or also.digits,
            progress=plan,
            activity=wish.activity or also.activity,
            signal_tones=wish.alerting,
        )

    def set_disconnect_plan(self, slot: int, plan: TonePlan) -> None:
        """Give a line, in calls, tones of its own."""
        self._disconnect_plans[slot] = plan

    def _send_digits(self, slot: int, digits: str) -> None:
        play_id = self.new_play_id()
        self._signals[play_id] = slot
        self.plane.send_digits(slot, digits, play_id=play_id)

    def _send_tone(self, slot: int, tone: Tone) -> None:
        play_id = self.new_play_id()
        if not tone.repeat:
            self._signals[play_id] = slot  # its end matters
        self.plane.play_tone(slot, tone, play_id=play_id)

    def _send_caller_id(self, slot: int, wish: SendCallerId) -> None:
        if wish.mode in (CallerIdMode.DTMF_BEFORE_RING, CallerIdMode.DTMF_AFTER_REVERSAL):
            form = DTMF_FORMS[wish.form]
            # A comma is a pause: what a form can't say is half a second of silence.
            self._send_digits(slot, dtmf_caller_id(wish.caller, form) or ",")
            return
        play_id = self.new_play_id()
        self._signals[play_id] = slot
        sound = self.caller_id_sound(wish.caller, seizure=wish.seizure)
        self.plane.play(slot, sound, play_id=play_id)

    def caller_id_sound(self, caller: CallerNumber, *, seizure: bool = True) -> bytes:
        """The FSK burst that tells this caller, in the plane's law."""
        absent = None if caller.number else (caller.absence or "unavailable")
        message = CallerId(
            number=caller.number,
            name=caller.name,
            number_absent=absent,
            name_absent=None if caller.name else absent,
            redirecting_number=caller.redirecting,
            date=None,
        )
        return encode_caller_id(
            message,
            standard=self._standard,
            format=CallerIdFormat.MDMF,
            law=self.law,
            seizure=seizure,
        )

    def heard(self, detection: Detection) -> tuple[int, Heard] | None:
        """What a detection means to the line of its slot; None when it means nothing to a line."""
        match detection:
            case DigitDetected(slot=slot, digit=digit):
                return slot, DigitHeard(digit=digit)
            case ProgressToneHeard(slot=slot, tone=tone):
                return slot, ToneHeard(tone=tone)
            case ProgressToneEnded(slot=slot, tone=tone):
                return slot, ToneStopped(tone=tone)
            case SignalToneHeard(slot=slot, tone="CAS"):
                return slot, ToneHeard(tone="cas")
            case ActivityChanged(slot=slot, active=active):
                return slot, SoundHeard(active=active)
            case PlayFinished(play_id=play_id, completed=completed):
                slot_of_signal = self._signals.pop(play_id, None)
                if slot_of_signal is None or not completed:
                    return None
                return slot_of_signal, SignalSent()
            case CaptureFinished(slot=slot, octets=octets):
                self._reader.submit(slot, octets, self.law)
                return None
            case _:
                return None

    def read_caller_ids(self) -> list[tuple[int, CallerIdHeard]]:
        """Callers read since the last call, with their slots."""
        return self._reader.results()
