"""The FSK of caller ID: its two standards, and the modulator.

1200 baud, continuous phase; a start bit (space), eight data bits from the lowest, a stop bit (mark).
Tones: Bell 202, and ITU-T V.23. Before a message a telephone that is on-hook gets a channel seizure
and marks, one that is off-hook only the marks (EN 300 659-1, clauses 6.2.1 and 6.3.1). The receiver is
`dsp.fsk_receiver`.

Runs in: any.
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude

__all__ = ["BAUD", "RATE_HZ", "TONES_HZ", "CallerIdStandard", "modulate"]


class CallerIdStandard(Enum):
    """Which two tones carry the bits."""

    BELL202 = "bell202"
    V23 = "v23"


TONES_HZ = {CallerIdStandard.BELL202: (1200.0, 2200.0), CallerIdStandard.V23: (1300.0, 2100.0)}
"""Mark (1) and space (0)."""

BAUD, RATE_HZ = 1200, 8000
SEIZURE_BITS, MARK_BITS, TAIL_BITS = 300, 180, 10
"""EN 300 659-1, clause 6.2.1: alternating bits, then marks; the tail keeps the last stop bit whole."""
OFF_HOOK_MARK_BITS = 80
"""EN 300 659-1, clause 6.3.1: marks alone, for whoever is in a call and has no time."""
SEND_DBM0 = -13.0


def modulate(
    message: bytes, standard: CallerIdStandard, *, seizure: bool = True
) -> NDArray[np.int16]:
    """Returns the sound of a message, phase continuous, at -13 dBm0.

    Args:
        message: Type, length, octets and checksum.
        standard: Which two tones.
        seizure: Channel seizure and 180 marks lead; else 80 marks only.

    Returns:
        Linear samples at 8 kHz: the lead, the message, and ten marks after it.
    """
    marks = MARK_BITS if seizure else OFF_HOOK_MARK_BITS
    bits = [place % 2 for place in range(SEIZURE_BITS if seizure else 0)] + [1] * marks
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
