"""What waits for an agent. Voice is the first medium; an agent has room for one of it."""

from dataclasses import dataclass
from enum import Enum

from acd.ids import CallId, QueueName
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
    entered: float
    arrival: int
    "Decides between those who entered at the same time."
    medium: Medium = Medium.VOICE
    is_offered: bool = False
    "An agent's handset rings for this one; the place is kept."
    told_place: int | None = None
    told_wait: ToldWait | None = None
    announced_at: float | None = None
    "When the place is told next."
    gives_up_at: float = 0.0
    "End of the longest wait."

    @property
    def seniority(self) -> tuple[float, int]:
        """Sorts contacts: who has the lowest is served first."""
        return self.entered, self.arrival
