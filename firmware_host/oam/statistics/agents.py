"""The figures of agents: what each did, and of all of them at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from firmware_host.oam.histories import Doing, Moment
from firmware_host.oam.statistics.lasting import lasting, whole
from firmware_host.oam.tables import agent_times
from firmware_host.service_level import mean
from firmware_host.time_spans import Intervals, Span

__all__ = ["AgentFigures", "AgentTally", "agents_at_a_time", "all_agents", "tally_agents"]

_COLUMNS = ("agent", "state", "reason", "paid", "ended_by")
_PAUSED, _TALKING, _RINGING = Doing.PAUSED.value, Doing.TALKING.value, Doing.RINGING.value
_BUSY = (
    Doing.RINGING,
    Doing.TALKING,
    Doing.WRAPPING_UP,
    Doing.CALLING_BACK,
    Doing.CALLING_OUT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One agent's time, or that of all. None: there is nothing to tell it from."""

    calls: int
    "Talks that began."
    offers: int
    missed: int
    logged_in_s: float
    ready_s: float
    ringing_s: float
    talking_s: float
    wrapping_up_s: float
    paused_s: float
    paid_pauses_s: float
    "Of them, those that are working time by their reason."
    calling_back_s: float
    "Until the caller answered, or did not."
    calling_out_s: float
    not_known_s: float
    "The call server was down."
    paid_s: Mapping[str, float]
    "Of pauses that are paid, by reason,"
    unpaid_s: Mapping[str, float]
    "and of the others."
    occupancy: float | None
    "All but pauses, being ready and what is not known, as a part of that and of being ready."
    calls_per_hour: float | None
    "For each hour logged in, without pauses and what is not known."
    handled: int
    "Contacts that are done, of which talk and wrap-up are known,"
    mean_handling_s: float | None
    "and what they took."


@dataclass(slots=True)
class AgentTally:
    """Time, added up."""

    states_s: dict[str, float] = field(default_factory=dict)
    paid_s: dict[str, float] = field(default_factory=dict)
    unpaid_s: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    offers: int = 0
    missed: int = 0
    handlings_s: list[float] = field(default_factory=list)

    def figures(self) -> AgentFigures:
        """The figures."""

        def spent(*what: Doing) -> float:
            return sum(self.states_s.get(each.value, 0.0) for each in what)

        busy_s = spent(*_BUSY)
        there_s = busy_s + spent(Doing.READY)
        return AgentFigures(
            calls=self.calls,
            offers=self.offers,
            missed=self.missed,
            logged_in_s=spent(*Doing),
            ready_s=spent(Doing.READY),
            ringing_s=spent(Doing.RINGING),
            talking_s=spent(Doing.TALKING),
            wrapping_up_s=spent(Doing.WRAPPING_UP),
            paused_s=spent(Doing.PAUSED),
            paid_pauses_s=sum(self.paid_s.values()),
            calling_back_s=spent(Doing.CALLING_BACK),
            calling_out_s=spent(Doing.CALLING_OUT),
            not_known_s=spent(Doing.NOT_KNOWN),
            paid_s=dict(sorted(self.paid_s.items())),
            unpaid_s=dict(sorted(self.unpaid_s.items())),
            occupancy=busy_s / there_s if there_s > 0 else None,
            calls_per_hour=self.calls * 3600 / there_s if there_s > 0 else None,
            handled=len(self.handlings_s),
            mean_handling_s=mean(self.handlings_s),
        )

    def add(self, row: Any, begin_s: float, end_s: float, span: Span) -> None:  # noqa: ANN401 - a row
        """Add what lies in the span; what is counted belongs to where it began."""
        self.add_many(row, int(begin_s in span), span.overlap(begin_s, end_s))

    def add_many(self, row: Any, began: int, lasted_s: float) -> None:  # noqa: ANN401 - a row
        """Add times of one kind."""
        _, state, reason, paid, ended_by = row[-5:]
        self.states_s[state] = self.states_s.get(state, 0.0) + lasted_s
        if state == _PAUSED:
            pauses_s = self.paid_s if paid else self.unpaid_s
            pauses_s[reason] = pauses_s.get(reason, 0.0) + lasted_s
        elif state == _TALKING:
            self.calls += began
        elif state == _RINGING:
            self.offers += began
            if ended_by == "missed":
                self.missed += began


def tally_agents(
    connection: Connection,
    span: Span,
    known: Moment,
    handlings: Iterable[tuple[str, float]],
    agent: str | None = None,
) -> dict[str, AgentTally]:
    """By agent; ``handlings`` are who answered, and how long talk and wrap-up took."""
    tallies: dict[str, AgentTally] = {}
    for row, count, lasted_s in whole(connection, agent_times, _COLUMNS, span):
        if agent is None or row.agent == agent:
            tallies.setdefault(row.agent, AgentTally()).add_many(row[:-2], count, lasted_s)
    cut = lasting(connection, agent_times, _COLUMNS, span, known, cut_only=True)
    for row, begin_s, end_s in cut:
        if agent is None or row.agent == agent:
            tallies.setdefault(row.agent, AgentTally()).add(row, begin_s, end_s, span)
    for who, handling_s in handlings:
        if agent is None or who == agent:
            tallies.setdefault(who, AgentTally()).handlings_s.append(handling_s)
    return dict(sorted(tallies.items()))


def all_agents(tallies: Iterable[AgentTally]) -> AgentTally:
    """Everybody's time together."""
    total = AgentTally()
    for tally in tallies:
        for into, from_ in (
            (total.states_s, tally.states_s),
            (total.paid_s, tally.paid_s),
            (total.unpaid_s, tally.unpaid_s),
        ):
            for name, lasted_s in from_.items():
                into[name] = into.get(name, 0.0) + lasted_s
        total.calls += tally.calls
        total.offers += tally.offers
        total.missed += tally.missed
        total.handlings_s += tally.handlings_s
    return total


def agents_at_a_time(
    connection: Connection, intervals: Intervals, known: Moment, agent: str | None = None
) -> list[AgentTally]:
    """By interval."""
    tallies = [AgentTally() for _ in intervals.begins]
    spans = [
        Span(begin_s, end_s)
        for begin_s, end_s in zip(intervals.begins, intervals.ends, strict=True)
    ]
    for row, begin_s, end_s in lasting(connection, agent_times, _COLUMNS, intervals.span, known):
        if agent is not None and row.agent != agent:
            continue
        index = intervals.index(max(begin_s, intervals.span.begin_s))
        span = spans[index]
        if begin_s >= span.begin_s and end_s <= span.end_s:  # as nearly all do
            tallies[index].add_many(row, 1, end_s - begin_s)
            continue
        while index < len(spans) and spans[index].begin_s < end_s:
            tallies[index].add(row, begin_s, end_s, spans[index])
            index += 1
    return tallies
