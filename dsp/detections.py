"""What the plane heard, and what it finished, each with its slot and the tick it happened in."""

from dataclasses import dataclass

__all__ = [
    "ActivityChanged",
    "CaptureFinished",
    "DescriptorLost",
    "Detection",
    "DigitEnded",
    "DigitHeard",
    "EventFetched",
    "PlayFinished",
    "ProgressToneEnded",
    "ProgressToneHeard",
    "RecordOverrun",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitHeard:
    """A DTMF digit began, 33 to 40 ms ago; a digit held for long is heard once."""

    slot: int
    tick: int
    digit: str
    """One of 0-9, ``*``, ``#``, A-D."""
    level_dbm0: float
    """Mean level of its two tones, each by itself."""
    twist_db: float
    """The high tone's level over the low one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitEnded:
    """The digit heard last on this slot is over."""

    slot: int
    tick: int
    digit: str
    duration_ms: float
    """Its length, within about 7 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressToneHeard:
    """A progress tone of the slot's tone plan is on the line, its cadence matched."""

    slot: int
    tick: int
    tone: str
    """``dial``, ``ringback``, ``busy`` or ``congestion``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressToneEnded:
    """The progress tone heard before is there no longer."""

    slot: int
    tick: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityChanged:
    """Sound began on the line (60 ms above -38 dBm0), or it fell silent (400 ms below)."""

    slot: int
    tick: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayFinished:
    """A sound, tone or string of digits is over; there is exactly one for each that was begun."""

    slot: int
    tick: int
    play_id: int
    completed: bool
    """It ran to its end; otherwise it was stopped or replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFinished:
    """A capture is over, because it was stopped, replaced or full."""

    slot: int
    tick: int
    capture_id: int
    octets: bytes
    """What the line said, in its law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOverrun:
    """Nobody drained recordings in time: blocks of this one are lost from now on, until there is room."""

    slot: int
    """The left tap's slot, or the right one's, or -1."""
    tick: int
    record_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorLost:
    """The slot's descriptor is gone (card pulled, far end closed); the pump has let go of it."""

    slot: int
    tick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFetched:
    """The card told of an event on the slot's descriptor; only its driver knows what it means."""

    slot: int
    tick: int
    value: int


Detection = (
    DigitHeard
    | DigitEnded
    | ProgressToneHeard
    | ProgressToneEnded
    | ActivityChanged
    | PlayFinished
    | CaptureFinished
    | RecordOverrun
    | DescriptorLost
    | EventFetched
)
