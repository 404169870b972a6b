"""What is journaled of alerts. Every fact says all that a receiver needs, so that none must look further.

``subject_kind`` is ``agent`` or ``queue``; ``receivers`` are the names of those who are told this time.
"""

from dataclasses import dataclass

__all__ = [
    "AlertAcknowledged",
    "AlertCallEnded",
    "AlertCallFact",
    "AlertCallPlaced",
    "AlertCleared",
    "AlertEscalated",
    "AlertFact",
    "AlertRaised",
    "AlertRepeated",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised:
    """Something needs a person."""

    number: int
    "Counts up; what acknowledges it names this."
    alert: str
    kind: str
    "Of rule, in words."
    subject_kind: str
    subject: str
    why: str
    severity: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRepeated:
    """It still does."""

    number: int
    alert: str
    subject_kind: str
    subject: str
    why: str
    severity: str
    receivers: tuple[str, ...]
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEscalated:
    """Nobody has acknowledged it: others are told."""

    number: int
    alert: str
    subject_kind: str
    subject: str
    why: str
    severity: str
    receivers: tuple[str, ...]
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledged:
    """Somebody sees to it: it is neither repeated nor escalated any more."""

    number: int
    alert: str
    subject_kind: str
    subject: str
    by: str
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCleared:
    """It is over."""

    number: int
    alert: str
    subject_kind: str
    subject: str
    why: str
    "As it was told last; or that the alert is no longer configured."
    severity: str
    receivers: tuple[str, ...]
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCallPlaced:
    """A telephone is called, or a station rung, to tell of an alert."""

    number: int
    receiver: str
    port: str
    attempt: int
    "From 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCallEnded:
    """This receiver is called about this alert no more."""

    number: int
    receiver: str
    how: str


AlertFact = AlertRaised | AlertRepeated | AlertEscalated | AlertAcknowledged | AlertCleared
AlertCallFact = AlertCallPlaced | AlertCallEnded
