"""FXS: the office end of an analog line. Feeds and rings a telephone; in the town, the exchange's end.

The far end lifts by itself (a call is offered to us, digits follow as DTMF), or we ring it. A short
on-hook in a call may be a flash: the line waits before it believes a hang-up, unless flashes are off.
When we end the call while the far end is off-hook, the line tells it in its configured way (battery
drop, polarity reversal, busy tone), then gives busy tone, then howler, then is locked out, silent and
out of service, until the handset is put down.

Every state that waits has a timer; see `_TIMERS`.
"""

from enum import Enum
from functools import partial
from typing import ClassVar

from drivers.analog.settings import Disconnect, FxsSettings
from drivers.analog.timed_machine import TimedMachine
from drivers.errors import CommandNotPossible
from drivers.interface import (
    Answer,
    Answered,
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
    HookChanged,
    HookFlashed,
    InService,
    LineCommand,
    LineOutput,
    Listen,
    OutOfService,
    ReversePolarity,
    Ring,
    SendCallerId,
    SendDigits,
    SendKeys,
    SendTone,
    SetBattery,
    SetRinger,
    SignalSent,
    StopSignal,
)

__all__ = ["FxsLine", "FxsState"]


class FxsState(Enum):
    """Where an FXS line stands."""

    STARTING = "starting"
    FAILED = "failed"
    IDLE = "idle"
    SENDING_CALLER_ID = "sending caller ID"
    RINGING = "ringing"
    UP = "up"
    ON_HOOK_IN_CALL = "on-hook in call"
    DISCONNECTING = "disconnecting"
    BUSY_TONE = "busy tone"
    HOWLING = "howling"
    LOCKED_OUT = "locked out"


S = FxsState

_CALLER_ID_PAUSE_S = 1.5
"""Room for the delay and about a second of FSK."""


