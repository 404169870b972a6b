"""What the hardware under a line tells, and what can be asked of it.

Each event and command says for which kind of port it is. A card may do more by itself than another: one
counts dial pulses, another only reports the hook. Lines understand both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from drivers.caller import CallerNumber

__all__ = [
    "AlarmCleared",
    "AlarmRaised",
    "BatteryChanged",
    "BearerBlocked",
    "BearerReady",
    "CallDigits",
    "Card",
    "DialPulses",
    "FarEndAlerts",
    "FarEndAnswers",
    "FarEndCalls",
    "FarEndClears",
    "FarEndProceeds",
    "FlashDetected",
    "HardwareCommand",
    "HardwareEvent",
    "HookChanged",
    "PluggedCard",
    "PolarityReversed",
    "PortKind",
    "PulsesCounted",
    "PulsesSent",
    "RestartBearer",
    "ReversePolarity",
    "RingBurstEnded",
    "RingBurstStarted",
    "SendAlerting",
    "SendConnect",
    "SendProgress",
    "SendRelease",
    "SendSetup",
    "SendSetupDigits",
    "SetBattery",
    "SetHook",
    "SetMessageWaiting",
    "SetRinger",
    "SpeechDescriptors",
    "SpeechRequests",
    "SupervisionLost",
    "TransmitOnHook",
    "WinkDetected",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBurstStarted:
    """FXO: ringing voltage came on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBurstEnded:
    """FXO: ringing voltage went off."""

    judged: bool = False
    """The card took it for a ring and no spike; where it has not told the beginning, there was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryChanged:
    """FXO: line battery appeared or went away."""

    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarityReversed:
    """FXO: tip and ring changed places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookChanged:
    """FXS: loop current says that the telephone was lifted or put down. E&M: the far end's lead."""

    off_hook: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashDetected:
    """FXS: the card saw a flash; it has told no `HookChanged` of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulsesCounted:
    """FXS: a digit was dialled by pulses, and the card counted them."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PulsesSent:
    """FXO: the card has dialled what `DialPulses` asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WinkDetected:
    """E&M: the far end winked; the card has told no `HookChanged` of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """Any port: nothing that the line tells or carries means anything until `AlarmCleared`."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared:
    """Any port: the cause of the alarm is gone; how hook and battery stand is told next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerReady:
    """B-channel: it is at rest at both ends and can carry a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerBlocked:
    """B-channel: it can't carry a call now; one that is up goes on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndCalls:
    """B-channel: SETUP came, its number complete; the far end knows that we proceed."""

    caller: CallerNumber
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndProceeds:
    """B-channel: the far end works on our call."""

    in_band: bool
    "What it sends is worth hearing already."
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndAlerts:
    """B-channel: it rings there."""

    in_band: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndAnswers:
    """B-channel: it was answered; ``connected`` where the far end tells by whom."""

    connected: CallerNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEndClears:
    """B-channel: the call is over, or our clearing is acknowledged; `BearerReady` follows."""

    cause: int
    "Of Q.850."
    glare: bool = False
    "Another call took the channel in the same moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDigits:
    """B-channel: digits came in messages during the call."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionLost:
    """B-channel: nobody tells us of its calls any more."""

    reason: str


HardwareEvent = (
    BearerReady
    | BearerBlocked
    | FarEndCalls
    | FarEndProceeds
    | FarEndAlerts
    | FarEndAnswers
    | FarEndClears
    | CallDigits
    | SupervisionLost
    | RingBurstStarted
    | RingBurstEnded
    | BatteryChanged
    | PolarityReversed
    | HookChanged
    | FlashDetected
    | PulsesCounted
    | PulsesSent
    | WinkDetected
    | AlarmRaised
    | AlarmCleared
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHook:
    """FXO: close (off-hook) or open the loop. E&M: the lead towards the far end."""

    off_hook: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRinger:
    """FXS: ringing voltage on or off."""

    ringing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBattery:
    """FXS: line battery on or off."""

    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePolarity:
    """FXS: swap tip and ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPulses:
    """FXO off-hook: dial by pulses, on a card that can; `PulsesSent` follows."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmitOnHook:
    """FXS: for so long, let sound pass to a telephone that lies on-hook; ringing it ends that."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMessageWaiting:
    """FXS: the lamp for messages, where telephone and card have one."""

    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSetup:
    """B-channel: call this number."""

    called: str
    caller: CallerNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSetupDigits:
    """B-channel: more of the called number."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAlerting:
    """B-channel: tell the caller that it rings here."""

    in_band: bool = False
    "The ringing tone is ours."


@dataclass(frozen=True, slots=True, kw_only=True)
class SendProgress:
    """B-channel: there is something to be heard before the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendConnect:
    """B-channel: answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRelease:
    """B-channel: end the call, for this cause of Q.850."""

    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartBearer:
    """B-channel: bring it to rest at both ends, whatever it carries."""


HardwareCommand = (
    SendSetup
    | SendSetupDigits
    | SendAlerting
    | SendProgress
    | SendConnect
    | SendRelease
    | RestartBearer
    | SetHook
    | SetRinger
    | SetBattery
    | ReversePolarity
    | DialPulses
    | TransmitOnHook
    | SetMessageWaiting
)


class PortKind(Enum):
    """What a port of a card is."""

    FXO = "fxo"
    FXS = "fxs"
    EM = "e&m"
    BEARER = "b-channel"


@dataclass(frozen=True, slots=True)
class SpeechDescriptors:
    """Where one port's blocks come from, and where they go."""

    read: int
    write: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequests:
    """What the media plane's pump may ask of a port's descriptor, besides reading and writing blocks."""

    event_error: int = 0
    "The errno by which a read or write says that an event waits; 0: there are none."
    event_request: int = 0
    "The request that fetches it, as an int."
    underrun_event: int = -1
    "The event that says that nothing was left to send; -1: there is none."


class Card(Protocol):
    """The hardware under the lines: ports that tell events and take commands.

    Runs in: event loop.
    """

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """Everything that happened since the last call, in order, with the port's index.

        Raises:
            CardLost: when the card is gone.
        """

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Do it now. On a card that is gone it does nothing: `poll` tells."""

    def take_event(self, port: int, value: int) -> list[HardwareEvent]:
        """What an event of this port's means that the media plane's pump has fetched for us."""

    def take_loss(self, port: int) -> None:
        """The pump could read or write this port's descriptor no more; `poll` tells."""


class PluggedCard(Card, Protocol):
    """A card whose speech the media plane's pump reads and writes, in real time.

    Runs in: event loop.
    """

    @property
    def speech_descriptors(self) -> Mapping[int, SpeechDescriptors]:
        """Of each port that can be had."""

    @property
    def signalling_descriptors(self) -> tuple[int, ...]:
        """Each readable when `poll` has something to tell; none where the pump fetches events."""

    @property
    def speech_requests(self) -> SpeechRequests:
        """What the pump may ask of the descriptors."""

    def look_again(self) -> list[int]:
        """Try ports that could not be had; those whose descriptor is new."""

    def unplug(self) -> None:
        """Close everything."""
