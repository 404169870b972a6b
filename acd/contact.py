"""What waits for an agent. Voice is the first medium; an agent has room for one of it."""

from dataclasses import dataclass, field
from enum import Enum

from acd.ids import AgentId, CallId, QueueName
from acd.queue_settings import Overflow, QueueMessage
from acd.waiting import ToldWait

__all__ = ["Contact", "Medium"]


class Medium(Enum):
    """How someone reaches us. The value tells how many of it an agent serves at once."""

    VOICE = 1

    @property
    def capacity(self) -> int:
        """How many of these one agent serves at a time."""
        return self.value


@dataclass(slots=True, kw_only=True)
class Contact:
    """Someone who waits, with the place that nothing but leaving gives up."""

    call: CallId
    queue: QueueName
    "That the caller is told about, in which the place is, and whose longest wait and music count."
    queues: tuple[QueueName, ...]
    "All in which it waits, this one among them."
    entered: float
    arrival: int
    "Decides between those who entered at the same time."
    medium: Medium = Medium.VOICE
    told_place: int | None = None
    told_wait: ToldWait | None = None
    prefers: AgentId | None = None
    "Who served this caller last, and for whom it waits alone at first."
    overflowed: frozenset[Overflow] = frozenset()
    "Rules of the queue that have been carried out for this one."
    announced_at: float | None = None
    "When the place is told next,"
    messages_due: dict[QueueMessage, float | None] = field(default_factory=dict)
    "and each of the queue's messages."
    gives_up_at: float = 0.0
    "End of the longest wait."
