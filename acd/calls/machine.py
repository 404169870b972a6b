"""All live calls, and the machine that moves each from stage to stage.

A stage handles what happens in it and may answer with a `Move`; only this machine carries moves out. A
call ends in every stage by the same door.
"""

from collections.abc import Callable, Iterator

from acd import facts
from acd.actions import AnswerCall, Signal, StartRecording, StopRecording
from acd.agents import Agents
from acd.caller_lists import stands_on
from acd.calls.announcing import Announcing
from acd.calls.call import Call, CallInput, Move, ToNode
from acd.calls.calling_back import CallingBack
from acd.calls.dialling import Dialling
from acd.calls.emergency import call_to_end
from acd.calls.places import Places
from acd.calls.queue_rules import QueueRules
from acd.calls.speaking import silence
from acd.calls.talking import Talking
from acd.calls.through import Through
from acd.calls.waiting import Waiting
from acd.calls.walking import Walking
from acd.configured import Configured
from acd.handsets import Handsets
from acd.ids import AgentId, CallerIdentity, CallId, Cause, PortId
from acd.ivr import (
    ToCallBack,
    ToEnd,
    ToExtension,
    ToNumber,
    ToQueue,
    Walk,
    is_open,
)
from acd.number_plan import Attempt, NumberPlan
from acd.numbers import Number
from acd.orders import Orders
from acd.personal_queues import personal_queue
from acd.points import NO_POINTS
from acd.records import Stage
from acd.routing import Decision, Router
from acd.settings import QueueNode
from acd.trunks import Trunks

__all__ = ["Calls"]

_Handler = Callable[[Call, str], Move | None]

_ANSWERED_AT_ONCE = "a call is answered in the event that offers it"
_NO_AGENT = "no agent has to do with this call yet"
_NOT_WALKING = "the caller is not in the flow"
_NOT_QUEUED = "the caller does not wait in a queue"
_NOT_TALKING = "nobody talks to this caller"
_NO_MENU = "no menu listens"
_NO_PROMPT = "no prompt plays"
_NOT_CALLED = "nobody is called on another trunk"
_NOT_HELD = "whoever was called can't be put on hold"


_TONES = {Cause.CALLED_BUSY: Signal.BUSY, Cause.CALLED_NO_ANSWER: Signal.BUSY}
"What whoever dialled at a station hears when nobody is reached; else congestion."


