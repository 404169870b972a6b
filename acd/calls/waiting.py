"""The stages in which a caller waits for an agent: queued, and offered to agents whose handsets ring.

A caller who is offered keeps the place in the queue and the music; places are announced only to callers
for whom nothing rings.
"""

from enum import Enum
from typing import assert_never

from acd import facts
from acd.agents import Agents
from acd.alert_settings import QueueLoaded
from acd.calls.call import Call, Move, Sound, ToNode
from acd.calls.prospects import Prospects
from acd.calls.reasons import reasons
from acd.calls.speaking import play_music, play_prompts, silence
from acd.contact import Contact
from acd.handsets import Handsets
from acd.ids import AgentId, CallId, Cause, PortId, QueueName
from acd.ivr import LONGER_WAIT, place_prompts, wait_prompts
from acd.orders import Orders
from acd.points import Points, Standpoint, together
from acd.queue_settings import QueueSettings, Staffed
from acd.records import AgentRecord, AgentState
from acd.routing import Decision, Entry, Router, stages_of
from acd.settings import CenterSettings, QueueNode
from acd.thresholds import Load
from acd.timers import Purpose
from acd.waiting import ToldWait, Wait, stretch_of, wait_to_tell

__all__ = ["Waiting"]

LET_FINISH_S = 1.0
"What is being said is heard to its end before something else is."
ANNOUNCEMENT_LIMIT_S = 30.0
"An announcement of which the end is never reported is taken to be over after this."


