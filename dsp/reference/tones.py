"""Tones by sines; phases go on from one segment to the next and stand still in silence."""

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude
from dsp.tone_plans import Segment

__all__ = ["tone_samples"]


def tone_samples(segments: tuple[Segment, ...], samples: int, *, repeat: bool) -> NDArray[np.int16]:
    """Returns the first samples of a tone; silence after its end."""
    sound = np.zeros(samples)
    phases = [0.0, 0.0]
    place = 0
    while place < samples:
        for segment in segments:
            length = round(segment.duration_ms * 8)
            now = min(length, max(0, samples - place))
            for oscillator, frequency in enumerate(segment.frequencies_hz):
                phase = phases[oscillator] + 2 * np.pi * frequency / 8000 * np.arange(now)
                sound[place : place + now] += amplitude(segment.level_dbm0) * np.sin(phase)
                phases[oscillator] += 2 * np.pi * frequency / 8000 * length
            place += length
        if not repeat:
            break
    return np.rint(sound).astype(np.int16)
