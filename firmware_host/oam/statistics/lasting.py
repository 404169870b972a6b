"""Rows of what lasts some time: those that lie in a span, and until when, without reading all the others."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, select

from firmware_host.oam.histories import Moment, seconds
from firmware_host.time_spans import Span

__all__ = ["lasting", "whole"]

_AT_ONCE = 5000
"""Rows that are fetched: one at a time takes twice as long."""


def lasting(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    span: Span,
    known: Moment,
    *,
    cut_only: bool = False,
) -> Iterator[tuple[Any, float, float]]:
    """Rows that reach into a span, each with its beginning and end.

    What goes on has lasted until ``known``. A row that begins in the span is there even if it lasts no time.
    With ``cut_only`` those are left out that are over and lie in the span as a whole: see `whole`.
    """
    cells = table.c
    # Nothing that ends in the span can have begun earlier than the longest of all rows before it.
    longest_s = connection.execute(select(func.max(cells.lasts_s))).scalar() or 0.0
    measured = [cells.begin_utc_s, cells.lasts_s, cells.boot, cells.monotonic_s]
    query = select(*measured, *(cells[name] for name in columns))
    query = query.where(cells.begin_utc_s < span.end_s)
    closed = query.where(cells.lasts_s.is_not(None))
    before = cells.begin_utc_s >= span.begin_s - longest_s
    if cut_only:
        ends_later = cells.begin_utc_s + cells.lasts_s > span.end_s
        first_s = max(span.begin_s, span.end_s - longest_s)
        queries = [
            closed.where(before, cells.begin_utc_s < span.begin_s),
            closed.where(cells.begin_utc_s >= first_s, ends_later),
        ]
    else:
        queries = [closed.where(before)]
    for each in queries:
        for rows in connection.execute(each).partitions(_AT_ONCE):
            for row in rows:
                begin_s = row[0]
                end_s = begin_s + row[1]
                if end_s > span.begin_s or begin_s >= span.begin_s:
                    yield row, begin_s, end_s
    for row in connection.execute(query.where(cells.lasts_s.is_(None))):
        begin_s = row[0]
        end_s = begin_s + seconds(Moment(row[2], row[3], begin_s), known)
        if end_s > span.begin_s or begin_s >= span.begin_s:
            yield row, begin_s, end_s


def whole(
    connection: Connection, table: Table, columns: tuple[str, ...], span: Span
) -> Iterator[tuple[Any, int, float]]:
    """Rows that are over and lie in a span as a whole: of each kind how many, and how long together."""
    cells = [table.c[name] for name in columns]
    begin_s, lasts_s = table.c.begin_utc_s, table.c.lasts_s
    together = select(*cells, func.count(), func.sum(lasts_s)).where(
        begin_s >= span.begin_s, begin_s < span.end_s, begin_s + lasts_s <= span.end_s
    )
    for row in connection.execute(together.group_by(*cells)):
        yield row, row[-2], row[-1]
