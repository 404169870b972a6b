"""The figures of a day: for each queue, each agent, each half hour, and in all.

A call belongs to the half hour in which it entered its queue. What is seen of agents is cut at the half
hour's ends.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from firmware_host.service_level import SERVICE_LEVELS, LevelCounts, mean, quantile
from firmware_host.simulation.account import (
    Account,
    Busyness,
    CallBack,
    Outcome,
    QueueVisit,
    Spell,
)

__all__ = [
    "EXTENSIONS",
    "AgentFigures",
    "CallBackFigures",
    "CallFigures",
    "Figures",
    "HalfHourFigures",
    "LevelFormula",
    "Measures",
    "measure",
]

HALF_HOUR_S = 1800.0
_T = TypeVar("_T")
_AT_WORK = (
    Busyness.RINGING,
    Busyness.CALLING_BACK,
    Busyness.TALKING,
    Busyness.WRAPPING_UP,
)
EXTENSIONS = "(extensions)"
"""Stands for all queues of agents who are asked for by number."""


class LevelFormula(Enum):
    """Which service level. T is the threshold; each is what it says of one day's calls."""

    OFFERED = "offered"
    ANSWERED = "answered"
    QUICK_ABANDONS = "quick-abandons"

    @property
    def words(self) -> str:
        """How it is counted."""
        return SERVICE_LEVELS[_LEVELS[self]].formula


