"""Facts → rows, in groups: what changed in a group is written at its end, in its transaction.

Rows that can still change are kept in memory. When a transaction fails the whole is thrown away and loaded
anew, so that memory never knows more than the database.
"""

import logging
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, tuple_

from firmware_host.journal_format import Entry
from firmware_host.oam.histories.agent_times import AGENT_FACTS, AgentTimes
from firmware_host.oam.histories.rows import TABLES, AgentTime, Moment, Row, TrunkUse, Visit
from firmware_host.oam.histories.trunk_uses import TRUNK_FACTS, TrunkUses
from firmware_host.oam.histories.visits import VISIT_FACTS, Visits
from firmware_host.oam.tables import agent_times, position, queue_visits, trunk_uses

__all__ = ["Histories", "forget_histories"]

_log = logging.getLogger(__name__)

_R = TypeVar("_R", bound=Row)
_COLUMNS = {
    kind: tuple(field.name for field in fields(kind) if field.name in table.c)
    for kind, table in TABLES.items()
}
_DELETES = {
    kind: delete(table).where(
        and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
    )
    for kind, table in TABLES.items()
}
_INSERTS = {kind: insert(table) for kind, table in TABLES.items()}


class Histories:
    """Waits, agents' times and trunks' uses.

    Runs in: the OAM process.
    """

    def __init__(self, connection: Connection) -> None:
        """Take up where the database stands."""
        self._changes: dict[type[Row], dict[tuple[Any, ...], Row]] = {kind: {} for kind in TABLES}
        where = connection.execute(select(position)).first()
        self._last = where and Moment(where.boot, where.monotonic_s, where.utc_s)
        # Written so, SQLite sees that the index of open visits holds them.
        visits = list(_rows(connection, Visit, queue_visits.c.is_open))
        times = list(_rows(connection, AgentTime, agent_times.c.lasts_s.is_(None)))
        by_key = {visit.key: visit for visit in visits}
        wanted = [
            (time.visit, time.queue)
            for time in times
            if time.visit is not None and (time.visit, time.queue) not in by_key
        ]
        named = tuple_(queue_visits.c.sequence, queue_visits.c.queue).in_(wanted)
        by_key |= {visit.key: visit for visit in _rows(connection, Visit, named)}
        for time in times:
            time.contact = by_key.get((time.visit, time.queue))
        uses = _rows(connection, TrunkUse, trunk_uses.c.lasts_s.is_(None))
        self._visits = Visits(self._change, visits)
        self._agents = AgentTimes(self._change, self._change, times)
        self._uses = TrunkUses(self._change, uses)

    def receive(self, entry: Entry) -> None:
        """Take the next fact."""
        kind = entry.kind
        now = Moment(entry.boot, entry.monotonic_s, entry.utc_s)
        last, self._last = self._last or now, now
        try:
            if kind == "SystemStarted":
                self._visits.restart(last)
                self._agents.restart(entry, last, now)
                self._uses.restart(last)
                return
            talk = None
            if kind in VISIT_FACTS:
                rings_in = ""
                if kind == "OfferMissed":
                    rings_in = self._agents.rings_in(entry.data["agent"], entry.data["call"])
                talk = self._visits.receive(entry, now, rings_in)
            if kind in AGENT_FACTS:
                self._agents.receive(entry, now, talk)
            if kind in TRUNK_FACTS:
                self._uses.receive(entry, now)
        except KeyError as error:
            _log.error("fact %d (%s) lacks %s: not in statistics", entry.sequence, kind, error)

    def write(self, connection: Connection) -> None:
        """Store what has changed."""
        for kind, changed in self._changes.items():
            if not changed:
                continue
            names = [column.name for column in TABLES[kind].primary_key]
            stored = [
                {f"key_{name}": getattr(row, name) for name in names}
                for row in changed.values()
                if row.is_stored
            ]
            if stored:
                connection.execute(_DELETES[kind], stored)
            columns = _COLUMNS[kind]
            connection.execute(
                _INSERTS[kind],
                [{name: getattr(row, name) for name in columns} for row in changed.values()],
            )
            for row in changed.values():
                row.is_stored = True
            changed.clear()

    def _change(self, row: Row) -> None:
        self._changes[type(row)][row.key] = row


def forget_histories(connection: Connection) -> None:
    """Remove every row; they are made anew from the journal."""
    for table in TABLES.values():
        connection.execute(delete(table))


def _rows(connection: Connection, kind: type[_R], where: Any) -> Iterator[_R]:  # noqa: ANN401 - SQL
    table: Table = TABLES[kind]
    for row in connection.execute(select(table).where(where).order_by(*table.primary_key)):
        yield kind(**row._mapping, is_stored=True)  # noqa: SLF001 - public API
