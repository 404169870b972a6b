"""Gain control of recordings: near one level, never clipped, noise left where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import GainControl, measure_sound, power_dbm0
from dsp.gain_control import PEAK, TARGET_DBM0

TALK_S = 12
FULL_SCALE_DBM0 = power_dbm0(32767.0**2)


def talk(seed: int, level_dbm0: float, seconds: float = TALK_S) -> np.ndarray:
    """Syllables and pauses of noise; the level is that of the syllables."""
    chance = np.random.default_rng(seed)
    length = int(seconds * 8000)
    syllables = chance.choice([0.0, 0.2, 0.6, 1.0], length // 1200 + 1, p=[0.3, 0.1, 0.3, 0.3])
    shape = np.repeat(syllables, 1200)[:length]
    sound = chance.normal(size=length) * shape
    loudness = np.sqrt(np.mean(sound[shape > 0] ** 2))
    wanted = 32767 * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20)
    return np.clip(np.rint(sound / loudness * wanted), -32768, 32767).astype(np.int16)


def controlled(sound: np.ndarray, cuts: tuple[int, ...] = ()) -> np.ndarray:
    """One channel, or several side by side, in pieces."""
    samples = sound[:, None] if sound.ndim == 1 else sound
    control = GainControl(samples.shape[1])
    pieces = [control.push(piece) for piece in np.split(samples, sorted(cuts))]
    return np.concatenate([*pieces, control.finish()]).reshape(sound.shape)


def active_dbm0(sound: np.ndarray) -> float:
    """Of the loudest third of blocks: whatever the level, the same blocks."""
    powers = np.sort(sound.reshape(-1, 160).astype(float).var(axis=1))
    return power_dbm0(float(powers[-len(powers) // 3 :].mean()))


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(-38, 3), st.integers(0, 20_000), st.floats(0, 50))
def test_nothing_is_clipped_that_was_not(seed, level, burst_at, burst_gain):
    sound = talk(seed, level, 3).astype(float)
    sound[burst_at : burst_at + 400] *= burst_gain
    whole = np.clip(sound, -32767, 32767).astype(np.int16)
    assert np.abs(controlled(whole).astype(int)).max() <= PEAK


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(0, 9000), st.lists(st.integers(0, 9000), max_size=40))
def test_any_chunking_gives_the_same_and_as_many_samples_as_came(seed, length, cuts):
    sound = np.stack([talk(seed, -30, 1.2), talk(seed + 1, -8, 1.2)], axis=1)[:length]
    whole = controlled(sound)
    assert whole.shape == sound.shape
    assert np.array_equal(controlled(sound, tuple(cuts)), whole)


def test_sample_by_sample_and_all_at_once_are_the_same():
    sound = talk(3, -28, 0.5)
    assert np.array_equal(controlled(sound, tuple(range(len(sound)))), controlled(sound))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 20_000), seeds)
def test_silence_stays_silence_wherever_it_stands(length, seed):
    assert not controlled(np.zeros(length, np.int16)).any()
    sound = np.concatenate([talk(seed, -35, 2), np.zeros(length, np.int16)])
    assert not controlled(sound)[16_000:].any()


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-36, -12))
def test_speech_comes_to_within_3_db_of_the_target_within_six_seconds(seed, level):
    out = controlled(talk(seed, level))[6 * 8000 :]
    measured = measure_sound(out).active_dbm0
    assert measured == pytest.approx(TARGET_DBM0, abs=3)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-36, -25), st.floats(-15, -9))
def test_a_loud_and_a_soft_talker_in_two_channels_end_within_6_db(seed, soft, loud):
    both = np.stack([talk(seed, soft), talk(seed + 1, loud)], axis=1)
    last = controlled(both)[-5 * 8000 :]
    assert abs(active_dbm0(last[:, 0]) - active_dbm0(last[:, 1])) < 6


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-34, -28), st.floats(-14, -9))
def test_talkers_who_take_turns_in_one_channel_end_within_6_db(seed, soft, loud):
    turns = np.concatenate([talk(seed, loud, 10), talk(seed + 1, soft, 10)])
    out = controlled(turns)
    assert abs(active_dbm0(out[5 * 8000 : 10 * 8000]) - active_dbm0(out[-3 * 8000 :])) < 6


def steady_noise(seed: int, level_dbm0: float, length: int) -> np.ndarray:
    deviation = 32767 * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20)
    sound = np.random.default_rng(seed).normal(0, deviation, length)
    return np.rint(sound).astype(np.int16)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-60, -20))
def test_noise_alone_is_left_as_it_is(seed, level):
    noise = steady_noise(seed, level, 10 * 8000)
    assert np.array_equal(controlled(noise), noise)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-30, -10), st.floats(15, 30))
def test_noise_behind_speech_is_turned_up_no_more_when_the_speech_has_ended(seed, level, below_db):
    noise = steady_noise(seed, level - below_db, 20 * 8000)
    speech = talk(seed, level, 10)
    noisy = noise + np.concatenate([speech, np.zeros_like(speech)])
    after = controlled(noisy)[10 * 8000 + 400 :].astype(float)
    powers = [power_dbm0(float(np.mean(part**2))) for part in np.array_split(after, 10)]
    assert max(powers) - min(powers) < 0.7
    assert max(powers) - (level - below_db) < TARGET_DBM0 - level + 4


def test_a_loud_onset_is_turned_down_within_tens_of_milliseconds():
    sound = np.concatenate([talk(1, -32, 8), talk(2, -6, 0.6)])
    out = controlled(sound)
    loud = out[8 * 8000 :].reshape(-1, 160).astype(float)
    assert np.abs(out.astype(int)).max() <= PEAK
    first, later = power_dbm0(loud[:3].var()), power_dbm0(loud[15:].var())
    assert later < max(first, -6.0)


def test_a_gain_in_place_has_no_steps():
    time_s = np.arange(8 * 8000) / 8000
    tone = np.rint(400 * np.sin(2 * np.pi * 200 * time_s) * (time_s % 1 < 0.7)).astype(np.int16)
    out = controlled(tone).astype(float)
    inside = (time_s % 1 > 0.01) & (time_s % 1 < 0.69)
    steps = np.abs(np.diff(out))[inside[1:]]
    assert steps.max() < np.abs(out).max() * 2 * np.pi * 200 / 8000 * 1.2
