"""What carries a console: a serial line, a pseudo-terminal, connections to a local socket.

Each gives asyncio streams of raw octets; what they mean is `shell`'s business.
"""

import asyncio
import fcntl
import os
import socket
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path

import serial

__all__ = ["LinkError", "Octets", "open_pseudo_terminal", "open_serial_line", "serve_socket"]

_READ_OCTETS = 4096
_SOCKET_MODE = 0o660
_UNSENT_LIMIT_OCTETS = 256 * 1024
"""What waits for a terminal that reads slowly, or not at all; the rest is lost on the way to it."""


class LinkError(Exception):
    """The line can't be opened; the message names it and says what to do."""


class Octets:
    """A reader and a writer of octets, with back-pressure.

    Runs in: event loop of the console process.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        close_more: Callable[[], None] | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._close_more = close_more

    async def read(self) -> bytes:
        """Some octets; empty when the link is gone."""
        try:
            return await self._reader.read(_READ_OCTETS)
        except OSError:
            return b""

    def write(self, octets: bytes) -> None:
        """Queue octets; what is written to a link that is gone, or is not read, is lost."""
        unsent = self._writer.transport.get_write_buffer_size()
        if not self._writer.is_closing() and unsent < _UNSENT_LIMIT_OCTETS:
            self._writer.write(octets)

    async def drain(self) -> None:
        """Wait until the terminal has taken most of what is queued."""
        try:
            await self._writer.drain()
        except OSError:
            return  # gone; `read` tells

    def close(self) -> None:
        """Close both directions."""
        self._writer.close()
        if self._close_more is not None:
            self._close_more()


async def _octets_of(descriptor: int) -> Octets:
    """Streams over a terminal's descriptor, which they own from here on."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    read_end = os.fdopen(descriptor, "rb", buffering=0)
    write_end = os.fdopen(os.dup(descriptor), "wb", buffering=0)
    read_transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), read_end
    )
    write_transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, write_end
    )
    writer = asyncio.StreamWriter(write_transport, protocol, None, loop)
    # The read side must be closed, too, or it eats the next login's first octets.
    return Octets(reader, writer, read_transport.close)


async def open_serial_line(device: str, baud: int) -> Octets:
    """Open a serial line: 8 bits, no parity, one stop bit, raw, ours alone.

    Raises:
        LinkError: when there is no such line, or another program holds it.
    """
    try:
        with serial.Serial(device, baud, timeout=0, exclusive=True) as line:
            descriptor = os.dup(line.fileno())
            # pyserial's lock goes when it closes its own descriptor; take it again on ours.
            fcntl.flock(line.fileno(), fcntl.LOCK_UN)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (serial.SerialException, OSError, ValueError) as error:
        raise LinkError(
            f"{device}: can't be used as a console: {error}; see that the line exists,"
            " that no other program holds it, and that you may open it"
        ) from error
    return await _octets_of(descriptor)


async def open_pseudo_terminal() -> tuple[Octets, str]:
    """A new pseudo-terminal: our end, and the name that a terminal program opens."""
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    tty.setraw(theirs)
    octets = await _octets_of(ours)
    # Held open, so that a terminal program may come and go without our end reading an error.
    octets._close_more = _both(octets._close_more, lambda: os.close(theirs))  # noqa: SLF001 - ours
    return octets, name


def _both(first: Callable[[], None] | None, second: Callable[[], None]) -> Callable[[], None]:
    def close() -> None:
        if first is not None:
            first()
        second()

    return close


async def serve_socket(
    path: Path, handle: Callable[[Octets], Awaitable[None]]
) -> asyncio.AbstractServer | None:
    """Listen on a local socket; ``handle`` runs for each connection. None: somebody else listens there.

    Raises:
        LinkError: when there can be no socket of that name.
    """

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        octets = Octets(reader, writer)
        try:
            await handle(octets)
        finally:
            octets.close()

    try:
        if _answers(path):
            return None
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - before anybody is connected
        server = await asyncio.start_unix_server(connected, str(path))
        path.chmod(_SOCKET_MODE)  # noqa: ASYNC240 - as above
    except OSError as error:
        raise LinkError(f"{path}: no console can listen there: {error.strerror}") from error
    return server


def _answers(path: Path) -> bool:
    """Whether somebody listens on a local socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True
