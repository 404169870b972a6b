"""The append-only file of facts, written in groups, acknowledged after fdatasync.

Call control appends and goes on; a worker writes. When the disk is full or refuses, lines stay in
memory, an alarm is logged, and writing is tried again: no fact is lost while the process lives.
"""

import ctypes
import logging
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

import acd
from firmware_host.journal_format import Entry, JournalDamage, encode_line, read_segment, segments
from firmware_host.worker import Worker

__all__ = ["Journal", "JournalError"]

_log = logging.getLogger(__name__)

SEGMENT_LIMIT_OCTETS = 8 * 1024 * 1024
RESERVE_OCTETS = 1024 * 1024
"""Blocks kept aside by fallocate, so that a disk filled by recordings still takes facts."""


_FALLOC_FL_KEEP_SIZE = 1  # linux/falloc.h
_fallocate = ctypes.CDLL(None, use_errno=True).fallocate
_fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]


class JournalError(Exception):
    """The journal's folder can't be used at all."""


class Journal:
    """Facts in, tickets out.

    Runs in: event loop; the file itself is touched by the worker only.
    """

    def __init__(
        self,
        folder: Path,
        *,
        boot: str,
        worker: Worker,
        wake: Callable[[], None] | None = None,
        segment_limit_octets: int = SEGMENT_LIMIT_OCTETS,
    ) -> None:
        self.history: list[tuple[float, acd.Fact]] = []
        "Facts since the last snapshot, with their UTC seconds; for `Center.restore`."
        self.damage: list[JournalDamage] = []
        self._boot = boot
        self._worker = worker
        self._wake = wake
        self._pending: deque[tuple[bytes, int | None, bool]] = deque()  # line, ticket, new segment
        self._acknowledged: deque[int] = deque()
        self._turn_is_due = False
        self._segment_octets = 0
        self._limit_octets = segment_limit_octets
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._next_sequence = self._replay(folder)
        except OSError as error:
            message = f"{folder}: the journal can't be read: {error.strerror or error}"
            raise JournalError(message) from error
        self._file = _SegmentFile(folder)

    @property
    def next_sequence(self) -> int:
        """The number that the next fact gets."""
        return self._next_sequence

    @property
    def wants_snapshot(self) -> bool:
        """Whether the segment is full; the next `SnapshotTaken` begins a new one."""
        return self._segment_octets > self._limit_octets

    @property
    def unwritten(self) -> int:
        """Facts that are not on disk yet."""
        return self._file.waiting + len(self._pending)

    def append(
        self,
        fact: acd.Fact,
        now: float,
        utc_s: float,
        ticket: int | None = None,
        *,
        tenant: str = "main",
    ) -> int:
        """Add a fact to the group that the next `flush` writes; its sequence number."""
        sequence = self._next_sequence
        self._next_sequence += 1
        entry = Entry(
            sequence=sequence,
            boot=self._boot,
            monotonic_s=now,
            utc_s=utc_s,
            tenant=tenant,
            kind=type(fact).__name__,
            data=msgspec.to_builtins(fact),
        )
        line = encode_line(entry)
        starts_segment = isinstance(fact, acd.SnapshotTaken)
        self._segment_octets = (0 if starts_segment else self._segment_octets) + len(line)
        self._pending.append((line, ticket, starts_segment))
        return sequence

    def flush(self) -> None:
        """Have the worker write what has gathered.

        One turn at a time: while a slow disk holds the worker up, facts gather into one group.
        """
        if self._turn_is_due or not self.unwritten:
            return  # it will be taken along, or there is nothing to write or to try again
        self._turn_is_due = True
        self._worker.submit(self._write)

    def acknowledged(self) -> list[int]:
        """Tickets of facts that have become safe since the last call."""
        return [self._acknowledged.popleft() for _ in range(len(self._acknowledged))]

    def close(self) -> None:
        """Write what is left and close."""
        self._worker.submit(self._write)
        self._worker.submit(self._file.close)
        self._worker.close()

    def _write(self) -> None:
        self._turn_is_due = False
        group = [self._pending.popleft() for _ in range(len(self._pending))]
        tickets = self._file.write(group)
        if tickets:
            self._acknowledged.extend(tickets)
            if self._wake is not None:
                self._wake()

    def _replay(self, folder: Path) -> int:
        last_sequence = 0
        for segment in _since_last_snapshot(segments(folder)):
            damage: list[JournalDamage] = []
            for entry, _ in read_segment(segment, damage):
                last_sequence = entry.sequence
                fact = entry.fact()
                if isinstance(fact, acd.SnapshotTaken):
                    self.history.clear()
                if fact is not None:
                    self.history.append((entry.utc_s, fact))
            self._cut_torn_tail(damage)
        return last_sequence + 1

    def _cut_torn_tail(self, damage: list[JournalDamage]) -> None:
        for part in damage:
            self.damage.append(part)
            if part.at_end:
                os.truncate(part.segment, part.offset)
                _log.warning("journal %s: cut at the last good line", part)
            else:
                _log.error("journal %s: left out; good facts follow it", part)


