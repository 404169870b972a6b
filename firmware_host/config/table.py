"""What all tables of the configuration are made of: their base, and the kinds of values."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = [
    "CallerIdDigits",
    "CallerIdHeardHow",
    "CallerIdHow",
    "Callers",
    "Chance",
    "Cost",
    "Count",
    "Digits",
    "Key",
    "Language",
    "Name",
    "Pin",
    "PortIndex",
    "PromptNames",
    "Seconds",
    "Signalling",
    "StarCode",
    "Table",
    "TelephoneNumber",
    "WaitingSeconds",
]

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Chance = Annotated[float, Meta(ge=0.5, le=0.99)]
WaitingSeconds = Annotated[float, Meta(ge=1, le=86_400)]
"""A limit on how long people or machines wait: below a second nobody could meet it."""
Count = Annotated[int, Meta(ge=1, le=100)]
Callers = Annotated[int, Meta(ge=1, le=100_000)]
PortIndex = Annotated[int, Meta(ge=0, le=1023)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Key = Annotated[str, Meta(pattern=r"^[0-9*#]$")]
Digits = Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")]
TelephoneNumber = Annotated[str, Meta(pattern=r"^\+?[0-9]{1,20}$")]
Cost = Annotated[float, Meta(ge=0, le=1_000_000)]
Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,12}$")]
StarCode = Annotated[str, Meta(pattern=r"^\*[0-9]{1,4}$")]
Language = Literal["en", "ro"]
CallerIdHow = Literal[
    "none",
    "fsk_after_first_ring",
    "fsk_after_reversal",
    "dtmf_before_ring",
    "dtmf_after_reversal",
]
CallerIdHeardHow = CallerIdHow | Literal["automatic"]
CallerIdDigits = Literal[
    "etsi",
    "brazil",
    "a_to_hash",
    "d_to_c",
    "number_to_hash",
    "a_to_silence",
    "number_to_silence",
]
Signalling = Literal["kewlstart", "loopstart", "groundstart", "em_wink", "em_immediate"]
PromptNames = tuple[str, ...]


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all tables: unknown keys are mistakes."""
