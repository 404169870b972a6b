"""The named service levels, on the example that trade press gives for ICMI's five."""

import pytest

from firmware_host.service_level import DEFAULT_LEVEL, SERVICE_LEVELS, LevelCounts, mean, quantile

# 1000 answered, 860 of them in time; 60 hung up, 20 in time, 10 of these within 5 s.
EXAMPLE = LevelCounts(
    offered=1060,
    answered=1000,
    answered_in_time=860,
    abandoned=60,
    abandoned_in_time=20,
    abandoned_short=10,
    overdue=140 + 40,
)


@pytest.mark.parametrize(
    ("name", "per_cent"),
    [
        ("icmi-1", 83),
        ("icmi-2", 86),
        ("icmi-3", 81),
        ("icmi-4", 83),
        ("icmi-5", 82),
        ("asterisk", 86),
        ("asterisk-2", 83),
        ("offered", 81),
    ],
)
def test_each_level_is_what_its_authors_say_of_the_example(name, per_cent):
    assert round(100 * SERVICE_LEVELS[name].of(EXAMPLE)) == per_cent


def test_ciscos_three_count_events_and_differ_in_what_a_hang_up_in_time_is():
    events = 860 + 20 + 180
    assert SERVICE_LEVELS["cisco-ignored"].of(EXAMPLE) == 860 / (events - 20)
    assert SERVICE_LEVELS["cisco-negative"].of(EXAMPLE) == 860 / events
    assert SERVICE_LEVELS["cisco-positive"].of(EXAMPLE) == (860 + 20) / events


def test_without_callers_there_is_no_level_of_any_kind():
    nobody = LevelCounts(
        offered=0,
        answered=0,
        answered_in_time=0,
        abandoned=0,
        abandoned_in_time=0,
        abandoned_short=0,
        overdue=0,
    )
    assert {level.of(nobody) for level in SERVICE_LEVELS.values()} == {None}


def test_every_level_is_named_as_it_is_asked_for_and_says_its_formula():
    assert DEFAULT_LEVEL in SERVICE_LEVELS
    for name, level in SERVICE_LEVELS.items():
        assert level.name == name
        assert "/" in level.formula


def test_a_quantile_is_a_wait_that_somebody_had():
    waits = [1.0, 2.0, 3.0, 4.0]
    assert [quantile(waits, share) for share in (0.0, 0.25, 0.5, 0.51, 0.95, 1.0)] == [
        1,
        1,
        2,
        3,
        4,
        4,
    ]
    assert quantile([], 0.5) is None
    assert mean([]) is None
