"""The soak's report: figures as text and JSON, and their course as a picture."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from audit import Audit
from callers import Tally
from matplotlib import pyplot
from samples import Sample

from dsp import Distribution

__all__ = ["figures", "text", "write_report"]

PERCENTILES = (50, 99, 99.9, 100)


def figures(samples: list[Sample], tally: Tally, audit: Audit, ports: int) -> dict[str, Any]:
    """Everything in one dictionary; what was counted is between the first and the last sample."""
    first, last = samples[0], samples[-1]
    lasted_s = last.at_s - first.at_s
    planes = {"call server": (first.media, last.media), "town": (first.far_media, last.far_media)}
    return {
        "minutes": round(lasted_s / 60, 1),
        "ports": ports,
        "calls_up_mean": round(sum(each.calls_up for each in samples) / len(samples), 1),
        "callers": {key: value for key, value in asdict(tally).items() if key != "pressed"},
        "audit": audit.as_dict(),
        "planes": {name: _plane(*pair, lasted_s) for name, pair in planes.items()},
        "memory_mb": _course(samples, "memory_mb"),
        "descriptors": _course(samples, "descriptors"),
        "processor": {
            name: round((last.processor_s[name] - first.processor_s[name]) / lasted_s, 3)
            for name in last.processor_s
        },
        "longest_pause_s": last.longest_pause_s,
        "most_unwritten_facts": max(each.unwritten_facts for each in samples),
    }


def _plane(first: dict[str, Any], last: dict[str, Any], lasted_s: float) -> dict[str, Any]:
    counted = ("ticks", "lost_blocks", "slips", "write_overruns", "skipped_ticks", "clock_changes")
    counted += ("lost_detections", "lost_recorded_blocks")
    result = {name: last[name] - first[name] for name in counted}
    for name in ("lateness", "busy"):
        spread = Distribution(tuple(last[name])) - Distribution(tuple(first[name]))
        result[f"{name}_ms"] = {
            f"p{each:g}": round(spread.percentile_ms(each), 3) for each in PERCENTILES
        }
    result["of_a_core"] = round((last["processor_s"] - first["processor_s"]) / lasted_s, 4)
    return result


def _course(samples: list[Sample], name: str) -> dict[str, dict[str, float]]:
    """First, after a tenth of the time, last and most."""
    settled = samples[len(samples) // 10]
    return {
        process: {
            "first": round(getattr(samples[0], name)[process], 1),
            "after_a_tenth": round(getattr(settled, name)[process], 1),
            "last": round(getattr(samples[-1], name)[process], 1),
            "most": round(max(getattr(each, name)[process] for each in samples), 1),
        }
        for process in getattr(samples[0], name)
    }


def text(result: dict[str, Any]) -> str:
    """The report as people read it."""
    audit = result["audit"]
    lines = [
        f"Soak of {result['minutes']} minutes, {result['ports']} ports,"
        f" {result['calls_up_mean']} calls up on average",
        f"  calls               {audit['calls']} offered, {audit['ended']} ended,"
        f" {audit['talked']} talked with an agent",
        f"  heard wrongly       {audit['wrong_keys']} keys, {audit['unknown_numbers']} numbers missing",
        f"  recordings          {audit['recordings']} whole, {audit['recordings_unreadable']} unreadable,"
        f" {audit['recordings_of_wrong_length']} of wrong length, {audit['recordings_lost']} lost",
        f"  a handset rings     {_spread(audit['ring_ms'])} ms after the decision"
        f" ({audit['rings']} rings, {audit['rings_unseen']} unseen)",
    ]
    for name, plane in result["planes"].items():
        lines += [
            f"  plane of {name}: {plane['ticks']} ticks, {plane['of_a_core']:.1%} of a core",
            f"    lost blocks {plane['lost_blocks']}, slips {plane['slips']}, not sent"
            f" {plane['write_overruns']}, ticks skipped {plane['skipped_ticks']}, recorded blocks lost"
            f" {plane['lost_recorded_blocks']}, detections lost {plane['lost_detections']},"
            f" clock changes {plane['clock_changes']}",
            f"    late {_spread(plane['lateness_ms'])} ms",
            f"    busy {_spread(plane['busy_ms'])} ms",
        ]
    for title, name in (("memory, MB", "memory_mb"), ("descriptors", "descriptors")):
        for process, course in result[name].items():
            lines.append(
                f"  {title:12} {process:11} {course['first']:7g} first, {course['after_a_tenth']:7g}"
                f" after a tenth, {course['last']:7g} last, {course['most']:7g} most"
            )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in result["processor"].items())
    lines.append(f"  processor, of a core: {shares}")
    lines.append(
        f"  call control's longest pause {result['longest_pause_s']:g} s,"
        f" at most {result['most_unwritten_facts']} facts not on disk yet"
    )
    return "\n".join(lines)


def _spread(spread: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in spread.items()) or "none"


def write_report(folder: Path, samples: list[Sample], result: dict[str, Any]) -> None:
    """Writes report.txt, report.json, samples.json and report.png."""
    (folder / "report.txt").write_text(text(result) + "\n")
    (folder / "report.json").write_text(json.dumps(result, indent=2) + "\n")
    (folder / "samples.json").write_text(json.dumps([asdict(each) for each in samples]))
    _draw(folder / "report.png", samples, result)


def _draw(path: Path, samples: list[Sample], result: dict[str, Any]) -> None:
    minutes = [each.at_s / 60 for each in samples]
    figure, axes = pyplot.subplots(3, 2, figsize=(13, 11), layout="constrained")
    figure.suptitle(
        f"Soak: {result['minutes']} min, {result['ports']} ports, {result['audit']['calls']} calls"
    )
    lost, late, busy, memory, descriptors, calls = axes.flat
    for name, style in (("lost_blocks", "-"), ("slips", "--"), ("write_overruns", ":")):
        for plane, colour in (("media", "tab:blue"), ("far_media", "tab:orange")):
            counts = [
                getattr(each, plane)[name] - getattr(samples[0], plane)[name] for each in samples
            ]
            whose = "call server" if plane == "media" else "town"
            lost.plot(
                minutes, counts, style, color=colour, label=f"{name.replace('_', ' ')}, {whose}"
            )
    lost.set_title("Blocks, counted from the beginning")
    for axis, name in ((late, "lateness"), (busy, "busy")):
        for percent in (50, 99, 100):
            axis.plot(minutes[1:], _between(samples, name, percent), label=f"p{percent}")
        axis.set_yscale("log")
        axis.set_ylabel("ms")
    late.set_title("Ticks begin late (between two readings)")
    busy.set_title("Ticks take, system calls included")
    for process in samples[0].memory_mb:
        memory.plot(minutes, [each.memory_mb[process] for each in samples], label=process)
        descriptors.plot(minutes, [each.descriptors[process] for each in samples], label=process)
    memory.set_title("Resident memory")
    memory.set_ylabel("MB")
    memory.set_ylim(bottom=0)
    descriptors.set_title("Open descriptors")
    descriptors.set_ylim(bottom=0)
    calls.plot(minutes, [each.calls_up for each in samples], label="calls up")
    calls.plot(minutes, [each.unwritten_facts for each in samples], label="facts not on disk yet")
    calls.set_title("Calls up, facts waiting for the disk")
    for axis in axes.flat:
        axis.set_xlabel("minutes")
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _between(samples: list[Sample], name: str, percent: float) -> list[float]:
    spreads = [Distribution(tuple(each.media[name])) for each in samples]
    pairs = zip(spreads[1:], spreads[:-1], strict=True)
    return [max(0.001, (late - early).percentile_ms(percent)) for late, early in pairs]
