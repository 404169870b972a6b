"""Opening hours as people write them: ``"mon-fri" = "09:00-12:00, 13:00-18:00"``.

An interval that ends before it starts runs over midnight: ``"fri" = "22:00-06:00"`` ends on Saturday.
"""

from datetime import time

__all__ = ["HoursError", "parse_open_hours"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HoursError(ValueError):
    """Hours that make no sense."""


def parse_open_hours(days: str, hours: str) -> list[tuple[tuple[int, ...], time, time]]:
    """Weekdays (Monday is 0), start and end of each interval.

    Raises:
        HoursError: saying what is wrong.
    """
    weekdays = _weekdays(days)
    return [(weekdays, *_interval(part.strip())) for part in hours.split(",")]


def _weekdays(days: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in days.lower().split(","):
        first, _, last = part.strip().partition("-")
        try:
            start = _DAYS.index(first.strip())
            end = _DAYS.index(last.strip()) if last else start
        except ValueError:
            raise HoursError(f'"{part.strip()}" is no day or range of days') from None
        span = (end - start) % 7 + 1
        found += [(start + step) % 7 for step in range(span)]
    return tuple(sorted(set(found)))


def _interval(text: str) -> tuple[time, time]:
    start_text, dash, end_text = text.partition("-")
    start, end = _time(start_text), _time(end_text)
    if not dash or start is None or end is None:
        raise HoursError(f'"{text}" is no interval of times')
    if end == start and "24" not in end_text:
        raise HoursError(f'"{text}" is no time at all; the whole day is 00:00-24:00')
    return start, end


def _time(text: str) -> time | None:
    hour, colon, minute = text.strip().partition(":")
    digits = hour + minute
    if not (
        colon and digits.isascii() and hour.isdecimal() and minute.isdecimal() and len(digits) <= 4
    ):
        return None
    if (int(hour), int(minute)) == (24, 0):
        return time(0, 0)  # the ACD reads an end at or before the start as the next day's
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None
