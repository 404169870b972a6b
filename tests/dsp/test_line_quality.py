"""Echo loss, dial tone and noise, measured on sounds whose figures are known."""

import math

import numpy as np
import pytest

from dsp import (
    Law,
    echo_loss,
    echo_sound,
    find_steady_tones,
    g711_decode,
    g711_encode,
    level_dbm0,
    reference_tone,
    speech_band_dbm0,
    tone_return,
)


def through(sound: np.ndarray, law: Law = Law.ALAW) -> np.ndarray:
    return g711_decode(g711_encode(sound, law), law)


def noise(seconds: float, dbm0: float, seed: int = 1) -> np.ndarray:
    sound = np.random.default_rng(seed).normal(size=round(seconds * 8000))
    return sound * 10 ** ((dbm0 - level_dbm0((sound * 1000).astype(np.int16))) / 20) * 1000


@pytest.mark.parametrize("loss_db", [0.0, 6.0, 14.0, 24.0, 32.0])
@pytest.mark.parametrize("law", list(Law), ids=lambda law: law.value)
def test_a_plain_echo_is_measured_within_half_a_decibel(loss_db, law):
    sent = through(echo_sound(2.0), law)
    back = np.zeros_like(sent)
    back[37:] = (sent[:-37] * 10 ** (-loss_db / 20)).astype(np.int16)
    echo = echo_loss(through(back, law)[2400:10400], echo_sound(0.1))
    assert echo.loss_db == pytest.approx(loss_db, abs=0.5)
    assert echo.limit_db > loss_db + 6


def test_noise_as_loud_as_the_echo_does_not_hide_it():
    sent = echo_sound(2.0).astype(np.float64)
    heard = np.roll(sent, 50) * 0.1 + noise(2.016, -30)[: sent.size]
    echo = echo_loss(heard.astype(np.int16)[2400:], echo_sound(0.1))
    assert echo.loss_db == pytest.approx(20, abs=1)


def test_an_echo_of_one_frequency_is_told_with_it():
    heard = echo_sound(2.0).astype(np.float64)
    times = np.arange(heard.size) / 8000
    heard = heard * 0.01 + 600 * np.sin(2 * np.pi * 1500 * times)
    echo = echo_loss(heard.astype(np.int16)[2400:], echo_sound(0.1))
    assert echo.worst_hz == 1500
    assert echo.worst_db < echo.loss_db - 5


def test_the_weighing_is_that_of_g122():
    """A(f) of 1 below 1 kHz and nothing above: -10 log10 of the integral of 1/f there over that of all."""
    sound = echo_sound(2.0).astype(np.float64)
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(sound.size, 1 / 8000) > 1000] = 0
    heard = np.fft.irfft(spectrum, sound.size)
    expected = -10 * math.log10(math.log(1000 / 300) / math.log(3400 / 300))
    echo = echo_loss(heard.astype(np.int16)[2400:], echo_sound(0.1))
    assert echo.loss_db == pytest.approx(expected, abs=0.4)


def test_silence_comes_back_as_no_echo_at_all():
    nothing = np.zeros(8000, np.int16)
    assert echo_loss(nothing, echo_sound(0.1)).loss_db == 60
    assert tone_return(nothing) == 60


def test_sounds_are_at_their_level():
    assert level_dbm0(reference_tone(1.0)) == pytest.approx(-10, abs=0.02)
    assert level_dbm0(echo_sound(1.0)) == pytest.approx(-10, abs=0.05)
    assert np.abs(echo_sound(1.0)).max() < 20000


@pytest.mark.parametrize("loss_db", [0.0, 10.0, 30.0])
def test_the_tones_return_loss_is_its_levels(loss_db):
    heard = reference_tone(1.0) * 10 ** (-loss_db / 20)
    assert tone_return(through(heard.astype(np.int16))) == pytest.approx(loss_db, abs=0.3)


@pytest.mark.parametrize("frequencies", [(425.0,), (350.0, 440.0), (330.0, 440.0)])
def test_dial_tone_is_found_with_its_frequencies_and_level(frequencies):
    times = np.arange(9600) / 8000
    tone = sum(1000 * np.sin(2 * np.pi * hz * times + hz) for hz in frequencies)
    found = find_steady_tones(through(tone.astype(np.int16)))
    assert found is not None
    assert found.frequencies_hz == pytest.approx(frequencies, abs=1)
    assert found.level_dbm0 == pytest.approx(level_dbm0(tone.astype(np.int16)), abs=0.3)


def test_hum_noise_and_speechlike_sound_are_no_dial_tone():
    times = np.arange(9600) / 8000
    hum = (2000 * np.sin(2 * np.pi * 50 * times)).astype(np.int16)
    hiss = noise(1.2, -20).astype(np.int16)
    assert find_steady_tones(hum) is None
    assert find_steady_tones(hiss) is None
    assert find_steady_tones(np.zeros(9600, np.int16)) is None


def test_the_speech_bands_level_leaves_hum_out():
    times = np.arange(16000) / 8000
    sound = noise(2.0, -40) + 2000 * np.sin(2 * np.pi * 50 * times)
    # The band holds 3100 of 4000 Hz.
    assert speech_band_dbm0(sound.astype(np.int16)) == pytest.approx(-41.1, abs=0.3)
