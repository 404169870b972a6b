"""An FXO line while it is idle or in a call: battery, the far end's hanging up, a second call, release.

What stands here is common to incoming and outgoing calls; those parts build on it.

A second call (*type II* caller ID; Telcordia GR-30, 2.4; EN 300 659-2): the exchange mutes the far end
and sends an alerting tone; the line answers with DTMF ``D``, then FSK without seizure tells the caller.
Whatever of it fails to come, the call goes on.
"""

from enum import Enum

from drivers.analog.settings import FxoSettings
from drivers.caller import CallerIdMode, CallerNumber
from drivers.hardware import BatteryChanged, PolarityReversed, SetHook
from drivers.interface import CallWaiting, ClearCause, Cleared, DigitReceived, OutOfService
from drivers.line_sound import (
    CallerIdHeard,
    DigitHeard,
    HoldSpeech,
    Listen,
    ReceiveCallerId,
    SendKeys,
    SoundHeard,
    StopReceivingCallerId,
    StopSignal,
    ToneHeard,
    ToneStopped,
)
from drivers.timed_machine import TimedMachine

__all__ = ["RINGBACK_OVER_S", "FxoInCall", "FxoState"]


class FxoState(Enum):
    """Where an FXO line stands."""

    STARTING = "starting"
    FAILED = "failed"
    ALARM = "alarm"
    IDLE = "idle"
    AWAITING_EARLY_CALLER_ID = "awaiting caller ID before the ring"
    AWAITING_FIRST_RING = "awaiting first ring"
    COLLECTING_DIGITS = "collecting caller digits"
    VALIDATING_RING = "validating ring"
    AWAITING_CALLER_ID = "awaiting caller ID"
    JUDGING_CALLER_ID = "judging caller ID"
    AWAITING_SECOND_RING = "awaiting second ring"
    OFFERED = "offered"
    OFFERED_SEIZED = "offered, seized"
    IGNORING = "ignoring ringing"
    UP = "up"
    AWAITING_WAITING_CALLER = "awaiting the waiting caller's ID"
    JUDGING_WAITING_CALLER = "judging the waiting caller's ID"
    FLASHING = "flashing"
    LOSING_BATTERY = "losing battery"
    RELEASING = "releasing"
    SEIZED = "seized"
    DIALLING = "dialling"
    PULSING = "dialling by pulses"
    AWAITING_ANSWER = "awaiting answer"


S = FxoState

RINGBACK_OVER_S = 0.5
_ACKNOWLEDGEMENT = "D"
_BACKSTOPS = frozenset({"talk_limit", "silence"})
_IN_CALL = frozenset({S.UP, S.AWAITING_WAITING_CALLER, S.JUDGING_WAITING_CALLER})
_HEARS_DIGITS_ON_HOOK = frozenset({CallerIdMode.DTMF_BEFORE_RING, CallerIdMode.AUTOMATIC})


