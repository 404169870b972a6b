"""The shape of agents, queues and lists of callers in appliance.toml."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from firmware_host.config.table import (
    Callers,
    Chance,
    Count,
    Name,
    Pin,
    PromptNames,
    Seconds,
    Table,
    WaitingSeconds,
)

__all__ = [
    "AgentTable",
    "CallBacksTable",
    "CallerListTable",
    "LoanTable",
    "MessageTable",
    "OverflowTable",
    "PointsTable",
    "QueueTable",
    "RelaxationTable",
    "RequirementTable",
    "ThresholdTable",
]

Skill = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Level = Annotated[int, Meta(ge=1, le=10)]
Priority = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Ageing = Annotated[float, Meta(ge=0, le=1000)]
Weight = Annotated[float, Meta(gt=0, le=1000)]


class RelaxationTable(Table, frozen=True):
    """A lower level is enough after a while."""

    after_s: Seconds
    "Of waiting."
    level: Annotated[int, Meta(ge=0, le=10)] = 0
    "0: the skill is no longer asked for."


class RequirementTable(Table, frozen=True):
    """A skill that is asked for; hard, unless it relaxes."""

    level: Level = 1
    "At least this one."
    relax: tuple[RelaxationTable, ...] = ()
    "What is asked for later, in steps."


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
    "Shown to people."
    pin: Pin
    "4 to 12 digits, keyed in at log-in."
    skills: dict[Skill, Level] = {}
    "Levels, by name of the skill."
    shares: dict[str, Weight] = {}
    "By queue: parts of this agent's calls; empty: whoever has most points is next."


class ThresholdTable(Struct, frozen=True, kw_only=True):
    """When a queue needs something done; any of these is enough."""

    waiting: Callers | None = None
    "Callers in the queue."
    longest_wait_s: WaitingSeconds | None = None
    "Of any caller in the queue."
    expected_wait_s: WaitingSeconds | None = None
    "Of a caller who came now."


class OverflowTable(Table, ThresholdTable, frozen=True):
    """What becomes of callers when a threshold is reached; once for each caller."""

    waited_s: WaitingSeconds | None = None
    "By the caller."
    to: str = ""
    "The caller waits in this queue as well."
    priority: Priority = 0.0
    "Points that the caller gets."
    ageing: Ageing | None = None
    "Points a second, from the beginning on."


class MessageTable(Table, frozen=True):
    """Prompts that callers hear while they wait."""

    prompts: Annotated[PromptNames, Meta(min_length=1)]
    "What is said."
    after_s: Seconds
    "Of waiting."
    every_s: Seconds = 0.0
    "0: once; else at least 5."


class LoanTable(Table, ThresholdTable, frozen=True):
    """Agents who help another queue while it needs them; the table's name is the rule's."""

    queue: str
    "That is helped."
    agents: Annotated[tuple[str, ...], Meta(min_length=1)]
    "Who helps, in this order."
    leaves: tuple[str, ...] = ()
    "Queues that they do not serve meanwhile; empty: they help besides their own, as a reserve."
    at_most: Count = 100
    "So many agents at a time."
    keeps_ready: Annotated[int, Meta(ge=0, le=100)] = 0
    "So many others must be ready in the queues that are left."
    stays_above: Annotated[float, Meta(ge=0, le=1)] = 0.5
    "They go back when everything is below this part of the threshold."
    at_least_s: Seconds = 60.0
    "They stay at least so long."


Presence = Literal["nobody", "logged_in", "unpaused"]


class CallBacksTable(Table, frozen=True):
    """How callers of a queue are called back who have asked for it at a node of kind call_back."""

    attempts: Count = 3
    "So often a number is dialled."
    retry_s: Annotated[float, Meta(ge=30, le=86_400)] = 600.0
    "Between two attempts."
    schedule: str = ""
    "Calls are made while this one is open; empty: at any time."
    expires_s: Annotated[float, Meta(ge=60, le=2_592_000)] = 86_400.0
    "Whoever could not be called by then is not called any more."


class QueueTable(Table, frozen=True):
    """A queue and who serves it.

    A caller's points are ``weight x (priority + ageing x seconds waited)``. Whoever has most, of all that an
    agent could serve, is next.
    """

    agents: tuple[str, ...]
    "Who serves it, by number; `top_down` takes this order."
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
    "Skills that an agent must have to get its callers."
    priority: Priority = 0.0
    "Points of its callers at once."
    ageing: Ageing = 1.0
    "Points for each second of waiting."
    weight: Weight = 1.0
    "Of this queue's points beside those of other queues."
    last_agent_s: Seconds = 0.0
    "So long a caller waits for the agent who served this number last; 0: not at all."
    last_agent_within_s: Annotated[float, Meta(ge=60, le=31_536_000)] = 604_800.0
    "If that was no longer ago."
    resume_s: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    "Who calls again so soon after having left or been cut off gets the old place."
    most_waiting: Callers | None = None
    "More callers are not let in: they go on at `full`."
    join_needs: Presence = "nobody"
    "Who must be there for callers to be let in; else they go on at `nobody`."
    stay_needs: Presence = "nobody"
    "Who must be there for callers to stay."
    longest_expected_wait_s: WaitingSeconds | None = None
    "Callers who would have to wait longer are not let in: they go on at `too_long`."
    overflow: tuple[OverflowTable, ...] = ()
    "What happens when callers wait long, or many do."
    messages: tuple[MessageTable, ...] = ()
    "What callers hear between place and music."
    call_backs: CallBacksTable = CallBacksTable()
    ring_timeout_s: WaitingSeconds = 20.0
    "So long a handset rings; then the offer is missed."
    wrap_up_s: Seconds = 15.0
    "Time after a call."
    needs_wrap_up_code: bool = False
    "The wrap-up goes on until the agent has keyed in a code."
    wrap_up_at_most_s: WaitingSeconds = 300.0
    "Longest wrap-up where a code is needed."
    longest_wait_s: WaitingSeconds = 1800.0
    "Then callers go on at `timed_out` of the flow's node."
    announce_first_s: Seconds = 0.0
    "The place is told after so long; 0: at once."
    announce_every_s: Seconds = 45.0
    "0: never again; else at least 1."
    said_as: PromptNames = ()
    "Prompts that name the queue in calls that tell of alerts."
    announce_place: bool = True
    "Whether callers are told their place at all."
    announce_wait: bool = True
    "With the place also the expected wait."
    announce_quantile: Chance | Literal["mean"] = 0.8
    "As many of those served wait no longer than they are told."
    expected_talk_s: Seconds = 0.0
    "What a talk is taken to last while few have been measured; 0: nothing is told until then."


class CallerListTable(Table, PointsTable, frozen=True):
    """Callers who are known, by number or by what they keyed in."""

    numbers: tuple[Annotated[str, Meta(pattern=r"^\+?[0-9]{1,20}$")], ...] = ()
    "As they come, or as E.164."
    prefixes: tuple[Annotated[str, Meta(pattern=r"^\+?[0-9]{1,20}$")], ...] = ()
    "Beginnings of numbers, as E.164."
    keyed: tuple[Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")], ...] = ()
    "What such callers key in at a node of kind collect."
