"""The operator's commands. They ask the running processes and write to the session's output."""

import contextlib
from pathlib import Path
from typing import Any

import click

from firmware_host.console.alert_commands import ALERTS, alert_rows, alerts
from firmware_host.console.output import Column
from firmware_host.console.routing_story import story
from firmware_host.console.session import Session
from firmware_host.control_socket import ControlError, ask, ask_stream
from firmware_host.journal_format import JournalDamage, read_segment, segments
from firmware_host.seconds import Seconds
from firmware_host.sound_files import SoundFileError, read_sound

__all__ = ["agent_rows", "operator_commands"]

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

_CALL_DIGITS = 12
_LINES: tuple[Column, ...] = (
    ("line", "Line"),
    ("role", "Role"),
    ("card", "Card"),
    ("port", "Port"),
    ("state", "State"),
    ("in_service", "Serves"),
    ("alarm", "Alarm"),
    ("call", "Call"),
    ("lost_blocks", "Lost"),
    ("overruns", "Over"),
)
_CALLS: tuple[Column, ...] = (
    ("call", "Call"),
    ("line", "Line"),
    ("number", "Number"),
    ("name", "Name"),
    ("goes_to", "Goes to"),
    ("stage", "Stage"),
    ("queue", "Queue"),
    ("place", "Place"),
    ("agent", "Agent"),
    ("lasts_s", "Seconds"),
)
_QUEUES: tuple[Column, ...] = (
    ("queue", "Queue"),
    ("waiting", "Wait"),
    ("longest_wait_s", "Longest s"),
    ("ready", "Ready"),
    ("talking", "Talk"),
    ("wrapping_up", "Wrap"),
    ("paused", "Pause"),
    ("call_backs", "Back"),
    ("served", "Served"),
    ("abandoned", "Left"),
    ("average_wait_s", "Mean s"),
    ("expected_wait_s", "Next s"),
    ("expected_wait_quantile_s", "Told s"),
)
_AGENTS: tuple[Column, ...] = (
    ("agent", "Agent"),
    ("name", "Name"),
    ("state", "State"),
    ("reason", "Reason"),
    ("station", "Station"),
    ("call", "Call"),
    ("since", "Since s"),
    ("serves", "Serves"),
    ("calls_taken", "Calls"),
    ("missed", "Missed"),
)
RECORDS: tuple[Column, ...] = (
    ("call", "Call"),
    ("line", "Line"),
    ("caller", "Caller"),
    ("pressed", "Keys"),
    ("queue", "Queue"),
    ("agent", "Agent"),
    ("wait_s", "Wait s"),
    ("talk_s", "Talk s"),
    ("cause", "End"),
)


@click.group()
def operator_commands() -> None:
    """Commands about what the appliance does."""


