"""`switchroom run`: all processes of the appliance in the foreground, for machines without systemd.

A process that dies is started again; a call server that lives but gives no sign of life is ended first.

Started one after the other, the far end of the virtual card first, so that call control finds its lines
there. Stopped call control first, so that calls are closed and recorded while everything else still works;
then OAM, which takes the last facts over into the records; the town last. Nobody waits at start: each part
bears that another is not there yet. The console is nobody's child: whoever wants one starts it.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware_host.explained import EXPLAINED
from firmware_host.signs_of_life import SignsOfLife
from firmware_host.state_files import PRI_WORKER_SOCKET

__all__ = ["run_all"]

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_prctl = ctypes.CDLL(None, use_errno=True).prctl

_STOP_LIMIT_S = 10.0
_SILENT_LIMIT_S = 5.0
"""Call control steps every 0.1 s; after this long without a sign of it nobody is served."""
_DUMP_S = 0.5
"""For a process that is ended to write where it stood."""
_QUICK_DEATH_S = 2.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class _Child:
    name: str
    arguments: list[str]
    silent_limit_s: float | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    quick_deaths: int = 0


def run_all(
    configuration_file: Path,
    *,
    staffed: bool,
    with_town: bool = True,
    pri_sockets: Sequence[Path] = (),
) -> int:
    """Run until SIGINT or SIGTERM; the exit code: 0, or 3 when a process said why it can't run.

    Args:
        configuration_file: Of all processes.
        staffed: Whether the town's people answer our handsets.
        with_town: Some card's far end is played by the town.
        pri_sockets: Where PRI workers listen; one process each.
    """
    base = [sys.executable, "-m", "firmware_host.cli", "--config", str(configuration_file)]
    town = [*base, "town", *([] if staffed else ["--no-staff"])]
    far_end = _Child("town", town)
    workers = [_pri_worker(path) for path in pri_sockets]
    # Without the commands: what is loaded after a crash is time in which nobody is served.
    module = [sys.executable, "-m", "firmware_host.callserver"]
    call_server = _Child(
        "call server",
        [*module, "--config", str(configuration_file)],
        silent_limit_s=_SILENT_LIMIT_S,
    )
    oam = _Child("OAM", [*base, "oam"])
    children = [*workers, *([far_end] if with_town else []), call_server, oam]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    signs = SignsOfLife()
    try:
        for child in children:
            _start(child, signs)
        failed = _watch(children, signs, stop)
    finally:
        for child in (call_server, oam, far_end, *workers):
            _stop_child(child)
        signs.close()
    return EXPLAINED if failed else 0


def _pri_worker(path: Path) -> _Child:
    name = "PRI worker" if path.name == PRI_WORKER_SOCKET else "town's PRI worker"
    return _Child(name, [sys.executable, "-m", "drivers.pri", str(path)])


def _start(child: _Child, signs: SignsOfLife) -> None:
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    if child.silent_limit_s is not None:
        environment |= signs.environment(child.silent_limit_s)
    # A session of its own: Ctrl-C reaches this process only, which then stops the others in order.
    child.process = subprocess.Popen(
        child.arguments,
        start_new_session=True,
        preexec_fn=_die_with_the_parent,
        env=environment,
    )
    child.started_at, child.restart_at = time.monotonic(), None
    _log.info("the %s is started as process %d", child.name, child.process.pid)


def _die_with_the_parent() -> None:
    """In the child: end in order when this process is killed, rather than run on unwatched."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch(children: list[_Child], signs: SignsOfLife, stop: threading.Event) -> bool:
    while not stop.wait(0.05):
        now = time.monotonic()
        signs.receive(now)
        for child in children:
            process = child.process
            if process is not None and process.poll() is not None:
                signs.forget(process.pid)
                if not _note_death(child):
                    return True
                if child.restart_at is not None and time.monotonic() >= child.restart_at:
                    _start(child, signs)
            elif process is not None:
                _end_if_silent(child, process, signs.silent_s(process.pid, now))
            elif child.restart_at is not None and now >= child.restart_at:
                _start(child, signs)
    return False


def _end_if_silent(child: _Child, process: subprocess.Popen[bytes], silent_s: float) -> None:
    """End a process that lives but does nothing; it is started again like any that died."""
    if child.silent_limit_s is None or silent_s <= child.silent_limit_s:
        return
    _log.error("the %s has given no sign of life for %.1f s; it is ended", child.name, silent_s)
    process.send_signal(signal.SIGABRT)  # it writes where it stands, if it still can
    try:
        process.wait(timeout=_DUMP_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _note_death(child: _Child) -> bool:
    """Plan the restart; False when trying again would only say the same."""
    now = time.monotonic()
    code = child.process.returncode if child.process is not None else 0
    child.process = None
    if code == EXPLAINED:
        _log.error("the %s can't run: see its message above; stopping", child.name)
        return False
    quick = now - child.started_at < _QUICK_DEATH_S
    child.quick_deaths = child.quick_deaths + 1 if quick else 0
    pause_s = (
        min(_FIRST_PAUSE_S * 2 ** (child.quick_deaths - 1), _LONGEST_PAUSE_S) if quick else 0.0
    )
    how = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
    _log.error("the %s was %s; starting it again in %g s", child.name, how, pause_s)
    child.restart_at = now + pause_s
    return True


def _stop_child(child: _Child) -> None:
    if child.process is None:
        return
    child.process.send_signal(signal.SIGTERM)
    try:
        child.process.wait(timeout=_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        _log.error("the %s did not stop within %g s; killed", child.name, _STOP_LIMIT_S)
        child.process.kill()
        child.process.wait()
        return
    _log.info("the %s has stopped", child.name)
