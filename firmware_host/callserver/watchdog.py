"""Knows whether ticks, loop and journal live.

The loop tells of each step and asks now and then. Ticks or steps that stand still are a reason to end the
process and start it anew; a journal that stands still is not: calls go on, and facts wait in memory.
"""

import logging

__all__ = ["Watchdog"]

_log = logging.getLogger(__name__)

TICKS_LIMIT_S = 1.0
"""Fifty ticks."""
STEPS_LIMIT_S = 2.0
"""A step is due every 0.1 s."""
STEP_NOTED_S = 0.5
"""A pause between two steps that is worth a line in the log: callers may have noticed."""
JOURNAL_LIMIT_S = 2.0


class Watchdog:
    """Three signs of life, by the monotonic clock.

    Runs in: event loop.
    """

    def __init__(self) -> None:
        self.longest_pause_s = 0.0
        "Between two steps."
        self.pauses = 0
        "Longer than half a second."
        self.journal_stands_still = False
        self._stepped_at = self._ticked_at = self._wrote_at = 0.0
        self._asked_at = 0.0
        self._ticks = self._written = -1

    def begin(self, now: float) -> None:
        """Start-up is over: from now on all of them have to live."""
        self._stepped_at = self._ticked_at = self._wrote_at = now

    def stepped(self, now: float) -> None:
        """The loop begins a step."""
        pause_s, self._stepped_at = now - self._stepped_at, now
        self.longest_pause_s = max(self.longest_pause_s, pause_s)
        if pause_s > STEP_NOTED_S:
            self.pauses += 1
            _log.warning("call control stood still for %.2f s; speech went on", pause_s)

    def look(self, now: float, *, ticks: int, written: int, unwritten: int) -> None:
        """Take a reading.

        Args:
            now: Of the monotonic clock.
            ticks: The media plane's, so far.
            written: The newest fact that is safe on disk.
            unwritten: Facts that are not.
        """
        if ticks != self._ticks:
            self._ticks, self._ticked_at = ticks, now
        if written != self._written or unwritten == 0:
            self._written, self._wrote_at = written, now
        still = now - self._wrote_at > JOURNAL_LIMIT_S
        if still and not self.journal_stands_still:
            _log.error("the journal has not been written for %g s; calls go on", JOURNAL_LIMIT_S)
        elif self.journal_stands_still and not still:
            _log.warning("the journal moves on again")
        self.journal_stands_still = still

    def beat(self, now: float) -> str | None:
        """What ends the process if it goes on so, asked regularly by who would end it."""
        asked_at, self._asked_at = self._asked_at, now
        if now - asked_at > STEPS_LIMIT_S:
            return None  # whoever asks stood still himself: the next step is about to come
        return self.standing_still(now)

    def standing_still(self, now: float) -> str | None:
        """What does not live at this moment; None if all does."""
        if now - self._stepped_at > STEPS_LIMIT_S:
            return "call control makes no steps"
        if now - self._ticked_at > TICKS_LIMIT_S:
            return "the media plane makes no ticks"
        return None
