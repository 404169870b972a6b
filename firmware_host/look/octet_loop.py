"""Octets through an open channel in real time: what is to be sent is asked for, what comes is told."""

import os
import select
import time
from collections.abc import Callable

from drivers import EVENT_PENDING, CardLost, DahdiChannel, DahdiEvent, Flush

__all__ = ["BLOCK_OCTETS", "OctetLoop"]

BLOCK_OCTETS = 160
_BLOCKS = 16
"""Both ways: a computer that stands still for 300 ms loses nothing."""
_WAIT_MS = 500
_STANDSTILL_S = 5.0


class OctetLoop:
    """Reads and writes one or several channels.

    Runs in: a command's thread.
    """

    def __init__(self) -> None:
        self.overruns = 0
        "Blocks came faster than they were fetched, or went faster than they were written."
        self._poll = select.poll()
        self._channels: dict[int, tuple[DahdiChannel, Callable[[int], bytes] | None]] = {}
        self._receivers: dict[int, Callable[[bytes], None]] = {}
        self._unwritten: dict[int, bytes] = {}

    def add(
        self,
        channel: DahdiChannel,
        *,
        send: Callable[[int], bytes] | None = None,
        receive: Callable[[bytes], None] | None = None,
    ) -> None:
        """Take part with this channel."""
        channel.set_buffers(_BLOCKS)
        channel.tell_overruns()
        channel.flush(Flush.READ | Flush.WRITE | Flush.EVENT)
        # What nobody wants is read all the same: a full queue would tell overruns.
        mask = select.POLLPRI | select.POLLIN | (select.POLLOUT if send is not None else 0)
        self._poll.register(channel.descriptor, mask)
        self._channels[channel.descriptor] = (channel, send)
        self._receivers[channel.descriptor] = receive or (lambda _octets: None)

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Until told to stop; the question is asked after each block.

        Raises:
            CardLost: The card is gone, or gives no sign.
        """
        alive = time.monotonic()
        while goes_on():
            ready = self._poll.poll(_WAIT_MS)
            if ready:
                alive = time.monotonic()
            elif time.monotonic() - alive > _STANDSTILL_S:
                raise CardLost(f"the card has given no octet for {_STANDSTILL_S:.0f} s")
            for descriptor, what in ready:
                self._serve(descriptor, what)

    def _serve(self, descriptor: int, what: int) -> None:
        channel, send = self._channels[descriptor]
        if what & select.POLLPRI:
            event = channel.next_event()
            self.overruns += event == DahdiEvent.READ_OVERRUN
            self.overruns += event == DahdiEvent.WRITE_UNDERRUN and send is not None
            if event == DahdiEvent.REMOVED:
                raise CardLost(f"channel {channel.number}: its span was removed")
            return
        try:
            if what & select.POLLIN:
                self._receivers[descriptor](os.read(descriptor, BLOCK_OCTETS))
            if what & select.POLLOUT and send is not None:
                # What an event kept from being written goes out next: nothing may be left out.
                block = self._unwritten.pop(descriptor, b"") or send(BLOCK_OCTETS)
                self._unwritten[descriptor] = block
                written = os.write(descriptor, block)
                self._unwritten[descriptor] = block[written:]
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != EVENT_PENDING:
                raise CardLost(f"channel {channel.number}: {error.strerror}") from error
