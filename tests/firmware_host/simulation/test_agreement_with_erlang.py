"""The simulator against Erlang A, shortly; `make prove-simulation` takes more queues and more calls."""

import pytest

from scripts.prove_simulation import PlainQueue, agreement

QUEUE = PlainQueue(agents=8, load_erlang=7.5, patience_s=300, calls_in_a_run=1000)


@pytest.fixture(scope="module")
def runs():
    return [QUEUE.run(seed) for seed in range(8)]


def test_the_simulator_agrees_with_erlang_a(runs):
    for verdict in agreement(runs, QUEUE.outlook()):
        assert verdict.agrees, verdict


def test_a_handling_time_that_is_wrong_by_a_fifth_is_noticed(runs):
    for times in (0.8, 1.2):
        assert not all(verdict.agrees for verdict in agreement(runs, QUEUE.outlook(times)))


def test_callers_who_would_be_served_in_another_time_than_said_are_noticed():
    slower = PlainQueue(
        agents=8, load_erlang=9.0, handling_s=216.0, patience_s=300, calls_in_a_run=1000
    )
    runs = [slower.run(seed) for seed in range(8)]
    assert not all(verdict.agrees for verdict in agreement(runs, QUEUE.outlook()))
