"""The formulas of a service level, by the numbers of a published example."""

import pytest

from acd import Formula
from acd.recent_service import LONGEST_WINDOW_S, MOST_CALLERS, RecentService, Served
from acd.service_level import service_level

# 1000 answered, 860 of them in 20 s; 60 hung up, 20 of them within 20 s.
CALLERS = [
    *(Served(0.0, 5.0, is_answered=True) for _ in range(860)),
    *(Served(0.0, 50.0, is_answered=True) for _ in range(140)),
    *(Served(0.0, 5.0, is_answered=False) for _ in range(20)),
    *(Served(0.0, 50.0, is_answered=False) for _ in range(40)),
]


@pytest.mark.parametrize(
    ("formula", "percent", "callers"),
    [(Formula.ANSWERED, 86, 1000), (Formula.ALL, 81, 1060), (Formula.WITHOUT_SHORT, 83, 1040)],
)
def test_each_formula_counts_as_it_says(formula, percent, callers):
    level = service_level(CALLERS, 20.0, formula)
    assert (round(level.percent), level.callers) == (percent, callers)


def test_nobody_was_served_in_time():
    assert service_level([], 20.0, Formula.ALL).percent == 100.0


def test_callers_of_a_queue_are_forgotten_after_an_hour_and_beyond_a_number():
    recent = RecentService()
    recent.add("sales", 0.0, 5.0, is_answered=True)
    for n in range(MOST_CALLERS + 10):
        recent.add("sales", LONGEST_WINDOW_S + 1.0 + n, 5.0, is_answered=False)
    recent.add("support", 1.0, 5.0, is_answered=True)
    assert len(recent.callers["sales"]) == MOST_CALLERS
    assert not any(caller.is_answered for caller in recent.callers["sales"])
    assert len(list(recent.since("sales", LONGEST_WINDOW_S + MOST_CALLERS))) == 11


def test_a_row_that_makes_no_sense_is_left_out():
    recent = RecentService()
    recent.restore(({"queue": "sales", "callers": "1/2 x 3/ 4/5x"}, {"queue": None}), 10.0)
    assert list(recent.callers["sales"]) == [
        Served(9.0, 2.0, is_answered=True),
        Served(6.0, 5.0, is_answered=False),
    ]
