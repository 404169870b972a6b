import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import (
    BLOCK_SAMPLES,
    CommandRingFull,
    Direction,
    Law,
    MatrixFull,
    Plane,
    PlaneClosed,
    PlaneError,
    PlayFinished,
    Segment,
    SlotOutOfRange,
    Tap,
    Tone,
    UnknownSound,
    g711_decode,
    g711_encode,
    silence,
)
from dsp.reference import Outlet, sent, tone_samples

FADE = 40
"""Samples after which nothing of a change is heard any more."""


def random_octets(seed: int, count: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, count, np.uint8).tobytes()


def run(plane: Plane, ticks: int, slot: int) -> bytes:
    out = b""
    for _ in range(ticks):
        plane.tick()
        out += plane.tx[slot].tobytes()
    return out


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    edges=st.dictionaries(
        st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-60, 18), max_size=12
    ),
    laws=st.lists(st.sampled_from(Law), min_size=5, max_size=5),
    changes=st.lists(
        st.tuples(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-60, 18) | st.none()),
        max_size=4,
    ),
    loudness=st.sampled_from([300.0, 9000.0, 40000.0]),
    seed=st.integers(0, 1000),
)
def test_everybody_is_sent_the_sum_of_those_he_hears(edges, laws, changes, loudness, seed):
    chance = np.random.default_rng(seed)
    outlets = [Outlet() for _ in laws]
    edges = dict(edges)
    changed = {to for _, to in edges}
    with Plane(5) as plane:
        for slot, law in enumerate(laws):
            plane.set_law(slot, law)
        for (source, destination), gain in edges.items():
            plane.connect(source, destination, gain_db=gain)
        for turn in range(2 + len(changes)):
            if turn >= 2:
                edge, gain = changes[turn - 2]
                if gain is None:
                    changed = {edge[1]} if edge in edges else set()
                    plane.disconnect(*edge)
                    edges.pop(edge, None)
                else:
                    changed = {edge[1]}
                    plane.connect(*edge, gain_db=gain)
                    edges[edge] = gain
            said = np.clip(chance.normal(0, loudness, (5, BLOCK_SAMPLES)), -32768, 32767)
            octets = [g711_encode(said[n].astype(np.int16), law) for n, law in enumerate(laws)]
            for slot in range(5):
                plane.rx[slot] = np.frombuffer(octets[slot], np.uint8)
            plane.tick()
            linear = [g711_decode(octets[slot], law) for slot, law in enumerate(laws)]
            for slot, law in enumerate(laws):
                heard = [
                    (linear[source], gain) for (source, to), gain in edges.items() if to == slot
                ]
                outlet = outlets[slot]
                if heard or (slot in changed and outlet.last):
                    total = sent(heard) if heard else np.zeros(BLOCK_SAMPLES, np.int64)
                    wanted = g711_encode(outlet.send(total, changed=slot in changed), law)
                else:
                    wanted = silence(20, law)
                    outlets[slot] = Outlet()
                assert plane.tx[slot].tobytes() == wanted
            changed = set()