_LEVELS = {
    LevelFormula.OFFERED: "offered",
    LevelFormula.ANSWERED: "icmi-2",
    LevelFormula.QUICK_ABANDONS: "icmi-1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured, and over which time."""

    begin_s: float
    end_s: float
    "Calls that entered a queue from ``begin_s`` to here; of agents' time the same."
    threshold_s: float = 20.0
    formula: LevelFormula = LevelFormula.OFFERED
    half_hours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Callers of a queue, or of all. None: there were no calls to tell it from."""

    offered: int
    answered: int
    abandoned: int
    left_by_key: int
    left_for_call_back: int
    "Who left, by key or otherwise, and asked to be called back."
    sent_on: int
    "The longest wait was over, or the call was cut off."
    lost: int
    "Who was neither answered nor is to be called back."
    service_level: float | None
    mean_wait_s: float | None
    "Of those answered,"
    median_wait_s: float | None
    wait_95_s: float | None
    "95 % of them waited no longer;"
    longest_wait_s: float | None
    "and of all who waited,"
    mean_wait_of_all_s: float | None
    "those who hung up among them."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackFigures:
    """Callers who asked to be called back; they stand beside those who wait on a line."""

    asked: int
    reached: int
    given_up: int
    "Those neither reached nor given up wait still, or called again."
    attempts: int
    mean_delay_s: float | None
    "From asking to the talk."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One agent's day."""

    calls: int
    missed: int
    present_s: float
    paused_s: float
    ringing_s: float
    talking_s: float
    wrapping_up_s: float
    occupancy: float | None
    "Ringing, talk and wrap-up, as a part of the time without pauses."


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHourFigures:
    """One half hour, all queues."""

    begin_s: float
    calls: CallFigures
    agents_present: float
    "On average, those in a pause left out."
    agents_busy: float
    mean_waiting: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A day."""

    calls: int
    "That reached the appliance."
    lines_busy: int
    "Calls that found every line taken; no formula counts them as offered."
    ended_in_flow: Mapping[str, int]
    total: CallFigures
    occupancy: float | None
    queues: Mapping[str, CallFigures]
    call_backs: Mapping[str, CallBackFigures]
    "By queue; and in all, under an empty name."
    agents: Mapping[str, AgentFigures]
    half_hours: Sequence[HalfHourFigures]


def measure(
    account: Account,
    measures: Measures,
    *,
    queues: Iterable[str],
    agents: Iterable[str],
    turned_away: Sequence[float] = (),
) -> Figures:
    """The figures of an account, for these queues and agents, in this order."""
    begin_s, end_s = measures.begin_s, measures.end_s
    queues = tuple(queues)
    visits = [each for each in account.visits if begin_s <= each.entered_s < end_s]
    asked = [each for each in account.call_backs if begin_s <= each.asked_s < end_s]
    spells = [each for each in account.spells if each.within(begin_s, end_s) > 0]
    by_queue = _grouped(visits, lambda visit: visit.queue if visit.queue in queues else EXTENSIONS)
    by_agent = _grouped(spells, lambda spell: spell.agent)
    return Figures(
        calls=sum(begin_s <= at_s < end_s for at_s in account.arrivals),
        lines_busy=sum(begin_s <= at_s < end_s for at_s in turned_away),
        ended_in_flow=dict(sorted(account.ended_in_flow.items())),
        total=_calls(visits, measures),
        occupancy=_occupancy(spells, begin_s, end_s),
        queues={name: _calls(by_queue.get(name, []), measures) for name in queues},
        call_backs={
            name: _call_backs([each for each in asked if not name or each.queue == name])
            for name in (*queues, "")
        },
        agents={name: _agent(name, account, by_agent.get(name, []), measures) for name in agents},
        half_hours=_half_hours(account, visits, spells, measures) if measures.half_hours else (),
    )


def _grouped(items: Iterable[_T], key: Callable[[_T], str]) -> dict[str, list[_T]]:
    groups: dict[str, list[_T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _calls(visits: Sequence[QueueVisit], measures: Measures) -> CallFigures:
    answered = sorted(each.wait_s for each in visits if each.outcome is Outcome.ANSWERED)
    abandoned = [each.wait_s for each in visits if each.outcome is Outcome.ABANDONED]
    by_key = sum(each.outcome is Outcome.LEFT_BY_KEY for each in visits)
    called_back = sum(each.outcome is Outcome.CALL_BACK for each in visits)
    every = [each.wait_s for each in visits]
    return CallFigures(
        offered=len(visits),
        answered=len(answered),
        abandoned=len(abandoned),
        left_by_key=by_key,
        left_for_call_back=called_back,
        sent_on=len(visits) - len(answered) - len(abandoned) - by_key - called_back,
        lost=len(visits) - len(answered) - called_back,
        service_level=_level(answered, abandoned, len(visits), measures),
        mean_wait_s=mean(answered),
        median_wait_s=quantile(answered, 0.5),
        wait_95_s=quantile(answered, 0.95),
        longest_wait_s=max(every, default=None),
        mean_wait_of_all_s=mean(every),
    )


def _call_backs(asked: Sequence[CallBack]) -> CallBackFigures:
    delays_s = [each.reached_s - each.asked_s for each in asked if each.reached_s is not None]
    return CallBackFigures(
        asked=len(asked),
        reached=len(delays_s),
        given_up=sum(each.is_over and each.reached_s is None for each in asked),
        attempts=sum(each.attempts for each in asked),
        mean_delay_s=mean(delays_s),
    )


def _level(
    answered: Sequence[float], abandoned: Sequence[float], offered: int, measures: Measures
) -> float | None:
    in_time, left_in_time = (
        sum(wait_s <= measures.threshold_s for wait_s in waits) for waits in (answered, abandoned)
    )
    counts = LevelCounts(
        offered=offered,
        answered=len(answered),
        answered_in_time=in_time,
        abandoned=len(abandoned),
        abandoned_in_time=left_in_time,
        abandoned_short=0,
        overdue=0,
    )
    return SERVICE_LEVELS[_LEVELS[measures.formula]].of(counts)


def _time(spells: Iterable[Spell], what: Iterable[Busyness], begin_s: float, end_s: float) -> float:
    wanted = frozenset(what)
    return math.fsum(each.within(begin_s, end_s) for each in spells if each.what in wanted)


def _occupancy(spells: Sequence[Spell], begin_s: float, end_s: float) -> float | None:
    busy_s = _time(spells, _AT_WORK, begin_s, end_s)
    there_s = busy_s + _time(spells, (Busyness.READY,), begin_s, end_s)
    return busy_s / there_s if there_s > 0 else None


def _agent(
    name: str, account: Account, spells: Sequence[Spell], measures: Measures
) -> AgentFigures:
    begin_s, end_s = measures.begin_s, measures.end_s

    def spent(*what: Busyness) -> float:
        return _time(spells, what, begin_s, end_s)

    return AgentFigures(
        calls=sum(each.what is Busyness.TALKING and each.begin_s >= begin_s for each in spells),
        missed=sum(agent == name and begin_s <= at_s < end_s for at_s, agent in account.missed),
        present_s=spent(*Busyness),
        paused_s=spent(Busyness.PAUSED),
        ringing_s=spent(Busyness.RINGING),
        talking_s=spent(Busyness.TALKING),
        wrapping_up_s=spent(Busyness.WRAPPING_UP),
        occupancy=_occupancy(spells, begin_s, end_s),
    )


def _half_hours(
    account: Account, visits: Sequence[QueueVisit], spells: Sequence[Spell], measures: Measures
) -> list[HalfHourFigures]:
    first = math.floor(measures.begin_s / HALF_HOUR_S)
    count = math.ceil(measures.end_s / HALF_HOUR_S) - first
    busy_s, ready_s, waited_s = ([0.0] * count for _ in range(3))
    for spell in spells:
        if spell.what in _AT_WORK:
            _spread(busy_s, spell.begin_s, spell.end_s, first)
        elif spell.what is Busyness.READY:
            _spread(ready_s, spell.begin_s, spell.end_s, first)
    for visit in account.visits:
        _spread(waited_s, visit.entered_s, visit.left_s, first)
    entered: list[list[QueueVisit]] = [[] for _ in range(count)]
    for visit in visits:
        entered[math.floor(visit.entered_s / HALF_HOUR_S) - first].append(visit)
    return [
        HalfHourFigures(
            begin_s=(first + index) * HALF_HOUR_S,
            calls=_calls(entered[index], measures),
            agents_present=(busy_s[index] + ready_s[index]) / HALF_HOUR_S,
            agents_busy=busy_s[index] / HALF_HOUR_S,
            mean_waiting=waited_s[index] / HALF_HOUR_S,
        )
        for index in range(count)
    ]


def _spread(into: list[float], begin_s: float, end_s: float, first: int) -> None:
    """Add a stretch of time to the half hours that it lies in."""
    index = max(math.floor(begin_s / HALF_HOUR_S), first)
    while index - first < len(into) and index * HALF_HOUR_S < end_s:
        half_s = index * HALF_HOUR_S
        into[index - first] += max(min(end_s, half_s + HALF_HOUR_S) - max(begin_s, half_s), 0.0)
        index += 1
