"""The stage in which a caller walks through the flow of the trunk."""

from acd import facts
from acd.calls.call import Call, Move, Sound
from acd.calls.speaking import play_prompts, silence
from acd.ivr import (
    Enter,
    Hush,
    JudgeKey,
    Play,
    Step,
    ToEnd,
    ToNumber,
    ToQueue,
    Wait,
    Walk,
    WalkInput,
)
from acd.orders import Orders
from acd.timers import Purpose

__all__ = ["Walking"]


class Walking:
    """Carries out the steps of a walk."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

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

    def leave(self, call: Call) -> None:
        """The caller is no longer in the flow."""
        self._orders.timers.stop(Purpose.WALK, call.id)

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
                case ToQueue() | ToNumber() | ToEnd():
                    self._orders.timers.stop(Purpose.WALK, call.id)
                    move = step
        return move


def _walk(call: Call) -> Walk:
    assert call.walk is not None
    return call.walk
