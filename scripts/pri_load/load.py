"""One load from beginning to end: everything up, stages of calls, everything down, the journal read."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.pri_load.appliance import LoadedAppliance, configuration
from scripts.pri_load.audit import audit_journal
from scripts.pri_load.callers import Callers
from scripts.pri_load.far_end import FarEnd
from scripts.pri_load.report import faults_of_audit, faults_of_growth, growth, stage
from scripts.pri_load.samples import Sample, take_sample

__all__ = ["Load", "Stage", "run_load"]

_WARM_UP_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """So many calls a second, for so long or until there were so many."""

    rate_per_s: float
    seconds: float | None = None
    calls: int | None = None


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is done to which appliance."""

    stages: Sequence[Stage]
    spans: int = 16
    brief: bool = False
    "Without a menu: calls are so short that channels are not what limits their rate."
    oam: bool = False
    record: bool = False
    until_fault: bool = False
    "The first stage that is not kept up is the last."
    seed: int = 1


class _Running:
    """The appliance under load."""

    def __init__(self, appliance: LoadedAppliance, far_end: FarEnd, callers: Callers) -> None:
        self._appliance = appliance
        self._far_end = far_end
        self._callers = callers
        # Callers go on calling while somebody looks.
        self._looking = ThreadPoolExecutor(max_workers=1)
        self.placed = 0

    def sample(self) -> Sample:
        return take_sample(self._appliance, self._far_end)

    def stage(self, wanted: Stage) -> dict[str, Any]:
        """Of a stage in time, the first two seconds do not count."""
        callers = self._callers
        if wanted.seconds is not None:
            callers.run(wanted.rate_per_s, seconds=_WARM_UP_S)
            self.placed += callers.take_tally().offered
        tenth: list[Future[Sample]] = []

        def look(placed: int) -> None:
            if wanted.calls is not None and placed == wanted.calls // 10:
                tenth.append(self._looking.submit(self.sample))

        before = self._looking.submit(self.sample)
        began = time.monotonic()
        callers.run(wanted.rate_per_s, seconds=wanted.seconds, calls=wanted.calls, look=look)
        lasted_s = time.monotonic() - began
        if wanted.calls is not None:
            callers.drain()  # all are counted to their ends
        tally = callers.take_tally()
        after = self.sample()
        self.placed += tally.offered
        figures = stage(wanted.rate_per_s, lasted_s, tally, before.result(), after)
        unended = callers.drain()
        last = callers.take_tally()
        for what, count in last.failures.items():
            figures["failures"][what] = figures["failures"].get(what, 0) + count
            figures["faults"].append(f"{count} {what}")
        if unended:
            figures["faults"].append(f"{unended} calls did not end")
        figures["tenth"] = tenth[0].result() if tenth else after
        self._appliance.check()
        return figures

    def close(self) -> None:
        self._looking.shutdown()


def run_load(load: Load, told: Callable[[str], None] = lambda _text: None) -> dict[str, Any]:
    """Run it; every figure, and under "faults" what was not as it should be.

    Raises:
        LoadError: The appliance, or its far end, does not come up or dies.
        ControlError: The call server does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="switchroom-load-") as folder:
        result = _run(load, Path(folder), told)
    result["faults"] += [fault for each in result["stages"] for fault in each["faults"]]
    return result


def _run(load: Load, folder: Path, told: Callable[[str], None]) -> dict[str, Any]:
    text = configuration(load.spans, brief=load.brief, record=load.record)
    with (
        LoadedAppliance(folder, text, oam=load.oam) as appliance,
        FarEnd(appliance) as far_end,
    ):
        appliance.start()
        far_end.bring_up()
        told(f"{far_end.lines} channels are in service")
        callers = Callers(far_end, brief=load.brief, seed=load.seed)
        running = _Running(appliance, far_end, callers)
        begin = running.sample()
        stages = []
        for each in load.stages:
            figures = running.stage(each)
            stages.append(figures)
            told(
                f"{each.rate_per_s:g} a second: {figures['answered_per_s']:g} answered,"
                f" set-up p99 {figures['set_up_ms'].get('p99', 0):g} ms,"
                f" {len(figures['faults'])} faults"
            )
            if figures["faults"] and load.until_fault:
                break
        tenth = stages[-1]["tenth"]
        far_end.come_to_rest()
        held = growth(begin, tenth, running.sample())
        warnings = appliance.warnings()
        running.close()
        callers.close()
    audit = audit_journal(folder / "var" / "journal")
    for figures in stages:
        del figures["tenth"]
    kept_up = [each["rate_per_s"] for each in stages if not each["faults"]]
    return {
        "spans": load.spans,
        "lines": far_end.lines,
        "processors": os.cpu_count(),
        "sustained_per_s": max(kept_up, default=0.0),
        "stages": stages,
        "held": held,
        "audit": asdict(audit),
        "warnings": warnings,
        "faults": faults_of_growth(held) + faults_of_audit(audit, running.placed),
    }
