"""`switchroom simulate`: a day of the call center, and what a change would do to it."""

import contextlib
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from firmware_host.config import (
    Appliance,
    ConfigurationError,
    center_settings,
    read_appliance,
    read_configuration_text,
)
from firmware_host.console import Session
from firmware_host.simulation.changed_keys import appliance_with
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.kept_journal import JournalExists, keep_journal
from firmware_host.simulation.prompt_lengths import real_length, set_length
from firmware_host.simulation.recorded import NoRecordedDay, RecordedDay, read_recorded_day
from firmware_host.simulation.results import Result, write_json, write_text
from firmware_host.simulation.staffing import parse_agents
from firmware_host.simulation.traffic_file import read_traffic
from firmware_host.simulation.trials import (
    Case,
    ModelledPeople,
    People,
    RecordedPeople,
    Trial,
    make_case,
    run_trial,
)

__all__ = ["simulation_commands"]

_DAYS_OF_A_CHANGE = 10
_TARGET = 0.8
"Drawn in the picture: 80 % is what most centers promise."


@click.group()
def simulation_commands() -> None:
    """Commands that try things out."""


@simulation_commands.command()
@click.argument("traffic_file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    help="Instead of a traffic file: the day that this journal's folder has recorded.",
)
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="Of the journal; else its last with calls."
)
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Try another value of any key of appliance.toml: queue.sales.wrap_up_s=5",
)
@click.option(
    "--agents",
    "agents",
    multiple=True,
    metavar="'+N QUEUE'",
    help="Try more agents, or fewer: '-1 sales'",
)
@click.option(
    "--traffic-times",
    type=click.FloatRange(0.01, 20),
    default=1.0,
    help="Try so many times the calls: 1.2",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    help="So many days, each with another seed; by default 1, and 10 with something to try.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed is another day.")
@click.option(
    "--threshold",
    "threshold_s",
    type=click.FloatRange(0, 3600),
    default=20.0,
    show_default=True,
    help="Seconds within which the service level counts an answer.",
)
@click.option(
    "--level",
    type=click.Choice([formula.value for formula in LevelFormula]),
    default=LevelFormula.OFFERED.value,
    show_default=True,
    help="Which service level: of all offered, of those answered, or quick hang-ups count as good.",
)
@click.option(
    "--prompt-seconds",
    type=click.FloatRange(0, 600),
    help="Every prompt lasts so long, not its own time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the day into this .png or .svg file."
)
@click.option(
    "--keep-journal",
    type=click.Path(path_type=Path),
    help="Write the facts of the first day into this new folder, as the call server would.",
)
@click.pass_obj
def simulate(
    session: Session,
    *,
    traffic_file: Path | None,
    journal: Path | None,
    day: datetime | None,
    changes: tuple[str, ...],
    agents: tuple[str, ...],
    traffic_times: float,
    repeat: int | None,
    seed: int,
    threshold_s: float,
    level: str,
    prompt_seconds: float | None,
    as_json: bool,
    plot: Path | None,
    keep_journal: Path | None,
) -> None:
    """Let a day happen in seconds: this appliance, with made-up callers and agents.

    Who calls and works stands in TRAFFIC_FILE; docs/manual/planning.md explains it. With something to
    try (--change, --agents, --traffic-times) the same days are run with and without it.
    """
    if (traffic_file is None) == (journal is None):
        raise click.UsageError("give a traffic file, or --journal FOLDER")
    if day is not None and journal is None:
        raise click.UsageError("--day is a day of a --journal; a traffic file says its own")
    if plot is not None and plot.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(f"--plot: {plot} must end in .png or .svg")
    formula = LevelFormula(level)
    try:
        appliance = read_appliance(session.configuration_file)
        tree = tomllib.loads(read_configuration_text(session.configuration_file))
        people, recorded = _people(appliance, traffic_file, journal, day)
        if prompt_seconds is None and isinstance(people, ModelledPeople):
            prompt_seconds = people.traffic.prompts.each_s
        base = _case(appliance, people, prompt_seconds)
        cases = [base]
        if changes or agents or traffic_times != 1.0:
            changed = appliance_with(tree, changes)
            if isinstance(people, ModelledPeople) and traffic_file is not None:
                people = ModelledPeople(read_traffic(traffic_file, changed))
            cases.append(
                make_case(
                    changed,
                    people,
                    _case(changed, people, prompt_seconds).prompt_length,
                    agents=[parse_agents(text, list(changed.queue)) for text in agents],
                    traffic_times=traffic_times,
                )
            )
        days = repeat or (_DAYS_OF_A_CHANGE if len(cases) > 1 else 1)
        first: list[Trial] = []

        def look_at(trial: Trial) -> Trial:
            if keep_journal is not None and len(first) < len(cases):
                first.append(trial)
            return trial.without(facts=True, account=plot is None)

        trials = _run(cases, range(seed, seed + days), threshold_s, formula, look_at)
        if keep_journal is not None:
            _keep(first[-1], keep_journal)
    except (ConfigurationError, NoRecordedDay, JournalExists) as error:
        raise click.ClickException(str(error)) from error
    tried = [*changes, *(f"traffic times {traffic_times:g}" for _ in [0] if traffic_times != 1.0)]
    result = Result(
        cases=cases,
        trials=trials,
        tried=(*tried, *cases[-1].staffing.words),
        recorded=recorded,
        seed=seed,
        threshold_s=threshold_s,
        formula=formula,
    )
    if plot is not None:
        _draw(result, plot)
    (write_json if as_json else write_text)(session.output, result)


