"""The call server's connection to the PRI worker, for one span. Nothing here waits."""

import contextlib
import socket
from collections import deque
from pathlib import Path
from typing import Protocol

import msgspec

from drivers.pri.messages import Order, Report, decode_reports, encode_orders

__all__ = ["LinkLost", "SpanLink", "WorkerLink"]

_PACKET_OCTETS = 262_144
_PACKETS_PER_TURN = 64
_MOST_UNSENT = 2000


class LinkLost(Exception):
    """The worker is gone, or does not read."""


class SpanLink(Protocol):
    """Orders to a worker, reports from it, for one span.

    Runs in: event loop.
    """

    @property
    def descriptor(self) -> int | None:
        """Readable when `receive` has something; None: there is no descriptor."""

    def send(self, order: Order) -> None:
        """Order something.

        Raises:
            LinkLost: The worker is gone.
        """

    def receive(self) -> list[Report]:
        """What the worker has reported since.

        Raises:
            LinkLost: The worker is gone.
        """

    def close(self) -> None:
        """Hang up: the worker ends the span's calls."""


class WorkerLink:
    """A `SpanLink` over the worker's socket.

    Runs in: event loop.
    """

    def __init__(self, path: Path) -> None:
        """Connect.

        Raises:
            LinkLost: No worker listens there.
        """
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._unsent: deque[bytes] = deque()
        try:
            self._socket.setblocking(False)
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise LinkLost(f"the PRI worker does not answer at {path}: {error.strerror}") from error

    @property
    def descriptor(self) -> int | None:
        """The connection's."""
        return self._socket.fileno()

    def fileno(self) -> int:
        """For those who wait with `select`."""
        return self._socket.fileno()

    def send(self, order: Order) -> None:
        """Order something, now or as soon as there is room."""
        self._unsent.append(encode_orders([order]))
        self._flush()

    def receive(self) -> list[Report]:
        """What has come; if that is very much, the first of it."""
        self._flush()
        reports: list[Report] = []
        for _ in range(_PACKETS_PER_TURN):
            try:
                packet = self._socket.recv(_PACKET_OCTETS)
            except BlockingIOError:
                break
            except OSError as error:
                raise LinkLost(f"the PRI worker is gone: {error.strerror}") from error
            if not packet:
                if reports:
                    break  # the end stays readable
                raise LinkLost("the PRI worker is gone")
            try:
                reports += decode_reports(packet)
            except msgspec.DecodeError as error:
                raise LinkLost(f"the PRI worker speaks another language: {error}") from error
        return reports

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _flush(self) -> None:
        while self._unsent:
            with contextlib.suppress(BlockingIOError):
                try:
                    self._socket.send(self._unsent[0])
                except BlockingIOError:
                    raise
                except OSError as error:
                    raise LinkLost(f"the PRI worker is gone: {error.strerror}") from error
                self._unsent.popleft()
                continue
            if len(self._unsent) > _MOST_UNSENT:
                raise LinkLost("the PRI worker reads nothing")
            return
