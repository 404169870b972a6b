"""A caller's number and name, sent as FSK between rings: made and read.

Sources: ETSI EN 300 659-1 (V.23 tones, framing, parameters), Telcordia GR-30-CORE (Bell 202 tones,
the same framing) and GR-31-CORE (messages). 1200 baud; a start bit, eight data bits from the
lowest, a stop bit; a message is its type, its length, its octets, and a checksum that makes the sum
of all zero modulo 256.

This happens once per call, off the tick, on a captured copy of the line. The demodulator is in `dsp.fsk`.

Runs in: any.
"""

from dataclasses import dataclass
from enum import Enum

from dsp.fsk import CallerIdStandard, demodulate, modulate
from dsp.g711 import Law, g711_decode, g711_encode

__all__ = [
    "CallerId",
    "CallerIdDecoded",
    "CallerIdFormat",
    "decode_caller_id",
    "encode_caller_id",
]

SDMF_CALL, MDMF_CALL = 0x04, 0x80
DATE, NUMBER, NUMBER_ABSENT, NAME, NAME_ABSENT = 0x01, 0x02, 0x04, 0x07, 0x08
ABSENCES = {"private": "P", "unavailable": "O"}
NUMBER_CHARACTERS = frozenset("0123456789*#+")
LONGEST_NUMBER, LONGEST_NAME = 20, 50
"""EN 300 659-3, clause 5.4; longer ones are cut when sent."""


class CallerIdFormat(Enum):
    """How the message is laid out."""

    SDMF = "sdmf"
    """Date and number only."""
    MDMF = "mdmf"
    """A list of parameters, name among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """What the exchange says about the caller."""

    number: str | None = None
    name: str | None = None
    number_absent: str | None = None
    """``private`` (withheld) or ``unavailable``; None if there is a number, or nothing was said."""
    name_absent: str | None = None
    date: str | None = None
    """``MMDDhhmm`` in the exchange's local time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdDecoded:
    """The result of reading a line: a caller, or why there is none."""

    caller: CallerId | None
    problem: str | None
    """``no signal``, ``no message``, ``bad checksum`` or ``unknown message``; None with a caller."""


def encode_caller_id(
    caller: CallerId, *, standard: CallerIdStandard, format: CallerIdFormat, law: Law
) -> bytes:
    """Makes the sound of a caller ID message.

    Args:
        caller: What to say. A date is required by SDMF; without one, zeros are sent.
        standard: Which two tones.
        format: SDMF leaves the name out.
        law: Of the octets returned.

    Returns:
        G.711 octets: channel seizure, mark signal, message and some marks after it; about 0.9 s.

    Raises:
        ValueError: The date is not eight digits, or an absence has no such reason.
    """
    if caller.date is not None and not (len(caller.date) == 8 and caller.date.isdecimal()):
        raise ValueError(f"date {caller.date!r}: MMDDhhmm is expected")
    body = _sdmf_body(caller) if format is CallerIdFormat.SDMF else _mdmf_body(caller)
    message = bytes([SDMF_CALL if format is CallerIdFormat.SDMF else MDMF_CALL, len(body)]) + body
    message += bytes([-sum(message) & 0xFF])
    return g711_encode(modulate(message, standard), law)


def decode_caller_id(octets: bytes, *, law: Law) -> CallerIdDecoded:
    """Reads a caller ID message of either standard out of a line's sound.

    Only a message whose frame, checksum and layout are all right yields a caller; there is never
    half a number.

    Args:
        octets: What the line said, at most some seconds.
        law: Their law.

    Returns:
        The caller, or the problem.
    """
    problem = "no signal"
    for message in demodulate(g711_decode(octets, law)):
        problem = "no message" if problem == "no signal" else problem
        if not message:
            continue
        if sum(message) & 0xFF:
            problem = "bad checksum"
            continue
        caller = _parse(message[0], message[2:-1])
        if caller is not None:
            return CallerIdDecoded(caller=caller, problem=None)
        problem = "unknown message"
    return CallerIdDecoded(caller=None, problem=problem)


def _absence(reason: str | None) -> bytes:
    if reason is None:
        return b""
    if reason not in ABSENCES:
        raise ValueError(f"absence {reason!r}: {' or '.join(ABSENCES)} is expected")
    return ABSENCES[reason].encode("ascii")


def _sdmf_body(caller: CallerId) -> bytes:
    number = (caller.number or "")[:LONGEST_NUMBER].encode("ascii", "replace")
    return (caller.date or "00000000").encode("ascii") + (
        number or _absence(caller.number_absent or "unavailable")
    )


def _mdmf_body(caller: CallerId) -> bytes:
    number = (caller.number or "")[:LONGEST_NUMBER].encode("ascii", "replace")
    name = (caller.name or "")[:LONGEST_NAME].encode("latin-1", "replace")
    parameters = (
        (DATE, (caller.date or "").encode("ascii")),
        (NUMBER, number),
        (NUMBER_ABSENT, b"" if number else _absence(caller.number_absent)),
        (NAME, name),
        (NAME_ABSENT, b"" if name else _absence(caller.name_absent)),
    )
    return b"".join(bytes([kind, len(value)]) + value for kind, value in parameters if value)


def _parse(kind: int, body: bytes) -> CallerId | None:
    if kind == SDMF_CALL:
        return _parse_sdmf(body)
    if kind == MDMF_CALL:
        return _parse_mdmf(body)
    return None


def _parse_sdmf(body: bytes) -> CallerId | None:
    if len(body) < 9:
        return None
    number, absent = _number(body[8:]), None
    if body[8:] in (b"P", b"O"):
        number, absent = None, _reason(body[8:])
    return CallerId(number=number, number_absent=absent, date=_date(body[:8]))


def _parse_mdmf(body: bytes) -> CallerId | None:
    values: dict[int, bytes] = {}
    place = 0
    while place < len(body):
        if place + 2 > len(body) or place + 2 + body[place + 1] > len(body):
            return None
        values.setdefault(body[place], body[place + 2 : place + 2 + body[place + 1]])
        place += 2 + body[place + 1]
    number, name = _number(values.get(NUMBER, b"")), _name(values.get(NAME, b""))
    return CallerId(
        number=number,
        name=name,
        number_absent=None if number else _reason(values.get(NUMBER_ABSENT, b"")),
        name_absent=None if name else _reason(values.get(NAME_ABSENT, b"")),
        date=_date(values.get(DATE, b"")),
    )


def _number(value: bytes) -> str | None:
    """A dialable number: what else a line may carry between its digits (spaces, dashes) is left out."""
    return "".join(each for each in value.decode("latin-1") if each in NUMBER_CHARACTERS) or None


def _name(value: bytes) -> str | None:
    """A printable name; lines carry ASCII or Latin-1."""
    return "".join(each for each in value.decode("latin-1") if each.isprintable()).strip() or None


def _reason(value: bytes) -> str | None:
    return {b"P": "private", b"O": "unavailable"}.get(value)


def _date(value: bytes) -> str | None:
    text = value.decode("latin-1")
    return text if len(text) == 8 and text.isascii() and text.isdecimal() else None
