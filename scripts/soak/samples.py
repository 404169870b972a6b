"""Readings of the running appliance every few seconds."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from office import Office

__all__ = ["Sample", "take_sample"]

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


@dataclass(frozen=True)
class Sample:
    """One reading."""

    at_s: float
    calls_up: int
    media: dict[str, Any]
    """The call server's plane."""
    far_media: dict[str, Any]
    """The town's."""
    memory_mb: dict[str, float]
    """Resident, per process."""
    descriptors: dict[str, int]
    processor_s: dict[str, float]
    unwritten_facts: int
    longest_pause_s: float
    """Between two steps of call control, since its start."""


def take_sample(office: Office, at_s: float) -> Sample:
    """Asks every process and the kernel.

    Raises:
        ControlError: A process does not answer.
    """
    status = office.ask("callserver", "status")
    processes = {name: Path(f"/proc/{number}") for name, number in office.process_ids().items()}
    return Sample(
        at_s=at_s,
        calls_up=len(office.ask("callserver", "calls")),
        media=office.ask("callserver", "media"),
        far_media=office.ask("town", "media"),
        memory_mb={name: _resident_mb(path) for name, path in processes.items()},
        descriptors={name: len(list((path / "fd").iterdir())) for name, path in processes.items()},
        processor_s={name: _processor_s(path) for name, path in processes.items()},
        unwritten_facts=status["unwritten_facts"],
        longest_pause_s=status["longest_pause_s"],
    )


def _resident_mb(process: Path) -> float:
    return int((process / "statm").read_text().split()[1]) * _PAGE_KB / 1024


def _processor_s(process: Path) -> float:
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
