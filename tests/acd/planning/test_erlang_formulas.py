"""Erlang B, C and A against known values, identities that must hold, and a naive second way."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.planning import (
    NotEnoughAgents,
    agents_needed,
    erlang_a_outlook,
    erlang_b,
    erlang_c,
    erlang_c_outlook,
)

LOADS = st.floats(0.01, 200, allow_nan=False)
AGENTS = st.integers(1, 150)
QUEUES = {
    "calls_per_s": st.floats(0.001, 1.5),
    "handling_s": st.floats(5, 600),
    "agents": AGENTS,
    "threshold_s": st.floats(0, 120),
    "patience_s": st.floats(5, 3600),
}


def naive_erlang_b(servers: int, load: Fraction) -> Fraction:
    weights = [load**count / math.factorial(count) for count in range(servers + 1)]
    return weights[-1] / sum(weights)


def naive_erlang_a(calls_per_s, handling_s, agents, threshold_s, patience_s, room=400):
    """All states of the chain written down; the wait of each as a chain of its own, in small steps."""
    states = agents + room
    weights = np.ones(states + 1)
    for busy in range(1, states + 1):
        leaving = min(busy, agents) / handling_s + max(busy - agents, 0) / patience_s
        weights[busy] = weights[busy - 1] * calls_per_s / leaving
    share = weights / weights.sum()
    waiting = np.maximum(np.arange(states + 1) - agents, 0)
    abandoned = float(share @ waiting) / patience_s / calls_per_s
    # Who comes as number k in the queue: each step somebody before leaves or is served, or he does himself.
    left = 1 / patience_s
    served, steps = 0.0, 4000
    ahead = np.array(share[agents:])  # the mass that waits, by how many callers are ahead
    step_s = threshold_s / steps
    rate_ahead = agents / handling_s + np.arange(room + 1) * left
    for _ in range(steps):
        flow = ahead * (1 - np.exp(-(rate_ahead + left) * step_s))
        own = flow * left / (rate_ahead + left)
        moved = flow - own
        served += moved[0]
        ahead = ahead - flow
        ahead[:-1] += moved[1:]
    return abandoned, float(share @ waiting) / calls_per_s, share[:agents].sum() + served


def test_erlang_c_gives_the_known_values_for_20_agents_and_19_erlang():
    outlook = erlang_c_outlook(calls_per_s=19 / 180, handling_s=180, agents=20, threshold_s=20)
    assert erlang_c(20, 19) == pytest.approx(0.7554, abs=5e-5)
    assert outlook.mean_wait_s == pytest.approx(135.97, abs=0.005)
    assert outlook.service_level == pytest.approx(0.3240, abs=5e-5)


def test_a_hundred_calls_in_half_an_hour_need_seventeen_agents_for_80_in_20():
    load = {"calls_per_s": 100 / 1800, "handling_s": 240.0}
    assert agents_needed(**load, service_level=0.8, threshold_s=20) == 17
    enough = erlang_c_outlook(**load, agents=17, threshold_s=20)
    assert enough.service_level == pytest.approx(0.8104, abs=5e-5)
    assert enough.occupancy == pytest.approx(0.784, abs=5e-4)
    too_few = erlang_c_outlook(**load, agents=16, threshold_s=20)
    assert too_few.service_level == pytest.approx(0.6900, abs=5e-5)


def test_erlang_a_gives_the_known_values():
    outlook = erlang_a_outlook(
        calls_per_s=19 / 180, handling_s=180, agents=20, threshold_s=20, patience_s=600
    )
    assert outlook.waiting_share == pytest.approx(0.5498, abs=5e-5)
    assert outlook.abandoned_share == pytest.approx(0.0442, abs=5e-5)
    assert outlook.mean_wait_s == pytest.approx(26.54, abs=0.005)


@given(servers=st.integers(0, 40), load=st.fractions(Fraction(1, 100), 60))
def test_the_recurrence_of_erlang_b_agrees_with_the_definition_in_exact_fractions(servers, load):
    assert erlang_b(servers, float(load)) == pytest.approx(
        float(naive_erlang_b(servers, load)), rel=1e-12
    )


@pytest.mark.parametrize(
    ("calls_per_s", "handling_s", "agents", "threshold_s", "patience_s"),
    [
        (19 / 180, 180, 20, 20, 600),
        (24 / 180, 180, 20, 60, 300),
        (0.05, 100, 3, 30, 60),
        (0.5, 120, 80, 10, 90),
        (0.02, 60, 1, 15, 40),
    ],
)
def test_erlang_a_agrees_with_the_chain_of_states_written_down(
    calls_per_s, handling_s, agents, threshold_s, patience_s
):
    outlook = erlang_a_outlook(
        calls_per_s=calls_per_s,
        handling_s=handling_s,
        agents=agents,
        threshold_s=threshold_s,
        patience_s=patience_s,
    )
    abandoned, wait_s, in_time = naive_erlang_a(
        calls_per_s, handling_s, agents, threshold_s, patience_s
    )
    assert outlook.abandoned_share == pytest.approx(abandoned, rel=1e-9)
    assert outlook.mean_wait_s == pytest.approx(wait_s, rel=1e-9)
    assert outlook.service_level == pytest.approx(in_time, abs=2e-3)  # the chain's steps are coarse


@given(agents=AGENTS, load=LOADS)
def test_more_callers_wait_than_would_be_turned_away(agents, load):
    assert 0 <= erlang_b(agents, load) <= erlang_c(agents, load) <= 1


@given(agents=AGENTS, load=LOADS)
def test_an_agent_more_turns_fewer_callers_away(agents, load):
    assert erlang_b(agents + 1, load) <= erlang_b(agents, load)


@given(**QUEUES)
def test_who_abandons_is_the_mean_wait_times_the_rate_of_impatience(**queue):
    outlook = erlang_a_outlook(**queue)
    assert outlook.abandoned_share == pytest.approx(
        outlook.mean_wait_s / queue["patience_s"], rel=1e-9
    )


@given(**QUEUES)
def test_every_share_is_a_share_and_agents_do_the_work_of_those_who_stay(**queue):
    outlook = erlang_a_outlook(**queue)
    for share in (
        outlook.waiting_share,
        outlook.abandoned_share,
        outlook.service_level,
        outlook.occupancy,
    ):
        assert 0 <= share <= 1
    stayed = queue["calls_per_s"] * (1 - outlook.abandoned_share) * queue["handling_s"]
    assert outlook.occupancy * queue["agents"] == pytest.approx(stayed, rel=1e-6)
    assert outlook.service_level >= 1 - outlook.waiting_share - 1e-9


@settings(max_examples=60)
@given(**QUEUES)
def test_given_time_enough_all_are_served_who_do_not_abandon(**queue):
    outlook = erlang_a_outlook(**{**queue, "threshold_s": 60 * queue["patience_s"]})
    assert outlook.service_level == pytest.approx(1 - outlook.abandoned_share, abs=1e-6)


@given(agents=AGENTS, occupancy=st.floats(0.05, 0.95), threshold_s=st.floats(0, 100))
def test_endless_patience_is_the_limit_of_long_patience(agents, occupancy, threshold_s):
    queue = {"calls_per_s": occupancy * agents / 180, "handling_s": 180.0, "agents": agents}
    without = erlang_c_outlook(**queue, threshold_s=threshold_s)
    nearly = erlang_a_outlook(**queue, threshold_s=threshold_s, patience_s=1e9)
    assert nearly.waiting_share == pytest.approx(without.waiting_share, abs=1e-4)
    assert nearly.service_level == pytest.approx(without.service_level, abs=1e-4)
    assert nearly.mean_wait_s == pytest.approx(without.mean_wait_s, rel=1e-2, abs=1e-6)
    assert erlang_a_outlook(**queue, threshold_s=threshold_s, patience_s=math.inf) == without


@given(agents=st.integers(1, 60), load=st.floats(0.1, 90))
def test_callers_without_any_patience_leave_as_if_there_were_no_queue(agents, load):
    outlook = erlang_a_outlook(
        calls_per_s=load / 100, handling_s=100, agents=agents, threshold_s=20, patience_s=1e-7
    )
    assert outlook.abandoned_share == pytest.approx(erlang_b(agents, load), rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("agents", [1, 10, 100, 1_000, 10_000])
@pytest.mark.parametrize("occupancy", [0.3, 0.9, 0.99, 1.0, 1.1, 3.0])
def test_nothing_overflows_from_one_agent_to_ten_thousand(agents, occupancy):
    queue = {"calls_per_s": occupancy * agents / 180, "handling_s": 180.0, "agents": agents}
    patient = erlang_c_outlook(**queue, threshold_s=20)
    impatient = erlang_a_outlook(**queue, threshold_s=20, patience_s=600)
    assert 0 <= impatient.service_level <= 1
    left_or_in_time = impatient.service_level + impatient.abandoned_share
    assert left_or_in_time >= patient.service_level - 1e-9
    assert impatient.mean_wait_s <= patient.mean_wait_s
    if occupancy >= 1:
        assert patient.mean_wait_s == math.inf
    if occupancy == 3.0:  # a fluid: what the agents cannot do, leaves
        assert impatient.abandoned_share == pytest.approx(2 / 3, abs=0.01)


@settings(max_examples=60)
@given(
    calls_per_s=st.floats(0.001, 2),
    handling_s=st.floats(10, 600),
    goal=st.floats(0.01, 0.99),
    threshold_s=st.floats(0, 60),
    patience_s=st.one_of(st.just(math.inf), st.floats(10, 1000)),
)
def test_one_agent_less_than_needed_misses_the_goal(
    calls_per_s, handling_s, goal, threshold_s, patience_s
):
    queue = {"calls_per_s": calls_per_s, "handling_s": handling_s, "threshold_s": threshold_s}
    needed = agents_needed(**queue, patience_s=patience_s, service_level=goal)
    assert erlang_a_outlook(**queue, patience_s=patience_s, agents=needed).service_level >= goal
    if needed > 1:
        fewer = erlang_a_outlook(**queue, patience_s=patience_s, agents=needed - 1)
        assert fewer.service_level < goal


def test_a_limit_on_abandonment_can_ask_for_more_agents_than_the_service_level():
    queue = {"calls_per_s": 0.1, "handling_s": 180.0, "threshold_s": 60.0, "patience_s": 120.0}
    by_level = agents_needed(**queue, service_level=0.5)
    assert agents_needed(**queue, service_level=0.5, most_abandoned=0.01) > by_level


def test_a_load_beyond_every_number_of_agents_is_refused():
    with pytest.raises(NotEnoughAgents):
        agents_needed(calls_per_s=1e6, handling_s=600, service_level=0.8, threshold_s=20)


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls_per_s": -1.0},
        {"calls_per_s": math.nan},
        {"handling_s": 0.0},
        {"agents": 0},
        {"threshold_s": -1.0},
        {"patience_s": 0.0},
    ],
)
def test_numbers_that_no_queue_has_are_refused(wrong):
    queue = {
        "calls_per_s": 0.1,
        "handling_s": 180.0,
        "agents": 20,
        "threshold_s": 20.0,
        "patience_s": 600.0,
    }
    with pytest.raises(ValueError, match=r"\S"):
        erlang_a_outlook(**{**queue, **wrong})
