"""How English says numbers, in names of prompts.

"One hundred and five", with "and" before the last two digits, also after a round thousand ("one thousand
and five"): a Briton expects it, an American accepts it, and on a telephone it keeps the hundreds apart
from what follows. Up to ninety-nine a number is one recording.
"""

from acd.ivr.gender import Gender

__all__ = ["minutes_form", "number", "ordinal"]


def number(value: int, gender: Gender | None) -> tuple[str, ...]:
    """A number from 0 to 9999; the gender changes nothing."""
    _ = gender
    rest = value % 100
    if value and not rest:
        return _hundreds(value)
    return (*_hundreds(value), f"number.{rest}")


def ordinal(value: int) -> tuple[str, ...]:
    """An ordinal from 1 to 9999: only its last word is one."""
    rest = value % 100
    if rest:
        return (*_hundreds(value), f"ordinal.{rest}")
    last = value % 1000 or value
    return (*_hundreds(value - last), f"ordinal.{last}")


def minutes_form(value: int) -> str:
    """The prompt that follows a number of minutes."""
    return "minutes.one" if value == 1 else "minutes.many"


def _hundreds(value: int) -> tuple[str, ...]:
    """All but the last two digits, with "and" if these are not zero."""
    rest = value % 100
    parts = [part for part in (value // 1000 * 1000, value % 1000 - rest) if part]
    names = [f"number.{part}" for part in parts]
    if names and rest:
        names[-1] += ".and"
    return tuple(names)
