"""The appliance's end of a live socket. It never waits for whoever listens.

Each client has a queue of one second of sound; when it is full, the oldest block is left out and counted.
Notes are never left out: a client that lets hundreds of them wait is dropped.
"""

import asyncio
import contextlib
import logging
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from firmware_host.control_socket import Refused
from firmware_host.live.messages import (
    ERROR,
    LONGEST_MESSAGE,
    NOTE,
    RESULT,
    HeardBlock,
    json_message,
)

__all__ = ["LiveConnection", "LiveServer", "Peer"]

_log = logging.getLogger(__name__)

_SOCKET_MODE = 0o660
_MOST_CLIENTS = 16
_QUEUED_BLOCKS = 50
_QUEUED_NOTES = 500
_SEND_BUFFER_OCTETS = 16 * 1024
"""Little: what the kernel holds for a client that stands still is heard too late."""
_MESSAGES_A_TURN = 64
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, as the kernel says."""

    process: int
    user: int

    def __str__(self) -> str:
        return f"process {self.process} of user {self.user}"


class LiveConnection:
    """One client.

    Runs in: event loop.
    """

    def __init__(self, connection: socket.socket, gone: Callable[["LiveConnection"], None]) -> None:
        self._socket = connection
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._notes: deque[bytes] = deque()
        self._sound: deque[HeardBlock] = deque()
        self._writing = False
        self._open = True
        self.dropped = 0
        "Blocks left out because the client was too slow."
        self.on_message: Callable[[bytes, bytes], None] = lambda _kind, _content: None
        "Told of everything that the client sends after its hello; raises ValueError for nonsense."
        self.on_gone: Callable[[], None] = lambda: None
        "Told once when the client is gone, or was dropped."
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_OCTETS)
        credentials = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
        )
        process, user, _ = _CREDENTIALS.unpack(credentials)
        self.peer = Peer(process, user)

    def welcome(self, result: dict[str, Any]) -> None:
        """Answer the hello, before anything else is sent."""
        self._send_note(json_message(RESULT, result))

    def note(self, **content: Any) -> None:  # noqa: ANN401 - JSON
        """Send a note; it overtakes sound that waits."""
        self._send_note(json_message(NOTE, content))

    def hear(self, tick: int, samples: NDArray[np.int16], *, waiting: int = 0) -> None:
        """Send a block, (160, 2) samples; when too many wait, the oldest is left out."""
        if not self._open:
            return
        if len(self._sound) >= _QUEUED_BLOCKS:
            self._sound.popleft()
            self.dropped += 1
        block = HeardBlock(tick=tick, dropped=self.dropped, waiting=waiting, samples=samples)
        self._sound.append(block)
        if not self._writing:
            self._flush()

    def close(self, last: bytes | None = None) -> None:
        """Let the client go; ``last`` is sent if there is room."""
        if not self._open:
            return
        self._open = False
        if last is not None:
            with contextlib.suppress(OSError):
                self._socket.send(last)
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._notes.clear()
        self._sound.clear()
        self._gone(self)
        self.on_gone()

    def end(self) -> None:
        """Let the client go after what waits for it; it sees the end of the connection."""
        self._flush()
        self.close()

    def _send_note(self, message: bytes) -> None:
        if not self._open:
            return
        self._notes.append(message)
        if len(self._notes) > _QUEUED_NOTES:
            self.close()
        elif not self._writing:
            self._flush()

    def _flush(self) -> None:
        while self._open and (self._notes or self._sound):
            message = self._notes[0] if self._notes else self._sound[0].pack()
            try:
                self._socket.send(message)
            except BlockingIOError:
                if not self._writing:
                    self._writing = True
                    self._loop.add_writer(self._socket, self._flush)
                return
            except OSError:
                self.close()
                return
            (self._notes or self._sound).popleft()
        if self._writing and self._open:
            self._writing = False
            self._loop.remove_writer(self._socket)

    def receive(self, take: Callable[[bytes], None]) -> None:
        """Take what has come, not too much of it at a time."""
        for _ in range(_MESSAGES_A_TURN):
            try:
                message = self._socket.recv(LONGEST_MESSAGE)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                self.close()
                return
            try:
                take(message)
            except ValueError as error:
                self.close(ERROR + f"unusable message: {error}".encode())
            if not self._open:
                return


class LiveServer:
    """Lets clients in.

    ``accept`` gets a client's hello and its connection, which it must welcome, or raises `Refused`.

    Runs in: event loop.
    """

    def __init__(
        self, path: Path, accept: Callable[[dict[str, Any], LiveConnection], None]
    ) -> None:
        self._path = path
        self._accept = accept
        self._listener: socket.socket | None = None
        self._connections: set[LiveConnection] = set()

    def start(self) -> None:
        """Listen; a socket file that a dead process left is replaced."""
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.setblocking(False)
        self._listener.bind(str(self._path))
        self._path.chmod(_SOCKET_MODE)
        self._listener.listen(_MOST_CLIENTS)
        asyncio.get_running_loop().add_reader(self._listener, self._let_in)

    def stop(self) -> None:
        """Stop listening and let everybody go."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._path.unlink(missing_ok=True)
        for connection in list(self._connections):
            connection.close()

    def _let_in(self) -> None:
        if self._listener is None:
            return
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return  # gone again before it was let in
        connection = LiveConnection(accepted, self._connections.discard)
        if len(self._connections) >= _MOST_CLIENTS:
            _hear_no_more(accepted)
            connection.close(ERROR + f"{_MOST_CLIENTS} are connected already".encode())
            return
        self._connections.add(connection)
        greeted = False

        def take(message: bytes) -> None:
            nonlocal greeted
            if greeted:
                connection.on_message(message[:1], message[1:])
            else:
                greeted = True
                self._greet(connection, message)

        asyncio.get_running_loop().add_reader(accepted, connection.receive, take)

    def _greet(self, connection: LiveConnection, hello: bytes) -> None:
        try:
            self._accept(msgspec.json.decode(hello, type=dict[str, Any]), connection)
        except Refused as error:
            connection.close(ERROR + str(error).encode())
        except msgspec.MsgspecError as error:
            _log.warning("live socket: unusable hello: %r", error)
            connection.close(ERROR + f"unusable request: {error}".encode())


def _hear_no_more(connection: socket.socket) -> None:
    """What is unread at the close would take our last word with it: unix(7) resets the connection."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
        while connection.recv(LONGEST_MESSAGE, socket.MSG_DONTWAIT):
            pass
