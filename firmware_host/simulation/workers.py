"""Agents as people: they come, log in by star codes, pause, resume and log out.

An agent knows what he wants (`Duty`) and how he stands (from the facts), and dials what brings the one in
line with the other. In a talk he asks for the pause by keys, and it follows the call, as in life.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import acd
from acd import AgentId, PortId
from firmware_host.simulation.script import Duty, DutyKind

__all__ = ["Telephones", "Workers"]


_MISSED = "missed"
"Why the ACD pauses an agent who lets offers ring out."


class Telephones(Protocol):
    """What agents do at handsets, and when."""

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Have this done later; 0: after all that is being done now."""
        ...

    def dial(self, station: PortId, keys: str) -> None:
        """Lift a handset, dial, put it down."""
        ...

    def press(self, station: PortId, keys: str) -> None:
        """Press keys in a talk."""
        ...

    def is_down(self, station: PortId) -> bool:
        """Whether the handset is down."""
        ...


class _State(Enum):
    AWAY = "away"
    READY = "ready"
    RINGING = "ringing"
    CALLING_BACK = "calling back"
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"
    PAUSED = "paused"


class _Wish(Enum):
    AWAY = "away"
    WORK = "work"
    PAUSE = "pause"


@dataclass(slots=True)
class _Worker:
    agent: AgentId
    pin: str
    state: _State = _State.AWAY
    wish: _Wish = _Wish.AWAY
    station: PortId | None = None
    desk: PortId | None = None
    "Where he always sits, if anywhere."
    pause: Duty | None = None
    "Wanted now, or last."
    paused_for: Duty | None = None
    "None: nobody wanted the pause that goes on."
    has_asked: bool = False
    "For the pause, in this talk."
    is_coded: bool = False
    "What came of the last call is told."
    spell: int = 0
    "Counts the states he was in, so that what was planned for an earlier one can be told."


