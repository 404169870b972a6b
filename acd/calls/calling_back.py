"""Callers are called back when their turn comes.

A call-back waits in its queue like a caller, without a line. When an agent is free for it the handset rings;
the agent lifts, and the number is dialled. Who can't be reached waits again, behind nobody, after a while.
"""

from collections.abc import Callable

from acd import facts
from acd.agents import Agents
from acd.call_backs import CallBackRecord
from acd.calls.call import Call, Move, ToNode
from acd.calls.places import Places
from acd.calls.reasons import reasons
from acd.handsets import Handsets
from acd.ids import AgentId, CallerIdentity, CallId, Cause, PortId, QueueName
from acd.ivr import ToCallBack
from acd.number_plan import NumberPlan
from acd.orders import Orders
from acd.points import Points, Standpoint, together
from acd.queue_settings import QueueSettings
from acd.routing import Decision, Entry, Router, SkillRequirement, stages_of
from acd.timers import Purpose

__all__ = ["CallingBack"]

CLOSED_AGAIN_S = 60.0
"How often it is looked whether the schedule has opened."
NO_LINE_S = 60.0
"Without a free line nobody was called: that is no attempt."
NAME = "CALL BACK"
"What the agent's display shows for a name."
_NO_LINE = (Cause.CONGESTION, Cause.NO_ROUTE, Cause.LINE_FAILED, Cause.RESTART, Cause.SHUTDOWN)
_PREFIX = "call-back "


