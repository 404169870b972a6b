"""Where in a recording FSK may be: a cheap look at each 16 ms, so that only little is demodulated.

FSK of caller ID has nearly all its power between its tones and a little around them. Speech has most
of its own below, DTMF half of it; hum and hiss are left out of the comparison. What remains (some
consonants, whistles, single tones) is for the receiver to refuse.

Runs in: any.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import RATE_HZ
from dsp.levels import SINE_0_DBM0

__all__ = ["has_signal", "likely_stretches"]

FRAME, HOP = 256, 128
CHUNK_FRAMES = 4096
"""Frames looked at together: about a minute, some megabytes."""
BAND_HZ, ALL_HZ = (1000.0, 2500.0), (300.0, 3400.0)
SHARE = 0.7
"""Of the power between 300 and 3400 Hz, at least this much lies in the band: 0.9 at a noise of -10 dB."""
FLOOR_DBM0 = -50.0
SHORTEST_FRAMES = 3
LONGEST_GAP_FRAMES = 4
MARGIN = 4 * FRAME
"""Samples before and after a stretch that are demodulated with it."""


def likely_stretches(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Returns where FSK may be: first and past-the-end samples, in order, never overlapping."""
    likely = _likely_frames(samples)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], likely.astype(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and first - runs[-1][1] <= LONGEST_GAP_FRAMES:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((first, end))
    stretches: list[tuple[int, int]] = []
    for first, end in runs:
        if end - first < SHORTEST_FRAMES:
            continue
        begin = max(0, first * HOP - MARGIN)
        stop = min(samples.size, end * HOP + FRAME + MARGIN)
        if stretches and begin < stretches[-1][1]:
            begin = stretches.pop()[0]
        stretches.append((begin, stop))
    return stretches


def has_signal(samples: NDArray[np.int16]) -> bool:
    """Whether anything at all is loud enough to be a caller ID, in a telephone's band."""
    return any(bool((power > _floor()).any()) for power, _share in _frames(samples))


def _floor() -> float:
    """Mean power of a sine at the floor."""
    floor: float = (SINE_0_DBM0 * 10 ** (FLOOR_DBM0 / 20)) ** 2 / 2
    return floor


def _likely_frames(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    parts = [(power > _floor()) & (share > SHARE) for power, share in _frames(samples)]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def _frames(
    samples: NDArray[np.int16],
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """For each chunk: power in 300-3400 Hz of each frame, and the band's share of it."""
    count = (samples.size - FRAME) // HOP + 1
    if count < 1:
        return []
    window = np.hanning(FRAME).astype(np.float32)
    hertz = np.fft.rfftfreq(FRAME, 1 / RATE_HZ)
    (low, high), (band_low, band_high) = (
        np.searchsorted(hertz, edges).tolist() for edges in (ALL_HZ, BAND_HZ)
    )
    # Parseval: both halves of the spectrum, the window's loss of power made good.
    scale = 2 / (FRAME * float(np.sum(window**2)))
    chunks = []
    for first in range(0, count, CHUNK_FRAMES):
        frames = min(CHUNK_FRAMES, count - first)
        part = samples[first * HOP : (first + frames - 1) * HOP + FRAME].astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(part, FRAME)[::HOP]
        spectrum = np.fft.rfft(windows * window)
        powers = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        whole, band = (
            powers[:, first_bin:end_bin].sum(axis=1)
            for first_bin, end_bin in ((low, high), (band_low, band_high))
        )
        chunks.append((whole * np.float32(scale), band / (whole + 1e-9)))
    return chunks
