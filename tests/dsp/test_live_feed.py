import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import Direction, Law, LiveFeed, Plane, PlayFinished, Tap, UnknownSound, g711_decode
from scripts.accuracy.signal_lab import Lab, octets_of

FADE = 40  # samples after a change that the outlet smooths


def voice(seed: int, blocks: int, law: Law = Law.ALAW) -> np.ndarray:
    """Blocks of noise, (blocks, 160) octets."""
    return np.frombuffer(octets_of(Lab(seed).noise(blocks * 160, -20), law), np.uint8).reshape(
        -1, 160
    )


def ticks(plane: Plane, count: int, slot: int = 0) -> np.ndarray:
    """What a slot is sent in so many ticks, (count, 160)."""
    out = np.empty((count, 160), np.uint8)
    for tick in range(count):
        plane.tick()
        out[tick] = plane.tx[slot]
    return out


@pytest.mark.parametrize("law", Law)
def test_what_is_fed_is_heard_octet_for_octet_after_the_first_moment(law):
    sound = voice(1, 6, law)
    with Plane(2, law=law) as plane:
        feed = plane.open_feed(1, play_id=1)
        assert feed.put(sound.tobytes()) == 6
        heard = ticks(plane, 6, slot=1)
        assert feed.waiting == 0
    heard, sound = heard.reshape(-1), sound.reshape(-1)
    linear = g711_decode(sound.tobytes(), law)
    assert (g711_decode(heard.tobytes(), law)[FADE:] == linear[FADE:]).all()


def test_nothing_sounds_before_enough_is_in_hand_and_nothing_after_it_ran_dry():
    sound = voice(2, 5)
    idle = Law.ALAW.idle_octet
    with Plane(1) as plane:
        feed = plane.open_feed(0, play_id=1, blocks=8, in_hand=3)
        feed.put(sound[:2].tobytes())
        assert (ticks(plane, 4) == idle).all()
        feed.put(sound[2:3].tobytes())
        assert (ticks(plane, 3)[1] == sound[1]).all()
        dry = ticks(plane, 3)
        assert (dry[0, FADE:] == idle).all()
        assert (dry[1:] == idle).all()
        assert feed.underruns == 1
        feed.put(sound[3:4].tobytes())
        assert (ticks(plane, 2) == idle).all()


def test_sound_that_breaks_off_and_begins_makes_no_click():
    loud = np.full((1, 160), 0xAA, np.uint8).repeat(4, axis=0)  # A-law's most positive value
    with Plane(1) as plane:
        feed = plane.open_feed(0, play_id=1, in_hand=1)
        feed.put(loud.tobytes())
        linear = g711_decode(ticks(plane, 7).tobytes(), Law.ALAW).astype(int)
    full = int(g711_decode(b"\xaa", Law.ALAW)[0])
    assert linear[320] == full
    assert np.abs(np.diff(linear)).max() < full / 10
    assert (linear[-300:] == linear[-1]).all()


def test_the_ring_takes_what_fits_and_no_broken_block():
    with Plane(1) as plane:
        feed = plane.open_feed(0, play_id=1, blocks=4)
        assert feed.put(b"\x55" * 159) == 0
        assert feed.put(b"\x55" * (6 * 160 + 7)) == 4
        assert feed.waiting == 4
        plane.tick()
        assert feed.waiting == 3


def test_a_feed_ends_with_one_report_when_it_is_closed_or_replaced():
    with Plane(2) as plane:
        plane.open_feed(0, play_id=5)
        plane.tick()
        second = plane.open_feed(0, play_id=6, in_hand=1)
        plane.tick()
        assert plane.detections() == [PlayFinished(slot=0, tick=1, play_id=5, completed=False)]
        second.put(voice(3, 4).tobytes())
        plane.close_feed(0)
        plane.close_feed(1)
        assert (ticks(plane, 1) == Law.ALAW.idle_octet).all()
        assert plane.detections() == [PlayFinished(slot=0, tick=2, play_id=6, completed=False)]
        assert second.put(bytes(160)) == 1  # into nothing


def test_a_feed_sounds_beside_a_bridged_call_which_is_as_it_was_when_it_is_closed():
    with Plane(2) as plane:
        plane.connect(0, 1)
        plane.rx[0] = voice(4, 1)[0]
        ticks(plane, 2, slot=1)
        feed = plane.open_feed(1, play_id=1, in_hand=1)
        open_but_empty = ticks(plane, 2, slot=1)
        assert (open_but_empty[1] == plane.rx[0]).all()
        added = voice(5, 2)
        feed.put(added.tobytes())
        plane.record(1, Tap(1, Direction.TO_LINE), None)
        ticks(plane, 2, slot=1)
        both = plane.recorded()[1].samples[:, 0]
        linear = [g711_decode(row.tobytes(), Law.ALAW) for row in (plane.rx[0], added[1])]
        assert (both == linear[0] + linear[1]).all()
        plane.close_feed(1)
        assert (ticks(plane, 3, slot=1)[2] == plane.rx[0]).all()


@pytest.mark.parametrize(("blocks", "in_hand"), [(0, 0), (4, 5), (4, 0), (100_000, 1)])
def test_a_feed_that_can_not_work_is_refused(blocks, in_hand):
    with Plane(1) as plane, pytest.raises(UnknownSound):
        plane.open_feed(0, play_id=1, blocks=blocks, in_hand=in_hand)


def test_the_plane_may_be_closed_while_a_feed_is_open():
    with Plane(1) as plane:
        feed = plane.open_feed(0, play_id=1)
        feed.put(bytes(160))
        plane.tick()
    assert isinstance(feed, LiveFeed)
    assert feed.waiting == 1


@settings(max_examples=60, deadline=None)
@given(
    puts=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    blocks=st.sampled_from([2, 4, 8]),
    in_hand=st.integers(1, 2),
)
def test_whatever_comes_when_it_is_heard_in_order_once_and_counted(puts, blocks, in_hand):
    """Against a list in place of the ring."""
    heard, expected, waiting, number = [], [], [], 0
    sounding, underruns = False, 0
    with Plane(1) as plane:
        feed = plane.open_feed(0, play_id=1, blocks=blocks, in_hand=in_hand)
        for count in puts:
            fresh = [number + each for each in range(count)]
            number += count
            # A block's number is in the octet of its last sample; none is silence.
            octets = b"".join(bytes([1 + each % 80]) * 160 for each in fresh)
            room = blocks - len(waiting)
            assert feed.put(octets) == min(count, room)
            waiting += fresh[:room]
            plane.tick()
            heard.append(int(plane.tx[0, -1]))
            there = bool(waiting) and (sounding or len(waiting) >= in_hand)
            underruns += sounding and not there
            sounding = there
            expected.append(1 + waiting.pop(0) % 80 if there else Law.ALAW.idle_octet)
            assert feed.waiting == len(waiting)
        assert heard == expected
        assert feed.underruns == underruns
