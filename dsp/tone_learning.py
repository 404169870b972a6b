"""Learns a cadenced tone from a recording: which frequencies, how long on, how long off.

For lines whose exchange or PBX says by a tone of its own that the far end has hung up.

Runs in: any.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import SINE_0_DBM0
from dsp.taps import SAMPLE_RATE_HZ

__all__ = ["LearnedTone", "NothingLearned", "learn_tone"]

WINDOW, HOP = 320, 80
LOWEST_HZ, HIGHEST_HZ = 250.0, 2000.0
FLOOR_DBM0 = -45.0
SHARE = 0.8
"""Of all power in the tone's frequencies, in the middle of its bursts."""
SECOND_DB = 12.0
"""A second frequency may be that much weaker than the first."""
BLIP_S = 0.04
FEWEST_BURSTS = 3
CONTINUOUS_S = 4.0
SLACK, SLACK_S = 0.08, 0.012
MOST_PAIRS = 4
"""A tone plan's cadence has at most eight segments."""


class NothingLearned(Exception):
    """The recording holds no tone that could be learned; the message says why, and what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedTone:
    """A tone as it was found."""

    frequencies_hz: tuple[float, ...]
    cadence_ms: tuple[int, ...]
    """On and off in turn; empty: continuous."""
    level_dbm0: float
    bursts: int
    """From how many it was learned."""


def learn_tone(samples: NDArray[np.int16]) -> LearnedTone:
    """Finds the tone that a recording repeats.

    Args:
        samples: Linear, 8 kHz: some seconds of the tone, silence before and after it if need be.

    Raises:
        NothingLearned: There is no tone, or no regular one.
    """
    sound = samples.astype(np.float64)
    if sound.size < SAMPLE_RATE_HZ:
        raise NothingLearned("less than a second of sound; record ten seconds of the tone")
    frequencies = _frequencies(sound)
    amplitudes, shares = _measure(sound, frequencies)
    least = 10 ** (FLOOR_DBM0 / 20) * SINE_0_DBM0
    steady = amplitudes[(shares >= SHARE) & (amplitudes > least)]
    usual = float(np.median(steady)) if steady.size else 0.0
    if usual == 0.0:
        raise NothingLearned(
            "no steady tone in it; record the line right after the far end hung up"
        )
    sounding = amplitudes >= usual / 2
    edges = _edges(sounding)
    lengths_s = np.diff(edges) * HOP / SAMPLE_RATE_HZ
    pure = [
        float(np.median(shares[start:end])) >= SHARE
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    if not all(pure):
        raise NothingLearned("speech or music beside the tone; cut the recording to the tone alone")
    cadence = _cadence(lengths_s)
    return LearnedTone(
        frequencies_hz=tuple(round(each, 1) for each in frequencies),
        cadence_ms=tuple(round(each * 1000) for each in cadence),
        level_dbm0=round(20 * float(np.log10(usual / SINE_0_DBM0)), 1),
        bursts=len(pure),
    )


def _frequencies(sound: NDArray[np.float64]) -> tuple[float, ...]:
    """The strongest frequency, and a second one if it is hardly weaker."""
    length = min(8192, sound.size)
    windows = np.lib.stride_tricks.sliding_window_view(sound, length)[:: length // 2]
    power = np.mean(np.abs(np.fft.rfft(windows * np.hanning(length), axis=1)) ** 2, axis=0)
    hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    power[(hertz < LOWEST_HZ) | (hertz > HIGHEST_HZ)] = 0
    if not power.any():
        raise NothingLearned("silence; record the line right after the far end hung up")
    found: list[float] = []
    strongest = power.max()
    # Bursts widen a line of the spectrum to some Hz; two tones lie 20 Hz apart or more.
    while len(found) < 2 and power.max() > strongest / 10 ** (SECOND_DB / 10):
        place = int(power.argmax())
        near = np.abs(hertz - hertz[place]) < 8
        found.append(float(np.sum(hertz[near] * power[near]) / np.sum(power[near])))
        power[np.abs(hertz - hertz[place]) < 20] = 0
    return tuple(sorted(found))


def _measure(
    sound: NDArray[np.float64], frequencies_hz: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The tone's amplitude every 10 ms, and its share of all power, by windows of 40 ms."""
    window = np.hanning(WINDOW + 2)[1:-1]
    padded = np.pad(sound, (WINDOW // 2, WINDOW // 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * window
    time = np.arange(WINDOW) / SAMPLE_RATE_HZ
    basis = np.concatenate(
        [
            np.array([np.cos(2 * np.pi * each * time), np.sin(2 * np.pi * each * time)]) * window
            for each in frequencies_hz
        ]
    )
    # Least squares: frequencies 40 Hz apart are not at right angles in 40 ms.
    weights = windows @ np.linalg.pinv(basis)
    explained = np.sum((weights @ basis) ** 2, axis=1)
    energy = np.sum(windows**2, axis=1)
    shares = explained / np.maximum(energy, 1e-9)
    amplitudes = np.sqrt(np.sum(weights**2, axis=1))
    return amplitudes, shares


def _edges(sounding: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where bursts begin and end, in turn; blips and drop-outs are left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], sounding.astype(np.int8), [0]])))
    least = BLIP_S * SAMPLE_RATE_HZ / HOP
    while edges.size > 2 and np.diff(edges).min() < least:
        place = int(np.diff(edges).argmin())
        edges = np.delete(edges, [place, place + 1])
    return edges.astype(np.int64)


def _cadence(lengths_s: NDArray[np.float64]) -> list[float]:
    """On and off lengths that repeat; the first and the last burst may be cut off."""
    bursts = (lengths_s.size + 1) // 2
    if bursts == 1 and lengths_s[0] >= CONTINUOUS_S:
        return []
    if bursts < FEWEST_BURSTS:
        raise NothingLearned(
            f"{bursts} bursts of the tone; {FEWEST_BURSTS} are needed: record ten seconds of it"
        )
    whole = lengths_s[1:-1] if lengths_s.size > 3 else lengths_s
    if whole is not lengths_s:
        whole = whole[1:] if whole.size % 2 == 0 and whole.size > 2 else whole
    starts_with_pause = whole is not lengths_s
    for pairs in range(1, MOST_PAIRS + 1):
        period = 2 * pairs
        if whole.size < period + 1:
            break
        groups = [whole[place::period] for place in range(period)]
        if all(_alike(group) for group in groups):
            means = [float(group.mean()) for group in groups]
            return means[1:] + means[:1] if starts_with_pause else means
    shown = ", ".join(f"{each * 1000:.0f}" for each in lengths_s[:8])
    raise NothingLearned(f"no regular cadence (on and off in turn, ms: {shown}); record it again")


def _alike(lengths_s: NDArray[np.float64]) -> bool:
    middle = float(np.median(lengths_s))
    return bool((np.abs(lengths_s - middle) <= SLACK * middle + SLACK_S).all())
