"""A PRI worker in lockstep, and links to it: for simulations whose time is made up."""

import socket
import subprocess
import sys
from types import TracebackType
from typing import Self

import msgspec

from drivers.pri.link import LinkLost
from drivers.pri.messages import Order, Report, Step, Stepped

__all__ = ["LockstepLink", "LockstepWorker"]

_PACKET_OCTETS = 400_000


class LockstepLink:
    """A `SpanLink` whose orders go out, and whose reports come in, with the next step."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.reports: list[Report] = []

    @property
    def descriptor(self) -> int | None:
        """None: time is made up."""
        return None

    def send(self, order: Order) -> None:
        """With the next step."""
        self.orders.append(order)

    def receive(self) -> list[Report]:
        """What the last steps brought."""
        reports, self.reports = self.reports, []
        return reports

    def close(self) -> None:
        """Nothing is held."""


class LockstepWorker:
    """The worker's process, stepped.

    Runs in: the lockstep thread.
    """

    def __init__(self) -> None:
        """Start it.

        Raises:
            LinkLost: It does not start.
        """
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._socket, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PACKET_OCTETS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "drivers.pri", "-", "--stepped", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._links: dict[str, LockstepLink] = {}
        self._next_timer: float | None = None
        self._decoder = msgspec.json.Decoder(Stepped)

    def __enter__(self) -> Self:
        """The worker."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """End the process."""
        self._socket.close()
        self._process.wait()

    def link(self, name: str) -> LockstepLink:
        """The link of one end of a span: ``NAME/user`` or ``NAME/network``."""
        return self._links.setdefault(name, LockstepLink())

    def step(self, now: float) -> None:
        """Let the worker act on orders, frames and timers of this moment."""
        orders = {name: link.orders for name, link in self._links.items() if link.orders}
        if not orders and (self._next_timer is None or now < self._next_timer):
            return
        try:
            self._socket.send(msgspec.json.encode(Step(now=now, orders=orders)))
            packet = self._socket.recv(_PACKET_OCTETS)
        except OSError as error:
            raise LinkLost(f"the PRI worker is gone: {error.strerror}") from error
        if not packet:
            raise LinkLost("the PRI worker is gone; is libpri-dev installed? then `make native`")
        for link in self._links.values():
            link.orders = []
        told = self._decoder.decode(packet)
        self._next_timer = told.next_timer
        for name, reports in told.reports.items():
            self._links[name].reports += reports
