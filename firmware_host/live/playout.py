"""Blocks on their way to a loudspeaker: they come with jitter and by another clock than they are played."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from dsp import BLOCK_SAMPLES

__all__ = ["Playout"]

_IN_HAND = 3
"""Blocks gathered before it sounds: 60 ms against the jitter of two processes."""
_MOST = 12
_WINDOW = 50
"""Within so many blocks the fewest that waited tell what is late rather than in hand: one second."""
_SILENCE = np.zeros(BLOCK_SAMPLES, np.int16)


class Playout:
    """A small bounded buffer. Ahead: a block is left out each second. Behind: one is said twice.

    Runs in: `put` in the command's thread, `take` in the sound card's.
    """

    def __init__(self) -> None:
        self._blocks: deque[NDArray[np.int16]] = deque()
        self._last = _SILENCE
        self._sounding = False
        self._taken = 0
        self._fewest = _MOST
        self.left_out = 0
        self.repeated = 0

    def put(self, block: NDArray[np.int16]) -> None:
        """Add 160 samples; when too many wait, the oldest are left out."""
        self._blocks.append(block)
        while len(self._blocks) > _MOST:
            self._leave_out()

    def take(self) -> NDArray[np.int16]:
        """The next 160 samples for the loudspeaker."""
        if not self._sounding and len(self._blocks) < _IN_HAND:
            return _SILENCE
        self._fewest = min(self._fewest, len(self._blocks))
        self._taken += 1
        if self._taken % _WINDOW == 0:
            if self._fewest > _IN_HAND:
                self._leave_out()
            self._fewest = _MOST
        try:
            self._last = self._blocks.popleft()
        except IndexError:
            return self._bridge_gap()
        self._sounding = True
        return self._last

    def _bridge_gap(self) -> NDArray[np.int16]:
        """One block again, softer; then silence until enough is in hand."""
        if self._last is _SILENCE:
            self._sounding = False
            return _SILENCE
        again, self._last = (self._last // 2).astype(np.int16), _SILENCE
        self.repeated += 1
        return again

    def _leave_out(self) -> None:
        try:
            self._blocks.popleft()
        except IndexError:
            return  # the other thread was quicker
        self.left_out += 1
