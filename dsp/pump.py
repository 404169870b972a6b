"""What the pump was granted by the machine, and what it counts.

The pump itself is native (dsp/native/pump.c).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dsp._native import ffi, lib

if TYPE_CHECKING:
    from dsp._native import PlaneHandle

__all__ = ["Counters", "PumpPrivileges", "read_counters"]

LATENESS_BOUNDS_MS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, float("inf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpPrivileges:
    """What the machine granted the pump's thread."""

    real_time: bool
    """SCHED_FIFO scheduling."""
    locked_memory: bool
    """The plane's memory is never paged out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counts since the plane was made."""

    ticks: int
    lost_blocks: NDArray[np.uint64]
    """Per slot: blocks for which silence was substituted, once the line had been alive."""
    slips: NDArray[np.uint64]
    """Per slot: blocks dropped because the line's clock runs ahead of ours."""
    write_overruns: NDArray[np.uint64]
    """Per slot: blocks not sent because two waited already for the far end to fetch them."""
    lateness_ms: dict[float, int]
    """Ticks that began less than so many ms late, and not less than the bound before."""
    skipped_ticks: int
    """Ticks left out after the machine had stood still for over 200 ms."""
    lost_detections: int
    lost_recorded_blocks: int


def read_counters(handle: "PlaneHandle", slots: int) -> Counters:
    """Returns a copy of the plane's counters, which its thread goes on counting."""
    whole = ffi.new("struct plane_counters *")
    lib.plane_counters(handle, whole)
    rows = np.zeros((3, slots), np.uint64)
    lost, slips, overruns = (
        ffi.from_buffer("uint64_t[]", row, require_writable=True) for row in rows
    )
    lib.plane_slot_counters(handle, lost, slips, overruns)
    return Counters(
        ticks=whole.ticks,
        lost_blocks=rows[0],
        slips=rows[1],
        write_overruns=rows[2],
        lateness_ms=dict(zip(LATENESS_BOUNDS_MS, whole.late, strict=True)),
        skipped_ticks=whole.skipped_ticks,
        lost_detections=whole.detections_lost,
        lost_recorded_blocks=whole.recorded_lost,
    )
