"""`switchroom line test`: one line measured, each figure judged."""

import re
from typing import Any

import click

from firmware_host.console import Column, Session
from firmware_host.control_socket import ControlError, ask_stream

__all__ = ["line_test"]

_FIGURES: tuple[Column, ...] = (
    ("figure", "Figure"),
    ("shown", "Measured"),
    ("judgement", "Judgement"),
    ("limit", "Good is"),
)
_LIFT_LIMIT_S = 30.0


@click.command(
    "test",
    epilog="\b\nExamples:\n  switchroom line test line-1\n  switchroom line test desk-1 --lifted",
)
@click.argument("name")
@click.option(
    "--digit", default="4", show_default=True, help="The key that breaks an exchange's dial tone."
)
@click.option(
    "--lifted", is_flag=True, help="A station: wait until its handset is lifted, then sound, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def line_test(session: Session, *, name: str, digit: str, lifted: bool, as_json: bool) -> None:
    """Measure an idle line: dial tone, noise, hum, direct current, echo; voltages where the card tells.

    The line is out of service meanwhile (alarm "under test"), some ten seconds for a trunk. A trunk is
    seized and hears one digit and test tones; a station is listened to. The exit code is 1 when a figure
    is bad.
    """
    if not re.fullmatch("[0-9*#]", digit):
        raise click.ClickException(f"--digit: {digit!r} is no key; use one of 0-9 * #")
    arguments = {"line": name, "digit": digit, "lifted_limit_s": _LIFT_LIMIT_S if lifted else 0.0}
    if lifted and not as_json:
        session.output.note(f"Lift the handset of {name} within {_LIFT_LIMIT_S:.0f} s.")
    outcome: dict[str, Any] = {}
    try:
        path = session.state / "callserver.sock"
        for kind, value in ask_stream(path, "line_test", timeout_s=10.0, **arguments):
            session.output.pause(0)  # a console's person may have pressed Control-C
            if kind == "result":
                outcome = value
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        session.output.json(outcome)
    else:
        _show(session, outcome)
    if any(row["judgement"] == "bad" for row in outcome["figures"]):
        raise click.exceptions.Exit(1)


def _show(session: Session, outcome: dict[str, Any]) -> None:
    rows = [
        {
            **row,
            "shown": "none" if row["value"] is None else f"{row['value']} {row['unit']}".strip(),
        }
        for row in outcome["figures"]
    ]
    session.output.table(rows, _FIGURES, empty="Nothing was measured.")
    sources = dict.fromkeys(f"{row['figure']}: {row['source']}" for row in rows if row["source"])
    for source in sources:
        session.output.line(f"  {source}.")
    if outcome["voltages"] != "measured":
        session.output.line(f"Voltages: {outcome['voltages']}.")
    if outcome["echo_canceller"] != "none":
        canceller = outcome["echo_canceller"]
        session.output.line(
            f"The echo was measured behind the card's echo canceller ({canceller})."
        )
