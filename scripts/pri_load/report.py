"""What came of a load, in figures, and as people read it."""

import statistics
from typing import Any

from dsp import Distribution
from scripts.pri_load.audit import Audit
from scripts.pri_load.callers import Tally
from scripts.pri_load.samples import FAR_END, Sample

__all__ = ["faults_of_audit", "faults_of_growth", "growth", "stage", "table"]

_MEMORY_GROWTH_MB = 6.0
"""Between a tenth of the calls and the end; what is kept for each call would be ten times that."""
_SET_UP_LIMIT_MS = 1000.0
_OFFERED_SHARE = 0.98


def stage(
    rate_per_s: float, called_s: float, tally: Tally, before: Sample, after: Sample
) -> dict[str, Any]:
    """One rate's figures, and what was not as it should be.

    Args:
        rate_per_s: As it was to be.
        called_s: For how long the tally counted.
        tally: What callers saw.
        before: A reading at about the beginning.
        after: One at the end.
    """
    lasted_s = after.at_s - before.at_s
    media = {
        name: after.media[name] - before.media[name]
        for name in ("lost_blocks", "slips", "write_overruns", "skipped_ticks", "lost_detections")
    }
    late = Distribution(tuple(after.media["lateness"])) - Distribution(
        tuple(before.media["lateness"])
    )
    figures = {
        "rate_per_s": rate_per_s,
        "seconds": round(called_s, 1),
        "offered_per_s": round(tally.offered / called_s, 1),
        "answered_per_s": round(tally.answered / called_s, 1),
        "cleared_per_s": round(tally.cleared / called_s, 1),
        "by_caller": tally.by_caller,
        "by_flow": tally.by_flow,
        "most_up": tally.most_up,
        "set_up_ms": _percentiles_ms(tally.set_up_s),
        "failures": dict(tally.failures),
        "no_channel": tally.no_channel,
        "placed_late": tally.late,
        "processor": {
            name: round((used_s - before.processor_s[name]) / lasted_s, 3)
            for name, used_s in after.processor_s.items()
        },
        "pump": {
            name: round((used_s - before.pump_s[name]) / lasted_s, 3)
            for name, used_s in after.pump_s.items()
        },
        "frames_lost": after.frames_lost - before.frames_lost,
        "tick_late_p99_ms": round(late.percentile_ms(99), 2),
        "unwritten_facts": after.unwritten_facts,
        "longest_pause_s": after.longest_pause_s,
        **media,
    }
    figures["faults"] = _faults(rate_per_s, figures)
    return figures


def _faults(rate_per_s: float, figures: dict[str, Any]) -> list[str]:
    counts = {
        "calls that failed": sum(figures["failures"].values()),
        "calls without a channel": figures["no_channel"],
        "calls placed late by the far end": figures["placed_late"],
        "blocks lost": figures["lost_blocks"],
        "detections lost": figures["lost_detections"],
    }
    faults = [f"{count} {what}" for what, count in counts.items() if count]
    faults += [
        f"{figures[f'{what}_per_s']:g} of {rate_per_s:g} a second {what}"
        for what in ("offered", "answered", "cleared")
        if figures[f"{what}_per_s"] < _OFFERED_SHARE * rate_per_s
    ]
    p99_ms = figures["set_up_ms"].get("p99", 0.0)
    if p99_ms > _SET_UP_LIMIT_MS:
        faults.append(f"set-up takes {p99_ms:g} ms (p99)")
    return faults


def growth(begin: Sample, tenth: Sample, end: Sample) -> dict[str, Any]:
    """What is held: before, after a tenth of the calls, at the end."""
    samples = {"begin": begin, "tenth": tenth, "end": end}
    held: dict[str, Any] = {
        what: {
            name: {when: round(getattr(each, what)[name], 1) for when, each in samples.items()}
            for name in end.memory_mb
        }
        for what in ("memory_mb", "descriptors")
    }
    for what in ("calls_up", "lines_not_idle", "worker_calls", "libpri_records"):
        held[what] = {when: getattr(each, what) for when, each in samples.items()}
    return held


