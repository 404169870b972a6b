"""The appliance whose call server is killed: its configuration, its processes, what they answer."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_host.control_socket import ControlError, ask

__all__ = ["DESKS", "NUMBER", "TRUNKS", "KillError", "Office", "wait_until"]

NUMBER = "5550100"
TRUNKS = 8
DESKS = 6
"The first three serve callers, the others are paused."
PATIENT_S = 3600

_HEAD = f"""
[site]
name = "Killed"
country = "us"
law = "mulaw"
language = "en"
time_zone = "UTC"
state = "var"

[card.virtual]
kind = "virtual"

[trunk_group.town]
caller_number = "{NUMBER}"

[route.world]
via = [{{ group = "town" }}]

[queue.served]
agents = ["1001", "1002", "1003"]
ring_timeout_s = 15
wrap_up_s = 2
announce_first_s = 30

[queue.patient]
agents = ["1004", "1005", "1006"]
resume_s = {PATIENT_S}
longest_wait_s = {PATIENT_S}
announce_first_s = {PATIENT_S}

[pause]
reasons = {{ "1" = "break", "2" = {{ name = "meeting", paid = true }}, "3" = "lunch" }}

[alert.pauses]
kind = "pause"
longer_than_s = 5
receivers = ["mail"]

[receiver.mail]
log = true

[flow.main]
start = "menu"

[flow.main.node.menu]
kind = "menu"
prompts = ["welcome"]
keys = {{ "1" = "served", "2" = "patient" }}
invalid = ["welcome"]
exhausted = "goodbye"

[flow.main.node.served]
kind = "queue"
queue = "served"
timed_out = "goodbye"

[flow.main.node.patient]
kind = "queue"
queue = "patient"
timed_out = "goodbye"
keys = {{ "9" = "call-me" }}

[flow.main.node.call-me]
kind = "call_back"
queue = "patient"
next = "goodbye"
failed = "goodbye"

[flow.main.node.goodbye]
kind = "hang_up"
prompts = ["welcome"]
cause = "flow ended"

[prompt.welcome]
en = "Welcome."
"""


class KillError(Exception):
    """It can't go on."""


def wait_until(
    reached: Callable[[], Any], limit_s: float, what: str, *, every_s: float = 0.05
) -> Any:  # noqa: ANN401
    """Ask again and again until there is an answer.

    Raises:
        KillError: There was none in time.
    """
    pause, until = threading.Event(), time.monotonic() + limit_s
    while not (answer := reached()):
        if time.monotonic() > until:
            raise KillError(f"not within {limit_s:g} s: {what}")
        pause.wait(every_s)
    return answer


def configuration() -> str:
    """The appliance's configuration as text."""
    parts = [_HEAD]
    parts += [
        f'[trunk.line-{port + 1}]\ncard = "virtual"\nport = {port}\ncalled = "{NUMBER}"\n'
        'flow = "main"\ncaller_id = "dtmf_before_ring"\nclears_on = ["battery"]\n'
        'group = "town"\n'
        for port in range(TRUNKS)
    ]
    for desk in range(1, DESKS + 1):
        port = TRUNKS + desk - 1
        parts.append(f'[station.desk-{desk}]\ncard = "virtual"\nport = {port}\n')
        parts.append(f'[agent.{1000 + desk}]\nname = "Agent {desk}"\npin = "471{desk}"\n')
    return "\n".join(parts)


class Office:
    """The running appliance and its far end."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "var"
        self.log = folder / "log"
        self._file = folder / "appliance.toml"
        self._file.write_text(configuration())
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start all processes and wait until every line is there."""
        command = [sys.executable, "-m", "firmware_host.cli", "--config", str(self._file), "run"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen([*command, "--no-staff"], stdout=log, stderr=log)
        wait_until(self.is_in_service, 60, "every line in service")

    def stop(self) -> int:
        """Stop in order; the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(timeout=60)
        finally:
            self._process.kill()

    def ask(self, command: str) -> Any:  # noqa: ANN401 - JSON
        """The call server's answer; None while there is none."""
        try:
            return ask(self.state / "callserver.sock", command, timeout_s=5)
        except ControlError:
            return None

    def is_in_service(self) -> bool:
        """Whether every line is."""
        status = self.ask("status")
        return status is not None and status["lines_in_service"] == TRUNKS + DESKS

    def agents(self) -> dict[str, dict[str, Any]]:
        """By number."""
        return {row["agent"]: row for row in self.ask("agents") or ()}

    def process_id(self) -> int:
        """Of the call server."""
        return int((self.state / "callserver.lock").read_text())
