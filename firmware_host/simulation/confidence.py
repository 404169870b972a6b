"""Several days put together: the mean of each figure, and how far off it may be."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from firmware_host.simulation.figures import Figures

__all__ = ["Estimate", "Summary", "clock_time", "difference", "estimate", "summary_of"]

# Student's t, 97.5 %, for 1 to 30 degrees of freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip

Path = tuple[str, ...]
"""``("queues", "sales", "service_level")``"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of several days, and half the width of its 95 % confidence interval (None: one day only)."""

    mean: float
    plus_minus: float | None = None

    @property
    def is_surely_not_zero(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.plus_minus is not None and abs(self.mean) > self.plus_minus


Summary = dict[Path, Estimate | None]
"""Each figure of a day; None: no day told anything of it."""


def estimate(values: Sequence[float | None]) -> Estimate | None:
    """The mean of those days that tell the figure at all."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    mean = math.fsum(known) / len(known)
    if len(known) == 1:
        return Estimate(mean)
    variance = math.fsum((value - mean) ** 2 for value in known) / (len(known) - 1)
    return Estimate(mean, _quantile(len(known) - 1) * math.sqrt(variance / len(known)))


def summary_of(days: Sequence[Figures]) -> Summary:
    """The figures of several days."""
    return {path: estimate(values) for path, values in _values(days).items()}


def difference(before: Sequence[Figures], after: Sequence[Figures]) -> Summary:
    """How the same days differ in two cases: each is compared with itself, so that luck cancels out."""
    old, new = _values(before), _values(after)
    return {
        path: estimate(
            [
                None if a is None or b is None else b - a
                for a, b in zip(old[path], new[path], strict=True)
            ]
        )
        for path in old
        if path in new
    }


def _values(days: Sequence[Figures]) -> dict[Path, list[float | None]]:
    flat = [_flat(msgspec.to_builtins(day), ()) for day in days]
    paths: dict[Path, None] = {path: None for day in flat for path in day}
    # A cause that does not stand in a day's list ended no call on that day.
    return {
        path: [day.get(path, 0 if path[0] == "ended_in_flow" else None) for day in flat]
        for path in paths
    }


def _flat(tree: Mapping[str, Any], path: Path) -> dict[Path, float | None]:
    values: dict[Path, float | None] = {}
    for key, value in tree.items():
        here = (*path, key)
        if isinstance(value, dict):
            values |= _flat(value, here)
        elif isinstance(value, list | tuple):
            for half in value:  # the half hours: each under its time
                values |= _flat(half, (*here, clock_time(half["begin_s"])))
        else:
            values[here] = value
    return values


def clock_time(at_s: float) -> str:
    """``08:30``, of the day that is simulated; what follows its midnight counts on."""
    minutes = int(at_s // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _quantile(freedom: int) -> float:
    if freedom <= len(_T):
        return _T[freedom - 1]
    return 1.96 + 2.4 / freedom  # within 0.002 of the tables from 31 on
