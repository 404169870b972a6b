"""One caller's walk through a flow: which node, what is heard, which key leads where.

The walk asks for nothing itself. Each input gives a list of steps for whoever runs the call, the last of
which says how long to `Wait` for the next input, or where the caller leaves to. A key may be pressed as
soon as a menu speaks; announcements (`SayNode`) are heard to their end.
"""

from collections.abc import Callable
from enum import Enum
from typing import ClassVar

from acd.ids import Cause
from acd.ivr.call_back_talk import CallBackTalk
from acd.ivr.digit_entry import DigitEntry
from acd.ivr.steps import (
    PROMPT_LIMIT_S,
    BeginMessage,
    EndMessage,
    Enter,
    Hush,
    JudgeKey,
    KeyedIn,
    Leave,
    Play,
    Step,
    ToCallBack,
    ToEnd,
    ToExtension,
    ToNumber,
    ToQueue,
    Wait,
    WalkInput,
)
from acd.settings import (
    CallBackNode,
    CollectNode,
    DialNode,
    ExtensionNode,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    MessageNode,
    Node,
    QueueNode,
    SayNode,
)

__all__ = ["BEEP", "Walk", "WalkState"]

BEEP = "beep"
"The prompt after which a message begins: a tone, in every language."

STEPS_WITHOUT_WAITING = 32
"Nodes that may follow each other without a prompt or a key between; more is a loop."

STEPS_WITHOUT_KEY = 200
"Nodes visited without a valid key; more is a line on which nobody listens any longer."


class WalkState(Enum):
    """Where in a node the caller is."""

    OUTSIDE = "outside"
    "Not started, queued or gone: the flow waits for nothing."
    PROMPTED = "prompted"
    AWAITED = "awaited"
    CORRECTED = "corrected"
    INFORMED = "informed"
    DISMISSED = "dismissed"
    GREETED = "greeted"
    "Before the first node."
    ENTERING = "entering"
    "Digits."
    PROMISED = "promised"
    "To be called back."
    INVITED = "invited"
    "To leave a message,"
    BEEPED = "beeped"
    "once the tone is over."
    SPEAKING = "speaking"
    "Leaves one."


_GONE = "the caller is not in the flow"
_LISTEN = "announcements are heard to their end"


