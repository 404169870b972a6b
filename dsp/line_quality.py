"""What a technician measures on a line with sounds of our own: echo loss, dial tone, noise.

Echo is measured with many sines at once, each on a multiple of 62.5 Hz: a period is 128 samples, so
whole periods are added up and what is not ours (noise, speech, hum) averages out. The *echo loss* weighs
all frequencies as ITU-T G.122 (03/1993), annex B.4: 300 to 3400 Hz, each by 1/f. *Return loss at 1004 Hz* is
the level of one tone sent over that of what comes back.

Runs in: any.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude, level_dbm0, power_dbm0
from dsp.sounds import digit_segments
from dsp.taps import SAMPLE_RATE_HZ

__all__ = [
    "ECHO_LEVEL_DBM0",
    "TEST_TONE_DBM0",
    "TEST_TONE_HZ",
    "Echo",
    "SteadyTones",
    "echo_loss",
    "echo_sound",
    "find_steady_tones",
    "key_sound",
    "reference_tone",
    "speech_band_dbm0",
    "tone_return",
]

TEST_TONE_HZ = 1004.0
"""No divisor of the sampling rate, so that every step of the coder is used (ITU-T O.6, IEEE 743)."""
TEST_TONE_DBM0 = -10.0
ECHO_LEVEL_DBM0 = -10.0
"""Of all sines together."""
PERIOD = 128
SPACING_HZ = SAMPLE_RATE_HZ / PERIOD
LOW_HZ, HIGH_HZ = 300.0, 3400.0
_FIRST, _LAST = math.ceil(LOW_HZ / SPACING_HZ), math.floor(HIGH_HZ / SPACING_HZ)
MOST_DB = 60.0
"""G.711 itself adds more than what is left of a greater loss."""
_MOST_TONES = 3
_BESIDE_HZ = 15.0
_TONE_SHARE = 0.03
"""A tone weaker than that, beside the strongest, is a harmonic or noise."""
_STEADY_SHARE = 0.7
"""Dial tone is most of what is on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """How much of what we send comes back."""

    loss_db: float
    """Weighted over the speech band; the greater the better."""
    worst_db: float
    worst_hz: float
    """Where most comes back."""
    limit_db: float
    """No greater loss could have been measured in this noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyTones:
    """Sines that are there all the time."""

    frequencies_hz: tuple[float, ...]
    level_dbm0: float
    """Of all together."""


def reference_tone(seconds: float) -> NDArray[np.int16]:
    """1004 Hz at -10 dBm0."""
    times = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = amplitude(TEST_TONE_DBM0) * np.sin(2 * np.pi * TEST_TONE_HZ * times)
    return np.round(sound).astype(np.int16)


def key_sound(key: str, milliseconds: int) -> NDArray[np.int16]:
    """A DTMF key at -9 dBm0 each tone.

    Raises:
        UnknownSound: No keypad has it.
    """
    segment = digit_segments(key, on_ms=milliseconds, off_ms=0, level_dbm0=-9.0)[0]
    times = np.arange(milliseconds * SAMPLE_RATE_HZ // 1000) / SAMPLE_RATE_HZ
    tones = [np.sin(2 * np.pi * hz * times) for hz in segment.frequencies_hz]
    sound: NDArray[np.float64] = amplitude(segment.level_dbm0) * np.sum(tones, axis=0)
    return np.round(sound).astype(np.int16)


def echo_sound(seconds: float) -> NDArray[np.int16]:
    """Sines over the speech band, each as strong, -10 dBm0 together, without high peaks."""
    bins = np.arange(_FIRST, _LAST + 1)
    order = np.arange(bins.size)
    phases = -np.pi * order * (order - 1) / bins.size  # Schroeder (1970): the lowest crest
    times = np.arange(PERIOD) / PERIOD
    one = np.sin(2 * np.pi * bins[:, None] * times + phases[:, None]).sum(axis=0)
    one *= amplitude(ECHO_LEVEL_DBM0) / math.sqrt(2) / math.sqrt(float(np.mean(one**2)))
    periods = math.ceil(seconds * SAMPLE_RATE_HZ / PERIOD)
    return np.round(np.tile(one, periods)).astype(np.int16)


def echo_loss(heard: NDArray[np.int16], sent: NDArray[np.int16]) -> Echo:
    """The echo of `echo_sound`, of which ``heard`` is a part that lies wholly within the sound.

    Raises:
        ValueError: ``heard`` is shorter than two periods.
    """
    periods = heard.size // PERIOD
    if periods < 2:
        raise ValueError(f"{heard.size} samples hold no two periods of {PERIOD}")
    blocks = heard[: periods * PERIOD].astype(np.float64).reshape(periods, PERIOD)
    spectra = np.fft.rfft(blocks, axis=1)
    mean = spectra.mean(axis=0)
    noise = (np.abs(spectra - mean) ** 2).sum(axis=0) / (periods * (periods - 1))
    bins = np.arange(_FIRST, _LAST + 1)
    outgoing = np.abs(np.fft.rfft(sent[:PERIOD].astype(np.float64))) ** 2
    transfer = np.maximum(np.abs(mean[bins]) ** 2, noise[bins] + 1e-9) / outgoing[bins]
    floor = (noise[bins] + 1.0) / outgoing[bins]
    weights = 1.0 / bins
    worst = int(np.argmax(transfer))
    return Echo(
        loss_db=round(_loss(transfer, weights), 1),
        worst_db=round(min(MOST_DB, -10 * math.log10(float(transfer[worst]))), 1),
        worst_hz=float(bins[worst] * SPACING_HZ),
        limit_db=round(_loss(floor, weights), 1),
    )


def _loss(transfer: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return min(MOST_DB, -10 * math.log10(float((transfer * weights).sum() / weights.sum())))


def tone_return(heard: NDArray[np.int16]) -> float:
    """How many decibels the test tone has lost when it comes back."""
    window = np.hanning(heard.size)
    times = np.arange(heard.size) / SAMPLE_RATE_HZ
    sine = np.exp(-2j * np.pi * TEST_TONE_HZ * times)
    size = float(np.abs(np.sum(heard * window * sine))) * 2 / float(window.sum())
    return round(min(MOST_DB, TEST_TONE_DBM0 - power_dbm0(max(size, 0.1) ** 2 / 2)), 1)


def speech_band_dbm0(samples: NDArray[np.int16]) -> float | None:
    """The level between 300 and 3400 Hz, unweighted; None: silence.

    Not psophometric (ITU-T O.41): of white noise a psophometer tells some 2 dB less.
    """
    sound = samples.astype(np.float64)
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE_HZ)
    inside = (frequencies >= LOW_HZ) & (frequencies <= HIGH_HZ)
    level = power_dbm0(float(spectrum[inside].sum()) * 2 / sound.size**2)
    return round(level, 1) if math.isfinite(level) else None


def find_steady_tones(samples: NDArray[np.int16]) -> SteadyTones | None:
    """One to three sines that make up most of the sound, such as dial tone; None: something else."""
    sound = samples.astype(np.float64) - samples.mean()
    if sound.size < SAMPLE_RATE_HZ // 4 or level_dbm0(samples) < -45:
        return None
    window = np.hanning(sound.size)
    spectrum = np.abs(np.fft.rfft(sound * window)) ** 2
    total = float(spectrum.sum())
    bin_hz = SAMPLE_RATE_HZ / sound.size
    wide = max(2, round(_BESIDE_HZ / bin_hz))
    left = spectrum.copy()
    found: list[float] = []
    inside = 0.0
    strongest = 0.0
    while len(found) < _MOST_TONES:
        place = int(np.argmax(left))
        around = slice(max(0, place - wide), place + wide + 1)
        power = float(left[around].sum())
        strongest = strongest or power
        if power < _TONE_SHARE * strongest or power < _TONE_SHARE * total:
            break
        centre = float((np.arange(left.size)[around] * left[around]).sum() / power)
        found.append(round(centre * bin_hz, 1))
        inside += power
        left[around] = 0
    if inside < _STEADY_SHARE * total or not found or min(found) < 200:
        return None
    return SteadyTones(
        frequencies_hz=tuple(sorted(found)),
        level_dbm0=round(power_dbm0(float(np.mean(sound**2)) * inside / total), 1),
    )
