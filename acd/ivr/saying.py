"""Which prompts say something that is only known during the call.

What callers hear most, the first places and the first half hour, are sentences recorded whole: they have
the melody of a sentence. Beyond that a sentence is glued: an opening, words up to ninety-nine, hundreds,
thousands, a closing. Each language has its rules in a file of its own; the texts of the prompts are
elsewhere, and anything that a rule can name is among them.
"""

from typing import Protocol

from acd.ivr import english, romanian
from acd.ivr.gender import Gender

__all__ = [
    "LANGUAGES",
    "LARGEST_NUMBER",
    "LONGER_WAIT",
    "WHOLE_PLACES",
    "WHOLE_WAITS",
    "Gender",
    "minutes_prompts",
    "number_prompts",
    "place_prompts",
    "wait_prompts",
]

LARGEST_NUMBER = 9999
"What is larger is said as just that."
WHOLE_PLACES = 20
"Places up to this one are one recording each."
WHOLE_WAITS = 30
"Waits up to this many minutes are one recording each."
LONGER_WAIT = ("wait.longer",)
"That it takes a little longer than the caller was told, in any language."


class _Rules(Protocol):
    """What a language's file offers."""

    def number(self, value: int, gender: Gender | None) -> tuple[str, ...]: ...

    def ordinal(self, value: int) -> tuple[str, ...]: ...

    def minutes_form(self, value: int) -> str: ...


_RULES: dict[str, _Rules] = {"en": english, "ro": romanian}

LANGUAGES = tuple(_RULES)
"Languages in which numbers can be said."


def number_prompts(number: int, language: str, *, gender: Gender | None = None) -> tuple[str, ...]:
    """The prompts that say a number.

    Args:
        number: 0 or more; above `LARGEST_NUMBER` "ten thousand or more" is said.
        language: One of `LANGUAGES`.
        gender: Of the noun that is counted; None when nothing is ("unu, doi, trei").

    Raises:
        ValueError: The number is negative.
        KeyError: Nobody knows how this language says numbers.
    """
    _check(number, 0)
    if number > LARGEST_NUMBER:
        return ("number.many",)
    return _RULES[language].number(number, gender)


def minutes_prompts(minutes: int, language: str) -> tuple[str, ...]:
    """The prompts that say a number of minutes, such as "douăzeci | de minute".

    Raises:
        ValueError: The number is negative.
        KeyError: Nobody knows how this language says numbers.
    """
    said = number_prompts(minutes, language, gender=Gender.NEUTER)
    # Whatever is too large ends like ten thousand.
    form = _RULES[language].minutes_form(min(minutes, LARGEST_NUMBER + 1))
    return (*said, form)


def place_prompts(place: int, language: str) -> tuple[str, ...]:
    """The prompts that tell a caller a place in the queue; 1 is next.

    Raises:
        ValueError: There is no such place.
        KeyError: Nobody knows how this language says numbers.
    """
    _check(place, 1)
    if place <= WHOLE_PLACES:
        return (f"place.{place}",)
    if place > LARGEST_NUMBER:
        return ("place.many",)
    return ("place.begin", *_RULES[language].ordinal(place), "place.end")


def wait_prompts(minutes: int, language: str) -> tuple[str, ...]:
    """The prompts that tell a caller about how many minutes the wait will be.

    Raises:
        ValueError: Less than a minute.
        KeyError: Nobody knows how this language says numbers.
    """
    _check(minutes, 1)
    if minutes <= WHOLE_WAITS:
        return (f"wait.{minutes}",)
    return ("wait.begin", *minutes_prompts(minutes, language))


def _check(number: int, least: int) -> None:
    if number < least:
        raise ValueError(f"{number}: nothing below {least} can be said here")
