"""Signals for measurements and tests of dsp, and a plane in lockstep to hear them with."""

from collections.abc import Sequence

import numpy as np

from dsp import (
    BLOCK_SAMPLES,
    Detection,
    DigitHeard,
    Law,
    MfSystem,
    Plane,
    TonePlan,
    g711_decode,
    g711_encode,
)
from dsp.levels import amplitude
from dsp.sounds import HIGH_HZ, KEYS, LOW_HZ


class Lab:
    """Makes signals with random phases and alignments from a seed."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)

    def sines(self, milliseconds: float, *tones: tuple[float, float]) -> np.ndarray:
        """Sines of (Hz, dBm0), as floats."""
        time = np.arange(round(milliseconds * 8)) / 8000
        total = np.zeros(time.size)
        for hertz, level in tones:
            total += amplitude(level) * np.sin(2 * np.pi * hertz * time + self.random.uniform(0, 7))
        return total

    def digit(
        self,
        digit: str,
        milliseconds: float,
        *,
        level: float = -15.0,
        twist: float = 0.0,
        offset: tuple[float, float] = (0.0, 0.0),
    ) -> np.ndarray:
        """A digit; level is the stronger tone's, twist the high over the low one's, offset in percent."""
        key = KEYS.index(digit)
        low = (LOW_HZ[key // 4] * (1 + offset[0] / 100), level - max(twist, 0))
        high = (HIGH_HZ[key % 4] * (1 + offset[1] / 100), level + min(twist, 0))
        return self.sines(milliseconds, low, high)

    def row(self, parts: Sequence[np.ndarray], gap_ms: int = 60) -> np.ndarray:
        """Parts with gaps of about gap_ms between them."""
        out = [np.zeros(800)]
        for part in parts:
            out += [part, np.zeros(gap_ms * 8 + int(self.random.integers(0, 160)))]
        return np.concatenate([*out, np.zeros(1600)])

    def noise(self, samples: int, level: float) -> np.ndarray:
        """White noise."""
        return self.random.normal(0, amplitude(level) / 2**0.5, samples)


def octets_of(sound: np.ndarray, law: Law = Law.ALAW) -> bytes:
    """G.711 of a float sound."""
    return g711_encode(np.clip(np.rint(sound), -32768, 32767).astype(np.int16), law)


def linear_of(sound: np.ndarray, law: Law = Law.ALAW) -> np.ndarray:
    """A float sound as a line delivers it: through G.711."""
    return g711_decode(octets_of(sound, law), law)


def hear(
    sound: np.ndarray,
    *,
    law: Law = Law.ALAW,
    digits: bool = False,
    progress: TonePlan | None = None,
    activity: bool = False,
    mf: MfSystem | None = None,
    signal_tones: bool = False,
) -> list[Detection]:
    """What a plane hears of a sound on slot 0."""
    octets = octets_of(sound, law)
    heard: list[Detection] = []
    with Plane(1, law=law) as plane:
        plane.listen(
            0,
            digits=digits,
            progress=progress,
            activity=activity,
            mf=mf,
            signal_tones=signal_tones,
        )
        for start in range(0, len(octets) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
            plane.rx[0] = np.frombuffer(octets, np.uint8, BLOCK_SAMPLES, start)
            plane.tick()
            heard += plane.detections()
    return heard


def digits_in(sound: np.ndarray, law: Law = Law.ALAW) -> str:
    """The digits a plane hears in a sound."""
    return "".join(
        each.digit for each in hear(sound, law=law, digits=True) if isinstance(each, DigitHeard)
    )
