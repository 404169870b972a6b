"""The FSK receiver of caller ID: from a stretch of sound to the octets in it.

Each instant is compared with all eight sounds that three bits can make, the phase running on from bit
to bit; the best one's middle bit is taken. That needs less signal than looking at one bit at a time,
and no carrier threshold. Lines weaken one of the tones: how much is measured, undone by a tilted
filter, and other tilts are tried where the checksum asks for it; so are other clocks.

Sources: ITU-T V.23, Bell 202, EN 300 659-1 (framing).

Runs in: any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import BAUD, RATE_HZ, TONES_HZ, CallerIdStandard
from dsp.fsk_octets import BIT, OVERSAMPLING, Reading, Samples, read_octets
from dsp.levels import SINE_0_DBM0

__all__ = ["Burst", "receive"]

WINDOW = 3 * RATE_HZ // BAUD
"""Samples of three bits: exactly 20."""
TWISTS_DB = (0.0, 7.0, -7.0)
TWIST_STEP_DB = 3.0
"""A tilt this close to one that was tried finds nothing new."""
TRUSTED_MARKS = 14
"""Before a message whose checksum is wrong: else speech would make some."""
TRUSTED_LIKENESS = 0.7
"""How much of the power must be what the best three bits explain, over such a message and its marks.
0.9 at a noise of -10 dB."""
LIKENESS_FLOOR = 0.4
SINGLE_THREAD_PRODUCTS = 200_000
"""OpenBLAS takes one thread up to 2^18 multiplications."""
DIVIDING_MARK_HZ, DOUBT_HZ = 1250.0, 15.0
"""Bell 202's mark is below, V.23's above; where a line's clocks are 4 % off, the other tone tells."""
BAND_EDGES_HZ = (550.0, 800.0, 2700.0, 3000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A message, and the carrier around it. Places are samples of the stretch."""

    message: bytes
    """Type, length, octets, checksum; all their start and stop bits were right."""
    standard: CallerIdStandard
    start: int
    """Where its carrier begins: seizure, or marks."""
    end: int
    message_start: int
    """The first start bit's edge."""
    message_end: int
    level_dbm0: float

    @property
    def checksum_ok(self) -> bool:
        """Whether the octets sum up to zero."""
        return sum(self.message) & 0xFF == 0


def receive(samples: NDArray[np.int16]) -> list[Burst]:
    """Returns every message in a stretch, in order.

    Args:
        samples: 8 kHz; some seconds at most.

    Returns:
        Messages whose checksum is right, and those with a wrong one that have a real carrier with
        marks before them.
    """
    if samples.size < 10 * WINDOW:
        return []
    size = 1 << (samples.size + 256 - 1).bit_length()
    spectrum = np.fft.rfft(samples.astype(np.float32), size)
    right: list[Reading] = []
    wrong: list[Reading] = []
    for number, (standard, twist_db) in enumerate(_hypotheses(spectrum, size, samples.size)):
        sound = np.fft.irfft(spectrum * _filter(size, standard, twist_db), size)
        soft, likeness = _soft_bits(sound[: samples.size].astype(np.float32), standard)
        for reading in read_octets(soft, likeness, standard):
            (wrong if sum(reading.message) & 0xFF else right).append(reading)
        if number == 0:
            continue  # both standards are tried: which it was, likeness tells
        doubtful = _apart(right, wrong)
        if not doubtful and (right or not _carrier(soft, likeness)):
            break
    right.sort(key=lambda each: -each.likeness)
    right = _apart([], right)
    trusted = [
        each for each in wrong if each.marks >= TRUSTED_MARKS and each.likeness >= TRUSTED_LIKENESS
    ]
    trusted.sort(key=lambda each: -each.likeness)
    readings = sorted(right + _apart(right, trusted), key=lambda each: each.begin)
    if not readings:
        return []
    sound = np.fft.irfft(spectrum * _filter(size, CallerIdStandard.V23, 0.0), size)
    # A carrier may go on from one message to the next: each has what is before it.
    ends = [reading.end // OVERSAMPLING for reading in readings]
    free = zip([0, *ends[:-1]], [*ends[:-1], samples.size], strict=True)
    return [
        _burst(reading, sound[: samples.size], place)
        for reading, place in zip(readings, free, strict=True)
    ]


def _apart(taken: list[Reading], others: list[Reading]) -> list[Reading]:
    """Those of the others that overlap with none taken, nor with each other."""
    apart: list[Reading] = []
    for each in others:
        if all(each.end <= one.begin or each.begin >= one.end for one in taken + apart):
            apart.append(each)
    return apart


# ---------------------------------------------------------------- what may be on the line


def _hypotheses(
    spectrum: NDArray[np.complexfloating], size: int, length: int
) -> Iterator[tuple[CallerIdStandard, float]]:
    """Standards and twists (space over mark, dB), the measured ones first."""
    plain = np.fft.irfft(spectrum * _filter(size, CallerIdStandard.V23, 0.0), size)[:length]
    windows = np.lib.stride_tricks.sliding_window_view(plain.astype(np.float32), 7)
    measured = {}
    for standard, tones in TONES_HZ.items():
        turns = np.exp(-2j * np.pi * np.outer(np.arange(7), tones) / RATE_HZ)
        turns *= np.hamming(7)[:, None]
        stacked = np.concatenate([turns.real, turns.imag], axis=1).astype(np.float32)
        parts = _product(windows, stacked)
        mark, space = (np.percentile(parts[:, k] ** 2 + parts[:, k + 2] ** 2, 90) for k in (0, 1))
        twist_db = 10 * np.log10((space + 1e-9) / (mark + 1e-9))
        measured[standard] = float(np.clip(np.rint(twist_db), -14, 14))
    yield from measured.items()
    for twist_db in TWISTS_DB:
        for standard, already in measured.items():
            if abs(twist_db - already) >= TWIST_STEP_DB:
                yield standard, twist_db


@lru_cache(maxsize=8)
def _band(size: int) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Frequencies of a spectrum, and the band-pass over them: hum and dial tone go, hiss goes."""
    hertz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    low, low_full, high_full, high = BAND_EDGES_HZ
    rise = np.clip((hertz - low) / (low_full - low), 0, 1)
    fall = np.clip((high - hertz) / (high - high_full), 0, 1)
    band: NDArray[np.float64] = (1 - np.cos(np.pi * np.minimum(rise, fall))) / 2
    return hertz, band


@lru_cache(maxsize=32)
def _filter(size: int, standard: CallerIdStandard, twist_db: float) -> NDArray[np.float32]:
    """The band-pass, tilted so that a line's twist is undone."""
    hertz, band = _band(size)
    mark, space = TONES_HZ[standard]
    tilt_db = -twist_db * (np.clip((hertz - mark) / (space - mark), -0.4, 1.4) - 0.5)
    tilted: NDArray[np.float32] = (band * 10 ** (tilt_db / 20)).astype(np.float32)
    return tilted


# ---------------------------------------------------------------- bits


@lru_cache(maxsize=2)
def _three_bits(standard: CallerIdStandard) -> NDArray[np.float32]:
    """The sounds of three bits, shape (20, 16): eight cosines, eight sines.

    The last four of each have a mark in the middle.
    """
    mark, space = TONES_HZ[standard]
    times = (np.arange(WINDOW) + 0.5) / WINDOW * 3
    columns = []
    for middle, first, last in product((0, 1), repeat=3):
        steps = np.where(np.array([first, middle, last]) == 1, mark, space) / BAUD
        edges = np.concatenate([[0.0], np.cumsum(steps)])
        columns.append(np.exp(-2j * np.pi * np.interp(times, np.arange(4), edges)))
    sounds = np.stack(columns, axis=1)
    return np.concatenate([sounds.real, sounds.imag], axis=1).astype(np.float32)


def _product(windows: Samples, sounds: NDArray[np.float32]) -> Samples:
    """The matrix product, in parts too small for the library to share out among threads.

    Threads that wait for one another on a busy machine cost ten times what they save.
    """
    rows = max(1, SINGLE_THREAD_PRODUCTS // sounds.size)
    parts = [windows[at : at + rows] @ sounds for at in range(0, windows.shape[0], rows)]
    return np.concatenate(parts)


def _soft_bits(sound: Samples, standard: CallerIdStandard) -> tuple[Samples, Samples]:
    """Returns -1 (space) to 1 (mark) at the receiver's rate, and how like FSK each instant is, 0 to 1."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)
    parts = _product(windows, _three_bits(standard))
    powers = parts[:, :8] ** 2 + parts[:, 8:] ** 2
    sums = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    energy = np.maximum(sums[WINDOW:] - sums[:-WINDOW], 1e-3) * (WINDOW / 2)
    space, mark = powers[:, :4].max(axis=1) / energy, powers[:, 4:].max(axis=1) / energy
    soft = np.sqrt(mark) - np.sqrt(space)
    # A window's middle lies half a sample after its tenth.
    place = np.arange(sound.size * OVERSAMPLING) / OVERSAMPLING - (WINDOW - 1) / 2
    known = np.arange(soft.size)
    fine = np.interp(place, known, soft).astype(np.float32)
    likeness = np.interp(place, known, np.maximum(mark, space)).astype(np.float32)
    return fine, likeness


def _carrier(soft: Samples, likeness: Samples) -> bool:
    """Whether there is anything like a carrier with marks in it that further tilts might make readable."""
    marks = (soft > 0) & (likeness > LIKENESS_FLOOR)
    sums = np.concatenate([[0], np.cumsum(marks)])
    span = TRUSTED_MARKS * BIT
    return bool((sums[span:] - sums[:-span] >= 0.95 * span).any()) if sums.size > span else False


# ---------------------------------------------------------------- the carrier around a message


def _burst(reading: Reading, sound: NDArray[np.floating], free: tuple[int, int]) -> Burst:
    begin, end = reading.begin // OVERSAMPLING, min(reading.end // OVERSAMPLING, sound.size)
    power = np.convolve(sound**2, np.full(40, 1 / 40), "same")
    level = float(np.mean(power[begin:end]))
    gone = np.flatnonzero(power < level / 8)
    before, after = gone[gone < begin], gone[gone >= end]
    return Burst(
        message=reading.message,
        standard=_standard(reading, sound),
        start=max(free[0], int(before[-1]) + 1 if before.size else 0),
        end=min(free[1], int(after[0]) if after.size else sound.size),
        message_start=begin,
        message_end=end,
        level_dbm0=10 * float(np.log10(2 * level / SINE_0_DBM0**2 + 1e-12)),
    )


def _standard(reading: Reading, sound: NDArray[np.floating]) -> CallerIdStandard:
    """Whose mark leads the message; near the middle, whose bits were the more alike."""
    end = reading.begin // OVERSAMPLING
    marks = sound[max(0, end - reading.marks * RATE_HZ // BAUD) : end]
    turn = np.exp(-2j * np.pi * DIVIDING_MARK_HZ * np.arange(marks.size) / RATE_HZ)
    base = np.convolve(marks * turn, np.hamming(13), "valid")
    advance = float(np.angle(np.sum(base[4:] * np.conj(base[:-4]))))
    off_hz = advance / (2 * np.pi * 4) * RATE_HZ
    if abs(off_hz) < DOUBT_HZ:
        return reading.standard
    return CallerIdStandard.V23 if off_hz > 0 else CallerIdStandard.BELL202
