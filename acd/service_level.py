"""How many callers were answered in time, by one of several formulas. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from acd.alert_settings import Formula
from acd.recent_service import Served

__all__ = ["ServiceLevel", "service_level"]


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A part of some callers."""

    percent: float
    "100 of nobody."
    callers: int
    "Of whom it is a part."


def service_level(callers: Iterable[Served], target_s: float, formula: Formula) -> ServiceLevel:
    """The part of these callers who were answered within the target time."""
    in_time = counted = 0
    for caller in callers:
        is_short = caller.waited_s <= target_s
        if caller.is_answered:
            counted += 1
            in_time += is_short
        elif formula is Formula.ALL or (formula is Formula.WITHOUT_SHORT and not is_short):
            counted += 1
    return ServiceLevel(100 * in_time / counted if counted else 100.0, counted)
