"""Telephone numbers as the number plan needs them: a canonical form and a kind.

Which digits form a number of which kind depends on the country, of which the ACD knows nothing: a
`NumberReader` is injected. `PlainNumbers` knows only what the digits themselves tell.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

__all__ = ["Completeness", "Number", "NumberForm", "NumberKind", "NumberReader", "PlainNumbers"]


class NumberKind(Enum):
    """What sort of number it is: who may dial it depends on that."""

    EMERGENCY = "emergency"
    INTERNAL = "internal"
    TOLL_FREE = "toll free"
    SHORT = "short"
    NATIONAL = "national"
    PREMIUM = "premium"
    INTERNATIONAL = "international"
    UNKNOWN = "unknown"


class NumberForm(Enum):
    """How a trunk wants a number."""

    E164 = "e164"
    "With ``+`` and country code (ITU-T E.164)."
    NATIONAL = "national"
    "As a subscriber of this country dials it."
    DIALLED = "dialled"
    "As it came."


class Completeness(Enum):
    """Whether more digits may follow."""

    NO = "more digits are needed"
    MAYBE = "a number, but a longer one may begin like it"
    YES = "no longer number begins like it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that somebody wants to reach."""

    dialled: str
    digits: str
    "Canonical: E.164 with ``+``; else the digits themselves."
    kind: NumberKind


class NumberReader(Protocol):
    """What digits mean in one country, at one site."""

    def read(self, dialled: str) -> Number | None:
        """The number that these digits are; None: nobody can have it."""

    def completeness(self, dialled: str) -> Completeness:
        """Whether somebody who dials has reached the end."""

    def write(self, number: Number, form: NumberForm) -> str:
        """The digits to send to a trunk."""


class PlainNumbers:
    """A `NumberReader` that knows no country."""

    def read(self, dialled: str) -> Number | None:
        """``+`` begins an international number; all else is of unknown kind."""
        digits = dialled.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            return None
        international = dialled.startswith("+")
        kind = NumberKind.INTERNATIONAL if international else NumberKind.UNKNOWN
        return Number(dialled=dialled, digits=dialled, kind=kind)

    def completeness(self, dialled: str) -> Completeness:
        """Nobody knows."""
        return Completeness.MAYBE if dialled else Completeness.NO

    def write(self, number: Number, form: NumberForm) -> str:
        """As dialled, or canonical."""
        return number.dialled if form is NumberForm.DIALLED else number.digits
