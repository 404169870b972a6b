"""What a technician asks of a line's sound: how loud, how clean.

Runs in: any.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import SINE_0_DBM0, level_dbm0, power_dbm0
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ

__all__ = ["SoundLevels", "measure_sound"]

ACTIVE_DBM0 = -38.0
"""As the plane's activity detector has it."""
CLIPPED = 32_000
"""G.711's outermost step; two in a row are no coincidence."""
MAINS_HZ = (50.0, 60.0)
HARMONICS = (1, 2, 3, 5)
SECONDS = 4
"""Hum is measured in pieces of this length: steady for that long, and narrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLevels:
    """Figures of one channel; levels in dBm0, None where there is nothing to measure."""

    level_dbm0: float | None
    """Of all of it."""
    active_dbm0: float | None
    """Of the 20 ms blocks above -38 dBm0."""
    active_share: float
    """How much of the time that is, 0 to 1."""
    noise_dbm0: float | None
    """Of the quietest tenth of blocks, their direct current left out."""
    hum_dbm0: float | None
    """Mains hum and its harmonics."""
    hum_hz: float | None
    """50 or 60."""
    peak: float
    """Of full scale, 0 to 1."""
    clipped_share: float
    """Samples in rows of two or more at full scale, 0 to 1."""
    direct_current: float
    """Mean, of full scale, -1 to 1."""

    def __str__(self) -> str:
        def level(value: float | None) -> str:
            return "none" if value is None else f"{value:.1f} dBm0"

        hum = (
            "no hum"
            if self.hum_hz is None
            else f"hum {level(self.hum_dbm0)} ({self.hum_hz:.0f} Hz)"
        )
        return (
            f"level {level(self.level_dbm0)}, active {level(self.active_dbm0)}"
            f" ({self.active_share:.0%} of the time), noise {level(self.noise_dbm0)}, {hum},"
            f" peak {self.peak:.0%}, clipped {self.clipped_share:.2%},"
            f" direct current {self.direct_current:+.2%}"
        )


def measure_sound(samples: NDArray[np.int16]) -> SoundLevels:
    """Measures linear samples at 8 kHz, full scale being 32767."""
    sound = samples.astype(np.float64)
    mean = float(sound.mean()) if sound.size else 0.0
    blocks = sound[: sound.size // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES)
    powers = blocks.var(axis=1) if len(blocks) else np.zeros(0)
    active = powers > 10 ** (ACTIVE_DBM0 / 10) * SINE_0_DBM0**2 / 2
    hum = max((_hum(sound - mean, each), each) for each in MAINS_HZ)
    level = level_dbm0(samples)
    return SoundLevels(
        level_dbm0=_rounded(level),
        active_dbm0=_rounded(power_dbm0(float(powers[active].mean()))) if active.any() else None,
        active_share=round(float(active.mean()), 4) if len(blocks) else 0.0,
        noise_dbm0=_rounded(power_dbm0(float(np.quantile(powers, 0.1)))) if len(blocks) else None,
        hum_dbm0=_rounded(power_dbm0(hum[0])),
        hum_hz=hum[1] if hum[0] > 0 else None,
        peak=round(float(np.abs(sound).max()) / 32768, 4) if sound.size else 0.0,
        clipped_share=round(_clipped(np.abs(sound) >= CLIPPED), 6),
        direct_current=round(mean / 32768, 6),
    )


def _rounded(level: float) -> float | None:
    return round(level, 1) if np.isfinite(level) else None


def _clipped(at_limit: NDArray[np.bool_]) -> float:
    if not at_limit.size:
        return 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], at_limit.astype(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= 2].sum()) / at_limit.size


def _hum(sound: NDArray[np.float64], mains_hz: float) -> float:
    """Mean square at the mains' harmonics as most pieces have it; 0 if it does not stand out."""
    length = min(sound.size, SECONDS * SAMPLE_RATE_HZ)
    if length < SAMPLE_RATE_HZ:
        return 0.0
    pieces = sound[: sound.size // length * length].reshape(-1, length)
    window = np.hanning(length)
    spectra = np.abs(np.fft.rfft(pieces * window, axis=1)) ** 2 * 16 / (3 * length**2)
    usual = np.median(spectra, axis=0)
    total = 0.0
    for harmonic in HARMONICS:
        place = round(harmonic * mains_hz * length / SAMPLE_RATE_HZ)
        wide = max(2, round(1.5 * length / SAMPLE_RATE_HZ))
        inside = usual[place - wide : place + wide + 1]
        beside = np.concatenate(
            [
                usual[place - 8 * wide : place - 2 * wide],
                usual[place + 2 * wide : place + 8 * wide],
            ]
        )
        if inside.sum() > 20 * np.median(beside) * inside.size:
            total += float(inside.sum())
    return total
