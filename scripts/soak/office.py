"""A busy office for the soak: its configuration, and the appliance as its own processes."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_host.control_socket import ControlError, ask

__all__ = ["NUMBER", "Office", "SoakError", "wait_until"]

NUMBER = "5550100"
_PROCESSES = ("callserver", "oam", "town")
_START_LIMIT_S = 120.0

_HEAD = """
[site]
name = "Soak"
country = "us"
law = "mulaw"
language = "en"
time_zone = "UTC"
state = "var"

[card.virtual]
kind = "virtual"

[queue.all]
agents = [{agents}]
ring_timeout_s = 15
wrap_up_s = 1
announce_first_s = 5
announce_every_s = 20

[flow.main]
start = "menu"

[flow.main.node.menu]
kind = "menu"
prompts = ["welcome"]
keys = {{ "1" = "queue", "2" = "queue", "3" = "queue", "4" = "queue", "5" = "queue", "6" = "queue" }}
invalid = ["welcome"]
exhausted = "goodbye"
timeout_s = 5
attempts = 3

[flow.main.node.queue]
kind = "queue"
queue = "all"
timed_out = "goodbye"

[flow.main.node.goodbye]
kind = "hang_up"
prompts = ["welcome"]
cause = "waited too long"

[prompt.welcome]
en = "Welcome to Switchroom."
"""


class SoakError(Exception):
    """The soak cannot go on."""


def wait_until(reached: Callable[[], bool], limit_s: float, what: str) -> None:
    """Asks again and again until it is so.

    Raises:
        SoakError: It did not become so in time.
    """
    pause = threading.Event()
    until = time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > until:
            raise SoakError(f"not within {limit_s:g} s: {what}")
        pause.wait(0.1)


def configuration(trunks: int, desks: int) -> str:
    """The appliance's configuration as text."""
    numbers = [str(1001 + desk) for desk in range(desks)]
    parts = [_HEAD.format(agents=", ".join(f'"{number}"' for number in numbers))]
    for port in range(trunks):
        clears = ("battery", "polarity")[port % 2]
        parts.append(
            f'[trunk.line-{port + 1}]\ncard = "virtual"\nport = {port}\ncalled = "{NUMBER}"\n'
            f'flow = "main"\ncaller_id = "fsk_after_first_ring"\nclears_on = ["{clears}"]\n'
        )
    for desk, number in enumerate(numbers):
        parts.append(f'[station.desk-{desk + 1}]\ncard = "virtual"\nport = {trunks + desk}\n')
        parts.append(f'[agent.{number}]\nname = "Agent {number}"\npin = "{number}"\n')
    return "\n".join(parts)


class Office:
    """The running appliance and its far end."""

    def __init__(self, folder: Path, trunks: int, desks: int) -> None:
        self.trunks, self.desks = trunks, desks
        self.state = folder / "var"
        self._log = folder / "log"
        self._file = folder / "appliance.toml"
        self._file.write_text(configuration(trunks, desks))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts all processes and waits until every line and agent is there.

        Raises:
            SoakError: They are not within two minutes.
        """
        command = [sys.executable, "-m", "firmware_host.cli", "--config", str(self._file), "run"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        lines = self.trunks + self.desks
        wait_until(lambda: self._in_service(lines), _START_LIMIT_S, f"{lines} lines in service")
        wait_until(lambda: self._ready(self.desks), _START_LIMIT_S, f"{self.desks} agents ready")

    def stop(self) -> int:
        """Stops in order; the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(timeout=60)
        finally:
            self._process.kill()

    def ask(self, process: str, command: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """A process's answer.

        Raises:
            ControlError: It does not answer.
        """
        return ask(self.state / f"{process}.sock", command, timeout_s=10, **arguments)

    def process_ids(self) -> dict[str, int]:
        """Of each process."""
        return {name: int((self.state / f"{name}.lock").read_text()) for name in _PROCESSES}

    def warnings(self) -> list[str]:
        """What the processes had to complain about."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [
            line
            for line in lines
            if any(word in line for word in ("WARNING", "ERROR", "Traceback"))
        ]

    def _in_service(self, lines: int) -> bool:
        try:
            return bool(self.ask("callserver", "status")["lines_in_service"] == lines)
        except ControlError:
            return False

    def _ready(self, agents: int) -> bool:
        return sum(agent["is_offerable"] for agent in self.ask("callserver", "agents")) == agents
