"""`switchroom listen`: one hears, sees or records a line."""

import math
import selectors
import time
from typing import Any

import numpy as np

from dsp import TICK_S
from firmware_host.live.client import LiveClient, LiveEnded
from firmware_host.live.kept_sound import KeptSound
from firmware_host.live.keyboard import Attention
from firmware_host.live.levels import Loudness, meter
from firmware_host.live.messages import HeardBlock
from firmware_host.live.playout import Playout

__all__ = ["Listener"]

_METER_S = 0.2


class Listener:
    """Takes a line's sound to the loudspeaker, a file and the eye."""

    def __init__(
        self, client: LiveClient, *, playout: Playout, kept: KeptSound, meter: "Meter | None"
    ) -> None:
        self._client = client
        self._playout = playout
        self._kept = kept
        self._meter = meter
        self._line = str(client.result["line"])
        self._whole = Loudness()
        self._recent = Loudness()
        self._last_tick: int | None = None
        self._blocks = 0
        self._dropped = 0
        self.ended_by_far_end = False

    def run(self, seconds: float | None, attention: Attention) -> None:
        """Until it is over, by time, by a signal or by the call server's end.

        Raises:
            KeptSoundError: the file can't be written.
        """
        until = math.inf if seconds is None else time.monotonic() + seconds
        next_look = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self._client, selectors.EVENT_READ)
            selector.register(attention, selectors.EVENT_READ)
            while attention.came is None and (now := time.monotonic()) < until:
                selector.select(min(_METER_S, until - now))
                if not self._receive():
                    self.ended_by_far_end = True
                    break
                if self._meter is not None and now >= next_look:
                    self._meter.show(meter(self._line, self._recent, self._blocks * TICK_S))
                    self._recent = Loudness()
                    next_look = now + _METER_S
        if self._meter is not None:
            self._meter.close()

    def _receive(self) -> bool:
        try:
            for block in self._client.receive():
                if isinstance(block, HeardBlock):
                    self._take(block)
        except LiveEnded:
            return False
        return True

    def figures(self) -> dict[str, Any]:
        """What came of it."""
        from_line, to_line = (
            None if math.isinf(level) else round(level, 1) for level in self._whole.dbm0()
        )
        return {
            "line": self._line,
            "seconds": round(self._blocks * TICK_S, 2),
            "blocks": self._blocks,
            "dropped": self._dropped,
            "from_line_dbm0": from_line,
            "to_line_dbm0": to_line,
        }

    def _take(self, block: HeardBlock) -> None:
        missing = 0 if self._last_tick is None else block.tick - self._last_tick - 1
        self._last_tick = block.tick
        self._dropped += missing
        self._blocks += 1
        self._whole.add(block.samples)
        self._recent.add(block.samples)
        self._kept.append(block.tick, block.samples.tobytes())
        both = block.samples.astype(np.int32).sum(axis=1)
        self._playout.put(np.clip(both, -32768, 32767).astype(np.int16))


class Meter:
    """A line of a terminal that is drawn anew."""

    def __init__(self, write: Any) -> None:  # noqa: ANN401 - a function of str
        self._write = write

    def show(self, text: str) -> None:
        """Draw."""
        self._write(f"\r{text}\x1b[K")

    def close(self) -> None:
        """Go on below it."""
        self._write("\n")
