"""The contract of every telephone line, whatever carries it.

A *line* is a sans-IO signalling machine. Hardware events, what was heard on the line, commands and
time go in; line events, hardware commands and media wishes come out. The same machine runs on a real
card, on the virtual card and in a property test.

Times are seconds of a monotonic clock that the caller passes in.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

__all__ = [
    "Alerting",
    "AnnounceWaitingCall",
    "Answer",
    "Answered",
    "BatteryChanged",
    "CallOffered",
    "CallWaiting",
    "CallerIdHeard",
    "CallerIdMode",
    "CallerNumber",
    "Card",
    "Clear",
    "ClearCause",
    "Cleared",
    "Dial",
    "DigitHeard",
    "DigitReceived",
    "Flash",
    "HardwareCommand",
    "HardwareEvent",
    "Heard",
    "HookChanged",
    "HookFlashed",
    "InService",
    "Line",
    "LineCommand",
    "LineEvent",
    "LineOutput",
    "Listen",
    "MediaWish",
    "OutOfService",
    "PolarityReversed",
    "PortKind",
    "ReceiveCallerId",
    "ReversePolarity",
    "Ring",
    "RingBurstEnded",
    "RingBurstStarted",
    "SendCallerId",
    "SendDigits",
    "SendKeys",
    "SendTone",
    "SetBattery",
    "SetHook",
    "SetRinger",
    "SignalSent",
    "SoundHeard",
    "StopReceivingCallerId",
    "StopSignal",
    "ToneHeard",
    "ToneStopped",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNumber:
    """A caller as signalling knows it. ``absence`` is ``private`` or ``unavailable``."""

    number: str | None = None
    name: str | None = None
    absence: str | None = None
    redirecting: str | None = None
    "Who forwarded the call to here."


class CallerIdMode(Enum):
    """How and when an analog exchange sends the caller's number."""

    NONE = "none"
    FSK_AFTER_FIRST_RING = "fsk_after_first_ring"
    "In the first long pause of ringing, a ring alert before the ringing included (EN 300 659-1, 6.1.2)."
    FSK_AFTER_REVERSAL = "fsk_after_reversal"
    "Before the first ring; tip and ring change places to tell of it (EN 300 659-1, 6.1.1; BT SIN 242)."
    DTMF_BEFORE_RING = "dtmf_before_ring"
    "Before the first ring, with nothing to tell of it."
    DTMF_AFTER_REVERSAL = "dtmf_after_reversal"
    "Before the first ring; tip and ring change places to tell of it."
    AUTOMATIC = "automatic"
    "A receiver's: whichever comes. What sends takes it for FSK after the first ring."


class ClearCause(Enum):
    """Why a line event or command ends a call."""

    NORMAL = "normal"
    FAR_END = "far end"
    BUSY = "busy"
    CONGESTION = "congestion"
    NO_ANSWER = "no answer"
    NO_DIAL_TONE = "no dial tone"
    SILENCE = "silence"
    GLARE = "glare"
    FAILED = "failed"


