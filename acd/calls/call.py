"""One call while it is live, and what can happen to it.

How far the call has come is in its ledger record, moved by facts; here is what a restart ends anyway.
"""

from dataclasses import dataclass
from enum import Enum

from acd.contact import Contact
from acd.ids import AgentId, CallerIdentity, CallId, PortId
from acd.ivr import ToEnd, ToQueue, Walk
from acd.records import CallRecord
from acd.settings import TrunkSettings

__all__ = ["Call", "CallInput", "Move", "Sound", "ToNode"]


class CallInput(Enum):
    """What can happen to a call, other than its end."""

    KEYED = "keyed"
    SOUND_FINISHED = "sound finished"
    WALK_DUE = "walk due"
    WAIT_DUE = "wait due"
    ANNOUNCE_DUE = "announce due"
    ANNOUNCEMENT_OVERDUE = "announcement overdue"
    TALK_DUE = "talk due"
    ANSWERED = "agent answered"
    MISSED = "agent did not answer"
    OFFER_LOST = "offer lost"
    "The station failed, or the agent moved away, while it rang."
    HUNG_UP = "agent hung up"
    STATION_LOST = "station lost"
    "It failed while the agent talked."


class Sound(Enum):
    """What the caller hears from us."""

    NONE = "none"
    PROMPTS = "prompts"
    MUSIC = "music"


@dataclass(slots=True)
class Call:
    """One caller's visit."""

    record: CallRecord
    caller: CallerIdentity
    trunk: TrunkSettings
    walk: Walk
    sound: Sound = Sound.NONE
    sound_id: int | None = None
    contact: Contact | None = None
    "Kept while an agent talks, should the station fail."
    timed_out_node: str = ""
    agent: AgentId | None = None
    station: PortId | None = None
    "That rings for this caller or talks to it."

    @property
    def id(self) -> CallId:
        """The call's name."""
        return CallId(self.record.call)

    @property
    def port(self) -> PortId:
        """The caller's trunk."""
        return self.trunk.port


@dataclass(frozen=True, slots=True)
class ToNode:
    """Go on in the flow."""

    node: str


Move = ToNode | ToQueue | ToEnd
"Where a stage sends the caller next."
