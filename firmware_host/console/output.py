"""Where commands write: never to stdout, so that the same commands run on a serial console."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from firmware_host.terminal_text import printable

__all__ = ["Column", "Output"]

Column = tuple[str, str]
"""A field's name in the row, and its heading."""


class Output:
    """Text, tables and JSON for one person at one terminal."""

    def __init__(
        self,
        write: Callable[[str], None],
        *,
        write_note: Callable[[str], None] | None = None,
        width: int = 80,
        unicode: bool = True,
    ) -> None:
        self._write = write
        self._write_note = write_note or write
        self._width = width
        self._unicode = unicode

    def line(self, text: str = "") -> None:
        """One line of text."""
        self._write(text + "\n")

    def note(self, text: str) -> None:
        """One line beside the result: a warning, what went wrong."""
        self._write_note(text + "\n")

    def json(self, value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
        """One JSON document."""
        self._write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")

    def table(
        self, rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, empty: str
    ) -> None:
        """Rows as a table that fits the terminal; ``empty`` is said when there are none."""
        if not rows:
            self.line(empty)
            return
        table = Table(box=box.SIMPLE_HEAD if self._unicode else box.ASCII2, pad_edge=False)
        for field, heading in columns:
            numeric = all(isinstance(row[field], int | float | None) for row in rows)
            table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row[field]) for field, _ in columns))
        buffer = io.StringIO()
        console = Console(file=buffer, width=self._width, color_system=None, markup=False)
        console.print(table)
        self._write("\n".join(text.rstrip() for text in buffer.getvalue().splitlines()) + "\n")


def _cell(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if value is None or value == "":
        return "-"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    return printable(str(value))
