"""What a service manager hears of its processes: the receiving end of sd_notify(3).

`switchroom run` is that service manager where there is no systemd. A process that promised signs of life
and gives none for too long is ended, so that it can be started anew.
"""

import os
import socket
import struct

__all__ = ["SignsOfLife"]

_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_LONGEST = 4096
_A_ROUND = 64


class SignsOfLife:
    """When each process was last alive, by its id.

    Runs in: one thread.
    """

    def __init__(self) -> None:
        self._last: dict[int, float] = {}
        self._socket = socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        name = f"switchroom-{os.getpid()}-{id(self):x}"
        self._socket.bind(f"\0{name}")
        self._address = f"@{name}"

    def environment(self, limit_s: float) -> dict[str, str]:
        """What a process has to find in its environment to give signs of life."""
        return {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": str(round(limit_s * 1e6))}

    def receive(self, now: float) -> None:
        """Take what has come; never waits."""
        for _ in range(_A_ROUND):
            try:
                message, ancillary, _, _ = self._socket.recvmsg(
                    _LONGEST, socket.CMSG_SPACE(_CREDENTIALS.size)
                )
            except BlockingIOError:
                return
            process = next(
                (
                    _CREDENTIALS.unpack(data)[0]
                    for _, kind, data in ancillary
                    if kind == socket.SCM_CREDENTIALS and len(data) == _CREDENTIALS.size
                ),
                0,
            )
            lines = message.split(b"\n")
            if b"STOPPING=1" in lines:
                self._last.pop(process, None)
            elif b"READY=1" in lines or (b"WATCHDOG=1" in lines and process in self._last):
                self._last[process] = now

    def silent_s(self, process: int, now: float) -> float:
        """How long the process has given no sign; 0 before it was ready and while it stops."""
        return now - self._last.get(process, now)

    def forget(self, process: int) -> None:
        """The process has ended."""
        self._last.pop(process, None)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()
