"""An incoming call on an FXO line: the ring, the caller's number before or after it, the offer.

Where the number comes is `CallerIdMode`'s: as FSK in the silence after the first ring, or as FSK or
DTMF before it, told by a polarity reversal or by nothing. In automatic mode the line takes whichever
comes first. A ring is validated by its length. A call is offered once, when its number is known; without
one, at the second ring where FSK follows the first, else at the first.
"""

from drivers.analog.dtmf_caller_id import parse_dtmf_caller_id
from drivers.analog.fxo_in_call import FxoInCall, FxoState
from drivers.caller import CallerIdMode, CallerNumber
from drivers.hardware import (
    BatteryChanged,
    PolarityReversed,
    RingBurstEnded,
    RingBurstStarted,
    SetHook,
)
from drivers.interface import CallOffered, ClearCause, Cleared
from drivers.line_sound import CallerIdHeard, DigitHeard, Listen

__all__ = ["FxoIncoming"]

S = FxoState

_LONGEST_CALLER = 48
"""Digits of a DTMF caller ID, two numbers and a code; a line may rattle for days."""
_FSK_AFTER_RING = frozenset({CallerIdMode.FSK_AFTER_FIRST_RING, CallerIdMode.AUTOMATIC})
_FSK_BEFORE_RING = frozenset({CallerIdMode.FSK_AFTER_REVERSAL, CallerIdMode.AUTOMATIC})
_DTMF_UNANNOUNCED = frozenset({CallerIdMode.DTMF_BEFORE_RING, CallerIdMode.AUTOMATIC})


