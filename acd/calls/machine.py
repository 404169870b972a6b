"""All live calls, and the machine that moves each from stage to stage.

A stage handles what happens in it and may answer with a `Move`; only this machine carries moves out. A
call ends in every stage by the same door.
"""

from collections.abc import Callable, Iterator

from acd import facts
from acd.actions import AnswerCall, ClearLine, StartRecording, StopRecording
from acd.agents import Agents
from acd.calls.call import Call, CallInput, Move, ToNode
from acd.calls.speaking import silence
from acd.calls.talking import Talking
from acd.calls.waiting import Waiting
from acd.calls.walking import Walking
from acd.handsets import Handsets
from acd.ids import AgentId, CallerIdentity, CallId, Cause, PortId
from acd.ivr import ToEnd, ToQueue, Walk, is_open
from acd.orders import Orders
from acd.records import Stage
from acd.routing import pair
from acd.settings import CenterSettings

__all__ = ["Calls"]

_Handler = Callable[[Call, str], Move | None]

_ANSWERED_AT_ONCE = "a call is answered in the event that offers it"
_NO_AGENT = "no agent has to do with this call yet"
_NOT_WALKING = "the caller is not in the flow"
_NOT_QUEUED = "the caller does not wait in a queue"
_NOT_TALKING = "nobody talks to this caller"
_NO_MENU = "no menu listens"
_NO_PROMPT = "no prompt plays"


class Calls:
    """Every call from ring to record."""

    def __init__(
        self, settings: CenterSettings, orders: Orders, handsets: Handsets, agents: Agents
    ) -> None:
        self._settings = settings
        self._orders = orders
        self._agents = agents
        self._trunks = {trunk.port: trunk for trunk in settings.trunks}
        self._flows = {flow.name: flow for flow in settings.flows}
        self._schedules = {schedule.name: schedule for schedule in settings.schedules}
        self._members = {queue.name: frozenset(queue.agents) for queue in settings.queues}
        self._walking = Walking(orders)
        self._waiting = Waiting(settings, orders, handsets, agents)
        self._talking = Talking(settings.talk_limit_s, orders, handsets, agents, self._waiting)
        self._live: dict[CallId, Call] = {}
        self._by_port: dict[PortId, Call] = {}
        self._table = _table(self._walking, self._waiting, self._talking)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._live.values()))

    @property
    def lines(self) -> Waiting:
        """The queues."""
        return self._waiting

    def get(self, call: str | None) -> Call | None:
        """A live call."""
        return None if call is None else self._live.get(CallId(call))

    def on_port(self, port: PortId) -> Call | None:
        """The live call of a trunk."""
        return self._by_port.get(port)

    def begin(self, port: PortId, caller: CallerIdentity, called: str) -> None:
        """Answer a call that a trunk offers, and start its flow."""
        orders, trunk = self._orders, self._trunks[port]
        call_id = CallId(f"{orders.ledger.count('last call') + 1:08}")
        absence = caller.number_absence
        orders.write(
            facts.CallOfferedToUs(
                call=call_id,
                port=port,
                called=called or trunk.called,
                number=caller.number,
                name=caller.name,
                number_absence=None if absence is None else absence.value,
            )
        )
        call = Call(
            record=orders.ledger.calls[call_id],
            caller=caller,
            trunk=trunk,
            walk=Walk(self._flows[trunk.flow], self._is_open),
        )
        self._live[call_id] = self._by_port[port] = call
        orders.ask(AnswerCall(port=port))
        orders.write(facts.CallAnswered(call=call_id))
        if self._settings.record_calls:
            # The time stands in the name, too: should a damaged journal ever make a call's number come
            # again, its recording is still another file.
            file = f"{orders.clock.utc(orders.now):%Y-%m-%d/%H%M%S}-{call_id}.wav"
            orders.ask(StartRecording(call=call_id, port=port, file=file))
            orders.write(facts.RecordingStarted(call=call_id, file=file))
        self._carry_out(call, self._walking.begin(call))

    def receive(self, call: Call, given: CallInput, key: str = "") -> None:
        """Let something happen to a call."""
        handler = self._table[call.record.stage][given]
        if not isinstance(handler, str):
            self._carry_out(call, handler(call, key))

    def finish_sound(self, call: Call, sound_id: int) -> None:
        """Prompts were heard to their end; those of a replaced sound are of no interest."""
        if call.sound_id == sound_id:
            self.receive(call, CallInput.SOUND_FINISHED)

    def end(self, call: Call, cause: Cause, *, line_is_free: bool = False) -> None:
        """End a call, whatever its stage.

        Args:
            call: Which.
            cause: Why.
            line_is_free: The trunk is not to be hung up any more: the caller did, or it failed.
        """
        orders, stage = self._orders, call.record.stage
        match stage:
            case Stage.OFFERED | Stage.WALKING:
                self._walking.leave(call)
            case Stage.QUEUED:
                self._waiting.leave(call)
            case Stage.OFFERING:
                self._waiting.withdraw(call, cause)
                self._waiting.leave(call)
            case Stage.TALKING:
                self._talking.part(call, cause)
        silence(orders, call)
        if call.record.is_recorded:
            orders.ask(StopRecording(call=call.id))
            orders.write(facts.RecordingStopped(call=call.id))
        if not line_is_free:
            orders.ask(ClearLine(port=call.port, cause=cause))
        del self._live[call.id], self._by_port[call.port]
        orders.write(facts.CallEnded(call=call.id, cause=cause.value, stage=stage.value))
        if stage is Stage.TALKING:
            self._talking.wrap_up(call)

    def offer_waiting(self) -> None:
        """Ring a handset for every caller who can have an agent now."""
        waiting = self._waiting.waiting()
        if not waiting:
            return
        callers = {queue: line.to_be_offered() for queue, line in waiting.items()}
        for contact, agent in pair(callers, self._agents.ready(), self._members):
            station = PortId(self._orders.ledger.agent(agent).station)
            self._waiting.offer(self._live[contact.call], AgentId(agent), station)

    def _carry_out(self, call: Call, move: Move | None) -> None:
        while move is not None:
            match move:
                case ToNode():
                    move = self._walking.enter(call, move.node)
                case ToQueue():
                    self._waiting.enter(call, move)
                    move = None
                case ToEnd():
                    self.end(call, move.cause)
                    move = None

    def _is_open(self, schedule: str) -> bool:
        clock, now = self._orders.clock, self._orders.now
        return is_open(
            self._schedules[schedule], clock.utc(now), clock_trusted=clock.is_trusted(now)
        )


