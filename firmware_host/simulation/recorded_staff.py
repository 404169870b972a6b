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
    begun_s: float | None = None
    is_imposed: bool = False


@dataclass(slots=True)
class _Reader:
    duties: list[Duty] = field(default_factory=list)
    pauses: dict[str, _Pause] = field(default_factory=dict)
    imposed_s: list[float] = field(default_factory=list)

    def read(self, at_s: float, fact: acd.Fact) -> None:
        match fact:
            case acd.AgentLoggedIn():
                self.come(fact.agent, fact.station, at_s)
            case acd.AgentLoggedOut():
                self.end_pause(fact.agent, None)
                self.add(fact.agent, at_s, DutyKind.GO)
            case acd.PauseRequested():
                self.pauses[fact.agent] = _Pause(at_s, fact.reason)
            case acd.AgentPaused():
                imposed = fact.reason == _MISSED and fact.agent not in self.pauses
                pause = self.pauses.setdefault(
                    fact.agent, _Pause(at_s, fact.reason, is_imposed=imposed)
                )
                pause.begun_s = at_s
            case acd.AgentResumed():
                self.end_pause(fact.agent, at_s)
            case _:
                pass

    def come(self, agent: str, station: str, at_s: float) -> None:
        self.add(agent, at_s, DutyKind.COME, station=PortId(station))

    def end_pause(self, agent: str, at_s: float | None) -> None:
        """None: the agent went without coming back to work."""
        pause = self.pauses.pop(agent, None)
        if pause is None or pause.begun_s is None:
            return  # asked for, and taken back
        length_s = _ALL_DAY_S if at_s is None else at_s - pause.begun_s
        if pause.is_imposed:
            if at_s is not None:
                self.imposed_s.append(length_s)
            return
        self.add(agent, pause.at_s, DutyKind.PAUSE, reason=pause.reason, length_s=length_s)

    def add(
        self,
        agent: str,
        at_s: float,
        kind: DutyKind,
        *,
        station: PortId | None = None,
        reason: str = "",
        length_s: float = 0.0,
    ) -> None:
        self.duties.append(
            Duty(
                agent=AgentId(agent),
                at_s=at_s,
                kind=kind,
                station=station,
                reason=reason,
                length_s=length_s,
            )
        )


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
            reader.pauses[agent] = _Pause(begin_s, before.pauses[agent], begun_s=begin_s)
    for at_s, fact in facts:
        if at_s <= end_s:
            reader.read(at_s, fact)
    for agent in list(reader.pauses):
        reader.end_pause(agent, None)
    imposed_s = reader.imposed_s
    back_s = sum(imposed_s) / len(imposed_s) if imposed_s else _USUAL_RETURN_S
    # Within a moment the order of the journal holds: who logs in elsewhere is logged out first.
    return sorted(reader.duties, key=lambda duty: duty.at_s), back_s