class Calls:
    """Every call from ring to record."""

    def __init__(
        self,
        configured: Configured,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        trunks: Trunks,
        plan: NumberPlan,
        router: Router,
    ) -> None:
        self._configured = configured
        self._orders = orders
        self._agents = agents
        self._handsets = handsets
        self._trunks = trunks
        self._plan = plan
        self._walking = Walking(orders, self._recognise)
        self._router = router
        self.places = Places(configured, orders, agents, router)
        self.calling_back = CallingBack(
            orders, handsets, agents, self.places, router, plan, self._is_open, self._end_by_id
        )
        announcing = Announcing(orders, self.places)
        self._waiting = Waiting(
            orders, handsets, agents, self.places, announcing, self.calling_back.caller_is_here
        )
        self._rules = QueueRules(configured, orders, agents, self.places)
        self._talking = Talking(configured, orders, handsets, agents, self._waiting)
        self._dialling = Dialling(orders, plan, trunks, self._preempt)
        self._through = Through(configured, orders, self._dialling)
        self._live: dict[CallId, Call] = {}
        self._tickets: dict[int, CallId] = {}
        self._table = _table(
            self._walking,
            self._waiting,
            announcing,
            self._talking,
            self._dialling,
            self._far_answers,
            self._through,
            self._answer_offer,
        )

    def follow(self) -> None:
        """Settings may be others than before. Callers go on in the flow as it was when they came."""
        self.places.follow(self._live)
        self._rules.follow()
        self.calling_back.follow()

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._live.values()))

    def get(self, call: str | None) -> Call | None:
        """A live call."""
        return None if call is None else self._live.get(CallId(call))

    def on_port(self, port: PortId) -> Call | None:
        """The live call that came on a trunk."""
        call = self.get(self._trunks.call_on(port))
        return call if call is not None and call.port == port else None

    def outgoing_on(self, port: PortId) -> Call | None:
        """The live call for which this trunk was seized."""
        call = self.get(self._trunks.call_on(port))
        return call if call is not None and call.port != port else None

    def begin(self, port: PortId, caller: CallerIdentity, called: str) -> None:
        """Take a call that a trunk offers: to a flow, or through to another trunk."""
        met, group = self._configured.trunks[port], self._plan.group_of(port)
        called = called or met.called
        ours = self._plan.called(called) if called else None
        orders, call_id = self._orders, self._new_id()
        absence = caller.number_absence
        orders.write(
            facts.CallOfferedToUs(
                call=call_id,
                port=port,
                called=called,
                number=caller.number,
                name=caller.name,
                number_absence=None if absence is None else absence.value,
                normal_number=caller.normal_number,
                redirecting=caller.redirecting,
                redirecting_reason=caller.redirecting_reason,
                carrier=self._plan.carrier_of(port),
                tenant="main" if ours is None else ours.tenant,
            )
        )
        language = met.language if ours is None else ours.language or met.language
        call = Call(orders.ledger.calls[call_id], port, caller, language, called)
        call.points_of_called = NO_POINTS if ours is None else ours.points
        self._recognise(call)
        self._live[call_id] = call
        self._trunks.take(port, call_id)
        through = group is not None and group.calls_through
        if ours is None and through and (called or not met.flow):
            self._carry_out(call, ToNumber(called, ""))
            return
        flow = self._configured.flows[met.flow if ours is None else ours.flow]
        greeting = () if ours is None else ours.greeting
        own = caller.normal_number or caller.number or ""
        call.walk = Walk(flow, self._is_open, greeting, self._plan.dialled_as(own))
        call.is_answered = True
        orders.ask(AnswerCall(port=port))
        orders.write(facts.CallAnswered(call=call_id))
        self._record(call, port)
        self._carry_out(call, self._walking.begin(call))

    def place(self, station: PortId, number: Number, own_number: str | None) -> None:
        """Begin a call to a number that was dialled at a station."""
        call_id, orders = self._new_id(), self._orders
        agent = self._agents.at(station)
        orders.write(
            facts.CallPlaced(call=call_id, port=station, agent="" if agent is None else agent.agent)
        )
        call = Call(
            orders.ledger.calls[call_id],
            station,
            CallerIdentity(),
            self._configured.settings.station_language,
            station=station,
            agent=None if agent is None else AgentId(agent.agent),
        )
        self._live[call_id] = call
        self._handsets.call_out(station, call_id)
        self._carry_out(call, self._dial(call, number, own_number=own_number))

    def _recognise(self, call: Call) -> None:
        """Find the lists on which the caller stands, and what all that is worth."""
        number = call.caller.normal_number or call.caller.number or ""
        lists = [
            each
            for each in self._configured.settings.caller_lists
            if stands_on(each, number, call.keyed)
        ]
        call.lists = tuple(each.name for each in lists)
        call.points = (call.points_of_called, *(each.points for each in lists))

    def _new_id(self) -> CallId:
        return CallId(f"{self._orders.ledger.count('last call') + 1:08}")

    def _record(self, call: Call, port: PortId) -> None:
        if self._configured.settings.record_calls and not call.record.is_recorded:
            # The time stands in the name, too: should a damaged journal ever make a call's number come
            # again, its recording is still another file.
            orders = self._orders
            file = f"{orders.clock.utc(orders.now):%Y-%m-%d/%H%M%S}-{call.id}.wav"
            orders.ask(
                StartRecording(call=call.id, port=port, file=file, tenant=call.record.tenant)
            )
            orders.write(facts.RecordingStarted(call=call.id, file=file))

    def receive(self, call: Call, given: CallInput, key: str = "") -> None:
        """Let something happen to a call."""
        handler = self._table[call.record.stage][given]
        if not isinstance(handler, str):
            self._carry_out(call, handler(call, key))

    def finish_sound(self, call: Call, sound_id: int) -> None:
        """Prompts were heard to their end; those of a replaced sound are of no interest."""
        if call.sound_id == sound_id:
            self.receive(call, CallInput.SOUND_FINISHED)

    def end(
        self, call: Call, cause: Cause, *, line_is_free: bool = False, q850: int | None = None
    ) -> None:
        """End a call, whatever its stage.

        Args:
            call: Which.
            cause: Why.
            line_is_free: The trunk is not to be hung up any more: the caller did, or it failed.
            q850: The far end's cause of ITU-T Q.850, if it told one.
        """
        orders, stage = self._orders, call.record.stage
        match stage:
            case Stage.OFFERED | Stage.WALKING:
                self._walking.leave(call)
            case Stage.DIALLING:
                self._dialling.leave(call, cause)
            case Stage.THROUGH:
                self._through.leave(call, cause)
            case Stage.QUEUED if not call.call_back:
                self._waiting.leave(call)
            case Stage.OFFERING:
                self._waiting.withdraw(call, cause)
                if not call.call_back:
                    self._waiting.leave(call)
            case Stage.TALKING:
                self._talking.part(call, cause)
            case Stage.QUEUED:
                pass  # a call-back, for which the last handset has stopped ringing
        silence(orders, call)
        if call.record.is_recorded:
            orders.ask(StopRecording(call=call.id))
            orders.write(facts.RecordingStopped(call=call.id))
        if call.call_back and call.station is None:
            pass  # nobody has lifted a handset for it
        elif call.is_from_station:
            if stage is Stage.DIALLING:
                self._handsets.fail(call.port, _TONES.get(cause, Signal.CONGESTION))
            self._handsets.release(call.port, cause)
        elif line_is_free:
            self._trunks.release(call.port)
        else:
            self._trunks.clear(call.port, cause, q850)
        if call.ticket is not None:
            self._tickets.pop(call.ticket, None)
        del self._live[call.id]
        orders.write(self._ended(call, cause, stage, q850))
        if call.call_back:
            self._end_call_back(call, cause, stage)
        if stage is Stage.TALKING:
            self._talking.wrap_up(call)

    def _end_call_back(self, call: Call, cause: Cause, stage: Stage) -> None:
        if stage is Stage.THROUGH:
            assert call.agent is not None
            self._agents.start_wrap_up(call.agent, call.id)
        else:
            self.calling_back.fail(call, cause)

    def _end_by_id(self, call_id: CallId, cause: Cause) -> None:
        self.end(self._live[call_id], cause)

    def offer_waiting(self) -> None:
        """Ring handsets for every caller who can have an agent now."""
        for decision in self._router.decide(self._orders.now):
            if self.calling_back.is_one(decision.contact):
                self._offer_call_back(decision)
            else:
                self._waiting.offer(self._live[decision.contact], decision)

    def _offer_call_back(self, decision: Decision) -> None:
        """A call of ours begins with the ringing of an agent."""
        record = self.calling_back.may_be_called(decision.contact)
        if record is None:
            for agent in decision.agents:
                self._orders.touch(agent)
            return
        orders, call_id = self._orders, self._new_id()
        station = PortId(orders.ledger.agent(decision.agents[0]).station)
        orders.write(
            facts.CallPlaced(
                call=call_id, port=station, agent=decision.agents[0], call_back=record.call_back
            )
        )
        call = Call(
            orders.ledger.calls[call_id],
            station,
            CallerIdentity(),
            record.language or self._configured.settings.station_language,
        )
        self._live[call_id] = call
        self.calling_back.offer(call, record, decision)

    def _answer_offer(self, call: Call, station: str) -> Move | None:
        if not call.call_back:
            self._talking.connect(call, station)
            return None
        agent = call.offers.pop(PortId(station))
        self._waiting.withdraw(call, Cause.ANSWERED_ELSEWHERE)
        number = self._plan.reader.read(self.calling_back.accept(call, PortId(station), agent))
        if number is None:
            return ToEnd(Cause.WRONG_NUMBER)
        return self._dial(call, number, own_number=None)

    def apply_rules(self) -> None:
        """Let callers overflow, agents be lent, and those go on for whom nobody is there."""
        for deserted in self._rules.deserted():
            self.receive(self._live[deserted], CallInput.DESERTED)
        self._rules.overflow(self._live)
        self._rules.lend()

    def time_rules(self) -> None:
        """See to it that the rules are looked at while anybody waits."""
        self._rules.time()

    def _carry_out(self, call: Call, move: Move | None) -> None:
        while move is not None:
            match move:
                case ToNode():
                    move = self._walking.enter(call, move.node)
                case ToQueue():
                    move = self._waiting.enter(call, move.node)
                case ToNumber():
                    move = self._go_through(call, move)
                case ToCallBack():
                    requested = self.calling_back.request(call, move)
                    if isinstance(requested, int):
                        self._walking.await_stored(call, requested)
                        self._tickets[requested] = call.id
                        move = None
                    else:
                        move = requested
                case ToExtension():
                    move = self._ask_for(move)
                case ToEnd():
                    self.end(call, move.cause, q850=move.q850)
                    move = None

    def store(self, ticket: int) -> None:
        """A fact that a caller waits for is safe on disk."""
        call = self.get(self._tickets.pop(ticket, None))
        if call is not None and call.ticket == ticket:
            self.receive(call, CallInput.STORED)

    def _ask_for(self, to: ToExtension) -> Move:
        """The caller wants this agent and nobody else."""
        node = to.node
        queue = personal_queue(to.extension)
        if not self.places.knows(queue):
            return ToNode(node.unknown)
        return ToQueue(QueueNode(queue=queue, timed_out=node.timed_out, nobody=node.absent))

    def _go_through(self, call: Call, to: ToNumber) -> Move | None:
        dialled = to.number or call.called
        number = self._plan.reader.read(dialled) if dialled else None
        if number is None:
            return ToNode(to.failed) if to.failed else ToEnd(Cause.WRONG_NUMBER)
        return self._dial(call, number, own_number=None, failed_node=to.failed)

    def _dial(
        self, call: Call, number: Number, *, own_number: str | None, failed_node: str = ""
    ) -> Move | None:
        self._orders.write(
            facts.NumberDialled(
                call=call.id,
                dialled=number.dialled,
                number=number.digits,
                kind=number.kind.value,
            )
        )
        return self._dialling.begin(call, number, own_number=own_number, failed_node=failed_node)

    def _preempt(self, attempts: list[Attempt], for_call: Call) -> None:
        ports = {port for attempt in attempts for port in attempt.group.ports}
        victim = call_to_end(self._live.values(), ports, for_call)
        if victim is not None:
            self.end(victim, Cause.PREEMPTED)

    def _far_answers(self, call: Call, connected: str) -> None:
        leg = call.outgoing
        assert leg is not None
        assert leg.port is not None
        self._through.connect(call, connected)
        if call.call_back:
            self.calling_back.reach(call)
        if call.is_from_station:
            self._record(call, leg.port)

    def _ended(self, call: Call, cause: Cause, stage: Stage, q850: int | None) -> facts.CallEnded:
        record, now = call.record, self._orders.now
        answered_s = 0.0 if record.answered_at is None else now - record.answered_at
        return facts.CallEnded(
            call=call.id,
            cause=cause.value,
            stage=stage.value,
            q850=q850,
            carrier=record.carrier,
            month=f"{self._orders.clock.utc(now):%Y-%m}" if record.carrier else "",
            answered_s=round(answered_s, 3),
        )

    def _is_open(self, schedule: str) -> bool:
        clock, now = self._orders.clock, self._orders.now
        known = self._configured.schedules.get(schedule)
        if known is None:
            return False  # the flow of this caller is older than the settings
        return is_open(known, clock.utc(now), clock_trusted=clock.is_trusted(now))


