"""Where a recording listens, and what it yields."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK_SAMPLES", "SAMPLE_RATE_HZ", "TICK_S", "Direction", "RecordedBlock", "Tap"]

SAMPLE_RATE_HZ = 8000
BLOCK_SAMPLES = 160
"""Samples of one slot in one tick."""
TICK_S = 0.02


class Direction(Enum):
    """Which of a slot's two sounds."""

    FROM_LINE = "from_line"
    """What the line says."""
    TO_LINE = "to_line"
    """What it is sent."""
    BOTH = "both"
    """The two added: a whole conversation in one channel."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A place to record from."""

    slot: int
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBlock:
    """One block of a recording."""

    record_id: int
    tick: int
    samples: NDArray[np.int16]
    """Shape (160, 2): left and right, linear."""
