"""The appliance and its town as processes, every line on DAHDI's kernel driver, spans joined back to back."""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import wait_until

import acd
from firmware_host.control_socket import ControlError, ask, ask_stream
from firmware_host.journal_format import read_segment, segments

__all__ = [
    "DahdiAppliance",
    "Witness",
    "configuration",
    "desk",
    "judged_if_undisturbed",
    "trunk",
    "undisturbed",
    "wait_until",
]

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"
BROUGHT_BACK = Path("/out")
COMMAND = [sys.executable, "-m", "firmware_host.cli"]
FIRST_TRUNK = re.compile(r"\[trunk\.line-1\].*?(?=# -+ telephones)", re.DOTALL)
DESKS = re.compile(r"\[station\.desk-1\].*?(?=# ------------)", re.DOTALL)
CARD = re.compile(r"\[card\.virtual\].*?(?=# ------------)", re.DOTALL)


def configuration(cards: dict[str, int], trunks: list[str], desks: list[str]) -> str:
    """appliance.toml with these cards (name → key of its joined spans) and lines (tables as text)."""
    text = EXAMPLE.read_text()
    tables = [
        f'[card.{name}]\nkind = "dahdi"\nspan = "DYN/loc/{key:x}:0"\ntown_span = "DYN/loc/{key:x}:1"\n'
        for name, key in cards.items()
    ]
    text = CARD.sub(lambda _: "\n".join(tables) + "\n", text)
    text = FIRST_TRUNK.sub(lambda _: "\n".join(trunks) + "\n", text)
    text = DESKS.sub(lambda _: "\n".join(desks) + "\n", text)
    return text.replace("wrap_up_s = 10", "wrap_up_s = 1")


def trunk(name: str, card: str, port: int, caller_id: str = "none", **more: str) -> str:
    """A table of one trunk."""
    lines = [f"[trunk.{name}]", f'card = "{card}"', f"port = {port}", 'called = "5550100"']
    lines += ['flow = "main"', f'caller_id = "{caller_id}"']
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in more.items()), ""])


def desk(name: str, card: str, port: int) -> str:
    """A table of one handset."""
    return f'[station.{name}]\ncard = "{card}"\nport = {port}\n'


class DahdiAppliance:
    """Call server and town; no records, no supervisor: what is under test is the lines."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "appliance.toml"
        self.state = folder / "var"
        self.file.write_text(text)
        self.state.mkdir(exist_ok=True)
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self, process: str, *options: str) -> None:
        with (self.state / f"{process}.log").open("ab") as log:
            self._processes[process] = subprocess.Popen(
                [*COMMAND, "--config", str(self.file), process, *options],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )

    def stop(self) -> dict[str, int]:
        """Ends both in order; their exit codes."""
        codes = {}
        for name in ("callserver", "town"):
            process = self._processes.pop(name, None)
            if process is not None:
                process.terminate()
                codes[name] = process.wait(timeout=60)
        return codes

    def log(self, process: str) -> str:
        return (self.state / f"{process}.log").read_text()

    def ask(self, process: str, command: str, **arguments):
        try:
            return ask(self.state / f"{process}.sock", command, timeout_s=30, **arguments)
        except ControlError:
            return None

    def lines(self) -> dict[str, dict]:
        return {line["line"]: line for line in self.ask("callserver", "lines") or []}

    def all_in_service(self) -> bool:
        lines = self.lines().values()
        return bool(lines) and all(line["in_service"] for line in lines)

    def comes_up(self, limit_s: float) -> None:
        """Until every line serves; what the processes say if they do not."""
        try:
            wait_until(self.all_in_service, limit_s, "all lines in service")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}") from None

    def said(self) -> str:
        """What every process said last, and the last facts."""
        logs = [f"{name}: {self.log(name)[-2000:]}" for name in self._processes]
        files = segments(self.state / "journal")
        facts = [str(entry.fact()) for file in files for entry, _ in read_segment(file, [])]
        return "\n".join([*logs, *facts[-30:]])

    def calls(self, stage: str | None = None) -> list[dict]:
        calls = self.ask("callserver", "calls") or []
        return [call for call in calls if stage is None or call["stage"] == stage]

    def agents_ready(self, count: int) -> bool:
        agents = self.ask("callserver", "agents") or []
        return sum(agent["is_offerable"] for agent in agents) == count

    def process_id(self, process: str) -> int:
        return self._processes[process].pid

    def descriptors(self, process: str = "callserver") -> int:
        return len(list(Path(f"/proc/{self._processes[process].pid}/fd").iterdir()))

    def threads(self, process: str = "callserver") -> int:
        return len(list(Path(f"/proc/{self._processes[process].pid}/task").iterdir()))

    def facts(self, kind: type[acd.Fact]) -> list[acd.Fact]:
        """The journal's facts of this kind, in order."""
        files = segments(self.state / "journal")
        facts = [entry.fact() for file in files for entry, _ in read_segment(file, [])]
        return [fact for fact in facts if isinstance(fact, kind)]

    def lost_speech(self) -> int:
        """Blocks that either end lost, on any line, since it was started."""
        counted = ("lost_blocks", "slips", "write_overruns", "write_underruns", "skipped_ticks")
        figures = [self.ask(end, "media") or {} for end in ("callserver", "town")]
        return sum(int(each.get(name, 0)) for each in figures for name in counted)

    @contextmanager
    def dial(self, **arguments):
        """A caller whose call goes on meanwhile; what came of it, once it is over."""
        outcome: dict[str, object] = {}

        def call() -> None:
            try:
                for kind, value in ask_stream(
                    self.state / "town.sock", "dial", timeout_s=None, **arguments
                ):
                    if kind == "result":
                        outcome.update(value)
            except ControlError as error:
                outcome["error"] = str(error)

        caller = threading.Thread(target=call, daemon=True)
        caller.start()
        yield outcome
        caller.join(60)


class Witness:
    """Sees whether the whole machine stood still: an emulated one does when its computer is busy.

    Its thread has a real-time priority just below that of the pumps, and nothing to do but to wake up.
    """

    STILL_S = 0.03

    def __init__(self) -> None:
        self.gaps = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Witness":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(49))
        before = time.monotonic()
        while not self._stop.wait(0.005):
            now = time.monotonic()
            self.gaps += now - before > self.STILL_S
            before = now


def undisturbed(attempt, tries: int = 3):
    """What an attempt returns, made again while the machine stood still in it; after that not judged."""
    for _ in range(tries):
        with Witness() as witness:
            result = attempt()
        if not witness.gaps:
            return result
    pytest.skip(f"not judged: the emulated machine stood still in each of {tries} tries")


def _keep(text: str) -> None:
    """Among what is brought back from the machine."""
    if BROUGHT_BACK.is_dir():
        with (BROUGHT_BACK / "not_judged.txt").open("a") as file:
            file.write(text)


@contextmanager
def judged_if_undisturbed(appliance):
    """What fails in here has failed, unless the machine stood still, or speech was lost at either end."""
    before = appliance.lost_speech()
    with Witness() as witness:
        try:
            yield
        except AssertionError as error:
            lost = appliance.lost_speech() - before
            if witness.gaps or lost:
                still = f"the emulated machine stood still {witness.gaps} times, {lost} blocks were lost"
                _keep(f"{still}, and then: {error}\n{appliance.said()}\n")
                pytest.skip(f"not judged: {still}, and then: {str(error)[:200]}")
            raise
