"""The crossed cable between two processes.

The far end (the town) listens on a unix socket, the near end (the call server) connects. Over that
connection, a SOCK_SEQPACKET, travel one hello with two speech descriptors per port, then three octets
for each change: port number (little-endian) and what changed. Speech has a pipe each way and port, in
packet mode: one packet of 160 G.711 octets every 20 ms, read and written by the media plane's pump. A
pipe costs a third of what a socket does, and holds no more blocks than it was given pages.

When one end dies, the other keeps its own levels: a telephone stays off-hook whatever happens to the
exchange. On the next connection both ends tell how their side of each line stands.
"""

import fcntl
import os
import socket
import struct
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from drivers.errors import CardError, CardLost
from drivers.hardware import (
    BatteryChanged,
    HardwareCommand,
    HardwareEvent,
    HookChanged,
    PolarityReversed,
    PortKind,
    RingBurstEnded,
    RingBurstStarted,
    SpeechDescriptors,
    SpeechRequests,
)
from drivers.virtual.wire import WireEnd, mirrored

__all__ = ["CableListener", "SocketCableEnd", "connect_cable"]

_MAGIC = b"switchroom cable 1\n"
_CHANGE = struct.Struct("<HB")
_PORTS_PER_HELLO = 120  # the kernel passes at most 253 descriptors in one message (SCM_MAX_FD)
_BLOCKS_TO_CARD = 2
"""What waits to be fetched by the card is heard late: DESIGN's limit."""
_BLOCKS_FROM_CARD = 8
"""A call server that stands still for 160 ms loses nothing. Both are powers of two, as pipes are."""
_CHANGES_PER_POLL = 256
"""What one poll takes: a far end that floods must leave time for the other lines."""
_MAXIMUM_PORTS = 1024

_EVENTS: tuple[HardwareEvent, ...] = (
    HookChanged(off_hook=False),
    HookChanged(off_hook=True),
    RingBurstEnded(),
    RingBurstStarted(),
    BatteryChanged(present=False),
    BatteryChanged(present=True),
    PolarityReversed(),
)
_CODES = {event: code for code, event in enumerate(_EVENTS)}

_KINDS = (PortKind.FXO, PortKind.FXS, PortKind.EM, PortKind.BEARER)
"""By the octet that stands for each in a hello."""


class SocketCableEnd:
    """One end of the cable, a `drivers.interface.Card`. Also without a connection it keeps levels.

    Runs in: event loop.
    """

    def __init__(self, kinds: tuple[PortKind, ...]) -> None:
        self._wires = [WireEnd(kind) for kind in kinds]
        self._connection: socket.socket | None = None
        self._unsent: deque[bytes] = deque()
        self.speech_descriptors: dict[int, SpeechDescriptors] = {}

    @property
    def kinds(self) -> tuple[PortKind, ...]:
        """What each port of this end is."""
        return tuple(wire.kind for wire in self._wires)

    speech_requests = SpeechRequests()

    @property
    def signalling_descriptors(self) -> tuple[int, ...]:
        """The connection's, while plugged in."""
        return (self._connection.fileno(),) if self._connection is not None else ()

    @property
    def unsent(self) -> int:
        """Changes that wait because the other end does not read."""
        return len(self._unsent)

    @property
    def is_alive(self) -> bool:
        """Whether a cable is plugged in whose other end has not gone."""
        if self._connection is None:
            return False
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def plug_in(
        self, connection: socket.socket, speech_descriptors: Iterable[SpeechDescriptors]
    ) -> None:
        """Take over a connection whose hello is done, and tell the other end our levels."""
        self._connection = connection
        self.speech_descriptors = dict(enumerate(speech_descriptors))
        self._unsent.clear()
        connection.setblocking(False)
        for port, wire in enumerate(self._wires):
            for event in wire.state():
                self._send(port, event)

    def unplug(self) -> None:
        """Close the connection and our ends of the speech pipes."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        _close(self.speech_descriptors.values())
        self.speech_descriptors = {}

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """What the other end did since the last call; if that was very much, the first of it.

        Raises:
            CardLost: when the other end is gone; call `unplug`.
        """
        if self._connection is None:
            return []
        self._flush()
        events: list[tuple[int, HardwareEvent]] = []
        while len(events) < _CHANGES_PER_POLL:
            try:
                message = self._connection.recv(64)
            except BlockingIOError:
                return events
            except OSError as error:
                raise CardLost(f"the virtual card's cable broke: {error}") from error
            if not message:
                if events:
                    return events  # the end of the connection stays readable: the next poll tells
                raise CardLost("the other end of the virtual card's cable was unplugged")
            events.extend(self._read_change(message))
        return events

    def _read_change(self, message: bytes) -> list[tuple[int, HardwareEvent]]:
        if len(message) != _CHANGE.size:
            return []
        port, code = _CHANGE.unpack(message)
        if port >= len(self._wires) or code >= len(_EVENTS):
            return []
        return [(port, _EVENTS[code])]

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Do something to the pair."""
        event = self._wires[port].apply(command)
        if event is not None and self._connection is not None:
            self._send(port, event)

    def take_event(self, port: int, value: int) -> list[HardwareEvent]:
        """Nothing: on a cable no event waits where speech is read."""
        return []

    def take_loss(self, port: int) -> None:
        """Nothing: the far end has closed its pipe, and `poll` tells."""

    def look_again(self) -> list[int]:
        """Nothing: every port of a cable can be had."""
        return []

    def _send(self, port: int, event: HardwareEvent) -> None:
        self._unsent.append(_CHANGE.pack(port, _CODES[event]))
        self._flush()

    def _flush(self) -> None:
        # A stopped peer fills its queue; what waits here goes out at the next poll or change.
        while self._unsent and self._connection is not None:
            try:
                self._connection.send(self._unsent[0])
            except BlockingIOError:
                return
            except OSError:
                self._unsent.clear()  # the peer is gone: `poll` tells
                return
            self._unsent.popleft()


