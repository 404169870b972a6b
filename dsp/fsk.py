"""The FSK modem of caller ID: 1200 baud, either standard's tones.

The receiver needs no carrier threshold. It band-passes (hum and dial tone away), compares the power
at mark and space in windows of one bit, and slices the comparison several times, for lines that
weaken one of the tones by up to 10 dB; the message's checksum chooses. Tone frequencies: ITU-T V.23
and Bell 202.

Runs in: any.
"""

from collections.abc import Iterator
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dsp.levels import SINE_0_DBM0, amplitude

__all__ = ["CallerIdStandard", "demodulate", "modulate"]


class CallerIdStandard(Enum):
    """Which two tones carry the bits."""

    BELL202 = "bell202"
    V23 = "v23"


TONES_HZ = {CallerIdStandard.BELL202: (1200.0, 2200.0), CallerIdStandard.V23: (1300.0, 2100.0)}
"""Mark (1) and space (0)."""

BAUD, RATE_HZ = 1200, 8000
SEIZURE_BITS, MARK_BITS, TAIL_BITS = 300, 180, 10
"""EN 300 659-1, clause 6.2.1: alternating bits, then marks; the tail keeps the last stop bit whole."""
SEND_DBM0 = -13.0
OVERSAMPLING = 3
BIT = RATE_HZ * OVERSAMPLING // BAUD
"""Samples of a bit at the receiver's rate: exactly 20."""
TWISTS_DB = (0.0, 6.0, -6.0, 10.0, -10.0)
FLOOR_DBM0 = -50.0
LEADING_MARKS = 8
"""Bits of mostly mark before a message may begin."""


def modulate(message: bytes, standard: CallerIdStandard) -> NDArray[np.int16]:
    """Returns seizure, marks, message and a tail as linear samples, phase continuous, at -13 dBm0."""
    bits = [place % 2 for place in range(SEIZURE_BITS)] + [1] * MARK_BITS
    for octet in message:
        bits += [0, *(octet >> place & 1 for place in range(8)), 1]
    bits += [1] * TAIL_BITS
    mark, space = TONES_HZ[standard]
    # The phase at each bit's edge is exact; samples lie where they lie between them.
    steps = np.where(np.array(bits) == 1, mark, space) / BAUD
    edges = np.concatenate([[0.0], np.cumsum(steps)])
    times = np.arange(len(bits) * RATE_HZ // BAUD) * BAUD / RATE_HZ
    phase = np.interp(times, np.arange(len(edges)), edges)
    sound: NDArray[np.float64] = amplitude(SEND_DBM0) * np.sin(2 * np.pi * phase)
    return np.rint(sound).astype(np.int16)


def demodulate(samples: NDArray[np.int16]) -> Iterator[bytes]:
    """Yields the messages that samples may hold, most likely first.

    A message has its type, length, octets and checksum, all with right start and stop bits; the
    checksum is not verified. An empty one stands for a signal in which none was found. Nothing is
    yielded without a signal.
    """
    if samples.size < 10 * BIT:
        return
    sound = np.convolve(samples.astype(np.float64), _band_pass(), "same")
    floor = (SINE_0_DBM0 * 10 ** (FLOOR_DBM0 / 20)) ** 2 / 2
    if not (_smooth(sound**2, 80) > floor).any():
        return
    yield b""
    for standard in CallerIdStandard:
        mark, space = (_power(sound, tone) for tone in TONES_HZ[standard])
        for twist in TWISTS_DB:
            factor = 10 ** (twist / 20)
            soft = (mark * factor - space / factor) / (mark * factor + space / factor + 1e-9)
            fine = np.interp(
                np.arange(soft.size * OVERSAMPLING) / OVERSAMPLING, np.arange(soft.size), soft
            )
            yield from _messages(fine)


def _band_pass() -> NDArray[np.float64]:
    """101 taps, 750 to 2800 Hz, Hamming."""
    place = np.arange(-50, 51)
    ideal = (
        2 * 2800 * np.sinc(2 * 2800 * place / RATE_HZ)
        - 2 * 750 * np.sinc(2 * 750 * place / RATE_HZ)
    ) / RATE_HZ
    taps: NDArray[np.float64] = ideal * np.hamming(101)
    return taps


def _smooth(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return np.convolve(values, np.full(length, 1 / length), "same")


def _power(sound: NDArray[np.float64], tone_hz: float) -> NDArray[np.float64]:
    """Power at a tone around each sample, over seven samples: about a bit."""
    turn = np.exp(-2j * np.pi * tone_hz * np.arange(sound.size) / RATE_HZ)
    power: NDArray[np.float64] = np.abs(np.convolve(sound * turn, np.hamming(7), "same")) ** 2
    return power


def _messages(soft: NDArray[np.float64]) -> Iterator[bytes]:
    """Yields what begins at each start bit that follows some marks."""
    sums = np.concatenate([[0.0], np.cumsum(soft)])
    ones = soft > 0
    marks = np.concatenate([[0], np.cumsum(ones)])
    edges = np.flatnonzero(ones[:-1] & ~ones[1:]) + 1
    leading = LEADING_MARKS * BIT
    for edge in edges[edges >= leading]:
        if marks[edge] - marks[edge - leading] >= 0.9 * leading:
            message = _message(sums, ones, int(edge))
            if message:
                yield message


def _message(sums: NDArray[np.float64], ones: NDArray[np.bool_], edge: int) -> bytes:
    """Reads octets from a start bit's edge on; empty unless all frames of the message are right."""
    octets = bytearray()
    length = 3
    while len(octets) < length:
        if edge + 10 * BIT > ones.size:
            return b""
        # The middle half of each of ten bits.
        begins = edge + BIT // 4 + BIT * np.arange(10)
        bits = sums[begins + BIT // 2] - sums[begins] > 0
        if bits[0] or not bits[9]:
            return b""
        octets.append(int(np.packbits(bits[1:9], bitorder="little")[0]))
        if len(octets) == 2:
            length = octets[1] + 3
        if len(octets) == length:
            break
        # The next start bit: where the stop bit's marks end.
        middle = edge + 9 * BIT + BIT // 2
        space = np.flatnonzero(~ones[middle : middle + 12 * BIT])
        if space.size == 0:
            return b""
        edge = middle + int(space[0])
    return bytes(octets)
