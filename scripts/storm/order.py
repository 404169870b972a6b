"""Who must be next, worked out anew from the settings and the journal's facts, by brute force.

It shares no code with `acd.routing` and `acd.calls`: points, requirements and places come from the settings'
values and from what the facts tell; of the agents it takes their records, and whether their handsets are
on-hook. Each decision must be the one that it would make, and must say why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from acd import CenterSettings, facts
from acd.ids import AgentId, QueueName
from acd.ledger import Ledger
from acd.points import NO_POINTS, Points
from acd.queue_settings import Overflow, QueueSettings
from acd.records import AgentRecord, AgentState
from acd.routing import Discipline, SkillRequirement
from acd.settings import AgentSettings, FlowSettings, QueueNode
from scripts.storm.fault import must

__all__ = ["Order"]

_EXACT = 1e-6
_ROUNDED = 6e-4
"Facts carry three digits."


@dataclass(slots=True)
class Place:
    """In one queue."""

    queue: str
    at_once: float
    slope: float
    requires: tuple[SkillRequirement, ...]
    only: str = ""
    only_until: float = 0.0

    def score(self, waited_s: float) -> float:
        """Points after having waited for so long."""
        return self.at_once + self.slope * waited_s


@dataclass(slots=True)
class Waiter:
    """A caller, or a call-back."""

    name: str
    entered: float
    arrival: int
    places: list[Place]
    offers: list[str] = field(default_factory=list)
    still_to_ring: list[str] = field(default_factory=list)
    is_judged: bool = True
    said: Points | None = None
    "Of a call-back: what its caller has brought along."
    is_postponed_until: float | None = None


class Order:
    """Everybody who waits, and who may be rung.

    Args:
        settings: With the agents' own queues.
        is_on_hook: Whether a station's handset can be rung.
    """

    def __init__(self, settings: CenterSettings, is_on_hook: Callable[[str], bool]) -> None:
        self._is_on_hook = is_on_hook
        self.waiters: dict[str, Waiter] = {}
        self._of_called: dict[str, Points] = {}
        self._of_node: dict[str, Points] = {}
        self._raised: dict[str, tuple[Points, ...]] = {}
        self._overflowed: dict[str, list[Overflow]] = {}
        "Rules that have been carried out for a caller who waits."
        self._lists_of: dict[str, tuple[str, ...]] = {}
        self._arrivals: dict[str, int] = {}
        self._called_back: dict[str, str] = {}
        self._serial = 0
        self._before = 0.0
        self.decisions = 0
        self.shared = 0
        self.not_judged = 0
        self.follow(settings)

    def follow(self, settings: CenterSettings) -> None:
        """Other settings are in force: those who wait have other points, and ask for other skills."""
        self._settings = settings
        self._queues: dict[str, QueueSettings] = {each.name: each for each in settings.queues}
        self._agents: dict[str, AgentSettings] = {each.agent: each for each in settings.agents}
        self._flows: dict[str, FlowSettings] = {each.name: each for each in settings.flows}
        self._lists = {each.name: each.points for each in settings.caller_lists}
        self._positions: dict[tuple[str, str], int] = {
            (queue.name, agent): place
            for queue in settings.queues
            for place, agent in enumerate(queue.agents)
        }
        self._helpers: dict[tuple[str, str], int] = {}
        for loan in settings.loans:
            for place, agent in enumerate(loan.agents):
                self._helpers[loan.queue, agent] = 1000 + place
        for name, waiter in self.waiters.items():
            for held in waiter.places:
                if waiter.said is None:
                    other = self._place(name, held.queue)
                    held.at_once, held.slope = other.at_once, other.slope
                    held.requires = other.requires
                else:
                    self._rate_call_back(held, waiter.said)

    # ------------------------------------------------------------ what happens

    def begin_anew(self, ledger: Ledger, now: float) -> None:
        """After a restart: only call-backs are left."""
        self.waiters.clear()
        for memory in (
            self._of_called, self._of_node, self._raised,
            self._lists_of, self._arrivals, self._called_back, self._overflowed,
        ):  # fmt: skip
            memory.clear()
        self._before = now
        for record in ledger.call_backs.records.values():
            waiter = self._call_back(
                record.call_back, record.queue, record.entered, record.priority, record.ageing,
                record.needs,
            )  # fmt: skip
            waiter.is_postponed_until = record.not_before

    def settle(self, now: float) -> None:
        """All that follows from one event has been done."""
        for waiter in self.waiters.values():
            must(not waiter.still_to_ring, "handsets that were to ring do not", waiter)
            waiter.is_judged = True
            if waiter.is_postponed_until is not None and waiter.is_postponed_until <= now:
                waiter.is_postponed_until = None
                waiter.arrival = self._next_arrival()
        self._before = now

    def take(self, fact: facts.Fact, now: float, ledger: Ledger) -> None:
        """Let a fact be known, before it changes the ledger."""
        handler = _HANDLERS.get(type(fact))
        if handler is not None:
            handler(self, fact, now, ledger)

    def _next_arrival(self) -> int:
        self._serial += 1
        return self._serial

    def _offered_to_us(self, fact: facts.CallOfferedToUs, _: float, __: Ledger) -> None:
        numbers = [
            each
            for each in self._settings.number_plan.called
            if fact.called and fact.called.startswith(each.number)
        ]
        if numbers:
            self._of_called[fact.call] = max(numbers, key=lambda each: len(each.number)).points

    def _enter_flow(self, fact: facts.FlowEntered, _: float, __: Ledger) -> None:
        node = self._flows[fact.flow].nodes[fact.node]
        self._of_node[fact.call] = node.points if isinstance(node, QueueNode) else NO_POINTS

    def _queue(self, fact: facts.CallerQueued, now: float, _: Ledger) -> None:
        self._lists_of[fact.call] = fact.lists
        entered = now - fact.waited_before_s
        arrival = self._arrivals.setdefault(fact.call, self._next_arrival())
        queues = (fact.queue, *fact.also)
        places = [self._place(fact.call, queue) for queue in queues]
        if fact.prefers:
            places[0].only = fact.prefers
            places[0].only_until = now + self._queues[fact.queue].last_agent_s
        self.waiters[fact.call] = Waiter(fact.call, entered, arrival, places)

    def _place(self, call: str, queue: str) -> Place:
        settings = self._queues[queue]
        words = [
            self._of_called.get(call, NO_POINTS),
            *(self._lists[name] for name in self._lists_of.get(call, ())),
            self._of_node.get(call, NO_POINTS),
            *self._raised.get(call, ()),
        ]
        ageing = settings.ageing
        for word in words:
            if word.ageing is not None:
                ageing = word.ageing
        return Place(
            queue=queue,
            at_once=settings.weight * (settings.priority + sum(word.priority for word in words)),
            slope=settings.weight * ageing,
            requires=(*settings.requires, *(need for word in words for need in word.requires)),
        )

    def _overflow(self, fact: facts.CallOverflowed, _: float, __: Ledger) -> None:
        rule = next(
            each
            for each in self._queues[fact.queue].overflows
            if each.priority == fact.priority and fact.to in ("", each.to)
        )
        done = self._overflowed.setdefault(fact.call, [])
        must(rule not in done, "a rule for the second time", fact)
        done.append(rule)
        points = Points(priority=rule.priority, ageing=rule.ageing)
        self._raised[fact.call] = (*self._raised.get(fact.call, ()), points)
        waiter = self.waiters[fact.call]
        for place in waiter.places:
            other = self._place(fact.call, place.queue)
            place.at_once, place.slope = other.at_once, other.slope
        if fact.to:
            waiter.places.append(self._place(fact.call, fact.to))

    def _leave(
        self, fact: facts.QueueLeft | facts.CallEnded | facts.CallConnected, _: float, __: Ledger
    ) -> None:
        self.waiters.pop(fact.call, None)
        if not isinstance(fact, facts.CallConnected):
            self._arrivals.pop(fact.call, None)
            self._overflowed.pop(fact.call, None)
        if isinstance(fact, facts.CallEnded):
            for memory in (self._of_called, self._of_node, self._raised, self._lists_of):
                memory.pop(fact.call, None)
            self._called_back.pop(fact.call, None)

    # Call-backs.

    def _call_back(
        self,
        name: str,
        queue: str,
        entered: float,
        priority: float,
        ageing: float | None,
        needs: tuple[str, ...],
    ) -> Waiter:
        asked = tuple(
            SkillRequirement(skill=skill, level=int(level))
            for skill, _, level in (need.partition(">=") for need in needs)
        )
        place = Place(queue, 0.0, 0.0, ())
        waiter = Waiter(f"call-back {name}", entered, self._next_arrival(), [place])
        waiter.said = Points(priority=priority, ageing=ageing, requires=asked)
        self._rate_call_back(place, waiter.said)
        self.waiters[waiter.name] = waiter
        return waiter

    def _rate_call_back(self, place: Place, said: Points) -> None:
        queue = self._queues[place.queue]
        place.at_once = queue.weight * (queue.priority + said.priority)
        place.slope = queue.weight * (queue.ageing if said.ageing is None else said.ageing)
        place.requires = (*queue.requires, *said.requires)

    def _request(self, fact: facts.CallBackRequested, now: float, _: Ledger) -> None:
        entered = now - fact.waited_s
        self._call_back(fact.call, fact.queue, entered, fact.priority, fact.ageing, fact.needs)

    def _call_again(self, fact: facts.CallPlaced, _: float, __: Ledger) -> None:
        if fact.call_back:
            self._called_back[fact.call] = f"call-back {fact.call_back}"

    def _attempt(self, fact: facts.CallBackAttempted, _: float, __: Ledger) -> None:
        waiter = self.waiters[f"call-back {fact.call_back}"]
        waiter.offers.clear()
        waiter.is_postponed_until = float("inf")

    def _postpone(self, fact: facts.CallBackPostponed, now: float, _: Ledger) -> None:
        self.waiters[f"call-back {fact.call_back}"].is_postponed_until = now + fact.delay_s

    def _end_call_back(self, fact: facts.CallBackEnded, _: float, __: Ledger) -> None:
        self.waiters.pop(f"call-back {fact.call_back}", None)

    # Offers.

    def _take_back(
        self, fact: facts.OfferMissed | facts.OfferWithdrawn, _: float, __: Ledger
    ) -> None:
        waiter = self.waiters.get(self._called_back.get(fact.call, fact.call))
        if waiter is not None and fact.agent in waiter.offers:
            waiter.offers.remove(fact.agent)

    def _offer(self, fact: facts.OfferMade, now: float, ledger: Ledger) -> None:
        waiter = self.waiters[self._called_back.get(fact.call, fact.call)]
        if waiter.still_to_ring:
            must(fact.agent == waiter.still_to_ring.pop(0), "not the next one to ring", fact)
        elif not (waiter.offers and not waiter.is_judged):
            self._judge(waiter, fact, now, ledger)
        waiter.offers.append(fact.agent)

    # ------------------------------------------------------------ what must be

    def _judge(self, waiter: Waiter, fact: facts.OfferMade, now: float, ledger: Ledger) -> None:
        self.decisions += 1
        must(not waiter.offers, "offered while handsets ring already", fact, waiter)
        due = waiter.is_postponed_until
        must(due is None or due <= now, "a call-back that is not due", fact, waiter)
        waiter.is_postponed_until = None
        place = next((each for each in waiter.places if each.queue == fact.queue), None)
        assert place is not None, f"{fact} for one who does not wait there"
        why, waited_s = fact.why, now - waiter.entered
        score = place.score(waited_s)
        must(abs(_float(why["waited_s"]) - waited_s) < _ROUNDED, "waited_s", fact, waited_s)
        must(abs(_float(why["score"]) - score) < _ROUNDED, "score", fact, score)
        record = ledger.agent(fact.agent)
        must(self._is_ready(record, now), "an agent who is not ready", fact, record)
        must(self.will_do(record, waiter, place, now), "an agent who can't serve", fact, waiter)
        self._judge_caller(waiter, place, record, fact, now)
        self._judge_agents(waiter, place, fact, now, ledger)

    def _judge_caller(
        self, waiter: Waiter, place: Place, agent: AgentRecord, fact: facts.OfferMade, now: float
    ) -> None:
        """Nobody whom this agent could serve may be passed over, unless the shares say so."""
        shares = self._agents[agent.agent].allocation
        must(("lag" in fact.why) == bool(shares), "shares are told, or there are none", fact)
        if shares:
            self.shared += 1
            due = self._due_by_shares(agent, now, but=None)
            must(due == fact.queue, "not the queue that is due by the shares", fact, due)
        mine = self._rank(waiter, place, now)
        for other in self.waiters.values():
            if other is waiter or not self.is_waiting(other):
                continue
            for rank, there in enumerate(other.places):
                theirs = self._rank(other, there, now, rank)
                if (shares and there.queue != fact.queue) or theirs >= mine:
                    continue
                must(
                    abs(theirs[0] - mine[0]) < _EXACT
                    or not self.will_do(agent, other, there, now),
                    "somebody who was before is passed over",
                    fact, other, theirs, mine,
                )  # fmt: skip

    def _rank(
        self, waiter: Waiter, place: Place, now: float, rank: int | None = None
    ) -> tuple[float, float, int, int]:
        index = waiter.places.index(place) if rank is None else rank
        return -place.score(now - waiter.entered), waiter.entered, waiter.arrival, index

    def _judge_agents(
        self, waiter: Waiter, place: Place, fact: facts.OfferMade, now: float, ledger: Ledger
    ) -> None:
        """Those must ring whom the discipline puts first."""
        able: list[AgentRecord] = []
        for record in ledger.agents.values():
            if record.agent not in self._agents:
                continue
            if self._is_unsure(record, now):
                self.not_judged += 1
                waiter.is_judged = False
                return
            if (
                self._is_ready(record, now)
                and self.will_do(record, waiter, place, now)
                and self._due_by_shares(record, now, but=None) in ("", place.queue)
            ):
                able.append(record)
        able.sort(key=lambda record: self._key(record, place, now))
        queue = self._queues[place.queue]
        at_once = 1
        if queue.discipline is Discipline.RING_ALL:
            at_once = len(able)
        elif queue.discipline is Discipline.RING_SOME:
            at_once = queue.ring_at_once
        names = [record.agent for record in able]
        keys = [self._key(record, place, now) for record in able]
        if len(set(keys)) < len(keys):  # helpers who stand on no list are equal
            equals = {name for name, key in zip(names, keys, strict=True) if key == keys[0]}
            must(fact.agent in equals, "not an agent of the discipline", fact, names, keys)
            waiter.is_judged = False
            return
        must(names[:1] == [fact.agent], "not the agent of the discipline", fact, names)
        must(fact.why["candidates"] == len(able), "candidates", fact, names)
        told = fact.why.get("next_agent")
        must(told == (names[at_once] if len(names) > at_once else None), "next", fact, names)
        waiter.still_to_ring = names[1:at_once]

    def is_waiting(self, waiter: Waiter) -> bool:
        """Whether somebody waits for whom nothing rings."""
        return not waiter.offers and waiter.is_postponed_until is None

    def ready(self, ledger: Ledger, now: float) -> list[AgentRecord]:
        """Those who must be known to be free."""
        return [
            record
            for record in ledger.agents.values()
            if self._is_ready(record, now) and not self._is_unsure(record, now)
        ]

    def _is_ready(self, record: AgentRecord, now: float) -> bool:
        return (
            record.state is AgentState.READY
            and self._is_on_hook(record.station)
            and (
                record.last_missed is None
                or record.last_missed + self._settings.missed_offer_delay_s <= now
            )
        )

    def _is_unsure(self, record: AgentRecord, now: float) -> bool:
        """The delay after a missed offer ends in a moment in which other things are due, too."""
        if record.last_missed is None or record.state is not AgentState.READY:
            return False
        return self._before < record.last_missed + self._settings.missed_offer_delay_s <= now

    def will_do(self, record: AgentRecord, waiter: Waiter, place: Place, now: float) -> bool:
        """Whether this agent serves this queue now, and has what is asked for."""
        if self._position(record, place.queue) is None:
            return False
        if place.only and now < place.only_until and place.only != record.agent:
            return False
        skills, waited_s = self._agents[record.agent].skills, now - waiter.entered
        for need in place.requires:
            level = need.level
            for relaxation in need.relaxes:
                if waited_s >= relaxation.after_s:
                    level = min(level, relaxation.level)
            if skills.get(need.skill, 0) < level:
                return False
        return True

    def _position(self, record: AgentRecord, queue: str) -> int | None:
        position = self._positions.get((queue, record.agent))
        if position is not None and not any(queue in loan.leaves for loan in record.lent.values()):
            return position
        if queue in record.lent:
            return self._helpers.get((queue, record.agent), 2000)
        return None

    def _due_by_shares(self, record: AgentRecord, now: float, *, but: Waiter | None) -> str:
        """The queue that lags most behind this agent's shares, of those in which somebody waits."""
        shares = self._agents[record.agent].allocation
        if not shares:
            return ""
        waited_for = {
            place.queue
            for waiter in self.waiters.values()
            if waiter is not but and self.is_waiting(waiter)
            for place in waiter.places
            if self.will_do(record, waiter, place, now)
        }
        names = list(shares)
        ranked = sorted(
            waited_for,
            key=lambda name: (
                -self._lag(record, name),
                names.index(QueueName(name)) if name in names else len(names),
                name,
            ),
        )
        return ranked[0] if ranked else "nobody waits"

    def _lag(self, record: AgentRecord, queue: str) -> float:
        shares = self._agents[record.agent].allocation
        if not shares:
            return 0.0
        taken = sum(record.taken.get(each, 0) for each in shares)
        had = record.taken.get(queue, 0) / taken if taken else 0.0
        return shares.get(QueueName(queue), 0.0) / sum(shares.values()) - had

    def _key(self, record: AgentRecord, place: Place, now: float) -> tuple[float, int]:
        queue, idle = place.queue, record.idle_rank
        position = self._position(record, queue)
        assert position is not None
        match self._queues[queue].discipline:
            case Discipline.LONGEST_IDLE:
                return 0.0, idle
            case Discipline.LEAST_OCCUPIED:
                length = now - record.logged_in_at
                return (min(record.busy_s / length, 1.0) if length > 0 else 0.0), idle
            case Discipline.FEWEST_CALLS | Discipline.WEIGHTED:
                return record.turns.get(queue, 0.0), idle
            case Discipline.ROUND_ROBIN | Discipline.RING_ALL | Discipline.RING_SOME:
                return float(record.offered_last.get(queue, 0)), position
            case Discipline.TOP_DOWN:
                return 0.0, position
            case Discipline.PERCENT_ALLOCATION:
                return -self._lag(record, queue), idle
            case Discipline.BEST_SKILLED:
                skills = self._agents[AgentId(record.agent)].skills
                asked = {need.skill for need in place.requires if need.level > 0}
                return -float(sum(skills.get(skill, 0) for skill in asked)), idle


def _float(value: str | float | None) -> float:
    assert isinstance(value, int | float)
    return float(value)


_HANDLERS: dict[type, Callable[..., None]] = {
    facts.CallOfferedToUs: Order._offered_to_us,
    facts.FlowEntered: Order._enter_flow,
    facts.CallerQueued: Order._queue,
    facts.CallOverflowed: Order._overflow,
    facts.QueueLeft: Order._leave,
    facts.CallEnded: Order._leave,
    facts.CallConnected: Order._leave,
    facts.CallBackRequested: Order._request,
    facts.CallPlaced: Order._call_again,
    facts.CallBackAttempted: Order._attempt,
    facts.CallBackPostponed: Order._postpone,
    facts.CallBackEnded: Order._end_call_back,
    facts.OfferMissed: Order._take_back,
    facts.OfferWithdrawn: Order._take_back,
    facts.OfferMade: Order._offer,
}
