"""What the native plane holds of ours, and its reports in Python's terms.

C plays from and captures into memory that Python owns. The ledger keeps that memory, under a token
that the command carries, until the detection with the same token has been drained.

Runs in: event loop.
"""

from typing import TYPE_CHECKING

import numpy as np

from dsp._native import ffi, lib
from dsp.detections import (
    ActivityChanged,
    CaptureFinished,
    DescriptorLost,
    Detection,
    DigitEnded,
    DigitHeard,
    EventFetched,
    MfSignalEnded,
    MfSignalHeard,
    PlayFinished,
    ProgressToneEnded,
    ProgressToneHeard,
    RecordOverrun,
    SignalToneEnded,
    SignalToneHeard,
)
from dsp.sounds import KEYS
from dsp.taps import BLOCK_SAMPLES, SAMPLE_RATE_HZ, RecordedBlock

if TYPE_CHECKING:
    from dsp._native import NativeBlock, NativeDetection

__all__ = ["Ledger"]

PROGRESS_TONES = ("dial", "ringback", "busy", "congestion")
"""In the order of enum progress_tone."""

SIGNAL_TONES = ("CNG", "CED", "ANS", "ANSam", "SIT", "CAS")
"""In the order of enum signal_tone."""


class Ledger:
    """The books of one plane."""

    def __init__(self) -> None:
        self._token = 0
        self._plays: dict[int, tuple[int, object]] = {}
        self._captures: dict[int, tuple[int, bytearray]] = {}
        self._records: dict[int, tuple[int, int]] = {}
        self._ended: list[tuple[int, int]] = []

    def next_token(self) -> int:
        """Returns a token that no command has carried before."""
        self._token += 1
        return self._token

    def keep_play(self, token: int, play_id: int, memory: object) -> None:
        """Keeps the memory that is played from until its `PlayFinished`."""
        self._plays[token] = (play_id, memory)

    def keep_capture(self, token: int, capture_id: int, octets: bytearray) -> None:
        """Keeps the memory that is captured into until its `CaptureFinished`."""
        self._captures[token] = (capture_id, octets)

    def keep_record(self, token: int, record_id: int, slot: int) -> None:
        """Remembers which recording a token is, and the slot to name with it."""
        self._records[token] = (record_id, slot)

    def drop_record(self, token: int, ticks: int) -> None:
        """Forgets a recording once the blocks it made until that tick have been drained."""
        self._ended.append((token, ticks))

    def drained(self, ticks: int) -> None:
        """Takes note that every block of the ticks before this one has been drained."""
        for token, ended in [each for each in self._ended if each[1] < ticks]:
            self._records.pop(token, None)
            self._ended.remove((token, ended))

    def clear(self) -> None:
        """Lets go of all memory; the native plane must be gone."""
        self._plays.clear()
        self._captures.clear()

    def block(self, native: "NativeBlock") -> RecordedBlock | None:
        """Returns a copy of a recorded block; None if its recording has been dropped."""
        if native.token not in self._records:
            return None
        record_id, _ = self._records[native.token]
        samples = np.frombuffer(ffi.buffer(native.samples), np.int16)
        return RecordedBlock(
            record_id=record_id, tick=native.tick, samples=samples.reshape(BLOCK_SAMPLES, 2).copy()
        )

    def detection(self, native: "NativeDetection") -> Detection | None:
        """Returns a detection in Python's terms and closes the book it belongs to.

        None stands for a recording's overrun that came after its end.
        """
        slot, tick, value = native.slot, native.tick, native.value
        kind = native.kind
        heard = _heard(native)
        if heard is not None:
            return heard
        if kind == lib.ACTIVITY_CHANGED:
            return ActivityChanged(slot=slot, tick=tick, active=value == 1)
        if kind == lib.PLAY_FINISHED:
            play_id, _ = self._plays.pop(native.token)
            return PlayFinished(slot=slot, tick=tick, play_id=play_id, completed=value == 1)
        if kind == lib.CAPTURE_FINISHED:
            capture_id, octets = self._captures.pop(native.token)
            return CaptureFinished(
                slot=slot, tick=tick, capture_id=capture_id, octets=bytes(octets[:value])
            )
        if kind == lib.RECORD_OVERRUN:
            if native.token not in self._records:
                return None
            record_id, tapped = self._records[native.token]
            return RecordOverrun(slot=tapped, tick=tick, record_id=record_id)
        if kind == lib.PENDING_EVENT:
            return EventFetched(slot=slot, tick=tick, value=value)
        return DescriptorLost(slot=slot, tick=tick)


def _heard(native: "NativeDetection") -> Detection | None:
    """What a detector of sound reports; None if it was none."""
    slot, tick, value, start_s = (
        native.slot,
        native.tick,
        native.value,
        native.began / SAMPLE_RATE_HZ,
    )
    level, twist, duration = native.level_dbm0, native.twist_db, native.duration_ms
    kind = native.kind
    if kind == lib.DIGIT_HEARD:
        return DigitHeard(
            slot=slot,
            tick=tick,
            digit=KEYS[value],
            level_dbm0=level,
            twist_db=twist,
            start_s=start_s,
        )
    if kind == lib.DIGIT_ENDED:
        return DigitEnded(
            slot=slot, tick=tick, digit=KEYS[value], duration_ms=duration, start_s=start_s
        )
    if kind == lib.PROGRESS_HEARD:
        tone = PROGRESS_TONES[value]
        return ProgressToneHeard(slot=slot, tick=tick, tone=tone, start_s=start_s, level_dbm0=level)
    if kind == lib.PROGRESS_ENDED:
        tone = PROGRESS_TONES[value]
        return ProgressToneEnded(
            slot=slot, tick=tick, tone=tone, start_s=start_s, duration_ms=duration
        )
    if kind == lib.MF_HEARD:
        return MfSignalHeard(
            slot=slot, tick=tick, signal=value, level_dbm0=level, twist_db=twist, start_s=start_s
        )
    if kind == lib.MF_ENDED:
        return MfSignalEnded(
            slot=slot, tick=tick, signal=value, start_s=start_s, duration_ms=duration
        )
    if kind == lib.SIGNAL_TONE_HEARD:
        return SignalToneHeard(
            slot=slot,
            tick=tick,
            tone=SIGNAL_TONES[value],
            start_s=start_s,
            level_dbm0=level,
            duration_ms=duration,
        )
    if kind == lib.SIGNAL_TONE_ENDED:
        return SignalToneEnded(
            slot=slot, tick=tick, tone=SIGNAL_TONES[value], start_s=start_s, duration_ms=duration
        )
    return None
