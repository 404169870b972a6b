"""What the ACD waits for: one heap of deadlines, each named by its purpose and its owner.

Starting a timer that runs moves it. Deadlines that fall together are due in the order in which they
were started, so the same events always lead to the same actions.
"""

import heapq
from enum import Enum

__all__ = ["Purpose", "Timers"]


class Purpose(Enum):
    """What is waited for. The owner is a call, a station's port or an agent."""

    WALK = "a key, or the end of a prompt"
    WAIT = "the longest wait in a queue"
    ANNOUNCE = "the next announcement of the place"
    ANNOUNCEMENT = "the end of an announcement"
    TALK = "the longest talk"
    HOLD = "the longest hold"
    DIAL = "the answer to a call that goes out"
    RETRY = "the next try for a free line"
    HANDSET = "the next move of a handset's user"
    CALL_STORE = "what a caller asked for to be safe on disk"
    STORE = "a fact to be safe on disk"
    WRAP_UP = "the end of a wrap-up"
    RELAX = "the next moment at which a caller asks for less"
    CALL_BACK = "the next attempt to call somebody back"
    RULES = "the next look at the rules of the queues"
    ALERT_CALL = "the next move of a call that tells of an alert"
    ALERTS = "the next look at what alerts are about"
    MISSED_DELAY = "the next offer after a missed one"


class Timers:
    """Deadlines by purpose and owner."""

    def __init__(self) -> None:
        # A stopped or moved timer leaves its entry in the heap; the serial tells that it is stale.
        self._heap: list[tuple[float, int, Purpose, str]] = []
        self._running: dict[tuple[Purpose, str], tuple[int, float]] = {}
        self._serial = 0

    def start(self, purpose: Purpose, owner: str, at: float) -> None:
        """Be due at ``at``, whatever was set before."""
        self._serial += 1
        self._running[purpose, owner] = self._serial, at
        heapq.heappush(self._heap, (at, self._serial, purpose, owner))
        if len(self._heap) > 2 * len(self._running) + 64:
            self._heap = [entry for entry in self._heap if self._is_current(entry)]
            heapq.heapify(self._heap)

    def stop(self, purpose: Purpose, owner: str) -> None:
        """Never be due; stopping what does not run is fine."""
        self._running.pop((purpose, owner), None)

    def is_running(self, purpose: Purpose, owner: str) -> bool:
        """Whether this deadline is still ahead."""
        return (purpose, owner) in self._running

    def due_at(self, purpose: Purpose, owner: str) -> float | None:
        """When this deadline is, if it is ahead."""
        running = self._running.get((purpose, owner))
        return None if running is None else running[1]

    def next(self) -> float | None:
        """The earliest deadline."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> tuple[Purpose, str] | None:
        """Take the earliest deadline that has come, if any."""
        earliest = self.next()
        if earliest is None or earliest > now:
            return None
        _, _, purpose, owner = heapq.heappop(self._heap)
        del self._running[purpose, owner]
        return purpose, owner

    def _is_current(self, entry: tuple[float, int, Purpose, str]) -> bool:
        at, serial, purpose, owner = entry
        return self._running.get((purpose, owner)) == (serial, at)
