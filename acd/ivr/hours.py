"""Whether a place of business is open. Wall-clock time of its own zone decides, as on a shop's door.

An interval belongs to the day on which it starts. One that ends at or before its start runs over
midnight into the next day (a night shift 22:00-06:00; 08:00-00:00 until midnight; 00:00-00:00 the
whole day). So a closed date shuts out what starts on it, not the rest of the night before.
"""

from datetime import date, datetime, timedelta

from acd.settings import OpenInterval, Schedule

__all__ = ["is_open"]

_DAY = timedelta(days=1)


def is_open(schedule: Schedule, at: datetime, *, clock_trusted: bool) -> bool:
    """Tell whether the schedule is open at an aware time."""
    if not clock_trusted:
        return schedule.open_when_clock_untrusted
    local = at.astimezone(schedule.zone).replace(tzinfo=None)
    return any(
        _covers(interval, day, local)
        for day in (local.date(), local.date() - _DAY)
        if day not in schedule.closed_dates
        for interval in schedule.intervals
    )


def _covers(interval: OpenInterval, day: date, local: datetime) -> bool:
    if day.weekday() not in interval.weekdays:
        return False
    end_day = day if interval.end > interval.start else day + _DAY
    return datetime.combine(day, interval.start) <= local < datetime.combine(end_day, interval.end)
