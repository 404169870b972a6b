"""`switchroom reload`: the changed configuration file, shown key by key, then put in force."""

from typing import Any

import click

from firmware_host.console.output import Column
from firmware_host.console.session import Session
from firmware_host.control_socket import ControlError, ask

__all__ = ["reload"]

_CHANGES: tuple[Column, ...] = (
    ("path", "Key"),
    ("before", "In force"),
    ("after", "In the file"),
)
_LONGEST_S = 120.0
"""New prompts may have to be spoken first."""


@click.command()
@click.option("--check", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON instead of a table; applies with --yes."
)
@click.pass_obj
def reload(session: Session, *, check: bool, yes: bool, as_json: bool) -> None:
    """Apply the changed configuration while calls go on: all of it, or nothing.

    The difference is shown first. Queues, agents, skills, flows, hours, numbers, prompts, alerts and limits
    can be changed so; cards and lines need a restart.
    """
    told = _ask(session, "configuration_changes")
    against = [*told["restart"], *told["obstacles"]]
    if as_json:
        session.output.json(told)
    else:
        session.output.table(told["changes"], _CHANGES, empty="Nothing is changed.")
    if against:
        raise click.ClickException(
            "this can't be applied now:\n" + "\n".join(f"  {each}" for each in against)
        )
    if check or not told["changes"] or (as_json and not yes):
        return
    if not yes:
        if session.confirm is None:
            session.output.note("Nothing is applied yet; `reload --yes` applies it.")
            return
        if not session.confirm("Apply this?"):
            session.output.note("Nothing was changed.")
            return
    _ask(session, "reload", digest=told["digest"], by=session.user)
    if not as_json:
        count = len(told["changes"])
        session.output.line(f"{count} change{'s are' if count != 1 else ' is'} in force.")


def _ask(session: Session, command: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
    # The file may have mistakes, and the state folder is where it was when the appliance started.
    try:
        return ask(session.state / "callserver.sock", command, timeout_s=_LONGEST_S, **arguments)
    except ControlError as error:
        raise click.ClickException(str(error)) from error
