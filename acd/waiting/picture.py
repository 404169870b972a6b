"""What an estimate needs to know of one moment, seen by one caller. Whoever routes calls fills this in.

Agents who can serve the same callers are one *kind*: with one queue an agent's kind may be the queue's
name, with several the set of them, with skills their set and level. Callers whom the same kinds can serve
are told apart only by their queue, of which durations are known.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Activity", "Ahead", "AtWork", "Overtaking", "Picture", "Reach"]


class Activity(Enum):
    """What an agent does who will take another call afterwards; who is paused is left out."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """Agents who do the same."""

    activity: Activity
    queue: str = ""
    "Of their call."
    for_s: float = 0.0
    "How long they have done it."
    agents: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Callers who are to be served before this one."""

    queue: str
    kinds: tuple[frozenset[str], ...]
    "Who serves them at the beginning of each of this caller's reaches."
    callers: float = 1.0
    from_s: float = 0.0
    "They wait behind this caller until then, when they have aged more;"
    until_s: float = float("inf")
    "or only until then before, when this caller will have."


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaking:
    """Callers still to come who will be served before this one."""

    queue: str
    kinds: frozenset[str]
    per_s: float
    "How often they come,"
    head_start_s: float = float("inf")
    "and until when they must, from now on, to be first."
    per_waited_s: float = 0.0
    "That moment is so much later for each second that this caller waits: they age faster. At most 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From a moment on these kinds of agents serve the caller, and no others.

    There may be one more with the same kinds at a moment at which those ahead will be served by more.
    """

    from_s: float
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One caller's prospects."""

    queue: str
    reaches: tuple[Reach, ...]
    "Now (``from_s`` 0), and after each relaxation or overflow; earliest first."
    at_work: dict[str, tuple[AtWork, ...]]
    "By kind; all kinds that serve the caller or somebody ahead."
    ahead: tuple[Ahead, ...] = ()
    overtaking: tuple[Overtaking, ...] = ()