class CallingBack:
    """All that are to be called back."""

    def __init__(
        self,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        places: Places,
        router: Router,
        plan: NumberPlan,
        is_open: Callable[[str], bool],
        end_call: Callable[[CallId, Cause], None],
    ) -> None:
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._places = places
        self._router = router
        self._plan = plan
        self._is_open = is_open
        self._end_call = end_call
        self._rings: dict[str, CallId] = {}
        "The call for which handsets ring, by call-back."
        self._waiting: set[str] = set()
        "Those in the router."

    # Asking.

    def request(self, call: Call, to: ToCallBack) -> int | Move:
        """A caller asks for it: the ticket to wait for, or where to go on."""
        number = self._plan.reader.read(to.number)
        known = self._places.knows(to.node.queue)
        if number is None or not known or not self._plan.attempts(number):
            return ToNode(to.node.failed)
        before = self._orders.ledger.call_backs.of(number.digits, to.node.queue)
        if before is not None:  # the place that was kept for this number stays
            return self._orders.write_and_await(
                facts.KeyPressed(call=call.id, node="call-back", key="1", accepted=True)
            )
        if call.id in self._orders.ledger.call_backs.records:
            return ToNode(to.node.failed)  # one was promised in another queue, and is kept
        queue = self._places.settings_of(to.node.queue)
        own = [*call.points, *call.raised]
        if call.queue_node is not None:
            own.append(call.queue_node.points)
        sum_ = together(Points(ageing=None), own)
        since = call.waiting_since if call.waiting_since is not None else self._orders.now
        ticket = self._orders.write_and_await(
            facts.CallBackRequested(
                call=call.id,
                number=number.digits,
                queue=queue.name,
                waited_s=round(self._orders.now - since, 3),
                priority=sum_.priority,
                ageing=next(
                    (each.ageing for each in reversed(own) if each.ageing is not None), None
                ),
                needs=tuple(
                    f"{each.skill}>={each.level}" for each in sum_.requires if not each.relaxes
                ),
                language=call.language,
                tenant=call.record.tenant,
            )
        )
        self._enter(self._orders.ledger.call_backs.records[call.id])
        return ticket

    def caller_is_here(self, number: str, queue: str) -> float | None:
        """The caller waits on a line now: the call-back is done with; from when on the waiting counts."""
        record = self._orders.ledger.call_backs.of(number, queue) if number else None
        if record is None or record.call:
            return None
        entered, rings = record.entered, self._rings.pop(record.call_back, None)
        self._end(record, "the caller called again")
        if rings is not None:
            self._end_call(rings, Cause.CALLED_AGAIN)
        return entered

    # Waiting.

    def restore(self) -> None:
        """Go on with those that an earlier run left; an attempt that was under way counts."""
        for record in tuple(self._orders.ledger.call_backs.records.values()):
            if not self._places.knows(record.queue):
                self._end(record, "there is no such queue any more")
            elif record.call:
                self._postpone(
                    record, "call server restarted", self._settings(record).call_backs.retry_s
                )
            else:
                self._enter_when_due(record)

    def pass_deadline(self, call_back: str) -> None:
        """One that was postponed may be tried again."""
        record = self._orders.ledger.call_backs.records.get(call_back)
        if record is not None and not record.call:
            self._enter_when_due(record)

    def is_one(self, contact: CallId) -> bool:
        """Whether this contact is no caller on a line."""
        return contact.startswith(_PREFIX)

    # Calling.

    def may_be_called(self, contact: CallId) -> CallBackRecord | None:
        """Its turn has come; None: not at this hour, or no more."""
        record = self._orders.ledger.call_backs.records[contact.removeprefix(_PREFIX)]
        settings = self._settings(record).call_backs
        if self._orders.now - record.asked > settings.expires_s:
            self._end(record, "could not be called in time")
            return None
        if settings.schedule and not self._is_open(settings.schedule):
            self._leave(record)
            due = self._orders.now + CLOSED_AGAIN_S
            self._orders.timers.start(Purpose.CALL_BACK, record.call_back, due)
            return None
        return record

    def offer(self, call: Call, record: CallBackRecord, decision: Decision) -> None:
        """Ring the agents whom the router has chosen."""
        call.call_back = record.call_back
        self._rings[record.call_back] = call.id
        call.offered_in = decision.queue
        shown = CallerIdentity(number=record.number, name=NAME)
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
            limit_s = self._places.settings_of(decision.queue).ring_timeout_s
            self._handsets.ring(station, call.id, shown, limit_s)

    def accept(self, call: Call, station: PortId, agent: AgentId) -> str:
        """An agent has lifted the handset; the number to dial."""
        record = self._orders.ledger.call_backs.records[call.call_back]
        call.port = call.station = station
        call.agent = agent
        del self._rings[record.call_back]
        self._leave(record)
        self._orders.write(facts.OfferAnswered(call=call.id, agent=agent))
        self._orders.write(
            facts.CallBackAttempted(
                call_back=record.call_back, call=call.id, agent=agent, queue=record.queue
            )
        )
        return record.number

    def reach(self, call: Call) -> None:
        """The caller has answered."""
        record = self._orders.ledger.call_backs.records[call.call_back]
        queue = self._settings(record)
        assert call.agent is not None
        turn = 1 / queue.weights.get(call.agent, 1.0)
        self._orders.write(
            facts.CallBackReached(
                call_back=record.call_back,
                call=call.id,
                agent=call.agent,
                queue=record.queue,
                number=record.number,
                waited_s=round(self._orders.now - record.entered, 3),
                turn=turn,
            )
        )
        self._end(record, "reached")

    def fail(self, call: Call, cause: Cause) -> None:
        """An attempt, or the ringing of agents before it, came to nothing."""
        record = self._orders.ledger.call_backs.records.get(call.call_back)
        if record is None:
            return
        self._rings.pop(record.call_back, None)
        if call.agent is not None:
            self._orders.write(facts.OfferWithdrawn(call=call.id, agent=call.agent))
        if record.call != call.id:
            self._router.give_back(_contact(record), self._orders.now)  # no agent lifted
            self._orders.match_is_due = True
            return
        settings = self._settings(record).call_backs
        if cause in _NO_LINE:
            self._postpone(record, cause.value, NO_LINE_S, counts=False)
        elif record.attempts >= settings.attempts:
            self._end(record, f"tried {record.attempts} times: {cause.value}")
        else:
            self._postpone(record, cause.value, settings.retry_s)

    def _enter_when_due(self, record: CallBackRecord) -> None:
        if record.not_before > self._orders.now:
            self._orders.timers.start(Purpose.CALL_BACK, record.call_back, record.not_before)
        elif record.call_back not in self._waiting:
            self._enter(record)

    def follow(self) -> None:
        """Queues may have other points than before."""
        for call_back in self._waiting:
            record = self._orders.ledger.call_backs.records[call_back]
            queue = self._settings(record)
            self._router.revise(_contact(record), self._entry(record, queue), self._orders.now)

    def _enter(self, record: CallBackRecord) -> None:
        entry = self._entry(record, self._settings(record))
        self._waiting.add(record.call_back)
        self._router.enter(_contact(record), [entry], self._orders.now)
        self._orders.match_is_due = True

    def _entry(self, record: CallBackRecord, queue: QueueSettings) -> Entry:
        sum_ = _sum(record, queue)
        at_zero, slope = sum_.score(queue.weight, record.entered)
        return Entry(
            queue=queue.name,
            at_zero=at_zero,
            slope=slope,
            entered=record.entered,
            arrival=self._places.next_arrival(),
            stages=stages_of(sum_.requires),
        )

    def _leave(self, record: CallBackRecord) -> None:
        self._waiting.discard(record.call_back)
        self._router.leave(_contact(record), self._orders.now)

    def _postpone(
        self, record: CallBackRecord, why: str, delay_s: float, *, counts: bool = True
    ) -> None:
        self._orders.write(
            facts.CallBackPostponed(
                call_back=record.call_back, why=why, delay_s=delay_s, counts=counts
            )
        )
        due = self._orders.now + delay_s
        self._orders.timers.start(Purpose.CALL_BACK, record.call_back, due)

    def _end(self, record: CallBackRecord, why: str) -> None:
        self._leave(record)
        self._orders.timers.stop(Purpose.CALL_BACK, record.call_back)
        self._orders.write(facts.CallBackEnded(call_back=record.call_back, why=why))

    def _settings(self, record: CallBackRecord) -> QueueSettings:
        return self._places.settings_of(QueueName(record.queue))


def _contact(record: CallBackRecord) -> CallId:
    return CallId(_PREFIX + record.call_back)


def _sum(record: CallBackRecord, queue: QueueSettings) -> Standpoint:
    """What the place is worth."""
    own = Points(priority=queue.priority, ageing=queue.ageing, requires=queue.requires)
    needs = [each.partition(">=") for each in record.needs]
    said = Points(
        priority=record.priority,
        ageing=record.ageing,
        requires=tuple(
            SkillRequirement(skill=skill, level=int(level)) for skill, _, level in needs
        ),
    )
    return together(own, (said,))
