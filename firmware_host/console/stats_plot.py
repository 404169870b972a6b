"""A picture of some time: callers, service level, agents; loaded only to be drawn."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from firmware_host.time_spans import Span

__all__ = ["draw_statistics"]

mpl.use("Agg")

_BLUE, _ORANGE, _GREY = "#1f6fb4", "#c7761b", "#9aa5ab"
_STATES = (
    ("talking_s", "talking", _BLUE),
    ("wrapping_up_s", "wrapping up", "#6fa8d6"),
    ("ringing_s", "ringing", "#c2dbef"),
    ("calling_out_s", "calling out", "#7b6bb7"),
    ("ready_s", "ready", "#57a773"),
    ("paused_s", "in a pause", "#e8c170"),
    ("not_known_s", "not known", _GREY),
)
_TARGET = 80
"""Per cent: what most centers promise."""
_MOST_LABELS = 14
_SPARE = 1
"""Empty intervals that are drawn before the first call or agent, and after the last."""


def draw_statistics(
    answer: Mapping[str, Any], file: Path, *, span: Span, zone: ZoneInfo, of: str
) -> None:
    """Writes a PNG or an SVG, by the file's name.

    Raises:
        OSError: It cannot be written.
        ValueError: Nothing is recorded of this time.
    """
    intervals = _with_life(answer["intervals"])
    if not intervals:
        raise ValueError("nothing is recorded of this time")
    # No file's or person's name is a formula; without a date in it the same picture is the same file.
    mpl.rcParams.update({"font.size": 11, "svg.hashsalt": "switchroom", "text.parse_math": False})
    figure = Figure(figsize=(12, 9), dpi=100, layout="constrained")
    figure.suptitle(_title(span, zone, of), fontsize=14, fontweight="bold")
    calls, level, agents = figure.subplots(3, 1, sharex=True, height_ratios=[1.2, 0.8, 1.0])
    _draw_calls(calls, intervals)
    _draw_level(level, intervals)
    _draw_agents(agents, intervals)
    for axes, label in ((calls, "callers"), (level, "service level, %"), (agents, "agents, mean")):
        axes.set_ylabel(label)
        axes.grid(axis="y", alpha=0.25)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=10)
    for axes in (calls, agents):
        axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=axes is calls))
    _mark_times(agents, intervals, zone)
    agents.set_xlabel(
        f"local time, {zone.key}\nservice level {answer['level']}: {answer['formula']};"
        f" T = {answer['threshold_s']:g} s"
    )
    figure.align_ylabels()
    metadata = {"Date": None} if file.suffix.lower() == ".svg" else {"Software": None}
    figure.savefig(file, metadata=metadata)


def _with_life(intervals: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """From the first in which something happened to the last."""
    alive = [
        index
        for index, each in enumerate(intervals)
        if each["calls"]["offered"] or each["agents"]["logged_in_s"]
    ]
    if not alive:
        return ()
    return intervals[max(alive[0] - _SPARE, 0) : alive[-1] + 1 + _SPARE]


def _title(span: Span, zone: ZoneInfo, of: str) -> str:
    begin = datetime.fromtimestamp(span.begin_s, zone)
    last = datetime.fromtimestamp(span.end_s - 1, zone)
    days = f"{begin:%A %Y-%m-%d}"
    if last.date() != begin.date():
        days = f"{begin:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{of}, {days}" if of else days


def _bars(axes: Axes, heights: Sequence[float], bottoms: Sequence[float], **how: Any) -> None:  # noqa: ANN401
    places = [index + 0.5 for index in range(len(heights))]
    axes.bar(places, heights, bottom=bottoms, width=how.pop("width", 0.8), lw=0, **how)


def _draw_calls(axes: Axes, intervals: Sequence[Mapping[str, Any]]) -> None:
    """Each bar is as high as callers were offered."""
    calls = [each["calls"] for each in intervals]
    bottoms = [0] * len(calls)
    others = [each["offered"] - each["answered"] - each["abandoned"] for each in calls]
    for counts, label, colour in (
        ([each["answered"] for each in calls], "answered", _BLUE),
        ([each["abandoned"] for each in calls], "hung up", _ORANGE),
        (others, "left or cut off", _GREY),
    ):
        if any(counts):
            _bars(axes, counts, bottoms, color=colour, label=f"{label}: {sum(counts)}")
        bottoms = [a + b for a, b in zip(bottoms, counts, strict=True)]
    edges = range(len(calls) + 1)
    offered = [each["offered"] for each in calls]
    axes.stairs(offered, edges, color="#33414a", lw=1.0, label=f"offered: {sum(offered)}")


def _draw_level(axes: Axes, intervals: Sequence[Mapping[str, Any]]) -> None:
    levels = [each["calls"]["service_level"] for each in intervals]
    for wanted, colour, label in (
        (True, _BLUE, f"{_TARGET} % and better"),
        (False, _ORANGE, f"below {_TARGET} %"),
    ):
        chosen = [
            100 * level if level is not None and (100 * level >= _TARGET) is wanted else 0.0
            for level in levels
        ]
        if any(chosen):
            _bars(axes, chosen, [0] * len(chosen), color=colour, alpha=0.8, label=label)
    # Nobody in time is a level, too: a bar of no height would look like no calls.
    nobody = [index + 0.5 for index, level in enumerate(levels) if level == 0.0]
    if nobody:
        axes.plot(nobody, [2.0] * len(nobody), "v", color=_ORANGE, ms=6, label="nobody in time")
    axes.axhline(_TARGET, color="#33414a", lw=1.0, ls="--")
    axes.set_ylim(0, 105)
    axes.set_yticks([0, 20, 40, 60, 80, 100])


def _draw_agents(axes: Axes, intervals: Sequence[Mapping[str, Any]]) -> None:
    lengths_s = [each["end_utc_s"] - each["begin_utc_s"] for each in intervals]
    bottoms = [0.0] * len(intervals)
    for field, label, colour in _STATES:
        mean = [
            each["agents"][field] / length_s
            for each, length_s in zip(intervals, lengths_s, strict=True)
        ]
        if any(mean):
            _bars(axes, mean, bottoms, color=colour, label=label, width=1.0)
        bottoms = [a + b for a, b in zip(bottoms, mean, strict=True)]


def _mark_times(axes: Axes, intervals: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> None:
    """Times at the edges between intervals; those that are read most easily."""
    begins = [datetime.fromtimestamp(each["begin_utc_s"], zone) for each in intervals]
    by_day = intervals[0]["end_utc_s"] - intervals[0]["begin_utc_s"] > 80_000
    ticks = list(range(len(begins)))
    if by_day:
        step = math.ceil(len(ticks) / _MOST_LABELS)
        ticks = ticks[::step]
        labels = {index: f"{begins[index]:%a %m-%d}" for index in ticks}
        places = [index + 0.5 for index in ticks]
    else:
        full = [index for index in ticks if begins[index].minute == 0]
        hours = next((h for h in (1, 2, 3, 4, 6, 12, 24) if len(full) / h <= _MOST_LABELS), 24)
        ticks = [index for index in full if begins[index].hour % hours == 0] or ticks[::4]
        several_days = begins[0].date() != begins[-1].date()
        labels = {
            index: f"{begins[index]:%H:%M}"
            + (f"\n{begins[index]:%m-%d}" if several_days and begins[index].hour == 0 else "")
            for index in ticks
        }
        places = [float(index) for index in ticks]
    text = dict(zip(places, labels.values(), strict=True))
    axes.set_xticks(places)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: text.get(at, "")))
    axes.set_xlim(0, len(begins))
