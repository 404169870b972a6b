"""Plain speech made different: sped and pitched by sox, or harsh: resonant, high-passed, resampled."""

import subprocess
from collections.abc import Iterator

import numpy as np

from dsp.levels import level_dbm0

__all__ = ["HARSH_PIECE_S", "at_level", "harsh", "varied"]

SPEEDS = (0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3)
CENTS = (-400, -300, -200, -100, 100, 200, 300, 400)
HARSH_PIECE_S = 8


def at_level(samples: np.ndarray, level: float) -> np.ndarray:
    """The same with that level in dBm0, by what is active in it."""
    blocks = samples[: samples.size // 160 * 160].reshape(-1, 160)
    active = blocks[np.mean(np.square(blocks.astype(float)), axis=1) > 200.0**2]
    now = level_dbm0(active if active.size else samples)
    gain = 10 ** ((level - now) / 20) if np.isfinite(now) else 1.0
    return np.clip(np.rint(samples * gain), -32768, 32767).astype(np.int16)


def varied(samples: np.ndarray, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Endless: other speeds, other pitches, both, at -26 to -10 dBm0."""
    number = 0
    while True:
        speed = SPEEDS[number % len(SPEEDS)] * chance.uniform(0.98, 1.02)
        effects = ["speed", f"{speed:.4f}"]
        if number % 3 == 2 or number >= len(SPEEDS):
            effects += ["pitch", str(chance.choice(CENTS))]
        number += 1
        raw = ["-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1"]
        result = subprocess.run(
            ["sox", "-V1", *raw, "-", *raw, "-", *effects, "rate", "8000"],
            input=samples.tobytes(),
            capture_output=True,
            check=True,
        )
        yield at_level(np.frombuffer(result.stdout, np.int16), chance.uniform(-26, -10))


def harsh(samples: np.ndarray, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Endless: each 8 s resampled by 0.73 to 1.41, with one resonance and a high-pass, at random.

    The resonance has 3 to 12 dB at 600 to 2400 Hz and a quality of 1 to 4; the high-pass lies at 500 to
    900 Hz, of second order.
    """
    length = HARSH_PIECE_S * 8000
    while True:
        pieces = []
        for start in range(0, samples.size - length // 2, length):
            piece = samples[start : start + length].astype(float)
            pieces.append(_harsh_piece(piece, chance))
        yield np.concatenate(pieces)


def _harsh_piece(piece: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    rate = chance.uniform(0.73, 1.41)
    spectrum = np.fft.rfft(piece)
    count = round(piece.size / rate) // 2 * 2
    stretched = np.zeros(count // 2 + 1, complex)
    shared = min(stretched.size, spectrum.size)
    stretched[:shared] = spectrum[:shared]
    hertz = np.fft.rfftfreq(count, 1 / 8000)
    centre, quality = chance.uniform(600, 2400), chance.uniform(1, 4)
    gain = 10 ** (chance.uniform(3, 12) / 20)
    bell = 1j * hertz * centre / quality
    base = centre**2 - hertz**2
    corner = chance.uniform(500, 900)
    high_pass = -(hertz**2) / (corner**2 - hertz**2 + 1j * hertz * corner * 2**0.5)
    shaped = stretched * (base + gain * bell) / (base + bell) * high_pass
    sound = np.fft.irfft(shaped, count) * count / piece.size
    return at_level(sound, chance.uniform(-26, -10))
