"""What a journal tells of each caller of a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import acd
from acd import PortId
from firmware_host.simulation.script import Keyed

__all__ = ["RecordedCall", "RungFor", "calls_of"]

_HUNG_UP = "caller hung up"
_AGENT_HUNG_UP = "agent hung up"
_NO_FAULTS = frozenset({_HUNG_UP, _AGENT_HUNG_UP})
_TALK_LIMIT = "talk limit reached"
_PERSONAL = "agent "
"An agent's own queue."
_EARLIER_S = 0.001
"A wrap-up is taken to have been ended by the agent if it was so much shorter than it could have been."
_SAME_MOMENT_S = 0.001


@dataclass(slots=True)
class RungFor:
    """One offer of a caller to an agent."""

    begin_s: float
    answer_s: float | None = None
    "None: it was not answered."
    rang_s: float = 0.0
    was_withdrawn: bool = False
    "The caller left before anyone could know whether the agent would answer."


@dataclass(slots=True)
class RecordedCall:
    """One call that came in."""

    at_s: float
    called: str
    number: str
    ports: tuple[PortId, ...]
    "The one it came on, and those on which others came to the same number."
    keys: list[list[Keyed]] = field(default_factory=list)
    "Of each menu that was reached."
    queue: str = ""
    "The last one."
    queued_s: float | None = None
    "When it was first queued."
    waited_s: float = 0.0
    "From then to the agent, or to where the queue ended for it."
    left_flow_after_s: float | None = None
    left_queue_after_s: float | None = None
    connected_s: float | None = None
    talked_s: float | None = None
    agent_hung_up: bool = False
    after_call_s: float | None = None
    offers: list[RungFor] = field(default_factory=list)
    digits: dict[tuple[str, str], list[Keyed]] = field(default_factory=dict)
    "By flow and node."
    exits: dict[str, list[Keyed]] = field(default_factory=dict)
    "By queue: what was pressed while waiting there."
    takes_call_back: list[Keyed] = field(default_factory=list)
    called_back_s: list[float | None] = field(default_factory=list)
    "Of each attempt: until it was answered, if it was."
    is_cut_off: bool = False


@dataclass(slots=True)
class _WrapUp:
    call: RecordedCall
    begin_s: float
    end_s: float | None = None


def calls_of(
    facts: Iterable[tuple[float, acd.Fact]], settings: acd.CenterSettings
) -> Sequence[RecordedCall]:
    """The calls that came in on a day, in their order."""
    menus = {
        (flow.name, name)
        for flow in settings.flows
        for name, node in flow.nodes.items()
        if isinstance(node, acd.MenuNode)
    }
    asking = {
        (flow.name, name): node
        for flow in settings.flows
        for name, node in flow.nodes.items()
        if isinstance(node, acd.CollectNode | acd.ExtensionNode | acd.CallBackNode)
    }
    reader = _Reader(menus, asking, {str(queue.name): queue.wrap_up_s for queue in settings.queues})
    for at_s, fact in facts:
        reader.read(at_s, fact)
    for call in reader.calls.values():
        every = reader.ports_of[call.called]
        call.ports += tuple(port for port in every if port not in call.ports)
    return list(reader.calls.values())


class _Reader:
    def __init__(
        self,
        menus: set[tuple[str, str]],
        asking: Mapping[tuple[str, str], acd.Node],
        wrap_up_s: dict[str, float],
    ) -> None:
        self.calls: dict[str, RecordedCall] = {}
        self.ports_of: dict[str, dict[PortId, None]] = {}
        self._menus = menus
        self._asking = asking
        self._asked_at: dict[str, tuple[tuple[str, str], float]] = {}
        "By call: the node that asks for digits, and since when."
        self._waits_since: dict[str, tuple[str, float]] = {}
        self._call_back_of: dict[str, str] = {}
        "By the call in which an attempt is made."
        self._dialled_s: dict[str, float] = {}
        self._reached_s: dict[str, float] = {}
        self._wrap_up_s = wrap_up_s
        self._menu_since: dict[str, float] = {}
        self._wrap_ups: dict[str, _WrapUp] = {}
        self._has_asked: set[str] = set()
        "Agents who will be paused after the wrap-up."

    def read(self, at_s: float, fact: acd.Fact) -> None:
        if isinstance(fact, acd.CallOfferedToUs):
            port = PortId(fact.port)
            self.calls[fact.call] = RecordedCall(at_s, fact.called, fact.number or "", (port,))
            self.ports_of.setdefault(fact.called, {})[port] = None
            return
        self._read_wrap_up(at_s, fact)
        if isinstance(fact, acd.CallPlaced) and fact.call_back in self.calls:
            self._call_back_of[fact.call] = fact.call_back
            return
        name = getattr(fact, "call", "")
        call = self.calls.get(self._call_back_of.get(name, name))
        if call is None:
            return
        if name in self._call_back_of:
            self._read_call_back(call, at_s, fact)
        else:
            self._read_keys(call, at_s, fact)
            self._read_call(call, at_s, fact)

    def _read_call_back(self, call: RecordedCall, at_s: float, fact: acd.Fact) -> None:
        match fact:
            case acd.OfferMade() | acd.OfferAnswered() | acd.OfferWithdrawn():
                self._read_call(call, at_s, fact)
            case acd.CallBackAttempted():
                call.called_back_s.append(None)
                self._dialled_s[fact.call] = at_s
            case acd.CallBackReached() if fact.call in self._dialled_s:
                call.called_back_s[-1] = at_s - self._dialled_s[fact.call]
                self._reached_s[fact.call] = at_s
            case acd.CallEnded() if fact.call in self._reached_s:
                call.talked_s = at_s - self._reached_s[fact.call]
                call.agent_hung_up = fact.cause == _AGENT_HUNG_UP
            case _:
                pass

    def _read_keys(self, call: RecordedCall, at_s: float, fact: acd.Fact) -> None:
        """What was keyed in while waiting, and where digits were asked for."""
        match fact:
            case acd.FlowEntered():
                self._waits_since.pop(fact.call, None)
                at = (fact.flow, fact.node)
                if at in self._asking:
                    self._asked_at[fact.call] = (at, at_s)
            case acd.CallerQueued():
                self._waits_since[fact.call] = (fact.queue, at_s)
                personal = fact.queue.removeprefix(_PERSONAL)
                if personal != fact.queue:
                    self._key_in(call, fact.call, at_s, personal, acd.ExtensionNode)
            case acd.CallConnected():
                self._waits_since.pop(fact.call, None)
            case acd.KeyPressed() if fact.call in self._waits_since:
                queue, since_s = self._waits_since[fact.call]
                call.exits.setdefault(queue, []).append(Keyed(at_s - since_s, fact.key))
            case acd.DataKeyed():
                self._key_in(call, fact.call, at_s, fact.digits, acd.CollectNode)
            case acd.CallBackRequested() if fact.call in self._asked_at:
                call.takes_call_back = [Keyed(at_s - self._asked_at[fact.call][1], "1")]
            case _:
                pass

    def _key_in(
        self, call: RecordedCall, name: str, at_s: float, digits: str, where: type[acd.Node]
    ) -> None:
        at, since_s = self._asked_at.pop(name, (("", ""), 0.0))
        if isinstance(self._asking.get(at), where):
            call.digits[at] = [Keyed(at_s - since_s, key) for key in f"{digits}#"]

    def _read_call(self, call: RecordedCall, at_s: float, fact: acd.Fact) -> None:
        match fact:
            case acd.FlowEntered():
                if (fact.flow, fact.node) in self._menus:
                    call.keys.append([])
                    self._menu_since[fact.call] = at_s
                if call.queued_s is not None and call.connected_s is None:
                    call.waited_s = at_s - call.queued_s
            case acd.KeyPressed() if call.keys and fact.call not in self._waits_since:
                call.keys[-1].append(Keyed(at_s - self._menu_since[fact.call], fact.key))
            case acd.CallerQueued():
                call.queue = fact.queue
                if call.queued_s is None:
                    call.queued_s = at_s
            case acd.OfferMade():
                call.offers.append(RungFor(at_s))
            case acd.OfferAnswered() if call.offers:
                call.offers[-1].answer_s = at_s - call.offers[-1].begin_s
            case acd.OfferWithdrawn() if call.offers:
                call.offers[-1].was_withdrawn = True
                call.offers[-1].rang_s = at_s - call.offers[-1].begin_s
            case acd.CallConnected():
                call.queue, call.connected_s = fact.queue, at_s
                call.waited_s = 0.0 if call.queued_s is None else at_s - call.queued_s
            case acd.CallEnded():
                _end(call, at_s, fact)
            case _:
                pass

    def _read_wrap_up(self, at_s: float, fact: acd.Fact) -> None:
        match fact:
            case acd.WrapUpStarted():
                name = self._call_back_of.get(fact.call, fact.call)
                if name in self.calls:
                    self._wrap_ups[fact.agent] = _WrapUp(self.calls[name], at_s)
            case acd.AgentWrappedUp():
                wrap_up = self._wrap_ups.get(fact.agent)
                if wrap_up is not None and wrap_up.end_s is None:
                    wrap_up.end_s = at_s
                    took_s = at_s - wrap_up.begin_s
                    if took_s < self._wrap_up_s.get(wrap_up.call.queue, 0.0) - _EARLIER_S:
                        wrap_up.call.after_call_s = took_s
            case acd.PauseRequested():
                self._has_asked.add(fact.agent)
            case acd.AgentPaused() if fact.agent in self._has_asked:
                self._has_asked.discard(fact.agent)
                self._wrap_ups.pop(fact.agent, None)  # the pause followed it, whoever ended it
            case acd.AgentResumed():
                self._has_asked.discard(fact.agent)
            case acd.AgentPaused() | acd.AgentLoggedOut():
                self._has_asked.discard(fact.agent)
                # It was the pause or the log-out that ended the wrap-up, not the work being done.
                wrap_up = self._wrap_ups.pop(fact.agent, None)
                if (
                    wrap_up is not None
                    and wrap_up.end_s is not None
                    and at_s - wrap_up.end_s < _SAME_MOMENT_S
                ):
                    wrap_up.call.after_call_s = None
            case _:
                pass


def _end(call: RecordedCall, at_s: float, fact: acd.CallEnded) -> None:
    call.agent_hung_up = fact.cause == _AGENT_HUNG_UP
    call.is_cut_off = fact.stage == "talking" and fact.cause not in (*_NO_FAULTS, _TALK_LIMIT)
    if fact.stage == "talking" and call.connected_s is not None:
        # Whoever talked up to the limit would have gone on.
        longer_s = 1.0 if fact.cause == _TALK_LIMIT else 0.0
        call.talked_s = at_s - call.connected_s + longer_s
    elif fact.cause == _HUNG_UP and not call.takes_call_back:
        if call.queued_s is None:
            call.left_flow_after_s = at_s - call.at_s
        else:
            call.left_queue_after_s = at_s - call.queued_s
    elif call.queued_s is not None:
        call.waited_s = max(call.waited_s, at_s - call.queued_s)
