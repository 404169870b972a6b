"""Lines that somebody has taken out of service: to test them, or to work on their channel himself.

While a line is out, its signalling machine rests; what the card tells and what is heard goes to the
holder. What the card told last of each kind is kept for every line, so that a line which comes back knows
how its hook, battery, ringing and alarm stand.
"""

from typing import Protocol

import drivers
from dsp import Detection

__all__ = ["Holder", "LineLevels", "Reservations"]

_SAME: dict[type, type] = {
    drivers.RingBurstEnded: drivers.RingBurstStarted,
    drivers.AlarmCleared: drivers.AlarmRaised,
}
"""Two events that tell one level."""
_LEVELS = (
    drivers.BatteryChanged,
    drivers.HookChanged,
    drivers.RingBurstStarted,
    drivers.RingBurstEnded,
    drivers.AlarmRaised,
    drivers.AlarmCleared,
)


class Holder(Protocol):
    """Whoever has a line while it is out of service.

    Runs in: event loop, or the lockstep thread. Nothing in it waits.
    """

    def told(self, event: drivers.HardwareEvent, now: float) -> None:
        """The card tells something of the line."""

    def detected(self, detection: Detection, now: float) -> None:
        """The media plane heard or finished something on the line."""

    def next_timer(self) -> float | None:
        """When to call `handle_timer`, at the latest."""

    def handle_timer(self, now: float) -> None:
        """Act on what is due."""

    def lost(self, reason: str) -> None:
        """The card is gone, and the reservation with it."""


class LineLevels:
    """What the card told last, by slot.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(self) -> None:
        self._latest: dict[int, dict[type, drivers.HardwareEvent]] = {}

    def note(self, slot: int, event: drivers.HardwareEvent) -> None:
        """Keep it, if it tells a level and no moment."""
        if not isinstance(event, _LEVELS):
            return
        latest = self._latest.setdefault(slot, {})
        kind = _SAME.get(type(event), type(event))
        latest.pop(kind, None)
        latest[kind] = event  # in the order of their last time

    def of(self, slot: int) -> list[drivers.HardwareEvent]:
        """How the line stands, as its card would tell a machine that begins."""
        idle = drivers.RingBurstEnded | drivers.AlarmCleared
        return [each for each in self._latest.get(slot, {}).values() if not isinstance(each, idle)]

    def off_hook(self, slot: int) -> bool:
        """Whether the far end was lifted when the card told last."""
        told = self._latest.get(slot, {}).get(drivers.HookChanged)
        return isinstance(told, drivers.HookChanged) and told.off_hook

    def forget(self, slot: int) -> None:
        """The card is another."""
        self._latest.pop(slot, None)


class Reservations:
    """Who holds which slot.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(self) -> None:
        self._holders: dict[int, Holder] = {}

    def holder(self, slot: int) -> Holder | None:
        """Who has the line; None: it is in service, or out for another reason."""
        return self._holders.get(slot)

    def take(self, slot: int, holder: Holder) -> None:
        """From now on."""
        self._holders[slot] = holder

    def give_back(self, slot: int) -> bool:
        """No longer; False: nobody had it."""
        return self._holders.pop(slot, None) is not None

    def lose(self, slot: int, reason: str) -> None:
        """The card is gone."""
        holder = self._holders.pop(slot, None)
        if holder is not None:
            holder.lost(reason)

    def next_timer(self) -> float | None:
        """The earliest of all."""
        times = [holder.next_timer() for holder in self._holders.values()]
        return min((at for at in times if at is not None), default=None)

    def handle_timers(self, now: float) -> None:
        """Each whose time has come."""
        for holder in tuple(self._holders.values()):
            at = holder.next_timer()
            if at is not None and at <= now:
                holder.handle_timer(now)