def test_a_bridge_carries_speech_both_ways_until_it_is_taken_down():
    with Plane(3) as plane:
        plane.connect(0, 2)
        plane.connect(2, 0)
        plane.rx[0], plane.rx[1], plane.rx[2] = 0x12, 0x34, 0x56
        plane.tick()
        assert (plane.tx[2, FADE:] == 0x12).all()
        plane.tick()
        assert (plane.tx[2] == 0x12).all()
        assert (plane.tx[0] == 0x56).all()
        assert plane.tx[1].tobytes() == silence(20, Law.ALAW)
        plane.disconnect_all(2)
        plane.disconnect(0, 1)  # was never there
        plane.tick()
        assert plane.tx[:, FADE:].tobytes() == silence(45, Law.ALAW)
        plane.tick()
        assert plane.tx.tobytes() == silence(60, Law.ALAW)


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("other", Law)
def test_a_bridged_line_is_heard_as_if_it_were_mixed(law, other):
    octets = np.concatenate([np.arange(256), np.arange(64)]).astype(np.uint8)
    with Plane(2, law=law) as plane:
        plane.set_law(1, other)
        plane.connect(0, 1)
        plane.tick()
        plane.record(1, Tap(1, Direction.TO_LINE), None)
        for block in (octets[:160], octets[160:]):
            plane.rx[0] = block
            plane.tick()
            assert plane.tx[1].tobytes() == g711_encode(g711_decode(block, law), other)
        plane.disconnect(0, 1)
        plane.tick()
        recorded = np.concatenate([block.samples[:, 0] for block in plane.recorded()])
    linear = g711_decode(octets, law)
    fading = Outlet()
    fading.send(linear[160:].astype(np.int64), changed=False)
    end = fading.send(np.zeros(160, np.int64), changed=True)
    assert recorded.tobytes() == linear.tobytes() + end.tobytes()


def test_edges_taken_away_can_be_used_again():
    with Plane(4) as plane:
        for _ in range(200):
            for destination in (1, 2, 3):
                plane.connect(0, destination)
            plane.connect(0, 1, gain_db=0)
            plane.tick()
            plane.disconnect_all(0)
            plane.tick()
        assert plane.tx.tobytes() == silence(80, Law.ALAW)
        plane.connect(0, 3)
        plane.rx[0] = 0x21
        plane.tick()
        assert (plane.tx[3, FADE:] == 0x21).all()


