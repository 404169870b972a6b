"""A running call server lets go of a line's channel, and takes it back whatever ends the work on it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from joined_spans import joined_spans, opened

from drivers import DahdiControl
from drivers.dahdi.abi import Signalling
from firmware_host.control_socket import ControlError, ask, ask_stream
from firmware_host.demo.run import DEMO_APPLIANCE

COMMAND = [sys.executable, "-m", "firmware_host.cli"]
TABLES = """
[card.analog]
kind = "dahdi"
span = "DYN/loc/b:0"

[trunk.line-1]
card = "analog"
port = 1
flow = "main"

[station.desk-1]
card = "analog"
port = 2
"""


def eventually(reached, limit_s: float, what: str):
    pause = threading.Event()
    until = time.monotonic() + limit_s
    while not (found := reached()):
        assert time.monotonic() < until, what
        pause.wait(0.05)
    return found


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    text = DEMO_APPLIANCE.read_text()
    begin, end = text.index("[card.virtual]"), text.index("[agent.")
    file = folder / "appliance.toml"
    file.write_text(text[:begin] + TABLES + text[end:])
    with (
        DahdiControl() as control,
        joined_spans(control, 0xB, 2, near=None, far=Signalling.FXOKS),
        (folder / "log").open("wb") as log,
    ):
        server = subprocess.Popen(
            [*COMMAND, "--config", file, "callserver"], stdout=log, stderr=log
        )
        try:
            socket = folder / "var" / "callserver.sock"
            eventually(lambda: "line-1" in serving(socket), 60, (folder / "log").read_text())
            yield socket
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def serving(socket) -> list[str]:
    with contextlib.suppress(ControlError):
        return [each["line"] for each in ask(socket, "lines") if each["in_service"]]
    return []


def test_a_released_line_is_anothers_and_serves_again_afterwards(state):
    released = ask_stream(state, "release", timeout_s=20, line="line-1")
    with contextlib.closing(released):
        _, granted = next(released)
        alarms = {each["name"]: each["alarm"] for each in ask(state, "alarms")}
        assert alarms["line-1"] == "released for maintenance"
        with opened(eventually(lambda: free(granted["channel"]), 5, "the channel is free")):
            with pytest.raises(ControlError, match="released for maintenance already"):
                ask(state, "release", line="line-1")
            released.close()  # whoever works on it is killed; its channel closes late
            threading.Event().wait(0.6)
            assert "line-1" not in serving(state)
    eventually(lambda: "line-1" in serving(state), 20, "line-1 serves again")


def free(number: int) -> int | None:
    with contextlib.suppress(Exception), opened(number):
        return number
    return None


@pytest.mark.parametrize("by_place", [False, True], ids=["by name", "by span and channel"])
def test_the_command_for_a_loop_gives_the_line_back(state, control, by_place):
    name = f"{control.span('DYN/loc/b:0').number}-1" if by_place else "line-1"
    file = state.parent.parent / "appliance.toml"
    done = subprocess.run(
        [*COMMAND, "--config", file, "line", "loopback", name, "--for", "0.5"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    assert "looped" in done.stdout
    eventually(lambda: "line-1" in serving(state), 20, "line-1 serves again")
