"""Figures counted from facts that were written by hand."""

import pytest

import acd
from acd import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWrappedUp,
    CallConnected,
    CallEnded,
    CallerQueued,
    CallOfferedToUs,
    FlowEntered,
    OfferMade,
    OfferMissed,
    WrapUpStarted,
)
from firmware_host.simulation.account import Account, Outcome, QueueVisit, keep_account
from firmware_host.simulation.confidence import difference, estimate
from firmware_host.simulation.figures import LevelFormula, Measures, measure
from firmware_host.simulation.trials import end_of_day

DAY = {"begin_s": 0.0, "end_s": 3600.0}


def offered(call):
    return CallOfferedToUs(call=call, port="line-1", called="")


def ended(call, cause="caller hung up", stage="queued"):
    return CallEnded(call=call, cause=cause, stage=stage)


def figures_of(facts, **others):
    account = keep_account(facts, 3600.0)
    return measure(account, Measures(**{**DAY, **others}), queues=["sales"], agents=["1001"])


def visits(count, outcome, wait_s):
    return [
        QueueVisit(call="1", queue="sales", entered_s=0.0, left_s=wait_s, outcome=outcome)
        for _ in range(count)
    ]


ONE_CALL = [
    (0.0, AgentLoggedIn(agent="1001", station="desk-1")),
    (100.0, offered("1")),
    (105.0, CallerQueued(call="1", queue="sales", place=1)),
    (110.0, OfferMade(call="1", agent="1001", station="desk-1", queue="sales")),
    (115.0, CallConnected(call="1", agent="1001", queue="sales")),
    (215.0, ended("1", "caller hung up", "talking")),
    (215.0, WrapUpStarted(agent="1001", call="1")),
    (235.0, AgentWrappedUp(agent="1001")),
    (1235.0, AgentPaused(agent="1001", reason="break")),
    (1335.0, AgentResumed(agent="1001")),
    (1900.0, AgentLoggedOut(agent="1001")),
]


def test_a_wait_is_from_entering_the_queue_to_the_agents_voice():
    figures = figures_of(ONE_CALL)
    sales = figures.queues["sales"]
    assert (sales.offered, sales.answered, sales.lost) == (1, 1, 0)
    assert (sales.mean_wait_s, sales.longest_wait_s, sales.service_level) == (10.0, 10.0, 1.0)


def test_an_agents_time_is_all_accounted_for():
    agent = figures_of(ONE_CALL).agents["1001"]
    assert agent.calls == 1
    assert (agent.ringing_s, agent.talking_s, agent.wrapping_up_s) == (5.0, 100.0, 20.0)
    assert (agent.paused_s, agent.present_s) == (100.0, 1900.0)
    assert agent.occupancy == pytest.approx(125 / 1800)


def test_half_hours_share_out_an_agents_time():
    first, second = figures_of(ONE_CALL).half_hours
    assert first.agents_busy == pytest.approx(125 / 1800)
    assert first.agents_present == pytest.approx(1700 / 1800)
    assert second.agents_present == pytest.approx(100 / 1800)
    assert (first.calls.offered, second.calls.offered) == (1, 0)
    assert first.mean_waiting == pytest.approx(10 / 1800)


def test_who_hangs_up_in_the_queue_has_abandoned_and_who_is_sent_on_has_not():
    facts = [
        (0.0, offered("1")),
        (0.0, CallerQueued(call="1", queue="sales", place=1)),
        (0.0, offered("2")),
        (0.0, CallerQueued(call="2", queue="sales", place=2)),
        (30.0, ended("1")),
        (60.0, FlowEntered(call="2", flow="main", node="bye")),
        (70.0, ended("2", stage="flow")),
    ]
    sales = figures_of(facts).queues["sales"]
    assert (sales.abandoned, sales.sent_on, sales.lost) == (1, 1, 2)
    assert sales.mean_wait_s is None
    assert sales.longest_wait_s == 60.0


