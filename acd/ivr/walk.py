"""One caller's walk through a flow: which node, what is heard, which key leads where.

The walk asks for nothing itself. Each input gives a list of steps for whoever runs the call, the last of
which says how long to `Wait` for the next input, or where the caller leaves to. A key may be pressed as
soon as a menu speaks; announcements (`SayNode`) are heard to their end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from acd.ids import Cause
from acd.settings import (
    DialNode,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    Node,
    QueueNode,
    SayNode,
)

__all__ = [
    "Enter",
    "Hush",
    "JudgeKey",
    "Leave",
    "Play",
    "Step",
    "ToEnd",
    "ToNumber",
    "ToQueue",
    "Wait",
    "Walk",
    "WalkInput",
    "WalkState",
]

PROMPT_LIMIT_S = 180.0
"A prompt of which the end is never reported is taken to be over after this."

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


class WalkInput(Enum):
    """What can happen to a walk."""

    KEYED = "keyed"
    SOUND_FINISHED = "sound finished"
    TIMED_OUT = "timed out"


_GONE = "the caller is not in the flow"
_LISTEN = "announcements are heard to their end"


@dataclass(frozen=True, slots=True)
class Enter:
    """The caller is at this node now."""

    node: str


@dataclass(frozen=True, slots=True)
class Play:
    """Let the caller hear these prompts, in place of what plays."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Silence what plays."""


@dataclass(frozen=True, slots=True)
class JudgeKey:
    """A menu took a key, or did not."""

    node: str
    key: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """`WalkInput.TIMED_OUT` is due after this, unless something else happens before."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Go and wait for an agent."""

    node: QueueNode


@dataclass(frozen=True, slots=True)
class ToEnd:
    """Hang up."""

    cause: Cause
    q850: int | None = None


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Be joined to this number; ``failed`` is where to go on if nobody answers there."""

    number: str
    failed: str


Leave = ToQueue | ToNumber | ToEnd
Step = Enter | Play | Hush | JudgeKey | Wait | Leave


class Walk:
    """One caller in one flow.

    Args:
        flow: Where to walk.
        is_open: Tells whether the schedule of this name is open at present.
        greeting: Prompts before the first node.
    """

    def __init__(
        self,
        flow: FlowSettings,
        is_open: Callable[[str], bool],
        greeting: tuple[str, ...] = (),
    ) -> None:
        self._flow = flow
        self._greeting = greeting
        self._is_open = is_open
        self._steps: list[Step] = []
        self._node: Node = flow.nodes[flow.start]
        self._attempts = 0
        self._visited_since_key = 0
        self.flow = flow.name
        self.node = flow.start
        self.state = WalkState.OUTSIDE

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
        WalkState.DISMISSED: {
            WalkInput.KEYED: _LISTEN,
            WalkInput.SOUND_FINISHED: _hang_up,
            WalkInput.TIMED_OUT: _hang_up,
        },
    }
    """State by input: what is done, or why nothing is."""