# ---------------------------------------------------------------- what the hardware tells


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBurstStarted:
    """FXO: ringing voltage came on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBurstEnded:
    """FXO: ringing voltage went off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryChanged:
    """FXO: line battery appeared or went away."""

    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarityReversed:
    """FXO: tip and ring changed places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookChanged:
    """FXS: loop current says that the telephone was lifted or put down."""

    off_hook: bool


HardwareEvent = RingBurstStarted | RingBurstEnded | BatteryChanged | PolarityReversed | HookChanged


# ---------------------------------------------------------------- what was heard on the line


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitHeard:
    """A DTMF digit began."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneHeard:
    """A tone was recognised: ``dial ringback busy congestion``, or ``cas``.

    ``cas`` is the alerting signal for a telephone in a call (Telcordia GR-30: CPE alerting signal; EN
    300 659-2: dual tone alerting signal). It is told when it is over, and has no `ToneStopped`.
    """

    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneStopped:
    """The tone that was recognised is over."""

    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdHeard:
    """The answer to `ReceiveCallerId`; ``caller`` is None when nothing whole was heard."""

    caller: CallerNumber | None
    problem: str | None = None
    called: str = ""
    "What the caller dialled, where the exchange says so."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSent:
    """Digits, caller ID or an alerting tone that the line asked to send have gone out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundHeard:
    """Sound began on the line, or it fell silent."""

    active: bool


Heard = DigitHeard | SoundHeard | ToneHeard | ToneStopped | CallerIdHeard | SignalSent


# ---------------------------------------------------------------- what a line asks of the hardware


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHook:
    """FXO: close (off-hook) or open the loop."""

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


HardwareCommand = SetHook | SetRinger | SetBattery | ReversePolarity


# ---------------------------------------------------------------- what a line asks of the media plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Which detectors the line wants from now on."""

    digits: bool = False
    progress: bool = False
    disconnect: bool = False
    "The tone that says in a call that the far end is gone: the line's own if it has one; ``busy``."
    activity: bool = False
    "Whether there is sound: `SoundHeard`."
    alerting: bool = False
    "The alerting signal of a call that waits; `ToneHeard` names it ``cas``."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveCallerId:
    """Start to collect sound for an FSK burst. `CallerIdHeard` follows `StopReceivingCallerId`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReceivingCallerId:
    """Judge what was collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCallerId:
    """Send the caller's identity as FSK or DTMF sound. `SignalSent` follows."""

    caller: CallerNumber
    mode: CallerIdMode
    seizure: bool = True
    "FSK: channel seizure first; not for a telephone in a call."
    form: str = "etsi"
    "DTMF: which national form of digits, by name."


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKeys:
    """Send DTMF digits. `SignalSent` follows."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTone:
    """Play a tone of the country's plan (``dial busy congestion howler``) until `StopSignal`.

    Or an alerting tone, once: ``cas`` in a call, ``tas`` on-hook; `SignalSent` follows.
    """

    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSignal:
    """Stop whatever the line itself asked to send."""


MediaWish = (
    Listen
    | ReceiveCallerId
    | StopReceivingCallerId
    | SendCallerId
    | SendKeys
    | SendTone
    | StopSignal
)


# ---------------------------------------------------------------- the one vocabulary of all lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered:
    """The far end wants a call; ``called`` is empty where the line does not tell."""

    caller: CallerNumber
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWaiting:
    """Somebody else calls while this line is in a call; the exchange has said who."""

    caller: CallerNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """The far end rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The far end lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitReceived:
    """The far end pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFlashed:
    """A short hang-up that means: attention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """The call on this line is over and the line is free, or about to be by itself."""

    cause: ClearCause


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """The line can't carry calls; any call on it is over."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InService:
    """The line is idle and can carry calls."""


LineEvent = (
    CallOffered
    | CallWaiting
    | Alerting
    | Answered
    | DigitReceived
    | HookFlashed
    | Cleared
    | OutOfService
    | InService
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Seize the line and dial; without a number only seize, and leave dialling to `SendDigits`."""

    number: str
    caller: CallerNumber = CallerNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Ring the telephone at the far end."""

    caller: CallerNumber = CallerNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceWaitingCall:
    """Tell the telephone, which is in a call, who else calls; a display without that service ignores it."""

    caller: CallerNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer the call that was offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits:
    """Send DTMF digits into an answered call."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """Flash the hook (FXO)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """End what is on the line. `Cleared` follows when the line is free."""

    cause: ClearCause = ClearCause.NORMAL


LineCommand = Dial | Ring | AnnounceWaitingCall | Answer | SendDigits | Flash | Clear

LineOutput = LineEvent | HardwareCommand | MediaWish


class PortKind(Enum):
    """What a port of an analog card is."""

    FXO = "fxo"
    FXS = "fxs"


class Card(Protocol):
    """The hardware under the lines: ports that tell events and take commands.

    Runs in: event loop.
    """

    @property
    def kinds(self) -> tuple[PortKind, ...]:
        """What each port is, by its index."""

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """Everything that happened since the last call, in order, with the port's index.

        Raises:
            CardLost: when the card is gone.
        """

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Do it now. On a card that is gone it does nothing: `poll` tells."""


class Line(Protocol):
    """One telephone line.

    Runs in: event loop.
    """

    @property
    def state(self) -> Enum:
        """Where the machine stands; for tables shown to people."""

    def start(self, now: float) -> list[LineOutput]:
        """Bring the line to a known state: after power-up, or when its card is another.

        The card tells afterwards how hook, battery and ringing stand.
        """

    def receive(self, event: HardwareEvent | Heard, now: float) -> list[LineOutput]:
        """Take what the hardware tells or what was heard."""

    def command(self, command: LineCommand, now: float) -> list[LineOutput]:
        """Take a command of the exchange.

        Raises:
            CommandNotPossible: when no line of this kind could ever carry it out. A command that
                merely comes too late is ignored or answered by `Cleared`.
        """

    def next_timer(self) -> float | None:
        """When to call `handle_timer`, at the latest."""

    def handle_timer(self, now: float) -> list[LineOutput]:
        """Act on every timer that is due."""
