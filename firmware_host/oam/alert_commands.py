"""Runs the programs of receivers: what the call server must never wait for.

Facts come from the journal, each once; what is older than some minutes when it is read is history, and no
program is run for it. A program gets its arguments as they are, without any shell.
"""

import logging
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firmware_host.journal_format import Entry
from firmware_host.terminal_text import printable
from firmware_host.worker import ThreadWorker, Worker

__all__ = ["AlertCommands", "CommandReceiver"]

_log = logging.getLogger(__name__)

NEWS_S = 300.0
"Whoever was away for longer finds what is up in `switchroom alerts`."
MOST_WAITING = 100
"Programs that wait for one that takes its time; what comes then is left out, and logged."
_WHAT = {
    "AlertRaised": "raised",
    "AlertRepeated": "repeated",
    "AlertEscalated": "escalated",
    "AlertCleared": "cleared",
}
_LONGEST_ARGUMENT = 300
_LONGEST_COMPLAINT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceiver:
    """A program that is told of alerts."""

    name: str
    command: tuple[str, ...]
    time_limit_s: float


class AlertCommands:
    """Hands alerts to programs, those of one receiver one after the other.

    Args:
        receivers: By name.
        worker: Makes the worker that a receiver's programs run on.
        utc_s: The time.
    """

    def __init__(
        self,
        receivers: Mapping[str, CommandReceiver],
        *,
        worker: Callable[[str], Worker] = ThreadWorker,
        utc_s: Callable[[], float] = time.time,
    ) -> None:
        self._make_worker = worker
        self._workers: dict[str, Worker] = {}
        self._waiting: dict[str, int] = {}
        self._utc_s = utc_s
        self.follow(receivers)

    def follow(self, receivers: Mapping[str, CommandReceiver]) -> None:
        """Hand alerts to these from now on."""
        self._receivers = dict(receivers)
        for name in self._receivers.keys() - self._workers.keys():
            self._workers[name] = self._make_worker(f"alert {name}")
            self._waiting[name] = 0

    def receive(self, entry: Entry) -> None:
        """Take notice of a fact; never waits."""
        what = _WHAT.get(entry.kind)
        if what is None or entry.utc_s < self._utc_s() - NEWS_S:
            return
        fields = {
            "what": what,
            "alert": entry.data.get("alert"),
            "subject": f"{entry.data.get('subject_kind')} {entry.data.get('subject')}",
            "why": entry.data.get("why"),
            "severity": entry.data.get("severity"),
            "number": entry.data.get("number"),
            "lasts_s": round(entry.data.get("lasts_s", 0.0)),
        }
        texts = {
            name: printable(str(text), longest=_LONGEST_ARGUMENT) for name, text in fields.items()
        }
        for name in entry.data.get("receivers", ()):
            if name in self._receivers:
                self._submit(self._receivers[name], texts)

    def close(self) -> None:
        """Finish what is waiting, within limits."""
        for worker in self._workers.values():
            worker.close()

    def _submit(self, receiver: CommandReceiver, texts: Mapping[str, str]) -> None:
        if self._waiting[receiver.name] >= MOST_WAITING:
            _log.error("receiver %s is too slow: an alert is left out", receiver.name)
            return
        self._waiting[receiver.name] += 1
        arguments = [receiver.command[0]]
        arguments += [_filled(argument, texts) for argument in receiver.command[1:]]

        def job() -> None:
            try:
                self._run(receiver, arguments)
            finally:
                self._waiting[receiver.name] -= 1

        self._workers[receiver.name].submit(job)

    def _run(self, receiver: CommandReceiver, arguments: list[str]) -> None:
        for attempt in ("trying once more", "given up"):
            complaint = _complaint(arguments, receiver.time_limit_s)
            if not complaint:
                return
            _log.error("receiver %s: %s; %s", receiver.name, complaint, attempt)


def _filled(argument: str, texts: Mapping[str, str]) -> str:
    # In one pass: what is filled in may hold braces of its own.
    return re.sub(r"\{(\w+)\}", lambda found: texts.get(found[1], found[0]), argument)


def _complaint(arguments: list[str], time_limit_s: float) -> str:
    """Run a program; what went wrong, or nothing."""
    try:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{arguments[0]} took longer than {time_limit_s:g} s and was killed"
    except OSError as error:
        return f"{arguments[0]}: {error.strerror}"
    if done.returncode == 0:
        return ""
    said = printable(done.stderr.decode(errors="replace").strip(), longest=_LONGEST_COMPLAINT)
    return f"{arguments[0]} ended with {done.returncode}" + (f": {said}" if said else "")
