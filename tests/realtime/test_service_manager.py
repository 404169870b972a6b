"""Every process as a service: a real datagram socket in the service manager's place, and journald's marks."""

import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

import pytest
from running_appliance import COMMAND, EXAMPLE, RunningAppliance

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]

PROCESSES = ("town", "callserver", "oam", "console")
WATCHDOG_S = 0.6


class Service:
    """A process of the appliance, started as systemd starts one."""

    def __init__(self, folder, name: str, *, watchdog: bool = True) -> None:
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = f"\0switchroom-{os.getpid()}-{name}-{time.monotonic_ns()}"
        self.notify.bind(address)
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            status = os.fstat(log.fileno())
            environment = {
                **os.environ,
                "NOTIFY_SOCKET": "@" + address[1:],
                "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}",
            }
            if watchdog:
                environment["WATCHDOG_USEC"] = str(round(WATCHDOG_S * 1e6))
            words = [*COMMAND, "--config", str(folder / "appliance.toml"), name]
            self.process = subprocess.Popen(words, stderr=log, env=environment)

    def next_message(self, limit_s: float) -> dict[str, str] | None:
        if not select.select([self.notify], [], [], limit_s)[0]:
            return None
        return dict(line.split("=", 1) for line in self.notify.recv(4096).decode().split("\n"))

    def until(self, wanted: str, limit_s: float = 20.0) -> dict[str, str]:
        deadline = time.monotonic() + limit_s
        while (left_s := deadline - time.monotonic()) > 0:
            message = self.next_message(left_s)
            if message is not None and wanted in message:
                return message
        raise AssertionError(f"no {wanted} within {limit_s} s; log: {self.log.read_text()}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "appliance.toml").write_text(EXAMPLE.read_text())
    return tmp_path


@pytest.fixture
def start(folder):
    services = []

    def started(name: str, **options) -> Service:
        services.append(Service(folder, name, **options))
        return services[-1]

    yield started
    for service in services:
        service.close()


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_says_that_it_is_ready_lives_and_stops(start, name):
    service = start(name)
    assert service.until("READY")["READY"] == "1"
    for _ in range(4):
        service.until("WATCHDOG", WATCHDOG_S)
    assert service.stop() == 0
    assert service.until("STOPPING", 1)["STOPPING"] == "1"


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_that_does_not_run_gives_no_sign_of_life_until_it_runs_again(start, name):
    service = start(name)
    service.until("READY")
    service.until("WATCHDOG", WATCHDOG_S)
    service.process.send_signal(signal.SIGSTOP)
    while service.next_message(0.1) is not None:
        pass
    assert service.next_message(2 * WATCHDOG_S) is None
    service.process.send_signal(signal.SIGCONT)
    service.until("WATCHDOG", 2)
    assert service.stop() == 0


def test_the_call_server_is_ready_without_town_oam_or_anybody(start):
    service = start("callserver", watchdog=False)
    assert service.until("READY")["STATUS"].startswith("call server")
    assert service.next_message(0.5) is None


def test_what_a_process_tells_journald_is_lines_with_priorities(start):
    town, server = start("town"), start("callserver")
    for service in (town, server):
        service.until("READY")
    threading.Event().wait(1.0)
    town.stop()
    threading.Event().wait(0.5)
    server.stop()
    lines = server.log.read_text().splitlines()
    assert all(re.fullmatch(r"<[3467]>callserver: \S.*", line) for line in lines), lines
    assert any(line.startswith("<6>callserver: call server") for line in lines)
    assert any(line.startswith("<4>") and "is out of service" in line for line in lines)
    assert any(line.startswith("<3>") and "until it is back" in line for line in lines)


def test_a_bad_configuration_is_explained_in_the_log_and_never_ready(start, folder):
    good = (folder / "appliance.toml").read_text()
    (folder / "appliance.toml").write_text(good.replace('country = "us"', 'country = "usa"'))
    for name in PROCESSES:
        service = start(name)
        assert service.process.wait(timeout=20) == 3
        assert service.next_message(0.1) is None
        lines = service.log.read_text().splitlines()
        assert len(lines) > 1
        assert all(line.startswith(f"<3>{name}: ") for line in lines), lines


def test_in_the_foreground_processes_start_far_end_first_and_stop_call_control_first(tmp_path):
    appliance = RunningAppliance(tmp_path)
    appliance.start()
    assert appliance.stop() == 0
    log = appliance.log.read_text()
    started = re.findall(r"INFO    supervisor: the (.+) is started as process \d+", log)
    stopped = re.findall(r"INFO    supervisor: the (.+) has stopped", log)
    assert started == ["town", "call server", "OAM"]
    assert stopped == ["call server", "OAM", "town"]
    assert log.index("callserver: call server stopped") < log.index("the call server has stopped")
    assert not (tmp_path / "var" / "console.sock").exists()
