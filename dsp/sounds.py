"""Turns tones and digits into what the native generator and detector read.

A program is a numpy array of the generator's segments; it must live until the play it was made for has
finished.
"""

import math
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
CLOSE_HZ, PROBE_HZ = 35.0, 16.0

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
    probes = progress_probes(sorted({each for tone in tones for each in _frequencies(tone)}))
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


def progress_probes(frequencies_hz: list[float]) -> dict[float, tuple[float, ...]]:
    """Where the detector listens for each frequency.

    It cannot tell frequencies 25 Hz apart, as modulated tones have them (India's 400 by 25 Hz); such a
    cluster is heard as a whole, by two probes that lie within it.
    """
    clusters: list[list[float]] = []
    for each in frequencies_hz:
        if clusters and each - clusters[-1][-1] < CLOSE_HZ:
            clusters[-1].append(each)
        else:
            clusters.append([each])
    probes: dict[float, tuple[float, ...]] = {}
    for cluster in clusters:
        middle, spread = (cluster[0] + cluster[-1]) / 2, (cluster[-1] - cluster[0]) / 2
        apart = min(spread, PROBE_HZ)
        heard_at = (middle - apart, middle + apart) if spread else (middle,)
        probes.update(dict.fromkeys(cluster, heard_at))
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
