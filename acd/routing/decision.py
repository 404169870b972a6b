"""What the router decided, and all that it looked at in doing so."""

from dataclasses import dataclass
from enum import Enum

from acd.ids import AgentId, CallId, QueueName
from acd.routing.members import Discipline
from acd.routing.skills import Wanted

__all__ = ["Decision", "Rival", "Trigger"]


class Trigger(Enum):
    """What made a contact and an agent find each other at this moment."""

    AGENT_FREE = "agent became free"
    CONTACT_CAME = "contact came"
    EXTENDED = "contact came to another queue"
    RELAXED = "less was asked for"
    "After having waited, a lower skill level or any agent will do."


@dataclass(frozen=True, slots=True)
class Rival:
    """Who would have been next, and with what."""

    name: str
    key: float
    "A contact's score, or what the discipline compares in an agent."


@dataclass(frozen=True, slots=True)
class Decision:
    """These agents are to be rung for this contact."""

    contact: CallId
    queue: QueueName
    agents: tuple[AgentId, ...]
    trigger: Trigger
    waited_s: float
    score: float
    next_contact: Rival | None
    "Of those whom this agent could have served: the next by score; None: there was nobody else."
    discipline: Discipline
    key: float
    "What the discipline compares, in the first of the agents."
    candidates: int
    "Free agents who could serve this contact."
    next_agent: Rival | None
    wanted: Wanted
    "At this moment;"
    stage: int
    "0: as at the beginning."
    lag: float | None = None
    "The agent takes contacts by shares, and this queue lags behind its own by this much."
