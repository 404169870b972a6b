"""Two spans of the kernel driver that are joined back to back, made with the product's own means."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers import DahdiChannel, DahdiControl, SpanStatus
from drivers.dahdi.abi import Law, Signalling

BLOCK = 160
CHANNELS = 31


@contextmanager
def joined_spans(
    control: DahdiControl,
    key: int = 0xF,
    channels: int = CHANNELS,
    near: Signalling | None = Signalling.CLEAR,
    far: Signalling | None = Signalling.CLEAR,
) -> Iterator[tuple[SpanStatus, SpanStatus]]:
    """Two spans, joined, all of whose channels signal so; they are gone afterwards."""
    made = []
    try:
        for end in range(2):
            number = control.create_dynamic_span("loc", f"{key:x}:{end}", channels, 0)
            made += [number]
        spans = [control.span(number) for number in made]
        for span, signalling in zip(spans, (near, far), strict=True):
            if signalling is not None:
                for number in range(span.first_channel, span.first_channel + channels):
                    control.configure_channel(number, signalling, law=Law.ALAW)
            control.start_span(span.number)
        yield tuple(control.span(number) for number in made)
    finally:
        for end in range(len(made)):
            control.destroy_dynamic_span("loc", f"{key:x}:{end}")


def pull_out(span: SpanStatus) -> None:
    """Removes the span from the driver while its channels are open, as a card that is pulled out does."""
    device = Path(f"/sys/bus/dahdi_spans/devices/span-{span.number}").resolve()
    local = (device / "local_spanno").read_text().strip()
    (device / "ddev" / "unassign_span").write_text(f"{local}\n")


@contextmanager
def opened(number: int) -> Iterator[DahdiChannel]:
    """One channel in blocks of 20 ms, nothing waiting in it."""
    channel = DahdiChannel(number)
    try:
        channel.set_buffers(4)
        channel.flush()
        yield channel
    finally:
        channel.close()


def carried(
    sent: bytes, talker: DahdiChannel, listener: DahdiChannel, limit_ms: int = 5000
) -> bytes:
    """Writes octets to one channel and reads another until nothing can be under way any more.

    Returns:
        All that the listener read, idle octets before and after included.
    """
    polls, heard, at = select.poll(), b"", 0
    polls.register(listener.descriptor, select.POLLIN | select.POLLPRI)
    itself = select.POLLIN if talker is listener else 0
    polls.register(talker.descriptor, select.POLLOUT | select.POLLPRI | itself)
    while len(heard) < len(sent) + 12 * BLOCK:
        ready = polls.poll(limit_ms)
        assert ready, "the driver's clock stands still"
        for descriptor, what in ready:
            if what & select.POLLPRI:
                (talker if descriptor == talker.descriptor else listener).next_event()
                continue
            if what & select.POLLOUT:
                os.write(descriptor, sent[at : at + BLOCK] or b"\xd5" * BLOCK)
                at += BLOCK
            if what & select.POLLIN:
                heard += os.read(descriptor, BLOCK)
    return heard


def await_event(channel: DahdiChannel, wanted: int, limit_ms: int = 5000) -> list[int]:
    """All events up to the wanted one; waits for each."""
    polls = select.poll()
    polls.register(channel.descriptor, select.POLLPRI)
    told: list[int] = []
    while wanted not in told:
        assert polls.poll(limit_ms), f"event {wanted} did not come after {told}"
        event = channel.next_event()
        if event:
            told.append(event)
    return told
