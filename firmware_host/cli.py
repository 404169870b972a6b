"""The `switchroom` command."""

import contextlib
import io
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec

from drivers import LinkLost
from firmware_host.callserver import JournalError
from firmware_host.config import (
    Appliance,
    ConfigurationError,
    bearers,
    markdown,
    needs_town,
    plays_far_end,
    read_appliance,
    receivers_that,
    reference,
)
from firmware_host.console import RECORDS, Output, Session, operator_commands, record_rows
from firmware_host.console.reload_command import reload
from firmware_host.console.stats_command import stats
from firmware_host.decode_command import decode_commands
from firmware_host.explained import Explained
from firmware_host.instance_lock import SecondInstance
from firmware_host.line_learn_command import line_commands
from firmware_host.live.commands import live_commands
from firmware_host.log_lines import log_as
from firmware_host.look import look_commands
from firmware_host.process_beginning import begin_process
from firmware_host.simulation import simulation_commands
from firmware_host.state_files import PRI_WORKER_SOCKET, TOWN_PRI_WORKER_SOCKET
from firmware_host.terminal_text import printable_lines
from firmware_host.version import VERSION

__all__ = ["main"]

_DEFAULT_FILE = Path("appliance.toml")


_INTERRUPTED = 128 + signal.SIGINT


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_note(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _confirm(question: str) -> bool:
    return click.confirm(question, err=True)


class _Commands(click.CommandCollection):
    """Errors hold what somebody typed or a file is called: safe for a terminal before click shows them."""

    def make_context(self, *args: Any, **others: Any) -> click.Context:  # noqa: ANN401 - as click has it
        with _safe_errors():
            return super().make_context(*args, **others)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        with _safe_errors():
            return super().invoke(ctx)


@contextlib.contextmanager
def _safe_errors() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        error.message = printable_lines(error.message)  # type: ignore[misc]  # every error passes here
        raise


@click.group(
    cls=_Commands,
    sources=[operator_commands],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--config",
    "configuration_file",
    type=click.Path(path_type=Path),
    default=_DEFAULT_FILE,
    envvar="SWITCHROOM_CONFIG",
    show_default=True,
    help="The appliance's configuration.",
)
@click.version_option(VERSION)
@click.pass_context
def switchroom(context: click.Context, configuration_file: Path) -> None:
    """A whole call center on telephone cards."""
    width = shutil.get_terminal_size((100, 24)).columns
    context.obj = Session(
        Output(_write, write_note=_write_note, width=width),
        configuration_file,
        confirm=_confirm if sys.stdin.isatty() else None,
        user=f"user {os.getuid()}",
    )


@click.group()
def process_commands() -> None:
    """Commands that start something."""


@process_commands.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_obj
def check(session: Session, *, file: Path | None, as_json: bool) -> None:
    """Read a configuration and report every mistake in it."""
    file = file or session.configuration_file
    try:
        appliance = read_appliance(file)
    except ConfigurationError as error:
        if as_json:
            session.output.json([asdict(mistake) for mistake in error.mistakes])
            raise click.exceptions.Exit(1) from error
        raise click.ClickException(str(error)) from error
    if as_json:
        session.output.json([])
    else:
        session.output.line(
            f"{file}: good; {len(appliance.trunk) + len(bearers(appliance))} trunks,"
            f" {len(appliance.station)} stations, {len(appliance.agent)} agents,"
            f" {len(appliance.queue)} queues"
        )


@process_commands.command()
@click.argument("words", nargs=-1)
@click.option("--markdown", "as_page", is_flag=True, help="The whole reference as a page.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def options(session: Session, *, words: tuple[str, ...], as_page: bool, as_json: bool) -> None:
    """Explain the configuration's options whose path has all these WORDS, such as `queue wait`."""
    if as_page:
        session.output.write(markdown())
        return
    rows = [
        asdict(option)
        for section in reference()
        for option in section.options
        if all(word.lower() in f"{option.path} {section.kind}" for word in words)
    ]
    if as_json:
        session.output.json(rows)
        return
    for row in rows:
        session.output.line(f"{row['path']} = {row['values']}")
        session.output.line(f"    {row['meaning']} Without it: {row['default']}.")
    if not rows:
        raise click.ClickException("no option's path has all these words; fewer find more")


@process_commands.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
@click.pass_obj
def prompts(session: Session, *, files: tuple[Path, ...]) -> None:
    """Make the prompts of these configurations now, so that no start has to wait for them."""
    from firmware_host.callserver import compose_prompts

    log_as("prompts")
    for file in files or (session.configuration_file,):
        appliance = Session(session.output, file).appliance
        with click.progressbar(length=1, label=f"prompts of {file.name}", file=sys.stderr) as bar:

            def shown(count: int, of: int, bar: Any = bar) -> None:  # noqa: ANN401 - click's private type
                bar.length = of
                bar.update(count - bar.pos)

            compose_prompts(appliance, progress=shown)


@process_commands.command()
@click.option("--staff/--no-staff", default=True, help="Let the town's people answer our handsets.")
@click.pass_obj
def run(session: Session, *, staff: bool) -> None:
    """Start the whole appliance in the foreground; Ctrl-C ends it in order."""
    from firmware_host.supervisor import run_all

    appliance = session.appliance  # a bad file is told once, here, before anything starts
    log_as("supervisor")
    town = needs_town(appliance)
    session.output.line(
        "Starting; Ctrl-C stops. In another terminal try:\n"
        + ("  switchroom dial --from 12125550142 --to 5550100 --press 1\n" if town else "")
        + "  switchroom lines | calls | queues | agents | records\n"
        "  switchroom handset desk-1 | listen line-1"
    )
    code = run_all(
        session.configuration_file,
        staffed=staff,
        with_town=town,
        pri_sockets=pri_sockets(appliance, session.state),
    )
    raise click.exceptions.Exit(code)


@process_commands.command()
@click.pass_obj
def callserver(session: Session) -> None:
    """Call control and the media plane, alone."""
    from firmware_host.callserver.loop import run_call_server

    begin_process("callserver", may_wait=False)
    try:
        run_call_server(session.appliance, session.configuration_file)
    except (SecondInstance, JournalError) as error:
        raise Explained(str(error)) from error


@process_commands.command("pri-worker")
@click.option("--far-end", is_flag=True, help="The town's, which is the exchange's side.")
@click.pass_obj
def pri_worker(session: Session, *, far_end: bool) -> None:
    """The D-channels of E1 and T1, alone: becomes `python -m drivers.pri`, the only process with libpri."""
    sockets = pri_sockets(session.appliance, session.state)
    if not sockets:
        raise Explained("no card has a D-channel: add a table such as [card.e1.pri]")
    if far_end and len(sockets) == 1:
        raise Explained(
            "the town is at no end of any span: give a card town_span, or use a virtual one"
        )
    socket = sockets[1 if far_end else 0]
    os.execv(sys.executable, [sys.executable, "-m", "drivers.pri", str(socket)])


@process_commands.command()
@click.option("--staff/--no-staff", default=True, help="Put somebody at every handset.")
@click.pass_obj
def town(session: Session, *, staff: bool) -> None:
    """The far end of the virtual card, alone."""
    from firmware_host.town.process import run_town

    begin_process("town")
    try:
        run_town(session.appliance, session.state, staffed=staff)
    except SecondInstance as error:
        raise Explained(str(error)) from error


@process_commands.command()
@click.option("--database", "url", help="Where records go; by default SQLite in the state folder.")
@click.pass_obj
def oam(session: Session, *, url: str | None) -> None:
    """Records, alone."""
    from firmware_host.oam import DatabaseError
    from firmware_host.oam.alert_commands import CommandReceiver
    from firmware_host.oam.process import run_oam

    begin_process("oam")

    def receivers() -> dict[str, CommandReceiver]:
        appliance = Session(session.output, session.configuration_file).appliance
        return {
            name: CommandReceiver(name=name, command=each.command, time_limit_s=each.time_limit_s)
            for name, each in receivers_that("command", appliance).items()
        }

    try:
        run_oam(session.state, url=url, receivers=receivers)
    except (SecondInstance, DatabaseError) as error:
        raise Explained(str(error)) from error


@process_commands.command()
@click.option("--device", help="A serial line, such as /dev/ttyS0.")
@click.option("--baud", default=115200, show_default=True, help="Its speed.")
@click.option("--pty", "pseudo_terminal", is_flag=True, help="A new pseudo-terminal, too.")
@click.option(
    "--idle",
    "idle_limit_s",
    default=600.0,
    show_default=True,
    help="Log out after so many idle seconds.",
)
@click.pass_obj
def console(
    session: Session, *, device: str | None, baud: int, pseudo_terminal: bool, idle_limit_s: float
) -> None:
    """The technician's shell over a serial line, a pseudo-terminal and a local socket."""
    from firmware_host.console.links import LinkError
    from firmware_host.console.process import run_console

    begin_process("console")
    try:
        run_console(
            session.appliance,
            session.configuration_file,
            operator_commands,
            state=session.state,
            device=device,
            baud=baud,
            pseudo_terminal=pseudo_terminal,
            idle_limit_s=idle_limit_s,
        )
    except LinkError as error:
        raise Explained(str(error)) from error


@process_commands.command()
@click.option("--seed", default=1, show_default=True, help="Another seed is another quarter hour.")
@click.option("--caller", "caller_number", help="The number of the first caller.")
@click.option(
    "--caller-audio",
    type=click.Path(path_type=Path),
    help="What the first caller says; the agent has half a minute.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Journal, recordings and records go here.",
)
@click.option(
    "--far-end-fault",
    type=click.Choice(["caller-id-muted", "caller-id-inverted", "keys-muted", "answer-withheld"]),
    help="Let the exchange fail on purpose: the demo must notice.",
)
@click.option(
    "--spans",
    type=click.IntRange(1, 16),
    help="A busy hour on so many E1 spans by PRI instead, with agents for them.",
)
@click.option(
    "--minutes", type=click.IntRange(1, 600), default=60, show_default=True, help="With --spans."
)
@click.option("--quiet", is_flag=True, help="No timeline.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the outcome as JSON, without timeline."
)
@click.pass_obj
def demo(
    session: Session,
    *,
    seed: int,
    caller_number: str | None,
    caller_audio: Path | None,
    output: Path,
    far_end_fault: str | None,
    spans: int | None,
    minutes: int,
    quiet: bool,
    as_json: bool,
) -> None:
    """A busy quarter of an hour on the virtual card, in seconds.

    Exits with 1 when a call ended otherwise than it should have.
    """
    from firmware_host.demo import DemoError, DemoOptions, run_demo
    from firmware_host.sound_files import SoundFileError, read_sound
    from firmware_host.town import FarEndFault

    if caller_number is not None and not re.fullmatch("[0-9]{1,20}", caller_number):
        raise click.ClickException(f"--caller: {caller_number!r} is no number; use 1 to 20 digits")
    out = session.output
    if spans is not None:
        _busy_hour(out, output, seed, spans, minutes, quiet=quiet or as_json, as_json=as_json)
        return
    try:
        options = DemoOptions(
            output=output,
            seed=seed,
            caller_number=caller_number,
            caller_audio=None if caller_audio is None else read_sound(caller_audio),
            fault=FarEndFault(far_end_fault) if far_end_fault else None,
        )
        silent = quiet or as_json
        result = run_demo(options, (lambda _line: None) if silent else out.line)
    except (DemoError, SoundFileError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        out.json(msgspec.to_builtins({"records": result.records, "mistakes": result.mistakes}))
    else:
        rows = record_rows([asdict(record) for record in result.records])
        out.line()
        out.table(rows, RECORDS, empty="No calls on record.")
        queues = [asdict(queue) for queue in result.queues]
        columns = (
            ("queue", "Queue"),
            ("served", "Served"),
            ("abandoned", "Abandoned"),
            ("average_wait_s", "Mean wait s"),
        )
        out.table(queues, columns, empty="No queues.")
        out.line(
            f"{result.simulated_s / 60:.0f} min of calls; all of the above was heard on the lines."
        )
        out.line(f"Recordings (caller left, what the caller hears right): {result.recordings}")
        out.line(f"Journal of facts: {result.journal}")
    for mistake in result.mistakes:
        out.note(f"Not as it should be: {mistake}")
    if result.interrupted:
        out.note("Interrupted: calls in progress were closed and recorded as such.")
        raise click.exceptions.Exit(_INTERRUPTED)
    if result.mistakes:
        raise click.exceptions.Exit(1)


def _busy_hour(
    out: Output,
    output: Path,
    seed: int,
    spans: int,
    minutes: int,
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    from firmware_host.demo import BusyHourOptions, DemoError, prepare_output, run_busy_hour

    try:
        prepare_output(output)
        options = BusyHourOptions(output=output, spans=spans, seconds=60.0 * minutes, seed=seed)
        hour = run_busy_hour(options, (lambda _line: None) if quiet else out.line)
    except (DemoError, LinkLost) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        out.json(asdict(hour))
    else:
        rows = [
            {"what": "calls offered", "count": hour.offered},
            {"what": "found every channel busy", "count": hour.refused},
            {"what": "at once, at most", "count": hour.most_at_once},
            {"what": "talked with an agent", "count": hour.talked},
            {"what": "mean wait of these, s", "count": round(hour.mean_wait_s)},
            *({"what": f"ended: {end}", "count": count} for end, count in hour.ends.most_common()),
        ]
        out.table(rows, (("what", "Calls"), ("count", "")), empty="")
        out.line(
            f"{hour.simulated_s / 60:.0f} min on {spans} spans by PRI in {hour.took_s:.0f} s;"
            " all of it was frames and sound."
        )
        out.line(f"Journal of facts: {output / 'journal'}")
    for mistake in hour.mistakes:
        out.note(f"Not as it should be: {mistake}")
    if hour.mistakes:
        raise click.exceptions.Exit(1)


def pri_sockets(appliance: Appliance, state: Path) -> list[Path]:
    """Where PRI workers are to listen: the appliance's, and the town's if it plays an exchange's side."""
    spans = [card for card in appliance.card.values() if card.pri is not None]
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    sockets = [state / PRI_WORKER_SOCKET] if spans else []
    if any(plays_far_end(card) for card in spans):
        sockets.append(state / TOWN_PRI_WORKER_SOCKET)
    return sockets


switchroom.add_source(process_commands)
switchroom.add_source(live_commands)
switchroom.add_source(decode_commands)
switchroom.add_source(simulation_commands)
for group in (look_commands, line_commands):
    for each in group.commands.values():  # on the console, too
        operator_commands.add_command(each)
operator_commands.add_command(reload)
operator_commands.add_command(stats)


def main() -> None:
    """Entry point of the `switchroom` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a terminal without our letters still gets the rest
    switchroom(prog_name="switchroom")


if __name__ == "__main__":
    main()
