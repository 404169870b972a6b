"""All that configures a `Center`: frozen, complete and consistent.

The configuration file's own types live elsewhere; whoever builds these has already reported every
mistake to a person. A `Center` given inconsistent settings raises `SettingsError`.
"""

from dataclasses import dataclass, field
from datetime import date, time, tzinfo

from acd.alert_settings import AlertSettings, ReceiverSettings
from acd.ids import AgentId, PortId, QueueName
from acd.pauses import PauseReason
from acd.points import NO_POINTS, Points
from acd.queue_settings import CallerListSettings, LoanSettings, QueueSettings
from acd.trunk_settings import NumberPlanSettings, TrunkSettings

__all__ = [
    "AgentSettings",
    "CallBackNode",
    "CenterSettings",
    "CollectNode",
    "DialNode",
    "ExtensionNode",
    "FlowSettings",
    "HangUpNode",
    "HoursNode",
    "MenuNode",
    "MessageNode",
    "Node",
    "OpenInterval",
    "QueueNode",
    "QueueSettings",
    "SayNode",
    "Schedule",
    "StarCodes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterval:
    """Open from ``start`` up to, not including, ``end`` on these weekdays (Monday is 0)."""

    weekdays: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Opening hours in one time zone."""

    name: str
    zone: tzinfo
    intervals: tuple[OpenInterval, ...]
    closed_dates: frozenset[date] = frozenset()
    open_when_clock_untrusted: bool = True
    "Which branch callers take while the clock can't be trusted."


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursNode:
    """Goes on to ``open`` or ``closed``."""

    schedule: str
    open: str
    closed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode:
    """Plays ``prompts`` and waits for a key; keys may be pressed while the prompt plays.

    A wrong key plays ``invalid`` and asks again, silence for ``timeout_s`` after the prompt asks again;
    after ``attempts`` in all the caller goes on to ``exhausted``.
    """

    prompts: tuple[str, ...]
    keys: dict[str, str]
    invalid: tuple[str, ...]
    exhausted: str
    timeout_s: float = 5.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNode:
    """Plays ``prompts``, then goes on to ``next``."""

    prompts: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNode:
    """Waits for an agent of ``queue``; goes on to ``timed_out`` after the queue's longest wait."""

    queue: QueueName
    timed_out: str
    also: tuple[QueueName, ...] = ()
    "Waits in these at the same time, and is served once."
    points: Points = NO_POINTS
    keys: dict[str, str] = field(default_factory=dict)
    "Keys that lead out of the queue, at any time."
    keeps_wait: bool = False
    "Who comes from another queue brings along the time waited there."
    full: str = ""
    "Where to go on if the queue is full,"
    nobody: str = ""
    "nobody is there to serve it,"
    too_long: str = ""
    "or it would take too long; empty: as ``timed_out``."


@dataclass(frozen=True, slots=True, kw_only=True)
class DialNode:
    """Calls ``number`` by the number plan and joins the caller to whoever answers.

    Without an answer the caller goes on to ``failed``.
    """

    number: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectNode:
    """Asks for digits, such as a customer's number; lists of callers may name them."""

    prompts: tuple[str, ...]
    next: str
    exhausted: str
    invalid: tuple[str, ...] = ()
    most_digits: int = 12
    least_digits: int = 1
    timeout_s: float = 5.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionNode:
    """Asks for an agent's number and waits for that agent, and nobody else."""

    prompts: tuple[str, ...]
    exhausted: str
    "Where to go on when no number was keyed in,"
    unknown: str
    "nobody has it,"
    absent: str
    "the agent is not logged in,"
    timed_out: str
    "or did not become free in time."
    longest_wait_s: float = 120.0
    most_digits: int = 12
    timeout_s: float = 5.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackNode:
    """Offers to call the caller back, who keeps the place in the queue; then goes on to ``next``."""

    queue: QueueName
    next: str
    failed: str
    "Where to go on when no number was confirmed, or it can't be called from here."
    timeout_s: float = 8.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNode:
    """Plays ``prompts`` and a tone, and records what the caller says, until ``#`` or a hang-up.

    A key in the prompts leads to the tone at once.
    """

    prompts: tuple[str, ...]
    next: str
    box: str = "main"
    "Whom it is for."
    longest_s: float = 120.0
    least_s: float = 1.0
    "Who says nothing for longer than this has left no message."


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpNode:
    """Plays ``prompts``, if any, and hangs up. ``cause`` is the value of an `acd.ids.Cause`."""

    prompts: tuple[str, ...] = ()
    cause: str = "flow ended"


Node = (
    HoursNode
    | MenuNode
    | SayNode
    | CollectNode
    | QueueNode
    | ExtensionNode
    | CallBackNode
    | MessageNode
    | DialNode
    | HangUpNode
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSettings:
    """A graph of nodes that a caller walks through."""

    name: str
    start: str
    nodes: dict[str, Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Someone who takes calls."""

    agent: AgentId
    name: str
    pin: str
    skills: dict[str, int] = field(default_factory=dict)
    "Levels from 1 up."
    allocation: dict[QueueName, float] = field(default_factory=dict)
    "Shares of this agent's contacts, by queue; empty: whoever has the highest score is next."


@dataclass(frozen=True, slots=True, kw_only=True)
class StarCodes:
    """What is dialled on a handset. No code is the beginning of another.

    Log in: code, agent number, ``#``, PIN, ``#``. Pause: code, one digit that selects the reason.
    """

    log_in: str = "*11"
    log_out: str = "*12"
    pause: str = "*13"
    resume: str = "*14"
    "Ends a pause, and a wrap-up."
    wrap_up: str = "*15"
    "Then the code that tells what came of the call."


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterSettings:
    """Everything a `Center` needs to know."""

    trunks: tuple[TrunkSettings, ...]
    stations: tuple[PortId, ...]
    agents: tuple[AgentSettings, ...]
    queues: tuple[QueueSettings, ...]
    flows: tuple[FlowSettings, ...]
    schedules: tuple[Schedule, ...]
    caller_lists: tuple[CallerListSettings, ...] = ()
    loans: tuple[LoanSettings, ...] = ()
    alerts: tuple[AlertSettings, ...] = ()
    receivers: tuple[ReceiverSettings, ...] = ()
    star_codes: StarCodes = field(default_factory=StarCodes)
    pause_reasons: dict[str, PauseReason] = field(
        default_factory=lambda: {
            "1": PauseReason(name="break"),
            "2": PauseReason(name="meeting"),
        }
    )
    "Digit after the pause code, and the reason of which the name is written."
    station_language: str = "en"
    missed_offers_before_pause: int = 2
    "An agent who lets this many offers in a row ring out is paused with the reason ``missed``."
    missed_offer_delay_s: float = 5.0
    "After a missed offer the agent is not offered another for this long."
    wrap_up_codes: dict[str, str] = field(default_factory=dict)
    "What each code means that is dialled after the star code; none is the beginning of another."
    hold_limit_s: float = 300.0
    "After this an agent hears the caller again who was put on hold."
    talk_limit_s: float = 4 * 3600.0
    key_timeout_s: float = 10.0
    "Longest pause between two keys on a handset; then error tone."
    pin_attempts: int = 3
    "After this many wrong PINs in a row an agent number is locked for `pin_lock_s`."
    pin_lock_s: float = 300.0
    record_calls: bool = True
    number_plan: NumberPlanSettings = field(default_factory=NumberPlanSettings)
