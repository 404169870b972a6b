"""Who waits in which queue: places, points and prospects, those of call-backs among them."""

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from acd import facts
from acd.agents import Agents
from acd.alert_settings import QueueLoaded
from acd.calls.call import Call
from acd.calls.prospects import Prospects
from acd.configured import Configured
from acd.contact import Contact
from acd.ids import AgentId, CallId, QueueName
from acd.orders import Orders
from acd.points import Points, Standpoint, together
from acd.queue_settings import Overflow, QueueSettings, Staffed
from acd.records import AgentRecord, AgentState
from acd.routing import Entry, Router, stages_of
from acd.settings import QueueNode
from acd.thresholds import Load
from acd.timers import Purpose
from acd.waiting import Wait

__all__ = ["Places", "Refused", "node_of"]


class Refused(Enum):
    """Why a queue does not take a caller."""

    FULL = "full"
    NOBODY = "nobody there"
    TOO_LONG = "would take too long"


class Places:
    """The places of everybody who waits."""

    def __init__(
        self, configured: Configured, orders: Orders, agents: Agents, router: Router
    ) -> None:
        self._configured = configured
        self._orders = orders
        self._agents = agents
        self._router = router
        self._present: dict[QueueName, dict[CallId, Contact]] = {
            queue: {} for queue in configured.queues
        }
        self._arrivals = 0
        self._looks_ahead = self._is_anything_expected()
        "An estimate is made every second only if some rule wants it."
        self._prospects = Prospects(configured, orders.ledger, agents, router)

    def follow(self, calls: Mapping[CallId, Call]) -> None:
        """Queues may be others than before, and give other points; where anybody waits is still there."""
        self._present = {queue: self._present.get(queue, {}) for queue in self._configured.queues}
        self._looks_ahead = self._is_anything_expected()
        self._prospects.follow()
        waiting = {
            each.call: each for present in self._present.values() for each in present.values()
        }
        for contact in waiting.values():
            call = calls.get(contact.call)
            if (
                call is not None
            ):  # the places of call-backs keep the points of when they were asked for
                self._score_anew(call, contact)

    def _is_anything_expected(self) -> bool:
        settings = self._configured.settings
        looking = [overflow.when for queue in settings.queues for overflow in queue.overflows]
        looking += [
            each.rule.when for each in settings.alerts if isinstance(each.rule, QueueLoaded)
        ]
        return any(
            when.expected_wait_s is not None
            for when in (*looking, *(loan.when for loan in settings.loans))
        )

    def settings_of(self, queue: QueueName) -> QueueSettings:
        """A queue's settings."""
        return self._configured.queues[queue]

    def knows(self, queue: str) -> bool:
        """Whether there is such a queue."""
        return queue in self._configured.queues

    def next_arrival(self) -> int:
        """A number that decides between those who enter at the same time."""
        self._arrivals += 1
        return self._arrivals

    # Coming and going.

    def refusal(self, queue: QueueName) -> Refused | None:
        """Why a queue takes nobody now, if it does not."""
        settings = self._configured.queues.get(queue)
        if settings is None:
            return Refused.NOBODY  # the flow of this caller is older than the settings
        if settings.most_waiting is not None and (
            len(self._present[queue]) >= settings.most_waiting
        ):
            return Refused.FULL
        if not self._is_staffed(queue, settings.join_needs):
            return Refused.NOBODY
        if settings.longest_expected_wait_s is not None:
            wait = self.wait_of_next(queue, self._orders.now)
            if wait is not None and wait.mean_s > settings.longest_expected_wait_s:
                return Refused.TOO_LONG
        return None

    def _is_staffed(self, queue: QueueName, needs: Staffed) -> bool:
        match needs:
            case Staffed.NOBODY:
                return True
            case Staffed.LOGGED_IN:
                out = {AgentState.LOGGED_OUT}
            case Staffed.UNPAUSED:
                out = {AgentState.LOGGED_OUT, AgentState.PAUSED}
            case _:
                assert_never(needs)
        return any(record.state not in out for record in self._agents.serving(queue))

    def is_deserted(self, queue: QueueName) -> bool:
        """Whether nobody is there for whom its callers should go on waiting."""
        return not self._is_staffed(queue, self._configured.queues[queue].stay_needs)

    def take(self, call: Call, contact: Contact) -> None:
        """Let a caller wait."""
        now = self._orders.now
        settings = self._configured.queues[contact.queue]
        contact.gives_up_at = now + settings.longest_wait_s
        contact.prefers = self._last_agent(call, settings)
        for queue in contact.queues:
            self._present[queue][call.id] = contact
        self._router.enter(
            call.id, [self._entry(call, contact, queue) for queue in contact.queues], now
        )
        self._orders.write(
            facts.CallerQueued(
                call=call.id,
                queue=contact.queue,
                place=self.place_of(call),
                also=tuple(queue for queue in contact.queues if queue != contact.queue),
                lists=call.lists,
                waited_before_s=round(now - contact.entered, 3),
                prefers=contact.prefers or "",
            )
        )
        self._orders.timers.start(Purpose.WAIT, call.id, contact.gives_up_at)

    def give_up(self, contact: Contact) -> None:
        """Let nobody wait there any more."""
        self._router.leave(contact.call, self._orders.now)
        for queue in contact.queues:
            del self._present[queue][contact.call]

    def give_back(self, call: Call) -> None:
        """No handset rings any more: the caller waits again."""
        self._router.give_back(call.id, self._orders.now)

    def _entry(self, call: Call, contact: Contact, queue: QueueName) -> Entry:
        settings = self._configured.queues[queue]
        sum_ = self._sum(call, settings)
        at_zero, slope = sum_.score(settings.weight, contact.entered)
        preferred = contact.prefers if queue == contact.queue else None
        return Entry(
            queue=queue,
            at_zero=at_zero,
            slope=slope,
            entered=contact.entered,
            arrival=contact.arrival,
            stages=stages_of(
                sum_.requires,
                preferred=preferred,
                preferred_for_s=self._orders.now - contact.entered + settings.last_agent_s,
            ),
        )

    def _sum(self, call: Call, queue: QueueSettings) -> Standpoint:
        own = Points(priority=queue.priority, ageing=queue.ageing, requires=queue.requires)
        return together(own, (*call.points, node_of(call).points, *call.raised))

    def _last_agent(self, call: Call, queue: QueueSettings) -> AgentId | None:
        """Who served this caller last, if worth waiting for: here, and not paused."""
        service = self._orders.ledger.memory.services.get(call.record.number)
        if (
            service is None
            or not queue.last_agent_s
            or self._orders.now - service.at > queue.last_agent_within_s
        ):
            return None
        for record in self._agents.serving(queue.name):
            if record.agent == service.agent:
                out = (AgentState.LOGGED_OUT, AgentState.PAUSED)
                return None if record.state in out else AgentId(record.agent)
        return None

    # Looking.

    def load(self, queue: QueueName) -> Load:
        """What a queue bears now."""
        present = self._present[queue].values()
        now = self._orders.now
        oldest = min((contact.entered for contact in present), default=now)
        wait = self.wait_of_next(queue, now) if self._looks_ahead else None
        return Load(
            waiting=len(present),
            longest_wait_s=now - oldest,
            expected_wait_s=None if wait is None else wait.mean_s,
        )

    def overflow(self, call: Call, overflow: Overflow, why: str) -> None:
        """Let a caller wait elsewhere too, or have other points; once for each rule."""
        contact = call.contact
        assert contact is not None
        contact.overflowed |= {overflow}
        to = overflow.to if overflow.to not in contact.queues else None
        self._orders.write(
            facts.CallOverflowed(
                call=call.id,
                queue=contact.queue,
                to=to or "",
                priority=overflow.priority,
                why=why,
            )
        )
        call.raised = (
            *call.raised,
            Points(priority=overflow.priority, ageing=overflow.ageing),
        )
        self._score_anew(call, contact)
        if to is not None:
            contact.queues = (*contact.queues, to)
            self._present[to][call.id] = contact
            self._router.extend(call.id, self._entry(call, contact, to), self._orders.now)
        self._orders.match_is_due = True

    def _score_anew(self, call: Call, contact: Contact) -> None:
        for queue in contact.queues:
            settings = self._configured.queues[queue]
            at_zero, slope = self._sum(call, settings).score(settings.weight, contact.entered)
            self._router.rescore(call.id, queue, at_zero, slope, self._orders.now)

    def wait_of_next(self, queue: QueueName, now: float) -> Wait | None:
        """How long somebody would wait who came now; None: unknown."""
        settings = self._configured.queues[queue]
        points = Points(
            priority=settings.priority, ageing=settings.ageing, requires=settings.requires
        )
        sum_ = together(points, ())
        at_zero, slope = sum_.score(settings.weight, now)
        entry = Entry(
            queue=queue,
            at_zero=at_zero,
            slope=slope,
            entered=now,
            arrival=self._arrivals + 1,
            stages=stages_of(sum_.requires),
        )
        return self._prospects.wait([entry], now)

    def wait_of(self, contact: Contact) -> Wait | None:
        """How long a caller will wait from now on; None: unknown."""
        entries = [self._router.entry(contact.call, queue) for queue in contact.queues]
        return self._prospects.wait(entries, self._orders.now)

    def place_of(self, call: Call) -> int:
        """The place of a caller who waits, in the queue that the caller is told of; 1 is next."""
        assert call.contact is not None
        return self.place_in(call, call.contact.queue)

    def place_in(self, call: Call, queue: QueueName) -> int:
        """The place in one of the caller's queues."""
        return self._router.place(call.id, queue, self._orders.now)

    def entry(self, call: Call, queue: QueueName) -> Entry:
        """What the router knows of a caller's place in a queue."""
        return self._router.entry(call.id, queue)

    def serving(self, queue: QueueName) -> list[AgentRecord]:
        """The agents who serve a queue now."""
        return self._agents.serving(queue)

    def present(self, queue: QueueName) -> tuple[Contact, ...]:
        """Those who wait in a queue, whoever else may serve them."""
        return tuple(self._present[queue].values())

    def is_anybody_waiting(self) -> bool:
        """Whether any queue has a caller."""
        return any(self._present.values())


def node_of(call: Call) -> QueueNode:
    """The node of the flow at which a caller waits."""
    assert call.queue_node is not None
    return call.queue_node
