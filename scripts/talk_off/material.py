"""What talks in the talk-off run, in two halves: T, on which thresholds may be tuned, and R, only reported.

Prompts of Debian's asterisk-core-sounds-*-wav, asterisk-prompt-it-menardi-wav and
asterisk-moh-opsound-wav (where they are installed), and espeak-ng's voices. No voice and no prompt set is in
both halves; of each piece of music the first half is T's.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from firmware_host.sound_files import read_sound

__all__ = ["HALVES", "Source", "music", "speech"]

HALVES = ("T", "R")
PROMPTS = Path("/usr/share/asterisk/sounds")
MUSIC = Path("/usr/share/asterisk/moh")
PROMPT_SETS = {
    "T": ("en_US_f_Allison", "es_MX_f_Allison", "it_IT_m_Carlo"),
    "R": ("fr_CA_f_June", "ru_RU_f_IvrvoiceRU", "it_IT_f_Menardi"),
}
VOICES = {
    "T": ("en-us", "en-us+f2", "en-gb+m3", "de", "es+f3", "fr-fr+m1", "it", "ro", "ru+f2", "pt-br"),
    "R": (
        "en-gb",
        "en-us+m4",
        "en-us+f4",
        "nl",
        "es-419+m2",
        "fr-be",
        "it+f1",
        "ro+m5",
        "ru",
        "pl",
    ),
}
TEXT = Path(__file__).with_name("sentences.txt")


@dataclass(frozen=True, slots=True)
class Source:
    """One voice, or one piece of music."""

    name: str
    samples: np.ndarray
    """Linear, 8 kHz, its speech at -15 dBm0 or so."""


def speech(half: str) -> Iterator[Source]:
    """Everybody who talks in a half."""
    for name in PROMPT_SETS[half]:
        files = sorted((PROMPTS / name).rglob("*.wav"))
        parts = [read_sound(file) for file in files if soundfile.info(file).frames > 0]
        if parts:
            yield Source(name, np.concatenate(parts))
    for voice in VOICES[half]:
        yield Source(voice, _spoken(voice))


def music(half: str) -> Iterator[Source]:
    """Each piece's half."""
    for file in sorted(MUSIC.glob("*.wav")):
        samples = read_sound(file)
        middle = samples.size // 2
        yield Source(file.stem, samples[:middle] if half == "T" else samples[middle:])


def _spoken(voice: str) -> np.ndarray:
    """Our sentences, and numbers in the voice's own language."""
    numbers = " . ".join(str(each) for each in range(7, 40_000, 397))
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        subprocess.run(
            ["espeak-ng", "-v", voice, "-s", "165", "-w", str(wav), "--stdin"],
            input=(TEXT.read_text() + numbers).encode(),
            check=True,
            capture_output=True,
        )
        return read_sound(wav)
