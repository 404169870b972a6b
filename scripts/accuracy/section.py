"""What one part of the accuracy page holds: limits, and how we and a peer met them on the same signals."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Row", "Section", "as_markdown", "main_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One limit, tried."""

    limit: str
    """What was asked for, with its units: ``23 ms long: none``."""
    signals: str
    """On how much it was tried: ``800 digits``, ``2.9 h``."""
    ours: str
    theirs: str = "–"
    """The peer's figure for the same signals; a dash where it has no such thing."""
    met: bool
    """Whether ours meets the limit."""
    worse: bool = False
    """Whether ours is worse than the peer's; the page says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table and what must be known to read it."""

    title: str
    peer: str
    """Whom ``theirs`` names: ``SpanDSP dtmf_rx``."""
    text: str
    """A paragraph: how the signals were made, what counts."""
    rows: list[Row] = field(default_factory=list)


def as_markdown(section: Section) -> str:
    """The section as the page has it."""
    lines = [f"## {section.title}", "", section.text, ""]
    lines += [f"| limit | on | ours | {section.peer} | |", "|---|---|---|---|---|"]
    for row in section.rows:
        verdict = "met" if row.met else "**not met**"
        if row.worse:
            verdict += ", **worse than the peer**"
        lines.append(f"| {row.limit} | {row.signals} | {row.ours} | {row.theirs} | {verdict} |")
    return "\n".join([*lines, ""])


def main_of(section: Callable[[bool], Section]) -> None:
    """The command line of a part: measures and prints it; exit code 1 when a limit is not met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="on fewer signals")
    made = section(parser.parse_args().quick)
    print(as_markdown(made))
    sys.exit(0 if all(row.met for row in made.rows) else 1)
