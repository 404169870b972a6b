"""Technicians at a running appliance: tests, traces, refusals; lines always come back."""

import contextlib
import json
import socket
import subprocess

import msgspec
import pytest
from running_appliance import COMMAND, RunningAppliance, wait_until

from firmware_host.control_socket import ask_stream

pytestmark = pytest.mark.realtime


@pytest.fixture(scope="module")
def appliance(tmp_path_factory):
    running = RunningAppliance(tmp_path_factory.mktemp("look"))
    running.start()
    yield running
    running.stop()


def run(appliance, *words: str):
    return subprocess.run(
        [*COMMAND, "--config", str(appliance.file), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def alarm_of(appliance, line: str) -> str:
    return next(
        (each["alarm"] for each in appliance.ask("callserver", "alarms") if each["name"] == line),
        "",
    )


def in_service(appliance, line: str) -> bool:
    return alarm_of(appliance, line) == ""


def test_a_trunk_is_measured_and_serves_again(appliance):
    done = run(appliance, "line", "test", "line-6", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    figures = {row["figure"]: row for row in json.loads(done.stdout)["figures"]}
    assert figures["dial tone"]["value"] == "350 + 440"
    assert figures["echo return loss"]["judgement"] == "good"
    wait_until(lambda: in_service(appliance, "line-6"), 5, "line-6 serves again")


def test_who_goes_away_in_the_middle_of_a_test_leaves_the_line_in_service(appliance):
    request = msgspec.json.encode({"command": "line_test", "arguments": {"line": "line-5"}})
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(appliance.state / "callserver.sock"))
        client.sendall(request + b"\n")
        wait_until(lambda: alarm_of(appliance, "line-5") == "under test", 5, "the test begins")
        refused = run(appliance, "line", "test", "line-5")
        assert refused.returncode == 1
        assert "under test already" in refused.stderr
    wait_until(lambda: in_service(appliance, "line-5"), 5, "line-5 serves again")


def test_a_trace_tells_a_handsets_events_and_what_the_line_makes_of_them(appliance):
    told = ask_stream(
        appliance.state / "callserver.sock", "trace", timeout_s=10, lines=["line-6"], raw=False
    )
    with contextlib.closing(told):
        _, now = next(told)  # it follows
        assert (now["kind"], now["what"]) == ("now", "in service")
        appliance.ask("callserver", "lines")
        test = subprocess.Popen(
            [*COMMAND, "--config", str(appliance.file), "dial", "--to", "5550200", "--stay", "1"],
            stdout=subprocess.DEVNULL,
        )
        kinds = set()
        for _, entry in told:
            if entry is not None:
                assert entry["line"] == "line-6"
                kinds.add((entry["kind"], entry["what"].split(" ")[0]))
            if ("order", "SetHook") in kinds:
                break
        test.terminate()
        test.wait(10)
    assert ("card", "RingBurstStarted") in kinds
    assert ("line", "CallOffered") in kinds


@pytest.mark.parametrize(
    "words",
    [("line", "bert", "line-1"), ("line", "loopback", "line-1"), ("line", "tune", "line-1")],
    ids=lambda words: words[1],
)
def test_what_needs_a_channel_is_refused_on_a_virtual_card_with_the_reason(appliance, words):
    done = run(appliance, *words)
    assert done.returncode == 1
    assert "virtual card" in done.stderr
    assert "DAHDI" in done.stderr
    assert in_service(appliance, "line-1")


def test_alarms_are_none_and_unknown_lines_are_refused_with_those_there_are(appliance):
    wait_until(lambda: in_service(appliance, "line-5"), 5, "line-5 serves again")
    assert "No alarm" in run(appliance, "alarms").stdout
    assert json.loads(run(appliance, "alarms", "--json").stdout) == []
    done = run(appliance, "line", "test", "line-9")
    assert done.returncode == 1
    assert "line-1, line-2" in done.stderr
