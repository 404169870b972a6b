"""How Romanian says numbers, in names of prompts.

One and two, and what ends in them, follow the gender of what is counted. A neuter noun is masculine in
the singular and feminine in the plural, hence "un minut", "două minute", "douăsprezece minute"; yet what
ends in one keeps "unu" with neuters ("douăzeci și unu de minute") and has "una" with feminines only.
Between number and noun stands "de" when the last two digits are 00 or 20 to 99 ("o sută de minute", but
"o sută unu minute"): the plural rule of CLDR and gettext for ``ro``.

Ordinals of queueing callers are masculine: "al o sută douăzeci și unulea", where only the last word is an
ordinal. "Primul" stands alone; in compounds it is "unulea".
"""

from acd.ivr.gender import Gender

__all__ = ["minutes_form", "number", "ordinal"]


def number(value: int, gender: Gender | None) -> tuple[str, ...]:
    """A number from 0 to 9999; without a gender as one counts: "unu", "doi"."""
    rest = value % 100
    if value and not rest:
        return _hundreds(value)
    return (*_hundreds(value), _last(rest, gender, alone=value == 1))


def ordinal(value: int) -> tuple[str, ...]:
    """An ordinal from 2 to 9999, without the "al" before it."""
    rest = value % 100
    if rest:
        return (*_hundreds(value), f"ordinal.{rest}")
    last = value % 1000 or value
    return (*_hundreds(value - last), f"ordinal.{last}")


def minutes_form(value: int) -> str:
    """The prompt that follows a number of minutes: "minut", "minute", "de minute"."""
    if value == 1:
        return "minutes.one"
    if value == 0 or 1 <= value % 100 <= 19:
        return "minutes.few"
    return "minutes.many"


def _last(rest: int, gender: Gender | None, *, alone: bool) -> str:
    """The last two digits, which are not both zero unless the whole number is."""
    if alone and gender is not None:
        return "number.1.feminine-noun" if gender is Gender.FEMININE else "number.1.noun"
    ends_in_one = rest % 10 == 1 and rest != 11
    ends_in_two = rest % 10 == 2
    if (ends_in_one and gender is Gender.FEMININE) or (
        ends_in_two and gender in (Gender.FEMININE, Gender.NEUTER)
    ):
        return f"number.{rest}.feminine"
    return f"number.{rest}"


def _hundreds(value: int) -> tuple[str, ...]:
    """Thousands and hundreds: feminine words with forms of their own, one recording each."""
    parts = (value // 1000 * 1000, value % 1000 - value % 100)
    return tuple(f"number.{part}" for part in parts if part)