def test_calls_that_never_reach_a_queue_are_told_by_cause():
    facts = [(0.0, offered("1")), (9.0, ended("1", "outside opening hours", "flow"))]
    figures = figures_of(facts)
    assert figures.ended_in_flow == {"outside opening hours": 1}
    assert figures.calls == 1
    assert figures.total.offered == 0


def test_a_missed_offer_is_the_agents():
    facts = [
        *ONE_CALL[:4],
        (130.0, OfferMissed(call="1", agent="1001")),
    ]
    assert figures_of(facts).agents["1001"].missed == 1


@pytest.mark.parametrize(
    ("formula", "level"),
    [
        (LevelFormula.OFFERED, 860 / 1060),
        (LevelFormula.ANSWERED, 860 / 1000),
        (LevelFormula.QUICK_ABANDONS, 880 / 1060),
    ],
)
def test_each_service_level_counts_as_it_says(formula, level):
    account = Account(
        visits=[
            *visits(860, Outcome.ANSWERED, 10.0),
            *visits(140, Outcome.ANSWERED, 50.0),
            *visits(20, Outcome.ABANDONED, 10.0),
            *visits(40, Outcome.ABANDONED, 50.0),
        ]
    )
    measures = Measures(**DAY, threshold_s=20.0, formula=formula)
    total = measure(account, measures, queues=[], agents=[]).total
    assert total.service_level == pytest.approx(level)


def test_who_is_answered_at_the_threshold_is_answered_in_time_and_a_moment_later_is_not():
    account = Account(
        visits=[
            *visits(1, Outcome.ANSWERED, 20.0),
            *visits(1, Outcome.ANSWERED, 20.01),
            *visits(1, Outcome.ABANDONED, 20.0),
            *visits(1, Outcome.ABANDONED, 20.01),
        ]
    )
    levels = {
        formula: measure(
            account, Measures(**DAY, threshold_s=20.0, formula=formula), queues=[], agents=[]
        ).total.service_level
        for formula in LevelFormula
    }
    assert levels == {
        LevelFormula.OFFERED: 0.25,
        LevelFormula.ANSWERED: 0.5,
        LevelFormula.QUICK_ABANDONS: 0.5,
    }


def test_quantiles_are_waits_that_somebody_had():
    account = Account(visits=[v for n in range(1, 21) for v in visits(1, Outcome.ANSWERED, n)])
    total = measure(account, Measures(**DAY), queues=[], agents=[]).total
    assert (total.median_wait_s, total.wait_95_s) == (10, 19)


def test_what_began_before_the_measured_time_is_left_out_of_the_calls():
    assert figures_of(ONE_CALL, begin_s=106.0).queues["sales"].offered == 0


def test_the_confidence_interval_is_students():
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.plus_minus == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    assert estimate([5.0]).plus_minus is None
    assert estimate([None, None]) is None


def test_a_difference_that_is_the_same_every_day_is_sure_however_much_days_differ():
    days = [figures_of(ONE_CALL[: 5 + n]) for n in (0, 3)]
    later = [figures_of([(at_s + 7.0, fact) for at_s, fact in ONE_CALL[: 5 + n]]) for n in (0, 3)]
    change = difference(days, later)
    assert change["queues", "sales", "offered"].plus_minus == 0
    assert not change["queues", "sales", "offered"].is_surely_not_zero


def test_a_day_ends_when_its_people_have_gone_though_a_call_back_waits_on():
    facts = [
        (50.0, acd.CallEnded(call="1", cause="caller hung up", stage="queued")),
        (60.0, acd.AgentLoggedOut(agent="1001")),
        (90_000.0, acd.CallBackEnded(call_back="1", why="could not be called in time")),
    ]
    assert end_of_day(facts, 40.0) == 60.0
    assert end_of_day(facts, 70.0) == 70.0
    assert end_of_day([], 70.0) == 70.0
