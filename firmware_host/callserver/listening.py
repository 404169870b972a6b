"""People who listen to lines, live: `switchroom listen`.

A line that somebody listens to has one tap, however many listen. A tap reads what passes; it changes no
octet of what the parties hear. Who begins and who ends is in the log.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import msgspec

from dsp import TICK_S, Direction, Plane, RecordedBlock, Tap
from firmware_host.callserver.ports import Port, PortTable
from firmware_host.control_socket import Refused
from firmware_host.live.server import LiveConnection, LiveServer
from firmware_host.taps import Taps

__all__ = ["Listening"]

_log = logging.getLogger(__name__)


class _Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client asks for."""

    line: str


class _HeardLine:
    """One line and those who hear it."""

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        self.listeners: set[LiveConnection] = set()


class Listening:
    """Everybody who listens to a line of ours.

    Runs in: event loop.
    """

    def __init__(self, path: Path, ports: PortTable, plane: Plane, taps: Taps) -> None:
        self._ports = ports
        self._plane = plane
        self._taps = taps
        self._heard: dict[int, _HeardLine] = {}
        self._server = LiveServer(path, self._accept)
        self._next_deal: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Let people in."""
        self._server.start()

    def stop(self) -> None:
        """Let everybody go."""
        self._server.stop()
        if self._next_deal is not None:
            self._next_deal.cancel()

    def _accept(self, hello: dict[str, Any], connection: LiveConnection) -> None:
        asked = msgspec.convert(hello, _Hello)
        port = next((port for port in self._ports.all if port.port == asked.line), None)
        if port is None:
            names = ", ".join(port.port for port in self._ports.all)
            raise Refused(f'no line "{asked.line}"; there are {names}')
        heard = self._heard.get(port.slot)
        if heard is None:
            heard = self._heard[port.slot] = self._tap(port)
        heard.listeners.add(connection)
        connection.on_gone = lambda: self._gone(port, connection)
        connection.welcome({"line": port.port, "role": port.role.value})
        _log.info("%s begins to listen to %s", connection.peer, port.port)
        if self._next_deal is None:
            self._deal()

    def _tap(self, port: Port) -> _HeardLine:
        heard = _HeardLine(record_id=0)

        def take(blocks: list[RecordedBlock]) -> None:
            for block in blocks:
                for listener in tuple(heard.listeners):
                    listener.hear(block.tick, block.samples)

        heard.record_id = self._taps.claim(take)
        slot = port.slot
        self._plane.record(
            heard.record_id, Tap(slot, Direction.FROM_LINE), Tap(slot, Direction.TO_LINE)
        )
        return heard

    def _gone(self, port: Port, connection: LiveConnection) -> None:
        _log.info("%s no longer listens to %s", connection.peer, port.port)
        heard = self._heard[port.slot]
        heard.listeners.discard(connection)
        if not heard.listeners:
            del self._heard[port.slot]
            self._taps.release(heard.record_id)

    def _deal(self) -> None:
        """Blocks wake nobody: as long as somebody listens, look every tick."""
        self._next_deal = None
        self._taps.deal()
        if self._heard:
            self._next_deal = asyncio.get_running_loop().call_later(TICK_S, self._deal)
