"""One line a message, whatever callers and far ends put into it; to journald with its priority."""

import io
import json
import logging
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_host.log_lines import JournaldFormatter, LineFormatter, is_journal

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG  |INFO   |WARNING|ERROR  |CRITICAL) oam: .*"
)
TALK = """
import json, logging, sys, threading, warnings
from firmware_host.log_lines import log_as
log_as("oam")
logging.getLogger("x").warning("caller %s", json.loads(sys.argv[1]))
try:
    {}["missing"]
except KeyError:
    logging.getLogger("x").exception("a request failed")
warnings.warn("old habits")
thread = threading.Thread(target=lambda: 1 / 0, name="worker")
thread.start()
thread.join()
raise RuntimeError("two\\nlines")
"""


def record(message: str, level: int = logging.INFO, error: Exception | None = None):
    info = (type(error), error, None) if error is not None else None
    return logging.LogRecord("a.b", level, "file.py", 1, "%s", (message,), info)


@given(st.text(), st.text(), st.sampled_from([LineFormatter, JournaldFormatter]))
def test_no_text_breaks_a_line_or_commands_a_terminal(message, reason, formatter):
    line = formatter("oam").format(record(message, error=ValueError(reason)))
    assert len(line.splitlines()) == 1
    assert all(character.isprintable() for character in line)


@given(st.text())
def test_no_text_makes_a_priority_of_its_own(message):
    line = JournaldFormatter("oam").format(record(f"\n<0>{message}\r<0>", logging.WARNING))
    assert line.startswith("<4>oam: ")
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.DEBUG, 7),
        (logging.INFO, 6),
        (logging.WARNING, 4),
        (logging.ERROR, 3),
        (logging.CRITICAL, 3),
    ],
)
def test_levels_are_priorities_of_syslog(level, priority):
    assert JournaldFormatter("oam").format(record("hello", level)) == f"<{priority}>oam: hello"


def test_a_line_says_time_level_and_process():
    line = LineFormatter("oam").format(record("hello", logging.WARNING))
    assert LINE.fullmatch(line)
    assert line.endswith("Z WARNING oam: hello")


def test_an_overlong_message_is_cut():
    assert len(LineFormatter("oam").format(record("x" * 100_000))) < 4100


def test_the_journal_is_known_by_device_and_inode(tmp_path):
    with (tmp_path / "stream").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert is_journal(stream, f"{status.st_dev}:{status.st_ino}")
        assert not is_journal(stream, f"{status.st_dev}:{status.st_ino + 1}")
        assert not is_journal(stream, None)
    assert not is_journal(io.StringIO(), "1:2")
    assert not is_journal(stream, f"{status.st_dev}:{status.st_ino}")


@pytest.mark.parametrize("to_journal", [False, True])
def test_a_process_tells_everything_in_lines_of_one_kind_its_own_death_too(tmp_path, to_journal):
    name = "ANN\nOTHER \x1b[2J\u2028\x00\x9b31m"
    with (tmp_path / "log").open("w") as log:
        status = os.fstat(log.fileno())
        inode = status.st_ino if to_journal else status.st_ino + 1
        environment = {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{inode}"}
        done = subprocess.run(
            [sys.executable, "-W", "always", "-c", TALK, json.dumps(name)],
            stderr=log,
            env=environment,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    lines = (tmp_path / "log").read_text().splitlines()
    form = re.compile(r"<[347]>oam: [^\x00-\x1f\x7f-\x9f]*") if to_journal else LINE
    assert all(form.fullmatch(line) for line in lines), lines
    kinds = ("ANN | OTHER", "a request failed", "old habits", "thread worker", "two | lines")
    assert len(lines) == len(kinds)
    for line, kind in zip(lines, kinds, strict=True):
        assert kind in line
    assert "ZeroDivisionError" in lines[3]
    assert "RuntimeError" in lines[4]
