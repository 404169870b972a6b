"""Keys as they are pressed, from a terminal; or characters from a pipe.

A terminal is always given back as it was: on leaving, on an error, on Control-C and on SIGTERM, because
`Attention` turns these signals into an ordinary end.
"""

import contextlib
import os
import signal
import socket
import termios
from types import FrameType, TracebackType
from typing import Self

__all__ = ["Attention", "Keyboard"]

CONTROL_D = "\x04"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Keyboard:
    """A descriptor that keys come from; a context manager."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[object] | None = None
        self.is_terminal = os.isatty(descriptor)

    def __enter__(self) -> Self:
        if self.is_terminal:
            self._before = termios.tcgetattr(self._descriptor)
            modes = termios.tcgetattr(self._descriptor)
            modes[3] &= ~(termios.ICANON | termios.ECHO)
            # Control-Z would leave the terminal without its modes to whoever comes next.
            modes[6][termios.VSUSP] = modes[6][termios.VLNEXT] = b"\0"
            modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, modes)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            with contextlib.suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)  # type: ignore[arg-type] # as it gave them
            self._before = None

    def fileno(self) -> int:
        """Readable when `read` has something."""
        return self._descriptor

    def read(self) -> str | None:
        """What was pressed, without line ends; None at the end: Control-D, or the pipe's end."""
        try:
            octets = os.read(self._descriptor, 1024)
        except OSError:
            octets = b""  # the terminal hung up
        text = octets.decode(errors="replace")
        if not octets or (self.is_terminal and text.startswith(CONTROL_D)):
            return None
        return "".join(key for key in text if key not in "\r\n")


class Attention:
    """SIGINT, SIGTERM and SIGHUP as something to wait for, in place of what ends a process at once."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self.came: int | None = None
        "The first signal that came."

    def __enter__(self) -> Self:
        self._theirs.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._ours.close()
        self._theirs.close()

    def fileno(self) -> int:
        """Readable when a signal has come."""
        return self._ours.fileno()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.came = self.came or number
