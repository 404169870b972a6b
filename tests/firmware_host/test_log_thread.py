"""A log whose reader has fallen asleep: nobody waits for it, and it says what it left out."""

import logging
import os
import re
import threading
import time

from firmware_host.log_lines import LineFormatter
from firmware_host.log_thread import ThreadedStreamHandler


def record(count: int) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "file.py", 1, "line %d of many", (count,), None)


def test_whoever_logs_does_not_wait_for_a_reader_who_sleeps():
    read, write = os.pipe()
    with os.fdopen(write, "w") as stream, os.fdopen(read) as reader:
        handler = ThreadedStreamHandler(stream)
        handler.setFormatter(LineFormatter("callserver"))
        began = time.monotonic()
        for count in range(20_000):
            handler.emit(record(count))
        assert time.monotonic() - began < 2.0
        assert handler.dropped > 5_000
        lines = [next(reader) for _ in range(3000)]
        assert lines[0].endswith("callserver: line 0 of many\n")
        told = sum(
            int(found[1])
            for found in (
                re.search(r"(\d+) lines of the log found no room", line) for line in lines
            )
            if found
        )
        assert told > 5_000
        ending = threading.Thread(target=lambda: (handler.close(), stream.close()))
        ending.start()
        rest = reader.readlines()  # what waits is more than the pipe holds
        ending.join()
        assert len(lines) + len(rest) >= 20_000 - handler.dropped


def test_what_was_logged_last_is_written_before_the_process_ends():
    read, write = os.pipe()
    with os.fdopen(write, "w") as stream:
        handler = ThreadedStreamHandler(stream)
        handler.setFormatter(LineFormatter("callserver"))
        for count in range(100):
            handler.emit(record(count))
        handler.close()
        os.set_blocking(read, False)
        with os.fdopen(read) as reader:
            lines = [next(reader) for _ in range(100)]  # before the stream itself is closed
    assert lines[-1].endswith("line 99 of many\n")