class CableListener:
    """The far end's door: waits for a call server to plug its cable in.

    Runs in: event loop of the town.
    """

    def __init__(self, path: Path, end: SocketCableEnd) -> None:
        self._end = end
        self._path = path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.setblocking(False)
        self._listener.bind(str(path))
        self._listener.listen(1)

    @property
    def descriptor(self) -> int:
        """Readable when someone wants to plug in."""
        return self._listener.fileno()

    def accept(self) -> bool:
        """Plug a waiting call server in; refused while another is plugged in and lives."""
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return False
        if self._end.is_alive:
            connection.close()
            return False
        self._end.unplug()
        near_kinds = bytes(_KINDS.index(mirrored(kind)) for kind in self._end.kinds)
        ours: list[SpeechDescriptors] = []
        theirs: list[SpeechDescriptors] = []
        try:
            for _ in near_kinds:
                here, there = _crossed_pipes()
                ours.append(here)
                theirs.append(there)
            connection.send(_MAGIC + _CHANGE.pack(len(theirs), 0) + near_kinds)
            for first in range(0, len(theirs), _PORTS_PER_HELLO):
                batch = theirs[first : first + _PORTS_PER_HELLO]
                descriptors = [each for port in batch for each in (port.read, port.write)]
                socket.send_fds(connection, [b"speech"], descriptors)
        except OSError:
            connection.close()
            _close(ours)
            return False
        finally:
            _close(theirs)
        self._end.plug_in(connection, ours)
        return True

    def close(self) -> None:
        """Stop listening and unplug."""
        self._listener.close()
        self._path.unlink(missing_ok=True)
        self._end.unplug()


def connect_cable(path: Path, *, timeout_s: float = 2.0) -> SocketCableEnd:
    """Plug in: the near end of the cable whose far end listens at ``path``.

    Raises:
        CardError: when nobody listens there, or something else than a cable does.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(timeout_s)
    descriptors: list[int] = []
    try:
        connection.connect(str(path))
        kinds = _receive_hello(connection, path, descriptors)
    except (OSError, CardError) as error:
        connection.close()
        for descriptor in descriptors:
            os.close(descriptor)
        if isinstance(error, CardError):
            raise
        raise CardError(
            f"{path}: the far end of the virtual card does not answer ({error.strerror or error});"
            " start it with `switchroom town`"
        ) from error
    pairs = zip(descriptors[::2], descriptors[1::2], strict=True)
    end = SocketCableEnd(kinds)
    end.plug_in(connection, [SpeechDescriptors(*pair) for pair in pairs])
    return end


def _receive_hello(
    connection: socket.socket, path: Path, descriptors: list[int]
) -> tuple[PortKind, ...]:
    """What each port of ours is; appends two descriptors for each."""
    hello = connection.recv(len(_MAGIC) + _CHANGE.size + _MAXIMUM_PORTS)
    start = len(_MAGIC)
    if not hello:
        raise CardError(f"{path}: the far end hung up; another call server is plugged in there")
    if not hello.startswith(_MAGIC) or len(hello) < start + _CHANGE.size:
        raise CardError(f"{path}: what listens there is not the far end of a virtual card")
    octets = hello[start + _CHANGE.size :]
    if max(octets, default=0) >= len(_KINDS):
        raise CardError(f"{path}: the far end has ports of a kind that this release does not know")
    kinds = tuple(_KINDS[octet] for octet in octets)
    if _CHANGE.unpack_from(hello, start)[0] != len(kinds):
        raise CardError(f"{path}: the far end counts its ports wrongly")
    while len(descriptors) < 2 * len(kinds):
        message, received, _, _ = socket.recv_fds(connection, 16, 2 * _PORTS_PER_HELLO)
        descriptors.extend(received)
        if not message:
            raise CardError(f"{path}: the far end hung up while it plugged in; try again")
    if len(descriptors) != 2 * len(kinds):
        raise CardError(f"{path}: the far end sent {len(descriptors)} speech descriptors")
    return kinds


def _crossed_pipes() -> tuple[SpeechDescriptors, SpeechDescriptors]:
    """Two pipes in packet mode, as the far end and the near end see them."""
    from_card_read, from_card_write = _packet_pipe(_BLOCKS_FROM_CARD)
    try:
        to_card_read, to_card_write = _packet_pipe(_BLOCKS_TO_CARD)
    except OSError:
        _close([SpeechDescriptors(from_card_read, from_card_write)])
        raise
    far = SpeechDescriptors(to_card_read, from_card_write)
    return far, SpeechDescriptors(from_card_read, to_card_write)


def _packet_pipe(blocks: int) -> tuple[int, int]:
    # O_DIRECT keeps each write a packet of its own, in a page of its own: pipe(2).
    read, write = os.pipe2(os.O_DIRECT | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, blocks * os.sysconf("SC_PAGE_SIZE"))
    except OSError:
        _close([SpeechDescriptors(read, write)])
        raise
    return read, write


def _close(descriptors: Iterable[SpeechDescriptors]) -> None:
    for port in descriptors:
        os.close(port.read)
        os.close(port.write)
