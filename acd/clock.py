"""Wall time, as far as it is known.

Everything that lasts is measured with ``now``; only opening hours and the names of recordings ask what
time of day it is.
"""

import math
from datetime import UTC, datetime, timedelta

__all__ = ["WallClock"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_S = 200 * 365.25 * 86400.0
"Beyond this a clock is wrong, and dates of some time zones would overflow."


class WallClock:
    """Maps ``now`` to UTC. Untrusted, and in 1970, until it is set."""

    def __init__(self) -> None:
        self._utc_minus_now_s = 0.0
        self._is_trusted = False

    def set(self, utc_minus_now_s: float, *, trusted: bool) -> None:
        """Take over a better idea of the time. A value that is no number is not taken over."""
        if math.isfinite(utc_minus_now_s):
            self._utc_minus_now_s = utc_minus_now_s
            self._is_trusted = trusted
        else:
            self._is_trusted = False

    def utc(self, now: float) -> datetime:
        """The wall time, kept within what a calendar can hold."""
        return _EPOCH + timedelta(seconds=min(max(self._utc_s(now), 0.0), _LATEST_S))

    def is_trusted(self, now: float) -> bool:
        """Whether opening hours may follow this clock."""
        return self._is_trusted and 0.0 <= self._utc_s(now) <= _LATEST_S

    def _utc_s(self, now: float) -> float:
        return now + self._utc_minus_now_s
