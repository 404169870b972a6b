"""Days and clock times as people name them, and how the clock on the wall cuts them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_host.time_spans import Intervals, Span, SpanError, parse_span

BUCHAREST = ZoneInfo("Europe/Bucharest")
NOW = datetime(2026, 11, 19, 15, 20, tzinfo=BUCHAREST)
ZONES = [
    "Europe/Bucharest",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "UTC",
]


def spoken(span, zone=BUCHAREST):
    return tuple(
        f"{datetime.fromtimestamp(at_s, zone):%Y-%m-%d %H:%M}"
        for at_s in (span.begin_s, span.end_s)
    )


@pytest.mark.parametrize(
    ("from_", "to", "begin", "end"),
    [
        (None, None, "2026-11-19 00:00", "2026-11-20 00:00"),
        ("yesterday", "yesterday", "2026-11-18 00:00", "2026-11-19 00:00"),
        ("yesterday", None, "2026-11-18 00:00", "2026-11-20 00:00"),
        ("2026-11-01", "2026-11-18", "2026-11-01 00:00", "2026-11-19 00:00"),
        ("2026-11-18 08:30", "2026-11-18 17:00", "2026-11-18 08:30", "2026-11-18 17:00"),
        ("2026-11-18T08:30", "TODAY", "2026-11-18 08:30", "2026-11-20 00:00"),
        ("8:30", "24:00", "2026-11-19 08:30", "2026-11-20 00:00"),
    ],
)
def test_people_name_times(from_, to, begin, end):
    assert spoken(parse_span(from_, to, BUCHAREST, NOW.timestamp())) == (begin, end)


@pytest.mark.parametrize(
    ("from_", "to", "told"),
    [
        ("2026-02-30", None, "--from: '2026-02-30' is no day"),
        ("tomorrow", None, "--from: 'tomorrow' is no day"),
        ("today", "25:00", "--to: '25:00' is no day"),
        ("0001-01-01", None, "is no day"),
        ("9999-12-31", None, "is no day"),
        ("2026-11-20", None, "has not come yet"),
        ("today", "yesterday", "--to yesterday is not after --from today"),
        ("-1", None, "is no day"),
        ("٢٠٢٦-١١-١٩", None, "is no day"),
    ],
)
def test_what_names_no_time_is_told_with_what_does(from_, to, told):
    with pytest.raises(SpanError, match=told):
        parse_span(from_, to, BUCHAREST, NOW.timestamp())


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_day_is_as_long_as_it_really_was(day, hours):
    span = parse_span(day, day, BUCHAREST, datetime(2027, 1, 1, tzinfo=BUCHAREST).timestamp())
    assert span.end_s - span.begin_s == hours * 3600
    assert len(Intervals(span, BUCHAREST, 1800).begins) == 2 * hours
    assert len(Intervals(span, BUCHAREST, 86_400).begins) == 1


def test_a_span_that_begins_between_two_marks_has_a_shorter_first_interval():
    span = Span(NOW.timestamp(), NOW.timestamp() + 3600)
    begins = [
        f"{datetime.fromtimestamp(at_s, BUCHAREST):%H:%M}"
        for at_s in Intervals(span, BUCHAREST, 1800).begins
    ]
    assert begins == ["15:20", "15:30", "16:00"]


def test_too_many_intervals_are_refused():
    with pytest.raises(SpanError, match="too many"):
        _ = Intervals(Span(0.0, 900.0 * 30_000), BUCHAREST, 900).begins


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    length_s=st.sampled_from([900, 1800, 3600, 86_400]),
    shift_s=st.integers(0, 86_400),
)
def test_intervals_cover_a_span_without_gaps_and_begin_where_the_clock_says(
    zone, day, length_s, shift_s
):
    place = ZoneInfo(zone)
    begin = datetime(day.year, day.month, day.day, tzinfo=place)
    begin_s = begin.timestamp() + shift_s
    span = Span(begin_s, (begin + timedelta(days=3)).timestamp())
    intervals = Intervals(span, place, length_s)
    assert intervals.begins[0] == begin_s
    assert intervals.ends[-1] == span.end_s
    assert intervals.begins == sorted(set(intervals.begins))
    for at_s in intervals.begins[1:]:
        local = datetime.fromtimestamp(at_s, place)
        since_midnight_s = local.hour * 3600 + local.minute * 60 + local.second
        if length_s < 86_400:
            assert since_midnight_s % length_s == 0
        else:
            before = datetime.fromtimestamp(at_s - 1, place)
            assert before.date() < local.date()
    parts = list(intervals.parts(begin_s - 50, span.end_s + 50))
    assert [index for index, _ in parts] == list(range(len(intervals.begins)))
    assert sum(part_s for _, part_s in parts) == pytest.approx(span.end_s - begin_s)
