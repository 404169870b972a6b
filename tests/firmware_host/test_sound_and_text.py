"""Sound files that people hand us, and text that the line hands us."""

import shutil

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from dsp import Law, g711_decode
from firmware_host.prompts import PromptLibrary, SpeechMaker
from firmware_host.sound_files import SoundFileError, read_sound
from firmware_host.terminal_text import printable


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 48000])
def test_a_tone_keeps_its_frequency_and_level_from_any_rate(tmp_path, rate_hz):
    time_s = np.arange(rate_hz) / rate_hz
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 1000 * time_s), rate_hz)
    samples = read_sound(tmp_path / "a.wav")
    assert abs(len(samples) - 8000) <= 1
    spectrum = np.abs(np.fft.rfft(samples[400:7600] * np.hanning(7200)))
    assert abs(spectrum.argmax() * 8000 / 7200 - 1000) < 2
    assert np.sqrt(np.mean(samples[400:7600].astype(float) ** 2)) == pytest.approx(
        16384 / 2**0.5, rel=0.02
    )


def test_what_lies_above_the_telephone_band_does_not_fold_back(tmp_path):
    time_s = np.arange(44100) / 44100
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 6000 * time_s), 44100)
    assert np.abs(read_sound(tmp_path / "a.wav")[400:7600]).max() < 60


def test_two_channels_become_one(tmp_path):
    soundfile.write(
        tmp_path / "a.wav", np.column_stack([np.full(800, 0.5), np.full(800, -0.5)]), 8000
    )
    assert np.abs(read_sound(tmp_path / "a.wav")).max() == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"RIFF\x00\x00", "not a sound file"),
        (b"hello" * 99, "not a sound file"),
    ],
)
def test_a_file_that_is_no_sound_is_told_in_one_line(tmp_path, content, reason):
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(SoundFileError, match=reason) as caught:
        read_sound(tmp_path / "bad.wav")
    assert "\n" not in str(caught.value)
    assert "bad.wav" in str(caught.value)


def test_missing_empty_and_folders_are_told(tmp_path):
    with pytest.raises(SoundFileError, match="no such file"):
        read_sound(tmp_path / "nowhere.wav")
    with pytest.raises(SoundFileError):
        read_sound(tmp_path)
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    with pytest.raises(SoundFileError, match="no sound"):
        read_sound(tmp_path / "empty.wav")


@given(st.text())
def test_nothing_that_a_caller_calls_himself_reaches_the_terminal_as_a_command(name):
    shown = printable(name)
    assert len(shown) <= 80
    assert all(character.isprintable() for character in shown)


def test_without_espeak_prompts_are_tones_that_differ_from_each_other_and_nothing_fails(tmp_path):
    maker = SpeechMaker(Law.ALAW, tmp_path / "cache", program="no-such-program")
    assert not maker.can_speak
    short, long = maker.make("Hello.", "en"), maker.make("A much longer sentence than hello.", "en")
    assert len(long) > len(short) > 4000
    assert np.abs(g711_decode(short, Law.ALAW)).max() > 2000
    assert not (tmp_path / "cache").exists()


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_a_prompt_is_spoken_once_and_then_comes_from_the_cache(tmp_path):
    maker = SpeechMaker(Law.ALAW, tmp_path)
    first = maker.make("Hello.", "en")
    (file,) = tmp_path.iterdir()
    assert first == file.read_bytes()
    file.write_bytes(b"from the cache")
    assert maker.make("Hello.", "en") == b"from the cache"
    assert maker.make("Bună ziua.", "ro") != first


def test_a_configured_text_replaces_the_built_in_one_in_its_language_only(tmp_path):
    maker = SpeechMaker(Law.ALAW, tmp_path / "cache", program="no-such-program")
    own = "You are the very first of all who wait for us at this moment."
    library = PromptLibrary({"place.1": {"en": own}}, ("ro", "en"), Law.ALAW, maker)
    assert library.prompt("place.1", "en") == maker.make(own, "en")
    assert library.prompt("place.1", "ro") == maker.make("Sunteți primul la rând.", "ro")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_a_piece_of_a_sentence_is_followed_at_once_and_a_sentence_by_a_pause(tmp_path):
    maker = SpeechMaker(Law.ALAW, tmp_path)

    def pause_s(text: str) -> float:
        loud = np.flatnonzero(np.abs(g711_decode(maker.make(text, "en"), Law.ALAW)) > 200)
        return (len(maker.make(text, "en")) - loud[-1]) / 8000

    assert pause_s("one hundred,") < 0.06
    assert pause_s("One hundred.") > 0.19
