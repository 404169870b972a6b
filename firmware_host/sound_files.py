"""Sound that people hand us (any WAV that libsndfile reads) → 8 kHz samples, and back."""

from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from dsp import SAMPLE_RATE_HZ

__all__ = ["SoundFileError", "read_sound", "resample"]

LONGEST_SOUND_S = 3600
_CHUNK = 4096
_HALF_WIDTH = 16
"""Zero crossings of the interpolation kernel on each side: stop band below -60 dB."""


class SoundFileError(Exception):
    """A sound file that can't be used; the message names it and says why."""


def read_sound(file: Path) -> NDArray[np.int16]:
    """Samples of a sound file at 8 kHz, its channels mixed to one.

    Raises:
        SoundFileError: when it is missing, empty, too long or no sound file.
    """
    if file.exists() and not file.is_file():
        raise SoundFileError(f"{file}: not a sound file that can be read (it is no ordinary file)")
    try:
        with soundfile.SoundFile(str(file)) as sound:
            if sound.frames == 0:
                raise SoundFileError(f"{file}: holds no sound; record or choose another file")
            if sound.frames > LONGEST_SOUND_S * sound.samplerate:
                raise SoundFileError(f"{file}: longer than an hour; cut it")
            samples = sound.read(dtype="float64", always_2d=True).mean(axis=1)
            rate_hz = int(sound.samplerate)
    except FileNotFoundError:
        raise SoundFileError(f"{file}: there is no such file") from None
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        why = "no such file" if not file.exists() else "not a sound file that can be read"
        raise SoundFileError(f"{file}: {why} ({error})") from None
    samples = resample(np.nan_to_num(samples, posinf=1.0, neginf=-1.0), rate_hz)
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)


def resample(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """From any rate to 8 kHz by a windowed sinc, low-passed at the lower rate's half."""
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    ratio = Fraction(SAMPLE_RATE_HZ, rate_hz)
    count = int(len(samples) * ratio)
    half_taps, kernels = _kernels(ratio)
    output = np.empty(count)
    padded = np.pad(samples, half_taps + 1)
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * half_taps + 1)
    for phase, kernel in enumerate(kernels[:count]):
        positions = np.arange(phase, count, ratio.numerator)
        centre = phase * ratio.denominator // ratio.numerator
        starts = centre + 1 + np.arange(len(positions)) * ratio.denominator
        for first in range(0, len(starts), _CHUNK):
            # In pieces: the windows of an hour of sound, side by side, would fill the memory.
            some = slice(first, first + _CHUNK)
            output[positions[some]] = views[starts[some]] @ kernel
    return output


@lru_cache(maxsize=4)
def _kernels(ratio: Fraction) -> tuple[int, NDArray[np.float64]]:
    """Half the width, and a kernel for each fractional part that output positions repeat."""
    bandwidth = min(1.0, float(ratio)) * 0.95
    half_taps = int(np.ceil(_HALF_WIDTH / bandwidth))
    remainders = np.arange(ratio.numerator) * ratio.denominator % ratio.numerator
    offsets = np.arange(-half_taps, half_taps + 1) - remainders[:, None] / ratio.numerator
    window = np.cos(np.pi / 2 * np.clip(offsets / (half_taps + 1), -1, 1)) ** 2
    return half_taps, bandwidth * np.sinc(bandwidth * offsets) * window
