"""What one part of the accuracy page holds: limits, and how we and a peer met them on the same signals."""

from dataclasses import dataclass, field

__all__ = ["Row", "Section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One limit, tried."""

    limit: str
    """What was asked for, with its units: ``23 ms long: none``."""
    signals: str
    """On how much it was tried: ``800 digits``, ``2.9 h``."""
    ours: str
    theirs: str = "–"
    """The peer's figure for the same signals; a dash where it has no such thing."""
    met: bool
    """Whether ours meets the limit."""
    worse: bool = False
    """Whether ours is worse than the peer's; the page says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table and what must be known to read it."""

    title: str
    peer: str
    """Whom ``theirs`` names: ``SpanDSP dtmf_rx``."""
    text: str
    """A paragraph: how the signals were made, what counts."""
    rows: list[Row] = field(default_factory=list)
