"""FXS: the office end of an analog line. Feeds and rings a telephone; in the town, the exchange's end.

The far end lifts by itself (a call is offered to us, digits follow as DTMF), or we ring it
(`fxs_ringing`). What happens while it is lifted, and how a call ends, is `fxs_in_call`'s.

Every state that waits has a timer; see `_TIMERS`.
"""

from functools import partial
from typing import ClassVar

from drivers.analog.fxs_in_call import FxsState
from drivers.analog.fxs_ringing import FxsRinging
from drivers.errors import CommandNotPossible
from drivers.hardware import (
    FlashDetected,
    HardwareEvent,
    HookChanged,
    PulsesCounted,
    SetBattery,
    SetMessageWaiting,
    SetRinger,
)
from drivers.interface import (
    Alert,
    AnnounceWaitingCall,
    Answer,
    Clear,
    ClearCause,
    Dial,
    Flash,
    LineCommand,
    LineOutput,
    Progress,
    Ring,
    SendDigits,
    ShowMessageWaiting,
)
from drivers.line_sound import DigitHeard, Heard, Listen, SignalSent, StopSignal

__all__ = ["FxsLine", "FxsState"]

S = FxsState


class FxsLine(FxsRinging):
    """One FXS line; see `drivers.interface.Line`.

    Runs in: event loop.
    """

    _IN_ALARM = S.ALARM
    _TABLE: ClassVar[dict[tuple[S, type], str]] = {
        (S.STARTING, HookChanged): "_hook_at_start",
        (S.FAILED, HookChanged): "_hook_at_start",
        (S.IDLE, HookChanged): "_lifted",
        (S.REVERSED, HookChanged): "_lifted_before_ring",
        (S.ALERTING_ON_HOOK, HookChanged): "_lifted_before_ring",
        (S.ALERTING_ON_HOOK, SignalSent): "_alerted_on_hook",
        (S.SENDING_CALLER_ID, HookChanged): "_lifted_before_ring",
        (S.SENDING_CALLER_ID, SignalSent): "_caller_id_sent",
        (S.RINGING, HookChanged): "_ring_trip",
        (S.UP, HookChanged): "_down_in_call",
        (S.UP, DigitHeard): "_digit",
        (S.ALERTING_IN_CALL, HookChanged): "_down_in_call",
        (S.ALERTING_IN_CALL, DigitHeard): "_digit",
        (S.ALERTING_IN_CALL, SignalSent): "_alerted_in_call",
        (S.AWAITING_ACKNOWLEDGEMENT, HookChanged): "_down_in_call",
        (S.AWAITING_ACKNOWLEDGEMENT, DigitHeard): "_acknowledgement",
        (S.SENDING_WAITING_CALLER, HookChanged): "_down_in_call",
        (S.SENDING_WAITING_CALLER, DigitHeard): "_digit",
        (S.SENDING_WAITING_CALLER, SignalSent): "_waiting_caller_sent",
        **{
            (state, event): action
            for state in (
                S.UP,
                S.ALERTING_IN_CALL,
                S.AWAITING_ACKNOWLEDGEMENT,
                S.SENDING_WAITING_CALLER,
            )
            for event, action in (
                (FlashDetected, "_flash_detected"),
                (PulsesCounted, "_pulses_counted"),
            )
        },
        (S.ON_HOOK_IN_CALL, HookChanged): "_up_again",
        (S.BUSY_TONE, HookChanged): "_put_down",
        (S.HOWLING, HookChanged): "_put_down",
        (S.LOCKED_OUT, HookChanged): "_put_down",
    }
    _TIMERS: ClassVar[dict[tuple[S, str], str]] = {
        (S.STARTING, "hook_report"): "_no_hook_report",
        (S.REVERSED, "lead"): "_alert_on_hook",
        (S.ALERTING_ON_HOOK, "alert"): "_send_early_caller_id",
        (S.SENDING_CALLER_ID, "caller_id"): "_begin_ringing",
        (S.RINGING, "burst"): "_next_burst",
        (S.RINGING, "caller_id_delay"): "_send_caller_id",
        (S.RINGING, "ring_limit"): "_ring_limit",
        (S.UP, "talk_limit"): "_disconnect",
        (S.UP, "pulse_gap"): "_digit_dialled",
        (S.ALERTING_IN_CALL, "alert"): "_give_up_waiting_call",
        (S.ALERTING_IN_CALL, "talk_limit"): "_disconnect",
        (S.AWAITING_ACKNOWLEDGEMENT, "acknowledgement"): "_give_up_waiting_call",
        (S.AWAITING_ACKNOWLEDGEMENT, "talk_limit"): "_disconnect",
        (S.SENDING_WAITING_CALLER, "pause"): "_send_waiting_caller",
        (S.SENDING_WAITING_CALLER, "caller_id"): "_give_up_waiting_call",
        (S.SENDING_WAITING_CALLER, "talk_limit"): "_disconnect",
        (S.ON_HOOK_IN_CALL, "hang_up"): "_hung_up",
        (S.ON_HOOK_IN_CALL, "talk_limit"): "_hung_up",
        (S.DISCONNECTING, "drop"): "_drop_over",
        (S.BUSY_TONE, "busy"): "_howl",
        (S.HOWLING, "howler"): "_lock_out",
    }

    _message_waiting: bool | None = None

    def start(self, now: float) -> list[LineOutput]:
        """Stop ringing, feed the line and learn whether the handset is down."""
        return self._run(self._begin, now)

    def receive(self, event: HardwareEvent | Heard, now: float) -> list[LineOutput]:
        """Take what the hardware tells or what was heard."""
        if isinstance(event, HookChanged):
            self._off_hook = event.off_hook
        return super().receive(event, now)

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Take a command of the exchange."""
        match command:
            case Alert() | Progress():
                return []  # such lines carry nothing but sound before the answer
            case Ring(caller=caller, cadence_s=cadence_s):
                return self._run(partial(self._ring, caller, cadence_s), now)
            case Clear(cause=cause):
                return self._run(partial(self._clear, cause), now)
            case Answer():
                # The handset that lifted is connected already; some exchanges show it.
                return self._run(self._show_answer, now)
            case SendDigits(digits=digits):
                return self._run(partial(self._send_digits, digits), now)
            case AnnounceWaitingCall(caller=caller):
                return self._run(partial(self._announce_waiting_call, caller), now)
            case ShowMessageWaiting(waiting=waiting):
                return self._run(partial(self._show_message_waiting, waiting), now)
            case Dial() | Flash():
                message = "an FXS line feeds a telephone: it can't dial or flash towards it"
                raise CommandNotPossible(message)

    # ------------------------------------------------------------ starting

    def _begin(self) -> None:
        # The card may be another than before: only what it tells from here on counts.
        self._off_hook = None
        self._in_service = self._reversed = False
        self._let_go()
        if self._message_waiting is not None:
            self._emit(SetMessageWaiting(waiting=self._message_waiting))
        self._enter(S.STARTING, hook_report=self._settings.hook_report_s)

    def _let_go(self) -> None:
        self._emit(SetRinger(ringing=False), SetBattery(present=True), StopSignal(), Listen())
        self._restore_polarity()

    def _hook_at_start(self, event: HookChanged) -> None:
        self._enter(S.IDLE)
        self._enter_service()
        # Whoever holds the handset lost their call with the last call server: the line works, and they
        # are someone who has lifted and wants to dial.
        self._lifted(event)

    def _no_hook_report(self) -> None:
        self._enter(S.FAILED)
        self._leave_service("card does not report the hook")

    def _show_message_waiting(self, waiting: bool) -> None:
        self._message_waiting = waiting
        if self._state is not S.ALARM:  # else when the line begins again
            self._emit(SetMessageWaiting(waiting=waiting))

    # ------------------------------------------------------------ ended by us

    def _clear(self, cause: ClearCause) -> None:
        match self._state:
            case S.REVERSED | S.ALERTING_ON_HOOK | S.SENDING_CALLER_ID | S.RINGING:
                self._stop_ringing(cause)
            case S.ON_HOOK_IN_CALL:
                self._free(cause)
            case S.UP | S.ALERTING_IN_CALL | S.AWAITING_ACKNOWLEDGEMENT | S.SENDING_WAITING_CALLER:
                self._disconnect()
            case _:
                pass
