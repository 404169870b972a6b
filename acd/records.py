"""What is known of each agent and of each live call, and survives a restart."""

from dataclasses import dataclass, field
from enum import Enum

__all__ = ["AgentRecord", "AgentState", "CallRecord", "Loan", "Refusal", "Stage"]


class AgentState(Enum):
    """What an agent does, as far as offering calls is concerned."""

    LOGGED_OUT = "logged out"
    READY = "ready"
    RINGING = "ringing"
    RESERVED = "reserved"
    "Has lifted the handset for a call-back, and waits for the caller's answer."
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"
    PAUSED = "paused"


class Stage(Enum):
    """How far a call has come."""

    OFFERED = "offered"
    WALKING = "flow"
    QUEUED = "queued"
    OFFERING = "offering"
    TALKING = "talking"
    DIALLING = "dialling"
    "A trunk is sought, or seized, and nobody has answered there."
    THROUGH = "through"
    "Joined to whoever answered on another trunk."


class Refusal(Enum):
    """Why a log-in failed."""

    UNKNOWN_AGENT = "unknown agent"
    WRONG_PIN = "wrong pin"
    WRONG_PIN_LOCKED = "wrong pin, locked from now"
    LOCKED = "locked"
    BUSY = "talks at another station"


@dataclass(slots=True)
class Loan:
    """An agent helps another queue."""

    leaves: tuple[str, ...]
    loan: str
    "The rule's name; empty: by hand."
    since: float


@dataclass(slots=True)
class AgentRecord:
    """What is known of one agent."""

    agent: str
    state: AgentState = AgentState.LOGGED_OUT
    since: float = 0.0
    station: str = ""
    reason: str = ""
    "Of the pause."
    held_since: float | None = None
    "The caller is on hold."
    wrap_up_code: str = ""
    "What the agent has told of the call."
    wanted_pause: str = ""
    "Reason of a pause that begins after the present call."
    call: str = ""
    "Rings, is talked to, or is wrapped up."
    queue: str = ""
    "Of that call."
    ready_since: float = 0.0
    idle_rank: int = 0
    "Whose is lowest has been idle longest. Ranks, unlike times, survive any clock."
    calls_taken: int = 0
    missed: int = 0
    missed_in_row: int = 0
    last_missed: float | None = None
    "Until a pause or a log-out, which end the delay that it brings."
    logged_in_at: float = 0.0
    busy_s: float = 0.0
    "Since then: rung, on calls, and on wrap-up, but for what goes on at present."
    taken: dict[str, int] = field(default_factory=dict)
    "Contacts since then, by queue."
    turns: dict[str, float] = field(default_factory=dict)
    "By queue: contacts, each divided by the agent's weight; who logs in starts level with the others."
    offered_last: dict[str, int] = field(default_factory=dict)
    "By queue: the serial number of the last offer."
    lent: dict[str, Loan] = field(default_factory=dict)
    "By the queue that is helped."
    wrong_pins: int = 0
    locked_since: float | None = None


@dataclass(slots=True)
class CallRecord:
    """What is known of one live call."""

    call: str
    port: str
    since: float
    stage: Stage = Stage.OFFERED
    stage_since: float = 0.0
    queue: str = ""
    queued_since: float = 0.0
    rang_s: float = 0.0
    "How long the handset rang that was answered."
    ringing: int = 0
    "How many handsets ring for it."
    told_at: float | None = None
    "When this caller was first told how long it will take,"
    told_wait_s: float = 0.0
    "and what; as in `acd.waiting.Told`."
    told_mean_s: float = 0.0
    told_quantile_s: float = 0.0
    told_quantile: float = 0.0
    is_recorded: bool = False
    is_served: bool = False
    number: str = ""
    "The caller's, canonical where that can be told."
    waited_before_s: float = 0.0
    tenant: str = "main"
    carrier: str = ""
    "Of the trunk on which the call came."
    answered_at: float | None = None
    out_port: str = ""
    "The trunk that was seized for it."
    out_carrier: str = ""
    message_file: str = ""
    "Of a message that the caller leaves at this moment,"
    message_box: str = ""
    message_since: float = 0.0
