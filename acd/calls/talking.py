"""The stage in which caller and agent talk."""

from acd import facts
from acd.actions import Connect, Disconnect
from acd.agents import Agents
from acd.calls.call import Call, Move
from acd.calls.speaking import play_music, silence
from acd.calls.waiting import Waiting
from acd.configured import Configured
from acd.handsets import Handsets
from acd.ids import Cause, PortId
from acd.ivr import ToEnd
from acd.orders import Orders
from acd.timers import Purpose

__all__ = ["Talking"]


class Talking:
    """Joins caller and agent, and parts them."""

    def __init__(
        self,
        configured: Configured,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        waiting: Waiting,
    ) -> None:
        self._configured = configured
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._waiting = waiting

    def connect(self, call: Call, answered: str) -> None:
        """An agent answered, at this station."""
        station, queue = PortId(answered), call.offered_in
        assert queue is not None
        agent = call.agent = self._waiting.accept(call, station)
        call.station = station
        self._orders.ask(Connect(port=call.port, other=station))
        self._orders.write(facts.OfferAnswered(call=call.id, agent=agent))
        turn = 1 / self._configured.queues[queue].weights.get(agent, 1.0)
        self._orders.write(facts.CallConnected(call=call.id, agent=agent, queue=queue, turn=turn))
        due = self._orders.now + self._configured.settings.talk_limit_s
        self._orders.timers.start(Purpose.TALK, call.id, due)

    def hang_up(self, call: Call, _: str) -> Move | None:
        """The agent put the handset down; a caller on hold waits for another agent."""
        if not call.is_held:
            return ToEnd(Cause.AGENT_HUNG_UP)
        self.lose_station(call, _)
        return None

    def flash(self, call: Call, _: str) -> None:
        """The agent tapped the hook: the caller is put on hold, or talked to again."""
        if call.is_held:
            self.end_hold(call, _)
            return
        assert call.station is not None
        assert call.agent is not None
        assert call.offered_in is not None
        call.is_held = True
        self._orders.ask(Disconnect(port=call.port, other=call.station))
        play_music(self._orders, call, self._configured.queues[call.offered_in].music)
        self._handsets.confirm(call.station)
        self._orders.write(facts.CallHeld(call=call.id, agent=call.agent))
        due = self._orders.now + self._configured.settings.hold_limit_s
        self._orders.timers.start(Purpose.HOLD, call.id, due)

    def end_hold(self, call: Call, _: str) -> None:
        """They hear each other again."""
        assert call.station is not None
        assert call.agent is not None
        self._take_off_hold(call)
        self._orders.ask(Connect(port=call.port, other=call.station))
        self._orders.write(facts.CallRetrieved(call=call.id, agent=call.agent))

    def _take_off_hold(self, call: Call) -> None:
        call.is_held = False
        self._orders.timers.stop(Purpose.HOLD, call.id)
        silence(self._orders, call)

    def reach_limit(self, _: Call, __: str) -> Move:
        """The longest talk is over."""
        return ToEnd(Cause.TALK_LIMIT)

    def lose_station(self, call: Call, _: str) -> None:
        """The agent's station failed: the caller waits again, before those who came later."""
        self.part(call, Cause.LINE_FAILED)
        self.wrap_up(call)
        self._waiting.re_enter(call)

    def part(self, call: Call, cause: Cause) -> None:
        """Take caller and handset apart."""
        assert call.station is not None
        self._orders.timers.stop(Purpose.TALK, call.id)
        if call.is_held:
            self._take_off_hold(call)
        else:
            self._orders.ask(Disconnect(port=call.port, other=call.station))
        self._handsets.release(call.station, cause)
        call.station = None

    def wrap_up(self, call: Call) -> None:
        """Give the agent time to finish."""
        assert call.agent is not None
        self._agents.start_wrap_up(call.agent, call.id)
        call.agent = None