def _table(
    walking: Walking, waiting: Waiting, talking: Talking
) -> dict[Stage, dict[CallInput, _Handler | str]]:
    """Stage by input: what is done, or why nothing is."""
    return {
        Stage.OFFERED: dict.fromkeys(CallInput, _ANSWERED_AT_ONCE),
        Stage.WALKING: {
            CallInput.KEYED: walking.hear_key,
            CallInput.SOUND_FINISHED: walking.finish_sound,
            CallInput.WALK_DUE: walking.time_out,
            CallInput.WAIT_DUE: _NOT_QUEUED,
            CallInput.ANNOUNCE_DUE: _NOT_QUEUED,
            CallInput.ANNOUNCEMENT_OVERDUE: _NOT_QUEUED,
            CallInput.TALK_DUE: _NOT_TALKING,
            CallInput.ANSWERED: _NO_AGENT,
            CallInput.MISSED: _NO_AGENT,
            CallInput.OFFER_LOST: _NO_AGENT,
            CallInput.HUNG_UP: _NO_AGENT,
            CallInput.STATION_LOST: _NO_AGENT,
        },
        Stage.QUEUED: {
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: waiting.finish_announcement,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.WAIT_DUE: waiting.give_up,
            CallInput.ANNOUNCE_DUE: waiting.announce,
            CallInput.ANNOUNCEMENT_OVERDUE: waiting.finish_announcement,
            CallInput.TALK_DUE: _NOT_TALKING,
            CallInput.ANSWERED: _NO_AGENT,
            CallInput.MISSED: _NO_AGENT,
            CallInput.OFFER_LOST: _NO_AGENT,
            CallInput.HUNG_UP: _NO_AGENT,
            CallInput.STATION_LOST: _NO_AGENT,
        },
        Stage.OFFERING: {
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: waiting.finish_announcement,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.WAIT_DUE: "an agent may answer any moment; looked at again if none does",
            CallInput.ANNOUNCE_DUE: "no place is told while a handset rings",
            CallInput.ANNOUNCEMENT_OVERDUE: waiting.finish_announcement,
            CallInput.TALK_DUE: _NOT_TALKING,
            CallInput.ANSWERED: talking.connect,
            CallInput.MISSED: waiting.miss,
            CallInput.OFFER_LOST: waiting.lose_offer,
            CallInput.HUNG_UP: _NOT_TALKING,
            CallInput.STATION_LOST: waiting.lose_offer,
        },
        Stage.TALKING: {
            CallInput.KEYED: _NO_MENU,
            CallInput.SOUND_FINISHED: _NO_PROMPT,
            CallInput.WALK_DUE: _NOT_WALKING,
            CallInput.WAIT_DUE: _NOT_QUEUED,
            CallInput.ANNOUNCE_DUE: _NOT_QUEUED,
            CallInput.ANNOUNCEMENT_OVERDUE: _NOT_QUEUED,
            CallInput.TALK_DUE: talking.reach_limit,
            CallInput.ANSWERED: "they talk already",
            CallInput.MISSED: "they talk already",
            CallInput.OFFER_LOST: "they talk already",
            CallInput.HUNG_UP: talking.hang_up,
            CallInput.STATION_LOST: talking.lose_station,
        },
    }
