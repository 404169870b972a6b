"""The whole appliance as processes, started as a person starts it, on a state folder of the test's."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from waiting import wait_until

from firmware_host.control_socket import ControlError, ask

__all__ = ["COMMAND", "RunningAppliance", "wait_until"]

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"
COMMAND = [sys.executable, "-m", "firmware_host.cli"]


class RunningAppliance:
    lines = 9

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.environment = environment or {}
        self.file = folder / "appliance.toml"
        self.state = folder / "var"
        # The wall clock is what these tests have least of: all trunks but the first offer at once.
        first, rest = EXAMPLE.read_text().split("[trunk.line-2]")
        rest = rest.replace('caller_id = "fsk_after_first_ring"', 'caller_id = "none"')
        rest = rest.replace("wrap_up_s = 10", "wrap_up_s = 2")
        self.file.write_text(f"{first}[trunk.line-2]{rest}")
        self.log = folder / "log"
        self.process: subprocess.Popen | None = None

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "--config", str(self.file), "run", *options],
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )
        wait_until(lambda: self.in_service(self.lines), 25, f"{self.lines} lines in service")
        wait_until(lambda: self.oam_up(), 15, "OAM answers")

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def ask(self, process: str, command: str, **arguments):
        try:
            return ask(self.state / f"{process}.sock", command, timeout_s=5, **arguments)
        except ControlError:
            return None

    def in_service(self, count: int) -> bool:
        status = self.ask("callserver", "status")
        return status is not None and status["lines_in_service"] == count

    def oam_up(self) -> bool:
        return self.ask("oam", "position") is not None

    def agents_ready(self, count: int) -> bool:
        agents = self.ask("callserver", "agents") or []
        return sum(agent["is_offerable"] for agent in agents) == count

    def handsets_down(self) -> bool:
        lines = self.ask("callserver", "lines") or []
        return all(line["state"] == "idle" for line in lines if line["role"] == "station")

    def calls(self, stage: str | None = None) -> list[dict]:
        calls = self.ask("callserver", "calls") or []
        return [call for call in calls if stage is None or call["stage"] == stage]

    def process_id(self, kind: str) -> int:
        text = wait_until(
            lambda: (self.state / f"{kind}.lock").read_text().strip(), 5, f"{kind} runs"
        )
        return int(text)

    def talk(self, number: str, **options) -> tuple[str, subprocess.Popen]:
        """A call that has come as far as talking, and its caller."""
        wait_until(lambda: self.agents_ready(3), 60, "all agents ready")
        known = {call["call"] for call in self.calls()}
        caller = self.dial(number, **options)
        (call,) = wait_until(
            lambda: [call for call in self.calls("talking") if call["call"] not in known],
            40,
            "a talk",
        )
        return call["call"], caller

    def hang_up(self, call: str, caller: subprocess.Popen) -> str:
        """Ends the call; what its caller noticed."""
        self.command("hangup", call)
        return caller.communicate(timeout=20)[0]

    def facts(self) -> list[dict]:
        return self.json("journal", "show", "--last", "0")

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*COMMAND, "--config", str(self.file), *words],
            capture_output=True,
            text=True,
            timeout=90,
            check=check,
            env={**os.environ, "COLUMNS": "120"},
        )

    def json(self, *words: str):
        return json.loads(self.command(*words, "--json").stdout)

    def dial(self, number: str, *, press: str = "1", stay_s: float = 60) -> subprocess.Popen:
        words = [
            "dial",
            "--from",
            number,
            "--to",
            "5550100",
            "--press",
            press,
            "--stay",
            str(stay_s),
        ]
        return subprocess.Popen(
            [*COMMAND, "--config", str(self.file), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