class Workers:
    """All agents."""

    def __init__(
        self,
        settings: acd.CenterSettings,
        telephones: Telephones,
        *,
        back_after_missed_s: float,
        note: Callable[[str], None],
    ) -> None:
        self._codes = settings.star_codes
        self._stations = settings.stations
        self._digits: Mapping[str, str] = {
            reason.name: digit for digit, reason in settings.pause_reasons.items()
        }
        needs_code = any(queue.needs_wrap_up_code for queue in settings.queues)
        self._code = (
            f"{settings.star_codes.wrap_up}{next(iter(settings.wrap_up_codes))}"
            if needs_code and settings.wrap_up_codes
            else ""
        )
        self._telephones = telephones
        self._back_after_missed_s = back_after_missed_s
        self._note = note
        self._workers = {agent.agent: _Worker(agent.agent, agent.pin) for agent in settings.agents}

    def take_up(self, duty: Duty) -> None:
        """An agent sets out to do something."""
        worker = self._workers.get(duty.agent)
        if worker is None:
            return
        match duty.kind:
            case DutyKind.COME:
                worker.wish, worker.desk = _Wish.WORK, duty.station
            case DutyKind.GO:
                worker.wish = _Wish.AWAY
            case DutyKind.PAUSE:
                if worker.wish is _Wish.AWAY:
                    return
                worker.wish, worker.pause, worker.has_asked = _Wish.PAUSE, duty, False
        self._pursue(worker)

    def see(self, fact: acd.Fact) -> None:
        """Take notice of what has become true."""
        match fact:
            case acd.AgentLoggedIn():
                worker = self._enter(fact.agent, _State.READY)
                if worker is not None:
                    worker.station = PortId(fact.station)
            case acd.AgentLoggedOut():
                worker = self._enter(fact.agent, _State.AWAY)
                if worker is not None:
                    worker.station = None
                    self._telephones.later(0.0, self._seat_who_waits)
            case acd.OfferMade():
                self._enter(fact.agent, _State.RINGING)
            case acd.OfferMissed() | acd.OfferWithdrawn() | acd.AgentWrappedUp():
                self._enter(fact.agent, _State.READY)
            case acd.CallBackAttempted():
                self._enter(fact.agent, _State.CALLING_BACK)
            case acd.CallConnected() | acd.CallBackReached():
                self._enter(fact.agent, _State.TALKING)
            case acd.WrapUpStarted():
                self._enter(fact.agent, _State.WRAPPING_UP)
            case acd.AgentPaused():
                worker = self._enter(fact.agent, _State.PAUSED)
                if worker is not None:
                    self._plan_return(worker, imposed=fact.reason == _MISSED)
            case acd.AgentResumed():
                worker = self._workers.get(AgentId(fact.agent))
                if worker is not None and worker.state is _State.PAUSED:
                    self._enter(fact.agent, _State.READY)
            case _:
                pass

    def put_down(self, station: PortId) -> None:
        """A handset is down again: what could not be dialled before can be now."""
        worker = self._at(station)
        if worker is not None:
            self._telephones.later(0.0, lambda: self._pursue(worker))

    def end_wrap_up_after(self, agent: str, after_s: float) -> None:
        """The agent will be done with the paperwork sooner than the wrap-up is."""
        worker = self._workers.get(AgentId(agent))
        if worker is None:
            return
        spell = worker.spell

        def be_done() -> None:
            if worker.spell == spell and worker.station is not None:
                # Resuming would take back the pause that was asked for in the talk.
                done = self._pause_keys(worker) if worker.has_asked else self._codes.resume
                self._dial(worker.station, done)

        self._telephones.later(after_s, be_done)

    def _enter(self, agent: str, state: _State) -> _Worker | None:
        worker = self._workers.get(AgentId(agent))
        if worker is not None:
            worker.state = state
            worker.is_coded = worker.is_coded and state is not _State.TALKING
            worker.spell += 1
            self._telephones.later(0.0, lambda: self._pursue(worker))
        return worker

    def _plan_return(self, worker: _Worker, *, imposed: bool) -> None:
        spell = worker.spell
        worker.has_asked = False
        is_wanted = worker.wish is _Wish.PAUSE and not imposed
        worker.paused_for = worker.pause if is_wanted else None
        wanted = worker.paused_for
        length_s = self._back_after_missed_s if wanted is None else wanted.length_s

        def return_to_work() -> None:
            if worker.spell == spell and worker.wish is not _Wish.AWAY:
                worker.wish = _Wish.WORK
                if worker.station is not None:
                    self._dial(worker.station, self._codes.resume)

        self._telephones.later(length_s, return_to_work)

    def _pursue(self, worker: _Worker) -> None:
        """Dial what brings an agent nearer to what he wants."""
        station = worker.station
        if worker.state is _State.WRAPPING_UP and station is not None and not worker.is_coded:
            worker.is_coded = not self._code or self._is_down(station)
            self._dial(station, self._code)
        if worker.wish is _Wish.WORK:
            if worker.state is _State.AWAY:
                self._log_in(worker)
            return
        if station is None or worker.state in (_State.RINGING, _State.CALLING_BACK):
            return
        if worker.state is _State.TALKING:
            keys = self._pause_keys(worker)
            if keys and not worker.has_asked:
                worker.has_asked = True
                self._telephones.press(station, keys)
        elif worker.state is _State.WRAPPING_UP and worker.has_asked:
            return  # the pause follows the paperwork by itself
        elif worker.wish is _Wish.AWAY:
            self._dial(station, self._codes.log_out)
        elif worker.state is not _State.PAUSED or worker.paused_for is not worker.pause:
            self._dial(station, self._pause_keys(worker))

    def _log_in(self, worker: _Worker) -> None:
        taken = {other.station for other in self._workers.values()}
        wanted: Sequence[PortId] = self._stations if worker.desk is None else (worker.desk,)
        free = next((port for port in wanted if port not in taken and self._is_down(port)), None)
        if free is None:
            self._note(f"agent {worker.agent} finds no free telephone")
            return
        self._dial(free, f"{self._codes.log_in}{worker.agent}#{worker.pin}#")

    def _seat_who_waits(self) -> None:
        for worker in self._workers.values():
            if worker.wish is _Wish.WORK and worker.state is _State.AWAY:
                self._pursue(worker)

    def _pause_keys(self, worker: _Worker) -> str:
        """Empty where the appliance has no reasons for pauses."""
        if not self._digits:
            return ""
        reason = "" if worker.pause is None else worker.pause.reason
        digit = self._digits.get(reason) or next(iter(self._digits.values()))
        return f"{self._codes.pause}{digit}"

    def _dial(self, station: PortId, keys: str) -> None:
        if keys and self._is_down(station):
            self._telephones.dial(station, keys)

    def _is_down(self, station: PortId) -> bool:
        return self._telephones.is_down(station)

    def _at(self, station: PortId) -> _Worker | None:
        return next((each for each in self._workers.values() if each.station == station), None)
