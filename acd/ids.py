"""The names of things in the ACD. All are strings that come from configuration or an injected source."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

__all__ = [
    "AgentId",
    "CallId",
    "CallerIdentity",
    "Cause",
    "NumberAbsence",
    "PortId",
    "QueueName",
]

PortId = NewType("PortId", str)
"""One telephone line of ours, trunk or station, as the configuration names it (``trunk-1``)."""

CallId = NewType("CallId", str)
"""One caller's visit, from ring to record; unique across restarts."""

AgentId = NewType("AgentId", str)
"""What an agent keys in to log in: digits only."""

QueueName = NewType("QueueName", str)


class NumberAbsence(Enum):
    """Why a caller's number is not known (ETSI EN 300 659-3, 5.4.4; GR-30)."""

    PRIVATE = "private"
    UNAVAILABLE = "unavailable"


class Cause(Enum):
    """Why a leg or a call ended. The value is what the journal and the record say."""

    CALLER_HUNG_UP = "caller hung up"
    AGENT_HUNG_UP = "agent hung up"
    FLOW_ENDED = "flow ended"
    CLOSED_HOURS = "outside opening hours"
    NO_INPUT = "no valid key pressed"
    QUEUE_TIMEOUT = "waited too long"
    TALK_LIMIT = "talk limit reached"
    OPERATOR = "hung up by operator"
    LINE_FAILED = "line out of service"
    NO_ANSWER = "no answer"
    CALLED_AGAIN = "the caller called again"
    ANSWERED_ELSEWHERE = "answered by another agent"
    FLOW_FAULT = "flow leads nowhere"
    RESTART = "call server restarted"
    SHUTDOWN = "appliance stopped"
    CALLED_HUNG_UP = "called party hung up"
    CALLED_BUSY = "called party busy"
    CALLED_NO_ANSWER = "called party did not answer"
    CALLED_REJECTED = "called party refused"
    WRONG_NUMBER = "no such number"
    NO_ROUTE = "no route to this number"
    CONGESTION = "no line free"
    GLARE = "line taken from the other side"
    PREEMPTED = "line needed for an emergency call"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdentity:
    """Who calls, as far as the line told us.

    ``number`` and ``number_absence`` exclude each other; both ``None`` means that no caller ID came
    at all.
    """

    number: str | None = None
    name: str | None = None
    number_absence: NumberAbsence | None = None
    normal_number: str | None = None
    "The number in E.164, where it can be told."
    redirecting: str | None = None
    "Who forwarded the call to here,"
    redirecting_reason: str | None = None
    "and why."
