"""A traffic file's people, drawn: callers with patience, keys and talk, agents with shifts and pauses.

Callers come as a Poisson process. More traffic adds callers to the same ones, less leaves some of them
out; who stays is unchanged.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from acd import AgentId, PortId
from firmware_host.config import Appliance
from firmware_host.simulation.caller_numbers import caller_numbers
from firmware_host.simulation.chance import Duration, Shape, chance
from firmware_host.simulation.schema import (
    NO_KEY,
    CallsTable,
    DurationTable,
    QueueTrafficTable,
    Traffic,
)
from firmware_host.simulation.script import FOR_EVER, Duty, DutyKind, Keyed, Script
from firmware_host.simulation.traffic_file import HALF_HOUR_S, lines_called, seconds_of

__all__ = [
    "DrawnCaller",
    "Habits",
    "QueueHabits",
    "duration",
    "midnight_utc_s",
    "poisson_arrivals",
    "write_script",
]

BETWEEN_DIGITS_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHabits:
    """How callers of one queue behave, and how long they keep an agent."""

    talk: Duration
    patience: Duration | None
    after_call: Duration | None = None
    exits: Mapping[str, tuple[float, Duration]] = field(default_factory=dict)
    "Share of callers and time, by key."


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What all callers of a script have in common."""

    seed: int
    queues: Mapping[str, QueueHabits]
    answer: Duration
    missed: float
    extensions: QueueHabits | None = None
    accept: float = 0.0
    "Share of callers who take a call-back,"
    reached: float = 0.0
    "of attempts that they answer,"
    call_back_answer: Duration = field(default_factory=lambda: Duration(mean_s=0.0))
    "after this."

    def of(self, queue: str) -> QueueHabits | None:
        """Those of a queue's callers; of an agent's own queue: of those who ask for an agent."""
        return self.queues.get(queue) or self.extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCaller:
    """A caller whose every property follows from the seed, the stream and a number in it."""

    at_s: float
    ports: Sequence[PortId]
    called: str
    number: str
    stream: str
    index: int
    presses: str
    key_after_s: float
    habits: Habits
    keys_in: Mapping[str, str] = field(default_factory=dict)
    "By node that asks for digits."

    @property
    def agent_hangs_up(self) -> bool:
        """In a model it is always the caller."""
        return False

    def keys(self, menu: int) -> Sequence[Keyed]:
        """One key in each menu, as long as there are any."""
        keys = self.presses[menu : menu + 1]
        return (Keyed(self.key_after_s, keys),) if keys else ()

    def digits(self, _flow: str, node: str) -> Sequence[Keyed]:
        """One after the other, after the time for a key."""
        return [
            Keyed(self.key_after_s + index * BETWEEN_DIGITS_S, digit)
            for index, digit in enumerate(self.keys_in.get(node, ""))
        ]

    def exits(self, queue: str) -> Sequence[Keyed]:
        """At most one key, as drawn for this caller."""
        habits = self.habits.of(queue)
        left = self._chance("exit")
        for key, (share, after) in ({} if habits is None else habits.exits).items():
            left -= share
            if left < 0:
                return (Keyed(after.at(self._chance("exit after")), key),)
        return ()

    def takes_call_back(self) -> Sequence[Keyed]:
        """The number is the right one: 1."""
        accepts = self._chance("call-back") < self.habits.accept
        return (Keyed(self.key_after_s, "1"),) if accepts else ()

    def answers_call_back_s(self, attempt: int) -> float | None:
        """As drawn for this attempt."""
        if self._chance("called back", attempt) >= self.habits.reached:
            return None
        return self.habits.call_back_answer.at(self._chance("answers", attempt))

    def leaves_flow_s(self) -> float | None:
        """In a model callers hear the flow out."""
        return None

    def patience_s(self, queue: str) -> float:
        """As drawn for this caller, by the queue's mean."""
        habits = self.habits.of(queue)
        if habits is None or habits.patience is None:
            return FOR_EVER
        return habits.patience.at(self._chance("patience"))

    def talk_s(self, queue: str) -> float:
        """As drawn for this caller, by the queue's distribution."""
        habits = self.habits.of(queue) or next(iter(self.habits.queues.values()))
        return habits.talk.at(self._chance("talk"))

    def after_call_s(self, queue: str) -> float | None:
        """As drawn for this caller, if the queue has such a time."""
        habits = self.habits.of(queue)
        if habits is None or habits.after_call is None:
            return None
        return habits.after_call.at(self._chance("after call"))

    def answer_s(self, offer: int) -> float | None:
        """As drawn for this offer."""
        if self.habits.missed > 0 and self._chance("missed", offer) < self.habits.missed:
            return None
        return self.habits.answer.at(self._chance("answer", offer))

    def _chance(self, *what: str | int) -> float:
        return chance(self.habits.seed, self.stream, self.index, *what)


