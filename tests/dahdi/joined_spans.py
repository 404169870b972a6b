"""Two spans of the kernel driver that are joined back to back, by a few ioctls.

A request number holds direction, size of the argument, DAHDI's letter and a number. The sizes are those of
the structures in dahdi/user.h; the driver refuses a wrong one (ENOTTY).
"""

import fcntl
import os
import select
import struct
from collections.abc import Iterator
from contextlib import contextmanager

WRITE, READ = 1, 2

BUFFER_INFO = struct.Struct("<6i")
CHANNEL_CONFIG = struct.Struct("<i40s4i16s")
DYNAMIC_SPAN = struct.Struct("<20s40s3i")
SPAN_INFO = struct.Struct("<i20s40s3i4i5I7i40s40s40s40s2i6s")
VERSION_INFO = struct.Struct("<80s80s")


def request(direction: int, number: int, size: int = 4) -> int:
    return direction << 30 | size << 16 | 0xDA << 8 | number


FLUSH = request(WRITE, 3)
GETEVENT = request(READ, 8)
SPANSTAT = request(READ | WRITE, 10, SPAN_INFO.size)
CHANCONFIG = request(WRITE, 19, CHANNEL_CONFIG.size)
SET_BUFINFO = request(WRITE, 27, BUFFER_INFO.size)
SPECIFY = request(WRITE, 38)
GETVERSION = request(READ, 57, VERSION_INFO.size)
DYNAMIC_CREATE = request(READ | WRITE, 80, DYNAMIC_SPAN.size)
DYNAMIC_DESTROY = request(WRITE, 81, DYNAMIC_SPAN.size)
STARTUP = request(WRITE, 99)

CLEAR, ALAW, ALL_QUEUES = 0x80, 2, 7
CHANNELS = 31
BLOCK = 160


@contextmanager
def control() -> Iterator[int]:
    """Descriptor of the driver's control device."""
    descriptor = os.open("/dev/dahdi/ctl", os.O_RDWR)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def version(ctl: int) -> tuple[str, str]:
    """The driver's version, and the echo canceller that it names."""
    fields = VERSION_INFO.unpack(fcntl.ioctl(ctl, GETVERSION, bytes(VERSION_INFO.size)))
    return tuple(field.split(b"\0")[0].decode() for field in fields)


@contextmanager
def joined_spans(ctl: int, key: int = 0xF) -> Iterator[tuple[int, int]]:
    """Numbers of two spans of 31 clear channels each, joined; they are gone afterwards."""
    made, spans = [], []
    try:
        for end in (0, 1):
            wish = DYNAMIC_SPAN.pack(b"loc", f"{key:x}:{end}".encode(), CHANNELS, 0, 0)
            answer = fcntl.ioctl(ctl, DYNAMIC_CREATE, wish)
            made.append(answer)
            spans.append(DYNAMIC_SPAN.unpack(answer)[-1])
        for span in spans:
            for place in range(1, CHANNELS + 1):
                channel = first_channel(span) + place - 1
                config = CHANNEL_CONFIG.pack(channel, b"", CLEAR, ALAW, 0, 0, b"")
                fcntl.ioctl(ctl, CHANCONFIG, config)
            fcntl.ioctl(ctl, STARTUP, struct.pack("<i", span))
        yield spans[0], spans[1]
    finally:
        for answer in reversed(made):
            fcntl.ioctl(ctl, DYNAMIC_DESTROY, answer)


def first_channel(span: int) -> int:
    """Spans of one size are numbered through."""
    return (span - 1) * CHANNELS + 1


def span_info(ctl: int, span: int) -> dict[str, object]:
    """What the driver says of a span: name, description, alarms, channels."""
    wish = SPAN_INFO.pack(span, *(b"",) * 2, *(0,) * 19, *(b"",) * 4, 0, 0, b"")
    fields = SPAN_INFO.unpack(fcntl.ioctl(ctl, SPANSTAT, wish))
    names = [field.split(b"\0")[0].decode() for field in fields[1:3]]
    return {"name": names[0], "description": names[1], "alarms": fields[3], "channels": fields[17]}


@contextmanager
def open_channel(number: int) -> Iterator[int]:
    """Descriptor of one channel, in blocks of 20 ms, nothing waiting in it."""
    descriptor = os.open("/dev/dahdi/channel", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(descriptor, SPECIFY, struct.pack("<i", number))
        fcntl.ioctl(descriptor, SET_BUFINFO, BUFFER_INFO.pack(0, 0, 4, BLOCK, 0, 0))
        fcntl.ioctl(descriptor, FLUSH, struct.pack("<i", ALL_QUEUES))
        yield descriptor
    finally:
        os.close(descriptor)


def carried(sent: bytes, talker: int, listener: int, limit_ms: int = 5000) -> bytes:
    """Writes octets to one channel and reads another until nothing can be under way any more.

    Returns:
        All that the listener read, idle octets before and after included.
    """
    polls, heard, at = select.poll(), b"", 0
    polls.register(talker, select.POLLOUT | select.POLLPRI)
    polls.register(listener, select.POLLIN | select.POLLPRI)
    while len(heard) < len(sent) + 12 * BLOCK:
        ready = polls.poll(limit_ms)
        assert ready, "the driver's clock stands still"
        for descriptor, what in ready:
            if what & select.POLLPRI:
                fcntl.ioctl(descriptor, GETEVENT, bytes(4))
            elif what & select.POLLOUT:
                os.write(talker, sent[at : at + BLOCK] or b"\xd5" * BLOCK)
                at += BLOCK
            elif what & select.POLLIN:
                heard += os.read(listener, BLOCK)
    return heard