class FxoInCall(TimedMachine[FxoState]):
    """What every FXO line does whoever called whom.

    Runs in: event loop.
    """

    def __init__(self, settings: FxoSettings) -> None:
        super().__init__(FxoState.STARTING)
        self._settings = settings
        self._battery = False
        self._ringing = False
        self._receiving = False
        self._speech_held = False
        self._caller = CallerNumber()
        self._called = ""
        self._caller_digits = ""
        self._back_to = FxoState.UP
        self._back_deadlines: dict[str, float] = {}

    # ------------------------------------------------------------ idle and failing

    def _go_idle(self) -> None:
        self._caller, self._called = CallerNumber(), ""
        self._caller_digits = ""
        self._enter(S.IDLE)
        if not self._battery:
            self._set_timer("battery_failure", self._settings.battery_failure_s)
        self._emit(Listen(digits=self._settings.caller_id in _HEARS_DIGITS_ON_HOOK))

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

    # ------------------------------------------------------------ listening for caller ID

    def _start_receiving(self) -> None:
        self._receiving = True
        self._emit(ReceiveCallerId())

    def _stop_receiving(self) -> None:
        if self._receiving:
            self._receiving = False
            self._emit(StopReceivingCallerId())

    # ------------------------------------------------------------ a card that dials by itself

    def _hold_speech(self) -> None:
        self._speech_held = True
        self._emit(HoldSpeech(held=True))

    def _give_speech_back(self) -> None:
        if self._speech_held:
            self._speech_held = False
            self._emit(HoldSpeech(held=False))

    # ------------------------------------------------------------ in a call

    def _go_up(self) -> None:
        self._enter(S.UP, talk_limit=self._settings.talk_limit_s)
        self._sound_changed(SoundHeard(active=False))
        self._emit(
            Listen(
                digits=True,
                disconnect=self._settings.clears_on_busy_tone,
                activity=self._settings.silence_limit_s > 0,
                alerting=self._settings.call_waiting_caller_id,
            )
        )

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
            self._back_deadlines["ringback_over"] = self._now + RINGBACK_OVER_S

    def _answers_at(self, event: ToneStopped) -> bool:
        """Without a reversal the end of ringback is the only sign of answer."""
        return event.tone == "ringback" and not self._settings.answers_on_polarity

    def _polarity_in_call(self, _event: PolarityReversed) -> None:
        if self._settings.clears_on_polarity:
            self._far_end_cleared()

    def _tone_in_call(self, event: ToneHeard) -> None:
        if self._settings.clears_on_busy_tone and event.tone in ("busy", "congestion"):
            self._far_end_cleared()
        elif self._settings.call_waiting_caller_id and event.tone == "cas":
            self._acknowledge_alert()

    def _sound_changed(self, event: SoundHeard) -> None:
        if event.active or self._settings.silence_limit_s == 0:
            self._stop_timer("silence")
        else:
            self._set_timer("silence", self._settings.silence_limit_s)

    def _silent_for_long(self) -> None:
        self._release(ClearCause.SILENCE)

    def _talk_limit(self) -> None:
        self._release(ClearCause.FAILED)

    def _far_end_cleared(self) -> None:
        self._release(ClearCause.FAR_END)

    def _send_digits(self, digits: str) -> None:
        if self._state in _IN_CALL:
            self._emit(SendKeys(digits=digits))

    def _flash(self) -> None:
        if self._state in _IN_CALL:
            self._stop_receiving()
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

    # ------------------------------------------------------------ a second call

    def _enter_in_call(self, state: FxoState, **timers_s: float) -> None:
        """Another state of the same call: its backstops go on."""
        kept = {name: at for name, at in self._deadlines.items() if name in _BACKSTOPS}
        self._enter(state, **timers_s)
        self._deadlines |= kept

    def _acknowledge_alert(self) -> None:
        # The exchange may send before our digit's pause is over: listen at once. A second alert means
        # that it has not heard us: begin again.
        self._stop_receiving()
        self._enter_in_call(
            S.AWAITING_WAITING_CALLER, window=self._settings.waiting_caller_window_s
        )
        self._start_receiving()
        self._emit(SendKeys(digits=_ACKNOWLEDGEMENT))

    def _judge_waiting_caller(self) -> None:
        self._enter_in_call(S.JUDGING_WAITING_CALLER, judgement=self._settings.judgement_s)
        self._stop_receiving()

    def _waiting_caller_judged(self, event: CallerIdHeard) -> None:
        self._forget_waiting_caller()
        if event.caller is not None:
            self._emit(CallWaiting(caller=event.caller))

    def _forget_waiting_caller(self) -> None:
        self._enter_in_call(S.UP)

    # ------------------------------------------------------------ releasing

    def _let_go(self) -> None:
        self._stop_receiving()
        self._emit(SetHook(off_hook=False))
        self._give_speech_back()
        self._emit(StopSignal(), Listen())

    def _release(self, cause: ClearCause) -> None:
        self._let_go()
        self._emit(Cleared(cause=cause))
        self._enter(S.RELEASING, guard=self._settings.guard_s)
