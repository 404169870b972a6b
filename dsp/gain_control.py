"""Gain control of recorded speech: soft and loud talkers come near one level.

Each channel by itself, in blocks of 20 ms. The level of speech is the mean power of the last second of active
blocks; the gain that brings it to -20 dBm0 is approached slowly upwards and at once downwards. A block is
active when it stands out from the softest of the last two seconds: steady noise, hum and silence do not, and
leave the gain as it is. Each block waits for the next, so that the gain is down before a peak comes: nothing
is clipped that was not.

Runs in: any.
"""

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsp.levels import SINE_0_DBM0, amplitude, power_dbm0
from dsp.taps import BLOCK_SAMPLES

__all__ = ["GainControl"]

TARGET_DBM0 = -20.0
"""Of active speech; ITU-T G.223 puts the long-term mean of a talker there, too."""
LEAST_GAIN_DB, MOST_GAIN_DB = -12.0, 18.0
UP_DB, DOWN_DB = 0.1, 1.0
"""At most in a block: 5 dB and 50 dB a second."""
BACK_DB = 0.5
"""In a block, after a peak: 25 dB a second."""
SOFTEST_DBM0 = -50.0
"""What is softer is no speech, or none that these gains could help."""
STANDS_OUT_DB = 6.0
FLOOR_BLOCKS = 100
SPEECH_BLOCKS = 50
"""Time constant of the level of speech, in active blocks."""
ONSET_BLOCKS, ONSET_DB = 2, 8.0
"""So fast and so far above the target a sound is loud, whatever was before it."""
PEAK = 31_000
"""Below what `measure_sound` calls clipped."""
_SOFTEST_POWER = 10 ** (SOFTEST_DBM0 / 10) * SINE_0_DBM0**2 / 2
_TARGET_POWER = amplitude(TARGET_DBM0) ** 2 / 2
_STANDS_OUT, _ONSET = 10 ** (STANDS_OUT_DB / 10), 10 ** (ONSET_DB / 10)
_BACK = 10 ** (BACK_DB / 20)


@dataclass(slots=True)
class _Channel:
    """What is remembered of one channel. Powers are mean squares of 16-bit linear samples."""

    gain_db: float = 0.0
    applied: float = 1.0
    """The factor at the end of the last block that has left."""
    most: float = math.inf
    """The largest factor that the block that waits can bear."""
    speech: float = 0.0
    weight: float = 0.0
    """Of the blocks in ``speech``: near 1 once a second of speech is in it."""
    onset: float = 0.0
    powers: deque[float] = field(default_factory=lambda: deque(maxlen=FLOOR_BLOCKS))
    """The last two seconds, from the oldest."""

    def heard(self, power: float) -> None:
        """Takes the next block's power; moves the gain if that was speech."""
        self.powers.append(power)
        self.onset += (power - self.onset) / ONSET_BLOCKS
        if power < max(_SOFTEST_POWER, _STANDS_OUT * min(self.powers)):
            return
        self.speech += (power - self.speech) / SPEECH_BLOCKS
        self.weight += (1 - self.weight) / SPEECH_BLOCKS
        level = max(self.speech / self.weight, self.onset / _ONSET)
        wanted_db = min(max(TARGET_DBM0 - power_dbm0(level), LEAST_GAIN_DB), MOST_GAIN_DB)
        self.gain_db += min(max(wanted_db - self.gain_db, -DOWN_DB), UP_DB)

    def next_factors(self, most: float) -> tuple[float, float]:
        """The factors at the beginning and the end of the block that waits.

        ``most`` is the largest that the block after it can bear.
        """
        first = self.applied
        wanted = min(10 ** (self.gain_db / 20), first * _BACK)
        self.applied = min(wanted, self.most, most)
        self.most = most
        return first, self.applied


class GainControl:
    """A stream of linear samples at 8 kHz; any chunking of it gives the same result.

    What comes out is as long as what went in, and each sample in its place: up to 40 ms of it come out later,
    the last with `finish`.
    """

    def __init__(self, channels: int) -> None:
        self._channels = [_Channel() for _ in range(channels)]
        self._held = np.zeros((0, channels), np.int16)
        """What has come and has not left: the block that waits, and less than one more."""
        self._waits = False

    def push(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Takes samples, shape (any, channels); returns those that are ready, of the same kind."""
        self._held = np.concatenate([self._held, samples])
        if len(self._held) < BLOCK_SAMPLES:
            return self._held[:0]
        blocks = self._in_blocks(len(self._held) // BLOCK_SAMPLES)
        count = len(blocks) - 1
        powers, most = _measured(blocks)
        if not self._waits:
            self._begin(powers[0], most[0])
        if count == 0:
            return self._held[:0]
        factors = [[(1.0, 1.0)] * len(self._channels) for _ in range(count)]
        for number, channel in enumerate(self._channels):
            for block in range(count):
                channel.heard(powers[block + 1][number])
                factors[block][number] = channel.next_factors(most[block + 1][number])
        self._held = self._held[count * BLOCK_SAMPLES :]
        return _turned(blocks[:count], np.array(factors))

    def finish(self) -> NDArray[np.int16]:
        """What has not come out yet; after that the stream has ended."""
        rest = len(self._held)
        if not rest:
            return self._held
        silence = -rest % BLOCK_SAMPLES + BLOCK_SAMPLES
        padding = np.zeros((silence, len(self._channels)), np.int16)
        last = self.push(padding)[:rest]
        self._held = self._held[:0]
        return last

    def _in_blocks(self, count: int) -> NDArray[np.int16]:
        """Shape (blocks, 160, channels)."""
        return self._held[: count * BLOCK_SAMPLES].reshape(
            count, BLOCK_SAMPLES, len(self._channels)
        )

    def _begin(self, powers: list[float], most: list[float]) -> None:
        self._waits = True
        for channel, power, limit in zip(self._channels, powers, most, strict=True):
            channel.heard(power)
            channel.most = limit
            channel.applied = min(1.0, channel.most)


def _measured(blocks: NDArray[np.int16]) -> tuple[list[list[float]], list[list[float]]]:
    """Of each block and channel the power without its direct current, and the largest factor."""
    # Sums of whole numbers: exact, in whatever order they are added.
    sound = blocks.transpose(0, 2, 1).astype(np.float64, order="C")
    mean = sound.sum(axis=2) / BLOCK_SAMPLES
    powers = np.maximum(np.square(sound).sum(axis=2) / BLOCK_SAMPLES - mean**2, 0.0)
    return powers.tolist(), (PEAK / np.maximum(np.abs(sound).max(axis=2), 1.0)).tolist()


def _turned(blocks: NDArray[np.int16], factors: NDArray[np.float64]) -> NDArray[np.int16]:
    """The blocks times factors, shape (blocks, channels, 2), that go straight from the first to the last."""
    first, last = factors[:, None, :, 0], factors[:, None, :, 1]
    way = (np.arange(1, BLOCK_SAMPLES + 1) / BLOCK_SAMPLES)[:, None]
    turned = np.rint(blocks * (first + (last - first) * way)).astype(np.int16)
    return turned.reshape(-1, blocks.shape[2])
