"""How long the callers of the last hour waited, by queue: what a service level of some minutes is made of.

Bounded for each queue: of a busy one the last callers are judged, some five hundred. In a snapshot a queue is
one row, its callers one text: ``120.5/8.2`` waited 8.2 s until the answer 120.5 s ago, ``9.0/31.5x`` hung up.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

__all__ = ["LONGEST_WINDOW_S", "RecentService", "Served"]

LONGEST_WINDOW_S = 3600.0
MOST_CALLERS = 500

_Row = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Served:
    """A caller who got an agent, or hung up before."""

    at: float
    waited_s: float
    is_answered: bool


@dataclass(slots=True)
class RecentService:
    """The last callers of each queue, oldest first."""

    callers: dict[str, deque[Served]] = field(default_factory=dict)
    latest: float = float("-inf")
    "When the last one was added."

    def add(self, queue: str, at: float, waited_s: float, *, is_answered: bool) -> None:
        """A caller of this queue waits no longer."""
        callers = self.callers.setdefault(queue, deque(maxlen=MOST_CALLERS))
        callers.append(Served(at, waited_s, is_answered))
        self.latest = max(self.latest, at)
        while callers[0].at < at - LONGEST_WINDOW_S:
            callers.popleft()

    def since(self, queue: str, begin: float) -> Iterator[Served]:
        """Those who stopped waiting after ``begin``, newest first."""
        for each in reversed(self.callers.get(queue, ())):
            if each.at < begin:
                return
            yield each

    def rows(self, now: float) -> tuple[_Row, ...]:
        """A row for each queue, times as ages."""
        return tuple(
            {
                "queue": queue,
                "callers": " ".join(
                    f"{round(now - each.at, 3)}/{round(each.waited_s, 3)}"
                    + ("" if each.is_answered else "x")
                    for each in callers
                ),
            }
            for queue, callers in self.callers.items()
        )

    def restore(self, rows: Iterable[_Row], at: float) -> None:
        """Take over the rows of a snapshot that was taken at ``at``; what makes no sense is left out."""
        self.callers, self.latest = {}, float("-inf")
        for row in rows:
            for text in str(row.get("callers") or "").split():
                age, _, waited = text.partition("/")
                try:
                    age_s, waited_s = float(age), float(waited.removesuffix("x"))
                except ValueError:
                    continue
                self.add(
                    str(row.get("queue")),
                    at - age_s,
                    waited_s,
                    is_answered=not waited.endswith("x"),
                )
