"""Recordings to disk, off the loop: stereo WAV, 16 bit, 8 kHz, caller left, what the caller hears right.

A recording is a valid file at every moment; see `wav_writer`. A full disk ends the recording, never the
call. A slow one makes the writes fewer and larger.
"""

import errno
import logging
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from dsp import RecordedBlock
from firmware_host.wav_writer import WRITE_AFTER_OCTETS, WavWriter
from firmware_host.worker import Worker

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)

_MEMORY_OCTETS = 256 * 1024 * 1024
"""What may wait for a slow disk; then recordings are given up."""
_WRITING_S = 0.1
"""How long one turn writes before it looks again at what has come meanwhile."""


class _Recording(WavWriter):
    """One call's file. Runs in: the recorder's worker."""

    def __init__(self, path: Path, call: str, *, gain_control: bool) -> None:
        super().__init__(path, gain_control=gain_control)
        self.call = call


class Recorder:
    """All recordings of the call server.

    Runs in: event loop; files are touched by the worker only.
    """

    def __init__(self, folder: Path, worker: Worker, *, gain_control: bool = False) -> None:
        self._folder = folder
        self._gain_control = gain_control
        self._worker = worker
        self._files: dict[int, _Recording] = {}
        self._begun: deque[tuple[int, _Recording]] = deque()
        self._arrived: deque[tuple[int, int, bytes]] = deque()
        self._turn_is_due = False
        self._losses: deque[tuple[str, str]] = deque()

    def losses(self) -> list[tuple[str, str]]:
        """Calls whose recording failed since the last time, and why."""
        return [self._losses.popleft() for _ in range(len(self._losses))]

    def start(self, record_id: int, file: str, call: str) -> None:
        """Begin a call's recording; ``file`` is relative to the recordings' folder."""
        wav = _Recording(self._folder / file, call, gain_control=self._gain_control)
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

    def _open(self, record_id: int, wav: _Recording) -> None:
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
        due = [each for each in self._files.items() if each[1].waiting_octets >= WRITE_AFTER_OCTETS]
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

    def _give_up(self, record_id: int, wav: _Recording, error: OSError) -> None:
        self._files.pop(record_id, None)
        self._losses.append((wav.call, error.strerror or str(error)))
        _log.error(
            "a recording ends early: %s; the call goes on; make room in %s",
            error.strerror or error,
            self._folder,
        )
        wav.abandon()
