"""An E&M trunk: the far end's lead without its glitches, the call while it is up, release and rest.

E&M ties two exchanges together: each end has a lead of its own that says off-hook or on-hook, and sees the
other's. Neither feeds the other or rings it. The called end answers by its lead, so that an answer is
told, not guessed. What is common to incoming and outgoing calls stands here; those parts build on it.

Whatever the lead does for less than `glitch_s` has not happened. A card that has judged the lead itself
tells late but steadily, which does no harm here.

After a call the trunk rests for the guard time. A far end that has been off-hook ever since holds the
trunk: at first it is waited for, then it is an alarm.
"""

from abc import abstractmethod
from enum import Enum

from drivers.analog.settings import EmSettings
from drivers.hardware import HardwareEvent, HookChanged, SetHook
from drivers.interface import ClearCause, Cleared, DigitReceived, InService, OutOfService
from drivers.line_sound import DigitHeard, Heard, Listen, SendKeys, StopSignal
from drivers.timed_machine import TimedMachine

__all__ = ["EmState", "EmTrunk"]


class EmState(Enum):
    """Where an E&M line stands."""

    STARTING = "starting"
    FAILED = "failed"
    ALARM = "alarm"
    IDLE = "idle"
    SEIZED_BY_FAR_END = "seized by the far end"
    WINKING = "winking"
    COLLECTING_DIGITS = "collecting digits"
    OFFERED = "offered"
    REFUSING = "refusing"
    UP = "up"
    FAR_END_ON_HOOK = "far end on-hook"
    AWAITING_WINK = "awaiting wink"
    MEASURING_WINK = "measuring wink"
    GLARE = "holding against glare"
    PAUSING = "pausing before digits"
    DIALLING = "dialling"
    AWAITING_ANSWER = "awaiting answer"
    RELEASING = "releasing"
    HELD = "held by the far end"
    LOCKED_OUT = "locked out"


S = EmState

_LEAD = "lead"


class EmTrunk(TimedMachine[EmState]):
    """What every E&M line does whoever called whom.

    Runs in: event loop.
    """

    def __init__(self, settings: EmSettings) -> None:
        super().__init__(EmState.STARTING)
        self._settings = settings
        self._told_off_hook: bool | None = None
        "What the card told last; not believed before it has lasted."
        self._off_hook: bool | None = None
        "The far end's lead, believed; None before the card told."
        self._told_at = 0.0
        self._changed_at = 0.0
        "When the believed change began."
        self._in_service = False

    # ------------------------------------------------------------ the far end's lead

    def _enter(self, state: EmState, **timers_s: float) -> None:
        lead = self._deadlines.get(_LEAD)
        super()._enter(state, **timers_s)
        if lead is not None:
            self._deadlines[_LEAD] = lead

    def _act_on(self, event: HardwareEvent | Heard) -> None:
        if not isinstance(event, HookChanged):
            super()._act_on(event)
        elif event.off_hook != self._told_off_hook:
            self._told_off_hook, self._told_at = event.off_hook, self._now
            if event.off_hook == self._off_hook:
                self._stop_timer(_LEAD)
            else:
                self._set_timer(_LEAD, self._settings.glitch_s)

    def _lead_settled(self) -> None:
        """The lead has kept its new state: it is told to the table."""
        if self._told_off_hook is not None:
            self._off_hook, self._changed_at = self._told_off_hook, self._told_at
            super()._act_on(HookChanged(off_hook=self._off_hook))

    def _forget_lead(self) -> None:
        self._stop_timer(_LEAD)
        self._told_off_hook = self._off_hook = None

    # ------------------------------------------------------------ service

    def _enter_service(self) -> None:
        if not self._in_service:
            self._in_service = True
            self._emit(InService())

    def _leave_service(self, alarm: str) -> None:
        self._in_service = False
        self._emit(OutOfService(alarm=alarm))

    # ------------------------------------------------------------ in a call

    def _go_up(self) -> None:
        self._enter(S.UP, talk_limit=self._settings.talk_limit_s)
        self._emit(Listen(digits=True))

    def _digit(self, event: DigitHeard) -> None:
        self._emit(DigitReceived(digit=event.digit))

    def _enter_in_call(self, state: EmState, **timers_s: float) -> None:
        """Another state of the same call: its backstop goes on."""
        talk_limit = self._deadlines["talk_limit"]
        self._enter(state, **timers_s)
        self._deadlines["talk_limit"] = talk_limit

    def _lead_in_call(self, event: HookChanged) -> None:
        if not event.off_hook:
            rest_s = self._changed_at + self._settings.release_s - self._now
            self._enter_in_call(S.FAR_END_ON_HOOK, release=max(rest_s, 0.0))

    def _off_hook_again(self, event: HookChanged) -> None:
        if event.off_hook:
            self._enter_in_call(S.UP)

    def _far_end_cleared(self) -> None:
        self._release(ClearCause.FAR_END)

    def _talk_limit(self) -> None:
        self._release(ClearCause.FAILED)

    def _send_digits(self, digits: str) -> None:
        if self._state in (S.UP, S.FAR_END_ON_HOOK, S.AWAITING_ANSWER):
            self._emit(SendKeys(digits=digits))

    # ------------------------------------------------------------ release and rest

    def _let_go(self) -> None:
        self._emit(SetHook(off_hook=False), StopSignal(), Listen())

    def _release(self, cause: ClearCause) -> None:
        self._let_go()
        self._emit(Cleared(cause=cause))
        self._rest()

    def _rest(self) -> None:
        """The lead is on-hook, ours: stay so for as long as the far end needs to see it."""
        self._enter(S.RELEASING, guard=self._settings.guard_s)

    def _lead_in_guard(self, event: HookChanged) -> None:
        # The guard is for what we seize. A far end that was on-hook and seizes anew has its next call.
        if event.off_hook:
            self._enter_service()
            self._seized()

    def _rested(self) -> None:
        if self._off_hook:
            self._wait_for_release()
        else:
            self._go_idle()

    def _wait_for_release(self) -> None:
        self._enter(S.HELD, held=self._settings.held_s)

    def _released_at_last(self, event: HookChanged) -> None:
        if not event.off_hook:
            self._rest()

    def _lock_out(self) -> None:
        self._enter(S.LOCKED_OUT)
        self._leave_service("far end does not release the trunk")

    def _go_idle(self) -> None:
        self._enter(S.IDLE)
        self._enter_service()

    @abstractmethod
    def _seized(self) -> None:
        """The far end wants a call; our lead is on-hook."""
