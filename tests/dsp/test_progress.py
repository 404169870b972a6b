import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import (
    DigitHeard,
    Plane,
    ProgressToneEnded,
    ProgressToneHeard,
    Segment,
    Tone,
    UnknownCountry,
    UnknownSound,
    countries,
    tone_plan,
)
from dsp._native import ffi, lib
from dsp.reference import progress_shares
from dsp.sounds import native_plan, progress_probes
from scripts.accuracy.signal_lab import Lab, hear, linear_of

TONES = ("dial", "ringback", "busy", "congestion")
ALIKE = {
    "hu": {"congestion": "busy"},
    "jp": {"congestion": "busy"},
    "pl": {"congestion": "busy"},
}  # where a country makes no difference
every_country = pytest.mark.parametrize("country", countries())


def tone_sound(
    lab: Lab, tone: Tone, seconds: float, *, stretch=1.0, detune=1.0, level=-15.0
) -> np.ndarray:
    """A tone from anywhere in its cadence, made by sines and not by the plane."""
    blocks = []
    while sum(map(len, blocks)) < 8000 * (seconds + 8):
        for segment in tone.segments:
            louder = segment.level_dbm0 - min(part.level_dbm0 for part in tone.segments[::2])
            sines = [(hertz * detune, level + louder) for hertz in segment.frequencies_hz]
            blocks.append(lab.sines(segment.duration_ms * stretch, *sines))
    if all(segment.frequencies_hz for segment in tone.segments):  # continuous: one piece
        blocks = [
            lab.sines(
                seconds * 1000 + 8000,
                *((hertz * detune, level) for hertz in tone.segments[0].frequencies_hz),
            )
        ]
    start = int(lab.random.integers(0, 8000))
    return np.concatenate(blocks)[start : start + int(8000 * seconds)]


def tones_heard(heard) -> list[str]:
    return [each.tone for each in heard if isinstance(each, ProgressToneHeard)]


@every_country
@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("stretch", [0.9, 1.0, 1.1])
def test_every_countrys_tones_are_heard_by_their_names(country, name, stretch):
    lab = Lab(len(name))
    plan = tone_plan(country)
    sound = tone_sound(lab, getattr(plan, name), 14, stretch=stretch)
    sound = np.concatenate([sound, np.zeros(8000 * 9)]) + lab.noise(sound.size + 8000 * 9, -50)
    heard = hear(sound, progress=plan)
    wanted = ALIKE.get(country, {}).get(name, name)
    assert tones_heard(heard) == [wanted]
    assert isinstance(heard[-1], ProgressToneEnded)
    assert heard[-1].tone == wanted
    assert len(heard) == 2


@pytest.mark.parametrize("country", ["us", "uk", "de", "ro", "fr", "it", "es", "ru"])
@pytest.mark.parametrize(
    ("detune", "level", "noise"), [(1.015, -20, -45), (0.985, -30, -50), (1.0, -15, -30)]
)
def test_tones_off_frequency_weak_or_noisy_are_heard(country, detune, level, noise):
    plan = tone_plan(country)
    for name in TONES:
        lab = Lab(7)
        sound = tone_sound(lab, getattr(plan, name), 12, detune=detune, level=level)
        assert tones_heard(hear(sound + lab.noise(sound.size, noise), progress=plan)) == [name]


@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("country", ["us", "de", "ro"])
def test_tones_are_heard_through_mains_hum_that_is_louder_than_they_are(country, mains_hz):
    """Of all power the tone has a fifth: only what is left without the hum has it as its greater part."""
    plan = tone_plan(country)
    for name in TONES:
        lab = Lab(11)
        sound = tone_sound(lab, getattr(plan, name), 12, level=-20)
        loudest = -20 + 10 * np.log10(len(getattr(plan, name).segments[0].frequencies_hz))
        hum = lab.sines(12_000, (mains_hz, loudest + 5), (3 * mains_hz, loudest - 6))
        assert tones_heard(hear(sound + hum, progress=plan)) == [name]


def swelling(seconds: float) -> np.ndarray:
    """As a voice that holds a note: twice a second between half and one and a half of its loudness."""
    return 1 + 0.5 * np.sin(2 * np.pi * 2 * np.arange(round(8000 * seconds)) / 8000)


def rising_and_falling(seconds: float) -> np.ndarray:
    """As a chord of an organ whose swell box is opened and closed."""
    return 0.1 + np.interp(
        np.arange(round(8000 * seconds)), [0, 4000 * seconds, 8000 * seconds], [0, 1, 0]
    )


@pytest.mark.parametrize("shape", [swelling, rising_and_falling])
@pytest.mark.parametrize("country", ["us", "de", "ro"])
def test_a_note_with_the_frequencies_of_dial_tone_that_swells_is_no_dial_tone(country, shape):
    plan = tone_plan(country)
    (segment,) = plan.dial.segments
    note = Lab(12).sines(4000, *((hertz, -15) for hertz in segment.frequencies_hz))
    assert tones_heard(hear(note, progress=plan)) == ["dial"]
    assert tones_heard(hear(note * shape(4.0), progress=plan)) == []


@every_country
def test_a_countrys_busy_is_not_heard_of_other_frequencies(country):
    lab = Lab(5)
    plan = tone_plan(country)
    for name in TONES:
        sound = tone_sound(lab, getattr(plan, name), 12, detune=1.12)
        assert tones_heard(hear(sound, progress=plan)) == []


