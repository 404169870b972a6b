"""What a queue's calls teach, how true it was what callers were told, and that all of it survives."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.waiting import (
    Duration,
    Told,
    accuracy_of,
    arrivals_per_s,
    duration_s,
    leaving_per_s,
    observe_arrival,
    observe_duration,
    observe_end_of_wait,
    observe_service,
    samples,
    stretch_of,
)

QUEUE = "sales"
SECONDS = st.floats(0.0, 1e5)
OBSERVATIONS = st.one_of(
    st.tuples(st.just("duration"), st.sampled_from(Duration), SECONDS),
    st.tuples(st.just("wait"), st.booleans(), SECONDS),
    st.tuples(st.just("arrival"), st.none(), SECONDS),
    st.tuples(st.just("service"), st.floats(0.0, 5000.0), SECONDS),
)


def observe(counters: dict[str, int], observation) -> None:
    match observation:
        case ("duration", what, seconds):
            observe_duration(counters, QUEUE, what, seconds)
        case ("wait", left, seconds):
            observe_end_of_wait(counters, QUEUE, seconds, left=left)
        case ("arrival", _, seconds):
            observe_arrival(counters, QUEUE, seconds)
        case ("service", told_s, seconds):
            told = Told(wait_s=told_s, mean_s=told_s, quantile_s=told_s, quantile=0.8)
            observe_service(counters, QUEUE, told, seconds)


def measured(talks, talk_s, seed=1) -> dict[str, int]:
    chance = random.Random(seed)
    counters: dict[str, int] = {}
    for _ in range(talks):
        observe_duration(counters, QUEUE, Duration.TALK, chance.expovariate(1 / talk_s))
    return counters


@given(st.lists(OBSERVATIONS, max_size=60), st.integers(0, 60))
def test_what_is_learned_goes_on_from_a_snapshot_as_if_nothing_had_happened(observations, cut):
    whole: dict[str, int] = {}
    for observation in observations:
        observe(whole, observation)
    before: dict[str, int] = {}
    for observation in observations[:cut]:
        observe(before, observation)
    after = dict(before)
    for observation in observations[cut:]:
        observe(after, observation)
    assert after == whole
    assert all(isinstance(value, int) for value in whole.values())


@given(st.lists(OBSERVATIONS, max_size=60))
def test_rates_are_never_below_zero_nor_without_bound(observations):
    counters: dict[str, int] = {}
    for observation in observations:
        observe(counters, observation)
    assert 0.0 < leaving_per_s(counters, QUEUE) < 1.0
    assert arrivals_per_s(counters, QUEUE, 1.0) >= 0.0
    assert (duration_s(counters, QUEUE, Duration.TALK, 60.0) or 0.0) >= 0.0
    assert 0.5 <= stretch_of(counters, QUEUE) <= 2.0


def test_few_talks_count_little_beside_what_is_configured():
    counters: dict[str, int] = {}
    assert duration_s(counters, QUEUE, Duration.TALK) is None
    assert duration_s(counters, QUEUE, Duration.TALK, 100.0) == 100.0
    observe_duration(counters, QUEUE, Duration.TALK, 700.0)
    assert duration_s(counters, QUEUE, Duration.TALK, 100.0) == pytest.approx(200.0)
    assert duration_s(measured(400, 300.0), QUEUE, Duration.TALK, 100.0) > 250.0


def test_a_mean_of_many_talks_is_near_the_truth():
    errors = [
        duration_s(measured(1000, 180.0, seed), QUEUE, Duration.TALK) / 180.0 - 1.0
        for seed in range(20)
    ]
    assert abs(sum(errors) / len(errors)) < 0.03
    assert max(map(abs, errors)) < 0.2


def test_a_day_on_which_talks_become_longer_is_followed_within_some_dozen_talks():
    counters = measured(1000, 120.0)
    chance = random.Random(2)
    for _ in range(80):
        observe_duration(counters, QUEUE, Duration.TALK, chance.expovariate(1 / 360.0))
    assert duration_s(counters, QUEUE, Duration.TALK) > 270.0
    assert samples(counters, QUEUE) < 120


def test_one_endless_talk_says_no_more_than_a_long_one():
    counters: dict[str, int] = {}
    for _ in range(50):
        observe_duration(counters, QUEUE, Duration.TALK, 100.0)
    observe_duration(counters, QUEUE, Duration.TALK, 14_400.0)
    assert duration_s(counters, QUEUE, Duration.TALK) < 145.0


def test_patience_is_learned_from_those_who_hang_up_and_those_who_do_not():
    chance = random.Random(3)
    counters: dict[str, int] = {}
    for _ in range(2000):
        patience_s, wait_s = chance.expovariate(1 / 240.0), chance.expovariate(1 / 60.0)
        observe_end_of_wait(counters, QUEUE, min(patience_s, wait_s), left=patience_s < wait_s)
    assert 1.0 / leaving_per_s(counters, QUEUE) == pytest.approx(240.0, rel=0.15)


def test_a_stream_that_has_run_dry_is_noticed():
    counters: dict[str, int] = {}
    for _ in range(30):
        observe_arrival(counters, QUEUE, 20.0)
    assert arrivals_per_s(counters, QUEUE) == pytest.approx(0.05)
    assert arrivals_per_s(counters, QUEUE, silent_s=400.0) < 0.01
    assert arrivals_per_s(counters, "support") == 0.0


def test_accuracy_tells_error_bias_and_who_was_served_in_time():
    counters: dict[str, int] = {}
    assert accuracy_of(counters, QUEUE) is None
    told = Told(wait_s=120.0, mean_s=60.0, quantile_s=90.0, quantile=0.8)
    for waited_s in (40.0, 100.0):
        observe_service(counters, QUEUE, told, waited_s)
    accuracy = accuracy_of(counters, QUEUE)
    assert accuracy is not None
    assert accuracy.callers == 2
    assert accuracy.mean_absolute_error_s == pytest.approx(30.0)
    assert accuracy.bias_s == pytest.approx(-10.0)
    assert accuracy.within_quantile == 0.5
    assert accuracy.within_told == 1.0


@pytest.mark.parametrize("wrong_by", [0.7, 1.4])
def test_quantiles_that_are_wrong_are_stretched_until_they_hold(wrong_by):
    chance = random.Random(4)
    counters: dict[str, int] = {}
    within = 0
    for caller in range(4000):
        quantile_s = 161.0 * wrong_by * stretch_of(counters, QUEUE)
        waited_s = chance.expovariate(1 / 100.0)
        within += caller >= 1000 and waited_s <= quantile_s
        told = Told(wait_s=quantile_s, mean_s=100.0, quantile_s=quantile_s, quantile=0.8)
        observe_service(counters, QUEUE, told, waited_s)
    assert within / 3000 == pytest.approx(0.8, abs=0.02)
