"""Who calls, as signalling knows it, and how an analog exchange tells."""

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "CallerIdMode",
    "CallerNumber",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNumber:
    """A caller as signalling knows it. ``absence`` is ``private`` or ``unavailable``."""

    number: str | None = None
    name: str | None = None
    absence: str | None = None
    redirecting: str | None = None
    "Who forwarded the call to here,"
    redirecting_reason: str | None = None
    "and why, where signalling tells: ``busy``, ``no answer``, ``unconditional`` and the like."


class CallerIdMode(Enum):
    """How and when an analog exchange sends the caller's number."""

    NONE = "none"
    FSK_AFTER_FIRST_RING = "fsk_after_first_ring"
    "In the first long pause of ringing, a ring alert before the ringing included (EN 300 659-1, 6.1.2)."
    FSK_AFTER_REVERSAL = "fsk_after_reversal"
    "Before the first ring; tip and ring change places to tell of it (EN 300 659-1, 6.1.1; BT SIN 242)."
    DTMF_BEFORE_RING = "dtmf_before_ring"
    "Before the first ring, with nothing to tell of it."
    DTMF_AFTER_REVERSAL = "dtmf_after_reversal"
    "Before the first ring; tip and ring change places to tell of it."
    AUTOMATIC = "automatic"
    "A receiver's: whichever comes. What sends takes it for FSK after the first ring."