class FxsLine(TimedMachine[FxsState]):
    """One FXS line; see `drivers.interface.Line`.

    Runs in: event loop.
    """

    _TABLE: ClassVar[dict[tuple[S, type], str]] = {
        (S.STARTING, HookChanged): "_hook_at_start",
        (S.FAILED, HookChanged): "_hook_at_start",
        (S.IDLE, HookChanged): "_lifted",
        (S.SENDING_CALLER_ID, HookChanged): "_lifted_before_ring",
        (S.SENDING_CALLER_ID, SignalSent): "_caller_id_sent",
        (S.RINGING, HookChanged): "_ring_trip",
        (S.UP, HookChanged): "_down_in_call",
        (S.UP, DigitHeard): "_digit",
        (S.ON_HOOK_IN_CALL, HookChanged): "_up_again",
        (S.BUSY_TONE, HookChanged): "_put_down",
        (S.HOWLING, HookChanged): "_put_down",
        (S.LOCKED_OUT, HookChanged): "_put_down",
    }
    _TIMERS: ClassVar[dict[tuple[S, str], str]] = {
        (S.STARTING, "hook_report"): "_no_hook_report",
        (S.SENDING_CALLER_ID, "caller_id"): "_begin_ringing",
        (S.RINGING, "burst"): "_next_burst",
        (S.RINGING, "caller_id_delay"): "_send_caller_id",
        (S.RINGING, "ring_limit"): "_ring_limit",
        (S.UP, "talk_limit"): "_disconnect",
        (S.ON_HOOK_IN_CALL, "hang_up"): "_hung_up",
        (S.DISCONNECTING, "drop"): "_drop_over",
        (S.BUSY_TONE, "busy"): "_howl",
        (S.HOWLING, "howler"): "_lock_out",
    }

    def __init__(self, settings: FxsSettings) -> None:
        super().__init__(FxsState.STARTING)
        self._settings = settings
        self._off_hook: bool | None = None
        self._caller = CallerNumber()
        self._cadence_index = 0
        self._caller_id_due = False
        self._down_since = 0.0
        self._in_service = False

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
            case Ring(caller=caller):
                return self._run(partial(self._ring, caller), now)
            case Clear(cause=cause):
                return self._run(partial(self._clear, cause), now)
            case Answer():
                # The handset that lifted is connected already; some exchanges show it.
                return self._run(self._show_answer, now)
            case SendDigits(digits=digits):
                return self._run(partial(self._send_digits, digits), now)
            case Dial() | Flash():
                message = "an FXS line feeds a telephone: it can't dial or flash towards it"
                raise CommandNotPossible(message)

    # ------------------------------------------------------------ starting

    def _begin(self) -> None:
        # The card may be another than before: only what it tells from here on counts.
        self._off_hook = None
        self._in_service = False
        self._emit(SetRinger(ringing=False), SetBattery(present=True), StopSignal(), Listen())
        self._enter(S.STARTING, hook_report=self._settings.hook_report_s)

    def _hook_at_start(self, event: HookChanged) -> None:
        self._enter(S.IDLE)
        self._enter_service()
        # Whoever holds the handset lost their call with the last call server: the line works, and they
        # are someone who has lifted and wants to dial.
        self._lifted(event)

    def _no_hook_report(self) -> None:
        self._enter(S.FAILED)
        self._leave_service("card does not report the hook")

    def _enter_service(self) -> None:
        if not self._in_service:
            self._in_service = True
            self._emit(InService())

    def _leave_service(self, alarm: str) -> None:
        self._in_service = False
        self._emit(OutOfService(alarm=alarm))

    # ------------------------------------------------------------ lifted by itself

    def _lifted(self, event: HookChanged) -> None:
        if event.off_hook:
            self._go_up()
            self._emit(CallOffered(caller=CallerNumber()))

    def _go_up(self) -> None:
        self._enter(S.UP, talk_limit=self._settings.talk_limit_s)
        self._emit(Listen(digits=True))

    def _digit(self, event: DigitHeard) -> None:
        self._emit(DigitReceived(digit=event.digit))

    def _show_answer(self) -> None:
        if self._state is S.UP and self._settings.reverses_polarity_on_answer:
            self._emit(ReversePolarity())

    def _send_digits(self, digits: str) -> None:
        if self._state is S.UP:
            self._emit(SendKeys(digits=digits))

    # ------------------------------------------------------------ rung by us

    def _ring(self, caller: CallerNumber) -> None:
        if self._state is not S.IDLE:
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        self._caller = caller
        if self._settings.caller_id is CallerIdMode.DTMF_BEFORE_RING:
            self._enter(S.SENDING_CALLER_ID, caller_id=self._settings.caller_id_limit_s)
            self._emit(SendCallerId(caller=caller, mode=CallerIdMode.DTMF_BEFORE_RING))
        else:
            self._begin_ringing()

    def _caller_id_sent(self, _event: SignalSent) -> None:
        self._set_timer("caller_id", 0.3)  # the digits' receiver needs a moment before ringing

    def _lifted_before_ring(self, event: HookChanged) -> None:
        if event.off_hook:
            self._emit(StopSignal())
            self._answered()

    def _begin_ringing(self) -> None:
        self._cadence_index = 0
        self._caller_id_due = self._settings.caller_id is CallerIdMode.FSK_AFTER_FIRST_RING
        self._enter(
            S.RINGING,
            ring_limit=self._settings.ring_limit_s,
            burst=self._settings.ring_cadence_s[0],
        )
        self._emit(SetRinger(ringing=True))

    def _next_burst(self) -> None:
        cadence = self._settings.ring_cadence_s
        self._cadence_index += 1
        duration_s = cadence[self._cadence_index % len(cadence)]
        self._set_timer("burst", duration_s)
        pausing = self._cadence_index % 2 == 1
        self._emit(SetRinger(ringing=not pausing))
        # Once, in the first pause that is long enough: a double ring's inner pause is not.
        if pausing and self._caller_id_due and duration_s >= _CALLER_ID_PAUSE_S:
            self._caller_id_due = False
            self._set_timer("caller_id_delay", self._settings.caller_id_delay_s)

    def _send_caller_id(self) -> None:
        self._emit(SendCallerId(caller=self._caller, mode=CallerIdMode.FSK_AFTER_FIRST_RING))

    def _ring_trip(self, event: HookChanged) -> None:
        if event.off_hook:
            self._emit(SetRinger(ringing=False), StopSignal())
            self._answered()

    def _answered(self) -> None:
        self._go_up()
        self._emit(Answered())

    def _ring_limit(self) -> None:
        self._stop_ringing(ClearCause.NO_ANSWER)

    def _stop_ringing(self, cause: ClearCause) -> None:
        self._enter(S.IDLE)
        self._emit(SetRinger(ringing=False), StopSignal(), Cleared(cause=cause))

    # ------------------------------------------------------------ hook in a call

    def _down_in_call(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._down_since = self._now
            wait_s = self._settings.flash_maximum_s or self._settings.flash_minimum_s
            self._enter(S.ON_HOOK_IN_CALL, hang_up=wait_s)

    def _up_again(self, event: HookChanged) -> None:
        if not event.off_hook:
            return
        flashes = self._settings.flash_maximum_s > 0
        long_enough = self._now - self._down_since >= self._settings.flash_minimum_s
        self._go_up()
        if flashes and long_enough:
            self._emit(HookFlashed())

    def _hung_up(self) -> None:
        self._free(ClearCause.FAR_END)

    def _free(self, cause: ClearCause) -> None:
        self._enter(S.IDLE)
        self._emit(StopSignal(), Listen(), Cleared(cause=cause))

    # ------------------------------------------------------------ ended by us

    def _clear(self, cause: ClearCause) -> None:
        match self._state:
            case S.SENDING_CALLER_ID | S.RINGING:
                self._stop_ringing(cause)
            case S.ON_HOOK_IN_CALL:
                self._free(cause)
            case S.UP:
                self._disconnect()
            case _:
                pass

    def _disconnect(self) -> None:
        self._emit(StopSignal(), Listen())
        match self._settings.disconnect:
            case Disconnect.BATTERY_DROP:
                self._emit(SetBattery(present=False))
                self._enter(S.DISCONNECTING, drop=self._settings.battery_drop_s)
            case Disconnect.POLARITY:
                self._emit(ReversePolarity())
                self._give_busy_tone()
            case Disconnect.BUSY_TONE:
                self._give_busy_tone()

    def _drop_over(self) -> None:
        self._emit(SetBattery(present=True))
        if self._off_hook:
            self._give_busy_tone()
        else:
            self._free(ClearCause.NORMAL)

    def _give_busy_tone(self) -> None:
        self._enter(S.BUSY_TONE, busy=self._settings.busy_s)
        self._emit(SendTone(tone="busy"))

    def _howl(self) -> None:
        self._enter(S.HOWLING, howler=self._settings.howler_s)
        self._emit(SendTone(tone="howler"))

    def _lock_out(self) -> None:
        self._enter(S.LOCKED_OUT)
        self._emit(StopSignal())
        self._leave_service("handset left off-hook")

    def _put_down(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._free(ClearCause.NORMAL)
            self._enter_service()