def _people(
    appliance: Appliance, traffic_file: Path | None, journal: Path | None, day: datetime | None
) -> tuple[People, RecordedDay | None]:
    if traffic_file is not None:
        return ModelledPeople(read_traffic(traffic_file, appliance)), None
    assert journal is not None
    zone = ZoneInfo(appliance.site.time_zone)
    recorded = read_recorded_day(journal, zone, None if day is None else day.date())
    return RecordedPeople(recorded, center_settings(appliance)), recorded


def _case(appliance: Appliance, people: People, prompt_seconds: float | None) -> Case:
    length = real_length(appliance) if prompt_seconds is None else set_length(prompt_seconds)
    return make_case(appliance, people, length)


def _run(
    cases: Sequence[Case],
    seeds: Sequence[int],
    threshold_s: float,
    formula: LevelFormula,
    look_at: Callable[[Trial], Trial],
) -> list[list[Trial]]:
    """The trials of each case, on the same seeds; ``look_at`` says what is kept of each."""
    trials: list[list[Trial]] = [[] for _ in cases]
    with _progress(len(cases) * len(seeds)) as trial_began:
        for seed in seeds:
            for index, case in enumerate(cases):
                trial = run_trial(
                    case,
                    seed,
                    threshold_s=threshold_s,
                    formula=formula,
                    progress=trial_began(),
                )
                trials[index].append(look_at(trial))
    return trials


@contextlib.contextmanager
def _progress(trials: int) -> Iterator[Callable[[], Callable[[int, int], None] | None]]:
    """What a trial tells how far it is; only a person at a terminal sees it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    began = 0
    with click.progressbar(length=1000 * trials, label="simulating", file=sys.stderr) as bar:

        def trial_began(bar: Any = bar) -> Callable[[int, int], None]:  # noqa: ANN401 - click's private type
            nonlocal began
            start = 1000 * began
            began += 1
            bar.update(start - bar.pos)
            return lambda count, of: bar.update(start + 1000 * count // of - bar.pos)

        yield trial_began
        bar.update(1000 * trials - bar.pos)


def _keep(trial: Trial, folder: Path) -> None:
    try:
        keep_journal(trial.facts, trial.script.midnight_utc_s, folder)
    except OSError as error:
        raise click.ClickException(
            f"--keep-journal: {folder}: {error.strerror or error}"
        ) from error


def _draw(result: Result, file: Path) -> None:
    from firmware_host.simulation.picture import PictureCase, draw_day

    cases = [
        PictureCase(name, trials) for name, trials in zip(result.names, result.trials, strict=False)
    ]
    try:
        draw_day(
            cases,
            file,
            title=result.title,
            tried=f"Changed: {'; '.join(result.tried)}" if result.tried else "",
            level_words=result.days.level_words,
            target=_TARGET,
        )
    except OSError as error:
        raise click.ClickException(f"--plot: {file}: {error.strerror or error}") from error
