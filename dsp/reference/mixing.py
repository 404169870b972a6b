"""What a slot is sent: whom it hears, what plays to it, its tone; kept in bounds, without clicks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Outlet", "clip", "scaled", "sent"]

UNITY = 4096


def scaled(samples: NDArray[np.int16], gain_db: float) -> NDArray[np.int64]:
    """Returns samples times a gain, which is rounded to 1/4096; results are rounded half up."""
    gain = int(np.rint(np.float32(10 ** (gain_db / 20)) * UNITY))
    wide = samples.astype(np.int64)
    return wide if gain == UNITY else (wide * gain + UNITY // 2) >> 12


def clip(samples: NDArray[np.int64]) -> NDArray[np.int16]:
    """Returns samples limited to 16 bits."""
    return np.clip(samples, -32768, 32767).astype(np.int16)


class Outlet:
    """What leaves for one line, block by block."""

    UNITY = 32768
    LIMIT = 32767
    ATTACK_SAMPLES = 16
    RELEASE_BLOCKS = 16
    RELEASE_LEAST = 64
    FADE_SAMPLES = 40

    def __init__(self) -> None:
        self.gain = self.UNITY
        self.last = 0
        turns = np.arange(1, self.FADE_SAMPLES + 1) / (self.FADE_SAMPLES + 1)
        self._fade = np.rint(self.UNITY * 0.5 * (1 + np.cos(np.pi * turns))).astype(np.int64)

    def send(self, total: NDArray[np.int64], *, changed: bool) -> NDArray[np.int16]:
        """Returns what one block's sum (160) becomes.

        Args:
            total: Everything for the line, added.
            changed: Something began, ended or changed its gain with this block.
        """
        samples = self._level(total)
        if changed:
            step = self.last - int(clip(samples[:1])[0])
            samples[: self.FADE_SAMPLES] += (step * self._fade) >> 15
        out = clip(samples)
        self.last = int(out[-1])
        return out

    def _level(self, total: NDArray[np.int64]) -> NDArray[np.int64]:
        peak = int(np.abs(total).max())
        if self.gain == self.UNITY and peak <= self.LIMIT:
            return total.copy()
        most = self.UNITY if peak <= self.LIMIT else self.LIMIT * self.UNITY // peak
        back = self.gain + (self.UNITY - self.gain) // self.RELEASE_BLOCKS + self.RELEASE_LEAST
        to = min(back, most)
        over = self.ATTACK_SAMPLES if to < self.gain else total.size
        ramp = np.minimum(np.arange(1, total.size + 1), over)
        # C divides towards zero.
        moved = np.trunc((to - self.gain) * ramp / over).astype(np.int64)
        gains = self.gain + moved
        self.gain = to
        return (total * gains) >> 15


def sent(sources: Sequence[tuple[NDArray[np.int16], float]]) -> NDArray[np.int64]:
    """Returns the sum of sources, each with its gain in dB; there must be one at least."""
    total = np.zeros(sources[0][0].shape, np.int64)
    for samples, gain_db in sources:
        total += scaled(samples, gain_db)
    return total
