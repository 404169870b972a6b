"""The shape of agents, queues and lists of callers in appliance.toml."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from firmware_host.config.table import Count, Name, Pin, Seconds, Table, WaitingSeconds

__all__ = [
    "AgentTable",
    "CallerListTable",
    "PointsTable",
    "QueueTable",
    "RelaxationTable",
    "RequirementTable",
]

Skill = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Level = Annotated[int, Meta(ge=1, le=10)]
Priority = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Ageing = Annotated[float, Meta(ge=0, le=1000)]
Weight = Annotated[float, Meta(gt=0, le=1000)]


class RelaxationTable(Table, frozen=True):
    """A lower level is enough after a while."""

    after_s: Seconds
    level: Annotated[int, Meta(ge=0, le=10)] = 0
    "0: the skill is no longer asked for."


class RequirementTable(Table, frozen=True):
    """A skill that is asked for; hard, unless it relaxes."""

    level: Level = 1
    relax: tuple[RelaxationTable, ...] = ()


Requirements = dict[Skill, Level | RequirementTable]
"""``{ english = 3 }``, or ``{ english = { level = 3, relax = [{ after_s = 60 }] } }``."""


class PointsTable(Struct, frozen=True, kw_only=True):
    """What brings a caller forward, wherever it can be said."""

    priority: Priority = 0.0
    "Points at once; priorities of queue, called number, lists and flow add up."
    ageing: Ageing | None = None
    "Points for each second of waiting; the most particular word counts: flow, list, number, queue."
    requires: Requirements = {}
    "Skills that the agent must have."


class AgentTable(Table, frozen=True):
    """Someone who takes calls; the table's name is the agent number."""

    name: Name
    pin: Pin
    skills: dict[Skill, Level] = {}
    shares: dict[str, Weight] = {}
    "By queue: parts of this agent's calls; empty: whoever has most points is next."


class QueueTable(Table, frozen=True):
    """A queue and who serves it.

    A caller's points are ``weight x (priority + ageing x seconds waited)``. Whoever has most, of all that an
    agent could serve, is next.
    """

    agents: tuple[str, ...]
    discipline: Literal[
        "longest_idle",
        "least_occupied",
        "fewest_calls",
        "round_robin",
        "ring_all",
        "ring_some",
        "top_down",
        "weighted",
        "percent_allocation",
        "best_skilled",
    ] = "longest_idle"
    "Which of several free agents gets the caller."
    ring_at_once: Count = 2
    "Handsets that ring_some rings for one caller."
    weights: dict[str, Weight] = {}
    "By agent, for weighted: proportions of the calls; who is not named has 1."
    requires: Requirements = {}
    priority: Priority = 0.0
    ageing: Ageing = 1.0
    weight: Weight = 1.0
    "Of this queue's points beside those of other queues."
    ring_timeout_s: WaitingSeconds = 20.0
    wrap_up_s: Seconds = 15.0
    longest_wait_s: WaitingSeconds = 1800.0
    announce_first_s: Seconds = 0.0
    announce_every_s: Seconds = 45.0
    "0: never again; else at least 1."
    announce_wait: bool = True


class CallerListTable(Table, PointsTable, frozen=True):
    """Callers who are known, by number or by what they keyed in."""

    numbers: tuple[Annotated[str, Meta(pattern=r"^\+?[0-9]{1,20}$")], ...] = ()
    prefixes: tuple[Annotated[str, Meta(pattern=r"^\+?[0-9]{1,20}$")], ...] = ()
    "Beginnings of numbers, as E.164."
    keyed: tuple[Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")], ...] = ()