def faults_of_growth(held: dict[str, Any]) -> list[str]:
    """What is still held after the last call, or grows."""
    faults = []
    for name, course in held["memory_mb"].items():
        grown = course["end"] - course["tenth"]
        if name != FAR_END and grown > _MEMORY_GROWTH_MB:
            faults.append(f"the {name} has grown by {grown:.1f} MB")
    for name, course in held["descriptors"].items():
        if course["end"] > course["begin"]:
            faults.append(f"the {name} has {course['end'] - course['begin']:g} descriptors more")
    faults += [
        f"{held[what]['end']} {what.replace('_', ' ')} after the last call"
        for what in ("calls_up", "lines_not_idle", "worker_calls", "libpri_records")
        if held[what]["end"]
    ]
    return faults


def faults_of_audit(audit: Audit, offered: int) -> list[str]:
    """What the journal should not say; ``offered``: calls that were placed at the far end."""
    counts = {
        "calls without an end in the journal": audit.without_end,
        "calls with several ends in the journal": audit.with_several_ends,
        "damaged parts of the journal": audit.damage,
        "calls placed that the journal does not know": offered - audit.offered,
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


def _percentiles_ms(times_s: list[float]) -> dict[str, float]:
    if len(times_s) < 2:
        return {}
    cuts = statistics.quantiles(times_s, n=100, method="inclusive")
    figures = {"p50": cuts[49], "p99": cuts[98], "max": max(times_s)}
    return {name: round(value * 1000, 1) for name, value in figures.items()}


def table(result: dict[str, Any]) -> str:
    """The report as people read it."""
    lines = [
        f"{result['lines']} channels on {result['spans']} E1, {result['processors']} processors",
        "",
        "  rate   answered  cleared   set-up, ms          call    its   PRI         far     far"
        "    lost",
        "   /s       /s       /s     p50   p99    max   server   pump worker  OAM worker    end"
        "  blocks",
    ]
    for each in result["stages"]:
        processor = each["processor"]
        set_up = {"p50": 0.0, "p99": 0.0, "max": 0.0} | each["set_up_ms"]
        lines.append(
            f"{each['rate_per_s']:6g} {each['answered_per_s']:9.1f}{each['cleared_per_s']:9.1f}"
            f"{set_up['p50']:8.1f}{set_up['p99']:6.0f}{set_up['max']:7.0f}"
            f"{processor['call server']:9.0%}{each['pump']['call server']:7.0%}"
            f"{processor['PRI worker']:7.0%}{processor.get('OAM', 0.0):5.0%}"
            f"{processor['far worker']:7.0%}{processor[FAR_END]:7.0%}{each['lost_blocks']:8}"
        )
        lines += [f"         not as it should be: {fault}" for fault in each["faults"]]
    lines += ["", f"  the most that was kept up: {result['sustained_per_s']:g} calls a second"]
    audit = result["audit"]
    ends = ", ".join(f"{count} {cause}" for cause, count in sorted(audit["ends"].items()))
    lines.append(
        f"  journal: {audit['facts']} facts, {audit['offered']} calls, {audit['without_end']} without"
        f" an end, {audit['with_several_ends']} with several; {ends}"
    )
    held = result["held"]
    for name, course in held["memory_mb"].items():
        descriptors = held["descriptors"][name]
        lines.append(
            f"  {name:12} {course['begin']:6.1f} MB before, {course['tenth']:6.1f} after a tenth,"
            f" {course['end']:6.1f} at the end; descriptors"
            f" {descriptors['begin']:g}, {descriptors['tenth']:g}, {descriptors['end']:g}"
        )
    lines.append(
        "  at the end: "
        + ", ".join(
            f"{held[what]['end']} {what.replace('_', ' ')}"
            for what in ("calls_up", "lines_not_idle", "worker_calls", "libpri_records")
        )
    )
    return "\n".join(lines)
