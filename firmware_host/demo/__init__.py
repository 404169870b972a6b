"""The main job, shown: a busy quarter of an hour on the virtual card."""

from firmware_host.demo.run import DemoError, DemoOptions, DemoResult, run_demo
from firmware_host.demo.timeline import Timeline

__all__ = ["DemoError", "DemoOptions", "DemoResult", "Timeline", "run_demo"]
