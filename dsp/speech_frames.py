"""Sound cut into frames of 20 ms, each with its level, whether a voice sings in it, and its tone.

A frame is judged by the 40 ms that end with it: long enough for two periods of the deepest voice
(70 Hz) and for telling a tone within about ±5 Hz (±15 Hz in noise 10 dB below it). A *voice* repeats
itself at a pitch of 70 to 400 Hz; breath, clicks and street noise don't. A *tone* is nearly all the
power within ±80 Hz of one frequency; two tones 40 or 50 Hz apart, as ringback has, pass for one.

Frames do not depend on how the samples were handed over.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import power_dbm0

__all__ = ["FRAME_S", "FRAME_SAMPLES", "RATE_HZ", "Frame", "FrameReader", "frame_time_s"]

RATE_HZ = 8000
FRAME_SAMPLES = 160
FRAME_S = FRAME_SAMPLES / RATE_HZ
WINDOW_SAMPLES = 320
TRANSFORM_SAMPLES = 512
BIN_HZ = RATE_HZ / TRANSFORM_SAMPLES
WINDOW = np.hanning(WINDOW_SAMPLES + 1)[:-1]

LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 70, 400
SHORTEST_LAG, LONGEST_LAG = RATE_HZ // HIGHEST_PITCH_HZ, RATE_HZ // LOWEST_PITCH_HZ
VOICED_CORRELATION = 0.4
"""Of the power, how much repeats after one pitch period; the window's own fading is allowed for."""
TONE_BINS = 5
TONE_PURITY = 0.86
LOWEST_TONE_HZ, HIGHEST_TONE_HZ = 330.0, 2250.0
PURE = 0.98
"""Below and above those a voice may come near to a tone, but not so near."""
FLOOR_DBM0 = -75.0
"""Below any line's noise; keeps levels finite in digital silence."""

_WINDOW_CORRELATION = np.fft.irfft(np.abs(np.fft.rfft(WINDOW, TRANSFORM_SAMPLES)) ** 2)
_FADING = _WINDOW_CORRELATION[: LONGEST_LAG + 2] / _WINDOW_CORRELATION[0]
_LOWEST_BIN = round(200 / BIN_HZ)
"""Hum, and what a line does not carry, count for nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of sound."""

    level_dbm0: float
    """Of these 20 ms; at least -75."""
    voiced: bool
    tone_hz: float | None
    """Its tone, if it is one."""


class FrameReader:
    """Makes frames of samples that come in pieces of any length.

    Runs in: any.
    """

    def __init__(self) -> None:
        self._samples = np.zeros(WINDOW_SAMPLES - FRAME_SAMPLES)

    def read(self, samples: NDArray[np.int16]) -> Iterator[Frame]:
        """Yields the frames that are complete with these samples (one-dimensional, 8 kHz)."""
        self._samples = np.concatenate([self._samples, samples.astype(np.float64)])
        start = 0
        while start + WINDOW_SAMPLES <= self._samples.size:
            yield _frame(self._samples[start : start + WINDOW_SAMPLES])
            start += FRAME_SAMPLES
        self._samples = self._samples[start:]

    def skip(self, samples: NDArray[np.int16]) -> int:
        """Lets these samples pass unjudged; returns how many frames they completed."""
        held = np.concatenate([self._samples, samples.astype(np.float64)])
        frames = (held.size - WINDOW_SAMPLES + FRAME_SAMPLES) // FRAME_SAMPLES
        self._samples = held[frames * FRAME_SAMPLES :]
        return frames


def frame_time_s(number: int) -> float:
    """When the frame of that number begins, and the one before it ends."""
    return round(number * FRAME_S, 2)


def _frame(window: NDArray[np.float64]) -> Frame:
    newest = window[-FRAME_SAMPLES:]
    level = max(power_dbm0(float(newest @ newest) / FRAME_SAMPLES), FLOOR_DBM0)
    if level < FLOOR_DBM0 + 10:
        return Frame(level, voiced=False, tone_hz=None)
    spectrum = np.fft.rfft(window * WINDOW, TRANSFORM_SAMPLES)
    power = spectrum.real**2 + spectrum.imag**2
    power[:_LOWEST_BIN] = 0
    tone_hz = _tone_hz(power)
    return Frame(level, voiced=tone_hz is None and _voiced(power), tone_hz=tone_hz)


def _tone_hz(power: NDArray[np.float64]) -> float | None:
    peak = int(power.argmax())
    near = float(power[max(peak - TONE_BINS, 0) : peak + TONE_BINS + 1].sum())
    if near == 0 or near < TONE_PURITY * float(power.sum()):
        return None
    # The centre of the peak's power; for one sine in a Hann window this is its frequency.
    bins = np.arange(max(peak - TONE_BINS, 0), min(peak + TONE_BINS + 1, power.size))
    hertz = float(bins @ power[bins]) / near * BIN_HZ
    pure = near >= PURE * float(power.sum())
    return hertz if pure or LOWEST_TONE_HZ <= hertz <= HIGHEST_TONE_HZ else None


def _voiced(power: NDArray[np.float64]) -> bool:
    correlation = np.fft.irfft(power)[: LONGEST_LAG + 1] / _FADING[: LONGEST_LAG + 1]
    best = float(correlation[SHORTEST_LAG:].max())
    return not math.isclose(correlation[0], 0) and best > VOICED_CORRELATION * float(correlation[0])
