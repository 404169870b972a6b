"""Service levels: the named ways to count them, each with its formula in words; and quantiles of waits.

Centers that quote "80 % in 20 s" mean different things. The names here say which; all are counted from the
same few numbers, so that a report can show them beside each other.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = [
    "DEFAULT_LEVEL",
    "SERVICE_LEVELS",
    "LevelCounts",
    "ServiceLevel",
    "mean",
    "quantile",
]

DEFAULT_LEVEL = "offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCounts:
    """Callers of one queue, or of all, in one stretch of time. T is the threshold, S that of short waits."""

    offered: int
    "Everyone who entered the queue."
    answered: int
    answered_in_time: int
    "Within T."
    abandoned: int
    "Who hung up while waiting."
    abandoned_in_time: int
    abandoned_short: int
    "Within S."
    overdue: int
    "Everyone who waited longer than T, whatever came of it."


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One way to count."""

    name: str
    formula: str
    _parts: Callable[[LevelCounts], tuple[int, int]]

    def of(self, counts: LevelCounts) -> float | None:
        """The level, 0 to 1; None when there is nothing to tell it from."""
        good, among = self._parts(counts)
        return good / among if among else None


def _events(counts: LevelCounts) -> int:
    """What Cisco counts: an answer or a hang-up in time, or the moment at which T is over."""
    return counts.answered_in_time + counts.abandoned_in_time + counts.overdue


SERVICE_LEVELS: dict[str, ServiceLevel] = {
    level.name: level
    for level in (
        ServiceLevel(
            "offered",
            "answered within T / all offered",
            lambda c: (c.answered_in_time, c.offered),
        ),
        ServiceLevel(
            "icmi-1",
            "(answered + hung up within T) / (answered + hung up)",
            lambda c: (c.answered_in_time + c.abandoned_in_time, c.answered + c.abandoned),
        ),
        ServiceLevel(
            "icmi-2",
            "answered within T / answered",
            lambda c: (c.answered_in_time, c.answered),
        ),
        ServiceLevel(
            "icmi-3",
            "answered within T / (answered + hung up)",
            lambda c: (c.answered_in_time, c.answered + c.abandoned),
        ),
        ServiceLevel(
            "icmi-4",
            "answered within T / (answered + hung up after T)",
            lambda c: (c.answered_in_time, c.answered + c.abandoned - c.abandoned_in_time),
        ),
        ServiceLevel(
            "icmi-5",
            "(answered within T + hung up within S) / (answered + hung up)",
            lambda c: (c.answered_in_time + c.abandoned_short, c.answered + c.abandoned),
        ),
        ServiceLevel(
            "cisco-ignored",
            "answered within T / (answered within T + waited longer than T)",
            lambda c: (c.answered_in_time, _events(c) - c.abandoned_in_time),
        ),
        ServiceLevel(
            "cisco-negative",
            "answered within T / (answered or hung up within T + waited longer than T)",
            lambda c: (c.answered_in_time, _events(c)),
        ),
        ServiceLevel(
            "cisco-positive",
            "(answered + hung up within T) / (both + waited longer than T)",
            lambda c: (c.answered_in_time + c.abandoned_in_time, _events(c)),
        ),
        ServiceLevel(
            "asterisk",
            "SL: answered within T / answered",
            lambda c: (c.answered_in_time, c.answered),
        ),
        ServiceLevel(
            "asterisk-2",
            "SL2: (answered + hung up within T) / (answered + hung up)",
            lambda c: (c.answered_in_time + c.abandoned_in_time, c.answered + c.abandoned),
        ),
    )
}
"""By name."""


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all do not exceed; of values in their order."""
    if not ordered:
        return None
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
