"""The lines around a `Center`, made up: trunks with callers, handsets with agents, a clock that jumps.

The Center is the one of the call server. Its actions are performed as real lines would: prompts last, rung
handsets are lifted after a while or never, callers press keys, lose patience, hang up. Actions that mean
nothing to the people here (music, recordings) pass by; so do those that this module does not know yet.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import acd
from acd import CallerIdentity, Cause, PortId
from firmware_host.simulation.script import Caller, Script
from firmware_host.simulation.workers import Workers

__all__ = ["Lines", "PromptLength"]

PromptLength = Callable[[Sequence[str], str], float]
"""How many seconds these prompts last in this language."""

LONGEST_AFTER_END_S = 12 * 3600.0
"So long after the last caller even the longest talk is over."
CALLERS_BETWEEN_PROGRESS = 50
FAR_END_ANSWERS_S = 8.0
"Where a flow dials a number outside."


@dataclass(slots=True)
class _Visit:
    """A caller who is on a line of ours."""

    caller: Caller
    port: PortId
    menus: int = 0
    offers: int = 0
    queue: str = ""
    "The one in which an agent was found."
    is_impatient: bool = False
    "A queue was reached; the patience runs."
    wait: int = 0
    "Counts the waits in queues,"
    step: int = 0
    "and the nodes of the flow."
    is_asked: bool = False
    "Whether to call back: nobody loses patience over that."
    attempts: int = 0
    "To call back."
    call_back: str = ""
    "The call in which it was asked for; the port is the one on which the caller is called."
    talk_ends_s: float | None = None
    is_talking: bool = False
    is_over: bool = False


class Lines:
    """Runs one script against one Center."""

    def __init__(
        self,
        settings: acd.CenterSettings,
        numbers: acd.NumberReader | None,
        script: Script,
        prompt_length: PromptLength,
    ) -> None:
        self.facts: list[tuple[float, acd.Fact]] = []
        self.turned_away: list[float] = []
        "When somebody called and every line was busy."
        self.notes: list[str] = []
        self._center = acd.Center(settings, numbers)
        self._script = script
        self._prompt_length = prompt_length
        self._stations = settings.stations
        self._trunks = tuple(trunk.port for trunk in settings.trunks)
        self._menus = {
            (flow.name, name)
            for flow in settings.flows
            for name, node in flow.nodes.items()
            if isinstance(node, acd.MenuNode)
        }
        self._nodes = {
            (flow.name, name): node
            for flow in settings.flows
            for name, node in flow.nodes.items()
            if isinstance(node, acd.CollectNode | acd.ExtensionNode | acd.CallBackNode)
        }
        self._to_call_back: dict[str, _Visit] = {}
        self._workers = Workers(
            settings,
            self,
            back_after_missed_s=script.back_after_missed_s,
            note=self._note,
        )
        self._now = 0.0
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = 0
        self._off_hook: set[PortId] = set()
        self._ringing: dict[PortId, int] = {}
        self._offered: dict[PortId, _Visit] = {}
        self._visits: dict[PortId, _Visit] = {}
        self._by_call: dict[str, _Visit] = {}
        self._seized: dict[PortId, _Visit] = {}
        self._sounds: dict[PortId, int | None] = {}

    def run(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Let the day happen; ``progress`` is told how many of all callers have called."""
        script = self._script
        self._now = min([script.begin_s, *(duty.at_s for duty in script.duties[:1])])
        self._tell(acd.ClockSet(utc_minus_now_s=script.midnight_utc_s, trusted=True))
        for port in (*self._trunks, *self._stations):
            self._tell(acd.PortInService(port=port))
        for duty in script.duties:
            self._at(duty.at_s, partial(self._workers.take_up, duty))
        for count, caller in enumerate(script.callers, start=1):
            self._at(caller.at_s, partial(self._arrive, caller))
            if progress is not None and count % CALLERS_BETWEEN_PROGRESS == 0:
                self._at(caller.at_s, partial(progress, count, len(script.callers)))
        while self._step(script.end_s + LONGEST_AFTER_END_S):
            pass

    # What agents do: the protocol `Telephones`.

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Have this done later; 0: after all that is being done now."""
        self._at(self._now + delay_s, act)

    def is_down(self, station: PortId) -> bool:
        """Whether the handset is down and silent."""
        return station not in self._off_hook and station not in self._ringing

    def dial(self, station: PortId, keys: str) -> None:
        """Lift a handset, dial, put it down."""
        self._off_hook.add(station)
        self._tell(acd.HandsetLifted(port=station))
        self.press(station, keys)
        self._off_hook.discard(station)
        self._tell(acd.Cleared(port=station, cause=Cause.AGENT_HUNG_UP))

    def press(self, port: PortId, keys: str) -> None:
        """Press keys on any line."""
        for key in keys:
            self._tell(acd.DigitReceived(port=port, digit=key))

    # Time.

    def _step(self, limit_s: float) -> bool:
        timer = self._center.next_timer()
        if self._later and (timer is None or self._later[0][0] <= timer):
            at_s, _, act = heapq.heappop(self._later)
            self._now = max(self._now, at_s)
            act()
        elif timer is not None and timer <= limit_s:
            self._now = max(self._now, timer)
            self._perform(self._center.handle_timer(self._now))
        else:
            return False
        return self._now <= limit_s

    def _at(self, at_s: float, act: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._later, (at_s, self._serial, act))

    # Callers.

    def _arrive(self, caller: Caller) -> None:
        port = next(
            (p for p in caller.ports if p not in self._visits and p not in self._seized), None
        )
        if port is None:
            self.turned_away.append(self._now)
            return
        visit = self._visits[port] = _Visit(caller, port)
        leaves_s = caller.leaves_flow_s()
        if leaves_s is not None:

            def lose_interest() -> None:
                if not visit.is_impatient:
                    self._hang_up(visit)

            self.later(leaves_s, lose_interest)
        normal = caller.number if caller.number.startswith("+") else None
        identity = CallerIdentity(number=caller.number or None, normal_number=normal)
        self._tell(acd.CallOffered(port=port, caller=identity, called=caller.called))

    def _hang_up(self, visit: _Visit) -> None:
        if not visit.is_over:
            self._leave(visit)
            self._tell(acd.Cleared(port=visit.port, cause=Cause.CALLER_HUNG_UP))

    def _leave(self, visit: _Visit) -> None:
        visit.is_over = True
        self._sounds.pop(visit.port, None)
        del self._visits[visit.port]
        if visit.call_back:
            self._seized.pop(visit.port, None)

    def _lose_patience(self, visit: _Visit) -> None:
        if visit.is_asked:
            visit.is_impatient = False  # runs anew, should there be another queue
        elif not visit.is_talking:
            self._hang_up(visit)

    def _end_talk(self, visit: _Visit, ends_s: float) -> None:
        if visit.is_over or not visit.is_talking or visit.talk_ends_s != ends_s:
            return
        station = next((s for s, v in self._offered.items() if v is visit), None)
        if visit.caller.agent_hangs_up and station in self._off_hook:
            self._put_down(station)
        else:
            self._hang_up(visit)

    # Telling the Center, and performing what it asks for.

    def _tell(self, event: acd.Event) -> None:
        self._perform(self._center.receive(event, self._now))

    def _perform(self, actions: Sequence[acd.Action]) -> None:
        for action in actions:
            match action:
                case acd.WriteFact():
                    self.facts.append((self._now, action.fact))
                    self._see(action.fact)
                    if action.ticket is not None:
                        stored = acd.FactStored(ticket=action.ticket)
                        self._soon(stored)
                case acd.PlayPrompts():
                    self._play(action)
                case acd.PlayMusic() | acd.PlaySignal() | acd.StopSound():
                    self._sounds[action.port] = None
                case acd.RingStation():
                    self._ring(action.port)
                case acd.ClearLine():
                    self._clear(action)
                case acd.Connect():
                    self._connect(action)
                case acd.Disconnect():
                    for port in (action.port, action.other):
                        if port in self._visits:
                            self._visits[port].is_talking = False
                case acd.DialOut():
                    self._dial_out(action.port)
                case _:
                    pass

    def _soon(self, event: acd.Event) -> None:
        self.later(0.0, lambda: self._tell(event))

    def _see(self, fact: acd.Fact) -> None:
        self._workers.see(fact)
        match fact:
            case acd.CallOfferedToUs() if PortId(fact.port) in self._visits:
                self._by_call[fact.call] = self._visits[PortId(fact.port)]
            case acd.FlowEntered() if fact.call in self._by_call:
                self._listen(self._by_call[fact.call], fact.flow, fact.node)
            case acd.CallBackRequested() if fact.call in self._by_call:
                self._to_call_back[fact.call] = self._by_call[fact.call]
            case acd.CallPlaced() if fact.call_back in self._to_call_back:
                asked = self._to_call_back[fact.call_back]
                self._by_call[fact.call] = self._to_call_back[fact.call_back] = _Visit(
                    asked.caller,
                    PortId(""),
                    offers=asked.offers,
                    attempts=asked.attempts,
                    call_back=fact.call_back,
                )
            case acd.CallBackEnded():
                self._to_call_back.pop(fact.call_back, None)
            case acd.CallerQueued() if fact.call in self._by_call:
                visit = self._by_call[fact.call]
                visit.is_asked = False
                visit.wait += 1
                self._plan_exits(visit, fact.queue)
                patience_s = visit.caller.patience_s(fact.queue)
                if not visit.is_impatient and patience_s < LONGEST_AFTER_END_S:
                    self.later(patience_s, lambda: self._lose_patience(visit))
                visit.is_impatient = True
            case acd.OfferMade() if fact.call in self._by_call:
                visit = self._by_call[fact.call]
                visit.queue = fact.queue
                self._offered[PortId(fact.station)] = visit
            case acd.TrunkSeized() if fact.call in self._by_call:
                visit = self._seized[PortId(fact.port)] = self._by_call[fact.call]
                if visit.call_back:
                    visit.port = PortId(fact.port)
            case acd.WrapUpStarted() if fact.call in self._by_call:
                visit = self._by_call[fact.call]
                after_s = visit.caller.after_call_s(visit.queue)
                if after_s is not None:
                    self._workers.end_wrap_up_after(fact.agent, after_s)
            case _:
                pass

    def _listen(self, visit: _Visit, flow: str, node: str) -> None:
        visit.wait += 1  # over, if there was one
        visit.step += 1
        if (flow, node) in self._menus:
            self._listen_to_menu(visit)
            return
        asks = self._nodes.get((flow, node))
        visit.is_asked = isinstance(asks, acd.CallBackNode)
        if asks is not None:
            caller = visit.caller
            every = caller.takes_call_back() if visit.is_asked else caller.digits(flow, node)
            step = visit.step
            for keyed in every:

                def press(key: str = keyed.key) -> None:
                    if not visit.is_over and visit.step == step:
                        self.press(visit.port, key)

                self.later(keyed.after_s, press)

    def _plan_exits(self, visit: _Visit, queue: str) -> None:
        wait = visit.wait
        for keyed in visit.caller.exits(queue):

            def press(key: str = keyed.key) -> None:
                if not (visit.is_over or visit.is_talking) and visit.wait == wait:
                    self.press(visit.port, key)

            self.later(keyed.after_s, press)

    def _listen_to_menu(self, visit: _Visit) -> None:
        visit.menus += 1
        menu = visit.menus
        for keyed in visit.caller.keys(menu - 1):

            def press(key: str = keyed.key) -> None:
                if not visit.is_over and visit.menus == menu:
                    self.press(visit.port, key)

            self.later(keyed.after_s, press)

    def _play(self, action: acd.PlayPrompts) -> None:
        self._sounds[action.port] = action.sound_id

        def finish() -> None:
            if self._sounds.get(action.port) == action.sound_id:
                self._sounds[action.port] = None
                self._tell(acd.SoundFinished(port=action.port, sound_id=action.sound_id))

        if action.port not in self._stations:  # agents do not listen to their prompts
            self.later(self._prompt_length(action.prompts, action.language), finish)

    def _ring(self, station: PortId) -> None:
        self._serial += 1
        ring = self._ringing[station] = self._serial
        visit = self._offered.get(station)
        if visit is None:
            return
        answer_s = visit.caller.answer_s(visit.offers)
        visit.offers += 1
        if answer_s is None:
            return

        def lift() -> None:
            if self._ringing.get(station) == ring:
                del self._ringing[station]
                self._off_hook.add(station)
                self._tell(acd.Answered(port=station))

        self.later(answer_s, lift)

    def _clear(self, action: acd.ClearLine) -> None:
        port = action.port
        cleared = acd.Cleared(port=port, cause=action.cause)
        if port not in self._stations:
            visit = self._visits.get(port)
            if visit is not None:
                self._leave(visit)
            self._seized.pop(port, None)
            self._soon(cleared)
        elif port in self._off_hook:
            self.later(self._script.put_down_s, lambda: self._put_down(port))
        else:
            self._ringing.pop(port, None)
            self._soon(cleared)

    def _put_down(self, station: PortId | None) -> None:
        if station is not None and station in self._off_hook:
            self._off_hook.discard(station)
            self._tell(acd.Cleared(port=station, cause=Cause.AGENT_HUNG_UP))
            self._workers.put_down(station)

    def _connect(self, action: acd.Connect) -> None:
        for port in (action.port, action.other):
            visit = self._visits.get(port)
            if visit is None:
                continue
            visit.is_talking = True
            if visit.talk_ends_s is None or visit.talk_ends_s <= self._now:
                self._begin_talk(visit)

    def _begin_talk(self, visit: _Visit) -> None:
        ends_s = visit.talk_ends_s = self._now + visit.caller.talk_s(visit.queue)
        self._at(ends_s, lambda: self._end_talk(visit, ends_s))

    def _dial_out(self, port: PortId) -> None:
        self._soon(acd.Proceeding(port=port, in_band=False))
        answered = acd.Answered(port=port)
        visit = self._seized.get(port)
        after_s: float | None = FAR_END_ANSWERS_S
        if visit is not None and visit.call_back:
            after_s = visit.caller.answers_call_back_s(visit.attempts)
            visit.attempts += 1

        def answer() -> None:
            if port in self._seized and self._seized[port] is visit:
                if visit is not None and visit.call_back:
                    self._visits[port] = visit
                self._tell(answered)

        if after_s is not None:
            self.later(after_s, answer)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
