"""Recordings to disk, off the loop: stereo WAV, 16 bit, 8 kHz, caller left, what the caller hears right.

A recording is a valid file at every moment: the header tells the length that is already there, and is
moved on after each half second. A full disk ends the recording, never the call. A slow one makes the writes
fewer and larger. Blocks that were lost on the way are silence, so that what follows is at its time.
"""

import errno
import logging
import os
import struct
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from dsp import BLOCK_SAMPLES, SAMPLE_RATE_HZ, RecordedBlock
from firmware_host.worker import Worker

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)

_CHANNELS = 2
_FRAME_OCTETS = 2 * _CHANNELS
_WRITE_AFTER_OCTETS = SAMPLE_RATE_HZ // 2 * _FRAME_OCTETS
_BLOCK_OCTETS = BLOCK_SAMPLES * _FRAME_OCTETS
_LONGEST_GAP_BLOCKS = 15_000
"""Five minutes of silence; more is no gap but a mistake."""
_MEMORY_OCTETS = 256 * 1024 * 1024
"""What may wait for a slow disk; then recordings are given up."""
_WRITING_S = 0.1
"""How long one turn writes before it looks again at what has come meanwhile."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
RESERVED_FREE_OCTETS = 16 * 1024 * 1024
"""Recordings leave this much of the disk to the journal."""


def _wav_header(data_octets: int) -> bytes:
    return _HEADER.pack(
        b"RIFF",
        _HEADER.size - 8 + data_octets,
        b"WAVE",
        b"fmt ",
        16,
        1,
        _CHANNELS,
        SAMPLE_RATE_HZ,
        SAMPLE_RATE_HZ * _FRAME_OCTETS,
        _FRAME_OCTETS,
        16,
        b"data",
        data_octets,
    )


def _demand_space(space: os.statvfs_result) -> None:
    if space.f_bavail * space.f_frsize < RESERVED_FREE_OCTETS:
        raise OSError(errno.ENOSPC, "less than the journal's reserve is free on the disk")


class _WavFile:
    """One recording. Runs in: the recorder's worker."""

    def __init__(self, path: Path, call: str) -> None:
        self.path = path
        self.call = call
        self._descriptor = -1
        self._octets = 0
        self._buffer = bytearray()
        self._next_tick: int | None = None

    @property
    def waiting_octets(self) -> int:
        """What is not on disk yet."""
        return len(self._buffer)

    def open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _demand_space(os.statvfs(self.path.parent))
        # Never over another call's recording, whatever led to the same name.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(self.path, flags, 0o640)
        try:
            os.pwrite(self._descriptor, _wav_header(0), 0)
        except OSError:
            os.close(self._descriptor)
            self._descriptor = -1
            self.path.unlink(missing_ok=True)
            raise

    def append(self, tick: int, data: bytes) -> None:
        """Take one block of a tick; ticks that were missed are silence."""
        if self._next_tick is not None:
            missed = min(max(0, tick - self._next_tick), _LONGEST_GAP_BLOCKS)
            self._buffer += bytes(missed * _BLOCK_OCTETS)
        self._next_tick = tick + 1
        self._buffer += data

    def write(self) -> None:
        """Write what has come."""
        self._write()

    def _write(self) -> None:
        if self._descriptor < 0 or not self._buffer:
            return
        _demand_space(os.fstatvfs(self._descriptor))
        written = 0
        while written < len(self._buffer):
            offset = _HEADER.size + self._octets + written
            written += os.pwrite(self._descriptor, self._buffer[written:], offset)
        self._octets += written
        self._buffer.clear()
        os.pwrite(self._descriptor, _wav_header(self._octets), 0)

    def close(self) -> None:
        try:
            self._write()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close as it is: the part that was written before is a valid file."""
        self._buffer.clear()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Recorder:
    """All recordings of the call server.

    Runs in: event loop; files are touched by the worker only.
    """

    def __init__(self, folder: Path, worker: Worker) -> None:
        self._folder = folder
        self._worker = worker
        self._files: dict[int, _WavFile] = {}
        self._begun: deque[tuple[int, _WavFile]] = deque()
        self._arrived: deque[tuple[int, int, bytes]] = deque()
        self._turn_is_due = False
        self._losses: deque[tuple[str, str]] = deque()

    def losses(self) -> list[tuple[str, str]]:
        """Calls whose recording failed since the last time, and why."""
        return [self._losses.popleft() for _ in range(len(self._losses))]

    def start(self, record_id: int, file: str, call: str) -> None:
        """Begin a call's recording; ``file`` is relative to the recordings' folder."""
        wav = _WavFile(self._folder / file, call)
        self._begun.append((record_id, wav))
        self._worker.submit(lambda: self._open(record_id, wav))

    def take(self, blocks: Iterable[RecordedBlock]) -> None:
        """Append what the plane's taps heard."""
        self._arrived.extend(
            (block.record_id, block.tick, block.samples.tobytes()) for block in blocks
        )
        # One turn at a time: while a slow disk holds the worker up, what comes is gathered.
        if not self._turn_is_due:
            self._turn_is_due = True
            self._worker.submit(self._turn)

    def stop(self, record_id: int) -> None:
        """Complete a recording."""
        self._worker.submit(lambda: self._close(record_id))

    def close(self) -> None:
        """Complete all recordings."""
        self._worker.submit(self._close_all)
        self._worker.close()

    def _open(self, record_id: int, wav: _WavFile) -> None:
        self._sort_arrived()
        try:
            wav.open()
        except OSError as error:
            _log.error("%s: can't record: %s; the call goes on", wav.path, error.strerror or error)
            self._losses.append((wav.call, error.strerror or str(error)))
            del self._files[record_id]

    def _turn(self) -> None:
        """Sort what has arrived into its files, and write those that have gathered most."""
        self._turn_is_due = False
        self._sort_arrived()
        if sum(wav.waiting_octets for wav in self._files.values()) > _MEMORY_OCTETS:
            self._give_up_largest()
        until = time.monotonic() + _WRITING_S
        due = [
            each for each in self._files.items() if each[1].waiting_octets >= _WRITE_AFTER_OCTETS
        ]
        for record_id, wav in sorted(due, key=lambda each: -each[1].waiting_octets):
            try:
                wav.write()
            except OSError as error:
                self._give_up(record_id, wav, error)
            if time.monotonic() > until:
                return

    def _sort_arrived(self) -> None:
        # Counted first: what has arrived by now belongs to recordings that had begun before.
        arrived = len(self._arrived)
        for _ in range(len(self._begun)):
            record_id, wav = self._begun.popleft()
            self._files[record_id] = wav
        for _ in range(arrived):
            record_id, tick, samples = self._arrived.popleft()
            if record_id in self._files:
                self._files[record_id].append(tick, samples)

    def _give_up_largest(self) -> None:
        record_id, wav = max(self._files.items(), key=lambda each: each[1].waiting_octets)
        self._give_up(record_id, wav, OSError(errno.ETIMEDOUT, "the disk is too slow"))

    def _close(self, record_id: int) -> None:
        self._sort_arrived()
        wav = self._files.pop(record_id, None)
        if wav is not None:
            try:
                wav.close()
            except OSError as error:
                self._give_up(record_id, wav, error)

    def _close_all(self) -> None:
        for record_id in list(self._files):
            self._close(record_id)

    def _give_up(self, record_id: int, wav: _WavFile, error: OSError) -> None:
        self._files.pop(record_id, None)
        self._losses.append((wav.call, error.strerror or str(error)))
        _log.error(
            "a recording ends early: %s; the call goes on; make room in %s",
            error.strerror or error,
            self._folder,
        )
        wav.abandon()
