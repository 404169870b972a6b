"""A caller asks to be called back: the number is read out and confirmed, or another one is keyed in."""

from acd.ivr.digit_entry import DigitEntry
from acd.ivr.steps import Step, WalkInput

__all__ = ["CallBackTalk", "digit_prompts"]

SHORTEST_NUMBER, LONGEST_NUMBER = 3, 15


def digit_prompts(number: str) -> tuple[str, ...]:
    """The prompts that say a number digit by digit; the digits are the same words in every language."""
    return tuple(f"number.{digit}" for digit in number if digit.isdigit())


class CallBackTalk:
    """The talk, until there is a number or the caller has given up.

    Args:
        number: The caller's, as it would be dialled; empty: not known.
        timeout_s: Longest pause before a key.
        attempts: So often is asked.
    """

    def __init__(self, number: str, *, timeout_s: float, attempts: int) -> None:
        self._number = number
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._entry = self._confirmation() if number else self._request()
        self._confirms = bool(number)
        self.outcome: str | None = None
        "The number; empty: given up; None: not over."

    def begin(self) -> list[Step]:
        """Ask."""
        return self._entry.begin()

    def receive(self, given: WalkInput, key: str = "") -> list[Step]:
        """Let something happen; look at `outcome` afterwards."""
        steps = self._entry.receive(given, key)
        answer = self._entry.outcome
        if answer is None:
            return steps
        if not answer or (self._confirms and answer == "1"):
            self.outcome = self._number if answer else ""
            return steps
        self._confirms = not self._confirms
        if self._confirms:
            self._number = answer
            self._entry = self._confirmation()
        else:
            self._entry = self._request()
        return steps + self._entry.begin()

    def _confirmation(self) -> DigitEntry:
        return DigitEntry(
            ("call-back.number", *digit_prompts(self._number), "call-back.confirm"),
            most=1,
            allowed=lambda key: key in "12",
            timeout_s=self._timeout_s,
            attempts=self._attempts,
        )

    def _request(self) -> DigitEntry:
        return DigitEntry(
            ("call-back.enter",),
            most=LONGEST_NUMBER,
            least=SHORTEST_NUMBER,
            timeout_s=self._timeout_s,
            attempts=self._attempts,
        )
