"""Tones of fax and modem, special information, caller alerting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spandsp import needs_spandsp

from dsp import BLOCK_SAMPLES, SignalToneEnded, SignalToneHeard
from dsp.levels import amplitude
from dsp.reference import hear_signal_tones
from scripts.accuracy.signal_lab import Lab, hear, linear_of
from scripts.accuracy.signal_tones import spandsp_tone


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * 8000))


def answer(seconds: float, level: float, *, reversed_every_s=0.0, depth=0.0, hertz=2100.0):
    time = np.arange(round(seconds * 8000)) / 8000
    sound = amplitude(level) * np.sin(2 * np.pi * hertz * time)
    if reversed_every_s:
        sound *= 1 - 2 * (time // reversed_every_s % 2)
    return sound * (1 + depth * np.sin(2 * np.pi * 15 * time))


def special(lab: Lab, segments, level=-13.0):
    return np.concatenate([lab.sines(length, (hertz, level)) for hertz, length in segments])


def sounds(lab: Lab, level: float) -> dict[str, np.ndarray]:
    return {
        "CNG": lab.sines(500, (1100, level)),
        "CED": answer(3, level),
        "ANS": answer(3.3, level, reversed_every_s=0.45),
        "ANSam": answer(4, level, reversed_every_s=0.45, depth=0.2),
        "SIT": special(lab, ((950, 330), (1400, 330), (1800, 330)), level),
        "CAS": lab.sines(80, (2130, level), (2750, level)),
    }


def tones_in(sound):
    heard = hear(np.concatenate([quiet(0.7), sound, quiet(0.7)]), signal_tones=True)
    return [each.tone for each in heard if isinstance(each, SignalToneHeard)]


@pytest.mark.parametrize("level", [-8, -25, -38])
def test_every_tone_is_heard_by_its_name(level):
    for name, sound in sounds(Lab(1), level).items():
        assert tones_in(sound) == [name]


def test_every_tone_is_heard_in_noise_10_db_below():
    for seed in range(10):
        lab = Lab(seed)
        for name, sound in sounds(lab, -15).items():
            assert tones_in(sound + lab.noise(sound.size, -25)) == [name], seed


@pytest.mark.parametrize("off", [-38, 38])
def test_fax_tones_may_be_as_far_off_as_their_standards_say(off):
    lab = Lab(2)
    assert tones_in(lab.sines(500, (1100 + off, -15))) == ["CNG"]
    assert tones_in(answer(3, -15, hertz=2100 + off * 15 / 38)) == ["CED"]


@pytest.mark.parametrize("first", [(913.8, 274), (985.2, 274), (985.2, 380), (913.8, 380)])
@pytest.mark.parametrize("second", [(1370.6, 274), (1428.5, 380)])
def test_north_american_special_information_tones_are_heard(first, second):
    lab = Lab(3)
    assert tones_in(special(lab, (first, second, (1776.7, 380)))) == ["SIT"]


def test_two_segments_or_another_order_are_no_special_information():
    lab = Lab(4)
    assert tones_in(special(lab, ((950, 330), (1400, 330)))) == []
    assert tones_in(special(lab, ((950, 330), (1800, 330), (1400, 330)))) == []
    assert tones_in(special(lab, ((1400, 330), (1800, 330)))) == []
    apart = [special(lab, (each,)) for each in ((950, 330), (1400, 330), (1800, 330))]
    assert tones_in(np.concatenate([apart[0], quiet(0.5), apart[1], quiet(0.5), apart[2]])) == []


def test_beeps_and_dtmf_are_no_fax():
    lab = Lab(5)
    for length in (100, 300, 800, 2000):
        assert tones_in(lab.sines(length, (1100, -13))) == []
    assert tones_in(lab.sines(400, (2100, -13))) == []
    for digit in "0123456789ABCD*#":
        assert tones_in(lab.digit(digit, 500)) == []


def test_alerting_needs_its_length_and_both_tones():
    lab = Lab(6)
    for length in (30, 200):
        assert tones_in(lab.sines(length, (2130, -15), (2750, -15))) == []
    assert tones_in(lab.sines(80, (2130, -15))) == []
    assert tones_in(lab.sines(80, (2130, -15), (2700, -15))) == []


def test_where_a_tone_began_and_how_long_it_was_is_told():
    heard = hear(np.concatenate([quiet(1), answer(3, -20), quiet(1)]), signal_tones=True)
    began, ended = heard
    assert isinstance(ended, SignalToneEnded)
    assert began.start_s == pytest.approx(1, abs=0.012)
    assert began.level_dbm0 == pytest.approx(-20, abs=1)
    assert ended.duration_ms == pytest.approx(3000, abs=15)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), level=st.floats(-46, -5), noise=st.floats(-60, -20))
def test_c_hears_what_the_definition_hears(seed, level, noise):
    lab = Lab(seed)
    made = sounds(lab, level)
    names = [str(each) for each in lab.random.choice(list(made), 3)]
    parts = [each for name in names for each in (made[name], quiet(lab.random.uniform(0.05, 0.5)))]
    sound = np.concatenate([quiet(lab.random.uniform(0.05, 0.3)), *parts])
    sound = linear_of(sound + lab.noise(sound.size, noise))
    sound = sound[: sound.size // BLOCK_SAMPLES * BLOCK_SAMPLES]
    expected = [(each.tone, each.window // 2) for each in hear_signal_tones(sound)]
    heard = hear(sound.astype(float), signal_tones=True)
    assert [(each.tone, each.tick) for each in heard if isinstance(each, SignalToneHeard)] == (
        expected
    )


@needs_spandsp
@pytest.mark.parametrize("tone", ["CNG", "CED", "ANS", "ANSam"])
def test_spandsps_tones_are_heard(tone):
    heard = tones_in(spandsp_tone(tone, 4).astype(float))
    assert heard[0] == tone
    assert set(heard) == {tone}
