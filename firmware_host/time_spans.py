"""Stretches of time as people name them: days and clock times of the site, cut where the clock says so."""

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

__all__ = ["DAY_S", "INTERVALS_S", "Intervals", "Span", "SpanError", "parse_span"]

DAY_S = 86_400
INTERVALS_S = {"15m": 900, "30m": 1800, "1h": 3600, "1d": DAY_S}
"""By the names that commands take."""
_MOST_INTERVALS = 20_000
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
"""Beyond them every calendar has room for the days before and after."""
_FORMS = 'write "today", "yesterday", 2026-11-19, "2026-11-19 08:30" or 08:30'


class SpanError(Exception):
    """No such stretch of time; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment up to, not including, another; seconds of UTC."""

    begin_s: float
    end_s: float

    def __contains__(self, at_s: float) -> bool:
        return self.begin_s <= at_s < self.end_s

    def overlap(self, begin_s: float, end_s: float) -> float:
        """Seconds of a time that lie in this one."""
        return max(min(self.end_s, end_s) - max(self.begin_s, begin_s), 0.0)


def parse_span(from_: str | None, to: str | None, zone: ZoneInfo, now_s: float) -> Span:
    """The span that two texts name: from the beginning of today, to the end of today, if left out.

    A day as ``to`` is meant to its end; a clock time alone is of today.

    Raises:
        SpanError: They name none.
    """
    today = datetime.fromtimestamp(now_s, zone).date()
    begin_s, _ = _moments(from_ or "today", today, zone, "--from")
    _, end_s = _moments(to or "today", today, zone, "--to")
    if end_s <= begin_s:
        if to is None:
            raise SpanError(f"--from {from_} has not come yet")
        raise SpanError(f"--to {to} is not after --from {from_ or 'today'}")
    return Span(begin_s, end_s)


def _moments(text: str, today: date, zone: ZoneInfo, option: str) -> tuple[float, float]:
    """The beginning and the end of what a text names."""
    word = text.strip().lower()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    found = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d)(?:[ t]|$))?(\d\d?:\d\d)?", word, re.ASCII)
    try:
        if word in days:
            day, clock = days[word], None
        elif found is None or not word:
            raise ValueError
        else:
            day = date.fromisoformat(found[1]) if found[1] else today
            clock = found[2]
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError
        if clock is None:
            return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        if clock == "24:00":
            at_s = _midnight(day + timedelta(days=1), zone)
        else:
            hour, minute = clock.split(":")
            at = datetime.combine(day, time(int(hour), int(minute)), zone)
            at_s = at.timestamp()
    except ValueError:
        raise SpanError(f"{option}: {text!r} is no day and no time; {_FORMS}") from None
    return at_s, at_s


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(0), zone).timestamp()


@dataclass(frozen=True)
class Intervals:
    """A span cut by local time: half hours begin at every full and half hour of the clock on the wall.

    Where summer time begins or ends, an interval is as long as the time in it really was.
    """

    span: Span
    zone: ZoneInfo
    length_s: int

    @cached_property
    def begins(self) -> list[float]:
        """When each begins; the first is the span's own beginning.

        Raises:
            SpanError: They are too many to be looked at.
        """
        count = (self.span.end_s - self.span.begin_s) / self.length_s
        if count > _MOST_INTERVALS:
            raise SpanError(f"{count:.0f} intervals are too many; make them longer, or fewer days")
        return list(self._begins())

    @cached_property
    def ends(self) -> list[float]:
        """When each ends."""
        return [*self.begins[1:], self.span.end_s]

    def index(self, at_s: float) -> int:
        """In which of them a moment lies."""
        return bisect_right(self.begins, at_s) - 1

    def parts(self, begin_s: float, end_s: float) -> Iterator[tuple[int, float]]:
        """The intervals in which a time lies, and how many seconds of it in each."""
        begin_s, end_s = max(begin_s, self.span.begin_s), min(end_s, self.span.end_s)
        if begin_s >= end_s:
            return
        index = self.index(begin_s)
        while begin_s < end_s:
            until_s = min(self.ends[index], end_s)
            yield index, until_s - begin_s
            begin_s, index = until_s, index + 1

    def _begins(self) -> Iterator[float]:
        at_s = self.span.begin_s
        while at_s < self.span.end_s:
            yield at_s
            at_s = self._after(at_s)

    def _after(self, at_s: float) -> float:
        if self.length_s == DAY_S:
            day = datetime.fromtimestamp(at_s, self.zone).date() + timedelta(days=1)
            return _midnight(day, self.zone)
        after_s = at_s - self._past_mark(at_s) + self.length_s
        # The clock may have been set on or back by less than an interval: on to its next mark.
        off_s = self._past_mark(after_s)
        return after_s + self.length_s - off_s if off_s else after_s

    def _past_mark(self, at_s: float) -> float:
        """Seconds since the wall clock showed the beginning of an interval."""
        local = datetime.fromtimestamp(math.floor(at_s), self.zone).replace(tzinfo=UTC)
        return (local.timestamp() + (at_s - math.floor(at_s))) % self.length_s
