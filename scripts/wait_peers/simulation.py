"""A call center made of random numbers: callers of several classes, agents of several kinds, events in order.

Everything that estimators may know goes to them as it happens, to all of them alike. A caller who finds no
free agent is an occasion to estimate; when that caller is served, the wait is known. The future is in the
heap, where no estimator looks.

An agent who is told to leave does so after the present call and is no longer counted from that moment.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

NEVER = math.inf


@dataclass(frozen=True, slots=True)
class CallerClass:
    """Callers who are alike."""

    name: str
    queue: str
    per_s: float
    "Arrivals at a load of 1."
    talk_s: float
    patience_s: float
    reaches: tuple[tuple[float, frozenset[str]], ...]
    "From so long a wait on, which kinds of agents serve them."
    priority: float = 0.0
    ageing: float = 1.0

    def kinds(self, waited_s: float) -> frozenset[str]:
        """Who serves such a caller after this wait."""
        return next(kinds for from_s, kinds in reversed(self.reaches) if waited_s >= from_s)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call center and its day."""

    name: str
    classes: tuple[CallerClass, ...]
    staff: Callable[[float], dict[str, int]]
    "How many agents of each kind there should be at a time."
    staff_changes_s: tuple[float, ...] = ()
    "When to look, within `period_s`."
    period_s: float = NEVER
    load: Callable[[float], float] = lambda _: 1.0
    ring_s: float = 0.0
    wrap_up_s: float = 0.0
    talk_cv: float | None = None
    "Coefficient of variation of lognormal talks; None: exponential."


@dataclass(slots=True, eq=False)
class Agent:
    """One agent; `state` is ``ready``, ``ringing``, ``talking``, ``wrapping up`` or ``gone``."""

    kind: str
    number: int
    state: str = "ready"
    since: float = 0.0
    queue: str = ""
    leaves: bool = False


@dataclass(slots=True, eq=False)
class Caller:
    """One caller."""

    of: CallerClass
    arrived: float
    number: int
    place: int = 0
    "Within the own queue, on arrival; 0: served at once."
    is_waiting: bool = False
    estimates: dict[str, float | None] = field(default_factory=dict)

    def score(self, now: float) -> float:
        """Who has the highest is served first."""
        return self.of.priority + self.of.ageing * (now - self.arrived)


class Estimator(Protocol):
    """Somebody who says how long it will take, and learns from what happens."""

    def estimates(self, office: "Office", caller: Caller) -> dict[str, float | None]:
        """What this caller would be told on arrival, in seconds, by name."""

    def arrive(self, caller: Caller, now: float) -> None:
        """A caller came."""

    def serve(self, caller: Caller, waited_s: float) -> None:
        """An agent answered; 0 seconds: at once."""

    def abandon(self, caller: Caller, waited_s: float) -> None:
        """A caller hung up."""

    def finish(self, queue: str, rang_s: float, talked_s: float, wrapped_up_s: float) -> None:
        """An agent is done with a call."""


