"""A log that never holds up whoever writes to it: lines go through a bounded queue to a thread of their own.

Standard error may be a pipe that nobody reads, or a file on a disk that stalls. Call control must not
wait for either.
"""

import atexit
import contextlib
import logging
import queue
import threading
from typing import TextIO

__all__ = ["ThreadedStreamHandler"]

_LINES_KEPT = 5000
_LAST_LINES_S = 2.0
"""At the end of the process, lines that still wait get this long."""


class ThreadedStreamHandler(logging.Handler):
    """Formats in the caller's thread, writes in its own; drops and counts what finds no room.

    Runs in: any thread.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.dropped = 0
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(_LINES_KEPT)
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue one line."""
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self.dropped += 1
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, for a moment; then no more."""
        atexit.unregister(self.close)
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(timeout=_LAST_LINES_S)
        super().close()

    def _run(self) -> None:
        told = 0
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(f"{line}\n")
                if self.dropped > told:
                    self._stream.write(f"{self._confession(self.dropped - told)}\n")
                    told = self.dropped
                if self._lines.empty():
                    self._stream.flush()
            except (OSError, ValueError):
                continue  # nobody reads any more; calls go on
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()  # the line that says "no more" kept the queue from being empty

    def _confession(self, lines: int) -> str:
        message = "%d lines of the log found no room before this one"
        return self.format(
            logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, (lines,), None)
        )
