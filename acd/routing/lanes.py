"""Who waits in one queue and wants the same of an agent, in the order in which they are served.

A contact's score grows with time: ``score(now) = at_zero + slope x now``. Those with the same slope never
overtake each other, so each slope has a list that is sorted once. Who is first of several slopes changes only
when somebody comes or goes, or at the moment in which a steeper one overtakes.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from math import inf

from acd.ids import CallId, QueueName
from acd.routing.members import RoutedAgent, RoutedQueue
from acd.routing.skills import ANYBODY, Stage, Wanted

__all__ = ["WHOEVER", "Entry", "Front", "Lane", "Waiter"]

WHOEVER = (Stage(0.0, ANYBODY),)


@dataclass(slots=True, eq=False)
class Entry:
    """A contact's place in one queue."""

    queue: QueueName
    at_zero: float
    "The score that it would have had at time 0."
    slope: float
    "Points a second."
    entered: float
    "From here the stages are timed."
    arrival: int
    stages: tuple[Stage, ...] = WHOEVER
    rank: int = 0
    "Decides between two places of one contact: the first that was asked for."
    stage: int = 0
    lane: "Lane | None" = None
    "None while the contact is offered."
    waiter: "Waiter | None" = None

    @property
    def order(self) -> tuple[float, float, int]:
        """Sorts entries of the same slope, first served first."""
        return -self.at_zero, self.entered, self.arrival

    @property
    def asked(self) -> tuple[str, ...]:
        """The skills that were wanted at the beginning."""
        return tuple(skill for skill, _ in self.stages[0].wanted.needs)

    @property
    def wanted(self) -> Wanted:
        """What is wanted at present."""
        return self.stages[self.stage].wanted

    def score(self, now: float) -> float:
        """The points at a moment."""
        return self.at_zero + self.slope * now

    def is_before(self, other: "Entry", now: float) -> bool:
        """Whether this one is served before another."""
        mine, others = self.at_zero + self.slope * now, other.at_zero + other.slope * now
        if mine != others:
            return mine > others
        return (self.entered, self.arrival, self.rank) < (other.entered, other.arrival, other.rank)


@dataclass(slots=True, eq=False)
class Waiter:
    """One contact, with its place in each of the queues in which it waits."""

    contact: CallId
    entries: list[Entry]
    is_waiting: bool = True
    is_offered: bool = False
    "Handsets ring for it; its places are kept."


_Item = tuple[float, float, int, Entry]


class Lane:
    """One queue, one set of needs. Entries of the same slope are in one list."""

    __slots__ = ("able", "fronts", "items", "queue", "wanted")

    def __init__(self, queue: RoutedQueue, wanted: Wanted) -> None:
        self.queue = queue
        self.wanted = wanted
        self.able: dict[RoutedAgent, None] = {}
        "Members of the queue who meet what is wanted."
        self.fronts: list[Front] = []
        "That look at this lane."
        self.items: dict[float, list[_Item]] = {}
        "By slope, first served first."

    def __bool__(self) -> bool:
        return any(self.items.values())

    def enter(self, entry: Entry, now: float) -> None:
        """Take the place that the score gives."""
        item = (-entry.at_zero, entry.entered, entry.arrival, entry)
        items = self.items.get(entry.slope)
        if items is None:
            self.items[entry.slope] = [item]
        elif items and items[-1] < item:
            items.append(item)  # the usual case, in which the first stays the first
            return
        else:
            insort(items, item)
            if items[0] is not item:
                return
        for front in self.fronts:
            front.meet(entry, now)

    def leave(self, entry: Entry) -> None:
        """Give the place up."""
        items = self.items[entry.slope]
        index = bisect_left(items, entry.order)
        if index == len(items) or items[index][3] is not entry:
            raise LookupError(f"no such entry in a lane of queue {entry.queue}")
        del items[index]
        if index == 0:
            for front in self.fronts:
                if front.best is entry:
                    front.until = -inf

    def ahead_of(self, entry: Entry, now: float) -> int:
        """How many here would be served before this entry, of whichever lane."""
        _, entered, arrival = entry.order
        score, ahead = entry.score(now), 0
        for slope, items in self.items.items():
            # Of the same slope the order is exact; else the scores of this moment decide.
            least = entry.order if slope == entry.slope else (slope * now - score, entered, arrival)
            ahead += bisect_left(items, least)
        return ahead


class Front:
    """What one kind of agent sees of a queue: the lanes that it can serve, and who is first in them.

    It remembers who is best until another one can be: until ``until``, which a lane resets whose first has
    changed.
    """

    __slots__ = ("at_zero", "best", "lanes", "queue", "slope", "until")

    def __init__(self, queue: RoutedQueue, lanes: tuple[Lane, ...]) -> None:
        self.queue = queue
        self.lanes = lanes
        self.best: Entry | None = None
        self.at_zero = -inf
        "The best one's score at time 0,"
        self.slope = 0.0
        "and its slope."
        self.until = -inf
        for lane in lanes:
            lane.fronts.append(self)

    def close(self) -> None:
        """Look at the lanes no longer."""
        for lane in self.lanes:
            lane.fronts.remove(self)

    def meet(self, entry: Entry, now: float) -> None:
        """Somebody has become first in a lane: best now, perhaps, or later."""
        best = self.best
        if best is None or entry.is_before(best, now):
            self.until = -inf
        elif entry.slope > best.slope:
            crosses = (best.at_zero - entry.at_zero) / (entry.slope - best.slope)
            self.until = min(self.until, crosses)

    def refresh(self, now: float) -> None:
        """Find out who is best now, and for how long."""
        best: Entry | None = None
        heads: list[tuple[float, float]] = []
        highest = -inf
        for lane in self.lanes:
            for slope, items in lane.items.items():
                if items:
                    negative, _, _, entry = items[0]
                    score = slope * now - negative
                    heads.append((slope, -negative))
                    if score > highest or (
                        score == highest and (best is None or entry.is_before(best, now))
                    ):
                        best, highest = entry, score
        self.best, self.at_zero, self.slope, self.until = best, -inf, 0.0, inf
        if best is None:
            return
        at_zero, own = best.at_zero, best.slope
        self.at_zero, self.slope = at_zero, own
        if len(heads) > 1:
            for slope, other in heads:
                if slope > own:
                    self.until = min(self.until, (at_zero - other) / (slope - own))
