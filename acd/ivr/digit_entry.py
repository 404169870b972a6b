"""Digits that a caller keys in: a number of a customer, of an agent, of a telephone; or one key of a choice.

Keys may be pressed while the prompt plays. ``#`` ends the digits, ``*`` begins anew; as many as can be are
complete at once, fewer after a pause.
"""

from collections.abc import Callable
from enum import Enum
from typing import ClassVar

from acd.ivr.steps import PROMPT_LIMIT_S, Hush, Play, Step, Wait, WalkInput

__all__ = ["DigitEntry"]


class _State(Enum):
    PROMPTED = "prompted"
    AWAITED = "awaited"
    OVER = "over"


class DigitEntry:
    """One such entry.

    Args:
        prompts: What is asked.
        invalid: Played after too few digits, or such as are not taken.
        most: Digits at most,
        least: and at least.
        allowed: Whether digits are taken.
        timeout_s: Longest pause before the first key, and between two.
        attempts: So often is asked.
    """

    def __init__(
        self,
        prompts: tuple[str, ...],
        *,
        invalid: tuple[str, ...] = (),
        most: int,
        least: int = 1,
        allowed: Callable[[str], bool] = lambda _: True,
        timeout_s: float = 5.0,
        attempts: int = 3,
    ) -> None:
        self._prompts = prompts
        self._invalid = invalid
        self._most = most
        self._least = least
        self._allowed = allowed
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._steps: list[Step] = []
        self._state = _State.OVER
        self._digits = ""
        self.outcome: str | None = None
        "The digits; empty: given up; None: not over."

    def begin(self) -> list[Step]:
        """Ask."""
        self._ask(self._prompts)
        return self._take()

    def receive(self, given: WalkInput, key: str = "") -> list[Step]:
        """Let something happen; look at `outcome` afterwards."""
        handler = self._TABLE[self._state][given]
        if not isinstance(handler, str):
            handler(self, key)
        return self._take()

    def _take(self) -> list[Step]:
        steps, self._steps = self._steps, []
        return steps

    def _ask(self, prompts: tuple[str, ...]) -> None:
        self._digits = ""
        if prompts:
            self._steps.append(Play(prompts))
            self._wait(_State.PROMPTED, PROMPT_LIMIT_S)
        else:
            self._await("")

    def _wait(self, state: _State, limit_s: float) -> None:
        self._steps.append(Wait(limit_s))
        self._state = state

    def _await(self, _: str) -> None:
        self._wait(_State.AWAITED, self._timeout_s)

    def _await_in_silence(self, _: str) -> None:
        self._steps.append(Hush())  # the end of the prompt was never reported
        self._await("")

    def _interrupt(self, key: str) -> None:
        self._steps.append(Hush())
        self._collect(key)

    def _collect(self, key: str) -> None:
        if key == "#":
            self._finish("")
        elif key == "*":
            self._digits = ""
            self._await("")
        elif key.isdigit():
            self._digits += key
            if len(self._digits) >= self._most:
                self._finish("")
            else:
                self._await("")
        else:
            self._await("")

    def _finish(self, _: str) -> None:
        if len(self._digits) >= self._least and self._allowed(self._digits):
            self._state, self.outcome = _State.OVER, self._digits
            return
        self._attempts -= 1
        if self._attempts <= 0:
            self._state, self.outcome = _State.OVER, ""
        else:
            self._ask((*(self._invalid if self._digits else ()), *self._prompts))

    _OVER = "nothing is asked any more"
    _TABLE: ClassVar[dict[_State, dict[WalkInput, Callable[["DigitEntry", str], None] | str]]] = {
        _State.PROMPTED: {
            WalkInput.KEYED: _interrupt,
            WalkInput.SOUND_FINISHED: _await,
            WalkInput.TIMED_OUT: _await_in_silence,
        },
        _State.AWAITED: {
            WalkInput.KEYED: _collect,
            WalkInput.SOUND_FINISHED: "nothing plays",
            WalkInput.TIMED_OUT: _finish,
        },
        _State.OVER: dict.fromkeys(WalkInput, _OVER),
    }
