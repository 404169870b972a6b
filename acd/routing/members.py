"""Agents and queues as the router knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from acd.ids import AgentId, QueueName
from acd.routing.skills import Wanted

if TYPE_CHECKING:
    from acd.routing.lanes import Entry, Front, Lane

__all__ = ["Discipline", "RoutedAgent", "RoutedQueue", "Standing"]


class Discipline(Enum):
    """How a queue chooses among its free agents."""

    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    "The smallest share of the time since log-in on calls and wrap-up."
    FEWEST_CALLS = "fewest_calls"
    "Of this queue, since log-in; who comes later starts level with the others."
    ROUND_ROBIN = "round_robin"
    "Whom the queue has offered nothing for longest."
    RING_ALL = "ring_all"
    RING_SOME = "ring_some"
    "A few at once, in turn."
    TOP_DOWN = "top_down"
    "The first in the queue's list who is free."
    WEIGHTED = "weighted"
    "Shares of the contacts in proportion to the agents' weights."
    PERCENT_ALLOCATION = "percent_allocation"
    "Whoever lags most behind the share of contacts that is set for this queue."
    BEST_SKILLED = "best_skilled"
    "The highest sum of levels in the skills that were asked for at the beginning."


class Standing(Protocol):
    """What disciplines know of an agent's past."""

    @property
    def idle_rank(self) -> int:
        """Lowest: idle longest."""

    @property
    def logged_in_at(self) -> float:
        """When the agent logged in."""

    @property
    def busy_s(self) -> float:
        """On calls and wrap-up since then."""

    @property
    def turns(self) -> Mapping[str, float]:
        """By queue: contacts taken, each divided by the agent's weight."""

    @property
    def offered_last(self) -> Mapping[str, int]:
        """By queue: the serial number of the last offer."""

    @property
    def taken(self) -> Mapping[str, int]:
        """By queue: contacts taken since log-in."""


@dataclass(slots=True, eq=False)
class RoutedAgent:
    """An agent, whether ready or not."""

    agent: AgentId
    levels: Mapping[str, int]
    "By skill."
    allocation: Mapping[QueueName, float]
    "By queue: its share of the agent's contacts; empty: whoever waits longest is next."
    standing: Standing | None = None
    "None: not ready."
    is_listed: bool = False
    "Among those who are ready, in each queue."
    queues: list["RoutedQueue"] = field(default_factory=list)
    fronts: list["Front"] = field(default_factory=list)
    "All that the agent could serve: one for each queue, and one for each lane that waits for this agent."


@dataclass(slots=True, eq=False)
class RoutedQueue:
    """A queue and who serves it now."""

    name: QueueName
    discipline: Discipline = Discipline.LONGEST_IDLE
    at_once: int = 1
    "How many handsets ring for one contact."
    members: dict[RoutedAgent, int] = field(default_factory=dict)
    "And each one's position in the list."
    ready: dict[RoutedAgent, None] = field(default_factory=dict)
    lanes: dict[Wanted, "Lane"] = field(default_factory=dict)
    "By what is wanted."
    fronts: dict[tuple["Lane", ...], "Front"] = field(default_factory=dict)
    "One for each kind of agent."
    offered: dict["Entry", None] = field(default_factory=dict)
    "Those for whom handsets ring; they keep their places."
