"""E&M: a trunk between two exchanges, each with a lead of its own; both ends are this machine.

Immediate start and wink start, called numbers in both directions (`em_incoming`, `em_outgoing`); what is
common to them is `em_trunk`'s. Sources of the durations: `EmSettings`.

Every state that waits has a timer; see `_TIMERS`.
"""

from functools import partial
from typing import ClassVar

from drivers.analog.em_outgoing import EmOutgoing
from drivers.analog.em_trunk import EmState
from drivers.errors import CommandNotPossible
from drivers.hardware import HookChanged, WinkDetected
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
from drivers.line_sound import DigitHeard, SignalSent, ToneHeard

__all__ = ["EmLine", "EmState"]

S = EmState

_CLEARABLE = frozenset(
    {
        S.UP,
        S.FAR_END_ON_HOOK,
        S.AWAITING_WINK,
        S.MEASURING_WINK,
        S.GLARE,
        S.PAUSING,
        S.DIALLING,
        S.AWAITING_ANSWER,
    }
)


class EmLine(EmOutgoing):
    """One E&M line; see `drivers.interface.Line`.

    Runs in: event loop.
    """

    _IN_ALARM = S.ALARM
    _TABLE: ClassVar[dict[tuple[S, type], str]] = {
        (S.STARTING, HookChanged): "_lead_at_start",
        (S.FAILED, HookChanged): "_lead_at_start",
        (S.IDLE, HookChanged): "_lead_in_idle",
        (S.SEIZED_BY_FAR_END, HookChanged): "_lead_before_offer",
        (S.WINKING, HookChanged): "_lead_before_offer",
        (S.COLLECTING_DIGITS, HookChanged): "_lead_before_offer",
        (S.COLLECTING_DIGITS, DigitHeard): "_called_digit",
        (S.OFFERED, HookChanged): "_lead_while_offered",
        (S.REFUSING, HookChanged): "_refused",
        (S.UP, HookChanged): "_lead_in_call",
        (S.UP, DigitHeard): "_digit",
        (S.FAR_END_ON_HOOK, HookChanged): "_off_hook_again",
        (S.AWAITING_WINK, HookChanged): "_wink_begins",
        (S.AWAITING_WINK, WinkDetected): "_card_saw_wink",
        (S.MEASURING_WINK, HookChanged): "_wink_ends_there",
        (S.GLARE, HookChanged): "_far_end_yields",
        (S.PAUSING, HookChanged): "_lead_before_digits",
        (S.DIALLING, HookChanged): "_lead_while_dialling",
        (S.DIALLING, SignalSent): "_dialled",
        (S.AWAITING_ANSWER, HookChanged): "_lead_before_answer",
        (S.AWAITING_ANSWER, ToneHeard): "_tone_before_answer",
        (S.RELEASING, HookChanged): "_lead_in_guard",
        (S.HELD, HookChanged): "_released_at_last",
        (S.LOCKED_OUT, HookChanged): "_released_at_last",
    }
    _TIMERS: ClassVar[dict[tuple[S, str], str]] = {
        **{(state, "lead"): "_lead_settled" for state in S},
        (S.STARTING, "lead_report"): "_no_lead_report",
        (S.SEIZED_BY_FAR_END, "delay"): "_wink",
        (S.WINKING, "wink"): "_wink_ends",
        (S.COLLECTING_DIGITS, "digit"): "_offer",
        (S.OFFERED, "offer"): "_nobody_answers",
        (S.REFUSING, "refusal"): "_tone_long_enough",
        (S.UP, "talk_limit"): "_talk_limit",
        (S.FAR_END_ON_HOOK, "talk_limit"): "_talk_limit",
        (S.FAR_END_ON_HOOK, "release"): "_far_end_cleared",
        (S.AWAITING_WINK, "wink"): "_no_wink",
        (S.MEASURING_WINK, "too_long"): "_glare",
        (S.GLARE, "glare"): "_nobody_yields",
        (S.PAUSING, "pause"): "_dial",
        (S.DIALLING, "dialling"): "_dialling_failed",
        (S.AWAITING_ANSWER, "answer"): "_no_answer",
        (S.AWAITING_ANSWER, "answered"): "_answered",
        (S.RELEASING, "guard"): "_rested",
        (S.HELD, "held"): "_lock_out",
    }

    def start(self, now: float) -> list[LineOutput]:
        """Go on-hook and learn how the far end's lead stands."""
        return self._run(self._begin, now)

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Take a command of the exchange."""
        match command:
            case Alert() | Progress():
                return []  # such lines carry nothing but sound before the answer
            case Answer():
                return self._run(self._answer, now)
            case Clear(cause=cause):
                return self._run(partial(self._clear, cause), now)
            case Dial(number=number):
                return self._run(partial(self._seize, number), now)
            case SendDigits(digits=digits):
                return self._run(partial(self._send_digits, digits), now)
            case Ring() | AnnounceWaitingCall() | ShowMessageWaiting() | Flash():
                message = "at the far end of an E&M line is an exchange, no telephone"
                raise CommandNotPossible(message)

    # ------------------------------------------------------------ starting

    def _begin(self) -> None:
        # The card may be another than before: only what it tells from here on counts.
        self._forget_lead()
        self._in_service = False
        self._let_go()
        self._enter(S.STARTING, lead_report=self._settings.lead_report_s)

    def _lead_at_start(self, event: HookChanged) -> None:
        if event.off_hook:
            # A call of the last call server: the far end will see our release.
            self._wait_for_release()
        else:
            self._go_idle()

    def _no_lead_report(self) -> None:
        self._enter(S.FAILED)
        self._leave_service("card does not report the far end's lead")

    # ------------------------------------------------------------ ended by us

    def _clear(self, cause: ClearCause) -> None:
        if self._state is S.OFFERED:
            self._refuse(cause)
        elif self._state in _CLEARABLE:
            self._release(cause)
