"""What configures a queue: who serves it, who joins, what callers hear, when others help."""

from dataclasses import dataclass, field
from enum import Enum

from acd.ids import AgentId, QueueName
from acd.points import NO_POINTS, Points
from acd.routing import Discipline, SkillRequirement
from acd.thresholds import Threshold

__all__ = [
    "CallBackSettings",
    "CallerListSettings",
    "LoanSettings",
    "Overflow",
    "QueueMessage",
    "QueueSettings",
    "Staffed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerListSettings:
    """Callers who are known, and what that gives them."""

    name: str
    numbers: frozenset[str] = frozenset()
    "Canonical, as a `NumberReader` gives them."
    prefixes: tuple[str, ...] = ()
    keyed: frozenset[str] = frozenset()
    "What a caller keyed in, a customer's number for example."
    points: Points = NO_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """Prompts that callers hear after so long, and then again every so often (0: once)."""

    prompts: tuple[str, ...]
    after_s: float
    every_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """What becomes of a caller who waits when a threshold is reached; once for each caller."""

    when: Threshold
    to: QueueName | None = None
    "The caller waits there as well, and keeps the place here."
    priority: float = 0.0
    "Points that the caller gets."
    ageing: float | None = None
    "Points a second from the beginning on, in place of those before."


class Staffed(Enum):
    """Who must be there for a caller to be let in, or to stay."""

    NOBODY = "nobody"
    LOGGED_IN = "logged_in"
    "An agent who serves the queue, whatever he or she does."
    UNPAUSED = "unpaused"
    "One who is not paused."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackSettings:
    """How callers are called back who have asked for it."""

    attempts: int = 3
    "So often a number is dialled."
    retry_s: float = 600.0
    schedule: str = ""
    "Calls are made when this one is open; empty: at any time."
    expires_s: float = 86_400.0
    "Whoever could not be called by then is not called any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue and who serves it.

    A contact's score is ``weight x (priority + ageing x seconds waited)``: of all that an agent could serve
    the one with the highest is next.
    """

    name: QueueName
    agents: tuple[AgentId, ...]
    is_personal: bool = False
    "An agent's own, for callers who ask for that agent by number."
    discipline: Discipline = Discipline.LONGEST_IDLE
    ring_at_once: int = 2
    "How many handsets `Discipline.RING_SOME` rings."
    weights: dict[AgentId, float] = field(default_factory=dict)
    "For `Discipline.WEIGHTED`; who is not there has 1."
    requires: tuple[SkillRequirement, ...] = ()
    priority: float = 0.0
    ageing: float = 1.0
    "Points a second."
    weight: float = 1.0
    last_agent_s: float = 0.0
    "So long a caller waits for nobody but the agent who served this number last; 0: not at all."
    last_agent_within_s: float = 7 * 86_400.0
    resume_s: float = 0.0
    "Who calls again so soon after having left or been cut off gets the old place; 0: nobody does."
    most_waiting: int | None = None
    join_needs: Staffed = Staffed.NOBODY
    stay_needs: Staffed = Staffed.NOBODY
    longest_expected_wait_s: float | None = None
    "Whoever would have to wait longer is not let in."
    overflows: tuple[Overflow, ...] = ()
    ring_timeout_s: float = 20.0
    needs_wrap_up_code: bool = False
    "The wrap-up goes on until the agent has keyed in a code,"
    wrap_up_at_most_s: float = 300.0
    "but no longer than this."
    wrap_up_s: float = 15.0
    longest_wait_s: float = 1800.0
    announce_first_s: float = 0.0
    "The place is told this long after queueing (0: at once)"
    announce_every_s: float = 45.0
    "and again this often (0: never again),"
    announce_wait: bool = True
    "together with the expected wait, once the queue's calls allow an estimate."
    announce_quantile: float = 0.8
    "As many of those served will wait no longer than they are told; 0: the mean is told."
    expected_talk_s: float = 0.0
    "What a talk is taken to last while few have been measured; 0: nothing is told until then."
    announce_place: bool = True
    messages: tuple[QueueMessage, ...] = ()
    music: str = "default"
    said_as: tuple[str, ...] = ()
    "Prompts that name the queue to people who are told of alerts."
    call_backs: CallBackSettings = CallBackSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanSettings:
    """Agents who help another queue when it needs them, and go back when it no longer does."""

    name: str
    queue: QueueName
    "That is helped."
    agents: tuple[AgentId, ...]
    "Who helps, in this order."
    when: Threshold
    leaves: tuple[QueueName, ...] = ()
    "Queues that they do not serve meanwhile; empty: they help besides their own."
    at_most: int = 1000
    keeps_ready: int = 0
    "Nobody is lent while no more than so many who are ready would stay in the queues they leave."
    stays_above: float = 0.5
    "They go back when everything is below this part of the threshold,"
    at_least_s: float = 60.0
    "and not before."
