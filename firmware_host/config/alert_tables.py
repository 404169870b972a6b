"""The shape of alerts and receivers in appliance.toml."""

from typing import Annotated, Literal

from msgspec import Meta

from firmware_host.config.table import (
    Callers,
    Count,
    Seconds,
    Table,
    TelephoneNumber,
    WaitingSeconds,
)

__all__ = [
    "AgentAlertTable",
    "AlertTable",
    "CallAlertTable",
    "HandsetAlertTable",
    "MissedAlertTable",
    "NobodyAlertTable",
    "PauseAlertTable",
    "QueueAlertTable",
    "ReceiverTable",
    "ServiceLevelAlertTable",
    "WrapUpAlertTable",
]

Part = Annotated[float, Meta(ge=0, le=1)]
Percent = Annotated[float, Meta(gt=0, le=100)]
Minutes = Annotated[float, Meta(ge=1, le=60)]


class _AnyAlertTable(Table, frozen=True):
    """What all kinds of alerts have; the table's name is the alert's."""

    receivers: Annotated[tuple[str, ...], Meta(min_length=1)]
    "Who is told when it is raised, repeated and over."
    severity: Literal["info", "warning", "critical"] = "warning"
    "How much it matters."
    queues: tuple[str, ...] = ()
    "Which queues, or the agents of which; empty: all."
    after_s: Seconds = 0.0
    "It must have been so for this long."
    repeat_s: Seconds = 0.0
    "Told again this often until somebody acknowledges it; 0: once; else at least 10."
    escalate_after_s: Seconds = 0.0
    "Unacknowledged for so long, it is told to `escalate_to`, too; 0: never."
    escalate_to: tuple[str, ...] = ()
    "Receivers who are told when nobody has acknowledged it in time."
    clears_below: Part = 0.8
    "It is over below this part of the threshold."
    clear_after_s: Seconds = 0.0
    "It must have been below for so long to be over."


class AgentAlertTable(_AnyAlertTable, frozen=True):
    """What alerts about agents have besides."""

    agents: tuple[str, ...] = ()
    "These, and those of `queues`; both empty: all."


class PauseAlertTable(AgentAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="pause"):
    """A pause is too long."""

    longer_than_s: WaitingSeconds | None = None
    "In place of the limit of its reason."
    reasons: tuple[str, ...] = ()
    "Only these; empty: all."


class MissedAlertTable(AgentAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="missed"):
    """An agent lets offers ring out."""

    in_row: Count = 2
    "So many offers; no more than `limits.missed_offers_before_pause`."


class CallAlertTable(AgentAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="call"):
    """A call is too long."""

    longer_than_s: WaitingSeconds
    "Of talking."


class WrapUpAlertTable(AgentAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="wrap_up"):
    """A wrap-up is too long."""

    longer_than_s: WaitingSeconds
    "Of wrap-up."


class HandsetAlertTable(
    AgentAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="handset"
):
    """The handset of an agent who is logged in is off-hook, or its line is down."""

    after_s: Seconds = 60.0
    "It must have been so for this long."


class QueueAlertTable(_AnyAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="queue"):
    """A queue is too long, or its callers wait for too long; any of these is enough."""

    waiting: Callers | None = None
    "Callers in the queue."
    longest_wait_s: WaitingSeconds | None = None
    "Of any caller in it."
    expected_wait_s: WaitingSeconds | None = None
    "Of a caller who came now."


class ServiceLevelAlertTable(
    _AnyAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="service_level"
):
    """Too few callers of the last minutes were answered in time."""

    below_percent: Percent
    "Of the callers."
    target_s: WaitingSeconds = 20.0
    "Answered within this is in time."
    last_minutes: Minutes = 30.0
    "Callers of so many minutes count."
    at_least: Callers = 10
    "Fewer callers than these say nothing."
    formula: Literal["answered", "all", "without_short"] = "all"
    "Of those answered; of those and all who hung up; of those and all who hung up after the target."


class NobodyAlertTable(_AnyAlertTable, frozen=True, kw_only=True, tag_field="kind", tag="nobody"):
    """Nobody is logged in to a queue while a schedule says open."""

    schedule: str
    "Only while this one is open."
    after_s: Seconds = 60.0
    "It must have been so for this long."


AlertTable = (
    PauseAlertTable
    | MissedAlertTable
    | CallAlertTable
    | WrapUpAlertTable
    | HandsetAlertTable
    | QueueAlertTable
    | ServiceLevelAlertTable
    | NobodyAlertTable
)


class ReceiverTable(Table, frozen=True):
    """Who is told of alerts, in one of these ways."""

    log: bool = False
    "The call server's log."
    console: bool = False
    "`switchroom watch`."
    command: tuple[str, ...] = ()
    "A program and its arguments, in which ``{alert}`` and the like are filled in; no shell."
    time_limit_s: Annotated[float, Meta(ge=1, le=300)] = 10.0
    "How long the program may take."
    telephone: TelephoneNumber | None = None
    "A number as it is dialled here: it is called, told, and may acknowledge by key 1."
    station: str = ""
    "The same at a handset of ours."
    attempts: Count = 3
    "So often is called."
    pause_s: WaitingSeconds = 60.0
    "Between attempts."
    ring_s: WaitingSeconds = 40.0
    "So long an answer is waited for."
