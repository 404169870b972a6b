"""`switchroom trunks`, `carriers`, `number`: groups of trunks, what carriers carry, where a number goes."""

from typing import Any

import click

import acd
from firmware_host.config import Appliance, center_settings, site_numbers
from firmware_host.console import Column, Session
from firmware_host.control_socket import ControlError, ask

__all__ = ["carriers", "number", "trunks"]

_GROUPS: tuple[Column, ...] = (
    ("group", "Group"),
    ("carrier", "Carrier"),
    ("lines", "Lines"),
    ("in_service", "Serve"),
    ("incoming", "In"),
    ("outgoing", "Out"),
    ("free", "Free"),
)
_CARRIERS: tuple[Column, ...] = (
    ("carrier", "Carrier"),
    ("month", "Month"),
    ("calls_in", "Calls in"),
    ("minutes_in", "Minutes in"),
    ("attempts_out", "Tried out"),
    ("calls_out", "Answered"),
    ("minutes_out", "Minutes out"),
    ("minimum_minutes", "Agreed"),
    ("missing_minutes", "Missing"),
)
_WAYS: tuple[Column, ...] = (
    ("group", "Group"),
    ("cost", "Cost"),
    ("sends", "Sends"),
    ("shows", "Shows"),
    ("lines", "Lines"),
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def _ask(session: Session, command: str) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = ask(session.state / "callserver.sock", command)
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    return rows


@click.command()
@_json
@click.pass_obj
def trunks(session: Session, *, as_json: bool) -> None:
    """Groups of trunks: how many lines serve, are taken, are free."""
    rows = _ask(session, "trunk_groups")
    if as_json:
        session.output.json(rows)
    else:
        session.output.table(rows, _GROUPS, empty="No trunk groups.")


@click.command()
@_json
@click.pass_obj
def carriers(session: Session, *, as_json: bool) -> None:
    """Calls and minutes of each carrier, this month and the last (UTC), against what was agreed."""
    rows = _ask(session, "carriers")
    for row in rows:
        row["missing_minutes"] = max(row["minimum_minutes"] - row["minutes_out"], 0.0)
    if as_json:
        session.output.json(rows)
    else:
        for row in rows:
            for name in ("minutes_in", "minutes_out", "missing_minutes"):
                row[name] = f"{row[name]:.1f}"
        session.output.table(rows, _CARRIERS, empty="No trunk groups.")


@click.command(
    epilog="\b\nExamples:\n  switchroom number 0212345678\n  switchroom number 112 --station handset-1\n"
    "  switchroom number 00493012345 --json"
)
@click.argument("dialled")
@click.option("--station", help="May it be dialled from this station?")
@_json
@click.pass_obj
def number(session: Session, *, dialled: str, station: str | None, as_json: bool) -> None:
    """Where a number goes: what it is, which of our flows or trunk groups takes it, in which order.

    Exit code 1: nowhere, or not from this station.
    """
    appliance = session.appliance
    if station is not None and station not in appliance.station:
        names = ", ".join(appliance.station) or "none"
        raise click.ClickException(f'no station "{station}"; there are: {names}')
    told = explain_number(appliance, dialled, station)
    reached = bool(told["ways"] or told["flow"]) and told.get("may", True)
    if as_json:
        session.output.json(told)
    else:
        _show_number(session, told)
    if not reached:
        raise click.exceptions.Exit(1)


def _show_number(session: Session, told: dict[str, Any]) -> None:
    for line in told["explanation"]:
        session.output.line(line)
    if told["ways"]:
        rows = [{**way, "cost": f"{way['cost'] or 0:g}"} for way in told["ways"]]
        session.output.table(rows, _WAYS, empty="")


def explain_number(appliance: Appliance, dialled: str, station: str | None) -> dict[str, Any]:
    """What the number plan makes of these digits, as fields and in words."""
    plan = acd.NumberPlan(center_settings(appliance).number_plan, site_numbers(appliance))
    read = plan.reader.read(dialled)
    called = plan.called(dialled)
    told: dict[str, Any] = {"dialled": dialled, "number": None, "kind": None, "ways": []}
    told["flow"] = None if called is None else called.flow
    told["explanation"] = explanation = []
    if called is not None:
        greeting = f", greeting {' '.join(called.greeting)}" if called.greeting else ""
        explanation.append(
            f"A number of ours: callers of {called.number}… meet flow {called.flow},"
            f" tenant {called.tenant}{greeting}."
        )
    if read is None:
        explanation.append(f'"{dialled}" is no number: digits, a + in front, no part of a number.')
        return told
    told["number"], told["kind"] = read.digits, read.kind.value
    explanation.append(f"{dialled} is {read.digits}, of kind: {read.kind.value}.")
    if station is not None:
        told["may"] = may = _may(plan, station, read)
        explanation.append(f"{station} {'may' if may else 'may not'} call it.")
    route, attempts = plan.route(read), plan.attempts(read)
    told["route"] = None if route is None else route.name
    costs = {} if route is None else {way.group: way.cost for way in route.ways}
    told["ways"] = [
        {
            "group": attempt.group.name,
            "cost": costs.get(attempt.group.name),
            "sends": attempt.sent,
            "shows": _shown(plan, station, attempt.group),
            "lines": len(attempt.group.ports),
        }
        for attempt in attempts
    ]
    if route is not None:
        explanation.append(f"Route {route.name}; tried in this order:")
    elif attempts:
        explanation.append("No route, but any group will do for an emergency:")
    else:
        explanation.append("No route: nobody can be reached. Add one: [route.NAME]")
    return told


def _may(plan: acd.NumberPlan, station: str, number: acd.Number) -> bool:
    rights = (plan.settings.rights or {}).get(acd.PortId(station))
    allowed = rights is not None and number.kind in rights.kinds
    return allowed or number.kind is acd.NumberKind.EMERGENCY


def _shown(plan: acd.NumberPlan, station: str | None, group: acd.TrunkGroupSettings) -> str:
    rights = (plan.settings.rights or {}).get(acd.PortId(station or ""))
    own = None if rights is None else rights.caller_number
    if station is None and group.passes_caller:
        return "the caller"
    return own or group.caller_number or "no number"
