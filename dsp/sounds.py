"""Turns tones and digits into what the native generator and detector read.

A program is a numpy array of the generator's segments; it must live until the play it was made for has
finished.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dsp._native import ffi, lib
from dsp.errors import UnknownSound
from dsp.levels import amplitude
from dsp.tone_plans import Segment, Tone, TonePlan

if TYPE_CHECKING:
    from dsp._native import PlanHandle

__all__ = [
    "KEYS",
    "SEGMENT_TYPE",
    "digit_segments",
    "native_plan",
    "progress_probes",
    "tone_program",
]

KEYS = "123A456B789C*0#D"
"""The keypad row by row (ITU-T Q.23); a key's place is its number in the native library."""

LOW_HZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
PAUSE_MS = 500
CARRIER_HZ, PROBE_HZ = 3.0, 16.0

SEGMENT_TYPE = np.dtype(
    [("turn_cosine", "f8", 2), ("turn_sine", "f8", 2), ("amplitude", "f8", 2), ("samples", "i8")]
)
"""``struct tone_segment`` of dsp.h."""


def tone_program(segments: tuple[Segment, ...]) -> NDArray[np.void]:
    """Returns the generator's program for segments.

    Raises:
        UnknownSound: A segment has more than two frequencies, none below 4 kHz, or no length.
    """
    if not segments:
        raise UnknownSound("a tone needs at least one segment")
    program = np.zeros(len(segments), SEGMENT_TYPE)
    program["turn_cosine"] = 1.0
    for row, segment in zip(program, segments, strict=True):
        if len(segment.frequencies_hz) > 2:
            raise UnknownSound(f"{segment}: at most two frequencies at a time")
        if segment.duration_ms <= 0:
            raise UnknownSound(f"{segment}: a segment needs a length")
        row["samples"] = round(segment.duration_ms * 8)
        for oscillator, frequency in enumerate(segment.frequencies_hz):
            if not 0 < frequency < 4000:
                raise UnknownSound(f"{segment}: frequencies lie between 0 and 4000 Hz")
            angle = 2 * math.pi * frequency / 8000
            row["turn_cosine"][oscillator] = math.cos(angle)
            row["turn_sine"][oscillator] = math.sin(angle)
            row["amplitude"][oscillator] = amplitude(segment.level_dbm0)
    return program


def digit_segments(
    digits: str, *, on_ms: int, off_ms: int, level_dbm0: float
) -> tuple[Segment, ...]:
    """Returns the segments of a string of digits; ``,`` is half a second of silence.

    Raises:
        UnknownSound: There is no digit, or one that no keypad has.
    """
    if not digits:
        raise UnknownSound("no digits to send")
    segments: list[Segment] = []
    for digit in digits.upper():
        if digit == ",":
            segments.append(Segment((), PAUSE_MS))
            continue
        key = KEYS.find(digit)
        if key < 0:
            raise UnknownSound(f"{digit!r} in {digits!r} is no digit: 0-9 * # A-D and ',' are")
        segments.append(Segment((LOW_HZ[key // 4], HIGH_HZ[key % 4]), on_ms, level_dbm0))
        segments.append(Segment((), off_ms))
    return tuple(segments)


def native_plan(plan: TonePlan) -> "PlanHandle":
    """Returns the detector's form of a tone plan; it is freed with the returned handle.

    Raises:
        UnknownSound: The plan has too many frequencies, or a tone whose sounding segments differ.
        MemoryError: No memory.
    """
    # In the order of enum progress_tone.
    tones = (plan.dial, plan.ringback, plan.busy, plan.congestion)
    probes = progress_probes(_frequencies(tone) for tone in tones)
    frequencies = sorted({probe for each in probes.values() for probe in each})
    if len(frequencies) > lib.PLAN_FREQUENCIES:
        raise UnknownSound(f"{plan.country}: more than {lib.PLAN_FREQUENCIES} frequencies")
    heard_at = [{probe for each in _frequencies(tone) for probe in probes[each]} for tone in tones]
    bits = [sum(1 << frequencies.index(probe) for probe in each) for each in heard_at]
    cadences = [_cadence_ms(tone) for tone in tones]
    native = lib.progress_plan_new(
        frequencies,
        len(frequencies),
        bits,
        [length for cadence in cadences for length in cadence] or [0],
        [len(cadence) for cadence in cadences],
        [_alternates(tone) for tone in tones],
    )
    if native == ffi.NULL:
        raise MemoryError
    return ffi.gc(native, lib.progress_plan_free)


def progress_probes(tones: Iterable[tuple[float, ...]]) -> dict[float, tuple[float, ...]]:
    """Where the detector listens for each frequency of some tones.

    A modulated tone is two frequencies beside a third that others of the country have (India's 400 by
    25 Hz: 375 and 425). In 40 ms they cannot be told from it: all three are heard as one, by two probes
    that lie within them.
    """
    sets = set(tones)
    every = {each for frequencies in sets for each in frequencies}
    probes: dict[float, tuple[float, ...]] = {each: (each,) for each in every}
    for frequencies in sets:
        middle = sum(frequencies) / 2
        carriers = {each for each in every if abs(each - middle) <= CARRIER_HZ}
        if len(frequencies) != 2 or not carriers:
            continue
        apart = min(abs(frequencies[1] - frequencies[0]) / 2, PROBE_HZ)
        probes.update(dict.fromkeys((*frequencies, *carriers), (middle - apart, middle + apart)))
    return probes


def _frequencies(tone: Tone) -> tuple[float, ...]:
    sets = {segment.frequencies_hz for segment in tone.segments if segment.frequencies_hz}
    if len(sets) != 1:
        raise UnknownSound(f"{tone.name}: a progress tone sounds with one set of frequencies")
    return sets.pop()


def _alternates(tone: Tone) -> bool:
    """Whether every other burst is softer."""
    levels = [each.level_dbm0 for each in tone.segments if each.frequencies_hz]
    return len(set(levels)) > 1


def _cadence_ms(tone: Tone) -> list[int]:
    """On and off in turn; empty: continuous."""
    lengths = [segment.duration_ms for segment in tone.segments]
    if all(segment.frequencies_hz for segment in tone.segments):
        return []
    sounding = [bool(segment.frequencies_hz) for segment in tone.segments]
    if sounding != [True, False] * (len(lengths) // 2) or len(lengths) > lib.PLAN_SEGMENTS:
        raise UnknownSound(
            f"{tone.name}: a cadence is on and off in turn, at most {lib.PLAN_SEGMENTS} segments"
        )
    return lengths
