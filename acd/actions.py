"""What the ACD can ask for. Whoever drives a `Center` performs these in the order given."""

from dataclasses import dataclass
from enum import Enum

from acd.facts import Fact
from acd.ids import CallerIdentity, CallId, Cause, PortId

__all__ = [
    "Action",
    "AnswerCall",
    "ClearLine",
    "Connect",
    "DialOut",
    "Disconnect",
    "PlayMusic",
    "PlayPrompts",
    "PlaySignal",
    "RingStation",
    "Signal",
    "StartMessage",
    "StartRecording",
    "StopMessage",
    "StopRecording",
    "StopSound",
    "TellAlerting",
    "TellProgress",
    "WriteFact",
]


class Signal(Enum):
    """Tones a switch plays to a station or caller; their sound follows the country's tone plan."""

    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    CONFIRMATION = "confirmation"
    ERROR = "error"
    HOWLER = "howler"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """Answer the trunk that was offered."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOut:
    """Seize this trunk and dial.

    `Proceeding`, `Alerting` and `Answered` may follow; `Cleared` does if it fails.
    """

    port: PortId
    number: str
    caller: CallerIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAlerting:
    """Tell the caller on this trunk, who is not answered yet, that it rings where the call goes."""

    port: PortId
    in_band: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TellProgress:
    """Tell the caller on this trunk that there is something to be heard before the answer."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingStation:
    """Ring a handset, showing it the caller. `Answered` or our own `ClearLine` follows."""

    port: PortId
    caller: CallerIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearLine:
    """End what goes on on this line: stop its ringing, hang up the trunk, drop the handset's leg.

    A handset that is still off-hook then hears busy tone, given by its line, until it is put down;
    then comes `Cleared`.
    """

    port: PortId
    cause: Cause
    q850: int | None = None
    "The exact cause, where another line has told one."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrompts:
    """Play prompts one after the other, once; replaces any sound of the port.

    `SoundFinished` with this ``sound_id`` follows unless it is stopped or replaced.
    """

    port: PortId
    sound_id: int
    prompts: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayMusic:
    """Play music on hold until it is stopped or replaced."""

    port: PortId
    music: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySignal:
    """Play a tone: the repeating ones until stopped or replaced, the others once, without event."""

    port: PortId
    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSound:
    """Silence whatever the port plays."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Let both hear each other."""

    port: PortId
    other: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Undo `Connect`."""

    port: PortId
    other: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Record the caller's line: what comes from it on the left, what it hears on the right.

    ``file`` is relative to the folder of recordings (``2026-11-22/153012-00000017.wav``).
    """

    call: CallId
    port: PortId
    file: str
    tenant: str = "main"
    "Whose it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """Finish the recording of this call."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMessage:
    """Record a message that a caller leaves, besides the call itself; otherwise as `StartRecording`."""

    call: CallId
    port: PortId
    file: str
    tenant: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMessage:
    """Finish the message of this call."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFact:
    """Append a fact to the journal. With a ticket, `FactStored` follows when it is safe on disk."""

    fact: Fact
    ticket: int | None = None
    tenant: str = "main"
    "Whose it is."


Action = (
    AnswerCall
    | DialOut
    | TellAlerting
    | TellProgress
    | RingStation
    | ClearLine
    | PlayPrompts
    | PlayMusic
    | PlaySignal
    | StopSound
    | Connect
    | Disconnect
    | StartRecording
    | StopRecording
    | StartMessage
    | StopMessage
    | WriteFact
)
