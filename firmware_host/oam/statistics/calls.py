"""The figures of callers: of a queue, of an interval, of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from firmware_host.oam.histories import Came, Moment, Outcome, seconds
from firmware_host.oam.tables import queue_visits
from firmware_host.service_level import (
    SERVICE_LEVELS,
    LevelCounts,
    ServiceLevel,
    mean,
    quantile,
)
from firmware_host.time_spans import Span

__all__ = [
    "CallBackFigures",
    "CallFigures",
    "CallTally",
    "TellingFigures",
    "handling_of",
    "together",
    "visits_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackFigures:
    """Callers who asked to be called back, by when they did."""

    asked: int
    reached: int
    called_again: int
    "Who had the place on a line then."
    not_reached: int
    "Given up, or not to be called any more."
    waiting: int
    "Who wait still."
    attempts: int
    "Numbers that were dialled; those for which there was no line are left out."
    mean_delay_s: float | None
    "Of those reached: from asking to the talk;"
    median_delay_s: float | None
    longest_delay_s: float | None
    mean_waited_s: float | None
    "and before, on the line."


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingFigures:
    """How well the wait was told, of those answered who were told one; the first telling counts."""

    count: int
    mean_error_s: float
    "What really followed less what was told: above zero callers waited longer."
    mean_absolute_error_s: float
    within_quantile: float | None
    "Share whose wait was no longer than the quantile that was estimated,"
    quantile: float | None
    "which was, on average, this one."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Callers of one queue, or of all. None: there is nothing to tell it from."""

    offered: int
    "Who entered the queue; one who comes back after a lost talk is not offered again."
    answered: int
    abandoned: int
    short_abandoned: int
    "Of them, after a short wait."
    left_by_key: int
    left_by_time: int
    left_deserted: int
    left_otherwise: int
    left_for_call_back: int
    "Who left, by whichever of these ways, and asked to be called back; counted only here."
    cut_off: int
    waiting: int
    "Who waits still."
    resumed: int
    "Of those offered: at the place of an earlier call,"
    moved: int
    "from another queue of the same call."
    overflowed: int
    "Who, by rule, waited in another queue as well."
    elsewhere: int
    "Who waited here, too, and count for another queue."
    refused: Mapping[str, int]
    "By reason. They never waited, and are not offered."
    returned: int
    "Who waited again after a lost talk,"
    returned_answered: int
    "and got an agent again."
    offers: int
    missed: int
    "Rings that no agent answered in time."
    service_level: float | None
    service_levels: Mapping[str, float | None]
    "Every one, by name."
    mean_wait_s: float | None
    "Average speed of answer: of those answered,"
    median_wait_s: float | None
    wait_90_s: float | None
    wait_95_s: float | None
    longest_wait_s: float | None
    "of all who were offered."
    handled: int
    "Contacts that are done, of which talk and wrap-up are known,"
    mean_talk_s: float | None
    "and what they took."
    mean_wrap_up_s: float | None
    mean_handling_s: float | None
    offered_per_hour: float
    call_backs: CallBackFigures
    told: TellingFigures | None


_LEFT = {
    Outcome.LEFT_BY_KEY.value: "left_by_key",
    Outcome.LEFT_BY_TIME.value: "left_by_time",
    Outcome.LEFT_DESERTED.value: "left_deserted",
    Outcome.LEFT_OTHERWISE.value: "left_otherwise",
    Outcome.CALL_BACK.value: "left_for_call_back",
    Outcome.CUT_OFF.value: "cut_off",
    Outcome.WAITING.value: "waiting",
    Outcome.ELSEWHERE.value: "elsewhere",
}
_ANSWERED, _ABANDONED = Outcome.ANSWERED.value, Outcome.ABANDONED.value
_REFUSED, _ELSEWHERE = Outcome.REFUSED.value, Outcome.ELSEWHERE.value
_ATTEMPTS = "attempts"
_NEW, _RETURNED, _CALL_BACK = Came.NEW.value, Came.RETURNED.value, Came.CALL_BACK.value
_COLUMNS = (
    "queue",
    "came",
    "entered_utc_s",
    "outcome",
    "why",
    "agent",
    "wait_s",
    "offers",
    "missed",
    "overflowed",
    "talk_s",
    "wrap_up_s",
    "told_after_s",
    "told_wait_s",
    "told_quantile_s",
    "told_quantile",
    "waited_before_s",
    "attempts",
    "boot",
    "monotonic_s",
)

