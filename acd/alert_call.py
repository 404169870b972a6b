"""One call that tells of an alert: how far it is, and what can happen to it."""

from dataclasses import dataclass, field
from enum import Enum

from acd.alert_settings import ReceiverSettings
from acd.ids import CallId, PortId

__all__ = ["AlertCall", "AlertCallInput", "AlertCallState"]


class AlertCallState(Enum):
    """How far such a call is."""

    WAITING = "waiting"
    "For its time, for another call to end."
    RINGING = "ringing"
    SPEAKING = "speaking"
    LISTENING = "listening"
    "For a key, after the prompts."
    THANKING = "thanking"


class AlertCallInput(Enum):
    """What can happen to it."""

    DUE = "due"
    ANSWERED = "answered"
    CLEARED = "cleared"
    "Nobody answered, somebody hung up, or the line failed; the line is free."
    KEYED = "acknowledged by key"
    SOUND_FINISHED = "sound finished"


@dataclass(slots=True)
class AlertCall:
    """One receiver who is called about one alert."""

    number: int
    "Of the alert."
    receiver: ReceiverSettings
    state: AlertCallState = AlertCallState.WAITING
    attempt: int = 0
    said: int = 0
    port: PortId | None = None
    sound_id: int | None = None
    answered_at: float | None = None
    tried: set[PortId] = field(default_factory=set)

    @property
    def owner(self) -> str:
        """Of its timer."""
        return f"{self.number} {self.receiver.name}"

    @property
    def call(self) -> CallId:
        """The name under which trunks and handsets know it."""
        return CallId(f"alert-{self.number}")
