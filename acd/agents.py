"""Agents: logging in and out, pauses, wrap-up, and who is ready for a call.

The states themselves are in the ledger, moved by facts; here is what leads to those facts. An agent whose
station is out of service or off-hook stays logged in and is offered nothing.
"""

from acd import facts
from acd.configured import Configured
from acd.handsets import Handsets
from acd.ids import AgentId, CallId, PortId, QueueName
from acd.membership import Kind, Membership
from acd.orders import Orders
from acd.pauses import MISSED
from acd.records import AgentRecord, AgentState, Refusal
from acd.routing import Router
from acd.settings import AgentSettings
from acd.timers import Purpose

__all__ = ["Agents"]

NO_LONGER = "no longer configured"
_BUSY = (AgentState.RINGING, AgentState.RESERVED, AgentState.TALKING)


class Agents:
    """What agents ask for, and what calls do to them."""

    def __init__(
        self, configured: Configured, orders: Orders, handsets: Handsets, router: Router
    ) -> None:
        self._configured = configured
        self._orders = orders
        self._handsets = handsets
        self._router = router
        self.kinds: dict[AgentId, Kind] = {}
        "What each agent can do at present."
        self._serving: dict[QueueName, dict[AgentId, None]] = {}
        self.follow()

    def follow(self) -> None:
        """Queues, agents and loans may be others than before; agents who are gone are logged out."""
        settings = self._configured.settings
        self.membership = Membership(settings)
        self._paid = {reason.name for reason in settings.pause_reasons.values() if reason.paid}
        for agent in [each for each in self.kinds if each not in self._configured.agents]:
            record = self._orders.ledger.agent(agent)
            if record.state is not AgentState.LOGGED_OUT:
                self._leave(record)
            self._router.remove_agent(agent)
            del self.kinds[agent]
        self._end_loans()
        for queue in settings.queues:
            self._router.set_queue(queue.name, queue.discipline, at_once=queue.ring_at_once)
        gone = [each for each in self._serving if each not in self._configured.queues]
        self._serving = {queue.name: {} for queue in settings.queues}
        for known in settings.agents:
            self._seat(known)
            self._orders.touch(known.agent)
        for name in gone:
            self._router.remove_queue(name)

    def _end_loans(self) -> None:
        """Take back agents whom no rule lends any more."""
        loans = {(each.name, each.queue) for each in self._configured.settings.loans}
        for record in self._orders.ledger.agents.values():
            for queue, loan in tuple(record.lent.items()):
                is_known = queue in self._configured.queues and record.agent in self.membership
                if not is_known or (loan.loan and (loan.loan, queue) not in loans):
                    self._orders.write(
                        facts.AgentReturned(
                            agent=AgentId(record.agent), queue=QueueName(queue), why=NO_LONGER
                        )
                    )

    def lend(
        self, agent: AgentId, queue: QueueName, loan: str, why: str, leaves: tuple[QueueName, ...]
    ) -> None:
        """Let an agent help another queue."""
        self._orders.write(
            facts.AgentLent(agent=agent, queue=queue, leaves=leaves, loan=loan, why=why)
        )
        self._seat(self._configured.agents[agent])

    def take_back(self, agent: AgentId, queue: QueueName, why: str) -> None:
        """Let an agent help another queue no longer."""
        self._orders.write(facts.AgentReturned(agent=agent, queue=queue, why=why))
        self._seat(self._configured.agents[agent])

    def lend_by_hand(self, agent: AgentId, queue: QueueName, leaves: tuple[QueueName, ...]) -> None:
        """An operator lets an agent help a queue; names that nobody has change nothing."""
        if agent in self._configured.agents and queue in self._serving:
            self.lend(agent, queue, "", "by an operator", leaves)

    def take_back_by_hand(self, agent: AgentId) -> None:
        """An operator ends all of an agent's loans; one that a rule gives again is given again."""
        for queue in tuple(self._orders.ledger.agent(agent).lent):
            self.take_back(agent, QueueName(queue), "by an operator")

    def serving(self, queue: QueueName) -> list[AgentRecord]:
        """Those who serve a queue now, logged in or not."""
        return [self._orders.ledger.agent(agent) for agent in self._serving[queue]]

    def _seat(self, agent: AgentSettings) -> None:
        lent = self._orders.ledger.agent(agent.agent).lent
        serves = self.membership.served(agent.agent, lent)
        self.kinds[agent.agent] = Kind(frozenset(serves), tuple(sorted(agent.skills.items())))
        for queue, serving in self._serving.items():
            if queue in serves:
                serving[agent.agent] = None
            else:
                serving.pop(agent.agent, None)
        self._router.set_agent(agent.agent, agent.skills, serves, agent.allocation)

    def tell_router(self) -> None:
        """Let the router know who has become ready, and who has stopped being so."""
        touched = self._orders.touched_agents
        while touched:
            agent = next(iter(touched))
            del touched[agent]
            if agent not in self._configured.agents:
                continue
            record = self._orders.ledger.agent(agent)
            if record.state is AgentState.READY and record.wanted_pause:
                # Asked for before the talk, for a caller who is gone.
                self._take_out(record, record.wanted_pause)
            if self._is_ready(record):
                self._router.make_ready(AgentId(agent), record)
            else:
                self._router.make_busy(AgentId(agent))

    def ready(self) -> list[AgentId]:
        """Who can be offered a call now."""
        return [
            AgentId(record.agent)
            for record in self._orders.ledger.agents.values()
            if self._is_ready(record)
        ]

    def _is_ready(self, record: AgentRecord) -> bool:
        return (
            record.state is AgentState.READY
            and not self._orders.timers.is_running(Purpose.MISSED_DELAY, record.agent)
            and self._handsets.is_on_hook(record.station)
        )

    def is_away(self, record: AgentRecord) -> bool:
        """Whether an agent who should be ready can't be rung: the handset is up, or its line down."""
        return record.state is AgentState.READY and not self._handsets.is_on_hook(record.station)

    def at(self, station: PortId) -> AgentRecord | None:
        """Who is logged in at a station."""
        return self._orders.ledger.agent_at(station)

    # Logging in and out.

    def refusal(self, number: str, pin: str) -> Refusal | None:
        """Why this log-in must fail, if it must."""
        known = self._configured.agents.get(AgentId(number))
        if known is None:
            return Refusal.UNKNOWN_AGENT
        record = self._orders.ledger.agent(number)
        if self._is_locked(record):
            return Refusal.LOCKED
        if pin != known.pin:
            is_last = record.wrong_pins + 1 >= self._configured.settings.pin_attempts
            return Refusal.WRONG_PIN_LOCKED if is_last else Refusal.WRONG_PIN
        if record.state is AgentState.TALKING or self._handsets.is_in_call(record.station):
            return Refusal.BUSY  # with a caller, or with whoever was called from there
        return None

    def refuse(self, station: PortId, number: str, refusal: Refusal) -> None:
        """Journal a failed log-in."""
        # A number that nobody has may well be a PIN, keyed too early: it is not written.
        agent = "" if refusal is Refusal.UNKNOWN_AGENT else number
        self._orders.write(facts.LogInRefused(agent=agent, station=station, reason=refusal.value))

    def log_in(self, station: PortId, number: str) -> int:
        """Log an agent in here, and out wherever it was; returns the ticket of the log-in."""
        here = self.at(station)
        if here is not None:
            self._leave(here)  # who forgot to log out gives way to who is there
        before = self._orders.ledger.agent(number)
        if before.state is not AgentState.LOGGED_OUT:
            self._leave(before)
        return self._orders.write_and_await(facts.AgentLoggedIn(agent=number, station=station))

    def log_out(self, station: PortId) -> int | None:
        """Log out who is here; None if nobody is, or is in a call."""
        record = self.at(station)
        if record is None or record.state in _BUSY or self._handsets.is_in_call(station):
            return None
        self._end_waits(record)
        return self._orders.write_and_await(facts.AgentLoggedOut(agent=record.agent))

    # Pauses.

    def pause(self, station: PortId, reason: str) -> int | None:
        """Take the agent here out, after the call and its wrap-up if one is going on."""
        record = self.at(station)
        if record is None:
            return None
        if record.state in _BUSY or self._lacks_code(record):
            return self._orders.write_and_await(
                facts.PauseRequested(agent=record.agent, reason=reason)
            )
        self._end_waits(record)
        return self._orders.write_and_await(self._paused(record.agent, reason))

    def code(self, station: PortId, code: str) -> int | None:
        """The agent here tells what came of the call, in it or after it; None: of which?"""
        record = self.at(station)
        if record is None or record.state not in (AgentState.TALKING, AgentState.WRAPPING_UP):
            return None
        ticket = self._orders.write_and_await(
            facts.WrapUpCoded(
                call=record.call,
                agent=record.agent,
                code=code,
                meaning=self._configured.settings.wrap_up_codes[code],
            )
        )
        if record.state is AgentState.WRAPPING_UP and self._orders.now >= self._usual_end(record):
            self._orders.timers.start(Purpose.WRAP_UP, record.agent, self._orders.now)
        return ticket

    def _lacks_code(self, record: AgentRecord) -> bool:
        """Whether this wrap-up has to go on until a code is keyed in."""
        queue = self._configured.queues.get(QueueName(record.queue))
        return (
            record.state is AgentState.WRAPPING_UP
            and queue is not None
            and queue.needs_wrap_up_code
            and not record.wrap_up_code
            and self._orders.now < record.since + queue.wrap_up_at_most_s
        )

    def resume(self, station: PortId) -> int | None:
        """End a pause, a wrap-up or the wish for a pause; None if there is nothing to end."""
        record = self.at(station)
        if record is None:
            return None
        if self._lacks_code(record):
            return None
        if record.state is AgentState.WRAPPING_UP:
            # Back early means: no pause either, if one was asked for in the call.
            self._orders.timers.stop(Purpose.WRAP_UP, record.agent)
            if record.wanted_pause:
                self._orders.write(facts.AgentResumed(agent=record.agent))
            return self._orders.write_and_await(facts.AgentWrappedUp(agent=record.agent))
        if record.state is AgentState.PAUSED or record.wanted_pause:
            return self._orders.write_and_await(facts.AgentResumed(agent=record.agent))
        return None

    def is_ready_at(self, station: PortId) -> bool:
        """Whether there is nothing to resume from here."""
        record = self.at(station)
        return record is not None and record.state is AgentState.READY

    # What calls do to agents.

    def miss(self, agent: AgentId, call: CallId) -> None:
        """Let an agent have missed an offer: delayed, and paused if that happens too often."""
        self._orders.write(facts.OfferMissed(call=call, agent=agent))
        record = self._orders.ledger.agent(agent)
        if record.missed_in_row >= self._configured.settings.missed_offers_before_pause:
            self._take_out(record, MISSED)
        else:
            self._delay(record)

    def start_wrap_up(self, agent: AgentId, call: CallId) -> None:
        """Give an agent time after a call."""
        self._orders.write(facts.WrapUpStarted(agent=agent, call=call))
        self._time_wrap_up(self._orders.ledger.agent(agent))

    def end_wrap_up(self, agent: AgentId) -> None:
        """The time after a call is over: ready again, or paused if that was asked for."""
        record = self._orders.ledger.agent(agent)
        if record.state is not AgentState.WRAPPING_UP:
            return
        if self._lacks_code(record):
            queue = self._configured.queues[QueueName(record.queue)]
            due = record.since + queue.wrap_up_at_most_s
            self._orders.timers.start(Purpose.WRAP_UP, agent, due)
            return
        reason = record.wanted_pause
        self._orders.write(facts.AgentWrappedUp(agent=agent))
        if reason:
            self._take_out(record, reason)

    def _take_out(self, record: AgentRecord, reason: str) -> None:
        """A pause begins that nobody waits to hear confirmed."""
        self._end_waits(record)
        self._orders.write(self._paused(record.agent, reason))

    def _paused(self, agent: str, reason: str) -> facts.AgentPaused:
        return facts.AgentPaused(agent=agent, reason=reason, paid=reason in self._paid)

    # After a restart.

    def reconcile(self) -> None:
        """Bring replayed agents in line with a switch on which no call is up."""
        self._end_loans()
        for known in self._configured.settings.agents:
            self._seat(known)
        for record in list(self._orders.ledger.agents.values()):
            agent, call = AgentId(record.agent), CallId(record.call)
            if record.state in (AgentState.RINGING, AgentState.RESERVED):
                self._orders.write(facts.OfferWithdrawn(call=call, agent=agent))
            elif record.state is AgentState.TALKING:
                self._orders.write(facts.WrapUpStarted(agent=agent, call=call))
            if record.state is AgentState.LOGGED_OUT:
                continue
            has_station = self._handsets.get(PortId(record.station)) is not None
            if record.agent not in self._configured.agents or not has_station:
                self._leave(record)  # the configuration has changed
                continue
            if record.state is AgentState.WRAPPING_UP:
                self._time_wrap_up(record)
            self._delay(record)

    def _is_locked(self, record: AgentRecord) -> bool:
        return (
            record.locked_since is not None
            and self._orders.now < record.locked_since + self._configured.settings.pin_lock_s
        )

    def _time_wrap_up(self, record: AgentRecord) -> None:
        self._orders.timers.start(Purpose.WRAP_UP, record.agent, self._usual_end(record))

    def _usual_end(self, record: AgentRecord) -> float:
        queue = self._configured.queues.get(QueueName(record.queue))
        return record.since + (0.0 if queue is None else queue.wrap_up_s)

    def _delay(self, record: AgentRecord) -> None:
        if record.last_missed is None:
            return
        until = record.last_missed + self._configured.settings.missed_offer_delay_s
        if until > self._orders.now:
            self._orders.timers.start(Purpose.MISSED_DELAY, record.agent, until)

    def _leave(self, record: AgentRecord) -> None:
        self._end_waits(record)
        self._orders.write(facts.AgentLoggedOut(agent=record.agent))

    def _end_waits(self, record: AgentRecord) -> None:
        # Every wrap-up that was started is ended in the journal, however it ends.
        self._orders.timers.stop(Purpose.WRAP_UP, record.agent)
        self._orders.timers.stop(Purpose.MISSED_DELAY, record.agent)
        if record.state is AgentState.WRAPPING_UP:
            self._orders.write(facts.AgentWrappedUp(agent=record.agent))
