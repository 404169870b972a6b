"""An incoming call on an E&M line: seizure, our wink, the called number, the offer.

The digits are DTMF. A configured count of them, ``#`` or a pause ends the number. Where none come the call
is offered all the same: the far end may send what we can't read, and no caller is turned away for that.

An exchange can't be told "no": a call that is refused hears a tone until the far end gives up.
"""

from drivers.analog.em_trunk import EmState, EmTrunk
from drivers.analog.settings import EmSettings, EmStart
from drivers.caller import CallerNumber
from drivers.hardware import HookChanged, SetHook
from drivers.interface import CallOffered, ClearCause, Cleared
from drivers.line_sound import DigitHeard, Listen, SendTone, StopSignal

__all__ = ["EmIncoming"]

S = EmState

_END_OF_NUMBER = "#"
_LONGEST_NUMBER = 32


class EmIncoming(EmTrunk):
    """From the far end's seizure until the call is answered, refused or gone.

    Runs in: event loop.
    """

    def __init__(self, settings: EmSettings) -> None:
        super().__init__(settings)
        self._called = ""

    def _lead_in_idle(self, event: HookChanged) -> None:
        if event.off_hook:
            self._seized()

    def _seized(self) -> None:
        self._called = ""
        self._emit(Listen(digits=True))
        if self._settings.start is EmStart.WINK:
            self._enter(S.SEIZED_BY_FAR_END, delay=self._settings.wink_delay_s)
        else:
            self._collect()

    def _wink(self) -> None:
        self._enter(S.WINKING, wink=self._settings.wink_s)
        self._emit(SetHook(off_hook=True))

    def _wink_ends(self) -> None:
        self._emit(SetHook(off_hook=False))
        self._collect()

    def _collect(self) -> None:
        self._enter(S.COLLECTING_DIGITS, digit=self._settings.first_digit_s)

    def _called_digit(self, event: DigitHeard) -> None:
        if event.digit == _END_OF_NUMBER:
            self._offer()
            return
        self._called += event.digit
        if len(self._called) == (self._settings.called_digits or _LONGEST_NUMBER):
            self._offer()
        else:
            self._set_timer("digit", self._settings.between_digits_s)

    def _offer(self) -> None:
        self._enter(S.OFFERED, offer=self._settings.offer_limit_s)
        self._emit(Listen(), CallOffered(caller=CallerNumber(), called=self._called))

    def _lead_before_offer(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._let_go()
            self._rest()

    def _lead_while_offered(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._release(ClearCause.FAR_END)

    def _answer(self) -> None:
        if self._state is S.OFFERED:
            self._emit(SetHook(off_hook=True))
            self._go_up()

    # ------------------------------------------------------------ refused

    def _nobody_answers(self) -> None:
        self._refuse(ClearCause.NO_ANSWER)

    def _refuse(self, cause: ClearCause) -> None:
        tone = "busy" if cause is ClearCause.BUSY else "congestion"
        self._emit(Cleared(cause=cause), SendTone(tone=tone))
        self._enter(S.REFUSING, refusal=self._settings.refusal_s)

    def _refused(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._emit(StopSignal())
            self._rest()

    def _tone_long_enough(self) -> None:
        self._emit(StopSignal())
        self._wait_for_release()
