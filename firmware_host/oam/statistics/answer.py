"""A question to the statistics, and its answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, Engine, select

from firmware_host.oam.histories import Moment
from firmware_host.oam.statistics.agents import (
    AgentFigures,
    agents_at_a_time,
    all_agents,
    tally_agents,
)
from firmware_host.oam.statistics.calls import (
    CallFigures,
    CallTally,
    handling_of,
    together,
    visits_of,
)
from firmware_host.oam.statistics.trunks import TrunkFigures, erlangs_at_a_time, tally_trunks
from firmware_host.oam.tables import agent_times, position, queue_visits
from firmware_host.service_level import DEFAULT_LEVEL, SERVICE_LEVELS
from firmware_host.time_spans import Intervals, Span

__all__ = ["IntervalFigures", "Part", "Question", "Statistics", "UnknownName", "statistics"]

Part = str
"""``queues``, ``agents``, ``trunks`` or ``intervals``."""


class UnknownName(Exception):
    """No queue or agent has this name; the message says which have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody wants to know."""

    begin_utc_s: float
    end_utc_s: float
    zone: str = "UTC"
    parts: Sequence[Part] = ("queues", "agents", "trunks")
    interval_s: int = 1800
    queue: str | None = None
    "Callers of this queue only."
    agent: str | None = None
    "This agent only."
    threshold_s: float = 20.0
    "T of the service level."
    short_s: float = 5.0
    "S: who hangs up so soon hardly waited."
    level: str = DEFAULT_LEVEL
    queues: Sequence[str] = ()
    "These are listed, whatever happened in them,"
    agents: Sequence[str] = ()
    "and these are known."
    groups: Mapping[str, str] = field(default_factory=dict)
    "Trunk groups, by port."


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalFigures:
    """One interval of local time."""

    begin_utc_s: float
    end_utc_s: float
    calls: CallFigures
    "Of those who entered their queue in it."
    agents: AgentFigures
    "Their time in it."
    trunk_erlangs: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The answer."""

    begin_utc_s: float
    end_utc_s: float
    known_until_utc_s: float | None
    "When the newest fact became true; None: nothing is recorded at all."
    threshold_s: float
    short_s: float
    level: str
    formula: str
    calls: CallFigures | None
    queues: Mapping[str, CallFigures]
    all_agents: AgentFigures | None
    agents: Mapping[str, AgentFigures]
    all_trunks: TrunkFigures | None
    trunk_groups: Mapping[str, TrunkFigures]
    carriers: Mapping[str, TrunkFigures]
    intervals: Sequence[IntervalFigures]


def statistics(engine: Engine, question: Question) -> Statistics:
    """Answer.

    Raises:
        UnknownName: There is no such queue, or agent.
        SpanError: Too many intervals.
    """
    with engine.connect() as connection:
        return _Answering(connection, question).answer()


class _Answering:
    def __init__(self, connection: Connection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._span = Span(question.begin_utc_s, question.end_utc_s)
        row = connection.execute(select(position)).first()
        self._known = Moment(row.boot, row.monotonic_s, row.utc_s) if row else None
        self._read: Sequence[Any] | None = None
        self._check(question.queue, "queue", question.queues, queue_visits.c.queue)
        self._check(question.agent, "agent", question.agents, agent_times.c.agent)

    def _check(
        self, name: str | None, what: str, configured: Iterable[str], column: "Column[str]"
    ) -> None:
        if name is None or name in configured:
            return
        found = self._connection.execute(select(column).where(column == name).limit(1)).first()
        if found is None:
            known = ", ".join(sorted(configured)) or "none"
            raise UnknownName(f"no {what} {name!r}; there are: {known}")

    def answer(self) -> Statistics:
        question, parts = self._question, self._question.parts
        calls, queues = self._queues() if "queues" in parts else (None, {})
        everybody, agents = self._agents() if "agents" in parts else (None, {})
        trunks = self._trunks() if "trunks" in parts else {}
        intervals = self._intervals() if "intervals" in parts else ()
        return Statistics(
            begin_utc_s=question.begin_utc_s,
            end_utc_s=question.end_utc_s,
            known_until_utc_s=None if self._known is None else self._known.utc_s,
            threshold_s=question.threshold_s,
            short_s=question.short_s,
            level=question.level,
            formula=SERVICE_LEVELS[question.level].formula,
            calls=calls,
            queues=queues,
            all_agents=everybody,
            agents=agents,
            all_trunks=trunks.get("all", {}).get("all"),
            trunk_groups=trunks.get("groups", {}),
            carriers=trunks.get("carriers", {}),
            intervals=intervals,
        )

    def _call_figures(self, tally: CallTally, lasts_s: float) -> CallFigures:
        return tally.figures(
            SERVICE_LEVELS[self._question.level],
            threshold_s=self._question.threshold_s,
            short_s=self._question.short_s,
            lasts_s=lasts_s,
        )

    def _visits(self) -> Sequence[Any]:
        if self._read is None:
            self._read = visits_of(self._connection, self._span, queue=self._question.queue)
        return self._read

    def _queues(self) -> tuple[CallFigures, dict[str, CallFigures]]:
        question = self._question
        names = (question.queue,) if question.queue is not None else question.queues
        tallies: dict[str, CallTally] = {name: CallTally() for name in names}
        if self._known is not None:
            for row in self._visits():
                tally = tallies.get(row[0])
                if tally is None:
                    tally = tallies[row[0]] = CallTally()
                tally.add(row, self._known)
        lasts_s = self._span.end_s - self._span.begin_s
        figures = {name: self._call_figures(tally, lasts_s) for name, tally in tallies.items()}
        return self._call_figures(together(tallies.values()), lasts_s), figures

    def _agents(self) -> tuple[AgentFigures, dict[str, AgentFigures]]:
        if self._known is None:
            return all_agents(()).figures(), {}
        agent = self._question.agent
        handlings = filter(None, map(handling_of, self._visits()))
        tallies = tally_agents(self._connection, self._span, self._known, handlings, agent)
        figures = {name: tally.figures() for name, tally in tallies.items()}
        return all_agents(tallies.values()).figures(), figures

    def _trunks(self) -> dict[str, dict[str, TrunkFigures]]:
        if self._known is None:
            return {}
        lasts_s = self._span.end_s - self._span.begin_s
        tallies = tally_trunks(self._connection, self._span, self._known, self._question.groups)
        return {
            kind: {name: tally.figures(lasts_s) for name, tally in by_name.items()}
            for kind, by_name in tallies.items()
        }

    def _intervals(self) -> list[IntervalFigures]:
        question, zone = self._question, ZoneInfo(self._question.zone)
        intervals = Intervals(self._span, zone, question.interval_s)
        calls = [CallTally() for _ in intervals.begins]
        if self._known is None:
            return []
        agents = agents_at_a_time(self._connection, intervals, self._known, question.agent)
        for row in self._visits():
            if question.agent is None or row.agent == question.agent:
                index = intervals.index(row.entered_utc_s)
                calls[index].add(row, self._known)
                handling = handling_of(row)
                if handling is not None:
                    agents[index].handlings_s.append(handling[1])
        erlangs = erlangs_at_a_time(self._connection, intervals, self._known)
        return [
            IntervalFigures(
                begin_utc_s=begin_s,
                end_utc_s=end_s,
                calls=self._call_figures(tally, end_s - begin_s),
                agents=agent.figures(),
                trunk_erlangs=load,
            )
            for begin_s, end_s, tally, agent, load in zip(
                intervals.begins, intervals.ends, calls, agents, erlangs, strict=True
            )
        ]
