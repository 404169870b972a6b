"""What can be wrong at the far end, on purpose: the mutations that the demo's checks must notice."""

from enum import Enum

import numpy as np

from dsp import SAMPLE_RATE_HZ, Law, g711_decode, g711_encode

__all__ = ["FarEndFault", "spoil_caller_id"]

_MARK_PLUS_SPACE_HZ = 3400.0
"""1200 + 2200 (Bell 202) and 1300 + 2100 (V.23): mirroring around half of it swaps mark and space."""


class FarEndFault(Enum):
    """One thing that the town does wrong."""

    CALLER_ID_MUTED = "caller-id-muted"
    CALLER_ID_INVERTED = "caller-id-inverted"
    KEYS_MUTED = "keys-muted"
    ANSWER_WITHHELD = "answer-withheld"


def spoil_caller_id(octets: bytes, law: Law, fault: FarEndFault | None) -> bytes:
    """The FSK burst as the faulty exchange sends it."""
    if fault is FarEndFault.CALLER_ID_MUTED:
        return g711_encode(np.zeros(len(octets), np.int16), law)
    if fault is not FarEndFault.CALLER_ID_INVERTED:
        return octets
    samples = g711_decode(octets, law).astype(np.float64)
    spectrum = np.fft.fft(samples)
    spectrum[len(spectrum) // 2 :] = 0
    analytic = 2 * np.fft.ifft(spectrum)
    time_s = np.arange(len(samples)) / SAMPLE_RATE_HZ
    mirrored = np.conj(analytic) * np.exp(2j * np.pi * _MARK_PLUS_SPACE_HZ * time_s)
    return g711_encode(np.asarray(np.rint(mirrored.real), np.int16), law)
