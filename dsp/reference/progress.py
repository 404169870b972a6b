"""What the progress tone detector measures: each frequency's share of 40 ms of sound.

Measured in integers, as the kernels do it: a sample times its weight loses its last bit, and one is
4096 in the tables of sines.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["progress_shares"]

BLOCK, WINDOW, UNIT = 160, 320, 4096


def progress_shares(
    samples: NDArray[np.int16], frequencies_hz: Sequence[float]
) -> NDArray[np.float64]:
    """Returns each frequency's share of the power, for Hann windows of 40 ms every 20 ms.

    Args:
        samples: Linear sound; 20 ms of silence are thought before it.
        frequencies_hz: Where to look.

    Returns:
        Shape (blocks, frequencies), 0 to 1: a lone steady sine at the frequency has 1.
    """
    time = np.arange(WINDOW) - (WINDOW - 1) / 2
    hann = np.rint(32768 * (0.5 + 0.5 * np.cos(2 * np.pi * time / WINDOW))).astype(np.int64)
    sound = np.concatenate([np.zeros(BLOCK, np.int64), samples.astype(np.int64)])
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::BLOCK]
    halves = windows * hann >> 16  # rounded down
    angles = 2 * np.pi * np.outer(np.asarray(frequencies_hz), time) / 8000
    turns = np.rint(UNIT * np.exp(-1j * angles))
    power = np.abs(halves @ turns.T * (2 / UNIT)) ** 2
    total = WINDOW * np.sum((2.0 * halves) ** 2, axis=1, keepdims=True)
    shares: NDArray[np.float64] = 3 * power / np.maximum(total, 1e-9)
    return shares
