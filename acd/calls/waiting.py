"""The stages in which a caller waits for an agent: queued, and offered to one whose handset rings.

A caller who is offered keeps the place in the queue and the music; places are announced only to callers
for whom nothing rings.
"""

from acd import facts
from acd.agents import Agents
from acd.calls.call import Call, Move, Sound, ToNode
from acd.calls.prospects import Prospects
from acd.calls.speaking import play_music, play_prompts, silence
from acd.contact import Contact
from acd.handsets import Handsets
from acd.ids import AgentId, Cause, PortId, QueueName
from acd.ivr import LONGER_WAIT, ToQueue, place_prompts, wait_prompts
from acd.orders import Orders
from acd.queues import WaitingLine
from acd.settings import CenterSettings
from acd.timers import Purpose
from acd.waiting import ToldWait, Wait, stretch_of, wait_to_tell

__all__ = ["Waiting"]

ANNOUNCEMENT_LIMIT_S = 30.0
"An announcement of which the end is never reported is taken to be over after this."


class Waiting:
    """All queues and offers."""

    def __init__(
        self, settings: CenterSettings, orders: Orders, handsets: Handsets, agents: Agents
    ) -> None:
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._settings = {queue.name: queue for queue in settings.queues}
        self._arrivals = 0
        self.lines = {queue.name: WaitingLine() for queue in settings.queues}
        self._prospects = Prospects(settings, orders.ledger, self.lines)

    # Queued.

    def enter(self, call: Call, to: ToQueue) -> None:
        """Queue a caller who comes from the flow."""
        queue = self._settings[to.queue]
        self._arrivals += 1
        call.timed_out_node = to.timed_out
        call.contact = Contact(
            call=call.id, queue=to.queue, entered=self._orders.now, arrival=self._arrivals
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
        self.lines[contact.queue].leave(contact)
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
        place = self.lines[contact.queue].place_of(contact)
        if contact.told_place is not None and place > contact.told_place:
            return
        contact.told_place = place
        wait = self._wait_to_tell(contact)
        self._orders.write(_announcement(call, contact.queue, place, wait))
        prompts = place_prompts(place, call.language)
        if wait is not None:
            contact.told_wait = wait
            is_longer = wait.minutes == 0
            prompts += LONGER_WAIT if is_longer else wait_prompts(wait.minutes, call.language)
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

    def offer(self, call: Call, agent: AgentId, station: PortId) -> None:
        """Ring an agent's handset for a caller."""
        contact = call.contact
        assert contact is not None
        queue = self._settings[contact.queue]
        contact.is_offered = True
        call.agent, call.station = agent, station
        self._orders.timers.stop(Purpose.ANNOUNCE, call.id)
        self._orders.write(
            facts.OfferMade(call=call.id, agent=agent, station=station, queue=contact.queue)
        )
        self._handsets.ring(station, call.id, call.caller, queue.ring_timeout_s)
        if call.sound is Sound.NONE:
            play_music(self._orders, call, queue.music)

    def miss(self, call: Call, _: str) -> Move | None:
        """The agent did not answer."""
        agent, station = _offered_to(call)
        self._handsets.release(station, Cause.NO_ANSWER)
        self._agents.miss(agent, call.id)
        return self._go_on_waiting(call)

    def lose_offer(self, call: Call, _: str) -> Move | None:
        """The handset can no longer ring."""
        self.withdraw(call, Cause.LINE_FAILED)
        return self._go_on_waiting(call)

    def withdraw(self, call: Call, cause: Cause) -> None:
        """Stop ringing for this caller; the agent stays as idle as before."""
        agent, station = _offered_to(call)
        self._handsets.release(station, cause)
        self._orders.write(facts.OfferWithdrawn(call=call.id, agent=agent))
        call.agent = call.station = None

    def accept(self, call: Call) -> tuple[AgentId, PortId]:
        """The agent answered: the caller waits no longer."""
        self.leave(call)
        silence(self._orders, call)
        return _offered_to(call)

    def _take_place(self, call: Call, contact: Contact) -> None:
        contact.is_offered = False
        contact.gives_up_at = self._orders.now + self._settings[contact.queue].longest_wait_s
        line = self.lines[contact.queue]
        line.enter(contact)
        self._orders.write(
            facts.CallerQueued(call=call.id, queue=contact.queue, place=line.place_of(contact))
        )
        self._orders.timers.start(Purpose.WAIT, call.id, contact.gives_up_at)

    def _go_on_waiting(self, call: Call) -> Move | None:
        contact = call.contact
        assert contact is not None
        contact.is_offered = False
        call.agent = call.station = None
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

    def _wait_to_tell(self, contact: Contact) -> ToldWait | None:
        """The expected wait, if it is known and fit to be told."""
        queue = self._settings[contact.queue]
        if not queue.announce_wait:
            return None
        wait = self._prospects.wait(contact.queue, contact, self._orders.now)
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
        return self._prospects.wait(queue, None, now)

    def place_of(self, call: Call) -> int:
        """The place of a caller who waits; 1 is next."""
        assert call.contact is not None
        return self.lines[call.contact.queue].place_of(call.contact)

    def waiting(self) -> dict[QueueName, WaitingLine]:
        """The queues in which someone waits."""
        return {queue: line for queue, line in self.lines.items() if len(line)}


def _offered_to(call: Call) -> tuple[AgentId, PortId]:
    assert call.agent is not None
    assert call.station is not None
    return call.agent, call.station


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
