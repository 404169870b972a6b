"""Tails the journal into the records, exactly once per sequence number.

The position stands in the database and moves in the same transaction as the records. When the journal
no longer holds what the position says (a power cut took facts that were never acknowledged, or the
journal was replaced), all records are made anew.
"""

import logging
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from firmware_host.journal_format import Entry, JournalDamage, read_segment, segments
from firmware_host.oam.histories import Histories, forget_histories
from firmware_host.oam.projection import CallRecords
from firmware_host.oam.routing_steps import ROUTING_FACTS, keep_routing_steps
from firmware_host.oam.tables import calls, position, routing

__all__ = ["Projector"]

_log = logging.getLogger(__name__)

_GROUP = 200
"""Facts per transaction."""


class Projector:
    """Reads the journal where it left off.

    Runs in: the OAM process.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self.observers: list[Callable[[Entry], None]] = []
        "Told of every new fact once it is in the records; must not wait."
        self._folder = folder
        self._segment = ""
        self._offset = 0
        self._sequence = 0
        self._boot = ""
        self._histories: Histories | None = None
        with engine.begin() as connection:
            row = connection.execute(select(position)).first()
            if row is not None:
                self._segment, self._offset = row.segment, row.offset
                self._sequence, self._boot = row.sequence, row.boot
            if not self._position_holds():
                _log.warning("the journal is another than the records knew: records are made anew")
                self._forget(connection)

    @property
    def sequence(self) -> int:
        """The last fact that the records know."""
        return self._sequence

    def catch_up(self, most: int | None = None) -> int:
        """Project what is in the journal, so many facts at the most; how many were read."""
        count = 0
        for segment in segments(self._folder):
            if segment.name < self._segment:
                continue
            if segment.name != self._segment:
                self._segment, self._offset = segment.name, 0
            count += self._read(segment, None if most is None else most - count)
            if count == most:
                break
        return count

    def _read(self, segment: Path, most: int | None) -> int:
        if segment.stat().st_size <= self._offset:
            return 0
        damage: list[JournalDamage] = []
        entries = list(islice(read_segment(segment, damage, offset=self._offset), most))
        for start in range(0, len(entries), _GROUP):
            self._project_group(entries[start : start + _GROUP])
        for part in damage:
            if not part.at_end:
                _log.error("journal %s: not in the records", part)
        return len(entries)

    def _project_group(self, group: list[tuple[Entry, int]]) -> None:
        offset, new = group[-1][1], _new(group, self._sequence)
        last = new[-1] if new else None
        # A transaction that fails is tried again from where it began, with histories as they are stored.
        histories, self._histories = self._histories, None
        with self._engine.begin() as connection:
            histories = histories or Histories(connection)
            keep_routing_steps(connection, [each for each in new if each.kind in ROUTING_FACTS])
            records = CallRecords(connection, new)
            for entry in new:
                records.receive(entry)
                histories.receive(entry)
            records.write(connection)
            histories.write(connection)
            values: dict[str, Any] = {"segment": self._segment, "offset": offset}
            if last is not None:
                values |= {
                    "sequence": last.sequence,
                    "boot": last.boot,
                    "monotonic_s": last.monotonic_s,
                    "utc_s": last.utc_s,
                }
                connection.execute(delete(position))
                connection.execute(insert(position).values(only=1, **values))
            else:
                connection.execute(update(position).values(**values))
        self._histories, self._offset = histories, offset
        if last is not None:
            self._sequence, self._boot = last.sequence, last.boot
        for entry in new:
            for observer in self.observers:
                observer(entry)

    def _position_holds(self) -> bool:
        """Whether the journal's fact before the position is the one that was projected last."""
        if not self._sequence:
            return True
        segment = self._folder / self._segment
        if not segment.exists() or segment.stat().st_size < self._offset:
            return False
        start = 0
        data = segment.read_bytes()[: self._offset]
        start = data.rstrip(b"\n").rfind(b"\n") + 1
        last = next(read_segment(segment, [], offset=start), None)
        return last is not None and (last[0].sequence, last[0].boot) == (self._sequence, self._boot)

    def _forget(self, connection: Connection) -> None:
        connection.execute(delete(calls))
        connection.execute(delete(routing))
        connection.execute(delete(position))
        forget_histories(connection)
        self._segment, self._offset, self._sequence, self._boot = "", 0, 0, ""


def _new(group: list[tuple[Entry, int]], sequence: int) -> list[Entry]:
    """Those that the records do not know yet; in a repaired journal facts may stand twice."""
    new = []
    for entry, _ in group:
        if entry.sequence > sequence:
            new.append(entry)
            sequence = entry.sequence
    return new
