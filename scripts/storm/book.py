"""What must be so after a crash, kept by reading facts that were safe, without any code of the ledger's.

Times are true seconds, which no clock's step changes.
"""

from dataclasses import dataclass, field

from acd import Center, facts
from acd.pauses import MISSED
from scripts.storm.fault import must

__all__ = ["Book"]


@dataclass(slots=True)
class _Agent:
    station: str = ""
    pause: str = ""
    paused_at: float = 0.0
    calls_taken: int = 0
    missed: int = 0
    missed_in_row: int = 0


@dataclass(slots=True)
class _Caller:
    number: str
    queue: str = ""
    entered: float = 0.0
    is_talking: bool = False


@dataclass(slots=True)
class Book:
    """Agents, call-backs, counters, places and alerts."""

    agents: dict[str, _Agent] = field(default_factory=dict)
    callers: dict[str, _Caller] = field(default_factory=dict)
    call_backs: dict[str, tuple[str, str, float, int]] = field(default_factory=dict)
    "Number, queue, from when on the waiting counts, attempts."
    places: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    "From when on it counts, and when it was left."
    served: dict[str, int] = field(default_factory=dict)
    were_served: set[str] = field(default_factory=set)
    alerts: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    "Rule, subject, who sees to it."
    resume_s: dict[str, float] = field(default_factory=dict)
    "By queue: who calls again so soon gets the old place."
    rounded_s: float = 0.001
    missed_before_pause: int = 2
    called_again: tuple[str, float] = "", 0.0
    "The queue of a call-back that has just ended because its caller is here, and from when on it counts."
    went_on: set[str] = field(default_factory=set)
    "Calls that have left a queue and may bring along what they have waited."
    messages: set[str] = field(default_factory=set)
    begun: int = 0
    ended: int = 0

    def take(self, fact: facts.Fact, at: float) -> None:
        """Read a fact that is safe."""
        match fact:
            case facts.CallOfferedToUs():
                self._begin(fact.call, fact.normal_number or fact.number or "")
            case facts.CallPlaced():
                self._begin(fact.call, "")
            case facts.CallEnded():
                self._end(fact, at)
            case facts.CallerQueued():
                caller = self.callers[fact.call]
                if not caller.is_talking:
                    self._must_have_old_place(fact, caller, at)
                    self.places.pop((caller.number, fact.queue), None)
                    caller.entered = at - fact.waited_before_s
                caller.queue, caller.is_talking = fact.queue, False
            case facts.CallConnected():
                caller = self.callers[fact.call]
                caller.is_talking, caller.queue = True, fact.queue
                self.agents[fact.agent].calls_taken += 1
                if fact.call not in self.were_served:
                    self.were_served.add(fact.call)
                    self.served[fact.queue] = self.served.get(fact.queue, 0) + 1
            case facts.CallBackReached():
                self.agents[fact.agent].calls_taken += 1
            case facts.CallBackRequested():
                row = (fact.number, fact.queue, at - fact.waited_s, 0)
                self.call_backs[fact.call] = row
            case facts.CallBackAttempted():
                self._count_attempt(fact.call_back, 1)
            case facts.CallBackPostponed(counts=False):
                self._count_attempt(fact.call_back, -1)
            case facts.CallBackEnded():
                _, queue, entered, _ = self.call_backs.pop(fact.call_back)
                if fact.why == "the caller called again":
                    self.called_again = queue, entered
            case facts.MessageBegun():
                must(fact.call not in self.messages, "two messages at once", fact)
                self.messages.add(fact.call)
            case facts.MessageEnded():
                must(fact.call in self.messages, "a message ended that had not begun", fact)
                self.messages.remove(fact.call)
            case facts.QueueLeft():
                self.went_on.add(fact.call)
            case facts.AgentLoggedIn():
                agent = self.agents.setdefault(fact.agent, _Agent())
                agent.station, agent.pause, agent.missed_in_row = fact.station, "", 0
            case facts.AgentLoggedOut():
                agent = self.agents[fact.agent]
                agent.station = agent.pause = ""
            case facts.AgentPaused():
                agent = self.agents[fact.agent]
                is_imposed = agent.missed_in_row >= self.missed_before_pause
                must(
                    is_imposed == (fact.reason == MISSED), "a pause for missed offers", fact, agent
                )
                agent.pause, agent.paused_at, agent.missed_in_row = fact.reason, at, 0
            case facts.AgentResumed():
                self.agents[fact.agent].pause = ""
            case facts.OfferMissed():
                agent = self.agents[fact.agent]
                must(agent.missed_in_row < self.missed_before_pause, "rung in a pause", fact, agent)
                agent.missed += 1
                agent.missed_in_row += 1
            case facts.OfferAnswered():
                self.agents[fact.agent].missed_in_row = 0
            case facts.AlertRaised():
                self.alerts[fact.number] = fact.alert, fact.subject, ""
            case facts.AlertAcknowledged():
                alert, subject, _ = self.alerts[fact.number]
                self.alerts[fact.number] = alert, subject, fact.by
            case facts.AlertCleared():
                del self.alerts[fact.number]
            case _:
                pass

    def _must_have_old_place(self, fact: facts.CallerQueued, caller: _Caller, at: float) -> None:
        """Who was cut off or left, and is back in time, stands where he stood."""
        queue, called_back = self.called_again
        self.called_again = "", 0.0
        if queue == fact.queue:
            entered = called_back
        elif fact.call in self.went_on:
            return
        else:
            entered, left = self.places.get((caller.number, fact.queue), (at, at))
            if at - left > self.resume_s.get(fact.queue, 0.0):
                entered = at
        off_s = abs(at - fact.waited_before_s - entered)
        must(off_s < self.rounded_s, "not the old place", fact, at - entered)

    def _count_attempt(self, call_back: str, by: int) -> None:
        number, queue, entered, attempts = self.call_backs[call_back]
        self.call_backs[call_back] = number, queue, entered, max(attempts + by, 0)

    def _begin(self, call: str, number: str) -> None:
        must(call not in self.callers, "a call's number came twice", call)
        self.callers[call] = _Caller(number)
        self.begun += 1

    def _end(self, fact: facts.CallEnded, at: float) -> None:
        caller = self.callers.pop(fact.call, None)
        must(caller is not None, "a call ended that was not up", fact)
        assert caller is not None
        self.ended += 1
        must(fact.call not in self.messages, "a message has no end", fact)
        self.were_served.discard(fact.call)
        self.went_on.discard(fact.call)
        if fact.stage in ("queued", "offering") and caller.number:
            key = caller.number, caller.queue
            self.places.pop(key, None)
            self.places[key] = caller.entered, at

    def must_be_in(self, center: Center, now: float, true_now: float, slack_s: float) -> None:
        """All of it is there after a restart; what the clocks were set by is allowed for."""
        self._look_at_agents(center, now, true_now, slack_s)
        ledger = center._orders.ledger
        must(not self.callers, "calls of the last run that have no end", self.callers)
        records = ledger.call_backs.records
        must(
            {name: (each.number, each.queue) for name, each in records.items()}
            == {name: row[:2] for name, row in self.call_backs.items()},
            "call-backs",
            self.call_backs,
            records,
        )
        for name, (_, _, entered, attempts) in self.call_backs.items():
            record = records[name]
            waited_s = now - record.entered
            must(abs(waited_s - (true_now - entered)) <= slack_s, "a call-back's wait", record)
            must(record.attempts == attempts, "a call-back's attempts", record, attempts)
        for queue, count in self.served.items():
            must(ledger.count(f"served {queue}") == count, "served", queue, count)
        for (number, queue), (entered, left) in self.places.items():
            if true_now - left + slack_s < 3600.0:  # longer none is kept
                place = ledger.memory.places.get((number, queue))
                must(place is not None, "a place is lost", number, queue)
                assert place is not None
                off_s = abs((now - place.entered) - (true_now - entered))
                must(off_s <= slack_s, "a place's time", number, queue, off_s)
        up = {
            each.number: (each.alert, each.subject.name, each.acknowledged_by)
            for each in ledger.alerts
        }
        must(up == self.alerts, "alerts", up, self.alerts)

    def _look_at_agents(self, center: Center, now: float, true_now: float, slack_s: float) -> None:
        for view in center.agents(now):
            agent = self.agents.get(view.agent)
            if agent is None:
                must(view.state == "logged out", "an agent from nowhere", view)
                continue
            must((view.station or "") == agent.station, "a station", view, agent)
            must((view.state == "paused") == bool(agent.pause), "a pause", view, agent)
            must((view.calls_taken, view.missed) == (agent.calls_taken, agent.missed), "counts",
                 view, agent)  # fmt: skip
            if agent.pause:
                must(view.reason == agent.pause, "a pause's reason", view, agent)
                off_s = abs(view.state_lasts_s - (true_now - agent.paused_at))
                must(off_s <= slack_s, "a pause's start", view, agent, true_now)

    def set_times(self, center: Center, now: float, true_now: float) -> None:
        """Clocks were set: what is believed from here on is what the center believes."""
        ledger = center._orders.ledger
        for view in center.agents(now):
            if view.agent in self.agents:
                self.agents[view.agent].paused_at = true_now - view.state_lasts_s
        for name, (number, queue, _, attempts) in tuple(self.call_backs.items()):
            entered = true_now - (now - ledger.call_backs.records[name].entered)
            self.call_backs[name] = number, queue, entered, attempts
        self.places = {
            key: (true_now - (now - place.entered), true_now - (now - place.left))
            for key, place in ledger.memory.places.items()
        }