def _ask(session: Session, process: str, command: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
    try:
        return ask(session.state / f"{process}.sock", command, **arguments)
    except ControlError as error:
        raise click.ClickException(str(error)) from error


def _show(
    session: Session,
    rows: list[dict[str, Any]],
    columns: tuple[Column, ...],
    as_json: bool,
    empty: str,
) -> None:
    if as_json:
        session.output.json(rows)
    else:
        session.output.table(rows, columns, empty=empty)


_MESSAGES: tuple[Column, ...] = (
    ("call", "Call"),
    ("offered_utc", "Called, UTC"),
    ("caller", "Caller"),
    ("message_box", "For"),
    ("message_s", "Seconds"),
    ("message", "File, in recordings"),
)


@operator_commands.command()
@_json
@click.pass_obj
def lines(session: Session, *, as_json: bool) -> None:
    """Every line: state, alarm, the call it carries."""
    _show(session, _ask(session, "callserver", "lines"), _LINES, as_json, "No lines.")


@operator_commands.command()
@_json
@click.pass_obj
def calls(session: Session, *, as_json: bool) -> None:
    """Calls that are up now."""
    _show(session, _ask(session, "callserver", "calls"), _CALLS, as_json, "No call is up.")


@operator_commands.command()
@click.option(
    "--every",
    "every_s",
    type=Seconds(0.1, 86_400),
    default=1.0,
    show_default=True,
    help="Seconds between looks.",
)
@click.option(
    "--times", type=click.IntRange(0), default=0, help="Look so many times; 0: until Control-C."
)
@click.pass_obj
def watch(session: Session, *, every_s: float, times: int) -> None:
    """Alerts, calls and queues, drawn anew every second until Control-C."""
    with contextlib.suppress(KeyboardInterrupt):  # that is how one leaves it
        _watch(session, every_s, times)


def _watch(session: Session, every_s: float, times: int) -> None:
    output = session.output
    looks = 0
    while True:
        up = _ask(session, "callserver", "calls")
        lines_of_callers = _ask(session, "callserver", "queues")
        alarming = [row for row in _ask(session, "callserver", "alerts") if row["on_console"]]
        output.redraw(
            (output.table_text(alert_rows(alarming), ALERTS, empty="") if alarming else "")
            + output.table_text(up, _CALLS, empty="No call is up.")
            + output.table_text(lines_of_callers, _QUEUES, empty="No queues.")
        )
        looks += 1
        if looks == times:
            return
        output.pause(max(0.1, every_s))


operator_commands.add_command(alerts)


@operator_commands.command("help")
@click.argument("names", nargs=-1)
@click.pass_context
def help_command(context: click.Context, names: tuple[str, ...]) -> None:
    """Explain a command, or list them all."""
    command: click.Command = (
        context.parent.command if context.parent is not None else context.command
    )
    for name in names:
        found = command.get_command(context, name) if isinstance(command, click.Group) else None
        if found is None:
            raise click.ClickException(f'no command "{" ".join(names)}"; `help` lists them all')
        command = found
    path = " ".join(names)
    session: Session = context.obj
    with click.Context(command, info_name=path, help_option_names=[]) as explained:
        session.output.line(command.get_help(explained))


@operator_commands.command()
@_json
@click.pass_obj
def queues(session: Session, *, as_json: bool) -> None:
    """Queues: who waits, who serves; counters go on across a restart."""
    _show(session, _ask(session, "callserver", "queues"), _QUEUES, as_json, "No queues.")


@operator_commands.command()
@_json
@click.pass_obj
def health(session: Session, *, as_json: bool) -> None:
    """Whether ticks, call control and journal live; what the media plane has lost."""
    figures = _ask(session, "callserver", "health")
    rows = [{"sign": sign, "value": value} for sign, value in figures.items()]
    if as_json:
        session.output.json(figures)
    else:
        session.output.table(rows, (("sign", "Sign"), ("value", "Value")), empty="")


@operator_commands.command()
@_json
@click.pass_obj
def agents(session: Session, *, as_json: bool) -> None:
    """Agents: state, station, calls taken."""
    rows = _ask(session, "callserver", "agents")
    _show(session, rows if as_json else agent_rows(rows), _AGENTS, as_json, "No agents.")


def agent_rows(agents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Agents with the columns that a table has room for: how long a pause lasts beside its limit."""
    return [
        {
            **agent,
            "since": (
                agent["state_lasts_s"]
                if agent["pause_limit_s"] is None
                else f"{agent['state_lasts_s']:.0f}/{agent['pause_limit_s']:.0f}"
            ),
        }
        for agent in agents
    ]


@operator_commands.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="At most so many, the newest.",
)
@click.option("--number", help="Only calls from, or to, this number.")
@click.option("--tenant", help="Only this tenant's.")
@_json
@click.pass_obj
def records(
    session: Session, *, limit: int, number: str | None, tenant: str | None, as_json: bool
) -> None:
    """Call records, oldest first."""
    rows = _ask(session, "oam", "records", limit=limit, number=number, tenant=tenant)
    _show(session, rows if as_json else record_rows(rows), RECORDS, as_json, "No calls on record.")


def _caller(record: dict[str, Any]) -> str:
    """Who called; of a call of ours, whom."""
    if record["goes_to"] and not record["called"]:
        return f"→ {record['goes_to']}"
    caller = str(record["number"] or record["number_absence"] or "unknown")
    return f"{caller} → {record['goes_to']}" if record["goes_to"] else caller


@operator_commands.command()
@click.option("--limit", default=50, show_default=True, help="How many of the newest.")
@click.option("--box", help="Only for this one.")
@_json
@click.pass_obj
def messages(session: Session, *, limit: int, box: str | None, as_json: bool) -> None:
    """Messages that callers have left, oldest first."""
    rows = _ask(session, "oam", "records", limit=limit, with_message=True)
    rows = [row for row in rows if box in (None, row["message_box"])]
    if as_json:
        session.output.json(rows)
        return
    for row in rows:
        row["caller"] = row["name"] or row["number"] or row["number_absence"]
        row["offered_utc"] = row["offered_utc"][:16].replace("T", " ")
    session.output.table(rows, _MESSAGES, empty="No message.")


def record_rows(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records with the columns that a table has room for."""
    return [
        {
            **record,
            "caller": _caller(record),
            "cause": f"{record['cause']} (unsupervised)"
            if record.get("unsupervised")
            else record["cause"],
            "pressed": " ".join(filter(None, (record["wrong_keys"], record["keys"]))),
        }
        for record in records
    ]


@operator_commands.command()
@click.argument("call")
@_json
@click.pass_obj
def why(session: Session, *, call: str, as_json: bool) -> None:
    """Why a call went to this agent, or still waits: every decision with what it looked at."""
    if not (call.isascii() and call.isdigit() and len(call) <= _CALL_DIGITS):
        raise click.ClickException(f"{call!r} is no call's number; `switchroom records` has them")
    steps = _ask(session, "oam", "routing", call=call)
    try:
        waits = ask(session.state / "callserver.sock", "prospect", call=call)
    except ControlError:
        waits = None  # the call server may be down; the story so far is told all the same
    if as_json:
        session.output.json({"steps": steps, "waits": waits})
        return
    if not steps and waits is None:
        raise click.ClickException(
            f"call {call} was in no queue; `switchroom records` shows what became of it"
        )
    for line in story(steps, waits):
        session.output.line(line)


@operator_commands.command()
@click.argument("agent")
@click.option("--to", help="The queue that the agent is to help.")
@click.option(
    "--leaving",
    multiple=True,
    metavar="QUEUE",
    help="A queue that the agent does not serve meanwhile; may be given several times.",
)
@click.option("--back", is_flag=True, help="The agent serves the usual queues again.")
@_json
@click.pass_obj
def move(
    session: Session,
    *,
    agent: str,
    to: str | None,
    leaving: tuple[str, ...],
    back: bool,
    as_json: bool,
) -> None:
    """Let AGENT help another queue, at once; `--back` ends it."""
    if back == (to is not None):
        raise click.UsageError("say where: --to QUEUE, or --back")
    if back:
        moved = _ask(session, "callserver", "move_back", agent=agent)
    else:
        moved = _ask(session, "callserver", "move", agent=agent, to=to, leaving=list(leaving))
    if as_json:
        session.output.json(moved)
    else:
        session.output.line(f"Agent {agent} serves {', '.join(moved['serves']) or 'no queue'}.")


@operator_commands.command()
@click.argument("target")
@_json
@click.pass_obj
def hangup(session: Session, *, target: str, as_json: bool) -> None:
    """End a call: TARGET is a call's number or the line that carries it."""
    ended = _ask(session, "callserver", "hangup", target=target)
    if as_json:
        session.output.json(ended)
        return
    session.output.line(f"Call {ended['call']} on {ended['line']} was hung up.")


@operator_commands.group()
def journal() -> None:
    """The journal of facts."""


@journal.command("show")
@click.option(
    "--last",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="Only so many, the newest; 0: all.",
)
@click.option("--call", "call_id", help="Only facts of this call.")
@_json
@click.pass_obj
def journal_show(session: Session, *, last: int, call_id: str | None, as_json: bool) -> None:
    """Facts from the journal's files; works while the appliance is stopped, too."""
    damage: list[JournalDamage] = []
    try:
        facts = _facts(session, damage, call_id, as_json=as_json)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    shown = facts[-last:] if last else facts
    columns = (("sequence", "No."), ("utc", "Time (UTC)"), ("fact", "Fact"), ("about", "About"))
    _show(session, shown, columns, as_json, "The journal holds no such fact.")
    for part in damage:
        session.output.note(f"Damaged: {part}")


def _facts(
    session: Session, damage: list[JournalDamage], call_id: str | None, *, as_json: bool
) -> list[dict[str, Any]]:
    return [
        {
            "sequence": entry.sequence,
            "utc": (
                entry.utc.isoformat(timespec="milliseconds")
                if as_json
                else f"{entry.utc:%Y-%m-%d %H:%M:%S}"
            ),
            "fact": entry.kind,
            **({"data": entry.data} if as_json else {"about": _about(entry.data)}),
        }
        for segment in segments(session.state / "journal")
        for entry, _ in read_segment(segment, damage)
        if call_id is None or str(entry.data.get("call", "")).lstrip("0") == call_id.lstrip("0")
    ]


def _about(data: dict[str, Any]) -> str:
    simple = {key: value for key, value in data.items() if isinstance(value, str | int | float)}
    return " ".join(f"{key}={value}" for key, value in simple.items())


@operator_commands.command()
@click.option("--from", "calling", help="The caller's number; left out: a withheld number.")
@click.option("--to", "called", required=True, help="The number that is called.")
@click.option("--name", help="The caller's name, as the exchange sends it.")
@click.option(
    "--press",
    default="",
    help="Keys to press after a prompt; a comma waits for the next one: 2,1003#.",
)
@click.option("--say", type=click.Path(path_type=Path), help="A sound file spoken to the agent.")
@click.option("--machine", is_flag=True, help="Speak after a tone, as to a machine: a message.")
@click.option("--stay", "stay_s", default=20.0, show_default=True, help="Seconds until hanging up.")
@_json
@click.pass_obj
def dial(
    session: Session,
    *,
    calling: str | None,
    called: str,
    name: str | None,
    press: str,
    say: Path | None,
    machine: bool,
    stay_s: float,
    as_json: bool,
) -> None:
    """Call the appliance from the town (virtual card only)."""
    _check_keys("--from", calling or "", "0123456789")
    _check_keys("--press", press, "0123456789*#ABCD,")
    if say is not None:
        try:
            read_sound(say)
        except SoundFileError as error:
            raise click.ClickException(str(error)) from error
    arguments = {
        "calling": calling,
        "called": called,
        "name": name,
        "press": press,
        "say": str(say.resolve()) if say is not None else None,
        "to_machine": machine,
        "stay_s": stay_s,
    }
    try:
        for kind, value in ask_stream(
            session.state / "town.sock", "dial", timeout_s=None, **arguments
        ):
            if kind == "progress" and not as_json:
                session.output.line(f"  the caller {value}")
            elif kind == "result":
                _dialled(session, value, as_json=as_json)
    except ControlError as error:
        raise click.ClickException(str(error)) from error


def _dialled(session: Session, outcome: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        session.output.json(outcome)
    else:
        answered = "answered" if outcome["answered"] else "not answered"
        session.output.line(f"The call was {answered}; ended by: {outcome['ended_by']}.")
    if not outcome["answered"]:
        raise click.exceptions.Exit(1)


def _check_keys(option: str, text: str, allowed: str) -> None:
    wrong = sorted(set(text) - set(allowed))
    if wrong:
        raise click.ClickException(f"{option}: {''.join(wrong)!r} can't be sent; use {allowed}")
