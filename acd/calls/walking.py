"""The stage in which a caller walks through the flow of the trunk."""

from collections.abc import Callable

from acd import facts
from acd.actions import StartMessage, StopMessage
from acd.calls.call import Call, Move, Sound, ToNode
from acd.calls.speaking import play_prompts, silence
from acd.ivr import (
    BeginMessage,
    EndMessage,
    Enter,
    Hush,
    JudgeKey,
    KeyedIn,
    Play,
    Step,
    ToCallBack,
    ToEnd,
    ToExtension,
    ToNumber,
    ToQueue,
    Wait,
    Walk,
    WalkInput,
)
from acd.orders import Orders
from acd.settings import CallBackNode, MessageNode
from acd.timers import Purpose

__all__ = ["Walking"]

STORE_LIMIT_S = 2.0
"A call-back that is not safe on disk by then is not promised."


class Walking:
    """Carries out the steps of a walk."""

    def __init__(self, orders: Orders, recognise: Callable[[Call], None]) -> None:
        self._orders = orders
        self._recognise = recognise

    def begin(self, call: Call) -> Move | None:
        """Start at the flow's first node."""
        return self._follow(call, _walk(call).begin())

    def enter(self, call: Call, node: str) -> Move | None:
        """Go on at a node."""
        return self._follow(call, _walk(call).enter(node))

    def hear_key(self, call: Call, key: str) -> Move | None:
        """The caller pressed a key."""
        return self._follow(call, _walk(call).receive(WalkInput.KEYED, key))

    def finish_sound(self, call: Call, _: str) -> Move | None:
        """The caller heard a prompt to its end."""
        call.sound, call.sound_id = Sound.NONE, None
        return self._follow(call, _walk(call).receive(WalkInput.SOUND_FINISHED))

    def time_out(self, call: Call, _: str) -> Move | None:
        """The caller pressed nothing, or a prompt's end was never reported."""
        return self._follow(call, _walk(call).receive(WalkInput.TIMED_OUT))

    def await_stored(self, call: Call, ticket: int) -> None:
        """What the caller asked for is on its way to the disk; until then there is silence."""
        call.ticket = ticket
        due = self._orders.now + STORE_LIMIT_S
        self._orders.timers.start(Purpose.CALL_STORE, call.id, due)

    def promise(self, call: Call, _: str) -> Move | None:
        """It is stored: the caller may rely on it."""
        if call.ticket is None:
            return None
        self._forget_ticket(call)
        return self._follow(call, _walk(call).promise())

    def doubt(self, call: Call, _: str) -> Move | None:
        """It is not stored in time: nothing is promised, though it may hold."""
        if call.ticket is None:
            return None
        self._forget_ticket(call)
        node = _walk(call).current
        assert isinstance(node, CallBackNode)
        return ToNode(node.failed)

    def _forget_ticket(self, call: Call) -> None:
        call.ticket = None
        self._orders.timers.stop(Purpose.CALL_STORE, call.id)

    def leave(self, call: Call) -> None:
        """The caller is no longer in the flow."""
        self._orders.timers.stop(Purpose.WALK, call.id)
        self._forget_ticket(call)
        if call.record.message_file:
            self._end_message(call, "hung up")

    def _begin_message(self, call: Call, node: MessageNode) -> None:
        orders = self._orders
        file = f"messages/{orders.clock.utc(orders.now):%Y-%m-%d/%H%M%S}-{call.id}.wav"
        orders.ask(StartMessage(call=call.id, port=call.port, file=file, tenant=call.record.tenant))
        orders.write(facts.MessageBegun(call=call.id, box=node.box, file=file))

    def _end_message(self, call: Call, why: str) -> None:
        node, record = _walk(call).current, call.record
        lasts_s = self._orders.now - record.message_since
        least_s = node.least_s if isinstance(node, MessageNode) else 0.0
        self._orders.ask(StopMessage(call=call.id))
        self._orders.write(
            facts.MessageEnded(
                call=call.id,
                box=record.message_box,
                file=record.message_file,
                lasts_s=round(lasts_s, 3),
                why=why,
                kept=lasts_s > least_s,
            )
        )

    def _follow(self, call: Call, steps: list[Step]) -> Move | None:
        move: Move | None = None
        for step in steps:
            match step:
                case Enter():
                    self._orders.write(
                        facts.FlowEntered(call=call.id, flow=_walk(call).flow, node=step.node)
                    )
                case Play():
                    play_prompts(self._orders, call, step.prompts)
                case Hush():
                    silence(self._orders, call)
                case JudgeKey():
                    self._orders.write(
                        facts.KeyPressed(
                            call=call.id, node=step.node, key=step.key, accepted=step.accepted
                        )
                    )
                case Wait():
                    due = self._orders.now + step.limit_s
                    self._orders.timers.start(Purpose.WALK, call.id, due)
                case KeyedIn():
                    call.keyed = step.digits
                    self._recognise(call)
                    self._orders.write(
                        facts.DataKeyed(call=call.id, node=step.node, digits=step.digits)
                    )
                case BeginMessage():
                    self._begin_message(call, step.node)
                case EndMessage():
                    self._end_message(call, step.why)
                case ToQueue() | ToNumber() | ToCallBack() | ToExtension() | ToEnd():
                    self._orders.timers.stop(Purpose.WALK, call.id)
                    move = step
        return move


def _walk(call: Call) -> Walk:
    assert call.walk is not None
    return call.walk
