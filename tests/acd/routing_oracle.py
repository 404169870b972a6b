"""Routing by brute force: every contact, every place, every agent, looked at anew each time.

It shares no code with the router but the settings' types. Slow, and short enough to be read as the definition
of what the router must do.
"""

from dataclasses import dataclass, field

from acd.routing import Discipline


@dataclass
class Person:
    """An agent."""

    name: str
    levels: dict
    queues: dict
    allocation: dict
    is_ready: bool = False
    idle_rank: int = 0
    logged_in_at: float = 0.0
    busy_s: float = 0.0
    turns: dict = field(default_factory=dict)
    offered_last: dict = field(default_factory=dict)
    taken: dict = field(default_factory=dict)


@dataclass
class Place:
    """A contact's place in a queue: points, and what is asked for at which time."""

    queue: str
    priority: float
    slope: float
    requirements: tuple
    preferred: str | None = None
    preferred_for_s: float = 0.0


@dataclass
class Caller:
    """A contact."""

    name: str
    entered: float
    arrival: int
    places: list
    is_offered: bool = False


class Oracle:
    """All contacts and agents, and who gets whom."""

    def __init__(self, queues):
        self.queues = queues  # name -> (discipline, at_once)
        self.people = {}
        self.callers = {}

    def score(self, caller, place, now):
        return (place.priority - place.slope * caller.entered) + place.slope * now

    def will_do(self, person, caller, place, now):
        """Whether this agent could serve this contact through this place, shares of queues aside."""
        waited_s = now - caller.entered
        if not person.is_ready or place.queue not in person.queues:
            return False
        if (
            place.preferred is not None
            and waited_s < place.preferred_for_s
            and person.name != place.preferred
        ):
            return False
        for requirement in place.requirements:
            level = requirement.level
            for relaxation in requirement.relaxes:
                if waited_s >= relaxation.after_s:
                    level = min(level, relaxation.level)
            if person.levels.get(requirement.skill, 0) < level:
                return False
        return True

    def share_lag(self, person, queue):
        whole = sum(person.allocation.values())
        taken = sum(person.taken.get(each, 0) for each in person.allocation)
        had = person.taken.get(queue, 0) / taken if taken else 0.0
        return person.allocation.get(queue, 0.0) / whole - had

    def serves_now(self, person, queue, now):
        """With shares: only the queue that lags most, of those in which somebody waits for this agent."""
        if not person.allocation:
            return True
        waited_for = {
            place.queue
            for caller in self.callers.values()
            if not caller.is_offered
            for place in caller.places
            if self.will_do(person, caller, place, now)
        }
        names = list(person.allocation)
        ranked = sorted(
            waited_for,
            key=lambda name: (
                -self.share_lag(person, name),
                names.index(name) if name in names else len(names),
                name,
            ),
        )
        return bool(ranked) and ranked[0] == queue

    def key(self, person, caller, place, now):
        discipline = self.queues[place.queue][0]
        queue = place.queue
        match discipline:
            case Discipline.LONGEST_IDLE:
                return (0.0, person.idle_rank)
            case Discipline.LEAST_OCCUPIED:
                length = now - person.logged_in_at
                return (min(person.busy_s / length, 1.0) if length > 0 else 0.0, person.idle_rank)
            case Discipline.FEWEST_CALLS | Discipline.WEIGHTED:
                return (person.turns.get(queue, 0.0), person.idle_rank)
            case Discipline.ROUND_ROBIN | Discipline.RING_ALL | Discipline.RING_SOME:
                return (person.offered_last.get(queue, 0), person.queues[queue])
            case Discipline.TOP_DOWN:
                return (0.0, person.queues[queue])
            case Discipline.PERCENT_ALLOCATION:
                lag = self.share_lag(person, queue) if person.allocation else 0.0
                return (-lag, person.idle_rank)
            case Discipline.BEST_SKILLED:
                asked = {r.skill for r in place.requirements if r.level > 0}
                return (-sum(person.levels.get(skill, 0) for skill in asked), person.idle_rank)

    def decide(self, now):
        """Pairs of contact, queue and agents, in order."""
        decisions = []
        while True:
            best = None
            for caller in self.callers.values():
                if caller.is_offered:
                    continue
                for rank, place in enumerate(caller.places):
                    able = [
                        person
                        for person in self.people.values()
                        if self.will_do(person, caller, place, now)
                        and self.serves_now(person, place.queue, now)
                    ]
                    if not able:
                        continue
                    order = (
                        -self.score(caller, place, now),
                        caller.entered,
                        caller.arrival,
                        rank,
                    )
                    if best is None or order < best[0]:
                        best = (order, caller, place, able)
            if best is None:
                return decisions
            _, caller, place, able = best
            able.sort(key=lambda person: self.key(person, caller, place, now))
            chosen = able[: self.queues[place.queue][1]]
            caller.is_offered = True
            for person in chosen:
                person.is_ready = False
            decisions.append((caller.name, place.queue, tuple(person.name for person in chosen)))

    def place(self, name, queue, now):
        caller = self.callers[name]
        mine = next(
            (-self.score(caller, place, now), caller.entered, caller.arrival)
            for place in caller.places
            if place.queue == queue
        )
        return 1 + sum(
            (-self.score(other, place, now), other.entered, other.arrival) < mine
            for other in self.callers.values()
            for place in other.places
            if place.queue == queue
        )
