"""Every build of the kernels gives the same bits: a recording made on one machine is made on another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import (
    BLOCK_SAMPLES,
    Direction,
    Law,
    MfSystem,
    Plane,
    Tap,
    g711_encode,
    tone_plan,
)
from dsp.plane_commands import INSTRUCTION_SETS

SLOTS = 19
"""No multiple of eight: the last group is half empty."""

EDGES = ((0, 1, 0.0), (1, 0, -6.0), (2, 0, 3.0), (3, 2, 18.0), (4, 2, 0.0))


def every_build(law: Law) -> list[Plane]:
    planes = [Plane(SLOTS, law=law, at_most=each) for each in INSTRUCTION_SETS]
    if planes[0].instruction_set == planes[-1].instruction_set:
        pytest.skip("this machine has the portable kernels only")
    return planes


def pair(low_hz: float, high_hz: float, time_s: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * low_hz * time_s) + np.sin(2 * np.pi * high_hz * time_s)


def sounds(seed: int, ticks: int, law: Law) -> np.ndarray:
    """Digits, tones, noise and silence at random levels, one of them on each slot."""
    chance = np.random.default_rng(seed)
    time_s = np.arange(ticks * BLOCK_SAMPLES) / 8000
    rows = []
    for slot in range(SLOTS):
        level = 10 ** chance.uniform(1, 4.2)
        low, high = chance.choice([697, 770, 852, 941]), chance.choice([1209, 1336, 1477, 1633])
        digits = (np.sin(2 * np.pi * low * time_s) + np.sin(2 * np.pi * high * time_s)) * (
            time_s % 0.15 < 0.07
        )
        busy = (np.sin(2 * np.pi * 480 * time_s) + np.sin(2 * np.pi * 620 * time_s)) * (
            time_s % 1.0 < 0.5
        )
        kinds = (digits, busy, chance.normal(size=len(time_s)), 0 * time_s)
        samples = np.clip(kinds[slot % 4] * level, -32768, 32767).astype(np.int16)
        rows.append(np.frombuffer(g711_encode(samples, law), np.uint8))
    return np.array(rows).reshape(SLOTS, ticks, BLOCK_SAMPLES)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(list(Law)))
def test_what_is_sent_recorded_and_heard_is_the_same_to_the_bit(seed, law):
    ticks = 150
    said = sounds(seed, ticks, law)
    outcomes = []
    for plane in every_build(law):
        for slot in range(SLOTS):
            plane.listen(
                slot,
                digits=True,
                progress=tone_plan("us"),
                activity=True,
                mf=list(MfSystem)[slot % 3],
                signal_tones=True,
            )
        for source, destination, gain_db in (
            (0, 1, 0.0),
            (1, 0, -6.0),
            (2, 0, 3.0),
            (3, 2, 18.0),
            (4, 2, 0.0),
        ):
            plane.connect(source, destination, gain_db=gain_db)
        plane.play_tone(5, tone_plan("us").busy, play_id=1)
        plane.play(6, bytes(said[0].reshape(-1)), play_id=2, gain_db=-3.0)
        plane.record(1, Tap(0, Direction.FROM_LINE), Tap(0, Direction.TO_LINE))
        sent, heard, recorded = [], [], []
        for tick in range(ticks):
            plane.rx[:] = said[:, tick]
            plane.tick()
            sent.append(plane.tx.copy())
            heard += plane.detections()
            recorded += [block.samples.tobytes() for block in plane.recorded()]
        outcomes.append((np.array(sent).tobytes(), heard, recorded))
        plane.close()
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert len(outcomes[0][1]) > 3
