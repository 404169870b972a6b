"""Dialling by pulses: the loop is opened once for "1", ten times for "0".

Ten pulses a second, the loop open for 60 % of each; 0.8 s between digits. That is what makers of modems
give for North America; in Europe it is 67 %, and receivers take both. Sweden's dials count from "0" and
New Zealand's backwards; neither is supported. Decision 0020 names the sources.
"""

__all__ = ["can_be_pulsed", "digit_of_pulses", "pulse_train"]

_DIGITS = "1234567890"


def can_be_pulsed(number: str) -> bool:
    """Whether a dial has all of these characters: there is none for ``*``, ``#`` and ``A`` to ``D``."""
    return all(character in _DIGITS for character in number)


def digit_of_pulses(pulses: int) -> str | None:
    """The digit that so many pulses mean; None for more than a dial can give."""
    return _DIGITS[pulses - 1] if 1 <= pulses <= len(_DIGITS) else None


def pulse_train(
    number: str, *, break_s: float, make_s: float, between_digits_s: float
) -> list[tuple[bool, float]]:
    """How the loop moves for a number: closed or not, and for how long; at the end it is closed."""
    steps: list[tuple[bool, float]] = []
    for digit in number:
        for _ in range(_DIGITS.index(digit) + 1):
            steps += [(False, break_s), (True, make_s)]
        steps[-1] = (True, between_digits_s)
    return steps
