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

__all__ = ["CardRequests", "Counters", "Distribution", "PumpPrivileges", "read_counters"]

BUCKET_BOUNDS_MS = (*(2 ** (quarter / 4) / 1000 for quarter in range(65)), float("inf"))
"""Upper bounds of a distribution's buckets: quarter octaves from 1 microsecond to 65 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRequests:
    """How a card's driver tells more than blocks.

    DAHDI's reads and writes give ELAST until DAHDI_GETEVENT has been asked; only its driver knows what
    the event means. DAHDI_GET_BUFINFO tells how many blocks wait to be sent: with none in hand a late
    tick leaves a gap, and what is too much in hand is heard late.
    """

    event_error: int = 0
    """The errno of a read or write that has to wait for an event to be fetched; 0: there are none."""
    event_request: int = 0
    """The ioctl that fetches it, as an int."""
    unsent_request: int = 0
    """The ioctl that tells what waits to be sent; 0: there is none."""
    unsent_place: int = 0
    """Where in its answer an int stands, in octets,"""
    unsent_unit: int = 1
    """and how many of its units a block has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpPrivileges:
    """What the machine granted the pump's thread."""

    real_time: bool
    """SCHED_FIFO scheduling."""
    locked_memory: bool
    """The plane's memory is never paged out."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often something took how long."""

    counts: tuple[int, ...]
    """Per bucket of BUCKET_BOUNDS_MS."""

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(self.counts)

    def percentile_ms(self, percent: float) -> float:
        """The upper bound of the bucket that the percentile lies in; 0 when nothing was counted."""
        wanted, seen = self.total * percent / 100, 0
        for bound, count in zip(BUCKET_BOUNDS_MS, self.counts, strict=True):
            seen += count
            if count and seen >= wanted:
                return bound
        return 0.0

    def __sub__(self, earlier: "Distribution") -> "Distribution":
        """What came after an earlier reading of the same distribution."""
        pairs = zip(self.counts, earlier.counts, strict=True)
        return Distribution(tuple(late - early for late, early in pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counts since the plane was made."""

    ticks: int
    lost_blocks: NDArray[np.uint64]
    """Per slot: blocks for which silence was substituted, once the line had been alive."""
    slips: NDArray[np.uint64]
    """Per slot: blocks dropped because the line's clock runs ahead of ours, or after a standstill."""
    write_overruns: NDArray[np.uint64]
    """Per slot: blocks not sent because two waited already for the far end to fetch them."""
    lateness: Distribution
    """How late the ticks began."""
    busy: Distribution
    """How long the ticks took, reading and writing included."""
    processor_s: float
    """What the pump's thread has used of a processor."""
    clock_slot: int | None
    """Whose blocks make the ticks; None: the machine's monotonic clock."""
    clock_changes: int
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
        lateness=Distribution(tuple(whole.lateness)),
        busy=Distribution(tuple(whole.busy)),
        processor_s=whole.processor_ns / 1e9,
        clock_slot=whole.clock_slot if whole.clock_slot >= 0 else None,
        clock_changes=whole.clock_changes,
        skipped_ticks=whole.skipped_ticks,
        lost_detections=whole.detections_lost,
        lost_recorded_blocks=whole.recorded_lost,
    )
