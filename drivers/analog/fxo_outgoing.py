"""An outgoing call on an FXO line: seize, hear dial tone, send digits, wait for the answer.

A ring that comes between seizure and dial tone is *glare*: the outgoing attempt fails and the incoming
call is offered, already seized.
"""

from drivers.analog.fxo_in_call import RINGBACK_OVER_S, FxoState
from drivers.analog.fxo_incoming import FxoIncoming
from drivers.caller import CallerNumber
from drivers.hardware import PolarityReversed, RingBurstStarted, SetHook
from drivers.interface import Alerting, Answered, CallOffered, ClearCause, Cleared
from drivers.line_sound import Listen, SendKeys, SignalSent, ToneHeard, ToneStopped

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

    _dialled_number = ""

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
            self._set_timer("ringback_over", RINGBACK_OVER_S)

    def _polarity_before_answer(self, _event: PolarityReversed) -> None:
        if self._settings.answers_on_polarity:
            self._answer_assumed()

    def _answer_assumed(self) -> None:
        self._go_up()
        self._emit(Answered())

    def _no_answer(self) -> None:
        self._release(ClearCause.NO_ANSWER)
