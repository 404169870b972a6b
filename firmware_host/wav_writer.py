"""A WAV file that is valid at every moment: stereo, 16 bit, 8 kHz.

The header tells the length that is already there, and is moved on after each write. Blocks that were lost on
the way are silence, so that what follows is at its time. Under gain control the last 40 ms come with `close`.
"""

import errno
import os
import struct
from pathlib import Path

import numpy as np

from dsp import BLOCK_SAMPLES, SAMPLE_RATE_HZ, GainControl

__all__ = ["RESERVED_FREE_OCTETS", "WRITE_AFTER_OCTETS", "WavWriter"]

_CHANNELS = 2
_FRAME_OCTETS = 2 * _CHANNELS
WRITE_AFTER_OCTETS = SAMPLE_RATE_HZ // 2 * _FRAME_OCTETS
"""Half a second: it need not be on disk sooner."""
_BLOCK_OCTETS = BLOCK_SAMPLES * _FRAME_OCTETS
_LONGEST_GAP_BLOCKS = 15_000
"""Five minutes of silence; more is no gap but a mistake."""
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


class WavWriter:
    """One file. `open`, `write` and `close` may wait for the disk, and raise OSError."""

    def __init__(self, path: Path, *, gain_control: bool = False) -> None:
        self.path = path
        self._gain_control = GainControl(_CHANNELS) if gain_control else None
        self._descriptor = -1
        self._octets = 0
        self._buffer = bytearray()
        self._next_tick: int | None = None

    @property
    def waiting_octets(self) -> int:
        """What is not on disk yet."""
        return len(self._buffer)

    def open(self) -> None:
        """Make the file, and its folder."""
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
        self._write(last=False)

    def _write(self, *, last: bool) -> None:
        if self._descriptor < 0:
            return
        data = self._levelled(last=last)
        if not data:
            self._buffer.clear()
            return
        _demand_space(os.fstatvfs(self._descriptor))
        written = 0
        while written < len(data):
            offset = _HEADER.size + self._octets + written
            written += os.pwrite(self._descriptor, data[written:], offset)
        self._octets += written
        self._buffer.clear()
        os.pwrite(self._descriptor, _wav_header(self._octets), 0)

    def _levelled(self, *, last: bool) -> bytes:
        """What is to be written of the buffer; the last time all that gain control still holds."""
        if self._gain_control is None:
            return bytes(self._buffer)
        samples = np.frombuffer(bytes(self._buffer), np.int16).reshape(-1, _CHANNELS)
        levelled = self._gain_control.push(samples).tobytes()
        return levelled + self._gain_control.finish().tobytes() if last else levelled

    def close(self) -> None:
        """Write what is left; closing twice is harmless."""
        try:
            self._write(last=True)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close as it is: the part that was written before is a valid file."""
        self._buffer.clear()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
