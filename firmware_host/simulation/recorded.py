"""A day of an appliance's journal, as people to be simulated.

Arrivals, keys, talks, answers and the patience of those who left are as they were. What a journal can't
tell is drawn: how long those would have waited who were served (patience is taken as exponential, its mean
is all waiting by the number of those who hung up), how long those would have talked who were not (as one of
the queue's talks).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import acd
from acd import PortId
from firmware_host.journal_format import JournalDamage, read_segment, segments
from firmware_host.simulation.account import keep_account
from firmware_host.simulation.chance import Duration, chance
from firmware_host.simulation.recorded_calls import RecordedCall, calls_of
from firmware_host.simulation.recorded_staff import Staff, duties_of
from firmware_host.simulation.script import FOR_EVER, Keyed, Script

__all__ = ["NoRecordedDay", "RecordedDay", "read_recorded_day"]

_USUAL_ANSWER_S = 10.0
"Of callers who are called back more often than they were."
_SHIFTED_BY_S = 1800.0
"Where there is to be more traffic than was recorded, calls come a second time, within half an hour."


class NoRecordedDay(Exception):
    """The journal has no such day."""


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """The facts of one day, in seconds since its midnight, and who was there when it began."""

    day: date
    midnight_utc_s: float
    facts: Sequence[tuple[float, acd.Fact]]
    staff: Staff
    damaged: int
    "Parts of the journal that could not be read."

    @property
    def begin_s(self) -> float:
        """When the first thing happened."""
        return self.facts[0][0]

    @property
    def end_s(self) -> float:
        """When the last thing happened."""
        return self.facts[-1][0]

    def script(
        self, settings: acd.CenterSettings, *, seed: int, traffic_times: float = 1.0
    ) -> Script:
        """The same people again.

        Args:
            settings: Of the appliance that wrote the journal: which nodes are menus, how long wrap-ups are.
            seed: For what the journal does not tell.
            traffic_times: So many times the calls.
        """
        calls = calls_of(self.facts, settings)
        habits = _habits_of(calls, self.facts, self.end_s, seed)
        callers = [
            _RecordedCaller(call.at_s, call, index, habits) for index, call in enumerate(calls)
        ]
        chosen = sorted(
            _as_many(callers, traffic_times, self.begin_s, self.end_s), key=lambda c: c.at_s
        )
        notes = []
        if self.damaged:
            notes.append(f"{self.damaged} damaged parts of the journal are left out")
        placed = sum(
            isinstance(fact, acd.CallPlaced) and not fact.call_back for _, fact in self.facts
        )
        if placed:
            notes.append(f"{placed} calls that were made from telephones here are left out")
        cut = sum(call.is_cut_off for call in calls)
        if cut:
            notes.append(f"{cut} calls were cut off by a restart or fault: they end when they did")
        duties, back_s = duties_of(self.facts, self.staff, self.begin_s, self.end_s)
        return Script(
            begin_s=self.begin_s,
            end_s=self.end_s,
            midnight_utc_s=self.midnight_utc_s,
            callers=chosen,
            duties=duties,
            back_after_missed_s=back_s,
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class _Habits:
    """What fills the gaps of the record."""

    seed: int
    patience: Mapping[str, Duration | None]
    talks: Mapping[str, Sequence[float]]
    answers: Sequence[float]


@dataclass(frozen=True, slots=True)
class _RecordedCaller:
    """One call of the journal."""

    at_s: float
    call: RecordedCall
    index: int
    habits: _Habits
    copy: int = 0

    @property
    def ports(self) -> Sequence[PortId]:
        return self.call.ports

    @property
    def called(self) -> str:
        return self.call.called

    @property
    def number(self) -> str:
        return self.call.number

    @property
    def agent_hangs_up(self) -> bool:
        return self.call.agent_hung_up

    def keys(self, menu: int) -> Sequence[Keyed]:
        return self.call.keys[menu] if menu < len(self.call.keys) else ()

    def digits(self, flow: str, node: str) -> Sequence[Keyed]:
        return self.call.digits.get((flow, node), ())

    def exits(self, queue: str) -> Sequence[Keyed]:
        return self.call.exits.get(queue, ())

    def takes_call_back(self) -> Sequence[Keyed]:
        return self.call.takes_call_back

    def answers_call_back_s(self, attempt: int) -> float | None:
        recorded = self.call.called_back_s
        return recorded[attempt] if attempt < len(recorded) else _USUAL_ANSWER_S

    def leaves_flow_s(self) -> float | None:
        return self.call.left_flow_after_s

    def patience_s(self, queue: str) -> float:
        if self.call.left_queue_after_s is not None:
            return self.call.left_queue_after_s
        patience = self.habits.patience.get(queue)
        more_s = FOR_EVER if patience is None else patience.at(self._chance("patience"))
        return self.call.waited_s + more_s

    def talk_s(self, queue: str) -> float:
        if self.call.talked_s is not None:
            return self.call.talked_s
        talks = self.habits.talks.get(queue) or self.habits.talks[""]
        return talks[int(self._chance("talk") * len(talks))] if talks else 0.0

    def after_call_s(self, queue: str) -> float | None:
        return self.call.after_call_s

    def answer_s(self, offer: int) -> float | None:
        if offer < len(self.call.offers):
            rung = self.call.offers[offer]
            if not rung.was_withdrawn:
                return rung.answer_s
            return rung.rang_s + self._drawn_answer(offer)
        return self._drawn_answer(offer)

    def _drawn_answer(self, offer: int) -> float:
        answers = self.habits.answers
        return answers[int(self._chance("answer", offer) * len(answers))] if answers else 0.0

    def _chance(self, *what: str | int) -> float:
        return chance(self.habits.seed, "recorded", self.index, self.copy, *what)


def _habits_of(
    calls: Sequence[RecordedCall],
    facts: Iterable[tuple[float, acd.Fact]],
    end_s: float,
    seed: int,
) -> _Habits:
    waited_s: dict[str, float] = {}
    left: dict[str, int] = {}
    for visit in keep_account(facts, end_s).visits:
        waited_s[visit.queue] = waited_s.get(visit.queue, 0.0) + visit.wait_s
        left[visit.queue] = left.get(visit.queue, 0) + (visit.outcome.value == "abandoned")
    talks: dict[str, list[float]] = {"": []}
    for call in calls:
        if call.talked_s is not None:
            talks.setdefault(call.queue, []).append(call.talked_s)
            talks[""].append(call.talked_s)
    rung = [each for call in calls for each in call.offers]
    return _Habits(
        seed=seed,
        patience={
            queue: Duration(mean_s=waited_s[queue] / count) if count else None
            for queue, count in left.items()
        },
        talks=talks,
        answers=[each.answer_s for each in rung if each.answer_s is not None],
    )


def _as_many(
    callers: Sequence[_RecordedCaller], times: float, begin_s: float, end_s: float
) -> Iterable[_RecordedCaller]:
    for caller in callers:
        copy = 0
        while copy < times:
            share = min(times - copy, 1.0)
            name = ("recorded", caller.index, copy)
            if share >= 1.0 or chance(caller.habits.seed, *name, "kept") < share:
                shift_s = (2 * chance(caller.habits.seed, *name, "shift") - 1) * _SHIFTED_BY_S
                at_s = caller.at_s + (shift_s if copy else 0.0)
                yield replace(caller, at_s=min(max(at_s, begin_s), end_s), copy=copy)
            copy += 1


@dataclass(slots=True)
class _Reading:
    """The journal while it is read."""

    entries: list[tuple[float, acd.Fact]] = field(default_factory=list)
    damage: list[JournalDamage] = field(default_factory=list)


def read_recorded_day(folder: Path, zone: ZoneInfo, day: date | None = None) -> RecordedDay:
    """Read one day of a journal; without ``day`` the last one with calls.

    Raises:
        NoRecordedDay: The folder holds no journal, or none of that day.
    """
    reading = _Reading()
    try:
        for segment in segments(folder):
            for entry, _ in read_segment(segment, reading.damage):
                fact = entry.fact()
                if fact is not None:
                    reading.entries.append((entry.utc_s, fact))
    except OSError as error:
        raise NoRecordedDay(f"{folder}: {error.strerror or error}") from error
    calls = [utc_s for utc_s, fact in reading.entries if isinstance(fact, acd.CallOfferedToUs)]
    if not calls:
        raise NoRecordedDay(f"{folder}: no call stands in any journal here")
    day = day or datetime.fromtimestamp(calls[-1], zone).date()
    midnight = datetime.combine(day, time(0), zone).timestamp()
    next_midnight = datetime.combine(day + timedelta(days=1), time(0), zone).timestamp()
    if not any(midnight <= utc_s < next_midnight for utc_s in calls):
        first, last = (datetime.fromtimestamp(calls[index], zone).date() for index in (0, -1))
        raise NoRecordedDay(f"{folder}: no call on {day}; the journal goes from {first} to {last}")
    staff = Staff()
    facts = []
    for utc_s, fact in reading.entries:
        if utc_s < midnight:
            staff.see(fact)
        elif utc_s < next_midnight and not isinstance(fact, acd.SnapshotTaken):
            facts.append((utc_s - midnight, fact))
    return RecordedDay(day, midnight, facts, staff, len(reading.damage))