def _since_last_snapshot(files: list[Path]) -> list[Path]:
    """The newest segment that begins with a snapshot, and those after it."""
    for index in range(len(files) - 1, -1, -1):
        first = next(read_segment(files[index], []), None)
        if first is not None and first[0].kind == acd.SnapshotTaken.__name__:
            return files[index:]
    return files


class _SegmentFile:
    """The file that is written now, and the lines that the disk has not taken yet.

    Runs in: the journal's worker.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._offset = 0
        self._reserved = 0
        self._waiting: deque[tuple[bytes, int | None, bool]] = deque()
        self._alarmed = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def write(self, group: list[tuple[bytes, int | None, bool]]) -> list[int]:
        """Write all that waits; the tickets that became safe."""
        self._waiting.extend(group)
        tickets: list[int] = []
        try:
            while self._waiting:
                tickets += self._write_one_group()
        except OSError as error:
            if not self._alarmed:
                _log.error(
                    "the journal can't be written: %s; %d facts wait in memory; make room in %s",
                    error.strerror or error,
                    len(self._waiting),
                    self._folder,
                )
            self._alarmed = True
            return tickets
        if self._alarmed:
            _log.warning("the journal is written again; no fact was lost")
            self._alarmed = False
        return tickets

    def _write_one_group(self) -> list[int]:
        """Lines up to the next segment's start, in one write and one fdatasync."""
        descriptor = self._descriptor
        if descriptor is None or self._waiting[0][2]:
            descriptor = self._open_segment()
        group = [self._waiting[0]]
        for item in list(self._waiting)[1:]:
            if item[2]:
                break
            group.append(item)
        data = b"".join(line for line, _, _ in group)
        self._reserve(len(data))
        written = 0
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], self._offset + written)
        os.fdatasync(descriptor)
        self._offset += len(data)
        for _ in group:
            self._waiting.popleft()
        return [ticket for _, ticket, _ in group if ticket is not None]

    def _open_segment(self) -> int:
        existing = segments(self._folder)
        starts_new = bool(self._waiting and self._waiting[0][2]) or not existing
        path = self._folder / f"{_sequence_of(self._waiting[0][0]):020d}.jsonl"
        if not starts_new:
            path = existing[-1]
        self.close()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self._sync_folder()
        self._offset = os.fstat(self._descriptor).st_size
        self._reserved = self._offset
        return self._descriptor

    def _sync_folder(self) -> None:
        """The new file's name must survive a power cut, not only its contents."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _reserve(self, octets: int) -> None:
        """Keep blocks beyond the end; on a filesystem without fallocate go on without."""
        if self._offset + octets <= self._reserved or self._descriptor is None:
            return
        try:
            _fallocate_keep_size(self._descriptor, self._offset, octets + RESERVE_OCTETS)
            self._reserved = self._offset + octets + RESERVE_OCTETS
        except OSError:
            self._reserved = self._offset

    def close(self) -> None:
        """Give back the reserve and close."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, self._offset)
            os.close(self._descriptor)
            self._descriptor = None


def _sequence_of(line: bytes) -> int:
    return int(line[len(b'{"seq":') : line.index(b",")])


def _fallocate_keep_size(descriptor: int, offset: int, octets: int) -> None:
    """fallocate(2) with FALLOC_FL_KEEP_SIZE; the standard library has only the growing form."""
    if _fallocate(descriptor, _FALLOC_FL_KEEP_SIZE, offset, octets) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