def test_a_full_matrix_says_so():
    with Plane(2) as small, Plane(40) as plane:
        for edge in range(40 * 32):
            plane.connect(edge % 40, edge // 40)
        plane.connect(0, 0, gain_db=-3)  # is there already
        with pytest.raises(MatrixFull):
            plane.connect(0, 39)
        small.connect(0, 1)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    length=st.integers(0, 700),
    loop=st.booleans(),
    gain=st.floats(-30, 18),
    law=st.sampled_from(Law),
)
def test_a_sound_is_played_as_it_is_and_finishes_once(length, loop, gain, law):
    sound = random_octets(length, length)
    with Plane(2, law=law) as plane:
        plane.play(1, sound, play_id=5, loop=loop, gain_db=gain)
        got = run(plane, 6, 1)
        finished = plane.detections()
    linear = g711_decode(sound, law)
    endless = loop and length > 0
    whole = np.tile(linear, 960 // max(1, length) + 1)[:960] if endless else linear
    blocks = [whole[start : start + BLOCK_SAMPLES] for start in range(0, len(whole), BLOCK_SAMPLES)]
    outlet = Outlet()
    wanted = b""
    for count, block in enumerate(blocks):
        total = sent([(np.pad(block, (0, BLOCK_SAMPLES - block.size)), gain)])
        wanted += g711_encode(outlet.send(total, changed=count == 0), law)
    assert got == wanted + silence((960 - len(wanted)) / 8, law)
    last = max(0, (length - 1) // BLOCK_SAMPLES)
    end = PlayFinished(slot=1, tick=last, play_id=5, completed=True)
    assert finished == ([] if endless else [end])


def test_a_sound_that_is_replaced_or_stopped_has_finished_but_not_completed():
    with Plane(1) as plane:
        plane.play(0, bytes(10_000), play_id=1)
        plane.tick()
        plane.play(0, bytes(10_000), play_id=2, loop=True)
        plane.play_tone(0, Tone("a", (Segment((400,), 100),), repeat=True), play_id=3)
        plane.tick()
        plane.send_digits(0, "1", play_id=4)
        plane.stop_play(0)
        plane.stop_play(0)
        plane.tick()
        plane.stop_tone(0)
        plane.tick()
        finished = plane.detections()
    assert [(each.play_id, each.completed, each.tick) for each in finished] == [
        (1, False, 1),
        (3, False, 2),
        (2, False, 2),
        (4, False, 3),
    ]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    segments=st.lists(
        st.builds(
            Segment,
            st.lists(st.floats(50, 3900), max_size=2).map(tuple),
            st.integers(1, 300),
            st.floats(-40, -3),
        ),
        min_size=1,
        max_size=4,
    ),
    repeat=st.booleans(),
)
def test_the_tone_generator_is_the_definition(segments, repeat):
    with Plane(1) as plane:
        plane.play_tone(0, Tone("any", tuple(segments), repeat=repeat), play_id=1)
        plane.record(1, None, Tap(0, Direction.TO_LINE))
        for _ in range(30):
            plane.tick()
        blocks = plane.recorded()
    got = np.concatenate([block.samples[:, 1] for block in blocks]).astype(np.int32)
    wanted = tone_samples(tuple(segments), 30 * BLOCK_SAMPLES, repeat=repeat).astype(np.int32)
    assert np.abs(got - wanted).max() <= 1


def test_a_tone_goes_on_for_an_hour_without_drifting():
    tone = Tone("dial", (Segment((425,), 1000, -10.0),), repeat=True)
    with Plane(1) as plane:
        plane.play_tone(0, tone, play_id=1)
        for _ in range(180_000):
            plane.tick()
        first = g711_decode(plane.tx[0], Law.ALAW)
    # 425 Hz has 8.5 periods in a block: after an even number of blocks the phase is the beginning's.
    wanted = tone_samples(tone.segments, 2 * BLOCK_SAMPLES, repeat=True)[BLOCK_SAMPLES:]
    assert np.abs(first.astype(np.int32) - wanted).max() <= 300


def test_a_prompt_and_a_caller_are_mixed_and_clipped():
    loud = bytes([0xAA]) * BLOCK_SAMPLES  # A-law's largest
    with Plane(2) as plane:
        plane.connect(0, 1)
        plane.play(1, loud, play_id=1)
        plane.rx[0] = 0xAA
        plane.tick()
        assert (plane.tx[1, FADE:] == 0xAA).all()


def test_misuse_is_an_error_and_changes_nothing():
    with Plane(2) as plane:
        for misuse in (
            lambda: plane.connect(0, 2),
            lambda: plane.play(-1, b"", play_id=1),
            lambda: plane.listen(2, digits=True),
        ):
            with pytest.raises(SlotOutOfRange):
                misuse()
        with pytest.raises(UnknownSound):
            plane.connect(0, 1, gain_db=40)
        with pytest.raises(UnknownSound):
            plane.play_tone(0, Tone("none", (), repeat=False), play_id=1)
        with pytest.raises(UnknownSound):
            plane.play_tone(0, Tone("high", (Segment((5000,), 10),), repeat=False), play_id=1)
        plane.tick()
        assert plane.tx.tobytes() == silence(40, Law.ALAW)
    with pytest.raises(PlaneClosed):
        plane.tick()
    plane.close()
    with pytest.raises(PlaneError):
        Plane(0)


def test_too_many_commands_in_one_tick_are_refused_and_the_rest_obeyed():
    with Plane(1) as plane:
        begun = 8192
        for play_id in range(begun):
            plane.play(0, b"\x55" * 400, play_id=play_id)
        with pytest.raises(CommandRingFull):
            plane.play(0, b"\x55" * 400, play_id=begun)
        finished = []
        for _ in range(200):
            plane.tick()
            finished += plane.detections()
    assert [each.play_id for each in finished] == list(range(begun))
    assert [each.completed for each in finished] == [False] * (begun - 1) + [True]


def test_ends_of_plays_are_not_lost_while_nobody_drains():
    with Plane(1) as plane:
        for play_id in range(5000):
            plane.play(0, b"\x55", play_id=play_id)
        for _ in range(5):
            plane.tick()
        finished = plane.detections()
        for _ in range(50):
            plane.tick()
            finished += plane.detections()
    assert [each.play_id for each in finished] == list(range(5000))
