"""Commands between processes: answers, progress, refusals, and what nobody should send."""

import asyncio
import json
import threading

import pytest

from firmware_host.control_socket import (
    ControlError,
    ControlServer,
    Refused,
    Result,
    ask,
    ask_stream,
)


async def _steps(count: int):
    for number in range(count):
        yield number
    yield Result("done")


def _refuse() -> None:
    raise Refused("not today")


HANDLERS = {
    "add": lambda a, b: a + b,
    "steps": lambda count: _steps(count),
    "refuse": _refuse,
    "slow": lambda: asyncio.sleep(0, "slow result"),
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "control.sock"
    ready, stop = threading.Event(), []

    async def serve():
        server = ControlServer(path, HANDLERS)
        await server.start()
        stopping = asyncio.Event()
        stop.append((asyncio.get_running_loop(), stopping))
        ready.set()
        await stopping.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(5)
    yield path
    loop, stopping = stop[0]
    loop.call_soon_threadsafe(stopping.set)
    thread.join(5)
    assert not path.exists()


def test_a_result_comes_back(path):
    assert ask(path, "add", a=1, b=2) == 3
    assert ask(path, "slow") == "slow result"


def test_progress_comes_before_the_result(path):
    assert list(ask_stream(path, "steps", timeout_s=5, count=2)) == [
        ("progress", 0),
        ("progress", 1),
        ("result", "done"),
    ]


def test_a_refusal_is_told_in_the_handlers_words(path):
    with pytest.raises(ControlError, match="not today"):
        ask(path, "refuse")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("nothing", {}), ("add", {"a": 1}), ("add", {"a": 1, "b": 2, "c": 3})],
)
def test_an_unusable_request_is_answered_not_dropped(path, command, arguments):
    with pytest.raises(ControlError, match="unusable"):
        ask(path, command, **arguments)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"garbage\n",
        b"[]\n",
        b"5\n",
        b'{"command": 3}\n',
        b'{"command": "add", "arguments": 7}\n',
        b"\xff\n",
    ],
)
def test_garbage_is_answered_and_the_server_goes_on(path, line):
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(line)
        answer = json.loads(connection.makefile("rb").readline())
    assert "unusable" in answer["error"]
    assert ask(path, "add", a=1, b=2) == 3


def test_a_line_without_end_is_cut_off_and_the_server_goes_on(path):
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        try:
            connection.sendall(b"x" * 1_000_000)
            assert connection.recv(100) == b""
        except ConnectionError:
            pass
    assert ask(path, "add", a=1, b=2) == 3


def test_nobody_there_is_told_with_the_next_step(tmp_path):
    with pytest.raises(ControlError, match="switchroom run"):
        ask(tmp_path / "nowhere.sock", "add")
