"""Six tones at a time, to be read: Hann windows of 20 ms every 10 ms.

Measured in integers, as the kernels do it: a sample times its weight loses its last bit, and one is
4096 in the tables of sines.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOP", "WINDOW", "bank_spectra"]

HOP, WINDOW, UNIT = 80, 160, 4096


def bank_spectra(
    samples: NDArray[np.int16], tones_hz: Sequence[float]
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Returns what windows hold; 10 ms of silence are thought before the samples.

    Returns:
        The spectra at the tones, shape (windows, tones), and the energy of all sound, shape (windows,):
        three times the power of a lone steady tone.
    """
    time = np.arange(WINDOW) - (WINDOW - 1) / 2
    hann = np.rint(32768 * (0.5 + 0.5 * np.cos(2 * np.pi * time / WINDOW))).astype(np.int64)
    sound = np.concatenate([np.zeros(HOP, np.int64), samples.astype(np.int64)])
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    halves = windows * hann >> 16  # rounded down
    angles = 2 * np.pi * np.outer(np.asarray(tones_hz), time) / 8000
    turns = np.rint(UNIT * np.cos(angles)) - 1j * np.rint(UNIT * np.sin(angles))
    spectra = halves @ turns.T * (2 / UNIT)
    return spectra, WINDOW * np.sum((2.0 * halves) ** 2, axis=1)
