"""Where commands write: never to stdout, so that the same commands run on a serial console."""

import io
import threading
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
from rich import box
from rich.cells import cell_len
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
        shown = [_ShownColumn(heading, [row[field] for row in rows]) for field, heading in columns]
        left_out: list[str] = []
        droppable = sorted(shown[:0:-1], key=lambda column: not column.empty)
        for column in droppable:  # those that say nothing, then from the right
            if sum(each.least + 1 for each in shown) - 1 > self._width:
                shown.remove(column)
                if not column.empty:
                    left_out.insert(0, column.heading)
        widths = [each.wide for each in shown]
        roomy = sum(widths) + 2 * (len(shown) - 1) <= self._width
        while sum(widths) + len(shown) - 1 > self._width:
            slack = [width > each.least for width, each in zip(widths, shown, strict=True)]
            widths[
                max(
                    range(len(shown)),
                    key=lambda at: (slack[at], shown[at].is_list, widths[at], at),
                )
            ] -= 1
        table = Table(
            box=box.SIMPLE_HEAD if self._unicode else _ASCII_HEAD,
            pad_edge=False,
            show_edge=False,
            padding=(0, 1, 0, 0) if roomy else 0,
        )
        for column, width in zip(shown, widths, strict=True):
            table.add_column(column.heading, justify=column.justify, overflow="fold", width=width)
        for cells in zip(*(column.cells for column in shown), strict=True):
            table.add_row(*cells)
        buffer = io.StringIO()
        console = Console(file=buffer, width=self._width, color_system=None, markup=False)
        console.print(table)
        drawn = [text.rstrip() for text in buffer.getvalue().splitlines()]
        if left_out:
            drawn.append(f"(no room for: {', '.join(left_out)}; --json has them)")
        return "\n" + "\n".join(drawn) + "\n\n"


class _ShownColumn:
    """One column: its cells as text, and how narrow it may become.

    Lines break between words: a number, a name's word, a call are never torn in two unless longer than
    ``LONGEST_WORD``.
    """

    LONGEST_WORD = 14

    def __init__(self, heading: str, values: Sequence[Any]) -> None:
        self.heading = heading
        self.cells = [_cell(value) for value in values]
        self.empty = all(cell == "-" for cell in self.cells)
        self.is_list = any(isinstance(value, list | tuple) for value in values)
        numeric = all(isinstance(value, int | float | None) for value in values)
        self.justify: Literal["left", "right"] = "right" if numeric else "left"
        texts = (heading, *self.cells)
        self.wide = max(map(cell_len, texts))
        words = [word for text in texts for word in text.split()]
        self.least = max(min(cell_len(word), self.LONGEST_WORD) for word in words)


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
