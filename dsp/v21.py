"""The preamble of a fax: HDLC flags sent by V.21's upper channel, 300 bits a second.

Sources: ITU-T T.30 5.3.1 (flags for a second before every message), V.21 (1650 Hz for 1, 1850 Hz for 0).
Repeated flags make the frequency a fixed pattern of 26.7 ms; the sound is compared with that pattern.

Runs in: any.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import power_dbm0

__all__ = ["FaxPreamble", "find_fax_preambles"]

RATE_HZ, BAUD, CENTRE_HZ, SHIFT_HZ = 8000, 300, 1750.0, 100.0
FLAG = (0, 1, 1, 1, 1, 1, 1, 0)
FLAGS = 6
"""As many must be heard in a row: 160 ms."""
ALIKE = 0.75
"""Correlation with the pattern; noise as strong as the signal leaves 0.8."""
SHARE = 0.5
"""Of all power between 1500 and 2000 Hz."""
FLOOR_DBM0 = -48.0
PIECE_S = 30


@dataclass(frozen=True, slots=True)
class FaxPreamble:
    """Flags in a row."""

    start_s: float
    end_s: float
    level_dbm0: float


def find_fax_preambles(samples: NDArray[np.int16]) -> list[FaxPreamble]:
    """Returns every preamble in linear samples at 8 kHz."""
    pattern = _pattern()
    overlap = pattern.size + RATE_HZ
    heard = np.zeros(samples.size, bool)
    for first in range(0, max(1, samples.size), PIECE_S * RATE_HZ):
        piece = samples[first : first + PIECE_S * RATE_HZ + overlap].astype(np.float64)
        if piece.size > pattern.size:
            marks = _where(piece, pattern)
            heard[first : first + marks.size] |= marks
    edges = np.flatnonzero(np.diff(np.concatenate([[0], heard.astype(np.int8), [0]])))
    return [
        FaxPreamble(
            start_s=float(start) / RATE_HZ,
            end_s=float(end) / RATE_HZ,
            level_dbm0=power_dbm0(float(np.mean(np.square(samples[start:end].astype(float))))),
        )
        for start, end in edges.reshape(-1, 2)
    ]


def _pattern() -> NDArray[np.float64]:
    bits = np.repeat(np.tile(FLAG, FLAGS), 80).astype(
        np.float64
    )  # 80 a bit: every third is a sample
    shift = np.where(bits > 0, -1.0, 1.0)[1::3]
    shift -= shift.mean()
    pattern: NDArray[np.float64] = shift / np.sqrt(np.sum(shift**2))
    return pattern


def _smooth(values: NDArray[np.complex128], length: int) -> NDArray[np.complex128]:
    smooth: NDArray[np.complex128] = np.convolve(
        values, np.hanning(length + 2)[1:-1] / (length + 1) * 2, "same"
    )
    return smooth


def _where(sound: NDArray[np.float64], pattern: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The samples that lie in a row of flags."""
    turn = np.exp(-2j * np.pi * CENTRE_HZ * np.arange(sound.size) / RATE_HZ)
    base = _smooth(sound * turn, 27)
    hertz = np.angle(base[1:] * np.conj(base[:-1])) * RATE_HZ / (2 * np.pi)
    shift = np.clip(hertz / SHIFT_HZ, -1.5, 1.5)
    length = pattern.size
    size = 1 << int(np.ceil(np.log2(shift.size + length)))
    product = np.fft.irfft(np.fft.rfft(shift, size) * np.conj(np.fft.rfft(pattern, size)), size)
    count = shift.size - length + 1
    sums = np.concatenate([[0.0], np.cumsum(shift)])
    squares = np.concatenate([[0.0], np.cumsum(shift**2)])
    mean = (sums[length:] - sums[:-length]) / length
    spread = np.sqrt(np.maximum(squares[length:] - squares[:-length] - length * mean**2, 1e-9))
    power = np.concatenate([[0.0], np.cumsum(np.abs(base[1:]) ** 2)])
    every = np.concatenate([[0.0], np.cumsum(sound[1:] ** 2)])
    inside, total = power[length:] - power[:-length], every[length:] - every[:-length]
    floor = 10 ** (FLOOR_DBM0 / 10) * 22826.0**2 / 2 * length
    # A tone of amplitude a leaves a / 2 at the centre's side.
    good = (product[:count] / spread >= ALIKE) & (2 * inside >= SHARE * total) & (total >= floor)
    marks = np.zeros(sound.size + 1, np.int32)
    for start in np.flatnonzero(good):
        marks[start] += 1
        marks[start + length] -= 1
    inside_flags: NDArray[np.bool_] = np.cumsum(marks)[: sound.size] > 0
    return inside_flags
