"""Lines whose hook or battery chatters: locked out until they have been quiet.

A loose wire, a wet cable or a broken card can change state hundreds of times a second. Each change costs
call control as much as an honest one; the others on the appliance must not pay for it. Pulse dialling
changes twenty times a second (ITU-T Q.23 and national rules: about ten pulses a second) and stays below.
"""

from dataclasses import dataclass, field

from drivers import HardwareEvent

__all__ = ["BABBLING", "Babbling"]

BABBLING = "babbling"
"""The alarm of a line that is locked out."""

BURST = 100.0
"""Changes that are let through at once: a long number dialled by pulses."""
PER_S = 25.0
QUIET_S = 3.0
"""Without a change for so long, the line is taken back."""


@dataclass(slots=True)
class _Line:
    room: float = BURST
    seen_at: float = 0.0
    locked: bool = False
    latest: dict[type[HardwareEvent], HardwareEvent] = field(default_factory=dict)


class Babbling:
    """Which lines chatter, by their slot.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}
        self._locked: set[int] = set()

    def is_locked(self, slot: int) -> bool:
        """Whether what comes from this line is kept back."""
        return slot in self._locked

    def changed(self, slot: int, event: HardwareEvent, now: float) -> bool:
        """Take note of a change; True when the line has just become one to be locked out."""
        line = self._lines.setdefault(slot, _Line(seen_at=now))
        line.room = min(BURST, line.room + (now - line.seen_at) * PER_S) - 1.0
        line.seen_at = now
        line.latest.pop(type(event), None)
        line.latest[type(event)] = event  # in the order of their last time
        if line.locked or line.room >= 0:
            return False
        line.locked = True
        self._locked.add(slot)
        return True

    def next_timer(self) -> float | None:
        """When the next line may have been quiet for long enough."""
        return min((self._lines[slot].seen_at + QUIET_S for slot in self._locked), default=None)

    def quiet(self, now: float) -> list[tuple[int, list[HardwareEvent]]]:
        """Lines to be taken back, each with the latest change of every kind."""
        ready = [slot for slot in self._locked if self._lines[slot].seen_at + QUIET_S <= now]
        found: list[tuple[int, list[HardwareEvent]]] = []
        for slot in sorted(ready):
            self._locked.discard(slot)
            found.append((slot, list(self._lines.pop(slot).latest.values())))
        return found

    def forget(self, slot: int) -> None:
        """The card is another: nothing of the old one counts."""
        self._lines.pop(slot, None)
        self._locked.discard(slot)
