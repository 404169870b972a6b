"""What a slot is sent: everybody it hears, what plays to it, and its tone, added and clipped."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["clip", "scaled", "sent"]

UNITY = 4096


def scaled(samples: NDArray[np.int16], gain_db: float) -> NDArray[np.int64]:
    """Returns samples times a gain, which is rounded to 1/4096; results are rounded half up."""
    gain = int(np.rint(np.float32(10 ** (gain_db / 20)) * UNITY))
    wide = samples.astype(np.int64)
    return wide if gain == UNITY else (wide * gain + UNITY // 2) >> 12


def clip(samples: NDArray[np.int64]) -> NDArray[np.int16]:
    """Returns samples limited to 16 bits."""
    return np.clip(samples, -32768, 32767).astype(np.int16)


def sent(sources: Sequence[tuple[NDArray[np.int16], float]]) -> NDArray[np.int16]:
    """Returns the sum of sources, each with its gain in dB; there must be one at least."""
    total = np.zeros(sources[0][0].shape, np.int64)
    for samples, gain_db in sources:
        total += scaled(samples, gain_db)
    return clip(total)
