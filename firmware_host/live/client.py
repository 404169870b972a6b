"""A command's end of a live socket."""

import contextlib
import socket
from pathlib import Path
from typing import Any

import msgspec

from firmware_host.control_socket import ControlError
from firmware_host.live.messages import ERROR, LONGEST_MESSAGE, NOTE, RESULT, SOUND, HeardBlock

__all__ = ["LiveClient", "LiveEnded"]

_HELLO_LIMIT_S = 10.0


class LiveEnded(Exception):
    """The other process ended the connection."""


class LiveClient:
    """Connected once made; use it as a context manager, or close it.

    Raises:
        ControlError: nobody is there, or we are refused.
    """

    def __init__(self, path: Path, hello: dict[str, Any]) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_HELLO_LIMIT_S)
        try:
            self._socket.connect(str(path))
            with contextlib.suppress(BrokenPipeError):  # refused unheard: the reason can be read
                self._socket.send(msgspec.json.encode(hello))
            answer = self._socket.recv(LONGEST_MESSAGE)
        except OSError as error:
            self._socket.close()
            reason = error.strerror or str(error)
            message = (
                f"{path}: nobody answers ({reason}); start the appliance with `switchroom run`"
            )
            raise ControlError(message) from error
        if answer[:1] != RESULT:
            self._socket.close()
            told = answer[1:].decode(errors="replace") if answer[:1] == ERROR else "no answer"
            raise ControlError(told)
        self.result: dict[str, Any] = msgspec.json.decode(answer[1:])
        "What the server said to our hello."
        self._socket.setblocking(False)

    def __enter__(self) -> "LiveClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """Readable when `receive` has something."""
        return self._socket.fileno()

    def close(self) -> None:
        """Go away."""
        self._socket.close()

    def send(self, kind: bytes, content: bytes) -> bool:
        """Send a message; False if the other process is too slow to take it now, or gone."""
        with contextlib.suppress(OSError):
            return self._socket.send(kind + content) > 0
        return False

    def receive(self) -> list[HeardBlock | dict[str, Any]]:
        """All sound and notes that have come.

        Raises:
            LiveEnded: nothing more will come.
        """
        come: list[HeardBlock | dict[str, Any]] = []
        while True:
            try:
                message = self._socket.recv(LONGEST_MESSAGE)
            except BlockingIOError:
                return come
            except OSError:
                message = b""
            kind = message[:1]
            if kind == SOUND:
                come.append(HeardBlock.unpack(message))
            elif kind == NOTE:
                come.append(msgspec.json.decode(message[1:]))
            elif come:
                return come  # the end stays readable: the next call tells
            else:
                raise LiveEnded(message[1:].decode(errors="replace"))
