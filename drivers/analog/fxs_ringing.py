"""An FXS line that rings its telephone, and tells it who calls.

The caller's number goes out where `CallerIdMode` says: in the first long pause of ringing, or before it,
after a polarity reversal or without; in Britain an alerting tone comes between reversal and FSK. Polarity
is as before when the ringing begins. A telephone that lies on-hook hears only what the card is asked to
let through to it, for a time.
"""

from drivers.analog.fxs_in_call import FxsInCall, FxsState
from drivers.caller import CallerIdMode, CallerNumber
from drivers.hardware import HookChanged, ReversePolarity, SetRinger, TransmitOnHook
from drivers.interface import Answered, ClearCause, Cleared
from drivers.line_sound import SendCallerId, SendTone, SignalSent, StopSignal

__all__ = ["FxsRinging"]

S = FxsState

_CALLER_ID_PAUSE_S = 1.5
"""Room for the delay and about a second of FSK."""
_DTMF = frozenset({CallerIdMode.DTMF_BEFORE_RING, CallerIdMode.DTMF_AFTER_REVERSAL})
_AFTER_REVERSAL = frozenset({CallerIdMode.FSK_AFTER_REVERSAL, CallerIdMode.DTMF_AFTER_REVERSAL})
_AFTER_FIRST_RING = frozenset({CallerIdMode.FSK_AFTER_FIRST_RING, CallerIdMode.AUTOMATIC})


class FxsRinging(FxsInCall):
    """From the command to ring until somebody lifts, or nobody did.

    Runs in: event loop.
    """

    _caller = CallerNumber()
    _reversed = False
    _cadence_s: tuple[float, ...] = ()
    _cadence_index = 0
    _pause_s = 0.0
    _caller_id_due = False

    def _ring(self, caller: CallerNumber, cadence_s: tuple[float, ...] | None) -> None:
        if self._state is not S.IDLE:
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        self._caller = caller
        self._cadence_s = cadence_s or self._settings.ring_cadence_s
        mode = self._settings.caller_id
        if mode in _AFTER_REVERSAL:
            self._reversed = True
            self._emit(ReversePolarity())
            self._enter(S.REVERSED, lead=self._settings.reversal_lead_s)
        elif mode in _DTMF:
            self._send_early_caller_id()
        else:
            self._begin_ringing()

    def _alert_on_hook(self) -> None:
        if self._settings.alerts_on_hook and self._settings.caller_id not in _DTMF:
            self._enter(S.ALERTING_ON_HOOK, alert=self._settings.alert_limit_s)
            room_s = self._settings.alert_limit_s + self._settings.alert_pause_s
            self._emit(TransmitOnHook(seconds=room_s), SendTone(tone="tas"))
        else:
            self._send_early_caller_id()

    def _alerted_on_hook(self, _event: SignalSent) -> None:
        self._set_timer("alert", self._settings.alert_pause_s)

    def _send_early_caller_id(self) -> None:
        mode = self._settings.caller_id
        self._enter(S.SENDING_CALLER_ID, caller_id=self._settings.caller_id_limit_s)
        self._emit(
            TransmitOnHook(seconds=self._settings.caller_id_limit_s),
            SendCallerId(caller=self._caller, mode=mode, form=self._settings.dtmf_form.name),
        )

    def _caller_id_sent(self, _event: SignalSent) -> None:
        self._set_timer("caller_id", self._settings.ring_lead_s)

    def _restore_polarity(self) -> None:
        if self._reversed:
            self._reversed = False
            self._emit(ReversePolarity())

    def _lifted_before_ring(self, event: HookChanged) -> None:
        if event.off_hook:
            self._emit(StopSignal())
            self._restore_polarity()
            self._answered()

    def _begin_ringing(self) -> None:
        self._restore_polarity()
        self._cadence_index = 0
        self._caller_id_due = self._settings.caller_id in _AFTER_FIRST_RING
        self._enter(
            S.RINGING,
            ring_limit=self._settings.ring_limit_s,
            burst=self._cadence_s[0],
        )
        self._emit(SetRinger(ringing=True))

    def _next_burst(self) -> None:
        self._cadence_index += 1
        duration_s = self._cadence_s[self._cadence_index % len(self._cadence_s)]
        self._set_timer("burst", duration_s)
        pausing = self._cadence_index % 2 == 1
        self._emit(SetRinger(ringing=not pausing))
        # Once, in the first pause that is long enough: a double ring's inner pause is not.
        if pausing and self._caller_id_due and duration_s >= _CALLER_ID_PAUSE_S:
            self._caller_id_due = False
            self._pause_s = duration_s
            self._set_timer("caller_id_delay", self._settings.caller_id_delay_s)

    def _send_caller_id(self) -> None:
        rest_s = self._pause_s - self._settings.caller_id_delay_s
        self._emit(
            TransmitOnHook(seconds=rest_s),
            SendCallerId(caller=self._caller, mode=CallerIdMode.FSK_AFTER_FIRST_RING),
        )

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
        self._emit(SetRinger(ringing=False), StopSignal())
        self._restore_polarity()
        self._emit(Cleared(cause=cause))
