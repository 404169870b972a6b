"""G.711 as the standard's tables have it: segments of sixteen steps, each twice as wide as the last.

Source: ITU-T G.711 (11/1988), tables 1a to 2b, in 16-bit linear (A-law's 13 bits times 8, mu-law's 14
bits times 4). Negative A-law samples are complemented before they are coded, mu-law ones negated.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.g711 import Law

__all__ = ["decode", "encode"]

MULAW_BIAS, MULAW_CLIP = 132, 32635


def decode(octets: NDArray[np.uint8], law: Law) -> NDArray[np.int16]:
    """Returns the middle of each octet's step."""
    wide = octets.astype(np.int32)
    plain = (wide ^ 0x55) if law is Law.ALAW else (~wide & 0xFF)
    segment, step = (plain & 0x70) >> 4, plain & 0x0F
    if law is Law.ALAW:
        magnitude = np.where(
            segment == 0, step * 16 + 8, (step * 16 + 264) << np.maximum(segment - 1, 0)
        )
        positive = plain & 0x80 != 0
    else:
        magnitude = ((step * 8 + MULAW_BIAS) << segment) - MULAW_BIAS
        positive = plain & 0x80 == 0
    return np.where(positive, magnitude, -magnitude).astype(np.int16)


def encode(samples: NDArray[np.int16], law: Law) -> NDArray[np.uint8]:
    """Returns the octet whose step each sample lies in."""
    wide = samples.astype(np.int32)
    if law is Law.ALAW:
        magnitude = np.where(wide < 0, ~wide, wide)
        first, sign = 8, np.where(wide < 0, 0x55, 0xD5)
    else:
        magnitude = np.minimum(np.abs(wide), MULAW_CLIP) + MULAW_BIAS
        first, sign = 8, np.where(wide < 0, 0x7F, 0xFF)
    # The segment counts up from 256 by powers of two; below it, both laws have sixteen steps.
    segment = np.maximum(np.frexp(np.maximum(magnitude, 1))[1] - first, 0)
    shift = np.where(segment == 0, 4 if law is Law.ALAW else 3, segment + 3)
    code = (segment << 4) | ((magnitude >> shift) & 0x0F)
    octets: NDArray[np.uint8] = (code ^ sign).astype(np.uint8)
    return octets