class FxoIncoming(FxoInCall):
    """From the first sign of a call until it is answered, refused or gone.

    Runs in: event loop.
    """

    _window_opened = 0.0
    _window_after_ring = False

    # ------------------------------------------------------------ before the first ring

    def _reversed_on_hook(self, _event: PolarityReversed) -> None:
        window_s = self._settings.reversal_window_s
        if self._settings.caller_id in _FSK_BEFORE_RING:
            self._enter(S.AWAITING_EARLY_CALLER_ID, window=window_s)
            self._start_receiving()
        elif self._settings.caller_id is CallerIdMode.DTMF_AFTER_REVERSAL:
            self._enter(S.COLLECTING_DIGITS, gap=window_s)
            self._emit(Listen(digits=True))

    def _ring_after_reversal(self, _event: RingBurstStarted) -> None:
        self._judge_caller_id()

    def _digit_after_reversal(self, event: DigitHeard) -> None:
        # Automatic mode: it is DTMF that comes.
        if self._settings.dtmf_form.begins_with(event.digit):
            self._stop_receiving()
            self._begin_digits(event)

    def _early_judgement(self, event: CallerIdHeard) -> None:
        if event.caller is None:
            self._go_idle()
        else:
            self._caller, self._called = event.caller, event.called
            self._enter(S.AWAITING_FIRST_RING, ring_gone=self._settings.first_ring_s)

    # ------------------------------------------------------------ digits

    def _first_caller_digit(self, event: DigitHeard) -> None:
        unannounced = self._settings.caller_id in _DTMF_UNANNOUNCED
        if unannounced and self._settings.dtmf_form.begins_with(event.digit):
            self._begin_digits(event)

    def _begin_digits(self, event: DigitHeard) -> None:
        self._caller_digits = event.digit
        self._enter(S.COLLECTING_DIGITS, gap=self._settings.digit_gap_s)

    def _next_caller_digit(self, event: DigitHeard) -> None:
        form = self._settings.dtmf_form
        if not self._caller_digits:
            if form.begins_with(event.digit):
                self._begin_digits(event)
            return
        self._caller_digits = (self._caller_digits + event.digit)[:_LONGEST_CALLER]
        ended = event.digit in form.ends
        gap_s = self._settings.digit_gap_s * (3 if ended else 1)
        self._enter(S.COLLECTING_DIGITS, gap=gap_s)
        if ended:
            self._caller = parse_dtmf_caller_id(self._caller_digits, form)

    def _digits_fall_silent(self) -> None:
        if self._caller != CallerNumber():
            self._go_idle()  # the ring has not come
            return
        self._end_digits_by_silence()
        if self._caller == CallerNumber():
            self._go_idle()
        else:
            self._enter(S.COLLECTING_DIGITS, gap=3 * self._settings.digit_gap_s)

    def _end_digits_by_silence(self) -> None:
        form = self._settings.dtmf_form
        if not form.ends and self._caller_digits:
            self._caller = parse_dtmf_caller_id(self._caller_digits, form)
            self._caller_digits = ""

    def _ring_after_digits(self, _event: RingBurstStarted) -> None:
        if self._caller == CallerNumber():
            self._end_digits_by_silence()
        self._validate_ring()

    # ------------------------------------------------------------ the ring

    def _resume_ringing(self) -> None:
        if self._ringing:
            self._validate_ring()

    def _ring_begins(self, _event: RingBurstStarted) -> None:
        self._validate_ring()

    def _validate_ring(self) -> None:
        settings = self._settings
        self._enter(
            S.VALIDATING_RING, valid=settings.ring_minimum_s, burst_limit=settings.ring_maximum_s
        )

    def _ring_valid(self) -> None:
        # The timer found the burst long enough. Where no FSK follows there is nothing to wait for.
        if self._settings.caller_id not in _FSK_AFTER_RING or self._caller != CallerNumber():
            self._offer()

    def _burst_ends(self, _event: RingBurstEnded) -> None:
        if "valid" in self._deadlines:
            self._forget_spike()
        else:
            self._open_window()

    def _ring_judged(self, now: float) -> None:
        """The card has found the burst long enough; its beginning may not have been told."""
        self._now = now
        if not self._ringing:
            self._ringing = True
            self._act_on(RingBurstStarted())
        if "valid" in self._deadlines:
            self._stop_timer("valid")
            self._ring_valid()

    def _forget_spike(self) -> None:
        caller, called = self._caller, self._called
        self._go_idle()
        if caller != CallerNumber():
            # The number came before its ring, which is still to come.
            self._caller, self._called = caller, called
            self._enter(S.AWAITING_FIRST_RING, ring_gone=3 * self._settings.digit_gap_s)

    def _open_window(self) -> None:
        self._window_opened, self._window_after_ring = self._now, True
        self._enter(S.AWAITING_CALLER_ID, window=self._settings.caller_id_window_s)
        self._start_receiving()

    def _ring_in_window(self, _event: RingBurstStarted) -> None:
        if self._now - self._window_opened < self._settings.caller_id_restart_s:
            self._stop_receiving()
            self._validate_ring()
        else:
            self._judge_caller_id()

    def _judge_caller_id(self) -> None:
        self._window_after_ring = self._state is S.AWAITING_CALLER_ID
        self._enter(S.JUDGING_CALLER_ID, judgement=self._settings.judgement_s)
        self._stop_receiving()

    def _caller_id_judged(self, event: CallerIdHeard) -> None:
        if not self._window_after_ring and not self._ringing:
            self._early_judgement(event)
        elif event.caller is None:
            self._judgement_missing()
        else:
            self._caller, self._called = event.caller, event.called
            self._offer()

    def _judgement_missing(self) -> None:
        if not self._window_after_ring:
            # Nothing came before the ring; in automatic mode it may come after it.
            if self._ringing:
                self._validate_ring()
            else:
                self._go_idle()
        # Who sent no number may have hung up after one ring; answering would meet dial tone. A line
        # without caller ID is answered a second later for it, at its second ring.
        elif self._ringing:
            self._offer()
        else:
            self._enter(S.AWAITING_SECOND_RING, ring_gone=self._settings.ring_gone_s)

    def _second_ring(self, _event: RingBurstStarted) -> None:
        self._offer()

    # ------------------------------------------------------------ the offer

    def _offer(self) -> None:
        self._enter(S.OFFERED)
        self._watch_ringing()
        self._emit(CallOffered(caller=self._caller, called=self._called))

    def _watch_ringing(self) -> None:
        self._stop_timer("ring_gone")
        self._stop_timer("burst_limit")
        if self._ringing:
            self._set_timer("burst_limit", self._settings.ring_maximum_s)
        else:
            self._set_timer("ring_gone", self._settings.ring_gone_s)

    def _ring_again(self, _event: RingBurstStarted) -> None:
        self._watch_ringing()

    def _ring_pauses(self, _event: RingBurstEnded) -> None:
        self._watch_ringing()

    def _battery_while_ringing(self, event: BatteryChanged) -> None:
        if not event.present:
            self._caller_gone()

    def _caller_gone(self) -> None:
        offered = self._state is S.OFFERED
        self._stop_receiving()
        self._go_idle()
        if offered:
            self._emit(Cleared(cause=ClearCause.FAR_END))

    def _answer(self) -> None:
        if self._state is S.OFFERED:
            # The exchange trips the ringing; a card need not report the end of that burst.
            self._ringing = False
            self._emit(SetHook(off_hook=True))
            self._go_up()
        elif self._state is S.OFFERED_SEIZED:
            self._go_up()
