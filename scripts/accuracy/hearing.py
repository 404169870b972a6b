"""Digits placed in sound, and how ours and SpanDSP's detector found them."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dsp import DigitHeard, Law, Plane, g711_decode, g711_encode
from scripts.accuracy import spandsp
from scripts.accuracy.signal_lab import Lab

__all__ = [
    "LATE_S",
    "Found",
    "Placed",
    "Signal",
    "compare",
    "found",
    "ours_hears",
    "row",
    "theirs_hears",
]

LATE_S = 0.08
"""A digit may be told as long after its end."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A digit in a signal."""

    digit: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Float samples at 8 kHz and the digits in them."""

    sound: np.ndarray
    placed: list[Placed]


@dataclass(frozen=True, slots=True)
class Found:
    """How many digits were found."""

    of: int
    once: int
    doubled: int
    stray: int
    """Heard where there was none, or another."""
    heard: int
    """In all."""

    def share(self) -> str:
        """What people read: ``100 %``, and what else came."""
        text = f"{100 * self.once / self.of:.1f}".rstrip("0").rstrip(".") + " %"
        extra = [f"{self.doubled} doubled"] * bool(self.doubled)
        extra += [f"{self.stray} stray"] * bool(self.stray)
        return text + (f" ({', '.join(extra)})" if extra else "")


Heard = list[tuple[str, float]]


def ours_hears(octets: bytes, law: Law, *, filtered: bool = False) -> Heard:
    """Digits that the plane hears, each with the time it was told."""
    heard: Heard = []
    with Plane(1, law=law) as plane:
        plane.listen(0, digits=True)
        for start in range(0, len(octets) - 159, 160):
            plane.rx[0] = np.frombuffer(octets, np.uint8, 160, start)
            plane.tick()
            heard += [
                (each.digit, (each.tick + 1) * 0.02)
                for each in plane.detections()
                if isinstance(each, DigitHeard)
            ]
    return heard


def theirs_hears(octets: bytes, law: Law, *, filtered: bool = False) -> Heard:
    """Digits that SpanDSP hears; filtered: with its dial tone filter."""
    library = spandsp.LIBRARY
    samples = g711_decode(octets, law)
    state = ctypes.c_void_p(library.dtmf_rx_init(None, None, None))
    if filtered:
        library.dtmf_rx_parms(state, 1, ctypes.c_float(-1), ctypes.c_float(-1), ctypes.c_float(-99))
    text = ctypes.create_string_buffer(129)
    heard: Heard = []
    for start in range(0, samples.size - 159, 160):
        piece = np.ascontiguousarray(samples[start : start + 160])
        library.dtmf_rx(state, piece.ctypes.data_as(ctypes.c_void_p), 160)
        library.dtmf_rx_get(state, text, 128)
        heard += [(digit, (start + 160) / 8000) for digit in text.value.decode()]
    library.dtmf_rx_free(state)
    return heard


def found(signal: Signal, heard: Heard) -> Found:
    """Which of the placed digits were heard, each near its time."""
    once = doubled = used = 0
    for each in signal.placed:
        hits = sum(
            digit == each.digit and each.start_s <= time_s <= each.end_s + LATE_S
            for digit, time_s in heard
        )
        once += hits == 1
        doubled += hits > 1
        used += hits
    return Found(len(signal.placed), once, doubled, len(heard) - used, len(heard))


def compare(signals: list[Signal], *, filtered: bool = False) -> tuple[Found, Found | None]:
    """Ours and SpanDSP's over signals, A-law and mu-law in turn."""

    def total(hears: Callable[..., Heard]) -> Found:
        results = []
        for number, signal in enumerate(signals):
            law = (Law.ALAW, Law.MULAW)[number % 2]
            samples = np.clip(np.rint(signal.sound), -32768, 32767).astype(np.int16)
            results.append(found(signal, hears(g711_encode(samples, law), law, filtered=filtered)))
        return Found(*(sum(getattr(each, name) for each in results) for name in Found.__slots__))

    return total(ours_hears), total(theirs_hears) if spandsp.LIBRARY is not None else None


def row(
    lab: Lab, digits: list[tuple[str, np.ndarray]], gap_ms: tuple[float, float] = (60, 80)
) -> Signal:
    """Digits with pauses between them, a whole signal."""
    parts, placed, now = [np.zeros(1600)], [], 0.2
    for digit, sound in digits:
        placed.append(Placed(digit, now, now + sound.size / 8000))
        gap = np.zeros(int(lab.random.uniform(*gap_ms) * 8))
        parts += [sound, gap]
        now += (sound.size + gap.size) / 8000
    return Signal(np.concatenate([*parts, np.zeros(1600)]), placed)
