"""The router against brute force: a thousand worlds at random, event by event, and rules of its own."""

import random

import pytest
from routing_oracle import Caller, Oracle, Person, Place

from acd.routing import Discipline, Entry, Relaxation, Router, SkillRequirement, stages_of

SKILLS = ("english", "romanian", "billing", "routers")
DISCIPLINES = tuple(Discipline)


class World:
    """The same made-up call center twice: in the router, and in the oracle."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        draw = self.draw
        self.now = float(draw.randrange(64))
        names = [f"q{n}" for n in range(draw.randint(1, 5))]
        self.queues = {}
        self.router = Router()
        for name in names:
            discipline = draw.choice(DISCIPLINES)
            some = draw.randint(2, 3)
            self.router.set_queue(name, discipline, at_once=some)
            at_once = {Discipline.RING_ALL: 10**6, Discipline.RING_SOME: some}.get(discipline, 1)
            self.queues[name] = (discipline, at_once)
        self.oracle = Oracle(self.queues)
        self.rank = 0
        self.serial = 0
        self.arrivals = 0
        for number in range(draw.randint(1, 7)):
            self.set_agent(f"a{number}")

    def set_agent(self, name):
        draw = self.draw
        serves = draw.sample(list(self.queues), draw.randint(1, len(self.queues)))
        positions = {queue: draw.randrange(10) * 16 + int(name[1:]) for queue in serves}
        levels = {skill: draw.randint(1, 4) for skill in SKILLS if draw.random() < 0.6}
        allocation = {}
        if draw.random() < 0.25:
            allocation = {queue: float(draw.randint(1, 4)) for queue in serves}
        self.router.set_agent(name, levels, positions, allocation)
        person = self.oracle.people.setdefault(name, Person(name, {}, {}, {}))
        person.levels, person.queues, person.allocation = levels, positions, allocation
        self.restless(person)

    def restless(self, person):
        # Whoever had a contact waiting for shares that changed is free anew, as after any change.
        if person.is_ready:
            self.router.make_busy(person.name)
            self.router.make_ready(person.name, person)

    def requirements(self):
        draw = self.draw
        found = []
        for skill in draw.sample(SKILLS, draw.choice((0, 0, 0, 1, 1, 2))):
            level = draw.randint(1, 4)
            relaxes = []
            if draw.random() < 0.5:
                relaxes.append(Relaxation(after_s=float(draw.randint(1, 20)), level=level - 1))
                if draw.random() < 0.5:
                    relaxes.append(Relaxation(after_s=float(draw.randint(20, 40)), level=0))
            found.append(SkillRequirement(skill=skill, level=level, relaxes=tuple(relaxes)))
        return tuple(found)

    def comes(self):
        draw = self.draw
        self.arrivals += 1
        name = f"c{self.arrivals}"
        entered = self.now - (draw.randrange(30) if draw.random() < 0.1 else 0)
        places = []
        for queue in draw.sample(
            list(self.queues), min(draw.choice((1, 1, 1, 2, 3)), len(self.queues))
        ):
            preferred = None
            serving = [p.name for p in self.oracle.people.values() if queue in p.queues]
            if serving and draw.random() < 0.15:
                preferred = draw.choice(serving)
            places.append(
                Place(
                    queue=queue,
                    priority=float(draw.choice((0, 0, 0, 10, 100))),
                    slope=draw.choice((0.0, 0.5, 1.0, 2.0)),
                    requirements=self.requirements(),
                    preferred=preferred,
                    preferred_for_s=float(draw.randint(1, 15)) if preferred else 0.0,
                )
            )
        caller = Caller(name, entered, self.arrivals, places)
        self.oracle.callers[name] = caller
        self.router.enter(
            name,
            [
                Entry(
                    queue=place.queue,
                    at_zero=place.priority - place.slope * entered,
                    slope=place.slope,
                    entered=entered,
                    arrival=self.arrivals,
                    stages=stages_of(
                        place.requirements,
                        preferred=place.preferred,
                        preferred_for_s=place.preferred_for_s,
                    ),
                )
                for place in places
            ],
            self.now,
        )

    def frees(self):
        busy = [p for p in self.oracle.people.values() if not p.is_ready]
        if busy:
            person = self.draw.choice(busy)
            self.rank += 1
            person.idle_rank = self.rank
            person.busy_s += self.draw.randrange(8)
            person.is_ready = True
            self.router.make_ready(person.name, person)

    def busies(self):
        ready = [p for p in self.oracle.people.values() if p.is_ready]
        if ready:
            person = self.draw.choice(ready)
            person.is_ready = False
            self.router.make_busy(person.name)

    def leaves(self):
        if self.oracle.callers:
            name = self.draw.choice(sorted(self.oracle.callers))
            del self.oracle.callers[name]
            self.router.leave(name, self.now)

    def gives_back(self):
        offered = sorted(c.name for c in self.oracle.callers.values() if c.is_offered)
        if offered:
            name = self.draw.choice(offered)
            self.oracle.callers[name].is_offered = False
            self.router.give_back(name, self.now)

    def changes_points(self):
        if self.oracle.callers:
            caller = self.oracle.callers[self.draw.choice(sorted(self.oracle.callers))]
            place = self.draw.choice(caller.places)
            place.priority += 50.0
            place.slope = self.draw.choice((0.0, 1.0, 4.0))
            at_zero = place.priority - place.slope * caller.entered
            self.router.rescore(caller.name, place.queue, at_zero, place.slope, self.now)

    def overflows(self):
        if self.oracle.callers:
            caller = self.oracle.callers[self.draw.choice(sorted(self.oracle.callers))]
            free = [q for q in self.queues if q not in {p.queue for p in caller.places}]
            if free:
                place = Place(self.draw.choice(free), 5.0, 1.0, self.requirements())
                caller.places.append(place)
                self.router.extend(
                    caller.name,
                    Entry(
                        queue=place.queue,
                        at_zero=5.0 - caller.entered,
                        slope=1.0,
                        entered=caller.entered,
                        arrival=caller.arrival,
                        stages=stages_of(place.requirements),
                    ),
                    self.now,
                )

    def moves_agent(self):
        self.set_agent(self.draw.choice(sorted(self.oracle.people)))

    def step(self):
        draw = self.draw
        self.now += draw.choice((0.0, 0.25, 1.0, 5.0))
        what = draw.choices(
            (
                self.comes,
                self.frees,
                self.busies,
                self.leaves,
                self.gives_back,
                self.changes_points,
                self.overflows,
                self.moves_agent,
                lambda: None,
            ),
            (10, 10, 1, 1, 2, 1, 1, 1, 3),
        )[0]
        # What fell due before this moment is decided before it.
        due = self.router.next_relaxation()
        while due is not None and due < self.now:
            self.check(due)
            due = self.router.next_relaxation()
        self.check(self.now)
        what()
        self.check(self.now)

    def check(self, now):
        expected = self.oracle.decide(now)
        decided = self.router.decide(now)
        assert [(d.contact, d.queue, d.agents) for d in decided] == expected
        for decision in decided:
            self.take(decision, now)
        for caller in self.oracle.callers.values():
            for place in caller.places:
                assert self.router.place(caller.name, place.queue, now) == self.oracle.place(
                    caller.name, place.queue, now
                )

    def take(self, decision, now):
        for name in decision.agents:
            person = self.oracle.people[name]
            self.serial += 1
            person.offered_last[decision.queue] = self.serial
        if self.draw.random() < 0.8:
            person = self.oracle.people[decision.agents[0]]
            person.turns[decision.queue] = person.turns.get(decision.queue, 0.0) + 0.5
            person.taken[decision.queue] = person.taken.get(decision.queue, 0) + 1
            del self.oracle.callers[decision.contact]
            self.router.leave(decision.contact, now)


@pytest.mark.parametrize("hundred", range(10))
def test_a_thousand_worlds_at_random_are_served_as_by_brute_force(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        world = World(seed)
        for _ in range(40):
            world.step()


class Fresh:
    """An agent's standing on the first morning."""

    idle_rank, logged_in_at, busy_s = 0, 0.0, 0.0
    turns, offered_last, taken = {}, {}, {}


