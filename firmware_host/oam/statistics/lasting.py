"""Rows of what lasts some time: those that lie in a span, and until when, without reading all the others."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select

from firmware_host.oam.histories import Moment, seconds
from firmware_host.time_spans import Span

__all__ = ["lasting"]


def lasting(
    connection: Connection, table: Table, columns: tuple[str, ...], span: Span, known: Moment
) -> Iterator[tuple[Any, float, float]]:
    """Rows that reach into a span, each with its beginning and end.

    What goes on has lasted until ``known``. A row that begins in the span is there even if it lasts no time.
    """
    cells = table.c
    # Nothing that ends in the span can have begun earlier than the longest of all rows before it.
    longest_s = connection.execute(select(func.max(cells.lasts_s))).scalar() or 0.0
    chosen = [cells[name] for name in columns]
    measured = [cells.begin_utc_s, cells.lasts_s, cells.boot, cells.monotonic_s]
    closed = cells.begin_utc_s >= span.begin_s - longest_s
    query = select(*chosen, *measured).where(cells.begin_utc_s < span.end_s)
    for row in connection.execute(query.where(closed, cells.lasts_s.is_not(None))):
        begin_s, end_s = row[-4], row[-4] + row[-3]
        if end_s > span.begin_s or begin_s >= span.begin_s:
            yield row, begin_s, end_s
    for row in connection.execute(query.where(or_(cells.lasts_s.is_(None)))):
        begin_s = row[-4]
        end_s = begin_s + seconds(Moment(row[-2], row[-1], begin_s), known)
        if end_s > span.begin_s or begin_s >= span.begin_s:
            yield row, begin_s, end_s
