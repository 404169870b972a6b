"""The shape of a traffic file: who calls, how long things take, who works when.

Durations are seconds, times of day are ``"08:30"`` in the appliance's time zone. What only a look at the
appliance's configuration can tell (an unknown queue) is checked in `traffic_file`.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

__all__ = [
    "NO_KEY",
    "AgentsTable",
    "CallBacksTable",
    "CallsTable",
    "DayTable",
    "DurationTable",
    "ExitTable",
    "PauseTable",
    "PromptsTable",
    "QueueTrafficTable",
    "ShiftTable",
    "Traffic",
]

NO_KEY = "none"
"""Stands among the keys for callers who press nothing."""

TimeOfDay = Annotated[str, Meta(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Rate = Annotated[float, Meta(ge=0, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Mean = Annotated[float, Meta(gt=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Weight = Annotated[float, Meta(ge=0, le=1_000_000)]


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all tables: unknown keys are mistakes."""


class DurationTable(Table, frozen=True):
    """How long something takes: ``{ mean_s = 240, shape = "lognormal", deviation_s = 200 }``."""

    mean_s: Seconds
    shape: Literal["exponential", "lognormal", "fixed"] = "exponential"
    deviation_s: Seconds | None = None
    "Of the lognormal shape: standard deviation; else as large as the mean."


class DayTable(Table, frozen=True, rename={"begin": "from", "end": "to"}):
    """Which day, from when to when people call."""

    date: date
    begin: TimeOfDay
    end: TimeOfDay


class PromptsTable(Table, frozen=True):
    """How long prompts are."""

    each_s: Seconds | None = None
    "Every one of them; else as long as they really are."


class AgentsTable(Table, frozen=True):
    """How agents behave."""

    answer: DurationTable = DurationTable(mean_s=4, shape="fixed")
    "From the first ring to lifting the handset."
    missed: Share = 0.0
    "Of the rings that nobody hears."
    put_down_s: Seconds = 1.0
    "From the caller's hanging up to putting the handset down."
    back_after_missed_s: Seconds = 120.0
    "Who was paused for missed calls is back after this."


class CallsTable(Table, frozen=True):
    """A stream of callers; the table's name is free."""

    called: str | None = None
    "They call this number of ours,"
    trunks: tuple[str, ...] = ()
    "or come on these trunks; neither: on any."
    per_hour: Rate | None = None
    "The same rate all day, or"
    per_half_hour: tuple[Rate, ...] | None = None
    "so many in each half hour, from the day's beginning on."
    keys: dict[str, Weight] = field(default_factory=dict)
    "Share of callers that press this: ``12`` is 1 in the first menu and 2 in the next; `NO_KEY`: nothing."
    key_after: DurationTable = DurationTable(mean_s=6, shape="fixed")
    "From reaching the menu to pressing the key."
    digits: dict[str, dict[str, Weight]] = field(default_factory=dict)
    "By node that asks for digits: share of callers that key in this; `NO_KEY`: nothing."


class ExitTable(Table, frozen=True):
    """A key that leads out of a queue."""

    share: Share
    "Of all callers who would press it, if they waited so long,"
    after: DurationTable
    "from entering the queue."


class QueueTrafficTable(Table, frozen=True):
    """How callers of a queue behave, and how long they keep an agent."""

    talk: DurationTable
    patience_s: Mean | Literal["for ever"]
    "Mean of an exponential patience, from entering the queue."
    after_call: DurationTable | None = None
    "What agents need after a call, where that is less than the queue's wrap-up; else all of it."
    exits: dict[str, ExitTable] = field(default_factory=dict)
    "By key."


class CallBacksTable(Table, frozen=True):
    """How callers take a call-back."""

    accept: Share = 1.0
    "Of those to whom one is offered."
    reached: Share = 1.0
    "Of attempts, those that are answered,"
    answer: DurationTable = DurationTable(mean_s=10, shape="fixed")
    "so long after the number was dialled."


class PauseTable(Table, frozen=True):
    """A pause in a shift."""

    at: TimeOfDay
    minutes: Annotated[float, Meta(gt=0, le=1440)]
    reason: str = ""
    "As under [pause.reasons] of the appliance; empty: the first."


class ShiftTable(Table, frozen=True, rename={"begin": "from", "end": "to"}):
    """Who works from when to when; the table's name is free."""

    agents: tuple[str, ...]
    begin: TimeOfDay
    end: TimeOfDay
    pauses: tuple[PauseTable, ...] = ()


class Traffic(Table, frozen=True):
    """The whole file."""

    day: DayTable
    calls: dict[str, CallsTable]
    queue: dict[str, QueueTrafficTable]
    shift: dict[str, ShiftTable]
    call_backs: CallBacksTable | None = None
    extensions: QueueTrafficTable | None = None
    "Those who ask for an agent by number, and wait for nobody else."
    agents: AgentsTable = AgentsTable()
    prompts: PromptsTable = PromptsTable()
