"""`switchroom spans`, `switchroom alarms`: how cards and lines stand, also without a running appliance."""

import contextlib
import time
from typing import Any

import click

from drivers import CardError, DahdiControl, DriverMissing
from firmware_host.console import Column, Session
from firmware_host.control_socket import ControlError, ask
from firmware_host.line_learn_command import line
from firmware_host.look.bert_command import bert, loopback
from firmware_host.look.card_commands import card
from firmware_host.look.line_test_command import line_test
from firmware_host.look.pri_commands import pri
from firmware_host.look.span_glance import span
from firmware_host.look.span_rows import (
    CHANNELS,
    COUNTERS,
    SPANS,
    channel_row,
    counter_row,
    span_row,
)
from firmware_host.look.trace_command import trace
from firmware_host.look.trunk_commands import carriers, number, trunks
from firmware_host.look.tune_command import tune
from firmware_host.seconds import Seconds

__all__ = ["look_commands"]

for each in (line_test, bert, loopback, trace, tune):
    line.add_command(each)

_ALARMS: tuple[Column, ...] = (
    ("what", "What"),
    ("name", "Name"),
    ("alarm", "Alarm"),
    ("since", "Since"),
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group()
def look_commands() -> None:
    """Commands that look at cards and lines."""


@look_commands.command(
    epilog="\b\nExamples:\n  switchroom spans --channels\n  switchroom spans --json\n"
    "  switchroom spans --reset-counters 1"
)
@click.option("--channels", "with_channels", is_flag=True, help="Every channel, too.")
@click.option(
    "--reset-counters",
    "reset",
    metavar="SPAN",
    help="Begin to count this span's errors anew: its number or name.",
)
@_json
@click.pass_obj
def spans(session: Session, *, with_channels: bool, reset: str | None, as_json: bool) -> None:
    """Spans of real cards, as the DAHDI driver tells; the appliance need not run."""
    try:
        with DahdiControl() as control:
            if reset is not None:
                span = control.span(reset)
                control.reset_counters(span.number)
                session.output.line(f"Span {span.number} ({span.name}) counts anew.")
                return
            found = control.spans()
            channels = [channel_row(each) for each in control.channels()] if with_channels else []
    except CardError as error:
        raise click.ClickException(str(error)) from error
    rows = [span_row(each) for each in found]
    if as_json:
        for row in rows:
            row.pop("shown_channels")
            if with_channels:
                row["channel"] = [each for each in channels if each["span"] == row["span"]]
        session.output.json(rows)
        return
    session.output.table(rows, SPANS, empty="The driver has no span; is a card's module loaded?")
    digital = [counter_row(each) for each in found if each.is_digital]
    counting = [each for each in digital if any(each[field] for field, _ in COUNTERS[1:])]
    if counting:
        session.output.table(counting, COUNTERS, empty="")
    elif digital:
        session.output.line("No digital span has counted an error.")
    if with_channels:
        session.output.table(channels, CHANNELS, empty="No channels.")


@look_commands.command(
    epilog="\b\nExamples:\n  switchroom alarms\n  switchroom alarms --watch --every 5"
)
@click.option("--watch", is_flag=True, help="Go on and tell every change, until Control-C.")
@click.option(
    "--every",
    "every_s",
    type=Seconds(0.1, 86_400),
    default=1.0,
    show_default=True,
    help="Seconds between looks.",
)
@click.option(
    "--times",
    type=click.IntRange(0),
    default=0,
    help="With --watch: look so many times; 0: until Control-C.",
)
@_json
@click.pass_obj
def alarms(session: Session, *, watch: bool, every_s: float, times: int, as_json: bool) -> None:
    """Lines and spans that are in alarm now, and since when."""
    found = _alarms(session)
    if as_json and not watch:
        session.output.json(found)
        return
    if not as_json:
        session.output.table(found, _ALARMS, empty="No alarm.")
    if watch:
        with contextlib.suppress(KeyboardInterrupt):  # that is how one leaves it
            _watch(session, found, max(0.1, every_s), times, as_json=as_json)


def _watch(
    session: Session, found: list[dict[str, Any]], every_s: float, times: int, *, as_json: bool
) -> None:
    before = {(each["what"], each["name"]): each["alarm"] for each in found}
    looks = 1
    while looks != times:
        session.output.pause(every_s)
        looks += 1
        now = {(each["what"], each["name"]): each["alarm"] for each in _alarms(session)}
        changes = [(key, "cleared", alarm) for key, alarm in before.items() if key not in now]
        changes += [(key, "raised", now[key]) for key in now if now[key] != before.get(key)]
        for (what, name), change, alarm in changes:
            if as_json:
                fields = {"what": what, "name": name, "change": change, "alarm": alarm}
                session.output.json({"utc_s": round(time.time(), 1), **fields})
            else:
                clock = time.strftime("%H:%M:%S")
                session.output.line(f"{clock} {what} {name}: {alarm}: {change}")
        before = now


def _alarms(session: Session) -> list[dict[str, Any]]:
    """Lines by the call server, spans by the driver; one of the two is enough."""
    problems: list[str] = []
    found: list[dict[str, Any]] = []
    try:
        for line in ask(session.state / "callserver.sock", "alarms"):
            since = time.strftime(
                "%Y-%m-%d %H:%M:%S", time.localtime(time.time() - line["lasts_s"])
            )
            found.append({"what": "line", **line, "since": since})
    except ControlError as error:
        problems.append(str(error))
    try:
        with DahdiControl() as control:
            found += [
                {"what": "span", "name": f"{span.number} ({span.name})", "alarm": span.alarm}
                | {"lasts_s": None, "since": None}
                for span in control.spans()
                if span.alarms
            ]
    except DriverMissing as error:
        problems.append(str(error))
    except CardError as error:
        raise click.ClickException(str(error)) from error
    if len(problems) > 1:
        raise click.ClickException("; ".join(problems))
    return found


for each in (card, pri, span, trunks, carriers, number):
    look_commands.add_command(each)
