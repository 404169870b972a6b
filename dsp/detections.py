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
    "MfSignalEnded",
    "MfSignalHeard",
    "PlayFinished",
    "ProgressToneEnded",
    "ProgressToneHeard",
    "RecordOverrun",
    "SignalToneEnded",
    "SignalToneHeard",
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
    start_s: float = 0.0
    """When it began, within about 5 ms; as all of these since the plane's first tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitEnded:
    """The digit heard last on this slot is over."""

    slot: int
    tick: int
    digit: str
    duration_ms: float
    """Its length, within about 7 ms."""
    start_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressToneHeard:
    """A progress tone of the slot's tone plan is on the line, its cadence matched."""

    slot: int
    tick: int
    tone: str
    """``dial``, ``ringback``, ``busy`` or ``congestion``."""
    start_s: float = 0.0
    level_dbm0: float = 0.0
    """Of all its frequencies together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressToneEnded:
    """The progress tone heard before is there no longer."""

    slot: int
    tick: int
    tone: str
    start_s: float = 0.0
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MfSignalHeard:
    """A register's signal began: two of six tones (ITU-T Q.441; R1: Q.320)."""

    slot: int
    tick: int
    signal: int
    """1 to 15; 10 is digit 0."""
    level_dbm0: float
    """Mean level of its two tones, each by itself."""
    twist_db: float
    """The higher tone's level over the lower one's."""
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MfSignalEnded:
    """The register signal heard last on this slot is over."""

    slot: int
    tick: int
    signal: int
    start_s: float
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalToneHeard:
    """A tone that a machine or an exchange sends once.

    ``CNG`` (calling fax) and ``CAS`` (caller alerting) are reported when they are over, ``SIT`` (special
    information) in its last segment, answer tones after 0.55 s: ``CED`` (fax, or a modem without echo
    cancellers to switch off), ``ANS`` (its phase reversed every 450 ms), ``ANSam`` (modulated by 15 Hz).
    """

    slot: int
    tick: int
    tone: str
    start_s: float
    level_dbm0: float
    duration_ms: float
    """So far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalToneEnded:
    """The answer tone or special information tone heard before is over."""

    slot: int
    tick: int
    tone: str
    start_s: float
    duration_ms: float


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
    | MfSignalHeard
    | MfSignalEnded
    | SignalToneHeard
    | SignalToneEnded
    | ActivityChanged
    | PlayFinished
    | CaptureFinished
    | RecordOverrun
    | DescriptorLost
    | EventFetched
)