class Refused(Enum):
    """Why a queue does not take a caller."""

    FULL = "full"
    NOBODY = "nobody there"
    TOO_LONG = "would take too long"


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
        looking = [overflow.when for queue in settings.queues for overflow in queue.overflows]
        looking += [
            each.rule.when for each in settings.alerts if isinstance(each.rule, QueueLoaded)
        ]
        self._looks_ahead = any(
            when.expected_wait_s is not None
            for when in (*looking, *(loan.when for loan in settings.loans))
        )
        "An estimate is made every second only if some rule wants it."
        self._prospects = Prospects(settings, orders.ledger, agents, router)

    # Queued.

    def enter(self, call: Call, node: QueueNode) -> Move | None:
        """Queue a caller who comes from the flow; where to go on if no queue takes this one."""
        orders, refusals = self._orders, []
        queues: list[QueueName] = []
        for name in dict.fromkeys((node.queue, *node.also)):
            why = self._refusal(name)
            if why is None:
                queues.append(name)
            else:
                orders.write(facts.QueueRefused(call=call.id, queue=name, why=why.value))
                refusals.append(why)
        if not queues:
            ways = {Refused.FULL: node.full, Refused.NOBODY: node.nobody}
            return ToNode(ways.get(refusals[0], node.too_long) or node.timed_out)
        queue = self._settings[queues[0]]
        self._arrivals += 1
        call.queue_node = node
        call.contact = Contact(
            call=call.id,
            queue=queue.name,
            queues=tuple(queues),
            entered=self._entered(call, node, queue),
            arrival=self._arrivals,
        )
        self._take_place(call, call.contact)
        if queue.announce_first_s > 0 or not queue.announce_place:
            play_music(orders, call, queue.music)
        call.contact.messages_due = [orders.now + each.after_s for each in queue.messages]
        self._announce_after(call, call.contact, queue.announce_first_s)
        return None

    def _refusal(self, queue: QueueName) -> Refused | None:
        settings = self._settings[queue]
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

    def _entered(self, call: Call, node: QueueNode, queue: QueueSettings) -> float:
        """From when on this caller's waiting counts."""
        now = self._orders.now
        if node.keeps_wait and call.waiting_since is not None:
            return call.waiting_since
        left = self._orders.ledger.memory.places.get((call.record.number, queue.name))
        if left is not None and now - left.left <= queue.resume_s:
            return min(left.entered, now)
        return now

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
        return self._go_on(call, "waited too long", _node(call).timed_out)

    def dismiss(self, call: Call, _: str) -> Move:
        """Nobody is there any more."""
        node = _node(call)
        return self._go_on(call, Refused.NOBODY.value, node.nobody or node.timed_out)

    def press(self, call: Call, key: str) -> Move | None:
        """A key was pressed while the caller waits, or handsets ring: it may lead out."""
        following = _node(call).keys.get(key)
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

    def announce(self, call: Call, _: str) -> None:
        """Tell the caller what is due: messages, and the place with the wait."""
        contact, now = call.contact, self._orders.now
        assert contact is not None
        if call.sound is Sound.PROMPTS:
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, now + LET_FINISH_S)
            return
        queue = self._settings[contact.queue]
        prompts: tuple[str, ...] = ()
        if contact.announced_at is not None and contact.announced_at <= now:
            prompts = self._place_prompts(call, contact, queue)
            contact.announced_at = now + queue.announce_every_s if queue.announce_every_s else None
        for index, message in enumerate(queue.messages):
            due = contact.messages_due[index]
            if due is not None and due <= now:
                prompts += message.prompts
                contact.messages_due[index] = now + message.every_s if message.every_s else None
        self._time_announcement(call, contact)
        if prompts:
            play_prompts(self._orders, call, prompts)
            limit = now + ANNOUNCEMENT_LIMIT_S
            self._orders.timers.start(Purpose.ANNOUNCEMENT, call.id, limit)

    def _place_prompts(self, call: Call, contact: Contact, queue: QueueSettings) -> tuple[str, ...]:
        """The place, unless it has become worse since it was last told, and the wait."""
        place = self.place_of(call)
        if contact.told_place is not None and place > contact.told_place:
            return ()
        contact.told_place = place
        wait = self._wait_to_tell(contact)
        self._orders.write(_announcement(call, contact.queue, place, wait))
        prompts = place_prompts(place, call.language)
        if wait is not None:
            contact.told_wait = wait
            is_longer = wait.minutes == 0
            prompts += LONGER_WAIT if is_longer else wait_prompts(wait.minutes, call.language)
        return prompts

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
        settings = self._settings[contact.queue]
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

    def _entry(self, call: Call, contact: Contact, queue: QueueName) -> Entry:
        settings = self._settings[queue]
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
        return together(own, (*call.points, _node(call).points, *call.raised))

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

    # By rule.

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

    def overflow(self, call: Call, rule: int, why: str) -> None:
        """Let a caller wait elsewhere too, or have other points; once for each rule."""
        contact = call.contact
        assert contact is not None
        settings = self._settings[contact.queue]
        overflow = settings.overflows[rule]
        contact.overflowed |= {rule}
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
        for queue in contact.queues:
            at_zero, slope = self._sum(call, self._settings[queue]).score(
                self._settings[queue].weight, contact.entered
            )
            self._router.rescore(call.id, queue, at_zero, slope, self._orders.now)
        if to is not None:
            contact.queues = (*contact.queues, to)
            self._present[to][call.id] = contact
            self._router.extend(call.id, self._entry(call, contact, to), self._orders.now)
        self._orders.match_is_due = True

    def is_deserted(self, queue: QueueName) -> bool:
        """Whether nobody is there for whom its callers should go on waiting."""
        return not self._is_staffed(queue, self._settings[queue].stay_needs)

    def _go_on_waiting(self, call: Call) -> Move | None:
        contact = call.contact
        assert contact is not None
        if call.offers:
            return None  # other handsets still ring
        self._router.give_back(call.id, self._orders.now)
        if self._orders.now >= contact.gives_up_at:
            return self.give_up(call, "")
        self._time_announcement(call, contact)  # what fell due while it rang is said now
        return None

    def _announce_after(self, call: Call, contact: Contact, delay_s: float | None) -> None:
        tells = self._settings[contact.queue].announce_place
        contact.announced_at = self._orders.now + delay_s if delay_s is not None and tells else None
        self._time_announcement(call, contact)

    def _time_announcement(self, call: Call, contact: Contact) -> None:
        due = [each for each in (contact.announced_at, *contact.messages_due) if each is not None]
        if due:
            at = max(min(due), self._orders.now)
            self._orders.timers.start(Purpose.ANNOUNCE, call.id, at)

    def _wait_to_tell(self, contact: Contact) -> ToldWait | None:
        """The expected wait, if it is known and fit to be told."""
        queue = self._settings[contact.queue]
        if not queue.announce_wait:
            return None
        wait = self._prospects.wait(self._entries(contact), self._orders.now)
        if wait is None:
            return None
        return wait_to_tell(
            wait,
            contact.told_wait,
            self._orders.now,
            contact.gives_up_at,
            quantile=queue.announce_quantile,
            stretch=stretch_of(self._orders.ledger.counters, contact.queue),
        )

    def wait_of_next(self, queue: QueueName, now: float) -> Wait | None:
        """How long somebody would wait who came now; None: unknown."""
        settings = self._settings[queue]
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

    def _entries(self, contact: Contact) -> list[Entry]:
        return [self._router.entry(contact.call, queue) for queue in contact.queues]

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


def _node(call: Call) -> QueueNode:
    assert call.queue_node is not None
    return call.queue_node


def _announcement(
    call: Call, queue: QueueName, place: int, wait: ToldWait | None
) -> facts.AnnouncementPlayed:
    if wait is None:
        return facts.AnnouncementPlayed(call=call.id, queue=queue, place=place)
    return facts.AnnouncementPlayed(
        call=call.id,
        queue=queue,
        place=place,
        wait_s=60.0 * wait.minutes,
        quantile=wait.told.quantile,
        quantile_s=round(wait.told.quantile_s, 3),
        mean_s=round(wait.told.mean_s, 3),
    )
