"""Hours of sound through many slots of one plane, and through SpanDSP."""

import ctypes
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from dsp import (
    DigitHeard,
    Law,
    MfSignalHeard,
    Plane,
    ProgressToneHeard,
    SignalToneHeard,
    TonePlan,
    g711_decode,
    g711_encode,
)
from scripts.accuracy import spandsp

__all__ = ["Heard", "listen"]

SLOTS = 64
PIECE_S = 20


@dataclass(slots=True)
class Heard:
    """What was heard in sound that holds nothing to hear."""

    hours: float = 0.0
    digits: int = 0
    spandsp_digits: int = 0
    tones: Counter[str] = field(default_factory=Counter)
    """Progress and signal tones."""
    where: list[tuple[str, float, str]] = field(default_factory=list)
    """Whose digits: source, seconds, digit."""

    def add(self, other: "Heard") -> None:
        """Counts the other's, too."""
        self.hours += other.hours
        self.digits += other.digits
        self.spandsp_digits += other.spandsp_digits
        self.tones += other.tones
        self.where += other.where


def listen(
    name: str, samples: np.ndarray, *, law: Law, plans: tuple[TonePlan, ...] = (), peer: bool = True
) -> Heard:
    """Listens to linear samples at 8 kHz: for digits, and if there are plans for every tone."""
    octets = np.frombuffer(g711_encode(samples, law), np.uint8)
    heard = Heard(hours=samples.size / 8000 / 3600)
    _ours(name, octets, law, plans, heard)
    if peer and spandsp.LIBRARY is not None:
        heard.spandsp_digits = _theirs(g711_decode(octets, law))
    return heard


def _ours(
    name: str, octets: np.ndarray, law: Law, plans: tuple[TonePlan, ...], heard: Heard
) -> None:
    """Side by side in as many slots: pieces overlap by nothing, a digit in a cut is nobody's loss."""
    slots = SLOTS if not plans else min(SLOTS, max(1, octets.size // (8000 * PIECE_S)))
    ticks = -(-octets.size // (slots * 160))
    padded = np.full(slots * ticks * 160, law.idle_octet, np.uint8)
    padded[: octets.size] = octets
    blocks = padded.reshape(slots, ticks, 160)
    with Plane(slots, law=law) as plane:
        for slot in range(slots):
            plan = plans[slot % len(plans)] if plans else None
            plane.listen(slot, digits=True, progress=plan, signal_tones=bool(plans))
        for tick in range(ticks):
            plane.rx[:] = blocks[:, tick]
            plane.tick()
            for each in plane.detections():
                if isinstance(each, DigitHeard):
                    heard.digits += 1
                    seconds = (each.slot * ticks + each.tick) * 0.02
                    heard.where.append((name, round(seconds, 2), each.digit))
                elif isinstance(each, ProgressToneHeard | SignalToneHeard | MfSignalHeard):
                    heard.tones[getattr(each, "tone", "mf")] += 1


def _theirs(samples: np.ndarray) -> int:
    library = spandsp.LIBRARY
    state = ctypes.c_void_p(library.dtmf_rx_init(None, None, None))
    samples = np.ascontiguousarray(samples)
    count, step = 0, 8000
    text = ctypes.create_string_buffer(129)
    for start in range(0, samples.size, step):
        piece = samples[start : start + step]
        library.dtmf_rx(state, piece.ctypes.data_as(ctypes.c_void_p), piece.size)
        library.dtmf_rx_get(state, text, 128)
        count += len(text.value)
    library.dtmf_rx_free(state)
    return count
