"""Music on hold, composed here: a slow arpeggio that loops without a seam. Nobody's rights but ours."""

import numpy as np
from numpy.typing import NDArray

from dsp import SAMPLE_RATE_HZ

__all__ = ["compose_beep", "compose_music"]

_BEAT_S = 0.4
_CHORDS = (
    (261.6, 329.6, 392.0, 523.3),
    (220.0, 261.6, 329.6, 440.0),
    (
        174.6,
        220.0,
        261.6,
        349.2,
    ),  # without the upper A: with this F it would be dial tone (350 + 440)
    (196.0, 246.9, 392.0, 493.9),
)
_ORDER = (0, 1, 2, 3, 2, 1, 2, 1)
_NOTE_S = 1.4
_PEAK = 3000


def compose_beep() -> NDArray[np.int16]:
    """The tone after which a message begins: 1000 Hz for 0.4 s, which no tone plan has for anything else."""
    time_s = np.arange(round(0.4 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    fade = np.minimum(1, np.minimum(time_s, time_s[::-1]) * 100)
    return np.asarray(np.rint(_PEAK * fade * np.sin(2 * np.pi * 1000.0 * time_s)), np.int16)


def compose_music() -> NDArray[np.int16]:
    """Two rounds of four chords, 25.6 s, at about -22 dBm0."""
    beats = 2 * len(_CHORDS) * len(_ORDER)
    length = round(beats * _BEAT_S * SAMPLE_RATE_HZ)
    sound = np.zeros(length)
    time_s = np.arange(round(_NOTE_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    envelope = np.minimum(1, time_s * 200) * np.exp(-3.0 * time_s)
    for beat in range(beats):
        chord = _CHORDS[beat // len(_ORDER) % len(_CHORDS)]
        hz = chord[_ORDER[beat % len(_ORDER)]]
        note = envelope * (np.sin(2 * np.pi * hz * time_s) + 0.25 * np.sin(4 * np.pi * hz * time_s))
        start = round(beat * _BEAT_S * SAMPLE_RATE_HZ)
        # Notes that ring past the end go on at the start: the loop has no seam.
        positions = (start + np.arange(len(note))) % length
        sound[positions] += note
    return np.asarray(np.rint(sound / np.abs(sound).max() * _PEAK), np.int16)
