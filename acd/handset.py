"""One station's telephone: what it does, what can happen to it, what becomes of the call at it."""

from dataclasses import dataclass
from enum import Enum

from acd.ids import CallId, PortId
from acd.stations import Register

__all__ = ["Handset", "HandsetInput", "HandsetState", "Outcome"]


class HandsetState(Enum):
    """What a handset does."""

    WITHDRAWN = "out of service"
    IDLE = "on-hook"
    RINGING = "ringing"
    TALKING = "talking"
    DIALLING = "dialling"
    STORING = "storing"
    "A request holds, and is on its way to the disk."
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    RELEASED = "released"
    "We stopped its ringing; the line has yet to say that it is free."
    DROPPED = "dropped"
    "We ended its call; the line plays busy tone until it is put down."
    FORGOTTEN = "forgotten"
    HOWLING = "howling"


class HandsetInput(Enum):
    """What can happen to a handset."""

    RETURNED = "in service"
    WITHDRAWN = "out of service"
    LIFTED = "lifted"
    ANSWERED = "answered"
    KEYED = "keyed"
    FLASHED = "flashed"
    CLEARED = "cleared"
    FAILED = "failed"
    "Cleared because it could not ring, or the line broke down."
    SOUND_FINISHED = "sound finished"
    STORED = "stored"
    STORE_TIMED_OUT = "store timed out"
    TIMED_OUT = "timed out"


class Outcome(Enum):
    """What became of the call at a handset."""

    ANSWERED = "answered"
    MISSED = "missed"
    HUNG_UP = "hung up"
    FLASHED = "flashed"
    "Its user tapped the hook in a talk."
    LOST = "lost"
    "The station failed while it rang or talked."


@dataclass(slots=True)
class Handset:
    """One station's telephone."""

    port: PortId
    register: Register
    state: HandsetState = HandsetState.WITHDRAWN
    since: float = 0.0
    call: CallId | None = None
    "Rings or talks."
    sound_id: int | None = None
    "Of the prompt that plays."
    ticket: int | None = None
    "Of the request that is being stored."
    keyed_at: float = 0.0
    is_ring_crossed: bool = False
    "It was lifted just before it was to ring: the line will say that it can't ring it."

    @property
    def is_in_service(self) -> bool:
        """Whether the line can be used."""
        return self.state is not HandsetState.WITHDRAWN
