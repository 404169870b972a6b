"""Sound that people hand us (any WAV that libsndfile reads) → 8 kHz samples.

Files are read and resampled a few seconds at a time: a file is never larger in memory than its sound at
8 kHz. `scripts/fuzz_wav.py` tries what spoiled files do to this.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from dsp import SAMPLE_RATE_HZ, Law
from firmware_host.terminal_text import printable

__all__ = [
    "LONGEST_NAME",
    "Recording",
    "SoundFileError",
    "read_recording",
    "read_sound",
    "resample",
]

LONGEST_SOUND_S = 3600
LONGEST_RECORDING_S = 4 * 3600
MOST_CHANNELS = 16
MOST_CHANNEL_HOURS = 8
"""460 MB at 8 kHz: the longest recording in stereo."""
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 1000, 192_000
_BLOCK_SAMPLES = 500_000
"""Read at a time, of all channels together."""
_CHUNK = 4096
_KERNELS_AT_ONCE = 256
LONGEST_NAME = 4096
_HALF_WIDTH = 16
"""Zero crossings of the interpolation kernel on each side: stop band below -60 dB."""
_LAWS = {"ALAW": Law.ALAW, "ULAW": Law.MULAW}
_SAMPLE_DUMP = b"\xf0\x7e"
"""MIDI's. libsndfile reads it, but prints each wrong check sum to the standard output, amid our results."""


class SoundFileError(Exception):
    """A sound file that can't be used; the message names it and says why, in one printable line."""

    def __init__(self, file: Path, why: str) -> None:
        name = printable(str(file), longest=LONGEST_NAME)
        super().__init__(f"{name}: {printable(why, longest=LONGEST_NAME)}")


@dataclass(frozen=True, slots=True)
class Recording:
    """What a sound file holds."""

    samples: NDArray[np.int16]
    """Shape (channels, samples), at 8 kHz."""
    law: Law | None
    """The law of a file that holds G.711 octets at 8 kHz: encoded again, they are what they were."""
    missing_s: float
    """How much more the file says that it holds: it was cut off."""


def read_recording(file: Path, *, longest_s: int = LONGEST_RECORDING_S) -> Recording:
    """Every channel of a sound file at 8 kHz.

    Raises:
        SoundFileError: when it is missing, empty, too long or no sound file.
    """
    if file.exists() and not file.is_file():
        raise SoundFileError(file, "not a sound file that can be read (it is no ordinary file)")
    try:
        _demand_quiet_format(file)
        # As octets: a name that is no Unicode can be opened, too.
        with soundfile.SoundFile(os.fsencode(file)) as sound:
            _check(file, sound, longest_s)
            samples = _samples(sound)
            law = _LAWS.get(sound.subtype) if sound.samplerate == SAMPLE_RATE_HZ else None
            missing_s = _missing_octets(file) / max(1, _octets_a_second(sound))
    except FileNotFoundError:
        raise SoundFileError(file, "there is no such file") from None
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        raise SoundFileError(file, _why(file, error)) from None
    if samples.shape[1] == 0:
        raise SoundFileError(file, "holds no sound; record or choose another file")
    return Recording(samples=samples, law=law, missing_s=missing_s)


def read_sound(file: Path) -> NDArray[np.int16]:
    """Samples of a sound file at 8 kHz, its channels mixed to one.

    Raises:
        SoundFileError: when it is missing, empty, too long or no sound file.
    """
    samples = read_recording(file, longest_s=LONGEST_SOUND_S).samples
    mixed: NDArray[np.int16] = np.rint(samples.mean(axis=0)).astype(np.int16)
    return mixed


def _why(file: Path, error: Exception) -> str:
    if not file.exists():
        return "there is no such file"
    if file.stat().st_size == 0:
        return "is empty; record or choose another file"
    if isinstance(error, soundfile.LibsndfileError):
        return f"not a sound file that can be read ({error.error_string})"
    return f"not a sound file that can be read ({error})"


def _demand_quiet_format(file: Path) -> None:
    with file.open("rb") as stream:
        if stream.read(len(_SAMPLE_DUMP)) == _SAMPLE_DUMP:
            raise SoundFileError(file, "a MIDI sample dump is not read; convert it to WAV")


def _check(file: Path, sound: soundfile.SoundFile, longest_s: int) -> None:
    if sound.frames <= 0:
        raise SoundFileError(file, "holds no sound; record or choose another file")
    if not LOWEST_RATE_HZ <= sound.samplerate <= HIGHEST_RATE_HZ:
        raise SoundFileError(
            file,
            f"{sound.samplerate} samples a second;"
            f" {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} can be read",
        )
    hours = sound.frames / sound.samplerate / 3600
    if hours > longest_s / 3600:
        raise SoundFileError(
            file, f"{hours:.1f} hours long; at most {longest_s / 3600:.0f} can be read: cut it"
        )
    if sound.channels > MOST_CHANNELS:
        raise SoundFileError(
            file, f"{sound.channels} channels; at most {MOST_CHANNELS} can be read"
        )
    if hours * sound.channels > MOST_CHANNEL_HOURS:
        most = MOST_CHANNEL_HOURS / sound.channels
        raise SoundFileError(
            file,
            f"{hours:.1f} hours of {sound.channels} channels; at most {most:.1f} can be read: cut it",
        )


