"""FXO: the subscriber's end of an analog line. Our trunk to the exchange; in the town, a telephone.

Loop start and kewlstart. On-hook the line watches for ringing, off-hook it carries the call.

An incoming call: the first burst of ringing is validated by its length, then the caller's number is
awaited in the silence after it, then the call is offered; without a number, at the second ring. It ends
when ringing stays away, or after answer by what the exchange gives: battery drop (kewlstart), polarity
reversal, busy tone.

An outgoing call: seize, hear dial tone, send digits, wait. A ring that comes between seizure and dial
tone is *glare*: the outgoing attempt fails and the incoming call is offered, already seized.

Every state that waits has a timer; see `_TIMERS`. Sources of the durations: `FxoSettings`.
"""

from enum import Enum
from functools import partial
from typing import ClassVar

from drivers.analog.dtmf_caller_id import parse_dtmf_caller_id
from drivers.analog.settings import FxoSettings
from drivers.analog.timed_machine import TimedMachine
from drivers.errors import CommandNotPossible
from drivers.interface import (
    Alerting,
    Answer,
    Answered,
    BatteryChanged,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitHeard,
    DigitReceived,
    Flash,
    HardwareEvent,
    Heard,
    InService,
    LineCommand,
    LineOutput,
    Listen,
    OutOfService,
    PolarityReversed,
    ReceiveCallerId,
    Ring,
    RingBurstEnded,
    RingBurstStarted,
    SendDigits,
    SendKeys,
    SetHook,
    SignalSent,
    StopReceivingCallerId,
    StopSignal,
    ToneHeard,
    ToneStopped,
)

__all__ = ["FxoLine", "FxoState"]


class FxoState(Enum):
    """Where an FXO line stands."""

    STARTING = "starting"
    FAILED = "failed"
    IDLE = "idle"
    COLLECTING_DIGITS = "collecting caller digits"
    VALIDATING_RING = "validating ring"
    AWAITING_CALLER_ID = "awaiting caller ID"
    JUDGING_CALLER_ID = "judging caller ID"
    AWAITING_SECOND_RING = "awaiting second ring"
    OFFERED = "offered"
    OFFERED_SEIZED = "offered, seized"
    IGNORING = "ignoring ringing"
    UP = "up"
    FLASHING = "flashing"
    LOSING_BATTERY = "losing battery"
    RELEASING = "releasing"
    SEIZED = "seized"
    DIALLING = "dialling"
    AWAITING_ANSWER = "awaiting answer"


S = FxoState

_LIFTABLE = frozenset(
    {
        S.IDLE,
        S.COLLECTING_DIGITS,
        S.VALIDATING_RING,
        S.AWAITING_CALLER_ID,
        S.JUDGING_CALLER_ID,
        S.AWAITING_SECOND_RING,
        S.OFFERED,
        S.IGNORING,
    }
)
"""On-hook and fed: a hand may lift the handset."""
_RINGBACK_OVER_S = 0.5
_LONGEST_CALLER = 32
"""Digits of a DTMF caller ID; no number is longer, and a line may rattle for days."""