def write_script(
    traffic: Traffic, appliance: Appliance, *, seed: int, traffic_times: float = 1.0
) -> Script:
    """The day of one seed.

    Args:
        traffic: The model.
        appliance: Whose trunks are called.
        seed: Another seed is another day.
        traffic_times: So many times the calls of the model.
    """
    habits = Habits(
        seed=seed,
        queues={name: _queue_habits(table) for name, table in traffic.queue.items()},
        answer=duration(traffic.agents.answer),
        missed=traffic.agents.missed,
        extensions=None if traffic.extensions is None else _queue_habits(traffic.extensions),
    )
    if traffic.call_backs is not None:
        habits = replace(
            habits,
            accept=traffic.call_backs.accept,
            reached=traffic.call_backs.reached,
            call_back_answer=duration(traffic.call_backs.answer),
        )
    number_of = caller_numbers(appliance)
    begin_s = seconds_of(traffic.day.begin)
    callers: list[DrawnCaller] = []
    for name, calls in traffic.calls.items():
        ports = tuple(PortId(line) for line in lines_called(calls, appliance))
        callers += _stream(
            name,
            calls,
            begin_s,
            seconds_of(traffic.day.end),
            ports,
            habits,
            traffic_times,
            number_of,
        )
    return Script(
        begin_s=begin_s,
        end_s=seconds_of(traffic.day.end),
        midnight_utc_s=midnight_utc_s(traffic, appliance),
        callers=sorted(callers, key=lambda caller: caller.at_s),
        duties=_duties(traffic),
        put_down_s=traffic.agents.put_down_s,
        back_after_missed_s=traffic.agents.back_after_missed_s,
    )


def _queue_habits(table: QueueTrafficTable) -> QueueHabits:
    endless = isinstance(table.patience_s, str)
    return QueueHabits(
        talk=duration(table.talk),
        patience=None if endless else Duration(mean_s=float(table.patience_s)),
        after_call=None if table.after_call is None else duration(table.after_call),
        exits={key: (each.share, duration(each.after)) for key, each in table.exits.items()},
    )


def duration(table: DurationTable) -> Duration:
    """What a table of the file means."""
    deviation_s = table.mean_s if table.deviation_s is None else table.deviation_s
    return Duration(mean_s=table.mean_s, shape=Shape(table.shape), deviation_s=deviation_s)


def midnight_utc_s(traffic: Traffic, appliance: Appliance) -> float:
    """The day's beginning where the appliance stands."""
    zone = ZoneInfo(appliance.site.time_zone)
    return datetime.combine(traffic.day.date, time(0), zone).timestamp()


def _stream(
    name: str,
    calls: CallsTable,
    begin_s: float,
    end_s: float,
    ports: Sequence[PortId],
    habits: Habits,
    traffic_times: float,
    number_of: Callable[[int], str],
) -> Iterator[DrawnCaller]:
    rates = _rates(calls, begin_s, end_s)
    number = 0
    # More traffic is the same callers and others besides, in streams of their own.
    for extra in range(math.ceil(traffic_times)):
        share = min(traffic_times - extra, 1.0)
        stream = name if extra == 0 else f"{name} +{extra}"
        for index, at_s in enumerate(poisson_arrivals(habits.seed, stream, rates)):
            if share < 1.0 and chance(habits.seed, stream, index, "kept") >= share:
                continue
            number += 1
            yield DrawnCaller(
                at_s=at_s,
                ports=ports,
                called=calls.called or "",
                number=number_of(number),
                stream=stream,
                index=index,
                presses=_presses(calls.keys, chance(habits.seed, stream, index, "keys")),
                keys_in={
                    node: _presses(keys, chance(habits.seed, stream, index, "digits", node))
                    for node, keys in calls.digits.items()
                },
                key_after_s=duration(calls.key_after).at(
                    chance(habits.seed, stream, index, "key after")
                ),
                habits=habits,
            )


def _rates(calls: CallsTable, begin_s: float, end_s: float) -> list[tuple[float, float, float]]:
    """From, to, calls a second."""
    if calls.per_half_hour is None:
        return [(begin_s, end_s, (calls.per_hour or 0.0) / 3600)]
    pieces = []
    for index, count in enumerate(calls.per_half_hour):
        start_s = begin_s + index * HALF_HOUR_S
        pieces.append((start_s, min(start_s + HALF_HOUR_S, end_s), count / HALF_HOUR_S))
    return pieces


def poisson_arrivals(
    seed: int, stream: str, rates: Sequence[tuple[float, float, float]]
) -> Iterator[float]:
    """A Poisson process: gaps that are exponential where one call is expected in each unit of time."""
    index = 0
    gap = -math.log(chance(seed, stream, index, "gap"))
    for begin_s, end_s, per_s in rates:
        at_s = begin_s
        while per_s > 0 and at_s + gap / per_s < end_s:
            at_s += gap / per_s
            yield at_s
            index += 1
            gap = -math.log(chance(seed, stream, index, "gap"))
        gap -= (end_s - at_s) * per_s


def _presses(among: Mapping[str, float], share: float) -> str:
    left = share * sum(among.values())
    pressed = ""
    for keys, weight in among.items():
        if weight > 0:
            pressed = "" if keys == NO_KEY else keys
            left -= weight
            if left < 0:
                break
    return pressed


def _duties(traffic: Traffic) -> Sequence[Duty]:
    duties = []
    for shift in traffic.shift.values():
        for name in shift.agents:
            agent = AgentId(name)
            duties.append(Duty(agent=agent, at_s=seconds_of(shift.begin), kind=DutyKind.COME))
            duties += [
                Duty(
                    agent=agent,
                    at_s=seconds_of(pause.at),
                    kind=DutyKind.PAUSE,
                    reason=pause.reason,
                    length_s=60 * pause.minutes,
                )
                for pause in shift.pauses
            ]
            duties.append(Duty(agent=agent, at_s=seconds_of(shift.end), kind=DutyKind.GO))
    # Who goes does so before others come: they may need the telephone.
    return sorted(duties, key=lambda duty: (duty.at_s, duty.kind is not DutyKind.GO))
