"""What is journaled: facts, in the past tense, in the order in which they became true.

Facts outlive the code that wrote them, so a field is never renamed or given another meaning; a new one
gets a default. The journal adds sequence number, boot id, monotonic and UTC time to each. Values are
plain (str, int, float, bool, None, tuples and dicts of these), so that any JSON encoder can write them.
"""

from dataclasses import dataclass, field

from acd.alert_facts import (
    AlertAcknowledged,
    AlertCallEnded,
    AlertCallPlaced,
    AlertCleared,
    AlertEscalated,
    AlertRaised,
    AlertRepeated,
)

__all__ = [
    "AgentLent",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentPaused",
    "AgentResumed",
    "AgentReturned",
    "AgentWrappedUp",
    "AlertAcknowledged",
    "AlertCallEnded",
    "AlertCallPlaced",
    "AlertCleared",
    "AlertEscalated",
    "AlertRaised",
    "AlertRepeated",
    "AnnouncementPlayed",
    "CallAnswered",
    "CallBackAttempted",
    "CallBackEnded",
    "CallBackPostponed",
    "CallBackReached",
    "CallBackRequested",
    "CallBarred",
    "CallConnected",
    "CallEnded",
    "CallHeld",
    "CallOfferedToUs",
    "CallOverflowed",
    "CallPlaced",
    "CallRetrieved",
    "CallUnsupervised",
    "CallerQueued",
    "ConfigurationApplied",
    "DataKeyed",
    "Fact",
    "FarEndAlerted",
    "FarEndAnswered",
    "FlowEntered",
    "KeyPressed",
    "LineReturned",
    "LineWithdrawn",
    "LogInRefused",
    "MessageBegun",
    "MessageEnded",
    "NumberDialled",
    "OfferAnswered",
    "OfferMade",
    "OfferMissed",
    "OfferWithdrawn",
    "PauseRequested",
    "QueueLeft",
    "QueueRefused",
    "RecordingLost",
    "RecordingStarted",
    "RecordingStopped",
    "SnapshotTaken",
    "SystemStarted",
    "SystemStopped",
    "TrunkReleased",
    "TrunkSeized",
    "WrapUpCoded",
    "WrapUpStarted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStarted:
    """The call server came up (again)."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationApplied:
    """A changed configuration is in force, without a restart."""

    by: str
    changes: tuple[str, ...]
    "Key paths."


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStopped:
    """The call server was asked to stop and did so in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWithdrawn:
    """A line went out of service."""

    port: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReturned:
    """A line is in service."""

    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOfferedToUs:
    """A call arrived on a trunk."""

    call: str
    port: str
    called: str
    number: str | None = None
    name: str | None = None
    number_absence: str | None = None
    normal_number: str | None = None
    "In E.164."
    redirecting: str | None = None
    "Who forwarded the call to here,"
    redirecting_reason: str | None = None
    "and why: ``busy``, ``no answer`` and the like."
    carrier: str = ""
    "Whose trunk it is."
    tenant: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlaced:
    """Somebody at a station has dialled a number outside."""

    call: str
    port: str
    agent: str
    "Who is logged in there; empty: nobody."
    call_back: str = ""
    "That it is made for."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBarred:
    """A number was dialled at a station from which it may not be called."""

    port: str
    agent: str
    number: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDialled:
    """A trunk is sought for this call: dialled at a station, by a flow, or what a call through asked for."""

    call: str
    dialled: str
    number: str
    "Canonical: E.164 with ``+``, else the digits themselves."
    kind: str
    "As in `acd.numbers.NumberKind`."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSeized:
    """A trunk was seized for a call that goes out, or through."""

    call: str
    port: str
    group: str
    carrier: str
    number: str
    "Canonical."
    sent: str
    "As this trunk got it."


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndAlerted:
    """It rings where the call goes."""

    call: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndAnswered:
    """Whoever was called answered; from here the carrier charges."""

    call: str
    port: str
    connected: str | None = None
    "The number that answered, where the far end tells."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkReleased:
    """The trunk that was seized is let go; the call itself may go on to another one."""

    call: str
    port: str
    carrier: str
    month: str
    "``2026-11``, of UTC."
    cause: str
    q850: int | None = None
    answered_s: float = 0.0
    "From the far end's answer; 0: it never answered."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """We answered; from here the caller pays and is recorded."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnsupervised:
    """Signalling for this call is gone: it goes on for a limited time, and its end may be told late."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEntered:
    """The caller reached a node of a flow."""

    call: str
    flow: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """The caller pressed a key in a menu."""

    call: str
    node: str
    key: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerQueued:
    """The caller waits in a queue, at this place (1 is next)."""

    call: str
    queue: str
    place: int
    also: tuple[str, ...] = ()
    "Other queues in which the caller waits at the same time."
    lists: tuple[str, ...] = ()
    "Lists of callers on which this one stands."
    waited_before_s: float = 0.0
    "That counts for the place: in another queue, or in a call that was cut off."
    prefers: str = ""
    "The agent who served this caller last, and for whom the caller waits alone at first."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRefused:
    """The caller was not let into a queue: it is full, nobody is there, or it would take too long."""

    call: str
    queue: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft:
    """The caller left a queue without having been served, and goes on in the flow."""

    call: str
    queue: str
    why: str
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOverflowed:
    """A caller waits in one more queue from now on, or has other points."""

    call: str
    queue: str
    to: str
    "Empty: no other queue."
    priority: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKeyed:
    """The caller keyed in digits that were asked for."""

    call: str
    node: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackRequested:
    """The caller of this call wants to be called back, and keeps the place."""

    call: str
    number: str
    "Canonical."
    queue: str
    waited_s: float
    "Of waiting that counts."
    priority: float
    "Points besides the queue's own."
    ageing: float | None
    needs: tuple[str, ...]
    "Skills besides the queue's own, as ``english>=3``."
    language: str
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackAttempted:
    """An agent has lifted the handset, and the number is dialled."""

    call_back: str
    "The call in which it was asked for."
    call: str
    agent: str
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackReached:
    """Whoever wanted to be called back has answered, and talks to the agent."""

    call_back: str
    call: str
    agent: str
    queue: str
    number: str
    waited_s: float
    turn: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackPostponed:
    """An attempt has come to nothing; there will be another one after so long."""

    call_back: str
    why: str
    delay_s: float
    counts: bool = True
    "False: nobody could be dialled; that was no attempt."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackEnded:
    """The caller was reached, has called again, or will not be called any more."""

    call_back: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLent:
    """An agent helps another queue from now on."""

    agent: str
    queue: str
    leaves: tuple[str, ...]
    "Queues that the agent does not serve meanwhile."
    loan: str
    "The rule of this name, or empty: by hand."
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReturned:
    """An agent helps another queue no longer."""

    agent: str
    queue: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPlayed:
    """The caller was told a place, and perhaps the wait."""

    call: str
    queue: str
    place: int
    wait_s: float | None = None
    "As it was said; 0: a little longer than said before; None: nothing."
    quantile: float = 0.0
    "Of which chance the estimate behind it was; 0: the mean."
    quantile_s: float = 0.0
    "That estimate,"
    mean_s: float = 0.0
    "and the mean."


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """An agent's handset was asked to ring for a caller."""

    call: str
    agent: str
    station: str
    queue: str
    why: dict[str, str | int | float | None] = field(default_factory=dict)
    "All that was looked at, as in `acd.routing.Decision`."


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAnswered:
    """The agent lifted the handset."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMissed:
    """The agent did not lift in time; the caller is back at the old place."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn:
    """The caller left, another agent was quicker, or the station failed, while the handset rang."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected:
    """Caller and agent hear each other."""

    call: str
    agent: str
    queue: str
    turn: float = 1.0
    "What this contact counts for the agent where contacts are shared by weight."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """The caller's line is recorded into this file, relative to the recordings' folder."""

    call: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingLost:
    """The recording could not be made, or ends before the call; written by whoever records."""

    call: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped:
    """The recording is complete."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The call is over, in this stage (``offered flow queued offering talking dialling through``)."""

    call: str
    cause: str
    stage: str
    q850: int | None = None
    "The far end's cause of ITU-T Q.850, where its signalling has those."
    carrier: str = ""
    "Of the trunk on which it came; empty: it came on none."
    month: str = ""
    answered_s: float = 0.0
    "From our answer; 0: we did not."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedIn:
    """An agent logged in at a station and is ready."""

    agent: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInRefused:
    """A log-in failed. The PIN that was keyed is never written.

    ``agent`` is empty when nobody has the number that was keyed: it may well be a PIN, keyed too early.
    """

    agent: str
    station: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut:
    """An agent left."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPaused:
    """An agent takes no calls until resumed."""

    agent: str
    reason: str
    paid: bool = False
    "The pause is working time, by its reason."


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequested:
    """An agent who talks asked for a pause; `AgentPaused` follows after the call and its wrap-up.

    `AgentResumed` before that takes the wish back.
    """

    agent: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResumed:
    """A paused agent is ready again."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBegun:
    """A caller begins to leave a message."""

    call: str
    box: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEnded:
    """It is over; ``kept`` is false if nothing can have been said."""

    call: str
    box: str
    file: str
    lasts_s: float
    why: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld:
    """The agent has put the caller on hold."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRetrieved:
    """The agent talks again to the caller who was on hold; also when the hold became too long."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpCoded:
    """The agent has told what came of a call."""

    call: str
    agent: str
    code: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpStarted:
    """The call is over; the agent has time to finish its paperwork."""

    agent: str
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWrappedUp:
    """The agent is ready again after a call."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken:
    """The state that earlier facts led to; replay may begin here."""

    agents: tuple[dict[str, str | int | float | dict[str, float] | None], ...]
    calls: tuple[dict[str, str | int | float | None], ...]
    counters: dict[str, int]
    services: tuple[dict[str, str | int | float | None], ...] = ()
    places: tuple[dict[str, str | int | float | None], ...] = ()
    "As in `acd.memory`."
    loans: tuple[dict[str, str | int | float | None], ...] = ()
    alerts: tuple[dict[str, str | int | float | None], ...] = ()
    "As in `acd.alert_records`,"
    recent_service: tuple[dict[str, str | int | float | None], ...] = ()
    "and in `acd.recent_service`."
    call_backs: tuple[dict[str, str | int | float | None], ...] = ()


Fact = (
    SystemStarted
    | ConfigurationApplied
    | SystemStopped
    | LineWithdrawn
    | LineReturned
    | CallOfferedToUs
    | CallPlaced
    | CallBarred
    | NumberDialled
    | TrunkSeized
    | FarEndAlerted
    | FarEndAnswered
    | TrunkReleased
    | CallAnswered
    | FlowEntered
    | CallUnsupervised
    | KeyPressed
    | CallerQueued
    | QueueRefused
    | QueueLeft
    | CallOverflowed
    | DataKeyed
    | CallBackRequested
    | CallBackAttempted
    | CallBackReached
    | CallBackPostponed
    | CallBackEnded
    | AgentLent
    | AgentReturned
    | AnnouncementPlayed
    | OfferMade
    | OfferAnswered
    | OfferMissed
    | OfferWithdrawn
    | CallConnected
    | RecordingStarted
    | RecordingLost
    | RecordingStopped
    | CallEnded
    | AgentLoggedIn
    | LogInRefused
    | AgentLoggedOut
    | AgentPaused
    | PauseRequested
    | AgentResumed
    | WrapUpStarted
    | WrapUpCoded
    | MessageBegun
    | MessageEnded
    | CallHeld
    | CallRetrieved
    | AgentWrappedUp
    | AlertRaised
    | AlertRepeated
    | AlertEscalated
    | AlertAcknowledged
    | AlertCleared
    | AlertCallPlaced
    | AlertCallEnded
    | SnapshotTaken
)