class FxoLine(TimedMachine[FxoState]):
    """One FXO line; see `drivers.interface.Line`.

    Runs in: event loop.
    """

    _TABLE: ClassVar[dict[tuple[S, type], str]] = {
        (S.FAILED, BatteryChanged): "_battery_in_failed",
        (S.IDLE, BatteryChanged): "_battery_in_idle",
        (S.IDLE, RingBurstStarted): "_ring_begins",
        (S.IDLE, DigitHeard): "_first_caller_digit",
        (S.COLLECTING_DIGITS, DigitHeard): "_next_caller_digit",
        (S.COLLECTING_DIGITS, RingBurstStarted): "_ring_begins",
        (S.VALIDATING_RING, RingBurstEnded): "_burst_ends",
        (S.AWAITING_CALLER_ID, RingBurstStarted): "_ring_in_window",
        (S.AWAITING_CALLER_ID, BatteryChanged): "_battery_while_ringing",
        (S.JUDGING_CALLER_ID, CallerIdHeard): "_caller_id_judged",
        (S.AWAITING_SECOND_RING, RingBurstStarted): "_second_ring",
        (S.OFFERED, RingBurstStarted): "_ring_again",
        (S.OFFERED, RingBurstEnded): "_ring_pauses",
        (S.OFFERED, BatteryChanged): "_battery_while_ringing",
        (S.OFFERED_SEIZED, BatteryChanged): "_battery_in_call",
        (S.IGNORING, RingBurstStarted): "_ring_again",
        (S.IGNORING, RingBurstEnded): "_ring_pauses",
        (S.UP, DigitHeard): "_digit",
        (S.UP, BatteryChanged): "_battery_in_call",
        (S.UP, PolarityReversed): "_polarity_in_call",
        (S.UP, ToneHeard): "_tone_in_call",
        (S.LOSING_BATTERY, BatteryChanged): "_battery_back",
        (S.LOSING_BATTERY, ToneStopped): "_tone_stopped_in_glitch",
        (S.SEIZED, ToneHeard): "_tone_when_seized",
        (S.SEIZED, RingBurstStarted): "_glare",
        (S.DIALLING, SignalSent): "_dialled",
        (S.AWAITING_ANSWER, ToneHeard): "_tone_before_answer",
        (S.AWAITING_ANSWER, ToneStopped): "_tone_stopped_before_answer",
        (S.AWAITING_ANSWER, PolarityReversed): "_polarity_before_answer",
        (S.AWAITING_ANSWER, BatteryChanged): "_battery_in_call",
    }
    _TIMERS: ClassVar[dict[tuple[S, str], str]] = {
        (S.STARTING, "settled"): "_settled",
        (S.IDLE, "battery_failure"): "_battery_failed",
        (S.COLLECTING_DIGITS, "gap"): "_forget_caller_digits",
        (S.VALIDATING_RING, "valid"): "_ring_valid",
        (S.VALIDATING_RING, "burst_limit"): "_caller_gone",
        (S.AWAITING_CALLER_ID, "window"): "_judge_caller_id",
        (S.JUDGING_CALLER_ID, "judgement"): "_judgement_missing",
        (S.AWAITING_SECOND_RING, "ring_gone"): "_caller_gone",
        (S.OFFERED, "ring_gone"): "_caller_gone",
        (S.OFFERED, "burst_limit"): "_caller_gone",
        (S.OFFERED_SEIZED, "answer"): "_far_end_cleared",
        (S.IGNORING, "ring_gone"): "_caller_gone",
        (S.IGNORING, "burst_limit"): "_caller_gone",
        (S.UP, "talk_limit"): "_talk_limit",
        (S.FLASHING, "flashed"): "_flashed",
        (S.LOSING_BATTERY, "drop"): "_far_end_cleared",
        (S.RELEASING, "guard"): "_released",
        (S.SEIZED, "dial_tone"): "_no_dial_tone",
        (S.DIALLING, "dialling"): "_dialling_failed",
        (S.AWAITING_ANSWER, "answer"): "_no_answer",
        (S.AWAITING_ANSWER, "ringback_over"): "_answer_assumed",
    }

    def __init__(self, settings: FxoSettings) -> None:
        super().__init__(FxoState.STARTING)
        self._settings = settings
        self._battery = False
        self._ringing = False
        self._caller = CallerNumber()
        self._caller_digits = ""
        self._window_opened = 0.0
        self._dialled_number = ""
        self._back_to = FxoState.UP
        self._back_deadlines: dict[str, float] = {}

    def start(self, now: float) -> list[LineOutput]:
        """Go on-hook and look whether the exchange feeds the line."""
        # The card may be another than before: only what it tells from here on counts.
        self._battery = self._ringing = False
        return self._run(self._begin, now)

    def receive(self, event: HardwareEvent | Heard, now: float) -> list[LineOutput]:
        """Take what the hardware tells or what was heard."""
        match event:
            case BatteryChanged(present=present):
                self._battery = present
            case RingBurstStarted():
                self._ringing = True
            case RingBurstEnded():
                self._ringing = False
            case _:
                pass
        return super().receive(event, now)

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Take a command of the exchange."""
        match command:
            case Answer():
                return self._run(self._answer, now)
            case Clear(cause=cause):
                return self._run(partial(self._clear, cause), now)
            case Dial(number=number):
                return self._run(partial(self._seize, number), now)
            case SendDigits(digits=digits):
                return self._run(partial(self._send_digits, digits), now)
            case Flash():
                return self._run(self._flash, now)
            case Ring():
                message = (
                    "an FXO line can't ring anyone: only the exchange's end has ringing current"
                )
                raise CommandNotPossible(message)

    # ------------------------------------------------------------ starting and failing

    def _begin(self) -> None:
        self._emit(SetHook(off_hook=False), StopSignal(), Listen())
        self._enter(S.STARTING, settled=self._settings.guard_s)

    def _settled(self) -> None:
        if self._battery:
            self._go_idle()
            self._emit(InService())
            self._resume_ringing()
        else:
            self._fail()

    def _battery_in_failed(self, event: BatteryChanged) -> None:
        if event.present:
            self._begin()

    def _battery_in_idle(self, event: BatteryChanged) -> None:
        # A kewlstart exchange opens the loop for some 800 ms after each call: only longer is failure.
        if event.present:
            self._stop_timer("battery_failure")
        else:
            self._set_timer("battery_failure", self._settings.battery_failure_s)

    def _battery_failed(self) -> None:
        self._fail()

    def _fail(self) -> None:
        self._enter(S.FAILED)
        self._emit(SetHook(off_hook=False), Listen(), OutOfService(alarm="no line battery"))

    def _go_idle(self) -> None:
        self._caller = CallerNumber()
        self._caller_digits = ""
        self._enter(S.IDLE)
        if not self._battery:
            self._set_timer("battery_failure", self._settings.battery_failure_s)
        self._emit(Listen(digits=self._settings.caller_id is CallerIdMode.DTMF_BEFORE_RING))

    # ------------------------------------------------------------ an incoming call

    def _first_caller_digit(self, event: DigitHeard) -> None:
        # EN 300 659-1 annex B and its national forms: A or D starts, C (or #) ends.
        if event.digit in "ABD":
            self._caller_digits = event.digit
            self._enter(S.COLLECTING_DIGITS, gap=self._settings.digit_gap_s)

    def _next_caller_digit(self, event: DigitHeard) -> None:
        self._caller_digits = (self._caller_digits + event.digit)[:_LONGEST_CALLER]
        ended = event.digit in "C#"
        gap_s = self._settings.digit_gap_s * (3 if ended else 1)
        self._enter(S.COLLECTING_DIGITS, gap=gap_s)
        if ended:
            self._caller = parse_dtmf_caller_id(self._caller_digits)

    def _forget_caller_digits(self) -> None:
        self._go_idle()

    def _ring_begins(self, _event: RingBurstStarted) -> None:
        self._validate_ring()

    def _validate_ring(self) -> None:
        settings = self._settings
        self._enter(
            S.VALIDATING_RING, valid=settings.ring_minimum_s, burst_limit=settings.ring_maximum_s
        )

    def _ring_valid(self) -> None:
        # The timer found the burst long enough. Where no FSK follows there is nothing to wait for.
        if self._settings.caller_id is not CallerIdMode.FSK_AFTER_FIRST_RING:
            self._offer()

    def _burst_ends(self, _event: RingBurstEnded) -> None:
        if "valid" in self._deadlines:
            self._forget_spike()
        else:
            self._open_window()

    def _forget_spike(self) -> None:
        caller = self._caller
        self._go_idle()
        if caller != CallerNumber():
            # The number came as DTMF and its ring is still to come.
            self._caller = caller
            self._enter(S.COLLECTING_DIGITS, gap=3 * self._settings.digit_gap_s)

    def _open_window(self) -> None:
        self._window_opened = self._now
        self._enter(S.AWAITING_CALLER_ID, window=self._settings.caller_id_window_s)
        self._emit(ReceiveCallerId())

    def _ring_in_window(self, _event: RingBurstStarted) -> None:
        if self._now - self._window_opened < self._settings.caller_id_restart_s:
            self._emit(StopReceivingCallerId())
            self._validate_ring()
        else:
            self._judge_caller_id()

    def _judge_caller_id(self) -> None:
        self._enter(S.JUDGING_CALLER_ID, judgement=self._settings.judgement_s)
        self._emit(StopReceivingCallerId())

    def _caller_id_judged(self, event: CallerIdHeard) -> None:
        if event.caller is None:
            self._judgement_missing()
        else:
            self._caller = event.caller
            self._offer()

    def _judgement_missing(self) -> None:
        # Who sent no number may have hung up after one ring; answering would meet dial tone. A line
        # without caller ID is answered a second later for it, at its second ring.
        if self._ringing:
            self._offer()
        else:
            self._enter(S.AWAITING_SECOND_RING, ring_gone=self._settings.ring_gone_s)

    def _second_ring(self, _event: RingBurstStarted) -> None:
        self._offer()

    def _offer(self) -> None:
        self._enter(S.OFFERED)
        self._watch_ringing()
        self._emit(CallOffered(caller=self._caller))

    def _watch_ringing(self) -> None:
        self._stop_timer("ring_gone")
        self._stop_timer("burst_limit")
        if self._ringing:
            self._set_timer("burst_limit", self._settings.ring_maximum_s)
        else:
            self._set_timer("ring_gone", self._settings.ring_gone_s)

    def _ring_again(self, _event: RingBurstStarted) -> None:
        self._watch_ringing()

    def _ring_pauses(self, _event: RingBurstEnded) -> None:
        self._watch_ringing()

    def _battery_while_ringing(self, event: BatteryChanged) -> None:
        if not event.present:
            self._caller_gone()

    def _caller_gone(self) -> None:
        offered = self._state is S.OFFERED
        if self._state is S.AWAITING_CALLER_ID:
            self._emit(StopReceivingCallerId())
        self._go_idle()
        if offered:
            self._emit(Cleared(cause=ClearCause.FAR_END))

    def _resume_ringing(self) -> None:
        if self._ringing:
            self._validate_ring()

    def _answer(self) -> None:
        if self._state is S.OFFERED:
            # The exchange trips the ringing; a card need not report the end of that burst.
            self._ringing = False
            self._emit(SetHook(off_hook=True))
            self._go_up()
        elif self._state is S.OFFERED_SEIZED:
            self._go_up()

    # ------------------------------------------------------------ in a call

    def _go_up(self) -> None:
        self._enter(S.UP, talk_limit=self._settings.talk_limit_s)
        self._emit(Listen(digits=True, progress=self._settings.clears_on_busy_tone))

    def _digit(self, event: DigitHeard) -> None:
        self._emit(DigitReceived(digit=event.digit))

    def _battery_in_call(self, event: BatteryChanged) -> None:
        if not event.present and self._settings.clears_on_battery_drop:
            self._back_to, self._back_deadlines = self._state, dict(self._deadlines)
            self._enter(S.LOSING_BATTERY, drop=self._settings.battery_drop_s)

    def _battery_back(self, event: BatteryChanged) -> None:
        if event.present:
            self._enter(self._back_to)
            self._deadlines = self._back_deadlines

    def _tone_stopped_in_glitch(self, event: ToneStopped) -> None:
        if self._back_to is S.AWAITING_ANSWER and self._answers_at(event):
            self._back_deadlines["ringback_over"] = self._now + _RINGBACK_OVER_S

    def _polarity_in_call(self, _event: PolarityReversed) -> None:
        if self._settings.clears_on_polarity:
            self._far_end_cleared()

    def _tone_in_call(self, event: ToneHeard) -> None:
        if self._settings.clears_on_busy_tone and event.tone in ("busy", "congestion"):
            self._far_end_cleared()

    def _talk_limit(self) -> None:
        self._release(ClearCause.FAILED)

    def _far_end_cleared(self) -> None:
        self._release(ClearCause.FAR_END)

    def _send_digits(self, digits: str) -> None:
        if self._state is S.UP:
            self._emit(SendKeys(digits=digits))

    def _flash(self) -> None:
        if self._state is S.UP:
            self._enter(S.FLASHING, flashed=self._settings.flash_s)
            self._emit(SetHook(off_hook=False))

    def _flashed(self) -> None:
        self._emit(SetHook(off_hook=True))
        self._go_up()
        self._look_at_battery()

    def _look_at_battery(self) -> None:
        """Battery may have gone while the state before this one did not look."""
        if not self._battery:
            self._battery_in_call(BatteryChanged(present=False))

    # ------------------------------------------------------------ releasing

    def _clear(self, cause: ClearCause) -> None:
        match self._state:
            case S.OFFERED:
                # An exchange can't be told "no": the line rings on; forget it until ringing stops.
                self._emit(Cleared(cause=cause))
                self._enter(S.IGNORING)
                self._watch_ringing()
            case (
                S.UP
                | S.FLASHING
                | S.LOSING_BATTERY
                | S.SEIZED
                | S.DIALLING
                | S.AWAITING_ANSWER
                | S.OFFERED_SEIZED
            ):
                self._release(cause)
            case _:
                pass

    def _release(self, cause: ClearCause) -> None:
        self._emit(SetHook(off_hook=False), StopSignal(), Listen(), Cleared(cause=cause))
        self._enter(S.RELEASING, guard=self._settings.guard_s)

    def _released(self) -> None:
        self._go_idle()
        self._resume_ringing()

    # ------------------------------------------------------------ an outgoing call

    def _seize(self, number: str) -> None:
        if not number and self._state in _LIFTABLE:
            self._lift()
            return
        if self._state is not S.IDLE or self._ringing:
            # Incoming wins: whoever asked must take another line.
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        self._dialled_number = number
        self._enter(S.SEIZED, dial_tone=self._settings.dial_tone_timeout_s)
        self._emit(SetHook(off_hook=True), Listen(progress=True))

    def _lift(self) -> None:
        # By hand, at any moment: whoever holds it hears dial tone and presses the keys, or hears the
        # caller of whom the display has not been told yet.
        if self._state is S.AWAITING_CALLER_ID:
            self._emit(StopReceivingCallerId())
        self._ringing = False
        self._emit(SetHook(off_hook=True))
        self._go_up()

    def _tone_when_seized(self, event: ToneHeard) -> None:
        if event.tone == "dial":
            self._dial()
        elif event.tone in ("busy", "congestion"):
            self._release(ClearCause.CONGESTION)

    def _no_dial_tone(self) -> None:
        if self._settings.dial_tone_required:
            self._release(ClearCause.NO_DIAL_TONE)
        else:
            self._dial()

    def _dial(self) -> None:
        self._enter(S.DIALLING, dialling=self._settings.dialling_limit_s)
        self._emit(SendKeys(digits=self._dialled_number))

    def _glare(self, _event: RingBurstStarted) -> None:
        # We hold the loop: the exchange takes that as answer. The far caller is on the line already.
        self._ringing = False
        self._emit(Cleared(cause=ClearCause.GLARE))
        self._enter(S.OFFERED_SEIZED, answer=self._settings.ring_gone_s)
        self._emit(Listen(), CallOffered(caller=CallerNumber()))

    def _dialled(self, _event: SignalSent) -> None:
        self._enter(S.AWAITING_ANSWER, answer=self._settings.answer_limit_s)
        self._look_at_battery()

    def _dialling_failed(self) -> None:
        self._release(ClearCause.FAILED)

    def _tone_before_answer(self, event: ToneHeard) -> None:
        match event.tone:
            case "ringback":
                self._stop_timer("ringback_over")
                self._emit(Alerting())
            case "busy":
                self._release(ClearCause.BUSY)
            case "congestion":
                self._release(ClearCause.CONGESTION)
            case _:
                pass

    def _tone_stopped_before_answer(self, event: ToneStopped) -> None:
        if self._answers_at(event):
            self._set_timer("ringback_over", _RINGBACK_OVER_S)

    def _answers_at(self, event: ToneStopped) -> bool:
        """Without a reversal the end of ringback is the only sign of answer."""
        return event.tone == "ringback" and not self._settings.answers_on_polarity

    def _polarity_before_answer(self, _event: PolarityReversed) -> None:
        if self._settings.answers_on_polarity:
            self._answer_assumed()

    def _answer_assumed(self) -> None:
        self._go_up()
        self._emit(Answered())

    def _no_answer(self) -> None:
        self._release(ClearCause.NO_ANSWER)
