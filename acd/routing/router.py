"""Who is next. Pure: contacts, agents and times go in, decisions come out.

The contact with the highest score of those that a free agent could serve comes first, and gets the agent whom
the discipline of its queue prefers. An agent for whom shares of queues are set serves only that queue, of
those in which somebody waits whom the agent could serve, that lags most behind its share.

Nothing is looked at again that has not changed: a free agent and a contact that could have each other never
wait both, so whatever changes (an agent is free, a contact comes, less is asked for) can only bring together
what has just changed with somebody else.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from math import inf

from acd.ids import AgentId, CallId, QueueName
from acd.routing.decision import Decision, Rival, Trigger
from acd.routing.disciplines import KEYS, lag, lagging_queue
from acd.routing.lanes import Entry, Front, Lane, Waiter
from acd.routing.members import Discipline, RoutedAgent, RoutedQueue, Standing
from acd.routing.skills import Wanted

__all__ = ["Router"]

_EVERYBODY = 1_000_000
_Relaxing = tuple[float, int, int, Entry]
"When, a serial number, from which stage, and who."


class Router:
    """Contacts that wait, agents who are free."""

    def __init__(self) -> None:
        self._queues: dict[QueueName, RoutedQueue] = {}
        self._agents: dict[AgentId, RoutedAgent] = {}
        self._waiters: dict[CallId, Waiter] = {}
        self._relaxing: list[_Relaxing] = []
        self._serial = 0
        self._freed: dict[RoutedAgent, None] = {}
        "Agents, and contacts, that have changed since the last decision."
        self._come: dict[Waiter, Trigger] = {}

    # ------------------------------------------------------------ who serves what

    def set_queue(self, name: QueueName, discipline: Discipline, *, at_once: int = 1) -> None:
        """Make a queue known, or change how it chooses.

        Args:
            name: Which.
            discipline: How it chooses among free agents.
            at_once: How many handsets `Discipline.RING_SOME` rings; the others ring one, or all.
        """
        queue = self._queues.setdefault(name, RoutedQueue(name))
        queue.discipline = discipline
        match discipline:
            case Discipline.RING_ALL:
                queue.at_once = _EVERYBODY
            case Discipline.RING_SOME:
                queue.at_once = max(at_once, 1)
            case _:
                queue.at_once = 1

    def set_agent(
        self,
        agent: AgentId,
        levels: Mapping[str, int],
        queues: Mapping[QueueName, int],
        allocation: Mapping[QueueName, float] | None = None,
    ) -> None:
        """Make an agent known, or change what an agent serves; nobody who is rung is affected.

        Args:
            agent: Who.
            levels: By skill.
            queues: By queue: the position in its list, for disciplines that go by it.
            allocation: By queue: shares of the agent's contacts.
        """
        routed = self._agents.get(agent)
        if routed is None:
            routed = self._agents[agent] = RoutedAgent(agent, {}, {})
        standing = routed.standing
        self.make_busy(agent)
        for queue in routed.queues:
            del queue.members[routed]
            for lane in queue.lanes.values():
                lane.able.pop(routed, None)
        routed.levels, routed.allocation = dict(levels), dict(allocation or {})
        routed.queues = [self._queues[name] for name in queues]
        for queue in routed.queues:
            queue.members[routed] = queues[queue.name]
            for lane in queue.lanes.values():
                if lane.wanted.is_met_by(agent, routed.levels):
                    lane.able[routed] = None
        _look(routed)
        if standing is not None:
            self.make_ready(agent, standing)

    def remove_agent(self, agent: AgentId) -> None:
        """Forget an agent, who is offered nothing."""
        self.set_agent(agent, {}, {})
        self.make_busy(agent)
        del self._agents[agent]

    def remove_queue(self, name: QueueName) -> None:
        """Forget a queue that nobody serves and in which nobody waits.

        Raises:
            ValueError: Somebody does.
        """
        queue = self._queues[name]
        if queue.members or queue.offered or any(queue.lanes.values()):
            raise ValueError(f"queue {name} is in use")
        del self._queues[name]

    def make_ready(self, agent: AgentId, standing: Standing) -> None:
        """An agent is free; who is so already keeps being so."""
        routed = self._agents[agent]
        if routed.standing is None:
            routed.standing = standing
            self._freed[routed] = None

    def make_busy(self, agent: AgentId) -> None:
        """An agent is not free, for whatever reason."""
        routed = self._agents.get(agent)
        if routed is not None and routed.standing is not None:
            self._occupy(routed)

    def is_ready(self, agent: AgentId) -> bool:
        """Whether this agent can be rung."""
        routed = self._agents.get(agent)
        return routed is not None and routed.standing is not None

    def _occupy(self, agent: RoutedAgent) -> None:
        agent.standing = None
        self._freed.pop(agent, None)
        if agent.is_listed:
            agent.is_listed = False
            for queue in agent.queues:
                del queue.ready[agent]

    def _list(self, agent: RoutedAgent) -> None:
        if not agent.is_listed:
            agent.is_listed = True
            for queue in agent.queues:
                queue.ready[agent] = None

    # ------------------------------------------------------------ who waits

    def enter(self, contact: CallId, entries: Sequence[Entry], now: float) -> None:
        """Let a contact wait, in all these queues at once; it is served once."""
        waiter = self._waiters[contact] = Waiter(contact, [])
        for entry in entries:
            self._add(waiter, entry, now)
        self._come[waiter] = Trigger.CONTACT_CAME

    def extend(self, contact: CallId, entry: Entry, now: float) -> None:
        """Let a contact that waits do so in one more queue."""
        waiter = self._waiters[contact]
        self._add(waiter, entry, now)
        if not waiter.is_offered:
            self._come[waiter] = Trigger.EXTENDED

    def rescore(
        self, contact: CallId, queue: QueueName, at_zero: float, slope: float, now: float
    ) -> None:
        """Give a contact other points in a queue; those who wait with it may be served sooner or later."""
        entry = self.entry(contact, queue)
        lane = entry.lane
        if lane is not None:
            lane.leave(entry)
        entry.at_zero, entry.slope = at_zero, slope
        if lane is not None:
            lane.enter(entry, now)

    def revise(self, contact: CallId, revised: Entry, now: float) -> None:
        """Let a contact want something else in a queue, and have other points there, from now on."""
        entry = self.entry(contact, revised.queue)
        waiter, lane = entry.waiter, entry.lane
        assert waiter is not None
        if lane is not None:
            self._give_up_place(entry, lane)
        entry.at_zero, entry.slope = revised.at_zero, revised.slope
        entry.stages, entry.stage = revised.stages, 0
        self._advance(entry, now)
        if lane is not None:
            self._take_place(entry, now)
            self._come.setdefault(waiter, Trigger.RELAXED)

    def leave(self, contact: CallId, now: float) -> None:
        """A contact waits no longer; one that waits nowhere does no harm."""
        waiter = self._waiters.pop(contact, None)
        if waiter is not None:
            waiter.is_waiting = False
            self._come.pop(waiter, None)
            self._give_up_places(waiter)
            if waiter.is_offered:
                for entry in waiter.entries:
                    del self._queues[entry.queue].offered[entry]

    def give_back(self, contact: CallId, now: float) -> None:
        """No handset rings any more for this contact: it waits again, at its old places."""
        waiter = self._waiters[contact]
        if waiter.is_offered:
            waiter.is_offered = False
            for entry in waiter.entries:
                del self._queues[entry.queue].offered[entry]
                self._take_place(entry, now)
            self._come[waiter] = Trigger.CONTACT_CAME

    def entry(self, contact: CallId, queue: QueueName) -> Entry:
        """What is known of a contact's place in a queue.

        Raises:
            LookupError: It does not wait there.
        """
        waiter = self._waiters.get(contact)
        for entry in () if waiter is None else waiter.entries:
            if entry.queue == queue:
                return entry
        raise LookupError(f"call {contact} does not wait in queue {queue}")

    def place(self, contact: CallId, queue: QueueName, now: float) -> int:
        """The place in a queue, those who are offered among them; 1 is next.

        Raises:
            LookupError: It does not wait there.
        """
        entry, routed = self.entry(contact, queue), self._queues[queue]
        ahead = sum(lane.ahead_of(entry, now) for lane in routed.lanes.values())
        return 1 + ahead + sum(other.is_before(entry, now) for other in routed.offered)

    def ahead(self, entry: Entry, queue: QueueName, now: float) -> Iterator[tuple[Wanted, int]]:
        """Who would be served before an entry, if that waited in this queue: how many, by what they want.

        Those who are offered are not counted. The entry may be one that has not entered.
        """
        for lane in self._queues[queue].lanes.values():
            count = lane.ahead_of(entry, now)
            if count:
                yield lane.wanted, count

    def next_relaxation(self) -> float | None:
        """When less is asked for next, by anybody."""
        heap = self._relaxing
        while heap and not _still_relaxes(heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    # ------------------------------------------------------------ who gets whom

    def decide(self, now: float) -> list[Decision]:
        """Bring together who can be: the agents are busy and the contacts offered from here on."""
        self._relax(now)
        decisions: list[Decision] = []
        while self._freed or self._come:
            decision = self._decide_next(now)
            if decision is None:
                break
            decisions.append(decision)
        return decisions

    def _decide_next(self, now: float) -> Decision | None:
        """The contact with the highest score of those for whom something has changed."""
        best: Entry | None = None
        runner_up: Entry | None = None
        trigger = Trigger.AGENT_FREE
        if not self._come and len(self._freed) == 1:
            # The usual case. Nobody else who is free could serve anybody who waits.
            (agent,) = self._freed
            best, runner_up = self._best_for(agent, now)
            if best is not None:
                return self._assign(best, [agent], trigger, runner_up, now)
        for agent in tuple(self._freed):
            self._list(agent)
            entry, second = self._best_for(agent, now)
            if entry is None:
                del self._freed[agent]
            elif best is None or entry.is_before(best, now):
                best, runner_up = entry, second
        for waiter in tuple(self._come):
            entry = self._servable(waiter, now)
            if entry is None:
                if not self._is_held_by_shares(waiter):
                    del self._come[waiter]
            elif best is None or entry.is_before(best, now):
                best, runner_up, trigger = entry, None, self._come[waiter]
        if best is None:
            self._come.clear()
            return None
        return self._assign(best, self._able(best, now), trigger, runner_up, now)

    def _best_for(self, agent: RoutedAgent, now: float) -> tuple[Entry | None, Entry | None]:
        """The contact that this agent should serve next, and the best one of another front."""
        lagging = self._lagging(agent, now) if agent.allocation else None
        best: Entry | None = None
        second: Entry | None = None
        highest = higher = -inf
        for front in agent.fronts:
            if front.until <= now:
                front.refresh(now)
            score = front.at_zero + front.slope * now
            if score < higher:
                continue
            head = front.best
            if head is None or (lagging is not None and front.queue.name != lagging):
                continue
            if score > highest or best is None or head.is_before(best, now):
                best, second, highest, higher = head, best, score, highest
            elif score > higher or second is None or head.is_before(second, now):
                second, higher = head, score
        return best, second

    def _lagging(self, agent: RoutedAgent, now: float) -> QueueName | None:
        """Of the queues in which somebody waits for this agent the one that is due by the shares."""
        waited_for: set[QueueName] = set()
        for front in agent.fronts:
            if front.until <= now:
                front.refresh(now)
            if front.best is not None:
                waited_for.add(front.queue.name)
        return lagging_queue(agent, waited_for) if waited_for else None

    def _servable(self, waiter: Waiter, now: float) -> Entry | None:
        """The place with most points through which a free agent can serve this contact."""
        best: Entry | None = None
        for entry in waiter.entries:
            if (best is None or entry.is_before(best, now)) and self._able(entry, now):
                best = entry
        return best

    def _is_held_by_shares(self, waiter: Waiter) -> bool:
        """Somebody who is free owes another queue a contact, which may yet be given to somebody else."""
        return any(
            agent in entry.lane.able
            for entry in waiter.entries
            if entry.lane is not None
            for agent in entry.lane.queue.ready
        )

    def _able(self, entry: Entry, now: float) -> list[RoutedAgent]:
        """The free agents who could serve a contact through this place."""
        lane = entry.lane
        assert lane is not None, "an offered contact is not offered again"
        ready = lane.queue.ready
        if not ready:
            return []
        able = lane.able
        return [
            agent
            for agent in ready
            if agent in able
            and (not agent.allocation or self._lagging(agent, now) == lane.queue.name)
        ]

    def _assign(
        self,
        entry: Entry,
        able: list[RoutedAgent],
        trigger: Trigger,
        runner_up: Entry | None,
        now: float,
    ) -> Decision:
        lane, waiter = entry.lane, entry.waiter
        assert lane is not None
        assert waiter is not None
        queue = lane.queue
        ranked, keys = _rank(queue, able, entry.asked, now)
        chosen = ranked[: queue.at_once]
        rival = None
        if len(ranked) > queue.at_once:
            rival = Rival(ranked[queue.at_once].agent, keys[queue.at_once])
        first = chosen[0]
        lagging = lag(first, queue.name) if first.allocation else None
        for agent in chosen:
            self._occupy(agent)
        self._hold_back(waiter)
        if trigger is Trigger.AGENT_FREE:
            after = _after(first, queue, now)
            if after is not None and (runner_up is None or after.is_before(runner_up, now)):
                runner_up = after
        return Decision(
            contact=waiter.contact,
            queue=queue.name,
            agents=tuple(agent.agent for agent in chosen),
            trigger=trigger,
            waited_s=now - entry.entered,
            score=entry.score(now),
            next_contact=(
                Rival(runner_up.waiter.contact, runner_up.score(now))
                if runner_up is not None and runner_up.waiter is not None
                else None
            ),
            discipline=queue.discipline,
            key=keys[0],
            candidates=len(ranked),
            next_agent=rival,
            wanted=entry.wanted,
            stage=entry.stage,
            lag=lagging,
        )

    # ------------------------------------------------------------ places

    def _add(self, waiter: Waiter, entry: Entry, now: float) -> None:
        entry.waiter, entry.rank = waiter, len(waiter.entries)
        waiter.entries.append(entry)
        self._advance(entry, now)
        if waiter.is_offered:
            self._queues[entry.queue].offered[entry] = None
        else:
            self._take_place(entry, now)

    def _hold_back(self, waiter: Waiter) -> None:
        self._come.pop(waiter, None)
        self._give_up_places(waiter)
        waiter.is_offered = True
        for entry in waiter.entries:
            self._queues[entry.queue].offered[entry] = None

    def _take_place(self, entry: Entry, now: float) -> None:
        queue, wanted = self._queues[entry.queue], entry.stages[entry.stage].wanted
        lane = queue.lanes.get(wanted)
        if lane is None:
            lane = self._open(queue, wanted)
        entry.lane = lane
        lane.enter(entry, now)

    def _give_up_places(self, waiter: Waiter) -> None:
        for entry in waiter.entries:
            if entry.lane is not None:
                self._give_up_place(entry, entry.lane)

    def _give_up_place(self, entry: Entry, lane: Lane) -> None:
        entry.lane = None
        lane.leave(entry)
        if lane.wanted.only is not None and not lane:
            # There may be one for each caller's last agent: not kept when empty.
            del lane.queue.lanes[lane.wanted]
            for agent in lane.able:
                _look(agent)

    def _open(self, queue: RoutedQueue, wanted: Wanted) -> Lane:
        lane = queue.lanes[wanted] = Lane(queue, wanted)
        for agent in queue.members:
            if wanted.is_met_by(agent.agent, agent.levels):
                lane.able[agent] = None
        for agent in lane.able:
            _look(agent)
        seen = {front for agent in queue.members for front in agent.fronts}
        for lanes, front in tuple(queue.fronts.items()):
            if front not in seen:
                front.close()
                del queue.fronts[lanes]
        return lane

    def _advance(self, entry: Entry, now: float) -> None:
        """Go to the stage of this moment, and remember when the next one comes."""
        waited_s, stages = now - entry.entered, entry.stages
        last = len(stages) - 1
        while entry.stage < last and waited_s >= stages[entry.stage + 1].after_s:
            entry.stage += 1
        if entry.stage < last:
            due = entry.entered + stages[entry.stage + 1].after_s
            self._serial += 1
            heapq.heappush(self._relaxing, (due, self._serial, entry.stage, entry))

    def _relax(self, now: float) -> None:
        heap = self._relaxing
        while heap and heap[0][0] <= now:
            item = heapq.heappop(heap)
            if not _still_relaxes(item):
                continue
            entry = item[-1]
            waiter, lane = entry.waiter, entry.lane
            assert waiter is not None
            entry.stage += 1
            self._advance(entry, now)
            if lane is not None:
                self._give_up_place(entry, lane)
                self._take_place(entry, now)
                self._come.setdefault(waiter, Trigger.RELAXED)
        if len(heap) > 4 * len(self._waiters) + 1024:
            self._relaxing = [item for item in heap if _still_relaxes(item)]
            heapq.heapify(self._relaxing)


def _still_relaxes(item: _Relaxing) -> bool:
    at, _, stage, entry = item
    if entry.waiter is None or not entry.waiter.is_waiting or entry.stage != stage:
        return False
    # What is asked for may have been revised meanwhile.
    following = entry.stages[stage + 1 : stage + 2]
    return bool(following) and at == entry.entered + following[0].after_s


def _look(agent: RoutedAgent) -> None:
    """Let an agent see the lanes that it can serve, and no others."""
    fronts: list[Front] = []
    for queue in agent.queues:
        lanes = tuple(lane for lane in queue.lanes.values() if agent in lane.able)
        shared = tuple(lane for lane in lanes if lane.wanted.only is None)
        front = queue.fronts.get(shared)
        if front is None:
            front = queue.fronts[shared] = Front(queue, shared)
        fronts.append(front)
        fronts += [
            lane.fronts[0] if lane.fronts else Front(queue, (lane,))
            for lane in lanes
            if lane.wanted.only is not None
        ]
    agent.fronts = fronts


def _after(agent: RoutedAgent, queue: RoutedQueue, now: float) -> Entry | None:
    """Who is first for this agent in this queue, now that the one before is gone."""
    best: Entry | None = None
    for front in agent.fronts:
        if front.queue is queue:
            if front.until <= now:
                front.refresh(now)
            head = front.best
            if head is not None and (best is None or head.is_before(best, now)):
                best = head
    return best


def _rank(
    queue: RoutedQueue, able: list[RoutedAgent], asked: tuple[str, ...], now: float
) -> tuple[list[RoutedAgent], list[float]]:
    """Free agents in the order of the queue's discipline, and what it compares in each."""
    key_of = KEYS[queue.discipline]
    if len(able) == 1:
        return able, [key_of(able[0], queue, asked, now)[0]]
    ranked = sorted((*key_of(agent, queue, asked, now), index) for index, agent in enumerate(able))
    return [able[index] for _, _, index in ranked], [key for key, _, _ in ranked]