_of_handling = itemgetter(*map(_COLUMNS.index, ("outcome", "agent", "talk_s", "wrap_up_s")))


def visits_of(connection: Connection, span: Span, *, queue: str | None = None) -> Sequence[Any]:
    """The rows of waits that began in a span."""
    columns = queue_visits.c
    query = select(*(columns[name] for name in _COLUMNS)).where(
        columns.entered_utc_s >= span.begin_s, columns.entered_utc_s < span.end_s
    )
    if queue is not None:
        query = query.where(columns.queue == queue)
    return connection.execute(query).all()


def handling_of(row: Any) -> tuple[str, float] | None:  # noqa: ANN401 - a row of `visits_of`
    """Who answered, and how long talk and wrap-up took; None while that is not known."""
    outcome, agent, talk_s, wrap_up_s = _of_handling(row)
    if outcome != _ANSWERED or talk_s is None or wrap_up_s is None:
        return None
    return agent, talk_s + wrap_up_s


@dataclass(slots=True)
class CallTally:
    """Waits, counted."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    answered_s: list[float] = field(default_factory=list)
    abandoned_s: list[float] = field(default_factory=list)
    other_s: list[float] = field(default_factory=list)
    talks_s: list[float] = field(default_factory=list)
    wrap_ups_s: list[float] = field(default_factory=list)
    call_backs: dict[str, int] = field(default_factory=dict)
    "By outcome; and all attempts."
    reached_s: list[tuple[float, float]] = field(default_factory=list)
    "Each: from asking to the talk, and what was waited before."
    told: list[tuple[float, float, float | None, float | None]] = field(default_factory=list)
    "Each: what followed, what was told, the estimate's quantile and its share."

    def add(self, row: Any, known: Moment) -> None:  # noqa: ANN401 - a row of `visits_of`
        """Count a wait; one that goes on has lasted until ``known``."""
        (
            _, came, entered_utc_s, outcome, why, _, wait_s, offers, missed, overflowed,
            talk_s, wrap_up_s, told_after_s, told_wait_s, told_quantile_s, told_quantile,
            waited_before_s, attempts, boot, monotonic_s,
        ) = row  # fmt: skip
        counts = self.counts
        if offers:
            counts["offers"] = counts.get("offers", 0) + offers
        if missed:
            counts["missed"] = counts.get("missed", 0) + missed
        if overflowed:
            counts["overflowed"] = counts.get("overflowed", 0) + 1
        if talk_s is not None and wrap_up_s is not None:
            self.talks_s.append(talk_s)
            self.wrap_ups_s.append(wrap_up_s)
        if came == _CALL_BACK:
            asked = self.call_backs
            asked[outcome] = asked.get(outcome, 0) + 1
            if attempts:
                asked[_ATTEMPTS] = asked.get(_ATTEMPTS, 0) + attempts
            if outcome == _ANSWERED:
                self.reached_s.append((wait_s, waited_before_s))
            return
        if outcome == _REFUSED:
            self.refused[why] = self.refused.get(why, 0) + 1
            return
        if outcome == _ELSEWHERE:
            counts["elsewhere"] = counts.get("elsewhere", 0) + 1
            return
        if came == _RETURNED:
            counts["returned"] = counts.get("returned", 0) + 1
            if outcome == _ANSWERED:
                counts["returned_answered"] = counts.get("returned_answered", 0) + 1
            return
        if came != _NEW:
            counts[came] = counts.get(came, 0) + 1
        if wait_s is None:
            wait_s = seconds(Moment(boot, monotonic_s, entered_utc_s), known)
        if outcome == _ANSWERED:
            self.answered_s.append(wait_s)
            if told_wait_s is not None:
                self.told.append(
                    (wait_s - told_after_s, told_wait_s, told_quantile_s, told_quantile)
                )
        elif outcome == _ABANDONED:
            self.abandoned_s.append(wait_s)
        else:
            self.other_s.append(wait_s)
            name = _LEFT[outcome]
            counts[name] = counts.get(name, 0) + 1

    def figures(
        self, level: ServiceLevel, *, threshold_s: float, short_s: float, lasts_s: float
    ) -> CallFigures:
        """The figures, of a time that lasted so long."""
        count = self.counts.get
        waits = (self.answered_s, self.abandoned_s, self.other_s)
        offered = sum(map(len, waits))
        answered_s = sorted(self.answered_s)
        counted = LevelCounts(
            offered=offered,
            answered=len(answered_s),
            answered_in_time=_within(answered_s, threshold_s),
            abandoned=len(self.abandoned_s),
            abandoned_in_time=_within(self.abandoned_s, threshold_s),
            abandoned_short=_within(self.abandoned_s, short_s),
            overdue=sum(len(each) - _within(each, threshold_s) for each in waits),
        )
        handling_s = [talk + wrap for talk, wrap in zip(self.talks_s, self.wrap_ups_s, strict=True)]
        return CallFigures(
            offered=offered,
            answered=len(answered_s),
            abandoned=len(self.abandoned_s),
            short_abandoned=counted.abandoned_short,
            left_by_key=count("left_by_key", 0),
            left_by_time=count("left_by_time", 0),
            left_deserted=count("left_deserted", 0),
            left_otherwise=count("left_otherwise", 0),
            left_for_call_back=count("left_for_call_back", 0),
            cut_off=count("cut_off", 0),
            waiting=count("waiting", 0),
            resumed=count(Came.RESUMED.value, 0),
            moved=count(Came.MOVED.value, 0),
            overflowed=count("overflowed", 0),
            elsewhere=count("elsewhere", 0),
            refused=dict(sorted(self.refused.items())),
            returned=count("returned", 0),
            returned_answered=count("returned_answered", 0),
            offers=count("offers", 0),
            missed=count("missed", 0),
            service_level=level.of(counted),
            service_levels={name: each.of(counted) for name, each in SERVICE_LEVELS.items()},
            mean_wait_s=mean(answered_s),
            median_wait_s=quantile(answered_s, 0.5),
            wait_90_s=quantile(answered_s, 0.9),
            wait_95_s=quantile(answered_s, 0.95),
            longest_wait_s=max((max(each) for each in waits if each), default=None),
            handled=len(handling_s),
            mean_talk_s=mean(self.talks_s),
            mean_wrap_up_s=mean(self.wrap_ups_s),
            mean_handling_s=mean(handling_s),
            offered_per_hour=offered * 3600 / lasts_s,
            call_backs=self._calling_back(),
            told=self._telling(),
        )

    def _calling_back(self) -> CallBackFigures:
        count = self.call_backs.get
        delays_s = sorted(delay_s for delay_s, _ in self.reached_s)
        return CallBackFigures(
            asked=sum(self.call_backs.values()) - count(_ATTEMPTS, 0),
            reached=count(_ANSWERED, 0),
            called_again=count(Outcome.CALLED_AGAIN.value, 0),
            not_reached=count(Outcome.NOT_REACHED.value, 0),
            waiting=count(Outcome.WAITING.value, 0),
            attempts=count(_ATTEMPTS, 0),
            mean_delay_s=mean(delays_s),
            median_delay_s=quantile(delays_s, 0.5),
            longest_delay_s=delays_s[-1] if delays_s else None,
            mean_waited_s=mean([waited_s for _, waited_s in self.reached_s]),
        )

    def _telling(self) -> TellingFigures | None:
        if not self.told:
            return None
        errors_s = [followed_s - told_s for followed_s, told_s, _, _ in self.told]
        by_quantile = [
            (followed_s <= quantile_s, share)
            for followed_s, _, quantile_s, share in self.told
            if quantile_s is not None and share
        ]
        return TellingFigures(
            count=len(errors_s),
            mean_error_s=mean(errors_s) or 0.0,
            mean_absolute_error_s=mean([abs(error_s) for error_s in errors_s]) or 0.0,
            within_quantile=mean([float(held) for held, _ in by_quantile]),
            quantile=mean([share for _, share in by_quantile]),
        )


def together(tallies: Iterable[CallTally]) -> CallTally:
    """All of them in one."""
    total = CallTally()
    for tally in tallies:
        for into, from_ in (
            (total.counts, tally.counts),
            (total.refused, tally.refused),
            (total.call_backs, tally.call_backs),
        ):
            for name, count in from_.items():
                into[name] = into.get(name, 0) + count
        total.answered_s += tally.answered_s
        total.abandoned_s += tally.abandoned_s
        total.other_s += tally.other_s
        total.talks_s += tally.talks_s
        total.wrap_ups_s += tally.wrap_ups_s
        total.told += tally.told
        total.reached_s += tally.reached_s
    return total


def _within(waits_s: Iterable[float], limit_s: float) -> int:
    return sum(wait_s <= limit_s for wait_s in waits_s)
