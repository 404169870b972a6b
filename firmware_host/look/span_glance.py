"""`switchroom span show`: layer 1, layer 2 and every channel of a primary rate span, on a few lines."""

from typing import Any

import click

from firmware_host.console import Session
from firmware_host.control_socket import ControlError, ask

__all__ = ["glance", "span"]

_SIGNS = {
    "idle": ".",
    "busy": "b",
    "restarting": "r",
    "locked": "X",
    "kept": "k",
    "out of service": "-",
    "unknown": "?",
    "no card": "?",
}
_MEANINGS = {
    ".": "idle",
    "i": "call came in",
    "o": "call goes out",
    "b": "busy",
    "r": "restarting",
    "X": "its restart is not acknowledged",
    "k": "talks, nobody supervises",
    "-": "out of service",
    "D": "D-channel",
    "_": "no line of ours",
    "?": "not known",
}
_PER_LINE = 10


@click.group("span")
def span() -> None:
    """E1 and T1 at a glance."""


@span.command(epilog="\b\nExamples:\n  switchroom span show\n  switchroom span show e1 --json")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a picture.")
@click.pass_obj
def show(session: Session, *, name: str | None, as_json: bool) -> None:
    """Layer 1, layer 2 and every channel, one sign each."""
    try:
        spans = ask(session.state / "callserver.sock", "primary_rate")
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    if name is not None and name not in {each["span"] for each in spans}:
        names = ", ".join(each["span"] for each in spans) or "none"
        raise click.ClickException(f'no primary rate span "{name}"; there are: {names}')
    chosen = [each for each in spans if name in (None, each["span"])]
    if as_json:
        session.output.json(chosen)
        return
    if not chosen:
        session.output.line("No card has a D-channel: see [card.*.pri].")
    for each in chosen:
        for line in glance(each):
            session.output.line(line)


def glance(row: dict[str, Any]) -> list[str]:
    """The lines for one span; ``row`` is what the call server tells of it.

    Channels stand in groups of ten, counted as the span counts them.
    """
    signs = dict.fromkeys(range(1, row["timeslots"] + 1), "_")
    signs[row["d_channel"]] = "D"
    for each in row["channels"]:
        sign = _SIGNS.get(each["state"], "?")
        signs[int(each["channel"])] = {"in": "i", "out": "o"}.get(each["call"], sign)
    lines = [
        f"{row['span']}: {row['switch']}, we are {row['side']};"
        f" layer 1 {row['layer_1']}, layer 2 {row['layer_2']}, worker {row['worker']}"
    ]
    channels = list(signs)
    for first in range(0, len(channels), _PER_LINE):
        part = channels[first : first + _PER_LINE]
        lines.append(f"  {part[0]:2} {' '.join(signs[each] for each in part)}")
    seen = set(signs.values())
    lines.append("  " + ", ".join(f"{s} {text}" for s, text in _MEANINGS.items() if s in seen))
    return lines
