"""Runs the scenarios, and what is counted in them."""

import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from scripts.wait_peers.formulas import Asterisk, OpenSips, Vicidial
from scripts.wait_peers.ours import Ours
from scripts.wait_peers.scenarios import HOUR_S, SCENARIOS
from scripts.wait_peers.simulation import Office

__all__ = ["PLACES", "Figures", "Run", "mean_and_error", "measure"]

WARM_UP_S = 2.0 * HOUR_S
"Until then nobody is scored: all of them begin knowing nothing."
PLACES = ((1, 1), (2, 3), (4, 7), (8, 15), (16, 10_000))
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class Figures:
    """One estimator in one run, in seconds: error is estimate minus wait."""

    absolute_error_s: float
    bias_s: float
    not_exceeded: float
    "Part of the callers who waited no longer than estimated."
    by_place_s: tuple[float | None, ...]
    "Mean absolute error, by `PLACES` in the caller's own queue."


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario with one seed."""

    scenario: str
    seed: int
    callers: int
    "Who were scored: they had to wait, were served, and everybody had an estimate for them."
    arrived: int
    queued: float
    abandoned: float
    waited_s: float
    "The last three: parts of all who came, and their mean wait."
    mean_wait_s: float
    figures: dict[str, Figures]
    sample: tuple[tuple[float, dict[str, float]], ...]
    "Some waits with what was estimated, for a picture."


def measure(
    names: Sequence[str], seeds: Sequence[int], hours: float, workers: int
) -> dict[str, list[Run]]:
    """All runs of these scenarios, by name."""
    tasks = [(name, seed, hours) for seed in seeds for name in names]
    runs: dict[str, list[Run]] = {name: [] for name in names}
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(_run, tasks))
    else:
        found = [_run(task) for task in tasks]
    for run in found:
        runs[run.scenario].append(run)
    return runs


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean over the seeds, and its standard error; NaN for one seed."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, float("nan")
    return mean, statistics.stdev(values) / len(values) ** 0.5


def _run(task: tuple[str, int, float]) -> Run:
    name, seed, hours = task
    scenario = next(each for each in SCENARIOS if each.name == name)
    office = Office(scenario, [Asterisk(), Vicidial(), OpenSips(), Ours(scenario.wrap_up_s)], seed)
    office.run(WARM_UP_S)
    office.count_anew()
    office.run(hours * HOUR_S)
    scored = []
    for caller, waited_s in office.done:
        known = {who: value for who, value in caller.estimates.items() if value is not None}
        if caller.arrived >= WARM_UP_S and len(known) == len(caller.estimates):
            scored.append((caller.place, waited_s, known))
    figures = {}
    for who in scored[0][2]:
        errors = [(place, known[who] - waited_s) for place, waited_s, known in scored]
        figures[who] = Figures(
            absolute_error_s=statistics.fmean(abs(error) for _, error in errors),
            bias_s=statistics.fmean(error for _, error in errors),
            not_exceeded=statistics.fmean(error >= 0.0 for _, error in errors),
            by_place_s=tuple(_at_places(errors, first, last) for first, last in PLACES),
        )
    return Run(
        scenario=name,
        seed=seed,
        callers=len(scored),
        arrived=office.arrived,
        queued=office.queued / office.arrived,
        abandoned=office.abandoned / office.arrived,
        waited_s=office.waited_s / office.arrived,
        mean_wait_s=statistics.fmean(waited_s for _, waited_s, _ in scored),
        figures=figures,
        sample=tuple(
            (waited_s, known) for _, waited_s, known in scored[:: max(len(scored) // _SAMPLE, 1)]
        ),
    )


def _at_places(errors: list[tuple[int, float]], first: int, last: int) -> float | None:
    here = [abs(error) for place, error in errors if first <= place <= last]
    return statistics.fmean(here) if here else None
