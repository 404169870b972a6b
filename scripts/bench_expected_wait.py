"""Compares what callers are told of their wait: Asterisk's, VICIdial's, OpenSIPS's estimates and ours.

    python -m scripts.bench_expected_wait [--hours 20] [--seeds 5] [--json] [--plot waits.png] [--only TEXT]

One simulation for all of them: the same callers, in the same call centers (scripts/wait_peers). Estimates
are made on arrival, for callers who find no free agent; scored are those of them who were served. Each figure
is the mean over seeds, with its standard error; differences are taken seed by seed.

An estimate with the smallest mean absolute error is the median of what may happen, not its mean, which is
without bias; both of ours are shown. What callers hear by default is the 80 % quantile in whole minutes
rounded up: too long by design, so that eight of ten, and mostly more, are served within it.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from scripts.wait_peers.erlang import erlang_a
from scripts.wait_peers.formulas import OPENSIPS, OPENSIPS_WITH, SILENCE_HEARD
from scripts.wait_peers.formulas import SPOKEN as ASTERISK_SPOKEN
from scripts.wait_peers.measuring import PLACES, Run, mean_and_error, measure
from scripts.wait_peers.ours import MEAN, MEDIAN, QUANTILE
from scripts.wait_peers.scenarios import SCENARIOS


def show(name: str, runs: Sequence[Run]) -> None:
    """A table for people."""
    callers = sum(run.callers for run in runs)
    wait_s = mean_and_error([run.mean_wait_s for run in runs])[0]
    print(f"\n{name}: {callers} callers in {len(runs)} runs, mean wait {wait_s:.0f} s")
    head = "".join(f"{_place(first, last):>8}" for first, last in PLACES)
    print(f"{'':34} {'error':>13} {'bias':>7} {'served within':>14}   error at place{head[3:]}")
    for who in runs[0].figures:
        figures = [run.figures[who] for run in runs]
        error_s, uncertain_s = mean_and_error([each.absolute_error_s for each in figures])
        bias_s, _ = mean_and_error([each.bias_s for each in figures])
        within, _ = mean_and_error([each.not_exceeded for each in figures])
        row = f"{who:34} {error_s:6.1f} ± {uncertain_s:4.1f} {bias_s:+7.1f} {within:13.1%}   "
        row += " " * 11
        for index in range(len(PLACES)):
            here = [each.by_place_s[index] for each in figures]
            known = [value for value in here if value is not None]
            row += f"{mean_and_error(known)[0]:8.1f}" if known else f"{'-':>8}"
        print(row)
    for line in judge(runs):
        print(f"  {line}")


def judge(runs: Sequence[Run]) -> list[str]:
    """Goals, and whether they are reached."""
    lines = []
    for ours in (MEAN, MEDIAN):
        saved, uncertain = mean_and_error(
            [1.0 - _error_s(run, ours) / _error_s(run, ASTERISK_SPOKEN) for run in runs]
        )
        is_reached = "reached" if saved >= 0.30 else "NOT reached"
        lines.append(
            f"{ours}: {saved:.1%} ± {uncertain:.1%} less error than Asterisk speaks"
            f" (goal 30 %: {is_reached})"
        )
    for ours in (MEAN, MEDIAN):
        saved, uncertain = mean_and_error(
            [1.0 - _error_s(run, ours) / _error_s(run, SILENCE_HEARD) for run in runs]
        )
        lines.append(f"{ours}: {saved:.1%} ± {uncertain:.1%} less than {SILENCE_HEARD}")
    better = min(
        (OPENSIPS, OPENSIPS_WITH),
        key=lambda who: sum(_error_s(run, who) for run in runs),
    )
    for ours in (MEAN, MEDIAN):
        more_s, uncertain_s = mean_and_error(
            [_error_s(run, ours) - _error_s(run, better) for run in runs]
        )
        is_reached = "reached" if more_s <= 0.0 else "NOT reached"
        lines.append(
            f"{ours}: {more_s:+.2f} ± {uncertain_s:.2f} s beside {better}"
            f" (goal no worse: {is_reached})"
        )
    within, uncertain = mean_and_error([run.figures[QUANTILE].not_exceeded for run in runs])
    is_reached = "reached" if 0.75 <= within <= 0.85 else "NOT reached"
    lines.append(
        f"80 % quantile: {within:.1%} ± {uncertain:.1%} served within it"
        f" (goal 75 to 85 %: {is_reached})"
    )
    return lines


def check_simulator(runs: dict[str, list[Run]]) -> None:
    """Erlang A beside the simulation, where it applies."""
    print("\nThe simulator beside Erlang A: abandoned, had to wait, mean wait of all who came")
    for scenario in SCENARIOS:
        is_plain = len(scenario.classes) == 1 and scenario.talk_cv is None
        if scenario.name not in runs or scenario.staff_changes_s or not is_plain:
            continue
        (of,) = scenario.classes
        agents = scenario.staff(0.0)["agents"]
        theory = erlang_a(of.per_s, agents, of.talk_s, of.patience_s)
        here = runs[scenario.name]
        abandoned, uncertain = mean_and_error([run.abandoned for run in here])
        queued, _ = mean_and_error([run.queued for run in here])
        waited_s, uncertain_s = mean_and_error([run.waited_s for run in here])
        print(
            f"  {scenario.name:24} {abandoned:.2%} ± {uncertain:.2%} ({theory.abandon:.2%})"
            f"   {queued:.1%} ({theory.wait:.1%})"
            f"   {waited_s:.1f} ± {uncertain_s:.1f} s ({theory.waited_s:.1f} s)"
        )


def draw(runs: dict[str, list[Run]], path: Path) -> None:
    """Estimate against wait, a dot for each of some callers."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    shown = (ASTERISK_SPOKEN, OPENSIPS_WITH, MEAN, QUANTILE)
    figure, grid = pyplot.subplots(
        len(runs), len(shown), figsize=(3.4 * len(shown), 3.0 * len(runs)), squeeze=False
    )
    for row, (name, here) in zip(grid, runs.items(), strict=True):
        sample = [each for run in here for each in run.sample]
        limit_min = sorted(waited_s for waited_s, _ in sample)[int(0.99 * len(sample))] / 60.0
        for axes, who in zip(row, shown, strict=True):
            axes.plot(
                [estimates[who] / 60.0 for _, estimates in sample],
                [waited_s / 60.0 for waited_s, _ in sample],
                ".",
                markersize=2,
                alpha=0.4,
            )
            axes.plot([0.0, limit_min], [0.0, limit_min], color="black", linewidth=0.8)
            axes.set(xlim=(0.0, 1.2 * limit_min), ylim=(0.0, 1.2 * limit_min))
            axes.set_title(f"{name}\n{who}", fontsize=8)
            axes.tick_params(labelsize=7)
        row[0].set_ylabel("waited, minutes", fontsize=8)
    for axes in grid[-1]:
        axes.set_xlabel("estimated, minutes", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=20.0, help="simulated in each run")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each scenario")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, help="a picture of estimates and waits")
    given = parser.parse_args()
    names = [scenario.name for scenario in SCENARIOS if given.only in scenario.name]
    began = time.monotonic()
    runs = measure(names, range(1, given.seeds + 1), given.hours, given.workers)
    if given.json:
        rows = {name: [asdict(run) for run in here] for name, here in runs.items()}
        for each in (row for here in rows.values() for row in here):
            del each["sample"]
        print(json.dumps(rows, indent=1))
    else:
        for name, here in runs.items():
            show(name, here)
        check_simulator(runs)
        print(f"\n{time.monotonic() - began:.0f} s")
    if given.plot:
        draw(runs, given.plot)


def _error_s(run: Run, who: str) -> float:
    return run.figures[who].absolute_error_s


def _place(first: int, last: int) -> str:
    if last > 1000:
        return f"{first}+"
    return f"{first}" if first == last else f"{first}-{last}"


if __name__ == "__main__":
    main()
