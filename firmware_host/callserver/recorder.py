"""Recordings to disk, off the loop: stereo WAV, 16 bit, 8 kHz, caller left, what the caller hears right.

A recording is a valid file at every moment; see `wav_writer`. A full disk ends it, never the call.
"""

import logging
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from dsp import RecordedBlock
from firmware_host.wav_writer import WavWriter
from firmware_host.worker import Worker

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)


class _Recording(WavWriter):
    """One call's file. Runs in: the recorder's worker."""

    def __init__(self, path: Path, call: str) -> None:
        super().__init__(path)
        self.call = call


class Recorder:
    """All recordings of the call server.

    Runs in: event loop; files are touched by the worker only.
    """

    def __init__(self, folder: Path, worker: Worker) -> None:
        self._folder = folder
        self._worker = worker
        self._files: dict[int, _Recording] = {}
        self._losses: deque[tuple[str, str]] = deque()

    def losses(self) -> list[tuple[str, str]]:
        """Calls whose recording failed since the last time, and why."""
        return [self._losses.popleft() for _ in range(len(self._losses))]

    def start(self, record_id: int, file: str, call: str) -> None:
        """Begin a call's recording; ``file`` is relative to the recordings' folder."""
        wav = _Recording(self._folder / file, call)
        self._worker.submit(lambda: self._open(record_id, wav))

    def take(self, blocks: Iterable[RecordedBlock]) -> None:
        """Append what the plane's taps heard."""
        data = [(block.record_id, block.samples.tobytes()) for block in blocks]
        self._worker.submit(lambda: self._append(data))

    def stop(self, record_id: int) -> None:
        """Complete a recording."""
        self._worker.submit(lambda: self._close(record_id))

    def close(self) -> None:
        """Complete all recordings."""
        self._worker.submit(self._close_all)
        self._worker.close()

    def _open(self, record_id: int, wav: _Recording) -> None:
        try:
            wav.open()
        except OSError as error:
            _log.error("%s: can't record: %s; the call goes on", wav.path, error.strerror or error)
            self._losses.append((wav.call, error.strerror or str(error)))
            return
        self._files[record_id] = wav

    def _append(self, data: list[tuple[int, bytes]]) -> None:
        for record_id, samples in data:
            wav = self._files.get(record_id)
            if wav is None:
                continue
            try:
                wav.append(samples)
            except OSError as error:
                self._give_up(record_id, wav, error)

    def _close(self, record_id: int) -> None:
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
        try:
            wav.close()
        except OSError:
            return  # the part that was written before is a valid file
