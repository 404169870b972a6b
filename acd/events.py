"""What can happen: everything the ACD is ever told. `Center.receive` takes these and nothing else."""

from dataclasses import dataclass

from acd.ids import AgentId, CallerIdentity, CallId, Cause, PortId, QueueName
from acd.numbers import NumberReader
from acd.settings import CenterSettings

__all__ = [
    "AgentLendRequested",
    "AgentReturnRequested",
    "AlertAcknowledgeRequested",
    "Alerting",
    "Answered",
    "CallOffered",
    "Cleared",
    "ClockSet",
    "DigitReceived",
    "Event",
    "FactStored",
    "Flashed",
    "HandsetLifted",
    "HangUpRequested",
    "PortInService",
    "PortOutOfService",
    "Proceeding",
    "SettingsReplaced",
    "ShutdownRequested",
    "SoundFinished",
    "SupervisionLost",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered:
    """A trunk rings and its caller ID window has passed."""

    port: PortId
    caller: CallerIdentity
    called: str
    "The number that was called, as far as the trunk's configuration or signalling tells."


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetLifted:
    """A station went off-hook without being rung: its user wants to dial."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeding:
    """The number that we dialled is out; ``in_band``: what the far end sends is worth hearing already."""

    port: PortId
    in_band: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """It rings where we dialled; ``in_band``: the ringing tone is on the line."""

    port: PortId
    in_band: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The far end of a line that we rang or dialled went off-hook; ``connected`` where it tells who."""

    port: PortId
    connected: CallerIdentity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitReceived:
    """A key was pressed: one of ``0-9 * # A-D``."""

    port: PortId
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flashed:
    """A handset's hook was flashed."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """The far end hung up (or stopped ringing); the line is free again.

    Also confirms `ClearLine`. For a port without a leg it is ignored.
    """

    port: PortId
    cause: Cause
    q850: int | None = None
    "The far end's cause of ITU-T Q.850, where its signalling has those."


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOutOfService:
    """The line can't be used: alarm, missing battery, handset left off-hook."""

    port: PortId
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionLost:
    """The call on this port goes on, but its far end's hang-up would not be told; the line limits it."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class PortInService:
    """The line can be used. Every port starts out of service until this comes."""

    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFinished:
    """What `PlayPrompts` started has been heard to its end. A replaced or stopped sound sends none."""

    port: PortId
    sound_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactStored:
    """The fact that was written with this ticket is safe on disk."""

    ticket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpRequested:
    """An operator asks to end a call."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLendRequested:
    """An operator wants an agent to help a queue, and not to serve these meanwhile."""

    agent: AgentId
    queue: QueueName
    leaves: tuple[QueueName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReturnRequested:
    """An operator wants an agent to help no other queue any more."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledgeRequested:
    """Somebody sees to an alert."""

    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet:
    """How wall time follows from the ``now`` of all other entries: ``utc_s = now + utc_minus_now_s``."""

    utc_minus_now_s: float
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutdownRequested:
    """The appliance stops: every call ends with `Cause.SHUTDOWN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsReplaced:
    """Other settings are to be in force from now on; see `Center.obstacles`."""

    settings: CenterSettings
    numbers: NumberReader
    by: str
    changes: tuple[str, ...]
    "Key paths of the configuration, for the journal."


Event = (
    CallOffered
    | HandsetLifted
    | Proceeding
    | Alerting
    | Answered
    | DigitReceived
    | Flashed
    | Cleared
    | PortOutOfService
    | PortInService
    | SoundFinished
    | SupervisionLost
    | FactStored
    | HangUpRequested
    | AgentLendRequested
    | AgentReturnRequested
    | AlertAcknowledgeRequested
    | ClockSet
    | SettingsReplaced
    | ShutdownRequested
)
