"""The distribution of a caller's wait: moments, quantiles, shared agents, relaxations."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.waiting import (
    FEWEST_TALKS,
    Activity,
    Ahead,
    AtWork,
    Duration,
    Overtaking,
    Picture,
    Priors,
    Reach,
    estimate_wait,
    leaving_per_s,
    observe_duration,
)
from acd.waiting.gamma import gamma_cdf, gamma_quantile
from acd.waiting.passage import passage
from acd.waiting.sharing import Demand, pool_of

SALES = frozenset({"sales"})
BOTH = frozenset({"both"})


def learned(talk_s=180.0, talks=FEWEST_TALKS, queue="sales") -> dict[str, int]:
    counters: dict[str, int] = {}
    for _ in range(talks):
        observe_duration(counters, queue, Duration.TALK, talk_s)
    return counters


def talking(agents: int) -> tuple[AtWork, ...]:
    return (AtWork(activity=Activity.TALKING, queue="sales", agents=agents),)


def picture(callers=0, agents=4, **more) -> Picture:
    there = (Ahead(queue="sales", kinds=(SALES,), callers=callers),) if callers else ()
    values = {
        "queue": "sales",
        "reaches": (Reach(from_s=0.0, kinds=SALES),),
        "at_work": {"sales": talking(agents)},
        "ahead": there,
    }
    return Picture(**{**values, **more})


def estimate(seen: Picture, counters=None, **priors):
    return estimate_wait(seen, learned() if counters is None else counters, priors)


@given(st.floats(0.05, 400.0), st.floats(0.01, 0.99))
def test_a_gamma_quantile_is_where_its_distribution_has_that_chance(shape, chance):
    assert gamma_cdf(shape, gamma_quantile(shape, shape, chance)) == pytest.approx(chance, abs=1e-6)


def test_one_step_is_exponential_and_many_are_nearly_normal():
    assert gamma_quantile(1.0, 1.0, 0.8) == pytest.approx(-math.log(0.2))
    assert gamma_quantile(400.0, 400.0, 0.5) == pytest.approx(400.0, rel=0.001)


def test_without_anybody_who_leaves_the_wait_is_a_sum_of_equal_steps():
    moments = passage(5.0, 20.0 / 180.0)
    assert moments.mean_s == pytest.approx(54.0)
    assert moments.variance_s2 == pytest.approx(6 * 81.0)


def test_each_who_waits_may_leave_and_so_might_the_caller():
    rate, theta = 20.0 / 180.0, 1.0 / 600.0
    expected_s = sum(1.0 / (rate + (step + 1) * theta) for step in range(6))
    assert passage(5.0, rate, leaving_per_s=theta).mean_s == pytest.approx(expected_s)


def test_who_overtakes_hardly_ever_changes_nothing():
    alone = passage(7.0, 0.1, leaving_per_s=0.002)
    nearly = passage(7.0, 0.1, leaving_per_s=0.002, overtaking_per_s=1e-9)
    assert nearly.mean_s == pytest.approx(alone.mean_s, rel=1e-6)
    assert nearly.variance_s2 == pytest.approx(alone.variance_s2, rel=1e-6)


def test_overtaking_makes_the_wait_that_of_a_random_walk():
    """Five steps down at rate r, up at rate a: mean n / (r - a), variance n (r + a) / (r - a)³."""
    moments = passage(4.0, 0.1, overtaking_per_s=0.03)
    assert moments.mean_s == pytest.approx(5.0 / 0.07, rel=1e-3)
    assert moments.variance_s2 == pytest.approx(5.0 * 0.13 / 0.07**3, rel=1e-2)


def test_those_who_can_be_helped_by_common_agents_wait_alike():
    demands = [Demand(SALES | BOTH, 10.0), Demand(frozenset({"support"}) | BOTH, 30.0)]
    pool = pool_of(0, demands, {"sales": 1.0, "support": 1.0, "both": 2.0})
    assert pool is not None
    assert pool.demands == (0, 1)


def test_common_agents_are_lost_to_those_who_need_them_more():
    demands = [Demand(SALES | BOTH, 1.0), Demand(frozenset({"support"}) | BOTH, 100.0)]
    agents = {"sales": 1.0, "support": 1.0, "both": 2.0}
    mine = pool_of(0, demands, agents)
    theirs = pool_of(1, demands, agents)
    assert mine is not None
    assert theirs is not None
    assert (mine.demands, mine.kinds) == ((0,), SALES)
    assert theirs.kinds == {"support", "both"}


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abcde"), min_size=1), st.floats(0.1, 1e4)),
        min_size=1,
        max_size=7,
    ),
    st.dictionaries(st.sampled_from("abcde"), st.integers(0, 30), min_size=1),
)
def test_a_pool_is_found_whenever_anybody_can_serve(wanted, agents):
    demands = [Demand(frozenset(kinds), work_s) for kinds, work_s in wanted]
    for index, demand in enumerate(demands):
        pool = pool_of(index, demands, agents)
        can_be_served = any(agents.get(kind, 0) for kind in demand.kinds)
        if pool is not None:
            assert can_be_served
            assert index in pool.demands
            assert any(agents.get(kind, 0) for kind in pool.kinds)
        else:
            assert not can_be_served or len(demands) > 1


def test_nothing_is_said_before_enough_talks_unless_something_is_configured():
    few = learned(talks=FEWEST_TALKS - 1)
    assert estimate(picture(), few) is None
    assert estimate(picture(), {}) is None
    assert estimate(picture(), {}, sales=Priors(talk_s=180.0)) is not None


def test_nothing_is_said_while_nobody_works_who_could_serve():
    assert estimate(picture(at_work={})) is None
    assert estimate(picture(at_work={"support": talking(5)})) is None


@given(
    st.integers(0, 300),
    st.integers(1, 60),
    st.floats(0.5, 0.98),  # as far as it can be told; below, two shapes of one mean may cross
    st.floats(1.0, 3000.0),
    st.sampled_from(Activity),
    st.floats(0.0, 1e4),
)
def test_waits_grow_with_place_and_chance_and_shrink_with_agents(
    ahead, agents, chance, talk_s, activity, for_s
):
    counters = learned(talk_s)
    priors = {"sales": Priors(wrap_up_s=15.0, ring_s=5.0)}
    other = AtWork(activity=activity, queue="sales", for_s=for_s)

    def wait(ahead: int, agents: int):
        seen = picture(ahead, at_work={"sales": (*talking(agents), other)})
        found = estimate_wait(seen, counters, priors)
        assert found is not None
        return found

    here, behind, helped = wait(ahead, agents), wait(ahead + 1, agents), wait(ahead, agents + 1)
    assert 0.0 <= here.quantile_s(chance) <= here.quantile_s(chance + 0.01) + 0.1 < math.inf
    assert here.mean_s >= 0.0
    for later, sooner in ((behind, here), (here, helped)):
        # Time is found by halving, to a twentieth of a second.
        assert later.quantile_s(chance) >= sooner.quantile_s(chance) - 0.2
        assert later.mean_s >= sooner.mean_s - 0.2


def test_an_agent_in_wrap_up_is_free_when_it_ends():
    counters = learned(300.0)
    wrapping = AtWork(activity=Activity.WRAPPING_UP, queue="sales", for_s=9.0)
    seen = picture(at_work={"sales": (*talking(2), wrapping)})
    wait = estimate_wait(seen, counters, {"sales": Priors(wrap_up_s=15.0)})
    assert wait is not None
    assert wait.median_s == pytest.approx(6.0, abs=0.3)


def test_who_would_come_to_a_ready_agent_waits_for_the_ringing_only():
    ready = AtWork(activity=Activity.READY, queue="")
    seen = picture(at_work={"sales": (*talking(3), ready)})
    wait = estimate_wait(seen, learned(), {"sales": Priors(ring_s=4.0)})
    assert wait is not None
    assert wait.quantile_s(0.9) == pytest.approx(4.0, abs=0.1)


def test_a_relaxation_shortens_what_is_left_after_it():
    def wait(from_s: float):
        found = estimate(
            picture(
                4,
                reaches=(
                    Reach(from_s=0.0, kinds=SALES),
                    Reach(from_s=from_s, kinds=SALES | {"reserve"}),
                ),
                ahead=(Ahead(queue="sales", kinds=(SALES, SALES | {"reserve"}), callers=4),),
                at_work={"sales": talking(2), "reserve": talking(6)},
            )
        )
        assert found is not None
        return found

    at_once, soon, never = wait(0.0), wait(60.0), wait(1e6)
    assert at_once.mean_s < soon.mean_s < never.mean_s
    assert soon.quantile_s(0.9) >= 60.0


def test_who_nobody_serves_yet_waits_for_the_relaxation_first():
    wait = estimate(
        picture(
            reaches=(
                Reach(from_s=0.0, kinds=frozenset({"experts"})),
                Reach(from_s=45.0, kinds=SALES),
            ),
            ahead=(),
        )
    )
    assert wait is not None
    assert wait.quantile_s(0.01) >= 45.0


def test_who_ages_faster_counts_only_once_he_will_have_overtaken():
    def mean_s(from_s: float) -> float:
        there = Ahead(queue="sales", kinds=(SALES,), callers=6, from_s=from_s)
        wait = estimate(picture(2, ahead=(*picture(2).ahead, there)))
        assert wait is not None
        return wait.mean_s

    assert mean_s(1e6) < mean_s(0.0)
    nobody = estimate(picture(2))
    assert nobody is not None
    assert mean_s(1e6) == pytest.approx(nobody.mean_s)


def test_priority_of_others_lengthens_the_wait():
    coming = Overtaking(queue="sales", kinds=SALES, per_s=0.01)
    alone, overtaken = estimate(picture(3)), estimate(picture(3, overtaking=(coming,)))
    too_late = estimate(picture(3, overtaking=(replace(coming, head_start_s=0.0),)))
    assert alone is not None
    assert overtaken is not None
    assert too_late is not None
    assert overtaken.mean_s > 1.2 * alone.mean_s
    assert too_late.mean_s == pytest.approx(alone.mean_s, rel=0.01)


def coverage(talk_s: float, believed_s: float, agents=8, hours=300) -> float:
    """Which part of the served waited no longer than the 80 % quantile, in a queue done by hand."""
    chance = random.Random(7)
    theta = leaving_per_s({}, "sales")
    counters = learned(believed_s, 400)
    free_at = [0.0] * agents
    waiting: list[tuple[float, float]] = []  # in order: until when each is in the line
    now, within, served = 0.0, 0, 0
    while now < 3600.0 * hours:
        now += chance.expovariate(1.05 * agents / talk_s)
        waiting = [(until, free) for until, free in waiting if until > now]
        soonest = min(range(agents), key=lambda index: free_at[index])
        starts_at = max(free_at[soonest], now)
        patience_s = chance.expovariate(theta)
        if starts_at - now > patience_s:
            waiting.append((now + patience_s, 0.0))
            continue
        free_at[soonest] = starts_at + chance.expovariate(1.0 / talk_s)
        if starts_at > now:
            wait = estimate_wait(picture(len(waiting), agents), counters, {})
            assert wait is not None
            waiting.append((starts_at, 0.0))
            served += 1
            within += starts_at - now <= wait.quantile_s(0.8)
    return within / served


def test_eight_of_ten_of_those_served_wait_no_longer_than_the_quantile():
    assert coverage(180.0, 180.0) == pytest.approx(0.8, abs=0.025)


@pytest.mark.parametrize("believed_s", [140.0, 230.0])
def test_with_wrong_durations_the_quantile_does_not_hold(believed_s):
    assert abs(coverage(180.0, believed_s, hours=100) - 0.8) > 0.05
