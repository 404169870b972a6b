"""What a walk can be told, and its steps: the last of them says how long to wait, or where to go."""

from dataclasses import dataclass
from enum import Enum

from acd.ids import Cause
from acd.settings import CallBackNode, ExtensionNode, MessageNode, QueueNode

__all__ = [
    "PROMPT_LIMIT_S",
    "BeginMessage",
    "EndMessage",
    "Enter",
    "Hush",
    "JudgeKey",
    "KeyedIn",
    "Leave",
    "Play",
    "Step",
    "ToCallBack",
    "ToEnd",
    "ToExtension",
    "ToNumber",
    "ToQueue",
    "Wait",
    "WalkInput",
]

PROMPT_LIMIT_S = 180.0
"A prompt of which the end is never reported is taken to be over after this."


class WalkInput(Enum):
    """What can happen to a walk."""

    KEYED = "keyed"
    SOUND_FINISHED = "sound finished"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Enter:
    """The caller is at this node now."""

    node: str


@dataclass(frozen=True, slots=True)
class Play:
    """Let the caller hear these prompts, in place of what plays."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Silence what plays."""


@dataclass(frozen=True, slots=True)
class JudgeKey:
    """A menu took a key, or did not."""

    node: str
    key: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """`WalkInput.TIMED_OUT` is due after this, unless something else happens before."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Go and wait for an agent."""

    node: QueueNode


@dataclass(frozen=True, slots=True)
class ToEnd:
    """Hang up."""

    cause: Cause
    q850: int | None = None


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Be joined to this number; ``failed`` is where to go on if nobody answers there."""

    number: str
    failed: str


@dataclass(frozen=True, slots=True)
class KeyedIn:
    """The caller keyed these digits in."""

    node: str
    digits: str


@dataclass(frozen=True, slots=True)
class ToCallBack:
    """Be called back at this number."""

    node: CallBackNode
    number: str


@dataclass(frozen=True, slots=True)
class ToExtension:
    """Go and wait for the agent of this number."""

    node: ExtensionNode
    extension: str


@dataclass(frozen=True, slots=True)
class BeginMessage:
    """Record what the caller says from now on."""

    node: MessageNode


@dataclass(frozen=True, slots=True)
class EndMessage:
    """The message is over; ``why`` in words."""

    why: str


Leave = ToQueue | ToNumber | ToCallBack | ToExtension | ToEnd
Step = Enter | Play | Hush | JudgeKey | KeyedIn | BeginMessage | EndMessage | Wait | Leave
