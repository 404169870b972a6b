"""G.711 between octets and linear samples, for sound that is not live.

Source: ITU-T G.711 (11/1988), tables 1a to 2b, scaled to 16 bits. Live sound is converted by the
same kernels inside the tick.
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dsp._native import ffi, lib

__all__ = ["Law", "g711_decode", "g711_encode", "silence", "transcode"]


class Law(Enum):
    """The companding law of a line."""

    ALAW = "alaw"
    MULAW = "mulaw"

    @property
    def idle_octet(self) -> int:
        """The octet that a line at rest carries: the positive value nearest to zero."""
        return 0xD5 if self is Law.ALAW else 0xFF

    @property
    def number(self) -> int:
        """The law's number in the native library."""
        return int(lib.LAW_ALAW if self is Law.ALAW else lib.LAW_MULAW)


def g711_decode(octets: bytes | NDArray[np.uint8], law: Law) -> NDArray[np.int16]:
    """Decodes G.711.

    Args:
        octets: Any number of octets; an array is read in C order.
        law: Their law.

    Returns:
        Linear samples, full scale being 32767, in the shape of the input.
    """
    source = (
        np.frombuffer(octets, np.uint8)
        if isinstance(octets, bytes)
        else np.ascontiguousarray(octets, np.uint8)
    )
    samples = np.empty(source.shape, np.int16)
    lib.g711_decode(
        law.number,
        ffi.from_buffer("int16_t[]", samples, require_writable=True),
        ffi.from_buffer("uint8_t[]", source),
        source.size,
    )
    return samples


def g711_encode(samples: NDArray[np.int16], law: Law) -> bytes:
    """Encodes linear samples.

    Args:
        samples: Linear samples of any shape, full scale being 32767.
        law: The law wanted.

    Returns:
        One octet a sample, in C order.
    """
    source = np.ascontiguousarray(samples, np.int16)
    octets = bytearray(source.size)
    lib.g711_encode(
        law.number,
        ffi.from_buffer("uint8_t[]", octets, require_writable=True),
        ffi.from_buffer("int16_t[]", source),
        source.size,
    )
    return bytes(octets)


def silence(milliseconds: float, law: Law) -> bytes:
    """Returns that many milliseconds of a line at rest."""
    return bytes([law.idle_octet]) * round(milliseconds * 8)


def transcode(octets: bytes, source: Law, destination: Law) -> bytes:
    """Returns the same sound in another law (unchanged if the laws are equal)."""
    if source is destination:
        return octets
    return g711_encode(g711_decode(octets, source), destination)
