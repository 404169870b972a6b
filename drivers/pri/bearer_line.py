"""A B-channel as a line: what the D-channel says of its calls, as every line says it. Sans-IO.

The same machine stands at both ends: an E1 has no side that rings and none that is rung.

When the D-channel fails, a call that is up goes on: the worker and the exchange each
give it their T309. When the worker itself is gone, a call that is up is without supervision: nobody would
tell us that the caller has hung up, so it is ended after a while, and its channel restarted.
"""

from enum import Enum
from typing import ClassVar

from drivers.errors import CommandNotPossible
from drivers.hardware import (
    BearerBlocked,
    BearerReady,
    CallDigits,
    FarEndAlerts,
    FarEndAnswers,
    FarEndCalls,
    FarEndClears,
    FarEndProceeds,
    RestartBearer,
    SendAlerting,
    SendConnect,
    SendProgress,
    SendRelease,
    SendSetup,
    SendSetupDigits,
    SupervisionLost,
)
from drivers.interface import (
    Alert,
    Alerting,
    Answer,
    Answered,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitReceived,
    InService,
    LineCommand,
    LineOutput,
    OutOfService,
    Proceeding,
    Progress,
    SendDigits,
    SupervisionEnded,
)
from drivers.line_sound import DigitHeard, Listen, SendKeys, SoundHeard, StopSignal
from drivers.pri.causes import NORMAL_CLEARING, clear_cause, release_cause
from drivers.timed_machine import TimedMachine

__all__ = ["BearerLine", "BearerState"]

_RESTART_S = 60.0
_CLEARING_S = 90.0
"""Longer than the worker's own limit, which restarts the channel."""
_OFFERED_S = 240.0
_ANSWER_S = 240.0
_TALK_LIMIT_S = 24 * 3600.0
DIALLING_KEYS = frozenset("0123456789*#")


class BearerState(Enum):
    """Where a B-channel stands."""

    STARTING = "starting"
    ALARM = "alarm"
    BLOCKED = "blocked"
    IDLE = "idle"
    OFFERED = "offered"
    UP = "up"
    CALLING = "calling"
    ALERTED = "alerting"
    CLEARING = "clearing"
    CLEARED = "cleared by the far end"
    UNSUPERVISED = "unsupervised"


S = BearerState
_WITH_CALL = (S.OFFERED, S.UP, S.CALLING, S.ALERTED, S.UNSUPERVISED)


