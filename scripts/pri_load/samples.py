"""Readings of all processes: processor, memory, descriptors, calls, records of libpri, the pump's counts."""

import os
import selectors
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers import WorkerLink
from drivers.pri.messages import AskFigures, SpanFigures
from firmware_host.state_files import PRI_WORKER_SOCKET, TOWN_PRI_WORKER_SOCKET
from scripts.pri_load.appliance import LoadedAppliance, LoadError
from scripts.pri_load.far_end import FarEnd

__all__ = ["FAR_END", "Sample", "take_sample"]

FAR_END = "far end"
"""This process: callers, and the far end's speech."""
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024
_ANSWER_LIMIT_S = 5.0


@dataclass(frozen=True)
class Sample:
    """One reading."""

    at_s: float
    processor_s: dict[str, float]
    "Per process; its pump among it."
    pump_s: dict[str, float]
    "Of the call server's pump, and of the far end's."
    memory_mb: dict[str, float]
    descriptors: dict[str, int]
    media: dict[str, Any]
    calls_up: int
    lines_not_idle: int
    worker_calls: int
    libpri_records: int
    frames_lost: int
    unwritten_facts: int
    longest_pause_s: float


def take_sample(appliance: LoadedAppliance, far_end: FarEnd) -> Sample:
    """Ask every process and the kernel.

    Raises:
        ControlError: The call server does not answer.
        LoadError: A worker does not answer.
    """
    processes = {name: each.pid for name, each in appliance.processes.items()}
    folders = {name: Path(f"/proc/{pid}") for name, pid in processes.items()}
    folders[FAR_END] = Path("/proc/self")
    # Before any of them is asked: they notice later that whoever asked has hung up.
    descriptors = {name: len(list((path / "fd").iterdir())) for name, path in folders.items()}
    status = appliance.ask("status")
    media = appliance.ask("media")
    spans = _span_figures(appliance.state / PRI_WORKER_SOCKET)
    far_spans = _span_figures(appliance.state / TOWN_PRI_WORKER_SOCKET)
    return Sample(
        at_s=time.monotonic(),
        processor_s={name: _processor_s(path) for name, path in folders.items()},
        pump_s={
            "call server": media["processor_s"],
            FAR_END: far_end.plane.counters().processor_s,
        },
        memory_mb={name: _resident_mb(path) for name, path in folders.items()},
        descriptors=descriptors,
        media=media,
        calls_up=len(appliance.ask("calls")),
        lines_not_idle=sum(line["state"] != "idle" for line in appliance.ask("lines")),
        worker_calls=sum(span.calls for span in spans),
        libpri_records=sum(span.records for span in spans),
        frames_lost=sum(span.frames_lost for span in spans + far_spans),
        unwritten_facts=status["unwritten_facts"],
        longest_pause_s=status["longest_pause_s"],
    )


def _span_figures(path: Path) -> list[SpanFigures]:
    link = WorkerLink(path)
    try:
        link.send(AskFigures())
        with selectors.DefaultSelector() as selector:
            selector.register(link, selectors.EVENT_READ)
            if not selector.select(_ANSWER_LIMIT_S):
                raise LoadError(f"{path.name}: no figures within {_ANSWER_LIMIT_S:g} s")
        return [each for each in link.receive() if isinstance(each, SpanFigures)]
    finally:
        link.close()


def _resident_mb(process: Path) -> float:
    return int((process / "statm").read_text().split()[1]) * _PAGE_KB / 1024


def _processor_s(process: Path) -> float:
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
