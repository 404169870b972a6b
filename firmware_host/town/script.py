"""What people at the far end do, as steps; a script is a generator of steps.

Each ``yield`` hands a step to the person and gets back whether it succeeded before its limit. When
the far end hangs up in a call, `FarEndGone` is raised at the ``yield``. Everything goes through the
line: a key is two tones, waiting for an answer is listening.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CallNumber",
    "FarEndGone",
    "Flash",
    "HangUp",
    "Lift",
    "Play",
    "Press",
    "Script",
    "Step",
    "Wait",
    "WaitForAnswer",
    "WaitForHangUp",
    "WaitForRing",
    "WaitForSilence",
    "WaitForSpeech",
    "WaitForTone",
]


class FarEndGone(Exception):
    """The other side hung up."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CallNumber:
    """A subscriber calls a number; fails when all its lines are busy."""

    number: str


@dataclass(frozen=True, slots=True)
class WaitForAnswer:
    """Until the call is answered."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class WaitForSpeech:
    """Until something is heard."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class WaitForSilence:
    """Until nothing has been heard for ``quiet_s``."""

    quiet_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class WaitForTone:
    """Until a call-progress tone (``dial busy congestion ringback``) is recognised."""

    tone: str
    limit_s: float


@dataclass(frozen=True, slots=True)
class WaitForRing:
    """At a handset: until it has rung and its display shows the caller."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class WaitForHangUp:
    """Until the other side has hung up."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys; each is heard as DTMF."""

    keys: str


@dataclass(frozen=True, slots=True)
class Play:
    """Speak: 8 kHz samples, until they end."""

    samples: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Lift:
    """Lift the handset: answers if it rings, else waits for dial tone."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the handset down."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Tap the hook switch."""


Step = (
    Wait
    | CallNumber
    | WaitForAnswer
    | WaitForSpeech
    | WaitForSilence
    | WaitForTone
    | WaitForRing
    | WaitForHangUp
    | Press
    | Play
    | Lift
    | Flash
    | HangUp
)

Script = Generator[Step, bool, None]