class Office:
    """The simulation of one scenario."""

    def __init__(self, scenario: Scenario, estimators: Sequence[Estimator], seed: int) -> None:
        self.scenario = scenario
        self.now = 0.0
        self.waiting: list[Caller] = []
        self.agents: list[Agent] = []
        self.done: list[tuple[Caller, float]] = []
        "Those who had to wait and were served, and their waits."
        self.arrived = self.abandoned = self.queued = 0
        self.waited_s = 0.0
        self._estimators = estimators
        # One stream for each purpose: a caller is the same whatever happened before.
        self._arrivals, self._talks, self._patience = (
            random.Random(f"{seed} {purpose}") for purpose in ("arrivals", "talks", "patience")
        )
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = 0
        self._ready: dict[str, deque[Agent]] = {}
        self._recruit()
        for of in scenario.classes:
            self._await_arrival(of)
        for at in scenario.staff_changes_s:
            self._at(at, partial(self._change_staff, at))

    def run(self, until_s: float) -> None:
        """Let time pass."""
        while self._heap and self._heap[0][0] <= until_s:
            self.now, _, happens = heapq.heappop(self._heap)
            happens()
        self.now = until_s

    def count_anew(self) -> None:
        """Forget the figures of all callers, not the callers: an office begins with nobody in it."""
        self.arrived = self.abandoned = self.queued = 0
        self.waited_s = 0.0

    def at_work(self) -> list[Agent]:
        """Agents who will take another call."""
        return [agent for agent in self.agents if not agent.leaves]

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._heap, (when, self._serial, happens))

    # Callers.

    def _await_arrival(self, of: CallerClass) -> None:
        # Thinned from a stream at the highest load, 1.5.
        when = self.now
        while True:
            when += self._arrivals.expovariate(1.5 * of.per_s)
            if self._arrivals.random() < self.scenario.load(when) / 1.5:
                break
        self._at(when, lambda: self._arrive(of))

    def _arrive(self, of: CallerClass) -> None:
        self.arrived += 1
        caller = Caller(of, self.now, self.arrived)
        self._await_arrival(of)
        patience_s = self._patience.expovariate(1.0 / of.patience_s)
        for estimator in self._estimators:
            estimator.arrive(caller, self.now)
        if self._offer(caller):
            return
        self.queued += 1
        caller.place = 1 + sum(other.of.queue == of.queue for other in self.waiting)
        for estimator in self._estimators:
            caller.estimates.update(estimator.estimates(self, caller))
        caller.is_waiting = True
        self.waiting.append(caller)
        self._at(self.now + patience_s, lambda: self._abandon(caller))
        for from_s, _ in of.reaches[1:]:
            self._at(self.now + from_s, lambda: self._relax(caller))

    def _abandon(self, caller: Caller) -> None:
        if caller.is_waiting:
            caller.is_waiting = False
            self.waiting.remove(caller)
            self.abandoned += 1
            self.waited_s += self.now - caller.arrived
            for estimator in self._estimators:
                estimator.abandon(caller, self.now - caller.arrived)

    def _relax(self, caller: Caller) -> None:
        if caller.is_waiting:
            self._offer(caller)

    def _offer(self, caller: Caller) -> bool:
        # Float sums of a moment and a span may fall short of the span by a little.
        kinds = caller.of.kinds(self.now - caller.arrived + 1e-6)
        free = [line[0] for kind in sorted(kinds) if (line := self._ready.get(kind))]
        if not free:
            return False
        agent = min(free, key=lambda agent: (agent.since, agent.number))
        self._ready[agent.kind].remove(agent)
        self._give(agent, caller)
        return True

    # Agents.

    def _give(self, agent: Agent, caller: Caller) -> None:
        if caller.is_waiting:
            caller.is_waiting = False
            self.waiting.remove(caller)
        self._set(agent, "ringing", caller.of.queue)
        self._at(self.now + self.scenario.ring_s, lambda: self._answer(agent, caller))

    def _answer(self, agent: Agent, caller: Caller) -> None:
        waited_s = self.now - caller.arrived
        self.waited_s += waited_s
        if caller.place:
            self.done.append((caller, waited_s))
        for estimator in self._estimators:
            estimator.serve(caller, waited_s)
        self._set(agent, "talking", caller.of.queue)
        talk_s = self._talk_s(caller.of)
        self._at(self.now + talk_s, lambda: self._wrap_up(agent, talk_s))

    def _talk_s(self, of: CallerClass) -> float:
        cv = self.scenario.talk_cv
        if cv is None:
            return self._talks.expovariate(1.0 / of.talk_s)
        sigma2 = math.log(1.0 + cv * cv)
        return self._talks.lognormvariate(math.log(of.talk_s) - sigma2 / 2.0, math.sqrt(sigma2))

    def _wrap_up(self, agent: Agent, talked_s: float) -> None:
        self._set(agent, "wrapping up", agent.queue)
        self._at(self.now + self.scenario.wrap_up_s, lambda: self._finish(agent, talked_s))

    def _finish(self, agent: Agent, talked_s: float) -> None:
        scenario = self.scenario
        for estimator in self._estimators:
            estimator.finish(agent.queue, scenario.ring_s, talked_s, scenario.wrap_up_s)
        if agent.leaves:
            self.agents.remove(agent)
        else:
            self._free(agent)

    def _free(self, agent: Agent) -> None:
        self._set(agent, "ready", "")
        reachable = [
            caller
            for caller in self.waiting
            if agent.kind in caller.of.kinds(self.now - caller.arrived)
        ]
        if reachable:
            self._give(agent, max(reachable, key=lambda each: (each.score(self.now), -each.number)))
        else:
            self._ready.setdefault(agent.kind, deque()).append(agent)

    def _set(self, agent: Agent, state: str, queue: str) -> None:
        agent.state, agent.since, agent.queue = state, self.now, queue

    def _change_staff(self, at: float) -> None:
        self._recruit()
        self._at(self.now + self.scenario.period_s, lambda: self._change_staff(at))

    def _recruit(self) -> None:
        for kind, wanted in self.scenario.staff(self.now % self.scenario.period_s).items():
            here = [agent for agent in self.agents if agent.kind == kind and not agent.leaves]
            for agent in here[wanted:]:
                agent.leaves = True
                if agent.state == "ready":
                    self._ready[kind].remove(agent)
                    self.agents.remove(agent)
            for _ in range(wanted - len(here)):
                self._serial += 1
                agent = Agent(kind, self._serial)
                self.agents.append(agent)
                self._free(agent)
