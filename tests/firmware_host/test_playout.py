"""Blocks between two clocks: what the loudspeaker gets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firmware_host.live.playout import Playout


def block(number: int) -> np.ndarray:
    return np.full(160, number, np.int16)


def test_it_gathers_three_blocks_and_then_plays_them_in_order():
    playout = Playout()
    heard = []
    for number in range(1, 6):
        playout.put(block(number))
        heard.append(int(playout.take()[0]))
    assert heard == [0, 0, 1, 2, 3]


def test_a_gap_is_bridged_once_softer_and_then_silent_until_enough_is_in_hand():
    playout = Playout()
    for number in (100, 200, 300):
        playout.put(block(number))
    assert [int(playout.take()[0]) for _ in range(6)] == [100, 200, 300, 150, 0, 0]
    assert playout.repeated == 1
    playout.put(block(7))
    assert int(playout.take()[0]) == 0


def test_a_card_that_is_slow_by_a_thousandth_never_hears_more_than_a_quarter_of_a_second_late():
    playout = Playout()
    late = []
    put = 0
    for taken in range(20_000):
        while put <= taken * 1.001:
            put += 1
            playout.put(block(put % 30_000))
        heard = int(playout.take()[0])
        if heard:
            late.append(put - heard)
    assert max(late) <= 6
    assert 10 <= playout.left_out <= 40
    assert playout.repeated == 0


def test_a_card_that_is_fast_hears_every_block_and_some_twice():
    playout = Playout()
    put, heard = 0, []
    for taken in range(20_000):
        while put <= taken * 0.999:
            put += 1
            playout.put(block(put % 30_000))
        heard.append(int(playout.take()[0]))
    assert 0 < playout.repeated <= 20
    assert playout.left_out == 0


@given(st.lists(st.integers(0, 20), max_size=100))
def test_however_blocks_come_it_is_bounded_and_never_fails(bursts):
    playout = Playout()
    number = 0
    for burst in bursts:
        for _ in range(burst):
            number += 1
            playout.put(block(number))
        assert playout.take().shape == (160,)
    waiting = 0
    while playout.take().any():
        waiting += 1
    assert waiting <= 13