def _table(
    walking: Walking,
    waiting: Waiting,
    announcing: Announcing,
    talking: Talking,
    dialling: Dialling,
    through: Callable[[Call, str], None],
    joined: Through,
    answer_offer: Callable[[Call, str], Move | None],
) -> dict[Stage, dict[CallInput, _Handler | str]]:
    """Stage by input: what is done, or why nothing is."""
    no_agent: dict[CallInput, _Handler | str] = dict.fromkeys(
        (
            CallInput.ANSWERED,
            CallInput.MISSED,
            CallInput.OFFER_LOST,
            CallInput.HUNG_UP,
            CallInput.FLASHED,
            CallInput.HOLD_DUE,
            CallInput.STATION_LOST,
        ),
        _NO_AGENT,
    )
    not_queued: dict[CallInput, _Handler | str] = dict.fromkeys(
        (
            CallInput.WAIT_DUE,
            CallInput.DESERTED,
            CallInput.ANNOUNCE_DUE,
            CallInput.ANNOUNCEMENT_OVERDUE,
        ),
        _NOT_QUEUED,
    )
    not_called: dict[CallInput, _Handler | str] = dict.fromkeys(
        (
            CallInput.DIAL_DUE,
            CallInput.RETRY_DUE,
            CallInput.FAR_PROCEEDS,
            CallInput.FAR_ALERTS,
            CallInput.FAR_ANSWERED,
            CallInput.FAR_CLEARED,
        ),
        _NOT_CALLED,
    )
    return {
        Stage.OFFERED: dict.fromkeys(CallInput, _ANSWERED_AT_ONCE),
        Stage.WALKING: {
            **no_agent,
            **not_queued,
            **not_called,
            CallInput.STORED: walking.promise,
            CallInput.STORE_OVERDUE: walking.doubt,
            CallInput.KEYED: walking.hear_key,
            CallInput.SOUND_FINISHED: walking.finish_sound,
            CallInput.WALK_DUE: walking.time_out,
            CallInput.TALK_DUE: _NOT_TALKING,
        },
        Stage.QUEUED: {
            CallInput.STORED: _NOT_WALKING,
            CallInput.STORE_OVERDUE: _NOT_WALKING,
            **no_agent,
            **not_called,
            CallInput.KEYED: waiting.press,
            CallInput.SOUND_FINISHED: announcing.finish_announcement,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.WAIT_DUE: waiting.give_up,
            CallInput.DESERTED: waiting.dismiss,
            CallInput.ANNOUNCE_DUE: announcing.announce,
            CallInput.ANNOUNCEMENT_OVERDUE: announcing.finish_announcement,
            CallInput.TALK_DUE: _NOT_TALKING,
        },
        Stage.OFFERING: {
            CallInput.STORED: _NOT_WALKING,
            CallInput.STORE_OVERDUE: _NOT_WALKING,
            **not_called,
            CallInput.KEYED: waiting.press,
            CallInput.SOUND_FINISHED: announcing.finish_announcement,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.DESERTED: "an agent may answer any moment; looked at again if none does",
            CallInput.WAIT_DUE: "an agent may answer any moment; looked at again if none does",
            CallInput.ANNOUNCE_DUE: "no place is told while a handset rings",
            CallInput.ANNOUNCEMENT_OVERDUE: announcing.finish_announcement,
            CallInput.TALK_DUE: _NOT_TALKING,
            CallInput.ANSWERED: answer_offer,
            CallInput.MISSED: waiting.miss,
            CallInput.OFFER_LOST: waiting.lose_offer,
            CallInput.HUNG_UP: _NOT_TALKING,
            CallInput.FLASHED: _NOT_TALKING,
            CallInput.HOLD_DUE: _NOT_TALKING,
            CallInput.STATION_LOST: waiting.lose_offer,
        },
        Stage.TALKING: {
            CallInput.STORED: _NOT_WALKING,
            CallInput.STORE_OVERDUE: _NOT_WALKING,
            **not_queued,
            **not_called,
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: _NO_PROMPT,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.TALK_DUE: talking.reach_limit,
            CallInput.ANSWERED: "they talk already",
            CallInput.MISSED: "they talk already",
            CallInput.OFFER_LOST: "they talk already",
            CallInput.HUNG_UP: talking.hang_up,
            CallInput.FLASHED: talking.flash,
            CallInput.HOLD_DUE: talking.end_hold,
            CallInput.STATION_LOST: talking.lose_station,
        },
        Stage.DIALLING: {
            CallInput.STORED: _NOT_WALKING,
            CallInput.STORE_OVERDUE: _NOT_WALKING,
            **no_agent,
            **not_queued,
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: _NO_PROMPT,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.TALK_DUE: _NOT_TALKING,
            CallInput.DIAL_DUE: dialling.give_up,
            CallInput.RETRY_DUE: dialling.retry,
            CallInput.FAR_PROCEEDS: dialling.proceed,
            CallInput.FAR_ALERTS: dialling.alert,
            CallInput.FAR_ANSWERED: through,
            CallInput.FAR_CLEARED: dialling.clear,
            CallInput.HUNG_UP: joined.hang_up,
            CallInput.FLASHED: _NOT_HELD,
            CallInput.STATION_LOST: joined.lose_station,
        },
        Stage.THROUGH: {
            CallInput.STORED: _NOT_WALKING,
            CallInput.STORE_OVERDUE: _NOT_WALKING,
            **no_agent,
            **not_queued,
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: _NO_PROMPT,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.TALK_DUE: joined.reach_limit,
            CallInput.DIAL_DUE: "they talk already",
            CallInput.RETRY_DUE: "they talk already",
            CallInput.FAR_PROCEEDS: "they talk already",
            CallInput.FAR_ALERTS: "they talk already",
            CallInput.FAR_ANSWERED: "they talk already",
            CallInput.FAR_CLEARED: joined.clear,
            CallInput.HUNG_UP: joined.hang_up,
            CallInput.FLASHED: _NOT_HELD,
            CallInput.STATION_LOST: joined.lose_station,
        },
    }