class Walk:
    """One caller in one flow.

    Args:
        flow: Where to walk.
        is_open: Tells whether the schedule of this name is open at present.
        greeting: Prompts before the first node.
        caller_number: As it would be dialled; empty: not known.
    """

    def __init__(
        self,
        flow: FlowSettings,
        is_open: Callable[[str], bool],
        greeting: tuple[str, ...] = (),
        caller_number: str = "",
    ) -> None:
        self._flow = flow
        self._greeting = greeting
        self._is_open = is_open
        self._caller_number = caller_number
        self._entry: DigitEntry | CallBackTalk | None = None
        self._steps: list[Step] = []
        self._node: Node = flow.nodes[flow.start]
        self._attempts = 0
        self._visited_since_key = 0
        self.flow = flow.name
        self.node = flow.start
        self.state = WalkState.OUTSIDE

    @property
    def current(self) -> Node:
        """The node where the caller is, or from which the caller left."""
        return self._node

    def begin(self) -> list[Step]:
        """Start at the flow's first node, after the greeting."""
        if not self._greeting:
            return self.enter(self._flow.start)
        self._play(self._greeting, WalkState.GREETED)
        return self._take()

    def enter(self, node: str) -> list[Step]:
        """Go on at a node, and on from there until something must be waited for."""
        self._go_to(node)
        return self._take()

    def receive(self, given: WalkInput, key: str = "") -> list[Step]:
        """Let something happen; what means nothing at this point of the walk gives no steps."""
        handler = self._TABLE[self.state][given]
        if not isinstance(handler, str):
            handler(self, key)
        return self._take()

    def _take(self) -> list[Step]:
        steps, self._steps = self._steps, []
        return steps

    def _go_to(self, name: str) -> None:
        for _ in range(STEPS_WITHOUT_WAITING):
            self._visited_since_key += 1
            if self._visited_since_key > STEPS_WITHOUT_KEY:
                self._leave(ToEnd(Cause.NO_INPUT))
                return
            node = self._flow.nodes[name]
            self.node, self._node = name, node
            self._steps.append(Enter(name))
            match node:
                case HoursNode():
                    name = node.open if self._is_open(node.schedule) else node.closed
                case SayNode() if not node.prompts:
                    name = node.next
                case SayNode():
                    self._play(node.prompts, WalkState.INFORMED)
                    return
                case MenuNode():
                    self._attempts = 0
                    self._ask(node)
                    return
                case QueueNode():
                    self._leave(ToQueue(node))
                    return
                case CollectNode():
                    self._enter_digits(
                        DigitEntry(
                            node.prompts,
                            invalid=node.invalid,
                            most=node.most_digits,
                            least=node.least_digits,
                            timeout_s=node.timeout_s,
                            attempts=node.attempts,
                        )
                    )
                    return
                case ExtensionNode():
                    self._enter_digits(
                        DigitEntry(
                            node.prompts,
                            most=node.most_digits,
                            timeout_s=node.timeout_s,
                            attempts=node.attempts,
                        )
                    )
                    return
                case CallBackNode():
                    self._enter_digits(
                        CallBackTalk(
                            self._caller_number, timeout_s=node.timeout_s, attempts=node.attempts
                        )
                    )
                    return
                case MessageNode() if not node.prompts:
                    self._beep("")
                    return
                case MessageNode():
                    self._play(node.prompts, WalkState.INVITED)
                    return
                case DialNode():
                    self._leave(ToNumber(node.number, node.failed))
                    return
                case HangUpNode() if not node.prompts:
                    self._leave(ToEnd(Cause(node.cause)))
                    return
                case HangUpNode():
                    self._play(node.prompts, WalkState.DISMISSED)
                    return
        self._leave(ToEnd(Cause.FLOW_FAULT))

    def promise(self) -> list[Step]:
        """The caller will be called back: say so, and go on."""
        self._play(("call-back.promised",), WalkState.PROMISED)
        return self._take()

    def _enter_digits(self, entry: DigitEntry | CallBackTalk) -> None:
        self._entry = entry
        self._steps += entry.begin()
        self.state = WalkState.ENTERING

    def _enter_key(self, key: str) -> None:
        self._tell_entry(WalkInput.KEYED, key)

    def _enter_after_sound(self, _: str) -> None:
        self._tell_entry(WalkInput.SOUND_FINISHED, "")

    def _enter_after_pause(self, _: str) -> None:
        self._tell_entry(WalkInput.TIMED_OUT, "")

    def _tell_entry(self, given: WalkInput, key: str) -> None:
        assert self._entry is not None
        self._steps += self._entry.receive(given, key)
        digits = self._entry.outcome
        if digits is None:
            return
        self._entry = None
        if digits:
            self._visited_since_key = 0
        match self._node:
            case CollectNode(next=following, exhausted=exhausted):
                if digits:
                    self._steps.append(KeyedIn(self.node, digits))
                self._go_to(following if digits else exhausted)
            case ExtensionNode(exhausted=exhausted):
                if digits:
                    self._leave(ToExtension(self._node, digits))
                else:
                    self._go_to(exhausted)
            case CallBackNode(failed=failed):
                if digits:
                    self._leave(ToCallBack(self._node, digits))
                else:
                    self._go_to(failed)
            case _:
                raise AssertionError(f"node {self.node} asks for no digits")

    def _go_on_promised(self, _: str) -> None:
        assert isinstance(self._node, CallBackNode)
        self._go_to(self._node.next)

    def _beep(self, _: str) -> None:
        self._play((BEEP,), WalkState.BEEPED)

    def _beep_at_once(self, _: str) -> None:
        self._visited_since_key = 0
        self._steps.append(Hush())
        self._beep(_)

    def _begin_message(self, _: str) -> None:
        assert isinstance(self._node, MessageNode)
        self._steps.append(BeginMessage(self._node))
        self._wait(WalkState.SPEAKING, self._node.longest_s)

    def _hear_in_message(self, key: str) -> None:
        if key == "#":
            self._end_message("#")

    def _cut_message(self, _: str) -> None:
        self._end_message("longest")

    def _end_message(self, why: str) -> None:
        assert isinstance(self._node, MessageNode)
        self._steps.append(EndMessage(why))
        self._go_to(self._node.next)

    def _play(self, prompts: tuple[str, ...], state: WalkState) -> None:
        self._steps.append(Play(prompts))
        self._wait(state, PROMPT_LIMIT_S)

    def _wait(self, state: WalkState, limit_s: float) -> None:
        self._steps.append(Wait(limit_s))
        self.state = state

    def _leave(self, to: Leave) -> None:
        self._steps.append(to)
        self.state = WalkState.OUTSIDE

    def _ask(self, menu: MenuNode) -> None:
        if menu.prompts:
            self._play(menu.prompts, WalkState.PROMPTED)
        else:
            self._await_key("")

    def _await_key(self, _: str) -> None:
        assert isinstance(self._node, MenuNode)
        self._wait(WalkState.AWAITED, self._node.timeout_s)

    def _interrupt(self, key: str) -> None:
        self._steps.append(Hush())
        self._judge(key)

    def _judge(self, key: str) -> None:
        assert isinstance(self._node, MenuNode)
        following = self._node.keys.get(key)
        self._steps.append(JudgeKey(self.node, key, following is not None))
        if following is not None:
            self._visited_since_key = 0
            self._go_to(following)
        else:
            self._fail(self._node, self._node.invalid)

    def _hear_nothing(self, _: str) -> None:
        assert isinstance(self._node, MenuNode)
        self._fail(self._node, ())

    def _fail(self, menu: MenuNode, correction: tuple[str, ...]) -> None:
        self._attempts += 1
        if self._attempts >= menu.attempts:
            self._go_to(menu.exhausted)
        elif correction:
            self._play(correction, WalkState.CORRECTED)
        else:
            self._ask(menu)

    def _ask_again(self, _: str) -> None:
        assert isinstance(self._node, MenuNode)
        self._ask(self._node)

    def _go_on(self, _: str) -> None:
        assert isinstance(self._node, SayNode)
        self._go_to(self._node.next)

    def _start(self, _: str) -> None:
        self._go_to(self._flow.start)

    def _start_with_key(self, key: str) -> None:
        """Who knows the menu presses its key in the greeting already."""
        self._steps.append(Hush())
        self._start(key)
        if self.state in (WalkState.PROMPTED, WalkState.AWAITED):
            after = self._TABLE[self.state][WalkInput.KEYED]
            assert not isinstance(after, str)
            after(self, key)

    def _hang_up(self, _: str) -> None:
        assert isinstance(self._node, HangUpNode)
        self._leave(ToEnd(Cause(self._node.cause)))

    def _cut_short(self, key: str) -> None:
        # The end of the prompt was never reported: go on as if it had been, in silence.
        self._steps.append(Hush())
        after_prompt = self._TABLE[self.state][WalkInput.SOUND_FINISHED]
        assert not isinstance(after_prompt, str)
        after_prompt(self, key)

    _TABLE: ClassVar[dict[WalkState, dict[WalkInput, Callable[["Walk", str], None] | str]]] = {
        WalkState.OUTSIDE: {
            WalkInput.KEYED: _GONE,
            WalkInput.SOUND_FINISHED: _GONE,
            WalkInput.TIMED_OUT: _GONE,
        },
        WalkState.PROMPTED: {
            WalkInput.KEYED: _interrupt,
            WalkInput.SOUND_FINISHED: _await_key,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.AWAITED: {
            WalkInput.KEYED: _judge,
            WalkInput.SOUND_FINISHED: "nothing plays",
            WalkInput.TIMED_OUT: _hear_nothing,
        },
        WalkState.CORRECTED: {
            WalkInput.KEYED: _interrupt,
            WalkInput.SOUND_FINISHED: _ask_again,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.INFORMED: {
            WalkInput.KEYED: _LISTEN,
            WalkInput.SOUND_FINISHED: _go_on,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.GREETED: {
            WalkInput.KEYED: _start_with_key,
            WalkInput.SOUND_FINISHED: _start,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.ENTERING: {
            WalkInput.KEYED: _enter_key,
            WalkInput.SOUND_FINISHED: _enter_after_sound,
            WalkInput.TIMED_OUT: _enter_after_pause,
        },
        WalkState.PROMISED: {
            WalkInput.KEYED: _LISTEN,
            WalkInput.SOUND_FINISHED: _go_on_promised,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.INVITED: {
            WalkInput.KEYED: _beep_at_once,
            WalkInput.SOUND_FINISHED: _beep,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.BEEPED: {
            WalkInput.KEYED: "nothing is said yet",
            WalkInput.SOUND_FINISHED: _begin_message,
            WalkInput.TIMED_OUT: _cut_short,
        },
        WalkState.SPEAKING: {
            WalkInput.KEYED: _hear_in_message,
            WalkInput.SOUND_FINISHED: "nothing plays",
            WalkInput.TIMED_OUT: _cut_message,
        },
        WalkState.DISMISSED: {
            WalkInput.KEYED: _LISTEN,
            WalkInput.SOUND_FINISHED: _hang_up,
            WalkInput.TIMED_OUT: _hang_up,
        },
    }
    """State by input: what is done, or why nothing is."""
