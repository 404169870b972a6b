"""The stage in which a call is joined to whoever answered on another trunk."""

from acd import facts
from acd.actions import AnswerCall
from acd.calls.call import Call, Move
from acd.calls.dialling import Dialling
from acd.configured import Configured
from acd.ids import Cause
from acd.ivr import ToEnd
from acd.orders import Orders
from acd.timers import Purpose

__all__ = ["Through"]


class Through:
    """Joins both ends, and parts them."""

    def __init__(self, configured: Configured, orders: Orders, dialling: Dialling) -> None:
        self._configured = configured
        self._orders = orders
        self._dialling = dialling

    def connect(self, call: Call, connected: str) -> None:
        """The called party answered: so do we, whoever waits for that."""
        leg, orders = call.outgoing, self._orders
        assert leg is not None
        assert leg.port is not None
        leg.answered_at = orders.now
        if not call.is_answered:
            call.is_answered = True
            if not call.is_from_station:
                orders.ask(AnswerCall(port=call.port))
                orders.write(facts.CallAnswered(call=call.id))
        self._dialling.connect(call)
        orders.write(facts.FarEndAnswered(call=call.id, port=leg.port, connected=connected or None))
        orders.timers.start(
            Purpose.TALK, call.id, orders.now + self._configured.settings.talk_limit_s
        )

    def clear(self, call: Call, cause: str) -> Move:
        """The called party hung up, or its trunk failed."""
        failed = Cause(cause) is Cause.LINE_FAILED
        why = Cause.LINE_FAILED if failed else Cause.CALLED_HUNG_UP
        leg = call.outgoing
        assert leg is not None
        q850 = leg.q850
        self._dialling.release(call, why, line_is_free=True)
        return ToEnd(why, q850)

    def hang_up(self, _: Call, __: str) -> Move:
        """Whoever dialled at a station put the handset down."""
        return ToEnd(Cause.AGENT_HUNG_UP)

    def lose_station(self, _: Call, __: str) -> Move:
        """The station failed at which the number was dialled."""
        return ToEnd(Cause.LINE_FAILED)

    def reach_limit(self, _: Call, __: str) -> Move:
        """The longest talk is over."""
        return ToEnd(Cause.TALK_LIMIT)

    def leave(self, call: Call, cause: Cause) -> None:
        """The call ends."""
        self._orders.timers.stop(Purpose.TALK, call.id)
        self._dialling.leave(call, cause)