class BearerLine(TimedMachine[BearerState]):
    """One B-channel.

    Runs in: event loop.

    Args:
        unsupervised_s: How long a call may go on of which nobody tells us any more.
        silence_limit_s: A far end that has said nothing for so long is gone, whatever its exchange says;
            0: never.
    """

    _IN_ALARM = S.ALARM

    def __init__(self, *, unsupervised_s: float = 60.0, silence_limit_s: float = 0.0) -> None:
        super().__init__(S.STARTING)
        self._silence_limit_s = silence_limit_s
        self._unsupervised_s = unsupervised_s
        self._in_service = False
        self._cleared_told = False

    # ------------------------------------------------------------ the contract

    def start(self, now: float) -> list[LineOutput]:
        """Whatever the channel carried is over at both ends."""
        return self._run(self._begin, now)

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Dial, answer, clear; digits go into the number before the answer, as tones after it.

        Raises:
            CommandNotPossible: No B-channel rings, flashes or has a lamp.
        """
        self._now = now
        match command:
            case Dial():
                self._dial(command)
            case Answer():
                if self._state is S.OFFERED:
                    self._emit(SendConnect())
                    self._go_up()
            case SendDigits(digits=digits):
                self._send_digits(digits)
            case Alert(in_band=in_band):
                if self._state is S.OFFERED:
                    self._emit(SendAlerting(in_band=in_band))
            case Progress():
                if self._state is S.OFFERED:
                    self._emit(SendProgress())
            case Clear(cause=cause, q850=q850):
                self._clear(cause, q850)
            case _:
                raise CommandNotPossible(f"a B-channel has no {type(command).__name__}")
        return self._drain()

    # ------------------------------------------------------------ service

    def _begin(self) -> None:
        self._let_go()
        self._emit(RestartBearer())
        self._enter(S.STARTING, restart=_RESTART_S)

    def _let_go(self) -> None:
        self._emit(StopSignal(), Listen())

    def _no_restart(self) -> None:
        self._block("the channel does not come to rest: no answer to its restart")

    def _ready(self, _event: BearerReady) -> None:
        self._enter(S.IDLE)
        if not self._in_service:
            self._in_service = True
            self._emit(InService())

    def _blocked(self, event: BearerBlocked) -> None:
        self._block(event.reason)

    def _block(self, reason: str) -> None:
        self._enter(S.BLOCKED)
        self._in_service = False
        self._emit(OutOfService(alarm=reason))

    # ------------------------------------------------------------ calls that come

    def _call_comes(self, event: FarEndCalls) -> None:
        self._cleared_told = False
        self._enter(S.OFFERED, limit=_OFFERED_S)
        self._emit(CallOffered(caller=event.caller, called=event.called))

    def _not_answered(self) -> None:
        self._clear(ClearCause.NO_ANSWER)

    # ------------------------------------------------------------ calls that go

    def _dial(self, command: Dial) -> None:
        if self._state is not S.IDLE:
            self._emit(Cleared(cause=ClearCause.GLARE))
            return
        self._cleared_told = False
        self._enter(S.CALLING, limit=_ANSWER_S)
        self._emit(SendSetup(called=command.number, caller=command.caller))

    def _proceeds(self, event: FarEndProceeds) -> None:
        self._emit(Proceeding(in_band=event.in_band))

    def _alerts(self, event: FarEndAlerts) -> None:
        self._enter(S.ALERTED, limit=_ANSWER_S)
        self._emit(Alerting(in_band=event.in_band))

    def _answers(self, event: FarEndAnswers) -> None:
        self._go_up()
        self._emit(Answered(connected=event.connected))

    def _send_digits(self, digits: str) -> None:
        if self._state in (S.CALLING, S.ALERTED):
            self._emit(SendSetupDigits(digits=digits))
        elif self._state in (S.UP, S.UNSUPERVISED):
            self._emit(SendKeys(digits=digits))

    # ------------------------------------------------------------ in a call

    def _go_up(self) -> None:
        self._enter(S.UP, talk_limit=_TALK_LIMIT_S)
        if self._silence_limit_s:
            self._set_timer("silence", self._silence_limit_s)
        self._emit(Listen(digits=True, activity=self._silence_limit_s > 0))

    def _key(self, event: DigitHeard) -> None:
        self._emit(DigitReceived(digit=event.digit))

    def _keyed(self, event: CallDigits) -> None:
        for digit in event.digits:
            if digit in DIALLING_KEYS:
                self._emit(DigitReceived(digit=digit))

    def _sound(self, event: SoundHeard) -> None:
        if event.active:
            self._stop_timer("silence")
        elif self._silence_limit_s:
            self._set_timer("silence", self._silence_limit_s)

    def _silent(self) -> None:
        """Layer 3 may have lost the far end's release: nobody is there."""
        self._emit(SendRelease(cause=NORMAL_CLEARING))
        self._let_go()
        self._tell_cleared(ClearCause.SILENCE)
        self._enter(S.CLEARING, limit=_CLEARING_S)

    def _talk_limit(self) -> None:
        self._clear(ClearCause.FAILED)

    def _lose_supervision(self, _event: SupervisionLost) -> None:
        self._enter(S.UNSUPERVISED, limit=self._unsupervised_s)
        self._emit(SupervisionEnded())

    def _lose_unanswered(self, event: SupervisionLost) -> None:
        self._let_go()
        self._tell_cleared(ClearCause.FAILED)
        self._block(event.reason)

    def _idle_without_supervision(self, event: SupervisionLost) -> None:
        self._block(event.reason)

    def _unsupervised_limit(self) -> None:
        self._let_go()
        self._tell_cleared(ClearCause.FAILED)
        self._emit(RestartBearer())
        self._enter(S.STARTING, restart=_RESTART_S)

    # ------------------------------------------------------------ the end of a call

    def _clear(self, cause: ClearCause, q850: int | None = None) -> None:
        if self._state is S.UNSUPERVISED:
            self._let_go()
            self._tell_cleared(ClearCause.NORMAL)
            self._emit(RestartBearer())
            self._enter(S.STARTING, restart=_RESTART_S)
        elif self._state in _WITH_CALL:
            self._let_go()
            self._emit(SendRelease(cause=release_cause(cause) if q850 is None else q850))
            self._enter(S.CLEARING, limit=_CLEARING_S)

    def _far_end_clears(self, event: FarEndClears) -> None:
        self._let_go()
        cause = event.cause or NORMAL_CLEARING
        self._tell_cleared(ClearCause.GLARE if event.glare else clear_cause(cause), cause)
        self._enter(S.CLEARED, limit=_CLEARING_S)

    def _our_clearing_done(self, _event: FarEndClears) -> None:
        self._tell_cleared(ClearCause.NORMAL)
        self._enter(S.CLEARED, limit=_CLEARING_S)

    def _ready_after_call(self, event: BearerReady) -> None:
        self._tell_cleared(ClearCause.NORMAL)
        self._ready(event)

    def _freed_in_call(self, event: BearerReady) -> None:
        """The far end has restarted the channel: the call is over."""
        self._let_go()
        self._tell_cleared(ClearCause.FAILED)
        self._ready(event)

    def _tell_cleared(self, cause: ClearCause, q850: int | None = None) -> None:
        if not self._cleared_told:
            self._cleared_told = True
            self._emit(Cleared(cause=cause, q850=q850))

    def _blocked_in_clearing(self, event: BearerBlocked) -> None:
        self._tell_cleared(ClearCause.FAILED)
        self._block(event.reason)

    def _clearing_stuck(self) -> None:
        self._tell_cleared(ClearCause.FAILED)
        self._begin()

    _TABLE: ClassVar = {
        (S.STARTING, BearerReady): "_ready",
        (S.STARTING, BearerBlocked): "_blocked",
        (S.STARTING, SupervisionLost): "_idle_without_supervision",
        (S.BLOCKED, BearerReady): "_ready",
        (S.BLOCKED, BearerBlocked): "_blocked",
        (S.BLOCKED, SupervisionLost): "_idle_without_supervision",
        (S.IDLE, BearerBlocked): "_blocked",
        (S.IDLE, SupervisionLost): "_idle_without_supervision",
        (S.IDLE, FarEndCalls): "_call_comes",
        (S.OFFERED, FarEndClears): "_far_end_clears",
        (S.OFFERED, SupervisionLost): "_lose_unanswered",
        (S.OFFERED, BearerReady): "_freed_in_call",
        (S.CALLING, FarEndProceeds): "_proceeds",
        (S.CALLING, FarEndAlerts): "_alerts",
        (S.CALLING, FarEndAnswers): "_answers",
        (S.CALLING, FarEndClears): "_far_end_clears",
        (S.CALLING, SupervisionLost): "_lose_unanswered",
        (S.CALLING, BearerReady): "_freed_in_call",
        (S.ALERTED, FarEndProceeds): "_proceeds",
        (S.ALERTED, FarEndAnswers): "_answers",
        (S.ALERTED, FarEndClears): "_far_end_clears",
        (S.ALERTED, SupervisionLost): "_lose_unanswered",
        (S.ALERTED, BearerReady): "_freed_in_call",
        (S.UP, DigitHeard): "_key",
        (S.UP, SoundHeard): "_sound",
        (S.UP, CallDigits): "_keyed",
        (S.UP, FarEndClears): "_far_end_clears",
        (S.UP, SupervisionLost): "_lose_supervision",
        (S.UP, BearerReady): "_freed_in_call",
        (S.UNSUPERVISED, DigitHeard): "_key",
        (S.UNSUPERVISED, BearerReady): "_freed_in_call",
        (S.CLEARING, FarEndClears): "_our_clearing_done",
        (S.CLEARING, BearerReady): "_ready_after_call",
        (S.CLEARING, BearerBlocked): "_blocked_in_clearing",
        (S.CLEARING, SupervisionLost): "_lose_unanswered",
        (S.CLEARED, BearerReady): "_ready",
        (S.CLEARED, BearerBlocked): "_blocked",
        (S.CLEARED, SupervisionLost): "_idle_without_supervision",
    }

    _TIMERS: ClassVar = {
        (S.STARTING, "restart"): "_no_restart",
        (S.OFFERED, "limit"): "_not_answered",
        (S.CALLING, "limit"): "_not_answered",
        (S.ALERTED, "limit"): "_not_answered",
        (S.UP, "talk_limit"): "_talk_limit",
        (S.UP, "silence"): "_silent",
        (S.UNSUPERVISED, "limit"): "_unsupervised_limit",
        (S.CLEARING, "limit"): "_clearing_stuck",
        (S.CLEARED, "limit"): "_clearing_stuck",
    }
