"""What a media plane has counted, in plain values for other processes."""

from typing import Any

from dsp import Plane

__all__ = ["media_figures"]


def media_figures(plane: Plane) -> dict[str, Any]:
    """Counts since the plane was made; distributions in milliseconds."""
    counters = plane.counters()
    return {
        "ticks": counters.ticks,
        "lost_blocks": int(counters.lost_blocks.sum()),
        "slips": int(counters.slips.sum()),
        "write_overruns": int(counters.write_overruns.sum()),
        "lateness": list(counters.lateness.counts),
        "busy": list(counters.busy.counts),
        "lateness_p99_ms": round(counters.lateness.percentile_ms(99), 3),
        "busy_p99_ms": round(counters.busy.percentile_ms(99), 3),
        "processor_s": round(counters.processor_s, 3),
        "clock_slot": counters.clock_slot,
        "clock_changes": counters.clock_changes,
        "skipped_ticks": counters.skipped_ticks,
        "lost_detections": counters.lost_detections,
        "lost_recorded_blocks": counters.lost_recorded_blocks,
    }
