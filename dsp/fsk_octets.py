"""From bits to octets: the frames of a caller ID message.

Marks, then octets, each between a start bit (space) and a stop bit (mark); the second octet tells how many
follow. The clock is the message's own. Source: EN 300 659-1, clause 6.2; ITU-T V.14 for the frames.

Runs in: any.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.fsk import BAUD, RATE_HZ, CallerIdStandard

__all__ = ["BIT", "OVERSAMPLING", "Reading", "Samples", "read_octets"]

Samples = NDArray[np.float32]

OVERSAMPLING = 3
BIT = RATE_HZ * OVERSAMPLING // BAUD
"""Samples of a bit at the receiver's rate: exactly 20."""
CLOCKS = (1.0, 0.97, 1.03)
"""To begin with."""
ENOUGH_OCTETS = 4
"""Whose distances tell the clock."""
LARGEST_CLOCK_ERROR = 0.055
LEADS = (8, 14, 20, 40, 60)
"""Bits of mostly mark before a message: at least the first; how many is measured in these steps."""
LEAST_LIKENESS = 0.5
"""Of each single octet, of any message: a click within it is not a bit, whatever the checksum says."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, and where its bits are at the receiver's rate."""

    message: bytes
    standard: CallerIdStandard
    begin: int
    """The first start bit's edge."""
    end: int
    likeness: float
    """How like FSK it and its marks are, 0 to 1."""
    marks: int
    """Bits of mostly mark before it."""


def read_octets(soft: Samples, likeness: Samples, standard: CallerIdStandard) -> Iterator[Reading]:
    """Reads what begins at each start bit that follows some marks; at its own clock."""
    sums = np.concatenate([[0.0], np.cumsum(soft, dtype=np.float64)])
    alike = np.concatenate([[0.0], np.cumsum(likeness, dtype=np.float64)])
    ones = soft > 0
    falls = np.flatnonzero(ones[:-1] & ~ones[1:]) + 1
    marks = np.concatenate([[0], np.cumsum(ones)])
    leading = LEADS[0] * BIT
    candidates = falls[falls >= leading]
    candidates = candidates[marks[candidates] - marks[candidates - leading] >= 0.9 * leading]
    past = 0
    for edge in candidates.tolist():
        if edge < past:
            continue
        lead = max(
            bits * BIT
            for bits in LEADS
            if bits * BIT <= edge and marks[edge] - marks[edge - bits * BIT] >= 0.9 * bits * BIT
        )
        message, starts = _at_its_own_clock(sums, falls, edge)
        if not message:
            continue
        end = min(int(starts[-1]) + 10 * BIT, alike.size - 1)
        ends = np.append(starts[1:], end)
        if np.any(alike[ends] - alike[starts] < LEAST_LIKENESS * (ends - starts)):
            continue
        begin = edge - lead
        like = (alike[end] - alike[begin]) / (end - begin)
        yield Reading(message, standard, edge, end, float(like), lead // BIT)
        if not sum(message) & 0xFF:
            past = end


def _at_its_own_clock(
    sums: NDArray[np.float64], falls: NDArray[np.intp], edge: int
) -> tuple[bytes, NDArray[np.intp]]:
    """Reads a message at the clock that the distances between its octets tell.

    At a clock that is a little off, octets are framed all right but some have their highest bit wrong;
    two such errors leave the checksum right. So a clock is measured, not tried until one fits. Of
    senders that pause between octets it can't be: the first clock that frames is theirs.
    """
    message, starts = b"", np.zeros(0, np.intp)
    for clock in CLOCKS:
        another, edges = _message(sums, falls, edge, BIT * clock)
        if len(edges) > starts.size:
            message, starts = another, np.array(edges, np.intp)
        if message or starts.size >= ENOUGH_OCTETS:
            break
    if starts.size < 2:
        return b"", starts
    measured = float(np.median(np.diff(starts))) / (10 * BIT)
    if measured < 1 - LARGEST_CLOCK_ERROR:
        return b"", starts
    if measured <= 1 + LARGEST_CLOCK_ERROR:
        message, edges = _message(sums, falls, edge, BIT * measured)
        return message, np.array(edges, np.intp)
    return message, starts  # pauses between octets


def _message(
    sums: NDArray[np.float64], falls: NDArray[np.intp], edge: int, bit: float
) -> tuple[bytes, list[int]]:
    """Reads octets from a start bit's edge on, and the edge of each.

    Empty unless all frames of the message are right.
    """
    octets = bytearray()
    edges: list[int] = []
    length = 3
    # The middle half of each of ten bits.
    begins = np.rint((np.arange(10) + 0.25) * bit).astype(np.intp)
    half = round(bit / 2)
    last = sums.size - 1 - int(begins[9]) - half
    while True:
        if edge > last:
            return b"", edges
        places = begins + edge
        bits = sums[places + half] - sums[places] > 0
        if bits[0] or not bits[9]:
            return b"", edges
        edges.append(edge)
        octets.append(int(np.packbits(bits[1:9], bitorder="little")[0]))
        if len(octets) == 2:
            length = octets[1] + 3
        if len(octets) == length:
            return bytes(octets), edges
        # The next start bit: where the stop bit's marks end.
        middle = edge + round(9.5 * bit)
        at = int(np.searchsorted(falls, middle))
        if at == falls.size or falls[at] > middle + 12 * bit:
            return b"", edges
        edge = int(falls[at])
