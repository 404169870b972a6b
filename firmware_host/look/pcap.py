"""Frames of a D-channel as a pcap file, which Wireshark and tshark read. Pure but for the stream.

Sources: the libpcap file format (draft-ietf-opsawg-pcap; magic a1b2c3d4, version 2.4), and the list of link
types of tcpdump.org: LINKTYPE_LAPD is 203, frames of ITU-T Q.921 from the address field on, without flags
and checksum.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["LINKTYPE_LAPD", "PcapError", "PcapWriter", "read_pcap"]

LINKTYPE_LAPD = 203
_MAGIC = 0xA1B2C3D4
_HEAD = struct.Struct("<IHHiIII")
_RECORD = struct.Struct("<IIII")
_LONGEST = 65_535


class PcapError(Exception):
    """It is no such file."""


class PcapWriter:
    """Writes; the file is whole after each frame."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.frames = 0
        stream.write(_HEAD.pack(_MAGIC, 2, 4, 0, 0, _LONGEST, LINKTYPE_LAPD))
        stream.flush()

    def write(self, frame: bytes, utc_s: float) -> None:
        """One frame, as it was on the channel but for flags and checksum."""
        whole, part = divmod(round(utc_s * 1_000_000), 1_000_000)
        self._stream.write(_RECORD.pack(whole, part, len(frame), len(frame)) + frame)
        self._stream.flush()
        self.frames += 1


def read_pcap(octets: bytes) -> Iterator[tuple[float, bytes]]:
    """Times and frames.

    Raises:
        PcapError: Another kind of file, or one that was cut off.
    """
    try:
        magic, major, minor, _, _, _, link = _HEAD.unpack_from(octets)
        if (magic, major, minor, link) != (_MAGIC, 2, 4, LINKTYPE_LAPD):
            raise PcapError(f"magic {magic:#x}, version {major}.{minor}, link type {link}")
        at = _HEAD.size
        while at < len(octets):
            whole, part, length, _ = _RECORD.unpack_from(octets, at)
            at += _RECORD.size
            if at + length > len(octets):
                raise PcapError("the last frame is cut off")
            yield whole + part / 1_000_000, octets[at : at + length]
            at += length
    except struct.error as error:
        raise PcapError(str(error)) from error
