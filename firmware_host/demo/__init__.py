"""The main job, shown: a busy quarter of an hour on the virtual card, or a busy hour on E1 spans."""

from firmware_host.demo.busy_hour import BusyHour, BusyHourOptions, run_busy_hour
from firmware_host.demo.run import (
    DemoError,
    DemoOptions,
    DemoResult,
    prepare_output,
    run_demo,
)
from firmware_host.demo.timeline import Timeline

__all__ = [
    "BusyHour",
    "BusyHourOptions",
    "DemoError",
    "DemoOptions",
    "DemoResult",
    "Timeline",
    "prepare_output",
    "run_busy_hour",
    "run_demo",
]
