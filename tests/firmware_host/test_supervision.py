"""Supervision of real child processes: who dies comes back, who explained why ends everything."""

import logging
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from firmware_host import supervisor
from firmware_host.explained import EXPLAINED
from firmware_host.signs_of_life import SignsOfLife

_TELL = """
import os, signal, sys
pipe, name, code = sys.argv[1], sys.argv[2], sys.argv[3]
with open(pipe, "w") as told:
    told.write(f"{name} {os.getpid()}\\n")
if code == "promise":
    import socket
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.sendto(b"READY=1\\nSTATUS=up", "\\0" + os.environ["NOTIFY_SOCKET"][1:])
elif code != "stay":
    sys.exit(int(code))
while True:
    signal.pause()
"""


class Watched:
    """Stands for the event that stops the watch: set when enough has been told by the children."""

    def __init__(self, pipe: Path, enough: int) -> None:
        os.mkfifo(pipe)
        self._descriptor = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self._enough = enough
        self._text = b""
        self._limit = time.monotonic() + 30

    @property
    def told(self) -> list[tuple[str, int]]:
        lines = self._text.decode().splitlines()
        return [(name, int(process)) for name, process in map(str.split, lines)]

    def wait(self, seconds: float) -> bool:
        assert time.monotonic() < self._limit, self.told
        if select.select([self._descriptor], [], [], seconds)[0]:
            self._text += os.read(self._descriptor, 4096)
        return self._text.count(b"\n") >= self._enough

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def family(tmp_path):
    """Makes children, each with what it does after it has told its name: an exit code, or to stay."""
    made = []
    signs = SignsOfLife()

    def make(enough: int, **children: str):
        pipe = tmp_path / "told"
        watched = Watched(pipe, enough)
        script = [sys.executable, "-c", _TELL, str(pipe)]
        started = [supervisor._Child(name, [*script, name, do]) for name, do in children.items()]
        made.extend([*started, watched])
        for child in started:
            supervisor._start(child, signs)
        watched.signs = signs
        return watched, started

    yield make
    for what in made:
        if isinstance(what, Watched):
            what.close()
        else:
            supervisor._stop_child(what)
    signs.close()


def test_a_child_that_dies_is_started_again_while_the_others_go_on(family):
    watched, (dies, stays) = family(4, dies="1", stays="stay")
    assert supervisor._watch([dies, stays], watched.signs, watched) is False
    names = [name for name, _ in watched.told]
    assert names.count("stays") == 1
    assert names.count("dies") == 3
    assert dies.quick_deaths >= 2
    assert len({process for _, process in watched.told}) == 4
    assert stays.process.poll() is None


def test_a_child_that_is_killed_is_started_again(family):
    watched, (stays, killed) = family(2, stays="stay", killed="stay")
    assert supervisor._watch([stays, killed], watched.signs, watched) is False
    killed.process.kill()
    watched._enough = 3
    assert supervisor._watch([stays, killed], watched.signs, watched) is False
    assert [name for name, _ in watched.told].count("killed") == 2
    assert stays.process.poll() is None


def test_a_child_that_gives_no_sign_of_life_any_more_is_ended_and_started_again(family, caplog):
    watched, (stays, silent) = family(2, stays="stay", silent="promise")
    silent.silent_limit_s = 0.2
    # The first one was started without a promise; from its death on it has one.
    assert supervisor._watch([stays, silent], watched.signs, watched) is False
    silent.process.kill()
    watched._enough = 4
    with caplog.at_level(logging.ERROR):
        assert supervisor._watch([stays, silent], watched.signs, watched) is False
    assert [name for name, _ in watched.told].count("silent") == 3
    assert "the silent has given no sign of life" in caplog.text
    assert "killed by signal 6" in caplog.text
    assert stays.process.poll() is None


def test_signs_of_life_count_from_whoever_gave_them_only():
    signs = SignsOfLife()
    address = "\0" + signs.environment(5.0)["NOTIFY_SOCKET"][1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(b"WATCHDOG=1", address)  # before it was ready
        signs.receive(10.0)
        assert signs.silent_s(os.getpid(), 20.0) == 0
        notify.sendto(b"STATUS=here\nREADY=1", address)
        signs.receive(30.0)
        assert signs.silent_s(os.getpid(), 33.0) == pytest.approx(3.0)
        assert signs.silent_s(1, 33.0) == 0
        notify.sendto(b"X" * 3000, address)
        notify.sendto(b"WATCHDOG=1", address)
        signs.receive(34.0)
        assert signs.silent_s(os.getpid(), 34.0) == 0
        notify.sendto(b"STOPPING=1", address)
        signs.receive(35.0)
        assert signs.silent_s(os.getpid(), 99.0) == 0
    signs.close()


def test_a_child_that_has_said_why_it_can_not_run_ends_the_watch(family, caplog):
    watched, (stays, explains) = family(99, stays="stay", explains=str(EXPLAINED))
    with caplog.at_level(logging.ERROR):
        assert supervisor._watch([stays, explains], watched.signs, watched) is True
    assert "the explains can't run" in caplog.text
    assert [name for name, _ in watched.told].count("explains") <= 1
    assert stays.process.poll() is None


def test_a_stopped_child_is_gone_and_stopping_it_again_does_no_harm(family):
    watched, (stays,) = family(1, stays="stay")
    supervisor._watch([stays], watched.signs, watched)
    supervisor._stop_child(stays)
    assert stays.process.poll() == -signal.SIGTERM
    supervisor._stop_child(stays)
    supervisor._stop_child(supervisor._Child("never started", []))


class Dead:
    returncode = 1


def pause_after_death(child, lived_s: float) -> float:
    child.process, child.started_at = Dead(), time.monotonic() - lived_s
    assert supervisor._note_death(child)
    assert child.process is None
    return child.restart_at - time.monotonic()


def test_quick_deaths_are_tried_again_ever_later_until_one_lives_long():
    child = supervisor._Child("child", [])
    pauses = [round(pause_after_death(child, 0.1), 1) for _ in range(9)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert pause_after_death(child, 60.0) <= 0.0
    assert pause_after_death(child, 0.1) == pytest.approx(0.5, abs=0.1)
