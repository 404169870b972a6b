"""The rows from which statistics follow, while they can still change; and how time is measured in them.

What lasts is measured by the monotonic clock, which nobody sets. Between two runs of the call server there is
none: there UTC tells, and never less than nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Table

from firmware_host.oam.tables import agent_times, queue_visits, trunk_uses

__all__ = ["AgentTime", "Came", "Doing", "Moment", "Outcome", "Row", "TrunkUse", "Visit", "seconds"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a fact became true, on both clocks."""

    boot: str
    monotonic_s: float
    utc_s: float


def seconds(begin: Moment, end: Moment) -> float:
    """From one moment to another; never below zero."""
    if begin.boot == end.boot and end.monotonic_s >= begin.monotonic_s:
        return end.monotonic_s - begin.monotonic_s
    return max(end.utc_s - begin.utc_s, 0.0)


class Came(Enum):
    """How a caller came to wait."""

    NEW = "new"
    RESUMED = "resumed"
    "At the place of an earlier call, which was cut off or given up."
    MOVED = "moved"
    "After having left another queue, in the same call."
    RETURNED = "returned"
    "An agent had answered, and the talk was lost."
    CALL_BACK = "call-back"
    "Nobody waits on a line: the caller is to be called back."


class Outcome(Enum):
    """What became of a wait, as far as this queue is concerned."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    "The caller hung up."
    LEFT_BY_KEY = "key"
    LEFT_BY_TIME = "time"
    "The longest wait was over."
    LEFT_DESERTED = "nobody"
    "Nobody was there any more."
    LEFT_OTHERWISE = "left"
    CALL_BACK = "call-back"
    "The caller left to be called back."
    CUT_OFF = "cut off"
    "A line failed, an operator hung up, the call server stopped."
    ELSEWHERE = "elsewhere"
    "The wait counts for another of the caller's queues."
    REFUSED = "refused"
    "The queue did not take the caller."
    CALLED_AGAIN = "called again"
    "Of a call-back: the caller has its place, on a line."
    NOT_REACHED = "not reached"
    "Of a call-back: given up."


class Doing(Enum):
    """What an agent does."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"
    PAUSED = "paused"
    CALLING_BACK = "calling back"
    "The number of a call-back is dialled; nobody has answered yet."
    CALLING_OUT = "calling out"
    "Made a call from the handset while ready; nothing is offered meanwhile."
    NOT_KNOWN = "not known"
    "The call server was down."


@dataclass(slots=True, kw_only=True)
class Row:
    """One row; not stored before the first time."""

    sequence: int
    tenant: str
    call: str
    boot: str
    monotonic_s: float
    is_stored: bool = field(default=False, compare=False)

    @property
    def key(self) -> tuple[Any, ...]:
        """What names it in its table."""
        return (self.sequence,)


@dataclass(slots=True, kw_only=True)
class Visit(Row):
    """A caller's wait in one queue. In several at once there is a row for each, with one `sequence`.

    A call-back is a wait of its own, from when it was asked for; `call` is the one in which it was.
    """

    queue: str
    rank: int
    "0: the wait counts for this queue if none serves the caller."
    came: str
    entered_utc_s: float
    "When the wait began, in whichever of the queues."
    waited_before_s: float = 0.0
    outcome: str = Outcome.WAITING.value
    why: str = ""
    agent: str = ""
    wait_s: float | None = None
    "None: the caller waits still."
    offers: int = 0
    missed: int = 0
    overflowed: int = 0
    "So many more queues the caller waited in by rule."
    talk_s: float | None = None
    "Not known while it lasts, and of a talk that a restart ended."
    wrap_up_s: float | None = None
    told_after_s: float | None = None
    "When a wait was told first,"
    told_wait_s: float | None = None
    "and which,"
    told_mean_s: float | None = None
    "out of which estimates."
    told_quantile_s: float | None = None
    told_quantile: float | None = None
    attempts: int = 0
    "Of a call-back: how often the number was dialled,"
    attempt: str = ""
    "and the call in which that is, or in which handsets ring for it."
    is_open: bool = True
    "The call is not over; of a call-back: nothing has become of it yet."

    @property
    def key(self) -> tuple[Any, ...]:
        """What names it in its table."""
        return (self.sequence, self.queue)

    @property
    def entered(self) -> Moment:
        """When the wait began."""
        return Moment(self.boot, self.monotonic_s, self.entered_utc_s)


@dataclass(slots=True, kw_only=True)
class AgentTime(Row):
    """A time in which an agent did one thing."""

    agent: str
    state: str
    begin_utc_s: float
    reason: str = ""
    "Of a pause,"
    paid: bool = False
    "and whether it is working time."
    queue: str = ""
    "Of the caller at hand."
    visit: int | None = None
    "The `Visit` that the time is for."
    lasts_s: float | None = None
    ended_by: str = ""
    "Of ringing: answered, missed or withdrawn."
    contact: Visit | None = field(default=None, compare=False)
    "The row of `visit`, as long as the time goes on."

    @property
    def key(self) -> tuple[Any, ...]:
        """What names it in its table."""
        return (self.sequence, self.agent, self.state)

    @property
    def begin(self) -> Moment:
        """Since when."""
        return Moment(self.boot, self.monotonic_s, self.begin_utc_s)


@dataclass(slots=True, kw_only=True)
class TrunkUse(Row):
    """A trunk that carries a call."""

    port: str
    direction: str
    "in, out"
    group_name: str
    carrier: str
    begin_utc_s: float
    lasts_s: float | None = None
    is_answered: bool = False
    cause: str = ""

    @property
    def begin(self) -> Moment:
        """Since when."""
        return Moment(self.boot, self.monotonic_s, self.begin_utc_s)


TABLES: Mapping[type[Row], Table] = {
    Visit: queue_visits,
    AgentTime: agent_times,
    TrunkUse: trunk_uses,
}
"""Where each kind of row is kept."""
