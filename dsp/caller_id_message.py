"""The octets of a caller ID message: laid out, made and parsed.

A message is its type, its length, its octets, and a checksum that makes the sum of all zero modulo
256. SDMF has fields at fixed places, MDMF a list of parameters. Sources: ETSI EN 300 659-3, clause 5
(message types, parameters), Telcordia GR-30-CORE and GR-31-CORE (SDMF, message waiting), TIA-777.

What a line carries is not to be trusted: numbers keep only what can be dialled, names only what can
be printed, and both have a longest length. Half a message is never parsed.

Runs in: any.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeVar

from construct import (
    Bytes,
    Checksum,
    ConstructError,
    GreedyBytes,
    GreedyRange,
    Int8ub,
    Prefixed,
    RawCopy,
    Struct,
    Terminated,
    this,
)

from dsp.fsk import CallerIdStandard

__all__ = ["CallerId", "CallerIdFormat", "MessageType", "build_message", "parse_message"]

KeyT = TypeVar("KeyT")


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
    called_number: str | None = None
    """Called line identity: what the caller dialled. V.23 only: in Bell 202's world its place holds the
    caller's dialable number."""
    redirecting_number: str | None = None
    """Who forwarded the call to here, the last one if there were several."""
    first_called_number: str | None = None
    """Whom the caller dialled before anybody forwarded the call."""
    message_waiting: bool | None = None
    """The telephone's lamp for waiting messages: on, off; None: nothing is said about it."""
    call_type: str | None = None
    """``voice``, ``ring back when free``, ``calling name delivery`` or ``message waiting``; None if not
    said."""


class MessageType(IntEnum):
    """The first octet, of those messages that are understood."""

    SDMF_CALL = 0x04
    SDMF_MESSAGE_WAITING = 0x06
    MDMF_CALL = 0x80
    MDMF_MESSAGE_WAITING = 0x82


DATE, NUMBER, CALLED_NUMBER, NUMBER_ABSENT = 0x01, 0x02, 0x03, 0x04
NAME, NAME_ABSENT, VISUAL_INDICATOR, CALL_TYPE = 0x07, 0x08, 0x0B, 0x11
FIRST_CALLED_NUMBER, REDIRECTING_NUMBER = 0x12, 0x1A
"""EN 300 659-3, clause 5.4. GR-31 has 0x03 for the dialable directory number of the caller."""
NUMBERS = (NUMBER, CALLED_NUMBER, FIRST_CALLED_NUMBER, REDIRECTING_NUMBER)
DIGITS = (DATE, *NUMBERS)

ABSENCES = {"private": b"P", "unavailable": b"O"}
LAMPS = {True: b"\xff", False: b"\x00"}
SDMF_LAMPS = {True: b"\x42" * 3, False: b"\x6f" * 3}
CALL_TYPES = {
    "voice": b"\x01",
    "ring back when free": b"\x02",
    "calling name delivery": b"\x03",
    "message waiting": b"\x81",
}
NUMBER_CHARACTERS = frozenset("0123456789*#+")
LONGEST_NUMBER, LONGEST_NAME = 20, 50
"""EN 300 659-3, clause 5.4; longer ones are cut when sent, names also when read."""
LONGEST_HEARD_NUMBER = 32
"""Nobody has a longer one; what is no number spoils its message."""

_MESSAGE = Struct(
    "content" / RawCopy(Struct("kind" / Int8ub, "body" / Prefixed(Int8ub, GreedyBytes))),
    "checksum" / Checksum(Int8ub, lambda octets: -sum(octets) & 0xFF, this.content.data),
    Terminated,
)
_PARAMETERS = Struct(
    "list" / GreedyRange(Struct("kind" / Int8ub, "value" / Prefixed(Int8ub, GreedyBytes))),
    Terminated,
)
_SINGLE_CALL = Struct("date" / Bytes(8), "number" / GreedyBytes)
_SINGLE_LAMP = Struct("lamp" / Bytes(3), Terminated)


def build_message(caller: CallerId, format: CallerIdFormat, standard: CallerIdStandard) -> bytes:
    """Returns type, length, octets and checksum.

    Raises:
        ValueError: The date is not eight digits, or an absence or type of call has no such name.
    """
    if caller.date is not None and not (len(caller.date) == 8 and caller.date.isdecimal()):
        raise ValueError(f"date {caller.date!r}: MMDDhhmm is expected")
    kind, body = _single(caller) if format is CallerIdFormat.SDMF else _multiple(caller, standard)
    built: bytes = _MESSAGE.build({"content": {"value": {"kind": kind, "body": body}}})
    return built


def parse_message(message: bytes, standard: CallerIdStandard) -> CallerId | None:
    """Returns what a message says; None if its checksum, type or layout is wrong.

    Args:
        message: Type, length, octets and checksum.
        standard: On whose tones it came: the two worlds differ in a parameter.
    """
    try:
        content = _MESSAGE.parse(message).content.value
        match content.kind:
            case MessageType.SDMF_CALL:
                single = _SINGLE_CALL.parse(content.body)
                return _parsed_single(single.date, single.number)
            case MessageType.SDMF_MESSAGE_WAITING:
                lamp = _SINGLE_LAMP.parse(content.body).lamp
                waiting = _key_of(SDMF_LAMPS, lamp)
                return None if waiting is None else CallerId(message_waiting=waiting)
            case MessageType.MDMF_CALL | MessageType.MDMF_MESSAGE_WAITING:
                parameters = _PARAMETERS.parse(content.body).list
                return _parsed_multiple([(each.kind, each.value) for each in parameters], standard)
            case _:
                return None
    except ConstructError:
        return None


