"""An outgoing call on an FXO line: seize, hear dial tone, dial, wait for the answer.

Digits go out as DTMF, or as pulses: the line's own, by a timer for each opening and closing of the loop, or
the card's. A number with a character that pulses can't send is refused before the line is seized: what
would be dialled without it is another number.

A ring that comes between seizure and dial tone is *glare*: the outgoing attempt fails and the incoming
call is offered, already seized.
"""

from collections import deque

from drivers.analog.dial_pulses import can_be_pulsed, pulse_train
from drivers.analog.fxo_in_call import RINGBACK_OVER_S, FxoState
from drivers.analog.fxo_incoming import FxoIncoming
from drivers.analog.settings import FxoSettings, PulseDialling
from drivers.caller import CallerNumber
from drivers.hardware import DialPulses, PolarityReversed, PulsesSent, RingBurstStarted, SetHook
from drivers.interface import Alerting, Answered, CallOffered, ClearCause, Cleared, Proceeding
from drivers.line_sound import DTMF_KEYS, Listen, SendKeys, SignalSent, ToneHeard, ToneStopped

__all__ = ["FxoOutgoing"]

S = FxoState

_LIFTABLE = frozenset(
    {
        S.IDLE,
        S.AWAITING_EARLY_CALLER_ID,
        S.AWAITING_FIRST_RING,
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


class FxoOutgoing(FxoIncoming):
    """From seizure to answer.

    Runs in: event loop.
    """

    def __init__(self, settings: FxoSettings) -> None:
        super().__init__(settings)
        self._dialled_number = ""
        self._pulses: deque[tuple[bool, float]] = deque()
        self._has_rung = False

    def _seize(self, number: str) -> None:
        if not number and self._state in _LIFTABLE:
            self._lift()
            return
        if self._state is not S.IDLE or self._ringing:
            # Incoming wins: whoever asked must take another line.
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        if not DTMF_KEYS.issuperset(number):
            self._emit(Cleared(cause=ClearCause.FAILED))
            return
        if self._settings.pulse_dialling is not PulseDialling.NONE and not can_be_pulsed(number):
            self._emit(Cleared(cause=ClearCause.FAILED))
            return
        self._dialled_number = number
        self._enter(S.SEIZED, dial_tone=self._settings.dial_tone_timeout_s)
        self._emit(SetHook(off_hook=True), Listen(progress=True))

    def _lift(self) -> None:
        # By hand, at any moment: whoever holds it hears dial tone and presses the keys, or hears the
        # caller of whom the display has not been told yet.
        self._stop_receiving()
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
        if self._settings.pulse_dialling is PulseDialling.NONE:
            self._enter(S.DIALLING, dialling=self._settings.dialling_limit_s)
            self._emit(SendKeys(digits=self._dialled_number))
        else:
            self._dial_pulses()

    # ------------------------------------------------------------ pulses

    def _dial_pulses(self) -> None:
        settings = self._settings
        train = pulse_train(
            self._dialled_number,
            break_s=settings.pulse_break_s,
            make_s=settings.pulse_make_s,
            between_digits_s=settings.between_digits_s,
        )
        if settings.pulse_dialling is PulseDialling.BY_LINE:
            self._pulses = deque(train)
            self._enter(S.PULSING)
            self._next_pulse()
        else:
            length_s = sum(seconds for _, seconds in train)
            self._enter(
                S.PULSING, hold=settings.hold_s, dialling=settings.dialling_limit_s + length_s
            )
            self._hold_speech()

    def _let_card_dial(self) -> None:
        self._emit(DialPulses(digits=self._dialled_number))

    def _next_pulse(self) -> None:
        # The loop is left closed by the last digit, whose pause we do not need to wait for.
        closed, seconds = self._pulses.popleft()
        self._emit(SetHook(off_hook=closed))
        if self._pulses:
            self._set_timer("pulse", seconds)
        else:
            self._await_answer()

    def _card_has_dialled(self, _event: PulsesSent) -> None:
        if self._speech_held:
            self._give_speech_back()
            self._await_answer()

    # ------------------------------------------------------------ from here on it is the exchange's turn

    def _glare(self, _event: RingBurstStarted) -> None:
        # We hold the loop: the exchange takes that as answer. The far caller is on the line already.
        self._ringing = False
        self._emit(Cleared(cause=ClearCause.GLARE))
        self._enter(S.OFFERED_SEIZED, answer=self._settings.ring_gone_s)
        self._emit(Listen(), CallOffered(caller=CallerNumber()))

    def _dialled(self, _event: SignalSent) -> None:
        self._await_answer()

    def _await_answer(self) -> None:
        self._has_rung = False
        self._enter(S.AWAITING_ANSWER, answer=self._settings.answer_limit_s)
        self._emit(Proceeding(in_band=True))
        self._look_at_battery()

    def _dialling_failed(self) -> None:
        self._release(ClearCause.FAILED)

    def _tone_before_answer(self, event: ToneHeard) -> None:
        match event.tone:
            case "ringback":
                self._stop_timer("ringback_over")
                self._has_rung = True
                self._emit(Alerting(in_band=True))
            case "busy":
                self._release(ClearCause.BUSY)
            case "congestion":
                self._release(ClearCause.CONGESTION)
            case _:
                pass

    def _tone_stopped_before_answer(self, event: ToneStopped) -> None:
        if self._answers_at(event):
            self._set_timer("ringback_over", RINGBACK_OVER_S)

    def _polarity_before_answer(self, _event: PolarityReversed) -> None:
        if self._settings.answers_on_polarity:
            self._answer_assumed()

    def _answer_assumed(self) -> None:
        self._go_up()
        self._emit(Answered())

    def _no_answer(self) -> None:
        if self._has_rung:
            self._release(ClearCause.NO_ANSWER)
        else:
            self._answer_assumed()  # lifted before it rang: they may be talking