def test_who_owed_a_contact_to_a_queue_that_got_somebody_else_serves_the_next_one():
    router = Router()
    router.set_queue("first", Discipline.TOP_DOWN)
    router.set_queue("second", Discipline.TOP_DOWN)
    router.set_agent("ana", {}, {"first": 0})
    router.set_agent("ben", {}, {"first": 1, "second": 0}, {"first": 1.0})
    router.make_ready("ana", Fresh())
    router.make_ready("ben", Fresh())
    assert router.decide(0.0) == []
    for arrival, queue in enumerate(("second", "first")):
        router.enter(f"for {queue}", [Entry(queue, 0.0, 1.0, 0.0, arrival)], 0.0)
    decided = [(each.contact, each.agents) for each in router.decide(0.0)]
    assert decided == [("for first", ("ana",)), ("for second", ("ben",))]


def test_who_wants_something_else_than_before_relaxes_by_that_alone():
    router = Router()
    router.set_queue("sales", Discipline.TOP_DOWN)
    router.set_agent("ana", {}, {"sales": 0})
    late, later = (
        SkillRequirement(skill="english", level=1, relaxes=(Relaxation(after_s=at, level=0),))
        for at in (10.0, 20.0)
    )

    def entry(requirement):
        return Entry("sales", 0.0, 1.0, 0.0, 1, stages=stages_of([requirement]))

    router.enter("caller", [entry(late)], 0.0)
    router.revise("caller", entry(later), 1.0)
    router.make_ready("ana", Fresh())
    assert router.decide(10.0) == []
    assert [each.contact for each in router.decide(20.0)] == ["caller"]


def test_who_wants_nothing_any_more_has_nothing_to_relax():
    router = Router()
    router.set_queue("sales", Discipline.TOP_DOWN)
    late = SkillRequirement(skill="x", level=1, relaxes=(Relaxation(after_s=10.0, level=0),))
    router.enter("caller", [Entry("sales", 0.0, 1.0, 0.0, 1, stages=stages_of([late]))], 0.0)
    router.revise("caller", Entry("sales", 0.0, 1.0, 0.0, 1), 1.0)
    assert router.next_relaxation() is None
    assert router.decide(10.0) == []
