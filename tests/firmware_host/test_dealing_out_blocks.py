"""Blocks of one plane dealt out to several who asked."""

from dsp import Direction, Plane, Tap
from firmware_host.taps import Taps


def begin(plane: Plane, taps: Taps, slot: int, heard: list) -> int:
    record_id = taps.claim(heard.extend)
    plane.record(record_id, Tap(slot, Direction.FROM_LINE), None)
    return record_id


def test_each_gets_its_own_blocks_in_order_and_nobody_elses():
    ears, recording = [], []
    with Plane(2) as plane:
        taps = Taps(plane)
        first, second = begin(plane, taps, 0, ears), begin(plane, taps, 1, recording)
        for _ in range(5):
            plane.tick()
        taps.deal()
    assert [(block.record_id, block.tick) for block in ears] == [(first, n) for n in range(5)]
    assert [(block.record_id, block.tick) for block in recording] == [(second, n) for n in range(5)]


def test_who_is_released_gets_what_was_recorded_till_then_and_nothing_later():
    heard, others = [], []
    with Plane(2) as plane:
        taps = Taps(plane)
        record_id = begin(plane, taps, 0, heard)
        begin(plane, taps, 1, others)
        plane.tick()
        plane.tick()
        taps.release(record_id)
        plane.tick()
        taps.deal()
        again = begin(plane, taps, 0, heard)
    assert [block.tick for block in heard] == [0, 1]
    assert [block.tick for block in others] == [0, 1, 2]
    assert again not in (record_id, record_id + 1)


def test_who_releases_while_blocks_are_dealt_out_puts_nobody_out_of_order():
    others = []
    with Plane(2) as plane:
        taps = Taps(plane)

        def leaves(_blocks):
            plane.tick()
            taps.release(first)

        first = taps.claim(leaves)
        plane.record(first, Tap(0, Direction.FROM_LINE), None)
        begin(plane, taps, 1, others)
        plane.tick()
        plane.tick()
        taps.deal()
    assert [block.tick for block in others] == [0, 1, 2]
