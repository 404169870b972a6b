"""What a simulation found, put together and written: as text for people, as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from firmware_host.console import Output
from firmware_host.simulation.account import keep_account
from firmware_host.simulation.confidence import (
    Estimate,
    Summary,
    clock_time,
    difference,
    summary_of,
)
from firmware_host.simulation.figures import Figures, LevelFormula, Measures, measure
from firmware_host.simulation.recorded import RecordedDay
from firmware_host.simulation.report import (
    Days,
    say,
    write_agents,
    write_call_backs,
    write_calls,
    write_difference,
    write_erlang,
    write_halves,
)
from firmware_host.simulation.theory import Comparison, compare_with_erlang
from firmware_host.simulation.trials import Case, ModelledPeople, Trial, queues_shown

__all__ = ["Result", "write_json", "write_text"]

_AS_IT_IS, _CHANGED, _RECORDED, _SIMULATED = "As it is", "Changed", "Recorded", "Simulated"


@dataclass(frozen=True, kw_only=True)
class Result:
    """Every trial of every case."""

    cases: Sequence[Case]
    "As it is; with something to try, changed."
    trials: Sequence[Sequence[Trial]]
    tried: Sequence[str]
    recorded: RecordedDay | None
    seed: int
    threshold_s: float
    formula: LevelFormula

    @property
    def names(self) -> tuple[str, str]:
        """Of the cases."""
        return _AS_IT_IS, _CHANGED

    @cached_property
    def figures(self) -> list[list[Figures]]:
        """Of each case's days."""
        return [[trial.figures for trial in trials] for trials in self.trials]

    @cached_property
    def summaries(self) -> list[Summary]:
        """Of each case."""
        return [summary_of(figures) for figures in self.figures]

    @cached_property
    def days(self) -> Days:
        """What the tables list."""
        settings = self.cases[0].settings
        halves = sorted(
            {
                half.begin_s
                for figures in self.figures[0]
                for half in figures.half_hours
                if half.calls.offered or half.agents_present
            }
        )
        return Days(
            queues=queues_shown(settings),
            agents=[(agent.agent, agent.name) for agent in settings.agents],
            halves=[clock_time(begin_s) for begin_s in halves],
            threshold_s=self.threshold_s,
            formula=self.formula,
        )

    @property
    def title(self) -> str:
        """Which days these are."""
        script = self.trials[0][0].script
        zone = ZoneInfo(self.cases[0].appliance.site.time_zone)
        midnight = datetime.fromtimestamp(script.midnight_utc_s, UTC) + timedelta(hours=12)
        span = f"{clock_time(script.begin_s)} to {clock_time(script.end_s)}"
        count = len(self.trials[0])
        seeds = f"seed {self.seed}"
        if count > 1:
            seeds = f"mean of {count} days, seeds {self.seed} to {self.seed + count - 1}"
        return f"{midnight.astimezone(zone):%A %Y-%m-%d}, {span}, {seeds}"

    @cached_property
    def recorded_figures(self) -> Figures | None:
        """What really happened, where a journal tells."""
        if self.recorded is None:
            return None
        end_s = self.recorded.end_s
        settings = self.cases[0].settings
        return measure(
            keep_account(self.recorded.facts, end_s),
            Measures(
                begin_s=self.recorded.begin_s,
                end_s=end_s + 1e-3,
                threshold_s=self.threshold_s,
                formula=self.formula,
            ),
            queues=queues_shown(settings),
            agents=[agent.agent for agent in settings.agents],
        )

    def erlang(self, index: int) -> Sequence[Comparison]:
        """Queues of a case beside the formulas; a recorded day is no steady state."""
        case = self.cases[index]
        if not isinstance(case.people, ModelledPeople):
            return ()
        return compare_with_erlang(
            case.people.traffic, case.settings, self.summaries[index], threshold_s=self.threshold_s
        )

    @property
    def notes(self) -> list[str]:
        """What the reader ought to know, each thing once."""
        every = [note for trials in self.trials for trial in trials for note in trial.notes]
        return list(dict.fromkeys(every))


def write_text(out: Output, result: Result) -> None:
    """Tables."""
    say(out, result.title)
    days, first = result.days, result.summaries[0]
    if result.recorded_figures is not None and len(result.cases) == 1:
        really = [result.recorded_figures] * len(result.figures[0])
        write_difference(
            out,
            (_RECORDED, _SIMULATED),
            summary_of([result.recorded_figures]),
            first,
            difference(really, result.figures[0]),
            days,
        )
    if len(result.cases) > 1:
        say(out, f"Tried: {'; '.join(result.tried)}.")
        change = difference(*result.figures)
        write_difference(out, result.names, first, result.summaries[1], change, days)
        if len(result.figures[0]) > 1:
            out.line(
                "±: 95 % confidence. Sure: the difference is more than the luck of these days."
            )
        else:
            out.line("One day only: --repeat 10 tells what of it is luck.")
        write_erlang(out, result.erlang(1), result.summaries[1], result.threshold_s)
    else:
        write_calls(out, first, days)
        if len(result.figures[0]) > 1:
            out.line("±: 95 % confidence of the mean; single days differ more.")
        write_call_backs(out, first, days)
        write_agents(out, first, days)
        write_halves(out, first, days)
        write_erlang(out, result.erlang(0), first, result.threshold_s)
    if result.recorded is not None:
        say(out, "Erlang's formulas do not describe a recorded day: it is no steady state.")
    for note in result.notes:
        say(out, f"Note: {note}.")


def write_json(out: Output, result: Result) -> None:
    """Everything, as one document."""
    document: dict[str, Any] = {
        "title": result.title,
        "seed": result.seed,
        "days": len(result.trials[0]),
        "service_level": {"formula": result.formula.words, "threshold_s": result.threshold_s},
        "tried": list(result.tried),
        "as_it_is": _tree(result.summaries[0]),
        "erlang": _without_infinity(result.erlang(len(result.cases) - 1)),
        "notes": result.notes,
    }
    if len(result.cases) > 1:
        document["changed"] = _tree(result.summaries[1])
        document["difference"] = _tree(difference(*result.figures))
    if result.recorded_figures is not None:
        document["recorded"] = _tree(summary_of([result.recorded_figures]))
    out.json(document)


def _tree(summary: Summary) -> dict[str, Any]:
    """The figures nested as their paths say."""
    tree: dict[str, Any] = {}
    for path, value in summary.items():
        place = tree
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = None if value is None else _estimate(value)
    return tree


def _estimate(value: Estimate) -> dict[str, float | None]:
    known = None if value.plus_minus is None else round(value.plus_minus, 6)
    return {"mean": round(value.mean, 6), "plus_minus": known}


def _without_infinity(comparisons: Sequence[Comparison]) -> Any:  # noqa: ANN401 - a JSON value
    """JSON has no infinity: an endless wait is null there."""
    return msgspec.json.decode(msgspec.json.encode(comparisons))
