"""What configures alerts: rules, whom they look at, who is told, how often, and when they are over."""

from dataclasses import dataclass, field
from enum import Enum

from acd.ids import AgentId, PortId, QueueName
from acd.thresholds import Threshold

__all__ = [
    "AlertRule",
    "AlertSettings",
    "CallTooLong",
    "Formula",
    "NobodyLoggedIn",
    "OffersMissed",
    "PauseTooLong",
    "QueueLoaded",
    "ReceiverSettings",
    "ServiceLevelLow",
    "Severity",
    "StationUnusable",
    "WrapUpTooLong",
]


class Severity(Enum):
    """How much an alert matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Formula(Enum):
    """What a service level is a part of; its upper half is always those answered in time.

    There are many definitions and no standard; these are three of the five that trade literature lists.
    """

    ANSWERED = "answered"
    "Of those answered: callers who hung up do not count."
    ALL = "all"
    "Of those answered and those who hung up."
    WITHOUT_SHORT = "without_short"
    "Of those answered and those who hung up after the target time."


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseTooLong:
    """An agent's pause is longer than its reason's limit, or than this."""

    longer_than_s: float | None = None
    "None: the limit of the reason; a reason without any is never too long."
    reasons: tuple[str, ...] = ()
    "Only these; empty: every one."


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersMissed:
    """An agent has let so many offers in a row ring out, or is paused for that."""

    in_row: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTooLong:
    """An agent talks for longer than this, with a caller or to a number outside."""

    longer_than_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpTooLong:
    """An agent's wrap-up lasts longer than this."""

    longer_than_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StationUnusable:
    """An agent is logged in at a handset that is off-hook without a call, or out of service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoaded:
    """A queue's length, longest or expected wait has reached a threshold."""

    when: Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelLow:
    """Too few callers of the last minutes were answered in time."""

    below_percent: float
    target_s: float
    last_minutes: float
    at_least: int = 10
    "Fewer callers than these say nothing."
    formula: Formula = Formula.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyLoggedIn:
    """Nobody who serves the queue is logged in although the schedule is open."""

    schedule: str


AlertRule = (
    PauseTooLong
    | OffersMissed
    | CallTooLong
    | WrapUpTooLong
    | StationUnusable
    | QueueLoaded
    | ServiceLevelLow
    | NobodyLoggedIn
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSettings:
    """Who, or what, is told. The ACD itself calls telephones; others read the facts."""

    name: str
    number: str = ""
    "As it is dialled here;"
    station: PortId | None = None
    "or one of ours. Neither: no telephone."
    attempts: int = 3
    pause_s: float = 60.0
    "Between attempts."
    ring_s: float = 40.0
    "So long an answer is waited for."

    @property
    def is_telephone(self) -> bool:
        """Whether it is called."""
        return bool(self.number) or self.station is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """One alert: a rule, for each of its subjects."""

    name: str
    rule: AlertRule
    receivers: tuple[str, ...]
    agents: frozenset[AgentId] = field(default_factory=frozenset)
    "Whom a rule about agents looks at; empty, with no queues: all."
    queues: tuple[QueueName, ...] = ()
    "Which queues a rule about queues looks at (empty: all); for one about agents: those who serve them."
    severity: Severity = Severity.WARNING
    after_s: float = 0.0
    "It must have been so for this long."
    repeat_s: float = 0.0
    "Told again this often while it lasts and nobody has acknowledged it; 0: once."
    escalate_after_s: float = 0.0
    "Unacknowledged for so long, it is told to others too; 0: never."
    escalate_to: tuple[str, ...] = ()
    clears_below: float = 0.8
    "It is over below this part of the threshold,"
    clear_after_s: float = 0.0
    "and when it has been so for this long."
