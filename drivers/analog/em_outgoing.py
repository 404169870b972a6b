"""An outgoing call on an E&M line: seize, await the wink or pause, send digits, await the answer.

Off-hook in place of a wink is *glare*: the far end has seized at the same time. Each would wait for the
other for ever; so one end gives way (`EmSettings.yields_in_glare`), releases its seizure and takes the
other's call. The other holds until it sees the release, and goes on as if it had just seized. (Trunk
makers do the same: one end stops its seizure and accepts the call, which end is the carrier's to say.)

The answer is the far end's lead, off-hook for longer than any wink. Before it the caller hears tones, which
tell of ringing, busy and congestion.
"""

from drivers.analog.em_incoming import EmIncoming
from drivers.analog.em_trunk import EmState
from drivers.analog.settings import EmSettings, EmStart
from drivers.hardware import HookChanged, SetHook, WinkDetected
from drivers.interface import Alerting, Answered, ClearCause, Cleared, Proceeding
from drivers.line_sound import DTMF_KEYS, Listen, SendKeys, SignalSent, StopSignal, ToneHeard

__all__ = ["EmOutgoing"]

S = EmState


class EmOutgoing(EmIncoming):
    """From our seizure to the answer.

    Runs in: event loop.
    """

    def __init__(self, settings: EmSettings) -> None:
        super().__init__(settings)
        self._dialled_number = ""
        self._seized_at = 0.0
        self._wink_began_at = 0.0

    def _seize(self, number: str) -> None:
        if self._state is not S.IDLE or self._told_off_hook:
            # Incoming wins, even before it is believed: whoever asked must take another line.
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        if not DTMF_KEYS.issuperset(number):
            self._emit(Cleared(cause=ClearCause.FAILED))
            return
        self._dialled_number = number
        self._emit(SetHook(off_hook=True), Listen(progress=True))
        self._await_start()

    def _await_start(self) -> None:
        self._seized_at = self._now
        if self._settings.start is EmStart.WINK:
            self._enter(S.AWAITING_WINK, wink=self._settings.wink_limit_s)
        else:
            self._enter(S.PAUSING, pause=self._settings.start_delay_s)

    # ------------------------------------------------------------ the wink

    def _wink_begins(self, event: HookChanged) -> None:
        if event.off_hook:
            self._wink_began_at = self._changed_at
            # Its end is believed only when it has lasted.
            longest_s = self._settings.wink_maximum_s + self._settings.glitch_s
            rest_s = max(self._changed_at + longest_s - self._now, 0.0)
            self._enter(S.MEASURING_WINK, too_long=rest_s)

    def _wink_ends_there(self, event: HookChanged) -> None:
        if event.off_hook:
            return
        if self._changed_at - self._wink_began_at >= self._settings.wink_minimum_s:
            self._start_signal_over()
        else:
            rest_s = self._seized_at + self._settings.wink_limit_s - self._now
            self._enter(S.AWAITING_WINK, wink=max(rest_s, 0.0))

    def _card_saw_wink(self, _event: WinkDetected) -> None:
        self._start_signal_over()

    def _start_signal_over(self) -> None:
        self._enter(S.PAUSING, pause=self._settings.digits_delay_s)

    def _no_wink(self) -> None:
        # A wink is to a trunk what dial tone is to a subscriber.
        self._release(ClearCause.NO_DIAL_TONE)

    # ------------------------------------------------------------ glare

    def _glare(self) -> None:
        if self._settings.yields_in_glare:
            self._let_go()
            self._emit(Cleared(cause=ClearCause.GLARE))
            self._seized()
        else:
            self._emit(StopSignal())
            self._enter(S.GLARE, glare=self._settings.wink_limit_s)

    def _far_end_yields(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._await_start()

    def _nobody_yields(self) -> None:
        self._release(ClearCause.GLARE)

    def _lead_before_digits(self, event: HookChanged) -> None:
        # After a wink the far end has us for its caller: what its lead does is looked at later.
        if event.off_hook and self._settings.start is EmStart.IMMEDIATE:
            self._glare()

    def _lead_while_dialling(self, event: HookChanged) -> None:
        soon = self._changed_at - self._seized_at < self._settings.glare_window_s
        if event.off_hook and soon and self._settings.start is EmStart.IMMEDIATE:
            self._glare()

    # ------------------------------------------------------------ digits and answer

    def _dial(self) -> None:
        if self._dialled_number:
            self._enter(S.DIALLING, dialling=self._settings.dialling_limit_s)
            self._emit(SendKeys(digits=self._dialled_number))
        else:
            self._await_answer()

    def _dialled(self, _event: SignalSent) -> None:
        self._await_answer()

    def _dialling_failed(self) -> None:
        self._release(ClearCause.FAILED)

    def _await_answer(self) -> None:
        self._enter(S.AWAITING_ANSWER, answer=self._settings.answer_limit_s)
        self._emit(Proceeding(in_band=True))
        if self._off_hook:
            self._lead_before_answer(HookChanged(off_hook=True))

    def _lead_before_answer(self, event: HookChanged) -> None:
        if event.off_hook:
            wink_over_at = self._changed_at + self._settings.wink_maximum_s
            self._set_timer("answered", max(wink_over_at - self._now, 0.0))
        else:
            self._stop_timer("answered")

    def _answered(self) -> None:
        self._go_up()
        self._emit(Answered())

    def _no_answer(self) -> None:
        self._release(ClearCause.NO_ANSWER)

    def _tone_before_answer(self, event: ToneHeard) -> None:
        match event.tone:
            case "ringback":
                self._emit(Alerting(in_band=True))
            case "busy":
                self._release(ClearCause.BUSY)
            case "congestion":
                self._release(ClearCause.CONGESTION)
            case _:
                pass
