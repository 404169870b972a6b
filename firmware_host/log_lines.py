"""One log format for every process: one line a message, whatever is in it.

Under systemd a line begins with its priority, ``<4>callserver: …``, which journald takes off; it knows time
and process itself. Anywhere else a line says time (UTC), level and process.

What callers, agents and far ends send may stand in a message. It never breaks a line and never reaches a
terminal as a command: see `terminal_text`.
"""

import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from firmware_host.log_thread import ThreadedStreamHandler
from firmware_host.terminal_text import printable

__all__ = ["JournaldFormatter", "LineFormatter", "is_journal", "is_logging", "log_as"]

_LONGEST_LINE = 4000
"""Journald would cut a line at 48 KiB; nobody reads one of more than this."""
_BETWEEN_LINES = " | "

# syslog(3)
_ERROR, _WARNING, _INFORMATION, _DEBUG = 3, 4, 6, 7


class LineFormatter(logging.Formatter):
    """``2026-11-22T16:21:19.524Z WARNING callserver: line-1 is out of service: no line battery``."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        return f"{self.beginning(record)}{self._process}: {_one_line(record)}"

    def beginning(self, record: logging.LogRecord) -> str:
        """What stands before the process's name."""
        at = datetime.fromtimestamp(record.created, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z {record.levelname:<7} "


class JournaldFormatter(LineFormatter):
    """``<4>callserver: line-1 is out of service: no line battery``: see sd-daemon(3)."""

    def beginning(self, record: logging.LogRecord) -> str:
        """The priority of syslog."""
        if record.levelno >= logging.ERROR:
            return f"<{_ERROR}>"
        if record.levelno >= logging.WARNING:
            return f"<{_WARNING}>"
        return f"<{_INFORMATION if record.levelno >= logging.INFO else _DEBUG}>"


def is_journal(stream: TextIO, journal_stream: str | None) -> bool:
    """Whether a stream goes to journald.

    Args:
        stream: Usually standard error.
        journal_stream: What systemd says of it in JOURNAL_STREAM, device and inode. It is inherited by
            processes that write elsewhere, hence the comparison.
    """
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return journal_stream == f"{status.st_dev}:{status.st_ino}"


def log_as(process: str, *, may_wait: bool = True) -> None:
    """Send all that this process logs, warnings and unhandled exceptions too, to standard error.

    Whoever has set up logging before, as a test runner does, keeps it.

    Args:
        process: The name that stands in each line, such as ``callserver``.
        may_wait: Whether whoever logs may wait for standard error.
    """
    if logging.getLogger().handlers:
        return
    journal = is_journal(sys.stderr, os.environ.get("JOURNAL_STREAM"))
    handler: logging.Handler = (
        logging.StreamHandler(sys.stderr) if may_wait else ThreadedStreamHandler(sys.stderr)
    )
    handler.setFormatter((JournaldFormatter if journal else LineFormatter)(process))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_unhandled
    # A process that hangs or is aborted can be asked where it stands: kill -USR2.
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    threading.excepthook = _log_unhandled_in_thread


def is_logging() -> bool:
    """Whether `log_as` has been called: this process tells what it has to tell in its log."""
    return any(isinstance(each.formatter, LineFormatter) for each in logging.getLogger().handlers)


def _one_line(record: logging.LogRecord) -> str:
    parts = [record.getMessage()]
    if record.exc_info and record.exc_info[1] is not None:
        parts += traceback.format_exception(record.exc_info[1])
    lines = [line.strip() for part in parts for line in part.splitlines()]
    return printable(_BETWEEN_LINES.join(line for line in lines if line), longest=_LONGEST_LINE)


def _log_unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("ends: nobody handles", exc_info=error)


def _log_unhandled_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        name = arguments.thread.name if arguments.thread is not None else "unknown"
        logging.getLogger(__name__).critical(
            "thread %s ends: nobody handles", name, exc_info=arguments.exc_value
        )
