"""One process of a kind per state folder: a lock that the kernel drops when its holder dies."""

import fcntl
import os
from pathlib import Path

__all__ = ["InstanceLock", "SecondInstance"]


_LONGEST_STATE_PATH = 107 - len("/callserver.sock")
"""sun_path of a unix socket holds 108 octets with its final zero (unix(7))."""


class SecondInstance(Exception):
    """Another process holds the lock, or the folder can't be written."""


class InstanceLock:
    """Held until the process ends."""

    def __init__(self, state: Path, kind: str) -> None:
        path = state / f"{kind}.lock"
        if len(os.fsencode(state)) > _LONGEST_STATE_PATH:
            raise SecondInstance(
                f"{state}: too long a path for local sockets (at most {_LONGEST_STATE_PATH} octets);"
                " set site.state to a folder nearer to the root"
            )
        try:
            state.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise SecondInstance(
                f"{state}: can't be used as state folder: {error.strerror};"
                " make it writable, or set site.state to another folder"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise SecondInstance(
                f"another {kind} (process {holder}) runs on {state};"
                " stop it, or set site.state to another folder"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)
