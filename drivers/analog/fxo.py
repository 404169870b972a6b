"""FXO: the subscriber's end of an analog line. Our trunk to the exchange; in the town, a telephone.

Loop start and kewlstart. On-hook the line watches for ringing, off-hook it carries the call. An incoming
call (`fxo_incoming`) ends when ringing stays away, or after answer by what the exchange gives: battery
drop (kewlstart), polarity reversal, busy tone (`fxo_in_call`). For an outgoing one see `fxo_outgoing`.

Every state that waits has a timer; see `_TIMERS`. Sources of the durations: `FxoSettings`.
"""

from functools import partial
from typing import ClassVar

from drivers.analog.fxo_in_call import FxoState
from drivers.analog.fxo_outgoing import FxoOutgoing
from drivers.errors import CommandNotPossible
from drivers.hardware import (
    BatteryChanged,
    HardwareEvent,
    PolarityReversed,
    PulsesSent,
    RingBurstEnded,
    RingBurstStarted,
)
from drivers.interface import (
    Alert,
    AnnounceWaitingCall,
    Answer,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    Flash,
    InService,
    LineCommand,
    LineOutput,
    Progress,
    Ring,
    SendDigits,
    ShowMessageWaiting,
)
from drivers.line_sound import (
    CallerIdHeard,
    DigitHeard,
    Heard,
    SignalSent,
    SoundHeard,
    ToneHeard,
    ToneStopped,
)

__all__ = ["FxoLine", "FxoState"]

S = FxoState

_CLEARABLE = frozenset(
    {
        S.UP,
        S.AWAITING_WAITING_CALLER,
        S.JUDGING_WAITING_CALLER,
        S.FLASHING,
        S.LOSING_BATTERY,
        S.SEIZED,
        S.DIALLING,
        S.PULSING,
        S.AWAITING_ANSWER,
        S.OFFERED_SEIZED,
    }
)


