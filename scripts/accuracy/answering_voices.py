"""Speakers: espeak-ng's, and those of Debian's prompt packages; parted into two halves that share none."""

import functools
import io
import subprocess
import wave
from pathlib import Path

import numpy as np

__all__ = [
    "HERTZ",
    "PROMPTS",
    "SPEAKERS",
    "VARIANTS",
    "active_level",
    "band",
    "espeak",
    "prompt",
]

HERTZ = 8000
PROMPTS = Path("/usr/share/asterisk/sounds")
SPEAKERS = {
    "tune": {"en": ["en_US_f_Allison"], "fr": ["fr_CA_f_June"], "it": ["it_IT_f_Menardi"]},
    "report": {
        "es": ["es_MX_f_Allison"],
        "it": ["it_IT_m_Carlo"],
        "ru": ["ru_RU_f_IvrvoiceRU"],
    },
}
VARIANTS = {
    "tune": ["m1", "m3", "m5", "m7", "f1", "f3", "f5", "Alex", "Andrea", "belinda", "max", "rob"],
    "report": ["m2", "m4", "m6", "m8", "f2", "f4", "Annie", "Denis", "linda", "steph", "Mario"],
}


@functools.cache
def espeak(text: str, voice: str, pace: int, pitch: int) -> np.ndarray:
    """Speech at 8 kHz, as floats of full scale 1, without silence at its ends."""
    command = ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(pitch), "--stdout", text]
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate = file.getframerate()
        sound = np.frombuffer(done.stdout[44:], np.int16).astype(float) / 32768
    wanted = round(sound.size * HERTZ / rate)
    spectrum = np.fft.rfft(sound)[: wanted // 2 + 1]
    return trimmed(np.fft.irfft(spectrum, wanted) * wanted / sound.size)


@functools.cache
def prompt(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float) / 32768
    return trimmed(sound)


def trimmed(sound: np.ndarray) -> np.ndarray:
    """Without what lies 40 dB below its loudest 20 ms, at either end."""
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    power = np.square(frames).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 1e-4)
    return sound[loud[0] * 160 : (loud[-1] + 1) * 160]


def active_level(sound: np.ndarray) -> float:
    """Root mean square of its louder parts."""
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    power = np.square(frames).mean(axis=1)
    return float(np.sqrt(power[power > power.max() * 10**-2.5].mean()))


def band(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    """Through a line that carries low to high Hz, with soft edges."""
    size = 1 << (sound.size + 4000).bit_length()
    hertz = np.fft.rfftfreq(size, 1 / HERTZ)
    gain = 1 / np.sqrt(1 + (low / np.maximum(hertz, 1)) ** 8) / np.sqrt(1 + (hertz / high) ** 24)
    return np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: sound.size]
