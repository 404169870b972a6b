"""Frames that are lost, doubled and late: no call record is lost, no channel stays taken."""

import hashlib
from collections import Counter

import pytest
from random_calls import RandomCalls
from span_pair import pair

CALLS = 300


def run(seed: int, **wire) -> tuple[RandomCalls, int]:
    both = pair(seed=seed, **wire)
    assert both.run(300, lambda: both.user.up and both.network.up)
    calls = RandomCalls(both, seed)
    calls.run(CALLS, 0.3)
    half = 0
    if not calls.settle():
        half = calls.end_half_calls()
        assert calls.settle(), both.states()
    return calls, half


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("seed", range(5))
def test_every_call_has_one_end_and_every_channel_rests(seed, loss):
    calls, half = run(seed, loss=loss, duplicates=loss / 2, jitter_s=loss)
    both = calls.pair
    assert Counter(calls.placed.values()) == {1: len(calls.placed)}
    assert Counter(calls.arrived.values()) == {1: len(calls.arrived)}
    assert both.user.live_calls == both.network.live_calls == 0
    assert both.user.span.calls == both.network.span.calls == 0
    assert both.user.span.active_calls == both.network.span.active_calls == 0
    assert half <= CALLS // 50, "too many calls knew nothing of their other end"
    if loss == 0.0:
        assert half == 0
        assert len(calls.placed) - len(calls.arrived) <= 5, "more than collisions explain"
        assert calls.connected > CALLS // 2


def test_the_same_seed_is_the_same_conversation():
    def trace() -> str:
        calls, _ = run(11, loss=0.1)
        digest = hashlib.sha256()
        for at, by_network, frame in calls.pair.frames:
            digest.update(f"{at:.6f} {by_network} ".encode() + frame)
        return digest.hexdigest()

    assert trace() == trace()