class FxoLine(FxoOutgoing):
    """One FXO line; see `drivers.interface.Line`.

    Runs in: event loop.
    """

    _IN_ALARM = S.ALARM
    _TABLE: ClassVar[dict[tuple[S, type], str]] = {
        (S.FAILED, BatteryChanged): "_battery_in_failed",
        (S.IDLE, BatteryChanged): "_battery_in_idle",
        (S.IDLE, RingBurstStarted): "_ring_begins",
        (S.IDLE, DigitHeard): "_first_caller_digit",
        (S.IDLE, PolarityReversed): "_reversed_on_hook",
        (S.AWAITING_EARLY_CALLER_ID, RingBurstStarted): "_ring_after_reversal",
        (S.AWAITING_EARLY_CALLER_ID, DigitHeard): "_digit_after_reversal",
        (S.AWAITING_EARLY_CALLER_ID, BatteryChanged): "_battery_while_ringing",
        (S.AWAITING_FIRST_RING, RingBurstStarted): "_ring_begins",
        (S.COLLECTING_DIGITS, DigitHeard): "_next_caller_digit",
        (S.COLLECTING_DIGITS, RingBurstStarted): "_ring_after_digits",
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
        (S.UP, SoundHeard): "_sound_changed",
        (S.JUDGING_WAITING_CALLER, CallerIdHeard): "_waiting_caller_judged",
        **{
            (state, event): action
            for state in (
                S.AWAITING_WAITING_CALLER,
                S.JUDGING_WAITING_CALLER,
            )
            for event, action in (
                (BatteryChanged, "_battery_in_call"),
                (PolarityReversed, "_polarity_in_call"),
                (ToneHeard, "_tone_in_call"),
                (DigitHeard, "_digit"),
                (SoundHeard, "_sound_changed"),
            )
        },
        (S.LOSING_BATTERY, BatteryChanged): "_battery_back",
        (S.LOSING_BATTERY, ToneStopped): "_tone_stopped_in_glitch",
        (S.SEIZED, ToneHeard): "_tone_when_seized",
        (S.SEIZED, RingBurstStarted): "_glare",
        (S.DIALLING, SignalSent): "_dialled",
        (S.PULSING, PulsesSent): "_card_has_dialled",
        (S.AWAITING_ANSWER, ToneHeard): "_tone_before_answer",
        (S.AWAITING_ANSWER, ToneStopped): "_tone_stopped_before_answer",
        (S.AWAITING_ANSWER, PolarityReversed): "_polarity_before_answer",
        (S.AWAITING_ANSWER, BatteryChanged): "_battery_in_call",
    }
    _TIMERS: ClassVar[dict[tuple[S, str], str]] = {
        (S.STARTING, "settled"): "_settled",
        (S.IDLE, "battery_failure"): "_battery_failed",
        (S.AWAITING_EARLY_CALLER_ID, "window"): "_judge_caller_id",
        (S.AWAITING_FIRST_RING, "ring_gone"): "_caller_gone",
        (S.COLLECTING_DIGITS, "gap"): "_digits_fall_silent",
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
        (S.UP, "silence"): "_silent_for_long",
        (S.AWAITING_WAITING_CALLER, "talk_limit"): "_talk_limit",
        (S.AWAITING_WAITING_CALLER, "window"): "_judge_waiting_caller",
        (S.JUDGING_WAITING_CALLER, "talk_limit"): "_talk_limit",
        (S.JUDGING_WAITING_CALLER, "judgement"): "_forget_waiting_caller",
        (S.FLASHING, "flashed"): "_flashed",
        (S.LOSING_BATTERY, "drop"): "_far_end_cleared",
        (S.RELEASING, "guard"): "_released",
        (S.SEIZED, "dial_tone"): "_no_dial_tone",
        (S.DIALLING, "dialling"): "_dialling_failed",
        (S.PULSING, "dialling"): "_dialling_failed",
        (S.PULSING, "pulse"): "_next_pulse",
        (S.PULSING, "hold"): "_let_card_dial",
        (S.AWAITING_ANSWER, "answer"): "_no_answer",
        (S.AWAITING_ANSWER, "ringback_over"): "_answer_assumed",
    }

    def start(self, now: float) -> list[LineOutput]:
        """Go on-hook and look whether the exchange feeds the line."""
        return self._run(self._begin, now)

    def receive(self, event: HardwareEvent | Heard, now: float) -> list[LineOutput]:
        """Take what the hardware tells or what was heard."""
        match event:
            case BatteryChanged(present=present):
                self._battery = present
            case RingBurstStarted():
                self._ringing = True
            case RingBurstEnded(judged=judged):
                if judged:
                    self._ring_judged(now)
                self._ringing = False
            case _:
                pass
        return super().receive(event, now)

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Take a command of the exchange."""
        match command:
            case Alert() | Progress():
                return []  # such lines carry nothing but sound before the answer
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
            case Ring() | AnnounceWaitingCall() | ShowMessageWaiting():
                message = "an FXO line can't ring or tell anyone: only the exchange's end can"
                raise CommandNotPossible(message)

    # ------------------------------------------------------------ starting

    def _begin(self) -> None:
        # The card may be another than before: only what it tells from here on counts.
        self._battery = self._ringing = False
        self._settle()

    def _settle(self) -> None:
        self._let_go()
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
            self._settle()

    # ------------------------------------------------------------ ended by us

    def _clear(self, cause: ClearCause) -> None:
        match self._state:
            case S.OFFERED:
                # An exchange can't be told "no": the line rings on; forget it until ringing stops.
                self._emit(Cleared(cause=cause))
                self._enter(S.IGNORING)
                self._watch_ringing()
            case state if state in _CLEARABLE:
                self._release(cause)
            case _:
                pass

    def _released(self) -> None:
        self._go_idle()
        self._resume_ringing()
