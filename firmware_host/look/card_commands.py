"""`switchroom card import` and `card export`: a `system.conf` of dahdi-tools, and our configuration."""

from pathlib import Path

import click

from drivers import CardError, DahdiControl, Maintenance
from firmware_host.console import Session
from firmware_host.look.system_conf_tables import SpanSize, exported, imported
from firmware_host.terminal_text import printable

__all__ = ["card"]

_SYSTEM_CONF = Path("/etc/dahdi/system.conf")
_MOST_OCTETS = 1_000_000
_no_driver = click.option(
    "--no-driver", is_flag=True, help="Don't ask the driver which spans there are."
)


@click.group()
def card() -> None:
    """Cards of the DAHDI driver, and the file of those who had dahdi-tools before."""


@card.command("import", epilog="\b\nExample:\n  switchroom card import /etc/dahdi/system.conf")
@click.argument("file", type=click.Path(path_type=Path), default=_SYSTEM_CONF)
@_no_driver
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def import_(session: Session, *, file: Path, no_driver: bool, as_json: bool) -> None:
    """Print the tables of appliance.toml that mean the same as a system.conf.

    What can't be taken over, or is a guess, is told line by line on the standard error. Nothing is changed.
    """
    try:
        with file.open("rb") as opened:
            octets = opened.read(_MOST_OCTETS + 1)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}; name another file") from error
    if b"\0" in octets or len(octets) > _MOST_OCTETS:
        raise click.ClickException(f"{file}: this is no text of dahdi-tools; name its system.conf")
    text = octets.decode("utf-8", "replace")
    safe = "\n".join(printable(line, longest=1000) for line in text.splitlines())
    tables, told = imported(safe, [] if no_driver else _span_sizes())
    if as_json:
        session.output.json({"tables": tables, "not_taken_over": told})
        return
    session.output.write(tables or "# Nothing in it that appliance.toml could say.\n")
    for each in told:
        session.output.note(f"Note: {each}.")


@card.command(epilog="\b\nExample:\n  switchroom card export > system.conf")
@_no_driver
@click.pass_obj
def export(session: Session, *, no_driver: bool) -> None:
    """Print a system.conf that makes dahdi_cfg configure the cards as appliance.toml does."""
    text, told = exported(session.appliance, [] if no_driver else _span_sizes())
    session.output.write(text)
    for each in told:
        session.output.note(f"Note: {each}.")


_LOOPS = {
    "local": Maintenance.LOCALLOOP,
    "network": Maintenance.NETWORKLINELOOP,
    "payload": Maintenance.NETWORKPAYLOADLOOP,
    "off": Maintenance.NONE,
}


@card.command(
    "loop", epilog="\b\nExamples:\n  switchroom card loop 1 network\n  switchroom card loop 1 off"
)
@click.argument("span")
@click.argument("kind", type=click.Choice(list(_LOOPS)))
@click.pass_obj
def loop(session: Session, *, span: str, kind: str) -> None:
    """Loop a whole digital span, where its card can; every call on it is lost. It stays so until "off".

    local: what we send comes back to us; network: what the far end sends goes back to it, as it came;
    payload: the same, framed anew.
    """
    try:
        with DahdiControl() as control:
            found = control.span(span)
            control.maintain(found.number, _LOOPS[kind])
    except CardError as error:
        raise click.ClickException(str(error)) from error
    how = "is not looped" if kind == "off" else f"is looped ({kind})"
    session.output.line(f"Span {found.number} ({found.name}) {how}.")


def _span_sizes() -> list[SpanSize]:
    try:
        with DahdiControl() as control:
            return [
                SpanSize(span.number, span.name, span.first_channel, span.channels)
                for span in control.spans()
            ]
    except CardError:
        return []  # the file alone has to do
