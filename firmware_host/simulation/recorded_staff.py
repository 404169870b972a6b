"""What a journal tells of the agents of a day: when they came, paused and went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import acd
from acd import AgentId, PortId
from firmware_host.simulation.script import Duty, DutyKind

__all__ = ["Staff", "duties_of"]

_ALL_DAY_S = 86_400.0
_USUAL_RETURN_S = 120.0
_MISSED = "missed"


@dataclass(slots=True)
class Staff:
    """Who is logged in where, and paused why."""

    stations: dict[str, str] = field(default_factory=dict)
    pauses: dict[str, str] = field(default_factory=dict)

    def see(self, fact: acd.Fact) -> None:
        """Let a fact change it."""
        match fact:
            case acd.SnapshotTaken():
                self._restore(fact)
            case acd.AgentLoggedIn():
                self.stations[fact.agent] = fact.station
                self.pauses.pop(fact.agent, None)
            case acd.AgentLoggedOut():
                self.stations.pop(fact.agent, None)
                self.pauses.pop(fact.agent, None)
            case acd.AgentPaused():
                self.pauses[fact.agent] = fact.reason
            case acd.AgentResumed():
                self.pauses.pop(fact.agent, None)
            case _:
                pass

    def _restore(self, fact: acd.SnapshotTaken) -> None:
        self.stations.clear()
        self.pauses.clear()
        for agent in fact.agents:
            name, station = str(agent.get("agent", "")), str(agent.get("station") or "")
            if station:
                self.stations[name] = station
                if agent.get("state") == "paused":
                    self.pauses[name] = str(agent.get("reason") or "")


@dataclass(slots=True)
class _Pause:
    """A pause that was asked for, and whether it has begun."""

    at_s: float
    reason: str
    order: int
    begun_s: float | None = None
    is_imposed: bool = False


@dataclass(slots=True)
class _Reader:
    duties: list[tuple[float, int, Duty]] = field(default_factory=list)
    "With time and order: a pause is known to its end only when it is over."
    order: int = 0
    pauses: dict[str, _Pause] = field(default_factory=dict)
    imposed_s: list[float] = field(default_factory=list)
    unended: list[float] = field(default_factory=list)
    "Of those whom missed calls had paused and who did not come back from that to work."

    def read(self, at_s: float, fact: acd.Fact) -> None:
        match fact:
            case acd.AgentLoggedIn():
                self.come(fact.agent, fact.station, at_s)
            case acd.AgentLoggedOut():
                self.end_pause(fact.agent, None)
                self.add(fact.agent, at_s, DutyKind.GO)
            case acd.PauseRequested():
                self.wish_pause(fact.agent, fact.reason, at_s)
            case acd.AgentPaused():
                self.begin_pause(fact.agent, fact.reason, at_s)
            case acd.AgentResumed():
                self.end_pause(fact.agent, at_s)
            case _:
                pass

    def come(self, agent: str, station: str, at_s: float) -> None:
        self.add(agent, at_s, DutyKind.COME, station=PortId(station))

    def begin_pause(self, agent: str, reason: str, at_s: float) -> None:
        before = self.pauses.get(agent)
        if before is not None and before.begun_s is not None:
            # One pause becomes another: nobody came back from the first.
            self.end_pause(agent, None if before.is_imposed else at_s)
            before = None
        if before is None:
            before = self.wish_pause(agent, reason, at_s)
            before.is_imposed = reason == _MISSED
        before.begun_s = at_s

    def wish_pause(self, agent: str, reason: str, at_s: float) -> _Pause:
        self.order += 1
        pause = self.pauses[agent] = _Pause(at_s, reason, self.order)
        return pause

    def end_pause(self, agent: str, at_s: float | None) -> None:
        """None: the agent went without coming back to work."""
        pause = self.pauses.pop(agent, None)
        if pause is None or pause.begun_s is None:
            return  # asked for, and taken back
        length_s = _ALL_DAY_S if at_s is None else at_s - pause.begun_s
        if pause.is_imposed:
            (self.unended if at_s is None else self.imposed_s).append(length_s)
            return
        duty = Duty(
            agent=AgentId(agent),
            at_s=pause.at_s,
            kind=DutyKind.PAUSE,
            reason=pause.reason,
            length_s=length_s,
        )
        self.duties.append((pause.at_s, pause.order, duty))

    def add(
        self, agent: str, at_s: float, kind: DutyKind, *, station: PortId | None = None
    ) -> None:
        self.order += 1
        duty = Duty(agent=AgentId(agent), at_s=at_s, kind=kind, station=station)
        self.duties.append((at_s, self.order, duty))


def duties_of(
    facts: Iterable[tuple[float, acd.Fact]], before: Staff, begin_s: float, end_s: float
) -> tuple[Sequence[Duty], float]:
    """The duties of a day, and how long agents were away whom missed calls had paused.

    Args:
        facts: The day's.
        before: Who was there already.
        begin_s: When the day begins.
        end_s: When it ends; pauses that go on then last all day.
    """
    reader = _Reader()
    for agent, station in before.stations.items():
        reader.come(agent, station, begin_s)
        if agent in before.pauses:
            reader.begin_pause(agent, before.pauses[agent], begin_s)
    for at_s, fact in facts:
        if at_s <= end_s:
            reader.read(at_s, fact)
    for agent in list(reader.pauses):
        reader.end_pause(agent, None)
    imposed_s = reader.imposed_s or reader.unended or [_USUAL_RETURN_S]
    back_s = sum(imposed_s) / len(imposed_s)
    # Within a moment the order of the journal holds: who logs in elsewhere is logged out first.
    in_order = sorted(reader.duties, key=lambda each: each[:2])
    return [duty for _, _, duty in in_order], back_s
