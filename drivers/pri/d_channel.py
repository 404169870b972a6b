"""What carries a span's D-channel: a channel of the DAHDI driver, or a socket between two processes.

Each gives and takes frames without their checksums. A carrier that is not there is tried again; a frame
that finds no room is lost, as on a line: layer 2 sends it again.
"""

import contextlib
import socket
from pathlib import Path
from typing import Protocol

from drivers.dahdi import Channel
from drivers.errors import CardError
from drivers.pri.messages import DChannelPlace
from drivers.pri.sanitizer import LONGEST_FRAME

__all__ = ["CarrierLost", "DChannel", "open_d_channel"]

_BUFFERS, _BUFFER_OCTETS = 32, 1024


class CarrierLost(Exception):
    """There is no D-channel just now; in words why."""


class DChannel(Protocol):
    """An open carrier.

    Runs in: the worker's thread.
    """

    @property
    def descriptor(self) -> int:
        """Readable, or with an event, when `receive` has something to do."""

    def receive(self) -> bytes | None:
        """The next frame; None: none waits.

        Raises:
            CarrierLost: It is gone; `close` and open anew.
        """

    def send(self, frame: bytes) -> None:
        """Hand a frame over.

        Raises:
            CarrierLost: As above.
        """

    def close(self) -> None:
        """Let go of it."""


class DahdiDChannel:
    """An HDLC channel of the driver. An alarm of layer 1 is layer 2's to notice: short ones do not matter.

    Runs in: the worker's thread.
    """

    def __init__(self, number: int) -> None:
        """Open it.

        Raises:
            CarrierLost: It can't be had.
        """
        try:
            self._channel = Channel(number)
        except CardError as error:
            raise CarrierLost(str(error)) from error
        try:
            self._channel.set_buffers(_BUFFERS, _BUFFER_OCTETS)
            self._channel.flush()
        except CardError as error:
            self._channel.close()
            raise CarrierLost(str(error)) from error

    @property
    def descriptor(self) -> int:
        """The channel's."""
        return self._channel.descriptor

    def receive(self) -> bytes | None:
        """The next frame. Events (alarms, bad checksums) are taken and count for nothing."""
        try:
            frame = self._channel.receive_frame()
            if frame is None:
                # Nothing waits, or an event does, which stands in the way of frames.
                return b"" if self._channel.next_event() else None
        except CardError as error:
            raise CarrierLost(str(error)) from error
        return frame

    def send(self, frame: bytes) -> None:
        """One frame; without room it is lost."""
        try:
            self._channel.send_frame(frame)
        except CardError as error:
            raise CarrierLost(str(error)) from error

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class SocketDChannel:
    """Frames in packets, to another process.

    Runs in: the worker's thread.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection

    @property
    def descriptor(self) -> int:
        """The connection's."""
        return self._socket.fileno()

    def receive(self) -> bytes | None:
        """The next frame."""
        try:
            frame = self._socket.recv(LONGEST_FRAME + 1)
        except BlockingIOError:
            return None
        except OSError as error:
            raise CarrierLost(f"the D-channel's socket: {error.strerror}") from error
        if not frame:
            raise CarrierLost("the far end of the D-channel's socket is gone")
        return frame

    def send(self, frame: bytes) -> None:
        """One frame; without room it is lost."""
        with contextlib.suppress(BlockingIOError):
            try:
                self._socket.send(frame)
            except BlockingIOError:
                raise
            except OSError as error:
                raise CarrierLost(f"the D-channel's socket: {error.strerror}") from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def open_d_channel(place: DChannelPlace) -> DChannel:
    """Open or connect it.

    Raises:
        CarrierLost: It is not there (yet).
    """
    if place.dahdi_channel:
        return DahdiDChannel(place.dahdi_channel)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setblocking(False)  # a listener that accepts nobody must not hold the other spans up
    try:
        connection.connect(str(Path(place.connect_to)))
    except OSError as error:
        connection.close()
        raise CarrierLost(f"{place.connect_to}: {error.strerror}") from error
    return SocketDChannel(connection)
