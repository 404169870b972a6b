"""The stage in which a trunk is sought for a call, and whoever was called has not answered.

Ways are tried in their order: glare and a line that fails lead to the next trunk of the group, congestion to
the next group; busy, no answer and the like are the called party's and end the search. What the far end sends
before its answer is heard by the caller. An emergency call ends another one, if no line is free, and keeps
trying.
"""

from collections.abc import Callable

from acd import facts
from acd.actions import Connect, DialOut, Disconnect, TellAlerting, TellProgress
from acd.calls.call import Call, Move, OutgoingLeg, Sound, ToNode
from acd.calls.speaking import play_ringback, silence
from acd.ids import CallerIdentity, Cause, PortId
from acd.ivr import ToEnd
from acd.number_plan import Attempt, NumberPlan
from acd.numbers import Number, NumberKind
from acd.orders import Orders
from acd.timers import Purpose
from acd.trunk_settings import TrunkGroupSettings
from acd.trunks import Trunks

__all__ = ["Dialling"]

MOST_TRUNKS = 12
"Tried for one call: more glare than that is a fault."
RETRY_S = 0.5
PREEMPT_S = 5.0
"A line of which the call was ended is free by then; else another one is ended."
EMERGENCY_S = 60.0
"So long an emergency call seeks a line before it is given up."
_CALLED_SIDE = {
    Cause.CALLER_HUNG_UP: Cause.CALLED_HUNG_UP,
    Cause.AGENT_HUNG_UP: Cause.CALLED_HUNG_UP,
    Cause.NO_ANSWER: Cause.CALLED_NO_ANSWER,
}
"What a line says of whoever is at its other end: here that is the called party."
_NEXT_TRUNK = (Cause.GLARE, Cause.CONGESTION, Cause.LINE_FAILED)
"With these the line or the network failed, not the called party."


