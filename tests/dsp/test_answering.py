import io
import itertools
import shutil
import subprocess
import wave
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_checks import speech_like

from dsp import Answering, AnsweringJudge, AnsweringSettings, judge_answering
from dsp.answering_terms import TONES
from dsp.beep import BeepWatch
from dsp.speech_frames import FrameReader
from scripts.accuracy.amd_rules import AmdParameters, amd_rules
from scripts.accuracy.answering_tones import TONE_KINDS, tone_calls
from scripts.accuracy.signal_lab import Lab, linear_of

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * 8000))


def line(*parts: np.ndarray, seed: int = 1) -> np.ndarray:
    """Parts one after the other, with a line's noise, through A-law."""
    sound = np.concatenate(parts)
    return linear_of(sound + Lab(seed).noise(sound.size, -62))


def voice(seconds: float, seed: int = 5) -> np.ndarray:
    return speech_like(seed, seconds) * 0.4


def beep(hertz: float = 1000, seconds: float = 0.4, level: float = -15) -> np.ndarray:
    return Lab(3).sines(1000 * seconds, (hertz, level))


def say(text: str, voice_name: str = "en-us") -> np.ndarray:
    """Speech by espeak-ng at 8 kHz."""
    done = subprocess.run(
        ["espeak-ng", "-v", voice_name, "--stdout", text], capture_output=True, check=True
    )
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate = file.getframerate()
    sound = np.frombuffer(done.stdout[44:], np.int16).astype(float)
    wanted = round(sound.size * 8000 / rate)
    return np.fft.irfft(np.fft.rfft(sound)[: wanted // 2 + 1], wanted) * wanted / sound.size * 0.5


GREETED = line(quiet(0.5), voice(0.6), quiet(3))
MESSAGE = line(quiet(0.3), voice(6), quiet(0.6), beep(), quiet(1))
SHORT_MESSAGE = line(quiet(0.3), voice(0.9), quiet(0.3), beep(1400), quiet(1))


def test_a_word_and_then_quiet_is_a_person_within_a_second():
    answering = judge_answering(GREETED)
    assert answering.result == "person"
    assert answering.confidence > 0.9
    assert answering.start_s == pytest.approx(0.5, abs=0.1)
    assert answering.end_s == pytest.approx(1.1, abs=0.1)
    assert answering.decided_s - 1.1 < 1.0
    assert "0.6 s of speech" in answering.reason
    assert answering.beep_s is None


def test_a_person_is_told_as_soon_as_it_is_known_and_once():
    judge = AnsweringJudge()
    told = [
        (start, judge.hear(GREETED[start : start + 160])) for start in range(0, GREETED.size, 160)
    ]
    ((start, answering),) = [each for each in told if each[1] is not None]
    assert answering is not None
    assert answering.decided_s == pytest.approx((start + 160) / 8000)
    assert judge.finish() == answering


def test_a_voice_that_does_not_stop_is_a_machine_and_its_beep_is_told_later():
    judge = AnsweringJudge()
    told = [judge.hear(MESSAGE[start : start + 800]) for start in range(0, MESSAGE.size, 800)]
    first, second = [answering for answering in told if answering is not None]
    assert (first.result, second.result) == ("machine", "machine")
    assert first.decided_s - 0.3 == pytest.approx(3.6, abs=0.2)
    assert first.beep_s is None
    assert second.beep_s == pytest.approx(6.9, abs=0.05)
    assert second.message_s == pytest.approx(7.3, abs=0.05)
    assert second.decided_s == first.decided_s
    assert second.reason.startswith(first.reason)


def test_a_beep_after_few_words_is_a_machine():
    answering = judge_answering(SHORT_MESSAGE)
    assert answering.result == "machine"
    assert answering.beep_s == pytest.approx(1.5, abs=0.05)


def test_two_pips_are_one_beep():
    pips = (beep(900, 0.15), quiet(0.12), beep(900, 0.15))
    answering = judge_answering(line(quiet(0.3), voice(5), quiet(1), *pips, quiet(1)))
    assert answering.beep_s == pytest.approx(6.3, abs=0.06)
    assert answering.message_s == pytest.approx(6.72, abs=0.06)


def test_a_beep_that_the_end_of_the_sound_clips_is_a_beep():
    answering = judge_answering(line(quiet(0.3), voice(5), quiet(1), beep(600, 0.2)))
    assert answering.beep_s == pytest.approx(6.3, abs=0.05)


@pytest.mark.parametrize(
    "after", [beep(1000, 2.6), beep(1000, 0.06), np.concatenate([beep(1000, 0.3), voice(1)])]
)
def test_a_tone_too_long_or_too_short_or_with_speech_after_it_is_no_beep(after):
    answering = judge_answering(line(quiet(0.3), voice(5), quiet(0.5), after, quiet(1)))
    assert answering.result == "machine"
    assert answering.beep_s is None


def test_a_greeting_without_a_beep_is_over_after_long_quiet():
    answering = judge_answering(line(quiet(0.3), voice(5), quiet(4)))
    assert answering.result == "machine"
    assert answering.beep_s is None
    assert answering.message_s == pytest.approx(5.3 + 2.5, abs=0.2)


def test_a_beep_alone_makes_no_person():
    answering = judge_answering(line(quiet(0.5), beep(), quiet(4)))
    assert answering.result == "machine"
    assert answering.confidence < 0.7


def test_who_speaks_after_silence_was_told_is_a_person_still():
    judge = AnsweringJudge()
    judge.hear(line(quiet(5.5)))
    assert judge.judgement is not None
    assert judge.judgement.result == "silence"
    answering = judge.hear(GREETED)
    assert answering is not None
    assert answering.result == "person"


def test_a_cough_before_the_word_is_not_the_word():
    cough = Lab(2).noise(1600, -14) * np.exp(-np.arange(1600) / 600)
    answering = judge_answering(line(quiet(0.3), cough, quiet(1.2), voice(0.5), quiet(2)))
    assert answering.result == "person"
    assert answering.start_s == pytest.approx(1.7, abs=0.1)


def test_a_television_behind_the_person_is_not_the_greeting():
    sound = np.concatenate([quiet(1.5), voice(0.8), quiet(3)])
    sound += speech_like(9, sound.size / 8000) * 0.4 * 10 ** (-16 / 20)
    answering = judge_answering(line(sound))
    assert answering.result == "person"
    assert answering.start_s == pytest.approx(1.5, abs=0.15)


def test_a_television_that_goes_on_after_the_word_does_not_hold_the_judgement_up():
    sound = np.concatenate([quiet(1.0), voice(0.5), quiet(4)])
    sound += speech_like(9, sound.size / 8000) * 0.4 * 10 ** (-10 / 20)
    answering = judge_answering(line(sound))
    assert answering.result == "person"
    assert "softer" in answering.reason
    assert answering.decided_s < 1.5 + 1.5


@pytest.mark.parametrize(
    "tones", [((425, -14),), ((440, -16), (480, -16)), ((400, -16), (450, -16))]
)
def test_leftovers_of_ringback_are_no_speech(tones):
    ring = Lab(4).sines(700, *tones)
    answering = judge_answering(line(ring, quiet(1.5), voice(0.6), quiet(3)))
    assert answering.result == "person"
    assert answering.start_s == pytest.approx(2.2, abs=0.1)
    assert judge_answering(line(ring, quiet(3))).result != "person"


@pytest.mark.parametrize("kind", TONE_KINDS)
def test_calls_that_nobody_speaks_on_are_told_by_their_tones(kind):
    for call in tone_calls(kind, 3):
        assert call.judged().result == TONE_KINDS[kind]


@pytest.mark.parametrize("tone", TONES)
def test_a_person_stays_a_person_whatever_tone_is_reported(tone):
    judge = AnsweringJudge()
    judge.hear(GREETED)
    assert judge.tone_heard(tone, 4.0) is None
    assert judge.finish().result == "person"


def test_a_fax_behind_a_machine_is_a_fax():
    judge = AnsweringJudge()
    judge.hear(MESSAGE)
    answering = judge.tone_heard("CNG", 8.0)
    assert answering is not None
    assert answering.result == "fax"
    assert judge.tone_heard("busy", 9.0) is None
    assert judge.finish().result == "fax"


@pytest.mark.parametrize(
    ("tones", "results"),
    [
        (["CED", "V21"], ["fax", "fax"]),
        (["CED", "ANS"], ["fax", "modem"]),
        (["CED", "ANSam", "V21"], ["fax", "modem", "fax"]),
        (["V21", "CED"], ["fax", None]),
        (["busy", "busy"], ["busy", None]),
        (["ringback", "sit", "busy"], [None, "sit", None]),
    ],
)
def test_later_tones_may_tell_more_than_earlier_ones(tones, results):
    judge = AnsweringJudge()
    told = [judge.tone_heard(tone, 1.0 + place) for place, tone in enumerate(tones)]
    assert [None if each is None else each.result for each in told] == results


def test_what_was_said_before_the_answer_does_not_count():
    judge = AnsweringJudge()
    judge.hear(line(quiet(0.2), voice(2.5)))
    judge.tone_heard("answered", 2.7)
    judge.hear(line(quiet(0.5), voice(0.6), quiet(2)))
    answering = judge.finish()
    assert answering.result == "person"
    assert answering.start_s == pytest.approx(3.2, abs=0.1)


def test_an_unknown_tone_is_refused():
    with pytest.raises(ValueError, match="dialtone"):
        AnsweringJudge().tone_heard("dialtone", 0.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"short_greeting_s": 0.0},
        {"longest_greeting_s": 1.0},
        {"longest_greeting_s": float("inf")},
        {"quiet_after_short_s": 0.05},
        {"quiet_after_short_s": 1.2},
        {"quiet_after_long_s": 2.5},
        {"silence_s": -1.0},
        {"no_answer_s": float("nan")},
        {"greeting_over_s": float("inf")},
        {"minimum_level_dbm0": 3.0},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        AnsweringSettings(**wrong)
    assert replace(AnsweringSettings(), silence_s=3.0).silence_s == 3.0


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    cuts=st.lists(st.integers(0, GREETED.size), max_size=8),
    sound=st.sampled_from([GREETED, MESSAGE, SHORT_MESSAGE]),
)
def test_any_chunking_of_a_sound_gives_the_same_judgement(cuts, sound):
    judge = AnsweringJudge()
    places = [0, *sorted(min(cut, sound.size) for cut in cuts), sound.size]
    for start, end in itertools.pairwise(places):
        judge.hear(sound[start:end])
    assert judge.finish() == judge_answering(sound)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    level=st.floats(-75, -10),
    seconds=st.floats(0, 8),
    hertz=st.floats(300, 2300),
    beep_seconds=st.floats(0, 2.2),
    seed=st.integers(0, 1000),
)
def test_neither_noise_nor_a_beep_is_ever_a_person(level, seconds, hertz, beep_seconds, seed):
    lab = Lab(seed)
    noise = lab.noise(round(seconds * 8000), level)
    tone = lab.sines(1000 * beep_seconds, (hertz, -15))
    assert judge_answering(linear_of(noise)).result != "person"
    assert judge_answering(line(quiet(0.4), tone, quiet(1.5))).result != "person"


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    parts=st.lists(
        st.one_of(
            st.floats(0, 2).map(quiet),
            st.floats(0.1, 3).map(voice),
            st.floats(0.05, 1).map(lambda seconds: beep(1200, seconds)),
        ),
        min_size=1,
        max_size=5,
    ),
    tones=st.lists(st.tuples(st.sampled_from([*TONES, "ringback", "answered"]), st.floats(0, 9))),
)
def test_times_are_never_beyond_what_was_heard(parts, tones):
    sound = line(*parts)
    heard_s = max([sound.size / 8000, *(at_s for _tone, at_s in tones)])
    answering = judge_answering(sound, tones)
    assert 0 <= answering.decided_s <= heard_s + 1e-9
    assert 0 <= answering.confidence <= 1
    for moment in (answering.beep_s, answering.message_s, answering.start_s, answering.end_s):
        assert moment is None or 0 <= moment <= heard_s + 1e-9
    assert answering.reason


