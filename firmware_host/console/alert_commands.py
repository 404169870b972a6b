"""`switchroom alerts`: what needs a person, what did, and that somebody sees to it."""

from typing import Any

import click

from firmware_host.console.output import Column
from firmware_host.console.session import Session
from firmware_host.control_socket import ControlError, ask
from firmware_host.journal_format import Entry, JournalDamage, read_segment, segments

__all__ = ["ALERTS", "alert_rows", "alerts"]

ALERTS: tuple[Column, ...] = (
    ("number", "No."),
    ("severity", "Severity"),
    ("alert", "Alert"),
    ("about", "About"),
    ("why", "Why"),
    ("lasts_s", "Seconds"),
    ("seen", "Acknowledged"),
)
_HISTORY: tuple[Column, ...] = (
    ("number", "No."),
    ("since_utc", "Since (UTC)"),
    ("alert", "Alert"),
    ("about", "About"),
    ("why", "Why"),
    ("lasts_s", "Seconds"),
    ("seen", "Acknowledged"),
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def alert_rows(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts with the columns that a table has room for."""
    return [
        {
            **alert,
            "about": f"{alert['subject_kind']} {alert['subject']}",
            "seen": f"by {alert['acknowledged_by']}" if alert["acknowledged_by"] else None,
            "since_utc": alert["since_utc"][:19].replace("T", " "),
        }
        for alert in alerts
    ]


@click.group(invoke_without_command=True)
@click.option("--history", is_flag=True, help="From the journal, those that are over among them.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Of the history only so many, the newest.",
)
@_json
@click.pass_context
def alerts(context: click.Context, *, history: bool, last: int, as_json: bool) -> None:
    """Alerts that are up: since when, why, who sees to them."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    rows = _history(session)[-last:] if history else _ask(session, "alerts")
    if as_json:
        session.output.json(rows)
    elif history:
        session.output.table(alert_rows(rows), _HISTORY, empty="The journal holds no alert.")
    else:
        session.output.table(alert_rows(rows), ALERTS, empty="No alert is up.")


@alerts.command()
@click.argument("number", type=click.IntRange(1))
@_json
@click.pass_obj
def acknowledge(session: Session, *, number: int, as_json: bool) -> None:
    """You see to alert NUMBER: it is neither repeated nor escalated any more."""
    alert = _ask(session, "acknowledge", number=number, by=session.user)
    if as_json:
        session.output.json(alert)
    else:
        about = f"{alert['subject_kind']} {alert['subject']}"
        session.output.line(f"Alert {number} ({alert['alert']}, {about}) is acknowledged.")


def _ask(session: Session, command: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
    try:
        return ask(session.state / "callserver.sock", command, **arguments)
    except ControlError as error:
        raise click.ClickException(str(error)) from error


def _history(session: Session) -> list[dict[str, Any]]:
    """Each alert of which the journal holds the beginning, oldest first."""
    damage: list[JournalDamage] = []
    found: dict[int, dict[str, Any]] = {}
    try:
        for segment in segments(session.state / "journal"):
            for entry, _ in read_segment(segment, damage):
                if entry.kind.startswith("Alert"):
                    _take(entry, found)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for part in damage:
        session.output.note(f"Damaged: {part}")
    return list(found.values())


def _take(entry: Entry, found: dict[int, dict[str, Any]]) -> None:
    number, data = entry.data.get("number"), entry.data
    if not isinstance(number, int):
        return
    utc = entry.utc.isoformat(timespec="milliseconds")
    if entry.kind == "AlertRaised":
        kept = ("number", "alert", "kind", "subject_kind", "subject", "why", "severity")
        found[number] = {key: data.get(key, "") for key in kept} | {
            "since_utc": utc,
            "until_utc": None,
            "lasts_s": None,
            "repeated": 0,
            "is_escalated": False,
            "acknowledged_by": None,
        }
    alert = found.get(number)
    if alert is None:
        return
    match entry.kind:
        case "AlertRepeated":
            alert["repeated"] += 1
        case "AlertEscalated":
            alert["is_escalated"] = True
        case "AlertAcknowledged":
            alert["acknowledged_by"] = data.get("by")
        case "AlertCleared":
            alert["until_utc"], alert["lasts_s"] = utc, data.get("lasts_s")
        case _:
            pass
