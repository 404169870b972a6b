"""Recordings decoded: the same ears as on a line, and when each thing began and ended."""

import numpy as np
import pytest

from dsp import Law, MfSystem, decode_sound, measure_sound, tone_plan
from dsp.levels import amplitude
from dsp.v21 import find_fax_preambles
from scripts.accuracy.signal_lab import Lab, linear_of


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * 8000))


def heard_in(*channels: np.ndarray, country="us", **options):
    """Everything but who answered."""
    samples = np.array([linear_of(each) for each in channels])
    found = decode_sound(samples, plan=tone_plan(country), **options)
    return [each for each in found if each.kind != "answering"]


def flags(seconds: float, level: float, off_hz: float = 0.0) -> np.ndarray:
    bits = np.tile((0, 1, 1, 1, 1, 1, 1, 0), int(seconds * 300 / 8))
    hertz = np.where(bits[np.arange(bits.size * 80 // 3) * 3 // 80] == 1, 1650.0, 1850.0) + off_hz
    return amplitude(level) * np.sin(2 * np.pi * np.cumsum(hertz) / 8000)


@pytest.mark.parametrize("length_ms", [40, 60, 200])
def test_a_digit_is_told_with_its_beginning_end_level_and_twist(length_ms):
    lab = Lab(1)
    for _ in range(20):
        start_s = float(lab.random.uniform(0.1, 0.3))
        digit = lab.digit("6", length_ms, level=-12, twist=-3)
        (found,) = heard_in(np.concatenate([quiet(start_s), digit, quiet(0.2)]))
        assert (found.kind, found.facts["digit"], found.channel) == ("digit", "6", 1)
        assert found.start_s == pytest.approx(start_s, abs=0.006)
        assert found.end_s == pytest.approx(start_s + length_ms / 1000, abs=0.008)
        assert found.level_dbm0 == pytest.approx(-13.5, abs=0.6)
        assert found.facts["twist_db"] == pytest.approx(-3, abs=0.3)


def test_a_digit_that_lasts_to_the_end_ends_with_the_sound():
    (found,) = heard_in(np.concatenate([quiet(0.2), Lab(2).digit("1", 100)]))
    assert found.end_s == pytest.approx(0.3, abs=0.006)


def test_channels_are_lines_of_their_own():
    lab = Lab(3)
    first, second = lab.digit("1", 60), lab.digit("2", 60)
    found = heard_in(
        np.concatenate([first, quiet(0.3)]), np.concatenate([quiet(0.1), second, quiet(0.2)])
    )
    assert [(each.channel, each.facts["digit"]) for each in found] == [(1, "1"), (2, "2")]


def test_a_busy_tone_begins_with_its_first_burst_and_ends_with_its_last():
    lab = Lab(4)
    cycle = np.concatenate([lab.sines(500, (480, -15), (620, -15)), quiet(0.5)])
    (found,) = heard_in(np.concatenate([quiet(1), np.tile(cycle, 5), quiet(2)]))
    assert (found.kind, found.facts) == ("progress", {"tone": "busy"})
    assert found.start_s == pytest.approx(1, abs=0.02)
    assert found.end_s == pytest.approx(5.5, abs=0.02)
    assert found.level_dbm0 == pytest.approx(-12, abs=1)


def test_a_special_information_tone_is_told_whole():
    lab = Lab(5)
    segments = [lab.sines(330, (hertz, -13)) for hertz in (950, 1400, 1800)]
    (found,) = heard_in(np.concatenate([quiet(0.5), *segments, quiet(1)]))
    assert (found.kind, found.facts) == ("progress", {"tone": "sit"})
    assert (found.start_s, found.end_s) == pytest.approx((0.5, 1.49), abs=0.02)


@pytest.mark.parametrize("noise", [None, 5, 10])
@pytest.mark.parametrize("off_hz", [-12, 0, 12])
def test_a_fax_preamble_is_found(noise, off_hz):
    lab = Lab(6)
    sound = np.concatenate([quiet(0.6), flags(1, -20, off_hz), quiet(0.5)])
    if noise is not None:
        sound += lab.noise(sound.size, -20 - noise)
    (found,) = find_fax_preambles(linear_of(sound))
    assert (found.start_s, found.end_s) == pytest.approx((0.6, 1.6), abs=0.06)
    assert found.level_dbm0 == pytest.approx(-20, abs=1.5)


def test_a_lone_tone_noise_and_digits_are_no_fax_preamble():
    lab = Lab(7)
    for sound in (
        lab.sines(3000, (1650, -10)),
        lab.sines(3000, (1650, -10), (1850, -10)),
        lab.noise(80_000, -15),
        lab.row([lab.digit(each, 80) for each in "0123456789ABCD*#"]),
    ):
        assert find_fax_preambles(linear_of(sound)) == []


def test_register_signals_are_heard_if_asked_for():
    lab = Lab(8)
    first, second = MfSystem.R2_FORWARD.frequencies_hz(7)
    sound = lab.row([lab.sines(100, (first, -11), (second, -11))])
    assert heard_in(sound) == []
    (found,) = heard_in(sound, mf=MfSystem.R2_FORWARD)
    assert (found.kind, found.facts["signal"]) == ("mf_signal", 7)


def test_progress_is_told_up_to_the_end():
    told: list[float] = []
    sound = np.array([linear_of(quiet(30))])
    assert decode_sound(sound, plan=tone_plan("de"), law=Law.ALAW, progress=told.append) == []
    assert told == sorted(told)
    assert told[-1] == 1


def test_levels_tell_hum_noise_clipping_and_direct_current():
    lab = Lab(9)
    sound = lab.noise(96_000, -50) + lab.sines(12_000, (50, -30), (150, -40)) + 600
    sound[40_000:56_000] += lab.sines(2000, (1000, 6))
    levels = measure_sound(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))
    assert levels.hum_hz == 50
    assert levels.hum_dbm0 == pytest.approx(-29.6, abs=1)
    assert levels.direct_current == pytest.approx(600 / 32768, rel=0.1)
    assert levels.clipped_share > 0.01
    assert levels.peak == pytest.approx(1, abs=0.01)


def test_levels_of_silence_and_of_nothing_are_none():
    for samples in (np.zeros(0, np.int16), np.zeros(8000, np.int16)):
        levels = measure_sound(samples)
        assert (levels.level_dbm0, levels.hum_hz, levels.clipped_share) == (None, None, 0)


def answered(sound):
    found = decode_sound(np.array([linear_of(sound)]), plan=tone_plan("us"))
    return [each.facts["result"] for each in found if each.kind == "answering"]


def test_who_answered_is_told_by_the_tones_that_were_heard():
    lab = Lab(10)
    cycle = np.concatenate([lab.sines(500, (480, -15), (620, -15)), quiet(0.5)])
    assert answered(np.concatenate([quiet(1), np.tile(cycle, 5), quiet(2)])) == ["busy"]
    calling = np.concatenate([lab.sines(500, (1100, -15)), quiet(3)])
    assert answered(np.concatenate([quiet(1), calling, calling])) == ["fax"]
    segments = [lab.sines(330, (hertz, -13)) for hertz in (950, 1400, 1800)]
    assert answered(np.concatenate([quiet(0.5), *segments, quiet(1)])) == ["sit"]


def test_digits_and_silence_are_nobody_who_answers():
    lab = Lab(11)
    assert answered(lab.row([lab.digit(each, 80) for each in "0123456789"])) == []
    assert answered(quiet(8)) == []


@pytest.mark.parametrize("cut_s", [9.2, 12.0, 13.9])
def test_a_ringback_tone_that_is_cut_off_in_its_pause_ends_with_its_last_ring(cut_s):
    lab = Lab(12)
    ring = np.concatenate([lab.sines(2000, (440, -19), (480, -19)), quiet(4)])
    sound = np.concatenate([quiet(0.5), np.tile(ring, 3)])[: round(cut_s * 8000)]
    (found,) = heard_in(sound)
    assert found.facts == {"tone": "ringback"}
    assert found.end_s == pytest.approx(8.5 if cut_s < 12.5 else cut_s, abs=0.02)