def test_busy_is_heard_after_three_cycles_and_not_before():
    plan = tone_plan("us")
    sound = np.concatenate([Lab(1).sines(500, (480, -15), (620, -15)), np.zeros(4000)])
    assert tones_heard(hear(np.tile(sound, 2), progress=plan)) == []
    heard = hear(np.tile(sound, 4), progress=plan)
    assert tones_heard(heard) == ["busy"]
    assert heard[0].tick <= 3 * 50


@pytest.mark.parametrize("quiet_s", [598, 601, 1799])
def test_a_line_that_has_been_listened_to_for_long_hears_as_well_as_ever(quiet_s):
    busy = np.concatenate([Lab(1).sines(500, (480, -15), (620, -15)), np.zeros(4000)])
    sound = np.concatenate([np.zeros(8000 * quiet_s), np.tile(busy, 5), np.zeros(8000 * 2)])
    began, ended = hear(sound, progress=tone_plan("us"))
    assert (began.tone, ended.tone) == ("busy", "busy")
    assert began.start_s == pytest.approx(quiet_s, abs=0.02)
    assert ended.duration_ms == pytest.approx(4500, abs=20)


@every_country
def test_speech_like_noise_is_no_tone(country):
    lab = Lab(8)
    sound = lab.noise(8000 * 60, -12)
    # Band-limited to a voice's fundamental and first formant, in syllables of four a second.
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(sound.size, 1 / 8000)
    sound = np.fft.irfft(spectrum * ((hertz > 250) & (hertz < 900)), sound.size)
    syllables = np.repeat(lab.random.uniform(0, 1, 60 * 4) > 0.4, 2000)
    assert hear(sound * syllables, progress=tone_plan(country)) == []


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("voice", ["en", "ro", "fr+f3", "de"])
def test_a_talker_is_neither_digits_nor_tones(voice, tmp_path):
    text = (
        "The quick brown fox jumps over the lazy dog. One two three four five six seven eight nine. "
        * 6
    )
    wave = tmp_path / "speech.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(wave), text], check=True, timeout=60)
    raw = np.frombuffer(wave.read_bytes()[44:], np.int16).astype(float)
    sound = np.interp(np.arange(0, raw.size, 22050 / 8000), np.arange(raw.size), raw)
    assert sound.size > 8000 * 10
    for country in ("us", "uk", "de", "ro"):
        heard = hear(sound, digits=True, progress=tone_plan(country))
        assert [each for each in heard if isinstance(each, DigitHeard | ProgressToneHeard)] == []


@settings(deadline=None, max_examples=10, derandomize=True)
@given(
    country=st.sampled_from(countries()), name=st.sampled_from(TONES), before=st.sampled_from(TONES)
)
def test_one_tone_after_another_is_heard(country, name, before):
    lab = Lab(9)
    plan = tone_plan(country)
    first, second = (tone_sound(lab, getattr(plan, each), 14) for each in (before, name))
    heard = tones_heard(hear(np.concatenate([first, np.zeros(16000), second]), progress=plan))
    same = ALIKE.get(country, {})
    wanted = [same.get(before, before), same.get(name, name)]
    assert heard == wanted or (wanted[0] == wanted[1] and heard == wanted[:1])


def test_what_the_plane_sends_another_plane_hears():
    plan = tone_plan("uk")
    with Plane(2) as plane:
        plane.listen(1, progress=plan)
        plane.play_tone(0, plan.ringback, play_id=1)
        heard = []
        for tick in range(1000):
            if tick == 500:
                plane.play_tone(0, plan.busy, play_id=2)
            plane.rx[1] = plane.tx[0]
            plane.tick()
            heard += plane.detections()
    assert tones_heard(heard) == ["ringback", "busy"]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    country=st.sampled_from(countries()),
    hertz=st.floats(300, 700),
    noise=st.floats(-60, -10),
)
def test_c_measures_the_shares_of_the_definition(seed, country, hertz, noise):
    lab = Lab(seed)
    plan = native_plan(tone_plan(country))
    sound = linear_of(lab.sines(40, (hertz, -12), (440, -20)) + lab.noise(320, noise))
    powers = np.zeros(lib.PLAN_FREQUENCIES, np.float32)
    older, newer = (ffi.from_buffer("int16_t[]", half) for half in (sound[:160], sound[160:]))
    total = lib.progress_measure(ffi.from_buffer("float[]", powers), plan, older, newer)
    tones = tone_plan(country)
    probes = progress_probes(getattr(tones, name).segments[0].frequencies_hz for name in TONES)
    frequencies = sorted({probe for each in probes.values() for probe in each})
    wanted = progress_shares(sound, frequencies)[1]
    assert np.abs(3 * powers[: len(frequencies)] / total - wanted).max() < 1e-4


def test_an_unknown_country_lists_those_known():
    with pytest.raises(UnknownCountry, match=r"'xx'.*ro"):
        tone_plan("xx")
    assert tone_plan("RO") is tone_plan("ro")


def test_a_tone_a_detector_cannot_hear_is_refused():
    plan = tone_plan("de")
    mixed = Tone(
        "busy", (Segment((400,), 200), Segment((500,), 200), Segment((), 100)), repeat=True
    )
    with Plane(1) as plane, pytest.raises(UnknownSound):
        plane.listen(0, progress=replace(plan, busy=mixed))
