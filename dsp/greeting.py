"""Where a greeting begins and ends: the loudest voice on the line, told from all that is softer.

A threshold lies below the loudest voice so far and above the noise, and frames over it are sound.
Sounds less than 0.2 s apart are one; those without 0.1 s of voice in them (coughs, clicks, a receiver
laid down) don't count. When a louder voice comes, everything before is looked at again: a television
behind the person is speech only until the person speaks.

Ends are right within 0.1 s for clean speech; a last soft syllable may be missed.
"""

import numpy as np

from dsp.speech_frames import FLOOR_DBM0, FRAME_S, Frame, frame_time_s

__all__ = ["Greeting"]

HISTORY_FRAMES = 500
NOISE_FRAMES = 150
NOISE_SHARE = 0.15
"""So many of the last 3 s are taken to be pauses; in speech without a pause they are not, therefore:"""
LEAST_BELOW_DB, MOST_BELOW_DB = 8.0, 12.0
"""The threshold is never closer to the loudest voice, and never further below it."""
ABOVE_NOISE_DB = 6.0
FOREGROUND_DB = 6.0
"""A voice that speaks on comes back to within so much of its loudest, again and again."""
BRIDGED_FRAMES = 10
VOICED_FRAMES = 4
FOLLOWING_VOICED_FRAMES = 2
"""Once there was a voice, a syllable between two consonants is enough to go on with."""
LOUD_FRAMES = 3
RECENT_FRAMES = 3


class Greeting:
    """Follows one greeting, frame by frame.

    Runs in: any.
    """

    def __init__(self, minimum_level_dbm0: float, first_frame: int = 0) -> None:
        self._minimum_dbm0 = minimum_level_dbm0
        self._levels = np.full(HISTORY_FRAMES, FLOOR_DBM0)
        self._voiced = np.zeros(HISTORY_FRAMES, np.bool_)
        self._size = 0
        self._first = first_frame  # number of the frame at index 0
        self._loud = [False] * LOUD_FRAMES
        self._loudest_dbm0 = FLOOR_DBM0
        self.start_s: float | None = None
        """When the voice began; None while there has been none."""
        self.end_s = 0.0
        """When it was heard last."""
        self.loud_end_s = 0.0
        """When it was heard last about as loud as it can be; what is much softer may be somebody else."""
        self._last_sound = 0  # index of the last frame over the threshold that is no voice yet
        self._threshold = minimum_level_dbm0

    @property
    def undecided(self) -> bool:
        """Whether there is sound at this moment of which it is not known yet whether it is a voice."""
        return self._last_sound > self._size - RECENT_FRAMES

    @property
    def level_dbm0(self) -> float:
        """Mean of the voice from start to end, as far as it is remembered."""
        if self.start_s is None:
            return FLOOR_DBM0
        start = max(round(self.start_s / FRAME_S) - self._first, 0)
        end = max(round(self.end_s / FRAME_S) - self._first, start + 1)
        return float(10 * np.log10(np.mean(10 ** (self._levels[start:end] / 10))))

    def follow(self, frame: Frame, *, tone_frames: int) -> None:
        """Takes the next frame; the last so many are a tone, and no voice."""
        if self._size == HISTORY_FRAMES:
            self._drop(HISTORY_FRAMES // 5)
        self._levels[self._size] = frame.level_dbm0
        self._voiced[self._size] = frame.voiced
        self._size += 1
        if tone_frames:
            self._levels[max(self._size - tone_frames, 0) : self._size] = FLOOR_DBM0
            self._voiced[max(self._size - tone_frames, 0) : self._size] = False
        self._loud = [*self._loud[1:], frame.voiced and not tone_frames]
        if all(self._loud) and self._size >= LOUD_FRAMES:
            softest = float(self._levels[self._size - LOUD_FRAMES : self._size].min())
            if softest > self._loudest_dbm0:
                self._loudest_dbm0 = softest
                self._threshold = self._minimum_dbm0
        if self._loud[-1] and frame.level_dbm0 > self._loudest_dbm0 - FOREGROUND_DB:
            self.loud_end_s = frame_time_s(self._first + self._size)
        if frame.level_dbm0 > self._threshold and not tone_frames:
            self._find()  # otherwise nothing of what it finds has changed

    def _drop(self, frames: int) -> None:
        self._levels[:-frames] = self._levels[frames:].copy()
        self._voiced[:-frames] = self._voiced[frames:].copy()
        self._size -= frames
        self._first += frames
        self._last_sound -= frames

    def _threshold_dbm0(self) -> float:
        recent = self._levels[max(self._size - NOISE_FRAMES, 0) : self._size]
        place = int(NOISE_SHARE * recent.size)
        noise = float(np.partition(recent, place)[place])
        below = min(
            max(noise + ABOVE_NOISE_DB, self._loudest_dbm0 - MOST_BELOW_DB),
            self._loudest_dbm0 - LEAST_BELOW_DB,
        )
        return max(below, self._minimum_dbm0)

    def _find(self) -> None:
        """Looks for the voice's start and end in all that is remembered."""
        if self._loudest_dbm0 < self._minimum_dbm0:
            return
        levels, voiced = self._levels[: self._size], self._voiced[: self._size]
        self._threshold = self._threshold_dbm0()
        sounding = (levels > self._threshold).nonzero()[0]
        if sounding.size == 0:
            return
        breaks = (sounding[1:] - sounding[:-1] > BRIDGED_FRAMES).nonzero()[0]
        starts = sounding[np.concatenate([[0], breaks + 1])]
        ends = sounding[np.concatenate([breaks, [sounding.size - 1]])]
        sums = np.concatenate([[0], np.cumsum(voiced)])
        counts = sums[ends + 1] - sums[starts]
        sure = (counts >= VOICED_FRAMES).nonzero()[0]
        said = (counts >= FOLLOWING_VOICED_FRAMES).nonzero()[0]
        needed = FOLLOWING_VOICED_FRAMES if sure.size else VOICED_FRAMES
        self._last_sound = int(ends[-1]) + 1 if counts[-1] < needed else 0
        if sure.size == 0:
            return
        start, end = int(starts[sure[0]]), int(ends[said[-1]])
        if self.start_s is None or round(self.start_s / FRAME_S) >= self._first:
            self.start_s = frame_time_s(self._first + start)
        self.end_s = frame_time_s(self._first + end + 1)
