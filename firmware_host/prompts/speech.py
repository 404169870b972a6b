"""Text → speech by espeak-ng, once; the sound is kept in a cache under its text's hash."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsp import SAMPLE_RATE_HZ, Law, g711_encode
from firmware_host.prompts.texts import is_piece
from firmware_host.sound_files import read_sound

__all__ = ["SpeechMaker", "default_cache"]

_VOICES = {"en": "en-us", "ro": "ro"}
_WORDS_PER_MINUTE = 150
_RECIPE = "espeak-ng 3"  # part of the hash: change it when the way of making a prompt changes
_PEAK = 14_000
"""About -4 dBm0 at the loudest: prompts sit some 12 dB below that on average."""
_TIMEOUT_S = 20
_PAUSE_S = 0.2
"""After a sentence."""
_SEAM_S = 0.03
"""After a piece of one: as long as a word's end needs to be heard."""


def default_cache() -> Path:
    """Where prompts are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "switchroom" / "prompts"


class SpeechMaker:
    """Makes G.711 prompts. Without espeak-ng it makes a recognisable signal of tones instead."""

    def __init__(self, law: Law, cache: Path, *, program: str = "espeak-ng") -> None:
        self._law = law
        self._cache = cache
        self._program = shutil.which(program)

    @property
    def can_speak(self) -> bool:
        """Whether espeak-ng is installed."""
        return self._program is not None

    def make(self, text: str, language: str, *, voice: str | None = None) -> bytes:
        """The G.711 octets that say this text; from the cache if it was ever said before."""
        if self._program is None:
            return g711_encode(_signal_of_tones(text), self._law)
        voice = voice or _VOICES[language]
        key = "|".join((_RECIPE, voice, str(_WORDS_PER_MINUTE), self._law.value, text))
        file = self._cache / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.{self._law.value}"
        try:
            return file.read_bytes()
        except OSError:
            octets = g711_encode(self._speak(text, voice), self._law)
        self._keep(file, octets)
        return octets

    def _speak(self, text: str, voice: str) -> NDArray[np.int16]:
        assert self._program is not None
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder) / "speech.wav"
            command = [
                self._program,
                "-v",
                voice,
                "-s",
                str(_WORDS_PER_MINUTE),
                "-w",
                str(wav),
                "--stdin",
            ]
            subprocess.run(
                command, input=text.encode(), check=True, timeout=_TIMEOUT_S, capture_output=True
            )
            samples = read_sound(wav).astype(np.float64)
        peak = np.abs(samples).max(initial=1.0)
        loud = np.flatnonzero(np.abs(samples) > 0.01 * peak)
        if len(loud):
            samples = samples[loud[0] : loud[-1] + 1]
        pause = np.zeros(round(SAMPLE_RATE_HZ * (_SEAM_S if is_piece(text) else _PAUSE_S)))
        scaled = np.concatenate([samples * (_PEAK / peak), pause])
        return np.asarray(np.rint(scaled), np.int16)

    def _keep(self, file: Path, octets: bytes) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(octets)
            part.replace(file)
        except OSError:
            return  # a cache that can't be written costs time, not prompts


def _signal_of_tones(text: str) -> NDArray[np.int16]:
    """Three rising notes, held longer for a longer text: a stand-in that nobody takes for speech."""
    note_s = 0.15 + min(len(text), 120) / 400
    time_s = np.arange(int(note_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    fade = np.minimum(1, np.minimum(time_s, time_s[::-1]) * 100)
    notes = [np.sin(2 * np.pi * hz * time_s) * fade for hz in (523.3, 659.3, 784.0)]
    pause = np.zeros(SAMPLE_RATE_HZ // 5)
    return np.asarray(np.rint(np.concatenate([*notes, pause]) * 4000), np.int16)
