"""The contract of every telephone line, whatever carries it.

A *line* is a sans-IO signalling machine. Hardware events, what was heard on the line, commands and
time go in; line events, hardware commands and media wishes come out. The same machine runs on a real
card, on the virtual card and in a property test.

Times are seconds of a monotonic clock that the caller passes in.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from drivers.caller import CallerNumber
from drivers.hardware import HardwareCommand, HardwareEvent
from drivers.line_sound import Heard, MediaWish

__all__ = [
    "Alert",
    "Alerting",
    "AnnounceWaitingCall",
    "Answer",
    "Answered",
    "CallOffered",
    "CallWaiting",
    "Clear",
    "ClearCause",
    "Cleared",
    "Dial",
    "DigitReceived",
    "Flash",
    "HookFlashed",
    "InService",
    "Line",
    "LineCommand",
    "LineEvent",
    "LineOutput",
    "OutOfService",
    "Proceeding",
    "Progress",
    "Ring",
    "SendDigits",
    "ShowMessageWaiting",
    "SupervisionEnded",
]


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
    REJECTED = "rejected"
    WRONG_NUMBER = "wrong number"
    FAILED = "failed"


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
class Proceeding:
    """The number is out and the far end works on our call."""

    in_band: bool = False
    "What it sends, tones or an announcement, is worth hearing already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """The far end rings."""

    in_band: bool = False
    "Its ringing tone can be heard on the line; else whoever waits is to be given one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The far end lifted; ``connected`` where it tells who that is."""

    connected: CallerNumber | None = None


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
    q850: int | None = None
    "The far end's cause, where its signalling has those of ITU-T Q.850."


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """The line can't carry calls; any call on it is over."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InService:
    """The line is idle and can carry calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionEnded:
    """The call goes on, but nobody would tell us that the far end has hung up; the line ends it in time."""


LineEvent = (
    CallOffered
    | SupervisionEnded
    | CallWaiting
    | Proceeding
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
    cadence_s: tuple[float, ...] | None = None
    "On, off, on, off …; repeated. Without one the line's own."

    def __post_init__(self) -> None:
        """Refuse what can't be rung.

        Raises:
            ValueError: A cadence that is empty or has a part of no length.
        """
        if self.cadence_s is not None and not all(part > 0 for part in self.cadence_s or (0.0,)):
            raise ValueError(f"{self.cadence_s} is no cadence of ringing")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceWaitingCall:
    """Tell the telephone, which is in a call, who else calls; a display without that service ignores it."""

    caller: CallerNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer the call that was offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Tell whoever calls that it rings; a line whose exchange does that by itself ignores it."""

    in_band: bool = False
    "Our ringing tone is on the line already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Tell whoever calls that there is something to be heard before the answer; ignored as above."""


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
    q850: int | None = None
    "The exact cause, for lines that can tell it."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMessageWaiting:
    """Light or put out the telephone's lamp for messages; in any state of the line."""

    waiting: bool


LineCommand = (
    Dial
    | Ring
    | AnnounceWaitingCall
    | Alert
    | Progress
    | Answer
    | SendDigits
    | Flash
    | Clear
    | ShowMessageWaiting
)

LineOutput = LineEvent | HardwareCommand | MediaWish


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
