"""Where commands write: never to stdout, so that the same commands run on a serial console."""

import io
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from firmware_host.terminal_text import printable, printable_lines

__all__ = ["Column", "Interrupted", "Output"]

_BLANK = "    \n"
_ASCII_HEAD = box.Box(_BLANK * 2 + " -- \n" + _BLANK * 5, ascii=True)
"""A line under the heading and nothing else: 80 columns are few, and a serial terminal may be old."""

Column = tuple[str, str]
"""A field's name in the row, and its heading."""


class Interrupted(Exception):
    """Whoever asked wants no more of it."""


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)  # ends early by Control-C at the command line


class Output:
    """Text, tables and JSON for one person at one terminal."""

    def __init__(
        self,
        write: Callable[[str], None],
        *,
        write_note: Callable[[str], None] | None = None,
        width: int = 80,
        height: int = 24,
        unicode: bool = True,
        pause: Callable[[float], None] = _pause,
    ) -> None:
        self._write = write
        self._height = height
        self.pause = pause
        "Waits; raises `Interrupted` when a console's person pressed Control-C."
        self._write_note = write_note or write
        self._width = width
        self._unicode = unicode

    def write(self, text: str) -> None:
        """Text as it is, without a line's end."""
        self._write(text)

    def line(self, text: str = "") -> None:
        """One line of text; names in it may come from anywhere, so control characters are taken out."""
        self._write(printable_lines(text) + "\n")

    def note(self, text: str) -> None:
        """One line beside the result: a warning, what went wrong."""
        self._write_note(printable_lines(text) + "\n")

    def redraw(self, text: str) -> None:
        """Show this in place of all that is on the screen; what does not fit is cut."""
        lines = text.splitlines()[: self._height - 1]
        self._write("\x1b[H\x1b[2J" + "\n".join(lines) + "\n")

    def json(self, value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
        """One JSON document."""
        self._write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")

    def table(
        self, rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, empty: str
    ) -> None:
        """Rows as a table that fits the terminal; ``empty`` is said when there are none."""
        self._write(self.table_text(rows, columns, empty=empty))

    def table_text(
        self, rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, empty: str
    ) -> str:
        """What `table` writes."""
        if not rows:
            return empty + "\n"
        table = Table(
            box=box.SIMPLE_HEAD if self._unicode else _ASCII_HEAD,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        for field, heading in columns:
            numeric = all(isinstance(row[field], int | float | None) for row in rows)
            table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row[field]) for field, _ in columns))
        buffer = io.StringIO()
        console = Console(file=buffer, width=self._width, color_system=None, markup=False)
        console.print(table)
        return "\n".join(text.rstrip() for text in buffer.getvalue().splitlines()) + "\n"


def _cell(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if value is None or value == "":
        return "-"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        return printable(", ".join(map(str, value))) or "-"
    return printable(str(value))
