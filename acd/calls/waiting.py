"""The stages in which a caller waits for an agent: queued, and offered to agents whose handsets ring.

A caller who is offered keeps the place in the queue and the music; places are announced only to callers
for whom nothing rings.
"""

from collections.abc import Callable

from acd import facts
from acd.agents import Agents
from acd.calls.announcing import Announcing
from acd.calls.call import Call, Move, Sound, ToNode
from acd.calls.places import Places, Refused, node_of
from acd.calls.reasons import reasons
from acd.calls.speaking import play_music, silence
from acd.contact import Contact
from acd.handsets import Handsets
from acd.ids import AgentId, Cause, PortId, QueueName
from acd.ivr import ToEnd
from acd.orders import Orders
from acd.queue_settings import QueueSettings
from acd.routing import Decision
from acd.settings import QueueNode
from acd.timers import Purpose

__all__ = ["Waiting"]


class Waiting:
    """What callers do who wait, and what is done for them."""

    def __init__(
        self,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        places: Places,
        announcing: Announcing,
        caller_is_here: Callable[[str, str], float | None],
    ) -> None:
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._places = places
        self._announcing = announcing
        self._caller_is_here = caller_is_here

    # Queued.

    def enter(self, call: Call, node: QueueNode) -> Move | None:
        """Queue a caller who comes from the flow; where to go on if no queue takes this one."""
        orders, refusals = self._orders, []
        queues: list[QueueName] = []
        for name in dict.fromkeys((node.queue, *node.also)):
            why = self._places.refusal(name)
            if why is None:
                queues.append(name)
            else:
                orders.write(facts.QueueRefused(call=call.id, queue=name, why=why.value))
                refusals.append(why)
        if not queues:
            ways = {Refused.FULL: node.full, Refused.NOBODY: node.nobody}
            return ToNode(ways.get(refusals[0], node.too_long) or node.timed_out)
        queue = self._places.settings_of(queues[0])
        call.queue_node = node
        call.contact = Contact(
            call=call.id,
            queue=queue.name,
            queues=tuple(queues),
            entered=self._entered(call, node, queue),
            arrival=self._places.next_arrival(),
        )
        self._places.take(call, call.contact)
        self._announcing.begin(call, call.contact)
        return None

    def _entered(self, call: Call, node: QueueNode, queue: QueueSettings) -> float:
        """From when on this caller's waiting counts."""
        now = self._orders.now
        if node.keeps_wait and call.waiting_since is not None:
            return call.waiting_since
        called_back = self._caller_is_here(call.record.number, queue.name)
        if called_back is not None:
            return called_back
        left = self._orders.ledger.memory.places.get((call.record.number, queue.name))
        if left is not None and now - left.left <= queue.resume_s:
            return min(left.entered, now)
        return now

    def re_enter(self, call: Call) -> None:
        """Queue a caller whose agent was lost, at the place that the time of first entering gives."""
        contact = call.contact
        assert contact is not None
        self._places.take(call, contact)
        self._announcing.go_on(call, contact)

    def leave(self, call: Call) -> None:
        """The caller no longer waits."""
        contact = call.contact
        assert contact is not None
        self._places.give_up(contact)
        self._announcing.stop(call)
        self._orders.timers.stop(Purpose.WAIT, call.id)

    def give_up(self, call: Call, _: str) -> Move:
        """The longest wait is over."""
        return self._go_on(call, "waited too long", node_of(call).timed_out)

    def dismiss(self, call: Call, _: str) -> Move:
        """Nobody is there any more."""
        node = node_of(call)
        return self._go_on(call, Refused.NOBODY.value, node.nobody or node.timed_out)

    def press(self, call: Call, key: str) -> Move | None:
        """A key was pressed while the caller waits, or handsets ring: it may lead out."""
        following = node_of(call).keys.get(key)
        if call.walk is not None:
            self._orders.write(
                facts.KeyPressed(
                    call=call.id, node=call.walk.node, key=key, accepted=following is not None
                )
            )
        if following is None:
            return None
        self.withdraw(call, Cause.CALLER_HUNG_UP)
        return self._go_on(call, f"key {key}", following)

    def _go_on(self, call: Call, why: str, node: str) -> Move:
        contact = call.contact
        assert contact is not None
        self.leave(call)
        self._orders.write(
            facts.QueueLeft(
                call=call.id,
                queue=contact.queue,
                why=why,
                waited_s=round(self._orders.now - contact.entered, 3),
            )
        )
        call.waiting_since, call.contact = contact.entered, None
        silence(self._orders, call)
        return ToNode(node)

    # Offered.

    def offer(self, call: Call, decision: Decision) -> None:
        """Ring the handsets of the agents whom the router has chosen."""
        assert call.contact is not None
        queue = self._places.settings_of(decision.queue)
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

    def _go_on_waiting(self, call: Call) -> Move | None:
        if call.offers:
            return None  # other handsets still ring
        if call.call_back:
            return ToEnd(Cause.NO_ANSWER)
        contact = call.contact
        assert contact is not None
        self._places.give_back(call)
        if self._orders.now >= contact.gives_up_at:
            return self.give_up(call, "")
        self._announcing.time(call, contact)  # what fell due while it rang is said now
        return None