@settings(deadline=None, max_examples=20, derandomize=True)
@given(
    hertz=st.floats(360, 2190),
    seconds=st.floats(0.12, 1.9),
    level=st.floats(-30, -5),
    shift=st.integers(0, 159),
)
def test_every_steady_tone_of_120_ms_to_2_s_is_a_beep(hertz, seconds, level, shift):
    watch, told = BeepWatch(), []
    start = np.zeros(4000 + shift)
    for frame in FrameReader().read(line(start, beep(hertz, seconds, level), quiet(1))):
        told += [found for found in [watch.follow(frame)] if found is not None]
    (found,) = told
    assert found.start_s == pytest.approx(start.size / 8000, abs=0.04)
    assert found.end_s == pytest.approx(start.size / 8000 + seconds, abs=0.04)
    assert found.hertz == pytest.approx(hertz, abs=6)


def test_amds_rules_know_a_word_from_a_speech():
    assert amd_rules(GREETED).cause == "HUMAN"
    assert amd_rules(MESSAGE).result == "machine"
    assert amd_rules(np.zeros(40000, np.int16)).cause == "INITIALSILENCE"
    patient = AmdParameters(initial_silence=9000)
    assert amd_rules(np.zeros(80000, np.int16), patient).result == "unknown"


@needs_espeak
@pytest.mark.parametrize(
    ("text", "voice_name", "result"),
    [
        ("Hello?", "en-us", "person"),
        ("Pronto?", "it", "person"),
        ("Алло, слушаю.", "ru", "person"),
        ("Firma Schneider, guten Tag, mein Name ist Peter Lang.", "de", "person"),
        ("Alo, bună ziua.", "ro", "person"),
        (
            "Hello, you have reached Mary. I can't come to the phone right now, so please leave a message"
            " after the tone.",
            "en-gb",
            "machine",
        ),
        (
            "Vous êtes sur la messagerie vocale du garage Dupont, merci de laisser un message après le bip",
            "fr-fr",
            "machine",
        ),
    ],
)
def test_people_and_machines_as_espeak_says_them(text, voice_name, result):
    sound = line(quiet(0.6), say(text, voice_name), quiet(1.2), beep(), quiet(1))
    answering = judge_answering(sound)
    assert isinstance(answering, Answering)
    assert answering.result == result
    assert (answering.beep_s is not None) == (result == "machine")


@settings(deadline=None, max_examples=20, derandomize=True)
@given(cut=st.integers(0, GREETED.size), pieces=st.integers(1, 400))
def test_frames_do_not_depend_on_pieces_and_skipping_keeps_step(cut, pieces):
    whole = list(FrameReader().read(GREETED))
    reader = FrameReader()
    skipped = reader.skip(GREETED[:cut])
    parts = itertools.chain.from_iterable(
        reader.read(part) for part in np.array_split(GREETED[cut:], pieces)
    )
    assert whole[skipped:] == list(parts)
