"""The journal's line: one JSON object per fact, with a CRC at its end; and reading it back.

    {"seq":17,"v":1,"boot":"…","mono":12.34,"utc":"2026-01-02T03:04:05.678901Z","tenant":"main",
     "fact":"CallAnswered","data":{"call":"00000003"},"crc":"1a2b3c4d"}

The CRC-32 covers the octets of the line before ``,"crc"``. Segments are files named after their first
sequence number; a segment that begins with `SnapshotTaken` needs no earlier one for replay.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec

import acd

__all__ = [
    "Entry",
    "JournalDamage",
    "decode_line",
    "encode_line",
    "read_segment",
    "segments",
]

SCHEMA_VERSION = 1
_CRC_KEY = b',"crc":"'
_CRC_TAIL_OCTETS = len(_CRC_KEY) + 8 + len(b'"}')
_FACTS: dict[str, Any] = {kind.__name__: kind for kind in get_args(acd.Fact)}
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact as it stands in the journal."""

    sequence: int
    boot: str
    monotonic_s: float
    utc_s: float
    tenant: str
    kind: str
    data: dict[str, Any]

    @property
    def utc(self) -> datetime:
        """When the fact became true."""
        return datetime.fromtimestamp(self.utc_s, UTC)

    def fact(self) -> acd.Fact | None:
        """The fact itself; None when a newer release wrote a kind that this one does not know."""
        kind = _FACTS.get(self.kind)
        if kind is None:
            return None
        try:
            fact: acd.Fact = msgspec.convert(self.data, kind)
        except msgspec.ValidationError:
            return None
        return fact


@dataclass(frozen=True, slots=True)
class JournalDamage:
    """Lines that can't be trusted: where, and whether good lines follow them."""

    segment: Path
    offset: int
    octets: int
    at_end: bool

    def __str__(self) -> str:
        what = "the torn tail" if self.at_end else "a damaged part"
        return f"{self.segment.name}: {what}, {self.octets} octets at {self.offset}"


def encode_line(entry: Entry) -> bytes:
    """The line of an entry, with its newline."""
    body = _encoder.encode(
        {
            "seq": entry.sequence,
            "v": SCHEMA_VERSION,
            "boot": entry.boot,
            "mono": round(entry.monotonic_s, 6),
            "utc": entry.utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "tenant": entry.tenant,
            "fact": entry.kind,
            "data": entry.data,
        }
    )[:-1]
    return body + _crc_tail(body) + b"\n"


def _crc_tail(body: bytes) -> bytes:
    return b'%s%08x"}' % (_CRC_KEY, zlib.crc32(body))


def decode_line(line: bytes) -> Entry | None:
    """The entry of a line without its newline; None when it is damaged."""
    body, tail = line[:-_CRC_TAIL_OCTETS], line[-_CRC_TAIL_OCTETS:]
    if tail != _crc_tail(body):
        return None
    try:
        tree = _decoder.decode(body + b"}")
        if not (isinstance(tree["seq"], int) and isinstance(tree["data"], dict)):
            return None
        return Entry(
            sequence=tree["seq"],
            boot=tree["boot"],
            monotonic_s=tree["mono"],
            utc_s=datetime.fromisoformat(tree["utc"]).timestamp(),
            tenant=tree["tenant"],
            kind=tree["fact"],
            data=tree["data"],
        )
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def segments(folder: Path) -> list[Path]:
    """The journal's files, oldest first."""
    return sorted(folder.glob("*.jsonl"))


def read_segment(
    segment: Path, damage: list[JournalDamage], *, offset: int = 0
) -> Iterator[tuple[Entry, int]]:
    """Good entries from ``offset`` on, each with the offset after it; what is bad goes to ``damage``.

    A last line without newline is at the end of a journal that is being written, or torn: it is
    reported as damage with ``at_end``.
    """
    data = segment.read_bytes()
    bad_from: int | None = None
    while offset < len(data):
        newline = data.find(b"\n", offset)
        entry = decode_line(data[offset:newline]) if newline >= 0 else None
        if entry is None:
            bad_from = offset if bad_from is None else bad_from
            offset = newline + 1 if newline >= 0 else len(data)
            continue
        if bad_from is not None:
            damage.append(JournalDamage(segment, bad_from, offset - bad_from, at_end=False))
            bad_from = None
        offset = newline + 1
        yield entry, offset
    if bad_from is not None:
        damage.append(JournalDamage(segment, bad_from, len(data) - bad_from, at_end=True))
