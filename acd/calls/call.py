"""One call while it is live, and what can happen to it.

How far the call has come is in its ledger record, moved by facts; here is what a restart ends anyway.
"""

from dataclasses import dataclass, field
from enum import Enum

from acd.contact import Contact
from acd.ids import AgentId, CallerIdentity, CallId, PortId, QueueName
from acd.ivr import ToCallBack, ToEnd, ToExtension, ToNumber, ToQueue, Walk
from acd.number_plan import Attempt
from acd.numbers import Number
from acd.points import NO_POINTS, Points
from acd.records import CallRecord
from acd.settings import QueueNode

__all__ = ["Call", "CallInput", "Move", "OutgoingLeg", "Sound", "ToNode"]


class CallInput(Enum):
    """What can happen to a call, other than its end."""

    KEYED = "keyed"
    STORED = "stored"
    "What the caller asked for, in the flow."
    STORE_OVERDUE = "store overdue"
    SOUND_FINISHED = "sound finished"
    WALK_DUE = "walk due"
    WAIT_DUE = "wait due"
    DESERTED = "queue deserted"
    ANNOUNCE_DUE = "announce due"
    ANNOUNCEMENT_OVERDUE = "announcement overdue"
    TALK_DUE = "talk due"
    HOLD_DUE = "hold due"
    DIAL_DUE = "dial due"
    RETRY_DUE = "retry due"
    ANSWERED = "agent answered"
    MISSED = "agent did not answer"
    OFFER_LOST = "offer lost"
    "The station failed, or the agent moved away, while it rang."
    HUNG_UP = "agent hung up"
    FLASHED = "agent flashed"
    STATION_LOST = "station lost"
    "It failed while the agent talked."
    FAR_PROCEEDS = "far end proceeds"
    FAR_ALERTS = "far end alerts"
    FAR_ANSWERED = "far end answered"
    FAR_CLEARED = "far end cleared"


class Sound(Enum):
    """What the caller hears from us."""

    NONE = "none"
    PROMPTS = "prompts"
    MUSIC = "music"
    RINGBACK = "ringback"


@dataclass(slots=True)
class OutgoingLeg:
    """The other half of a call that goes out, or through: its number, what is left to try, its trunk."""

    number: Number
    caller: CallerIdentity
    "Who calls, as far as may be shown."
    attempts: list[Attempt]
    failed_node: str = ""
    "Where the caller goes on in the flow if nobody answers."
    index: int = 0
    "Of the attempt that is tried."
    tried: set[PortId] = field(default_factory=set)
    port: PortId | None = None
    "Seized for this call."
    is_heard: bool = False
    "Both ends hear each other already, whether answered or not."
    answered_at: float | None = None
    congested: set[str] = field(default_factory=set)
    "Groups whose network had no way: a free line of theirs would help nobody."
    q850: int | None = None
    gives_up_at: float | None = None
    "An emergency call: until then a line is sought."
    preempted_at: float | None = None
    "When another call was ended for this one."


@dataclass(slots=True)
class Call:
    """One caller's visit, or one call of ours."""

    record: CallRecord
    port: PortId
    "Of whoever began it: a trunk, or a station that dialled."
    caller: CallerIdentity
    language: str
    called: str = ""
    walk: Walk | None = None
    "None: the call goes to another trunk without any flow."
    is_answered: bool = False
    sound: Sound = Sound.NONE
    sound_id: int | None = None
    contact: Contact | None = None
    "Kept while an agent talks, should the station fail."
    queue_node: QueueNode | None = None
    "Of the flow, in which the caller waits."
    lists: tuple[str, ...] = ()
    "Of callers, on which this one stands."
    points_of_called: Points = NO_POINTS
    points: tuple[Points, ...] = ()
    "Of the number that was called, and of those lists,"
    raised: tuple[Points, ...] = ()
    "and what came to them while the caller waited."
    waiting_since: float | None = None
    "When the caller first waited in the queue that was left last."
    offers: dict[PortId, AgentId] = field(default_factory=dict)
    "Whose handsets ring for this caller,"
    offered_in: QueueName | None = None
    "by this queue."
    call_back: str = ""
    "That this call of ours is made for."
    ticket: int | None = None
    "Of what the caller waits for to be safe on disk."
    keyed: str = ""
    "What the caller keyed in when asked."
    agent: AgentId | None = None
    station: PortId | None = None
    "That talks to this caller, or has begun the call."
    outgoing: OutgoingLeg | None = None
    is_held: bool = False
    "The agent has put this caller on hold."

    @property
    def id(self) -> CallId:
        """The call's name."""
        return CallId(self.record.call)

    @property
    def is_from_station(self) -> bool:
        """Whether it began at a station: somebody dialled it there, or it is to call somebody back."""
        return self.station == self.port or bool(self.call_back)


@dataclass(frozen=True, slots=True)
class ToNode:
    """Go on in the flow."""

    node: str


Move = ToNode | ToQueue | ToNumber | ToCallBack | ToExtension | ToEnd
"Where a stage sends the caller next."
