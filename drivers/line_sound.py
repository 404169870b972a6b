"""What was heard on a line, and the sound that a line asks for."""

from dataclasses import dataclass

from drivers.caller import CallerIdMode, CallerNumber

__all__ = [
    "DTMF_KEYS",
    "CallerIdHeard",
    "DigitHeard",
    "Heard",
    "HoldSpeech",
    "Listen",
    "MediaWish",
    "ReceiveCallerId",
    "SendCallerId",
    "SendKeys",
    "SendTone",
    "SignalSent",
    "SoundHeard",
    "StopReceivingCallerId",
    "StopSignal",
    "ToneHeard",
    "ToneStopped",
]


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


DTMF_KEYS = frozenset("0123456789*#ABCD")
"""What `SendKeys` can send."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSpeech:
    """Send nothing on the line, not even silence, while the card itself dials on it: or it stops dialling."""

    held: bool


MediaWish = (
    Listen
    | ReceiveCallerId
    | StopReceivingCallerId
    | SendCallerId
    | SendKeys
    | SendTone
    | StopSignal
    | HoldSpeech
)
