"""`switchroom stats`: what the call center has done, in figures."""

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from firmware_host.config import center_settings
from firmware_host.console.session import Session
from firmware_host.console.stats_tables import write_statistics
from firmware_host.control_socket import ControlError, ask
from firmware_host.seconds import Seconds
from firmware_host.service_level import DEFAULT_LEVEL, SERVICE_LEVELS
from firmware_host.time_spans import DAY_S, INTERVALS_S, Span, SpanError, parse_span

__all__ = ["stats"]

_PARTS = ("queues", "agents", "trunks", "intervals")
_ANSWER_S = 60.0
_DAYS_BY_HALF_HOUR = 2


@click.command()
@click.argument("part", type=click.Choice(_PARTS), required=False)
@click.option(
    "--from",
    "from_",
    metavar="WHEN",
    help='Local time of the site: today (the default), yesterday, 2026-11-19, "2026-11-19 08:30", 08:30.',
)
@click.option("--to", metavar="WHEN", help="As --from; a day is meant to its end. Default: today.")
@click.option("--day", metavar="DAY", help="One day, in place of --from and --to.")
@click.option(
    "--interval",
    type=click.Choice(list(INTERVALS_S)),
    help="Of `intervals` and of the picture; 30m by default, 1d for more than two days.",
)
@click.option("--queue", help="Only callers of this queue.")
@click.option("--agent", help="Only this agent.")
@click.option(
    "--threshold",
    "threshold_s",
    type=Seconds(0, 86_400),
    default=20.0,
    show_default=True,
    help="T, the seconds within which the service level counts an answer.",
)
@click.option(
    "--short",
    "short_s",
    type=Seconds(0, 86_400),
    default=5.0,
    show_default=True,
    help="S: who hangs up within so many seconds is told apart.",
)
@click.option(
    "--level",
    type=click.Choice(list(SERVICE_LEVELS)),
    default=DEFAULT_LEVEL,
    show_default=True,
    help="Which service level; `stats queues` shows every one with its formula.",
)
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the time into this .png or .svg file."
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Of this journal's folder, not of the running appliance.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.pass_obj
def stats(
    session: Session,
    *,
    part: str | None,
    from_: str | None,
    to: str | None,
    day: str | None,
    interval: str | None,
    queue: str | None,
    agent: str | None,
    threshold_s: float,
    short_s: float,
    level: str,
    plot: Path | None,
    journal: Path | None,
    as_json: bool,
) -> None:
    """What happened: calls, waits, service level, agents' time, trunks' load.

    Without PART an overview; with it all there is about queues, agents, trunks or intervals.
    """
    _check(part, from_, to, day, queue, agent, plot)
    zone = ZoneInfo(session.appliance.site.time_zone)
    try:
        span = parse_span(day or from_, day or to, zone, time.time())
    except SpanError as error:
        told = str(error) if day is None else str(error).replace("--from", "--day")
        raise click.ClickException(told) from error
    if interval is None:
        interval = "30m" if span.end_s - span.begin_s <= _DAYS_BY_HALF_HOUR * DAY_S + 3600 else "1d"
    parts = [part] if part else ["agents"] if agent else ["queues"] if queue else _PARTS[:3]
    if plot is not None:
        parts = [*dict.fromkeys((*parts, "intervals"))]
    groups = center_settings(session.appliance).number_plan.groups
    question = {
        "begin_utc_s": span.begin_s,
        "end_utc_s": span.end_s,
        "zone": zone.key,
        "parts": parts,
        "interval_s": INTERVALS_S[interval],
        "queue": queue,
        "agent": agent,
        "threshold_s": threshold_s,
        "short_s": short_s,
        "level": level,
        "queues": list(session.appliance.queue),
        "agents": list(session.appliance.agent),
        "groups": {port: group.name for group in groups for port in group.ports},
    }
    try:
        if journal is None:
            answer = ask(
                session.state / "oam.sock", "statistics", timeout_s=_ANSWER_S, question=question
            )
        else:
            answer = _of_journal(journal, question)
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    if plot is not None:
        _draw(answer, plot, span, zone, queue or agent or "")
    if as_json:
        session.output.json(_with_local_times(answer, zone))
    else:
        write_statistics(
            session.output,
            answer,
            part=part,
            zone=zone,
            queue=queue,
            agent=agent,
            names={number: table.name for number, table in session.appliance.agent.items()},
        )


def _check(
    part: str | None,
    from_: str | None,
    to: str | None,
    day: str | None,
    queue: str | None,
    agent: str | None,
    plot: Path | None,
) -> None:
    if day is not None and (from_ is not None or to is not None):
        raise click.UsageError("--day is a whole day; or say --from and --to")
    if queue is not None and agent is not None:
        raise click.UsageError("--queue or --agent, not both")
    if queue is not None and part in ("agents", "trunks"):
        raise click.UsageError(f"{part} are not of one queue; leave --queue out")
    if agent is not None and part in ("queues", "trunks"):
        raise click.UsageError(f"{part} are not of one agent; leave --agent out")
    if plot is not None and plot.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(f"--plot: {plot} must end in .png or .svg")


def _of_journal(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    """The answer, from records that are made for this question and thrown away."""
    from firmware_host.oam import DatabaseError, Projector, Refusal, answer_question, open_database

    with tempfile.TemporaryDirectory() as place:
        try:
            engine = open_database(f"sqlite:///{place}/records.sqlite")
            try:
                Projector(engine, folder).catch_up()
                return answer_question(engine, question)
            finally:
                engine.dispose()
        except (DatabaseError, Refusal, OSError) as error:
            raise click.ClickException(str(error)) from error


def _draw(answer: dict[str, Any], file: Path, span: Span, zone: ZoneInfo, of: str) -> None:
    from firmware_host.console.stats_plot import draw_statistics  # matplotlib takes a second

    try:
        draw_statistics(answer, file, span=span, zone=zone, of=of)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"--plot: {file}: {error}") from error


def _with_local_times(answer: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    def local(of: dict[str, Any]) -> dict[str, Any]:
        return {
            edge: datetime.fromtimestamp(of[f"{edge}_utc_s"], zone).isoformat()
            for edge in ("begin", "end")
        }

    intervals = [{**local(each), **each} for each in answer["intervals"]]
    return {**local(answer), "zone": zone.key, **answer, "intervals": intervals}