def _octets_a_second(sound: soundfile.SoundFile) -> int:
    widths = {"PCM_S8": 1, "PCM_U8": 1, "ALAW": 1, "ULAW": 1, "PCM_24": 3, "PCM_32": 4}
    width = widths.get(sound.subtype, {"FLOAT": 4, "DOUBLE": 8}.get(sound.subtype, 2))
    return int(sound.samplerate) * int(sound.channels) * width


def _missing_octets(file: Path) -> int:
    """How many octets a RIFF file's data chunk lacks; 0 for other files and for those still written.

    Raises:
        OSError: The file cannot be read.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        if stream.read(4) != b"RIFF":
            return 0
        place = 12
        while place + 8 <= size:
            stream.seek(place)
            name, length = struct.unpack("<4sI", stream.read(8))
            if name == b"data":
                # All ones, or nothing: its writer did not know yet.
                return 0 if length in (0, 0xFFFFFFFF) else max(0, length - (size - place - 8))
            place += 8 + length + length % 2
    return 0


def _samples(sound: soundfile.SoundFile) -> NDArray[np.int16]:
    """All of the file's sound at 8 kHz, shape (channels, samples)."""
    # Room for what the file says that it holds; the kernel gives memory for what is really there.
    count = int(sound.frames * Fraction(SAMPLE_RATE_HZ, int(sound.samplerate)))
    samples = np.empty((sound.channels, count), np.int16)
    place = 0
    for block in _blocks(sound):
        some = block[:, : count - place]
        samples[:, place : place + some.shape[1]] = some
        place += some.shape[1]
        if place == count:
            break
    return samples[:, :place]


def _blocks(sound: soundfile.SoundFile) -> Iterator[NDArray[np.int16]]:
    """The file's sound at 8 kHz, shape (channels, samples), some seconds at a time."""
    ratio = Fraction(SAMPLE_RATE_HZ, int(sound.samplerate))
    at_once = _BLOCK_SAMPLES // sound.channels
    if ratio == 1:
        while (block := _floats(sound, at_once)).shape[1]:
            yield _integers(block)
        return
    half_taps, kernels = _kernels(ratio)
    beside = half_taps + 1
    step = max(1, at_once // ratio.denominator) * ratio.denominator
    held = np.zeros((sound.channels, beside))  # the sound on both sides of what comes next
    ahead = _floats(sound, step + beside)
    while ahead.shape[1]:
        more = _floats(sound, step)
        whole = np.concatenate([held, ahead, more], axis=1)
        frames = min(step, whole.shape[1] - beside) if more.shape[1] else ahead.shape[1]
        padded = np.pad(whole, ((0, 0), (0, max(0, frames + 2 * beside - whole.shape[1]))))
        count = int(frames * ratio)
        yield _integers(
            np.array(
                [
                    _interpolate(row[: frames + 2 * beside], count, ratio, half_taps, kernels)
                    for row in padded
                ]
            )
        )
        held = whole[:, frames : frames + beside]
        ahead = whole[:, frames + beside :]


def _floats(sound: soundfile.SoundFile, frames: int) -> NDArray[np.float64]:
    block = sound.read(frames, dtype="float32", always_2d=True).T
    with np.errstate(invalid="ignore"):  # a NaN may be of the kind that signals
        finite: NDArray[np.float64] = np.nan_to_num(
            block.astype(np.float64), copy=False, posinf=1.0, neginf=-1.0
        )
    return finite


def _integers(samples: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def resample(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """From any rate to 8 kHz by a windowed sinc, low-passed at the lower rate's half."""
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    ratio = Fraction(SAMPLE_RATE_HZ, rate_hz)
    half_taps, kernels = _kernels(ratio)
    padded = np.pad(samples, half_taps + 1)
    return _interpolate(padded, int(len(samples) * ratio), ratio, half_taps, kernels)


def _interpolate(
    padded: NDArray[np.float64],
    count: int,
    ratio: Fraction,
    half_taps: int,
    kernels: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Count samples of sound with half_taps + 1 samples more on both sides."""
    output = np.empty(count)
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
    kernels = np.empty((ratio.numerator, 2 * half_taps + 1))
    taps = np.arange(-half_taps, half_taps + 1)
    for first in range(0, ratio.numerator, _KERNELS_AT_ONCE):
        # In pieces: at a rate of 191,999 there are 8000 of 811 numbers.
        some = slice(first, first + _KERNELS_AT_ONCE)
        offsets = taps - remainders[some, None] / ratio.numerator
        window = np.cos(np.pi / 2 * np.clip(offsets / (half_taps + 1), -1, 1)) ** 2
        kernels[some] = bandwidth * np.sinc(bandwidth * offsets) * window
    return half_taps, kernels
