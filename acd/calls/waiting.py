"""The stages in which a caller waits for an agent: queued, and offered to agents whose handsets ring.

A caller who is offered keeps the place in the queue and the music; places are announced only to callers
for whom nothing rings.
"""

from acd import facts
from acd.agents import Agents
from acd.calls.call import Call, Move, Sound, ToNode
from acd.calls.reasons import reasons
from acd.calls.speaking import play_music, play_prompts, silence
from acd.contact import Contact
from acd.handsets import Handsets
from acd.ids import AgentId, CallId, Cause, PortId, QueueName
from acd.ivr import ToQueue, place_prompts, wait_prompts
from acd.orders import Orders
from acd.points import Points, together
from acd.routing import Decision, Entry, Router, stages_of
from acd.settings import CenterSettings, QueueSettings
from acd.timers import Purpose
from acd.waiting import ExpectedWait, agents_at_work, expected_wait

__all__ = ["Waiting"]

ANNOUNCEMENT_LIMIT_S = 30.0
"An announcement of which the end is never reported is taken to be over after this."


class Waiting:
    """All queues and offers."""

    def __init__(
        self,
        settings: CenterSettings,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        router: Router,
    ) -> None:
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._router = router
        self._settings = {queue.name: queue for queue in settings.queues}
        self._arrivals = 0
        self._present: dict[QueueName, dict[CallId, Contact]] = {
            queue.name: {} for queue in settings.queues
        }

    # Queued.

    def enter(self, call: Call, to: ToQueue) -> None:
        """Queue a caller who comes from the flow."""
        queue = self._settings[to.queue]
        self._arrivals += 1
        call.timed_out_node = to.timed_out
        call.points_here = to.points
        call.contact = Contact(
            call=call.id,
            queue=to.queue,
            queues=tuple(dict.fromkeys((to.queue, *to.also))),
            entered=self._orders.now,
            arrival=self._arrivals,
        )
        self._take_place(call, call.contact)
        if queue.announce_first_s > 0:
            play_music(self._orders, call, queue.music)
        self._announce_after(call, call.contact, queue.announce_first_s)

    def re_enter(self, call: Call) -> None:
        """Queue a caller whose agent was lost, at the place that the time of first entering gives."""
        contact = call.contact
        assert contact is not None
        self._take_place(call, contact)
        queue = self._settings[contact.queue]
        play_music(self._orders, call, queue.music)
        self._announce_after(call, contact, queue.announce_every_s or None)

    def leave(self, call: Call) -> None:
        """The caller no longer waits."""
        contact = call.contact
        assert contact is not None
        self._router.leave(call.id, self._orders.now)
        for queue in contact.queues:
            del self._present[queue][call.id]
        for purpose in (Purpose.WAIT, Purpose.ANNOUNCE, Purpose.ANNOUNCEMENT):
            self._orders.timers.stop(purpose, call.id)

    def give_up(self, call: Call, _: str) -> Move:
        """The longest wait is over."""
        self.leave(call)
        call.contact = None
        silence(self._orders, call)
        return ToNode(call.timed_out_node)

    def announce(self, call: Call, _: str) -> None:
        """Tell the caller the place, unless it has become worse since it was last told, and the wait."""
        contact = call.contact
        assert contact is not None
        queue = self._settings[contact.queue]
        self._announce_after(call, contact, queue.announce_every_s or None)
        place = self.place_of(call)
        if contact.told_place is not None and place > contact.told_place:
            return
        contact.told_place = place
        self._orders.write(facts.AnnouncementPlayed(call=call.id, queue=contact.queue, place=place))
        prompts = place_prompts(place, call.language)
        wait = self._wait_to_tell(contact, place)
        if wait is not None:
            contact.told_wait = wait
            prompts += wait_prompts(wait.minutes, call.language)
        play_prompts(self._orders, call, prompts)
        due = self._orders.now + ANNOUNCEMENT_LIMIT_S
        self._orders.timers.start(Purpose.ANNOUNCEMENT, call.id, due)

    def finish_announcement(self, call: Call, _: str) -> None:
        """The place was told, or its end never reported: music again."""
        contact = call.contact
        assert contact is not None
        self._orders.timers.stop(Purpose.ANNOUNCEMENT, call.id)
        play_music(self._orders, call, self._settings[contact.queue].music)

    # Offered.

    def offer(self, call: Call, decision: Decision) -> None:
        """Ring the handsets of the agents whom the router has chosen."""
        assert call.contact is not None
        queue = self._settings[decision.queue]
        self._orders.timers.stop(Purpose.ANNOUNCE, call.id)
        call.offered_in = decision.queue
        for agent in decision.agents:
            station = PortId(self._orders.ledger.agent(agent).station)
            call.offers[station] = agent
            self._orders.write(
                facts.OfferMade(
                    call=call.id,
                    agent=agent,
                    station=station,
                    queue=decision.queue,
                    why=reasons(decision),
                )
            )
            self._handsets.ring(station, call.id, call.caller, queue.ring_timeout_s)
        if call.sound is Sound.NONE:
            play_music(self._orders, call, queue.music)

    def miss(self, call: Call, station: str) -> Move | None:
        """An agent did not answer."""
        agent = call.offers.pop(PortId(station))
        self._handsets.release(PortId(station), Cause.NO_ANSWER)
        self._agents.miss(agent, call.id)
        return self._go_on_waiting(call)

    def lose_offer(self, call: Call, station: str) -> Move | None:
        """A handset can no longer ring."""
        self._withdraw(call, PortId(station), Cause.LINE_FAILED)
        return self._go_on_waiting(call)

    def withdraw(self, call: Call, cause: Cause) -> None:
        """Stop ringing for this caller; the agents stay as idle as before."""
        for station in tuple(call.offers):
            self._withdraw(call, station, cause)

    def accept(self, call: Call, station: PortId) -> AgentId:
        """An agent answered: the caller waits no longer, and no other handset rings."""
        agent = call.offers.pop(station)
        self.withdraw(call, Cause.ANSWERED_ELSEWHERE)
        self.leave(call)
        silence(self._orders, call)
        return agent

    def _withdraw(self, call: Call, station: PortId, cause: Cause) -> None:
        agent = call.offers.pop(station)
        self._handsets.release(station, cause)
        self._orders.write(facts.OfferWithdrawn(call=call.id, agent=agent))

    def _take_place(self, call: Call, contact: Contact) -> None:
        now = self._orders.now
        contact.gives_up_at = now + self._settings[contact.queue].longest_wait_s
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
            )
        )
        self._orders.timers.start(Purpose.WAIT, call.id, contact.gives_up_at)

    def _entry(self, call: Call, contact: Contact, queue: QueueName) -> Entry:
        settings = self._settings[queue]
        sum_ = together(_points_of(settings), (*call.points, call.points_here))
        at_zero, slope = sum_.score(settings.weight, contact.entered)
        return Entry(
            queue=queue,
            at_zero=at_zero,
            slope=slope,
            entered=contact.entered,
            arrival=contact.arrival,
            stages=stages_of(sum_.requires),
        )

    def _go_on_waiting(self, call: Call) -> Move | None:
        contact = call.contact
        assert contact is not None
        if call.offers:
            return None  # other handsets still ring
        self._router.give_back(call.id, self._orders.now)
        if self._orders.now >= contact.gives_up_at:
            return self.give_up(call, "")
        if contact.announced_at is not None:  # what fell due while it rang is said now
            due = max(contact.announced_at, self._orders.now)
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, due)
        return None

    def _announce_after(self, call: Call, contact: Contact, delay_s: float | None) -> None:
        contact.announced_at = None if delay_s is None else self._orders.now + delay_s
        if contact.announced_at is not None:
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, contact.announced_at)

    def _wait_to_tell(self, contact: Contact, place: int) -> ExpectedWait | None:
        """The expected wait, if it is known and fit to be told."""
        queue = self._settings[contact.queue]
        if not queue.announce_wait:
            return None
        members = {
            name: self._settings[name].agents for name, here in self._present.items() if here
        }
        agents = agents_at_work(contact.queue, members, self._orders.ledger)
        wait = expected_wait(place, queue, agents, self._orders.ledger)
        if wait is None or not wait.may_follow(contact.told_wait):
            return None
        # Who will be sent away before that would be told a lie.
        return wait if self._orders.now + wait.seconds < contact.gives_up_at else None

    def place_of(self, call: Call) -> int:
        """The place of a caller who waits; 1 is next."""
        assert call.contact is not None
        return self._router.place(call.id, call.contact.queue, self._orders.now)

    def present(self, queue: QueueName) -> tuple[Contact, ...]:
        """Those who wait in a queue, whoever else may serve them."""
        return tuple(self._present[queue].values())

    def is_anybody_waiting(self) -> bool:
        """Whether any queue has a caller."""
        return any(self._present.values())


def _points_of(queue: QueueSettings) -> Points:
    return Points(priority=queue.priority, ageing=queue.ageing, requires=queue.requires)
