"""The appliance under load: a configuration with many virtual E1, and processes as `switchroom run` has them.

Only the town is missing: `far_end` stands in its place, so that no people and no sound of theirs use the
processors that are measured.
"""

import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware_host.config import Appliance, read_appliance
from firmware_host.control_socket import ControlError, ask
from firmware_host.state_files import PRI_WORKER_SOCKET, TOWN_PRI_WORKER_SOCKET

__all__ = ["NUMBER", "LoadError", "LoadedAppliance", "configuration"]

NUMBER = "5550100"
_STOP_LIMIT_S = 20.0

_SITE = """
[site]
name = "Load"
country = "ro"
law = "alaw"
language = "en"
time_zone = "UTC"
state = "var"

[limits]
record_calls = {record}

[card.desks]
kind = "virtual"

[station.desk-1]
card = "desks"
port = 0

[agent.1001]
name = "Nobody calls"
pin = "4711"

[queue.all]
agents = ["1001"]

[trunk_group.carrier]
cards = [{cards}]
flow = "main"
called = "{number}"

[prompt.greeting]
en = "Hello."
"""

_MENU = """
[flow.main]
start = "menu"

[flow.main.node.menu]
kind = "menu"
prompts = ["greeting"]
keys = { "1" = "goodbye" }
invalid = ["greeting"]
exhausted = "goodbye"
timeout_s = 1
attempts = 1

[flow.main.node.goodbye]
kind = "hang_up"
cause = "no valid key pressed"
"""
_GREETING = """
[flow.main]
start = "greeting"

[flow.main.node.greeting]
kind = "hang_up"
prompts = ["greeting"]
cause = "flow ended"
"""


class LoadError(Exception):
    """The load cannot go on."""


def configuration(spans: int, *, brief: bool = False, record: bool = False) -> str:
    """An appliance.toml with so many E1; ``brief``: callers hear a greeting, without a menu after it."""
    names = [f"e1-{number}" for number in range(1, spans + 1)]
    cards = "".join(
        f'\n[card.{name}]\nkind = "virtual"\n\n[card.{name}.pri]\nswitch = "euroisdn_e1"\n'
        for name in names
    )
    listed = ", ".join(f'"{name}"' for name in names)
    site = _SITE.format(cards=listed, number=NUMBER, record=str(record).lower())
    return site + cards + (_GREETING if brief else _MENU)


class LoadedAppliance:
    """Its processes, and the PRI worker at the far end; all end with the block that uses it."""

    def __init__(self, folder: Path, text: str, *, oam: bool = False) -> None:
        self._file = folder / "appliance.toml"
        self._file.write_text(text)
        self.settings: Appliance = read_appliance(self._file)
        self.state = folder / "var"
        self.state.mkdir()
        self.log = folder / "log"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._oam = oam

    def __enter__(self) -> Self:
        """The far end's worker runs; the appliance does not yet."""
        self._start("far worker", "drivers.pri", str(self.state / TOWN_PRI_WORKER_SOCKET))
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Call control first, as `switchroom run` does."""
        for name in ("call server", "OAM", "PRI worker", "far worker"):
            process = self.processes.get(name)
            if process is None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self) -> None:
        """Start the PRI worker, the call server and, if wanted, OAM."""
        cli = ("firmware_host.cli", "--config", str(self._file))
        self._start("PRI worker", "drivers.pri", str(self.state / PRI_WORKER_SOCKET))
        self._start("call server", *cli, "callserver")
        if self._oam:
            self._start("OAM", *cli, "oam")

    def _start(self, name: str, *words: str) -> None:
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def check(self) -> None:
        """Look whether all processes live.

        Raises:
            LoadError: One has ended.
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                last = self.log.read_text(errors="replace").splitlines()[-5:]
                raise LoadError("\n".join([f"the {name} ended with {process.returncode}", *last]))

    def ask(self, command: str) -> Any:  # noqa: ANN401 - JSON
        """The call server's answer.

        Raises:
            ControlError: It does not answer.
        """
        return ask(self.state / "callserver.sock", command, timeout_s=10)

    def lines_in_service(self) -> int:
        """How many; 0 while the call server does not answer."""
        try:
            return int(self.ask("status")["lines_in_service"])
        except ControlError:
            return 0

    def warnings(self) -> list[str]:
        """What the processes had to complain about."""
        words = ("WARNING", "ERROR", "Traceback")
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in words)]
