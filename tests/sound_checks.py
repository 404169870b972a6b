"""Voices that tests can tell apart, and where they are heard again."""

import subprocess
from pathlib import Path

import numpy as np


def speech_like(seed: int, seconds: float) -> np.ndarray:
    """A voice that no other seed has: harmonics that wander, in syllables."""
    chance = np.random.default_rng(seed)
    count = round(seconds * 8000)
    time_s = np.arange(count) / 8000
    pitch_hz = 140 + 40 * np.sin(
        2 * np.pi * chance.uniform(0.3, 0.9) * time_s + chance.uniform(0, 6)
    )
    phase = 2 * np.pi * np.cumsum(pitch_hz) / 8000
    voice = sum(
        chance.uniform(0.2, 1) / k * np.sin(k * phase + chance.uniform(0, 6)) for k in range(2, 20)
    )
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time_s + chance.uniform(0, 6))
    sound = voice * syllables
    return np.asarray(sound / np.abs(sound).max() * 9000, np.int16)


def heard_at(recording: np.ndarray, voice: np.ndarray) -> tuple[int, float]:
    """Where in a recording a voice is, and how much of it (normalised correlation, 0 to 1)."""
    recording, voice = recording.astype(float), voice.astype(float)
    size = 1 << (len(recording) + len(voice)).bit_length()
    product = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(voice, size))
    correlation = np.fft.irfft(product, size)[: len(recording) - len(voice) + 1]
    energy = np.concatenate([[0.0], np.cumsum(recording**2)])
    windows = energy[len(voice) :] - energy[: -len(voice)]
    normalised = correlation / np.sqrt(np.maximum(windows, 1.0) * (voice**2).sum())
    best = int(normalised.argmax())
    return best, float(normalised[best])


def digits_by_multimon(file: Path, channel: int) -> str:
    """The DTMF digits that another program hears on one side (from 1) of a recording."""
    raw = ["sox", str(file), "-t", "raw", "-r", "22050", "-e", "signed", "-b", "16", "-c", "1", "-"]
    sound = subprocess.run([*raw, "remix", str(channel)], capture_output=True, check=True).stdout
    decoder = ["multimon-ng", "-q", "-t", "raw", "-a", "DTMF", "-"]
    heard = subprocess.run(decoder, input=sound, capture_output=True, check=True).stdout.decode()
    return "".join(
        line.removeprefix("DTMF: ") for line in heard.splitlines() if line.startswith("DTMF: ")
    )