class Dialling:
    """Seeks trunks and waits for the answer."""

    def __init__(
        self,
        orders: Orders,
        plan: NumberPlan,
        trunks: Trunks,
        preempt: Callable[[list[Attempt], Call], None],
    ) -> None:
        self._orders = orders
        self._plan = plan
        self._trunks = trunks
        self._preempt = preempt

    def begin(
        self, call: Call, number: Number, *, own_number: str | None, failed_node: str = ""
    ) -> Move | None:
        """Seek a trunk for this call, none in the group on which it came."""
        group = self._plan.group_of(call.port)
        attempts = self._plan.attempts(number, not_group="" if group is None else group.name)
        caller = CallerIdentity(number=own_number) if own_number else call.caller
        call.outgoing = OutgoingLeg(number, caller, attempts, failed_node=failed_node)
        if not attempts:
            return self._fail(call, Cause.NO_ROUTE, None)
        if number.kind is NumberKind.EMERGENCY:
            call.outgoing.gives_up_at = self._orders.now + EMERGENCY_S
        return self._seize(call)

    def retry(self, call: Call, _: str) -> Move | None:
        """An emergency call looks for a line again."""
        leg = _leg(call)
        if leg.port is not None:
            return None
        leg.index = 0
        leg.tried.clear()
        leg.congested.clear()
        return self._seize(call)

    def proceed(self, call: Call, in_band: str) -> None:
        """The number is out."""
        if in_band:
            self._let_hear(call)
            if not call.is_answered and not call.is_from_station:
                self._orders.ask(TellProgress(port=call.port))

    def alert(self, call: Call, in_band: str) -> None:
        """It rings there."""
        leg = _leg(call)
        assert leg.port is not None
        self._orders.write(facts.FarEndAlerted(call=call.id, port=leg.port))
        if in_band:
            self._let_hear(call)
        elif not leg.is_heard and call.sound is Sound.NONE:
            play_ringback(self._orders, call)
        if not call.is_answered and not call.is_from_station:
            self._orders.ask(TellAlerting(port=call.port, in_band=leg.is_heard))

    def clear(self, call: Call, cause: str) -> Move | None:
        """The trunk was cleared before the answer."""
        leg = _leg(call)
        why = _CALLED_SIDE.get(Cause(cause), Cause(cause))
        self.release(call, why, line_is_free=True)
        is_urgent = leg.gives_up_at is not None
        if why is Cause.CONGESTION:
            leg.congested.add(leg.attempts[leg.index].group.name)
            leg.index += 1  # its other lines lead to the same exchange
        if why in _NEXT_TRUNK and (is_urgent or len(leg.tried) < MOST_TRUNKS):
            return self._seize(call)
        return self._fail(call, why, leg.q850)

    def give_up(self, call: Call, _: str) -> Move | None:
        """Nobody answered in time."""
        self.release(call, Cause.CALLED_NO_ANSWER)
        return self._fail(call, Cause.CALLED_NO_ANSWER, None)

    def leave(self, call: Call, cause: Cause) -> None:
        """The call ends, or goes elsewhere."""
        self._orders.timers.stop(Purpose.RETRY, call.id)
        if call.outgoing is not None and call.outgoing.port is not None:
            self.release(call, cause)

    def release(self, call: Call, cause: Cause, *, line_is_free: bool = False) -> None:
        """Let the seized trunk go."""
        leg, orders = _leg(call), self._orders
        port = leg.port
        assert port is not None
        orders.timers.stop(Purpose.DIAL, call.id)
        if leg.is_heard:
            orders.ask(Disconnect(port=call.port, other=port))
            leg.is_heard = False
        if line_is_free:
            self._trunks.release(port)
        else:
            self._trunks.clear(port, cause)
        answered_s = 0.0 if leg.answered_at is None else orders.now - leg.answered_at
        orders.write(
            facts.TrunkReleased(
                call=call.id,
                port=port,
                carrier=self._plan.carrier_of(port),
                month=f"{orders.clock.utc(orders.now):%Y-%m}",
                cause=cause.value,
                q850=leg.q850 if line_is_free else None,
                answered_s=round(answered_s, 3),
            )
        )
        leg.port = leg.answered_at = None

    def _seize(self, call: Call) -> Move | None:
        leg = _leg(call)
        while leg.index < len(leg.attempts):
            attempt = leg.attempts[leg.index]
            port = self._trunks.choose(attempt.group, leg.tried)
            if port is not None:
                self._dial(call, leg, attempt, port)
                return None
            leg.index += 1
        if leg.gives_up_at is not None and self._orders.now < leg.gives_up_at:
            full = [each for each in leg.attempts if each.group.name not in leg.congested]
            since = leg.preempted_at
            if full and (since is None or self._orders.now - since >= PREEMPT_S):
                leg.preempted_at = self._orders.now
                self._preempt(full, call)
            self._orders.timers.start(Purpose.RETRY, call.id, self._orders.now + RETRY_S)
            return None
        return self._fail(call, Cause.CONGESTION, leg.q850)

    def _dial(self, call: Call, leg: OutgoingLeg, attempt: Attempt, port: PortId) -> None:
        orders, group = self._orders, attempt.group
        leg.tried.add(port)
        leg.port, leg.q850 = port, None
        self._trunks.take(port, call.id)
        orders.write(
            facts.TrunkSeized(
                call=call.id,
                port=port,
                group=group.name,
                carrier=group.accounted_to,
                number=leg.number.digits,
                sent=attempt.sent,
            )
        )
        orders.timers.start(Purpose.DIAL, call.id, orders.now + group.answer_limit_s)
        shown = _shown(call, leg, group)
        orders.ask(DialOut(port=port, number=attempt.sent, caller=shown))

    def _fail(self, call: Call, cause: Cause, q850: int | None) -> Move:
        leg = _leg(call)
        self._orders.timers.stop(Purpose.RETRY, call.id)
        silence(self._orders, call)
        return ToNode(leg.failed_node) if leg.failed_node else ToEnd(cause, q850)

    def _let_hear(self, call: Call) -> None:
        leg = _leg(call)
        assert leg.port is not None
        if not leg.is_heard:
            silence(self._orders, call)
            leg.is_heard = True
            self._orders.ask(Connect(port=call.port, other=leg.port))

    def connect(self, call: Call) -> None:
        """Both hear each other, if they do not yet."""
        self._orders.timers.stop(Purpose.DIAL, call.id)
        self._let_hear(call)


def _leg(call: Call) -> OutgoingLeg:
    assert call.outgoing is not None
    return call.outgoing


def _shown(call: Call, leg: OutgoingLeg, group: TrunkGroupSettings) -> CallerIdentity:
    """Who calls, for this group: the caller where that may pass, else a number of ours."""
    if call.is_from_station:
        number = leg.caller.number or group.caller_number
        return CallerIdentity(number=number)
    if group.passes_caller:
        caller = leg.caller
        return CallerIdentity(
            number=caller.normal_number or caller.number,
            name=caller.name,
            number_absence=caller.number_absence,
            redirecting=group.caller_number if call.is_answered else caller.redirecting,
            redirecting_reason=None if call.is_answered else caller.redirecting_reason,
        )
    return CallerIdentity(number=group.caller_number)
