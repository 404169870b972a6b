"""A picture of the day: callers waiting, agents at work, service level; loaded only to be drawn."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from firmware_host.simulation.account import Busyness
from firmware_host.simulation.confidence import clock_time
from firmware_host.simulation.figures import HALF_HOUR_S
from firmware_host.simulation.trials import Trial

__all__ = ["PictureCase", "draw_day"]

mpl.use("Agg")

_BIN_S = 300.0
_GREY = "#7f8c8d"
_BLUE = "#1f6fb4"
_ORANGE = "#c7761b"
_AT_WORK = frozenset({Busyness.RINGING, Busyness.TALKING, Busyness.WRAPPING_UP})
_THERE = _AT_WORK | {Busyness.READY}


@dataclass(frozen=True, slots=True)
class PictureCase:
    """One case, by all its days."""

    name: str
    trials: Sequence[Trial]


def draw_day(
    cases: Sequence[PictureCase],
    file: Path,
    *,
    title: str,
    tried: str,
    level_words: str,
    target: float,
) -> None:
    """Writes a PNG or an SVG, by the file's name; the last of several cases stands in front.

    Raises:
        OSError: It cannot be written.
        ValueError: The name ends in something that is no picture.
    """
    begin_s, end_s = _span(cases)
    mpl.rcParams.update({"font.size": 11, "svg.hashsalt": "switchroom"})
    figure = Figure(figsize=(12, 9), dpi=100, layout="constrained")
    figure.suptitle(title, fontsize=14, fontweight="bold")
    # Names come from files and command lines: they are no formulas.
    words = "\n".join(textwrap.wrap(tried, 120))
    waiting, agents, level = figure.subplots(3, 1, sharex=True, height_ratios=[1.0, 1.0, 1.0])
    colours = [_BLUE] if len(cases) == 1 else [_GREY, _BLUE]
    for case, colour in zip(cases, colours, strict=True):
        prefix = f"{case.name}: " if len(cases) > 1 else ""
        _draw_waiting(waiting, case, begin_s, end_s, colour, prefix)
        _draw_agents(agents, case, begin_s, end_s, colour, prefix)
    _draw_level(level, cases, colours, target)
    waiting.set_title(words, fontsize=11, parse_math=False)
    for axes, label in (
        (waiting, "callers waiting"),
        (agents, "agents"),
        (level, "service level, %"),
    ):
        axes.set_ylabel(label)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=10)
    for axes in (waiting, agents):
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    hours = (end_s - begin_s) / 3600
    level.xaxis.set_major_locator(MultipleLocator(3600.0 * max(1, math.ceil(hours / 14))))
    level.xaxis.set_major_formatter(FuncFormatter(lambda at_s, _: clock_time(at_s)))
    level.set_xlim(begin_s, end_s)
    level.set_xlabel(f"time of day\nservice level: {level_words}")
    figure.align_ylabels()
    # Without a date in it the same day is the same file.
    metadata = {"Date": None} if file.suffix.lower() == ".svg" else {"Software": None}
    figure.savefig(file, metadata=metadata)


def _span(cases: Sequence[PictureCase]) -> tuple[float, float]:
    first = cases[0].trials[0].script
    begin_s = math.floor(first.begin_s / HALF_HOUR_S) * HALF_HOUR_S
    last_s = first.end_s
    for case in cases:
        for trial in case.trials:
            last_s = max([last_s, *(visit.left_s for visit in trial.account.visits)])
    return begin_s, math.ceil(last_s / HALF_HOUR_S) * HALF_HOUR_S


def _draw_waiting(
    axes: Axes, case: PictureCase, begin_s: float, end_s: float, colour: str, prefix: str
) -> None:
    days = [
        _stretches((v.entered_s, v.left_s) for v in trial.account.visits) for trial in case.trials
    ]
    at_s = _bins(begin_s, end_s, _BIN_S)
    mean = np.mean([_mean_at_once(day, begin_s, end_s, _BIN_S) for day in days], axis=0)
    if not prefix:  # with two cases it would hide more than it shows
        most = np.mean([_most_at_once(day, begin_s, end_s) for day in days], axis=0)
        axes.bar(
            at_s, most, width=_BIN_S, color=colour, alpha=0.2, lw=0, label="most at once in 5 min"
        )
    axes.plot(at_s, mean, color=colour, lw=1.8, label=f"{prefix}mean of 5 min")


def _draw_agents(
    axes: Axes, case: PictureCase, begin_s: float, end_s: float, colour: str, prefix: str
) -> None:
    for kinds, name, bin_s in ((_THERE, "there, not in a pause", 60.0), (_AT_WORK, "busy", _BIN_S)):
        days = [
            _mean_at_once(
                _stretches((s.begin_s, s.end_s) for s in trial.account.spells if s.what in kinds),
                begin_s,
                end_s,
                bin_s,
            )
            for trial in case.trials
        ]
        mean, at_s = np.mean(days, axis=0), _bins(begin_s, end_s, bin_s)
        style = "-" if name == "busy" else ":"
        axes.plot(at_s, mean, color=colour, lw=1.8, ls=style, label=f"{prefix}{name}")
        if name == "busy" and not prefix:
            axes.fill_between(at_s, 0, mean, color=colour, alpha=0.15, lw=0)


def _draw_level(
    axes: Axes, cases: Sequence[PictureCase], colours: Sequence[str], target: float
) -> None:
    width_s = HALF_HOUR_S * 0.8 / len(cases)
    for index, (case, colour) in enumerate(zip(cases, colours, strict=True)):
        levels: dict[float, list[float]] = {}
        for trial in case.trials:
            for half in trial.figures.half_hours:
                if half.calls.service_level is not None:
                    levels.setdefault(half.begin_s, []).append(100 * half.calls.service_level)
        begins = sorted(levels)
        axes.bar(
            [begin + HALF_HOUR_S * 0.1 + index * width_s for begin in begins],
            [sum(levels[begin]) / len(levels[begin]) for begin in begins],
            width=width_s,
            align="edge",
            color=colour,
            alpha=0.75,
            label=case.name if len(cases) > 1 else "by half hour",
        )
    axes.axhline(100 * target, color=_ORANGE, lw=1.2, ls="--", label=f"{100 * target:.0f} %")
    axes.set_ylim(0, 105)
    axes.set_yticks([0, 20, 40, 60, 80, 100])


def _bins(begin_s: float, end_s: float, bin_s: float) -> NDArray[np.float64]:
    return np.arange(begin_s, end_s - bin_s / 2, bin_s) + bin_s / 2


def _stretches(times: Iterable[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array([*times], dtype=np.float64).reshape(-1, 2)


def _mean_at_once(
    stretches: NDArray[np.float64], begin_s: float, end_s: float, bin_s: float
) -> NDArray[np.float64]:
    """How many of these stretches of time go on at once, on average in each bin."""
    edges = np.arange(begin_s, end_s + bin_s / 2, bin_s)
    # The time that all stretches have lasted by each edge; what a bin adds to it, it holds.
    lengths = stretches[:, 1] - stretches[:, 0]
    by_then = [np.clip(edge - stretches[:, 0], 0, lengths).sum() for edge in edges]
    return np.diff(by_then) / bin_s


def _most_at_once(
    stretches: NDArray[np.float64], begin_s: float, end_s: float
) -> NDArray[np.float64]:
    """How many of them go on at once at most, in each bin of five minutes."""
    begins, ends = np.sort(stretches[:, 0]), np.sort(stretches[:, 1])
    edges = np.arange(begin_s, end_s + _BIN_S / 2, _BIN_S)
    # The number changes only where one begins or a bin does.
    moments = np.sort(np.concatenate([begins, edges[:-1]]))
    at_once = np.searchsorted(begins, moments, "right") - np.searchsorted(ends, moments, "right")
    most = np.zeros(len(edges) - 1)
    in_bin = np.searchsorted(edges, moments, "right") - 1
    inside = (in_bin >= 0) & (in_bin < len(most))
    np.maximum.at(most, in_bin[inside], at_once[inside])
    return most
