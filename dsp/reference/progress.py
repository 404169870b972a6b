"""What the progress tone detector measures: each frequency's share of 40 ms of sound."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["progress_shares"]

BLOCK, WINDOW = 160, 320


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
    place = np.arange(WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * (place + 0.5) / WINDOW)
    sound = np.concatenate([np.zeros(BLOCK), samples.astype(np.float64)])
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::BLOCK] * hann
    turns = np.exp(-2j * np.pi * np.outer(np.asarray(frequencies_hz), place) / 8000)
    power = np.abs(windows @ turns.T) ** 2
    total = WINDOW * np.sum(windows**2, axis=1, keepdims=True)
    shares: NDArray[np.float64] = 3 * power / np.maximum(total, 1e-9)
    return shares