# ---------------------------------------------------------------- made


def _code(table: dict[KeyT, bytes], key: KeyT | None, what: str) -> bytes:
    if key is None:
        return b""
    if key not in table:
        raise ValueError(f"{what} {key!r}: {' or '.join(map(str, table))} is expected")
    return table[key]


def _dialable(number: str | None) -> bytes:
    return (number or "")[:LONGEST_NUMBER].encode("ascii", "replace")


def _single(caller: CallerId) -> tuple[int, bytes]:
    if caller.message_waiting is not None:
        return MessageType.SDMF_MESSAGE_WAITING, SDMF_LAMPS[caller.message_waiting]
    number = _dialable(caller.number) or _code(
        ABSENCES, caller.number_absent or "unavailable", "absence"
    )
    fields = {"date": (caller.date or "00000000").encode("ascii"), "number": number}
    body: bytes = _SINGLE_CALL.build(fields)
    return MessageType.SDMF_CALL, body


def _multiple(caller: CallerId, standard: CallerIdStandard) -> tuple[int, bytes]:
    number, name = _dialable(caller.number), (caller.name or "")[:LONGEST_NAME]
    etsi = standard is CallerIdStandard.V23
    parameters = (
        # EN 300 659-3, clause 5.2.1: the type of call, where it is said, comes first.
        (CALL_TYPE, _code(CALL_TYPES, caller.call_type, "call type")),
        (VISUAL_INDICATOR, _code(LAMPS, caller.message_waiting, "lamp")),
        (DATE, (caller.date or "").encode("ascii")),
        (NUMBER, number),
        (NUMBER_ABSENT, b"" if number else _code(ABSENCES, caller.number_absent, "absence")),
        (CALLED_NUMBER, _dialable(caller.called_number) if etsi else b""),
        (NAME, name.encode("latin-1", "replace")),
        (NAME_ABSENT, b"" if name else _code(ABSENCES, caller.name_absent, "absence")),
        (FIRST_CALLED_NUMBER, _dialable(caller.first_called_number)),
        (REDIRECTING_NUMBER, _dialable(caller.redirecting_number)),
    )
    listed = [{"kind": kind, "value": value} for kind, value in parameters if value]
    body: bytes = _PARAMETERS.build({"list": listed})
    if caller.message_waiting is None:
        return MessageType.MDMF_CALL, body
    return MessageType.MDMF_MESSAGE_WAITING, body


# ---------------------------------------------------------------- parsed


def _parsed_single(date: bytes, number: bytes) -> CallerId | None:
    if max(date + number) > 0x7F or not _plausible(number):
        return None
    absent = _key_of(ABSENCES, number)
    return CallerId(
        number=None if absent else _number(number), number_absent=absent, date=_date(date)
    )


def _parsed_multiple(
    parameters: list[tuple[int, bytes]], standard: CallerIdStandard
) -> CallerId | None:
    values: dict[int, bytes] = {}
    for kind, value in parameters:
        values.setdefault(kind, value)  # a second one of a kind is an afterthought
    if any(max(values.get(kind, b""), default=0) > 0x7F for kind in DIGITS) or not all(
        _plausible(values.get(kind, b"")) for kind in NUMBERS
    ):
        return (
            None  # digits are ASCII: this was not read as it was sent, whatever the checksum says
        )
    number, called = _number(values.get(NUMBER)), _number(values.get(CALLED_NUMBER))
    if standard is CallerIdStandard.BELL202:
        number, called = number or called, None
    name = _name(values.get(NAME))
    return CallerId(
        number=number,
        name=name,
        number_absent=None if number else _key_of(ABSENCES, values.get(NUMBER_ABSENT)),
        name_absent=None if name else _key_of(ABSENCES, values.get(NAME_ABSENT)),
        date=_date(values.get(DATE)),
        called_number=called,
        redirecting_number=_number(values.get(REDIRECTING_NUMBER)),
        first_called_number=_number(values.get(FIRST_CALLED_NUMBER)),
        message_waiting=_key_of(LAMPS, values.get(VISUAL_INDICATOR)),
        call_type=_key_of(CALL_TYPES, values.get(CALL_TYPE)),
    )


def _key_of(table: dict[KeyT, bytes], code: bytes | None) -> KeyT | None:
    return next((key for key, each in table.items() if each == code), None)


def _number(value: bytes | None) -> str | None:
    """A dialable number: what else a line may carry between its digits (spaces, dashes) is left out."""
    text = "".join(each for each in (value or b"").decode("latin-1") if each in NUMBER_CHARACTERS)
    return text or None


def _plausible(value: bytes) -> bool:
    """Whether a line would send this as a number: never a part of one, and nothing else in it."""
    text = value.decode("latin-1")
    strange = set(text) - NUMBER_CHARACTERS - set(" -./()")
    return value in ABSENCES.values() or (not strange and len(text) <= LONGEST_HEARD_NUMBER)


def _name(value: bytes | None) -> str | None:
    """A printable name: control, escape and direction characters are left out; ASCII or Latin-1."""
    text = "".join(each for each in (value or b"").decode("latin-1") if each.isprintable())
    return text[:LONGEST_NAME].strip() or None


def _date(value: bytes | None) -> str | None:
    text = (value or b"").decode("latin-1")
    if len(text) != 8 or not text.isascii() or not text.isdecimal():
        return None
    month, day, hour, minute = (int(text[place : place + 2]) for place in range(0, 8, 2))
    possible = 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60
    return text if possible else None
