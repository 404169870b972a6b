"""Gain on companded speech: what each octet of G.711 becomes. DAHDI takes such a table for each way."""

from functools import cache

from drivers.dahdi.abi import Law

__all__ = ["gain_table", "octet_level"]

_ALAW_INVERTED = 0x55
_MULAW_BIAS = 33
_SIGN = 0x80


@cache
def gain_table(law: Law, gain_db: float) -> tuple[int, ...]:
    """256 octets, each the octet whose level is nearest to ``gain_db`` more.

    Args:
        law: A-law or mu-law; see ITU-T G.711, tables 1 and 2.
        gain_db: 0 leaves every octet as it is.
    """
    levels = [octet_level(law, octet) for octet in range(256)]
    if gain_db == 0:
        return tuple(range(256))
    factor = 10 ** (gain_db / 20)
    return tuple(_nearest(levels, octet, levels[octet] * factor) for octet in range(256))


def _nearest(levels: list[int], octet: int, wanted: float) -> int:
    """Of two that are as near, mu-law's zeros, the one with the octet's sign."""
    return min(range(256), key=lambda other: (abs(levels[other] - wanted), (other ^ octet) & _SIGN))


def octet_level(law: Law, octet: int) -> int:
    """The value that an octet stands for, on the law's own scale."""
    if law is Law.ALAW:
        octet ^= _ALAW_INVERTED
        segment, step = octet >> 4 & 7, octet & 0xF
        size = step * 2 + 1 if segment == 0 else (step * 2 + 33) << (segment - 1)
        return size if octet & _SIGN else -size
    octet = ~octet & 0xFF
    segment, step = octet >> 4 & 7, octet & 0xF
    size = ((step * 2 + _MULAW_BIAS) << segment) - _MULAW_BIAS
    return -size if octet & _SIGN else size
