"""What brings a contact forward: points at once and by the second, and what it asks of an agent.

A queue, the number that was called, a list on which the caller stands and the place in the flow each have
their say. Priorities add up; of ageing the most particular word counts; requirements all hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from acd.routing import SkillRequirement

__all__ = ["NO_POINTS", "Points", "Standpoint", "together"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One such say."""

    priority: float = 0.0
    ageing: float | None = None
    "Points a second; None: no word on that."
    requires: tuple[SkillRequirement, ...] = ()


NO_POINTS = Points()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """What all of them come to."""

    priority: float
    ageing: float
    requires: tuple[SkillRequirement, ...]

    def score(self, weight: float, entered: float) -> tuple[float, float]:
        """The score at time 0, and its growth by the second."""
        slope = weight * self.ageing
        return weight * self.priority - slope * entered, slope


def together(queue: Points, others: Iterable[Points]) -> Standpoint:
    """Add up a queue's points and those of a contact, the most particular last."""
    priority, ageing = queue.priority, queue.ageing
    requires = list(queue.requires)
    for each in others:
        priority += each.priority
        ageing = ageing if each.ageing is None else each.ageing
        requires += each.requires
    return Standpoint(
        priority=priority, ageing=1.0 if ageing is None else ageing, requires=tuple(requires)
    )
