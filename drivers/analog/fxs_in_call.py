"""An FXS line in a call: keys, flashes, a call that waits, and how the far end is told of the end.

A short on-hook may be a flash: the line waits before it believes a hang-up, unless flashes are off. A
shorter one is a dial pulse; the line counts them until a pause ends the digit. A hang-up that comes before
that pause takes the unfinished digit with it. A card may detect flashes and count pulses itself.

When we end the call while the far end is off-hook, the line tells it in its configured way (battery drop,
polarity reversal, busy tone), then gives busy tone, then howler, then is locked out, silent and out of
service, until the handset is put down.

A call that waits is announced by an alerting tone; a telephone that answers it with DTMF ``D`` (or ``A``)
is sent FSK (Telcordia GR-30, 2.4; EN 300 659-2). One that does not answer is left in peace.
"""

from enum import Enum

from drivers.analog.dial_pulses import digit_of_pulses
from drivers.analog.settings import Disconnect, FxsSettings
from drivers.caller import CallerIdMode, CallerNumber
from drivers.hardware import (
    FlashDetected,
    HookChanged,
    PulsesCounted,
    ReversePolarity,
    SetBattery,
)
from drivers.interface import (
    CallOffered,
    ClearCause,
    Cleared,
    DigitReceived,
    HookFlashed,
    InService,
    OutOfService,
)
from drivers.line_sound import (
    DigitHeard,
    Listen,
    SendCallerId,
    SendKeys,
    SendTone,
    SignalSent,
    StopSignal,
)
from drivers.timed_machine import TimedMachine

__all__ = ["FxsInCall", "FxsState"]


class FxsState(Enum):
    """Where an FXS line stands."""

    STARTING = "starting"
    FAILED = "failed"
    ALARM = "alarm"
    IDLE = "idle"
    REVERSED = "polarity reversed"
    ALERTING_ON_HOOK = "alerting before caller ID"
    SENDING_CALLER_ID = "sending caller ID"
    RINGING = "ringing"
    UP = "up"
    ALERTING_IN_CALL = "alerting to a waiting call"
    AWAITING_ACKNOWLEDGEMENT = "awaiting acknowledgement"
    SENDING_WAITING_CALLER = "sending the waiting caller's ID"
    ON_HOOK_IN_CALL = "on-hook in call"
    DISCONNECTING = "disconnecting"
    BUSY_TONE = "busy tone"
    HOWLING = "howling"
    LOCKED_OUT = "locked out"


S = FxsState

_ACKNOWLEDGEMENTS = "DA"
"""EN 300 659-2 has D; GR-30 leaves A to whoever has no D."""
_WITH_WAITING_CALL = frozenset(
    {S.ALERTING_IN_CALL, S.AWAITING_ACKNOWLEDGEMENT, S.SENDING_WAITING_CALLER}
)


class FxsInCall(TimedMachine[FxsState]):
    """What every FXS line does once its handset is lifted.

    Runs in: event loop.
    """

    def __init__(self, settings: FxsSettings) -> None:
        super().__init__(FxsState.STARTING)
        self._settings = settings
        self._off_hook: bool | None = None
        self._waiting_caller = CallerNumber()
        self._down_since = 0.0
        self._in_service = False
        self._pulses = 0

    # ------------------------------------------------------------ service

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
        self._pulses = 0
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

    # ------------------------------------------------------------ a second call

    def _enter_in_call(self, state: FxsState, **timers_s: float) -> None:
        """Another state of the same call: its backstop goes on."""
        talk_limit = self._deadlines.get("talk_limit")
        self._enter(state, **timers_s)
        if talk_limit is not None:
            self._deadlines["talk_limit"] = talk_limit

    def _announce_waiting_call(self, caller: CallerNumber) -> None:
        if self._state is S.UP:
            self._waiting_caller = caller
            self._enter_in_call(S.ALERTING_IN_CALL, alert=self._settings.alert_limit_s)
            self._emit(SendTone(tone="cas"))

    def _alerted_in_call(self, _event: SignalSent) -> None:
        self._enter_in_call(
            S.AWAITING_ACKNOWLEDGEMENT, acknowledgement=self._settings.acknowledgement_s
        )

    def _acknowledgement(self, event: DigitHeard) -> None:
        if event.digit not in _ACKNOWLEDGEMENTS:
            self._digit(event)
            return
        self._enter_in_call(S.SENDING_WAITING_CALLER, pause=self._settings.acknowledged_pause_s)

    def _send_waiting_caller(self) -> None:
        self._set_timer("caller_id", self._settings.caller_id_limit_s)
        mode = CallerIdMode.FSK_AFTER_FIRST_RING
        self._emit(SendCallerId(caller=self._waiting_caller, mode=mode, seizure=False))

    def _waiting_caller_sent(self, _event: SignalSent) -> None:
        self._enter_in_call(S.UP)

    def _give_up_waiting_call(self) -> None:
        if self._state is not S.AWAITING_ACKNOWLEDGEMENT:
            self._emit(StopSignal())  # the tone or the message that would not end
        self._enter_in_call(S.UP)

    # ------------------------------------------------------------ hook in a call

    def _down_in_call(self, event: HookChanged) -> None:
        if not event.off_hook:
            if self._state in _WITH_WAITING_CALL:
                self._emit(StopSignal())
            self._down_since = self._now
            wait_s = self._settings.flash_maximum_s or self._settings.flash_minimum_s
            if wait_s > 0:
                self._enter_in_call(S.ON_HOOK_IN_CALL, hang_up=wait_s)
            else:
                self._hung_up()

    def _up_again(self, event: HookChanged) -> None:
        if not event.off_hook:
            return
        settings = self._settings
        down_s = self._now - self._down_since
        self._enter_in_call(S.UP)
        if down_s >= settings.flash_minimum_s:
            self._digit_dialled()
            if settings.flash_maximum_s > 0:
                self._flash_detected()
        else:
            if down_s >= settings.pulse_minimum_s:
                self._pulses += 1
            self._set_timer("pulse_gap", settings.pulse_gap_s)

    def _flash_detected(self, _event: FlashDetected | None = None) -> None:
        if self._settings.flashes:
            self._emit(HookFlashed())

    def _digit_dialled(self) -> None:
        digit = digit_of_pulses(self._pulses)
        self._pulses = 0
        if digit is not None:
            self._emit(DigitReceived(digit=digit))

    def _pulses_counted(self, event: PulsesCounted) -> None:
        self._emit(DigitReceived(digit=event.digit))

    def _hung_up(self) -> None:
        self._free(ClearCause.FAR_END)

    def _free(self, cause: ClearCause) -> None:
        self._enter(S.IDLE)
        self._emit(StopSignal(), Listen(), Cleared(cause=cause))

    # ------------------------------------------------------------ ended by us

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
