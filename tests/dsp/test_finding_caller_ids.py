"""Caller IDs in long recordings: every burst, with its place; nothing in what is none."""

import shutil
import subprocess
import wave
from itertools import pairwise

import numpy as np
import pytest
from sound_checks import speech_like

from dsp import (
    CALLER_ALERTING_TONE,
    CallerId,
    CallerIdFormat,
    CallerIdStandard,
    Law,
    decode_caller_id,
    encode_caller_id,
    find_caller_ids,
    g711_decode,
)
from dsp.caller_id_message import build_message
from dsp.fsk import TONES_HZ, modulate
from firmware_host.prompts.music import compose_music
from scripts.accuracy.caller_id import TRIALS, Trial, any_message, modulated, read_by_us, signals
from scripts.accuracy.signal_lab import Lab, linear_of, octets_of

ION = CallerId(number="0215551234", name="ION POPESCU", date="11221530")
BELL, V23 = CallerIdStandard.BELL202, CallerIdStandard.V23
every_standard = pytest.mark.parametrize("standard", CallerIdStandard)


def burst(caller: CallerId = ION, standard=V23, **options) -> np.ndarray:
    octets = encode_caller_id(
        caller, standard=standard, format=CallerIdFormat.MDMF, law=Law.ALAW, **options
    )
    return g711_decode(octets, Law.ALAW).astype(float)


@every_standard
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.limit)
def test_every_message_is_read_at_every_limit(trial, standard):
    """A sample of what `scripts.accuracy.caller_id` tries a hundred times."""
    for law in Law:
        for message, samples in signals(trial, standard, law, 3):
            assert read_by_us(samples, message, standard)


def test_every_burst_of_a_recording_is_found_with_its_place_level_and_standard():
    lab = Lab(21)
    sent, parts = [], []
    at = 0
    for number in range(12):
        standard = list(CallerIdStandard)[number % 2]
        level = float(-13 - 2 * number)
        caller = CallerId(number=str(1000 + number), date="11221530")
        sound = burst(caller, standard, seizure=number % 3 > 0) * 10 ** ((level + 13) / 20)
        talk = 0.3 * speech_like(number, 3.0).astype(float)
        pause = np.zeros(int(lab.random.integers(800, 4000)))
        at += talk.size + pause.size
        sent.append((caller, standard, at / 8000, (at + sound.size) / 8000, level))
        parts += [talk, pause, sound, pause]
        at += sound.size + pause.size
    found = find_caller_ids(linear_of(np.concatenate(parts)))
    assert [(each.caller, each.standard) for each in found] == [each[:2] for each in sent]
    for each, (_, _, start_s, end_s, level) in zip(found, sent, strict=True):
        assert each.problem is None
        assert each.checksum_ok
        assert each.start_s == pytest.approx(start_s, abs=0.01)
        assert each.end_s == pytest.approx(end_s, abs=0.01)
        assert each.level_dbm0 == pytest.approx(level, abs=1.0)


def test_speech_music_keys_tones_and_noise_yield_nothing_not_even_a_bad_checksum():
    lab = Lab(22)
    tune = compose_music().astype(float)
    sounds = [speech_like(seed, 20.0).astype(float) for seed in range(6)]
    sounds += [4 * tune, 4 * tune[::2], 4 * tune[::3]]
    sounds.append(lab.row([lab.digit(key, 80) for key in "0123456789ABCD*#" * 6]))
    sounds += [lab.noise(80_000, level) for level in (-45, -30, -15)]
    sounds += [lab.sines(4000, (hertz, -10)) for hertz in (1200, 1300, 1700, 2100, 2200)]
    tone = CALLER_ALERTING_TONE.segments[0]
    sounds.append(lab.sines(300, *((hertz, -15) for hertz in tone.frequencies_hz)))
    for sound in sounds:
        assert find_caller_ids(linear_of(sound)) == []


@pytest.mark.skipif(
    not shutil.which("espeak-ng") or not shutil.which("sox"), reason="needs espeak-ng and sox"
)
def test_a_page_read_aloud_yields_nothing(tmp_path):
    text = (
        "Six thick thistle sticks. She sells sea shells; the shells she sells are sea shells. " * 12
    )
    raw, narrow = tmp_path / "raw.wav", tmp_path / "narrow.wav"
    subprocess.run(["espeak-ng", "-v", "en", "-w", str(raw), text], check=True)
    subprocess.run(["sox", "-V1", "-G", str(raw), "-r", "8000", "-c", "1", str(narrow)], check=True)
    with wave.open(str(narrow)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert find_caller_ids(samples) == []


@every_standard
def test_a_real_burst_with_a_wrong_checksum_is_reported_once_and_tells_nobody(standard):
    message = bytearray(build_message(ION, CallerIdFormat.MDMF, standard))
    message[-1] ^= 0x40
    silence = np.zeros(8000)
    sound = np.concatenate([silence, modulate(bytes(message), standard).astype(float), silence])
    (found,) = find_caller_ids(linear_of(sound))
    assert (found.caller, found.problem, found.checksum_ok) == (None, "bad checksum", False)
    assert found.standard is standard
    assert found.start_s == pytest.approx(1.0, abs=0.01)


@every_standard
@pytest.mark.parametrize("seizure", [True, False])
def test_messages_on_one_carrier_are_found_each_by_itself(standard, seizure):
    callers = [CallerId(number=str(number), date="11221530") for number in (100, 200, 300)]
    parts = [burst(caller, standard, seizure=seizure) for caller in callers]
    found = find_caller_ids(linear_of(np.concatenate([np.zeros(700), *parts, np.zeros(700)])))
    assert [each.caller for each in found] == callers
    assert all(one.end_s <= two.start_s for one, two in pairwise(found))


def test_a_message_of_another_service_is_reported_as_unknown():
    octets = b"\x89\x03\x01\x02\x03"
    whole = octets + bytes([-sum(octets) & 0xFF])
    (found,) = find_caller_ids(modulate(whole, V23))
    assert (found.caller, found.problem, found.checksum_ok) == (None, "unknown message", True)


def test_marks_without_a_message_or_with_half_of_one_are_nothing():
    whole = modulate(build_message(ION, CallerIdFormat.MDMF, BELL), BELL).astype(float)
    for end in (2000, 3100, 4000, 5000):
        assert find_caller_ids(linear_of(np.concatenate([whole[:end], np.zeros(4000)]))) == []


@every_standard
def test_clocks_that_are_off_never_change_a_digit(standard):
    """At the wrong clock an octet's highest bit is misread; two such errors hide from the checksum."""
    lab = Lab(23)
    for carrier, clock in ((0.96, 0.96), (1.04, 1.04), (1.0, 0.96), (1.04, 0.96), (0.96, 1.04)):
        trial = Trial(limit="", carrier=carrier, clock=clock)
        for _ in range(8):
            message = any_message(lab, standard)
            sound = np.concatenate([np.zeros(500), modulated(message, standard, trial)])
            assert read_by_us(linear_of(sound), message, standard)


@every_standard
@pytest.mark.parametrize("pause_bits", [1, 4, 10])
def test_octets_with_pauses_between_them_are_read(standard, pause_bits):
    """Up to ten marks may stand between octets (EN 300 659-1, clause 6.2.1)."""
    bits = [1] * 80
    for octet in build_message(ION, CallerIdFormat.MDMF, standard):
        bits += [0, *(octet >> place & 1 for place in range(8)), 1, *[1] * pause_bits]
    mark, space = TONES_HZ[standard]
    steps = np.where(np.array(bits) == 1, mark, space) / 1200
    edges = np.concatenate([[0.0], np.cumsum(steps)])
    times = np.arange(len(bits) * 20 // 3) * 0.15
    sound = 3000 * np.sin(2 * np.pi * np.interp(times, np.arange(edges.size), edges))
    sound = np.concatenate([np.zeros(500), sound, np.zeros(500)])
    assert decode_caller_id(octets_of(sound), law=Law.ALAW).caller == ION


def test_a_lamp_does_not_hide_the_caller():
    lamp = burst(CallerId(message_waiting=True))
    sound = np.concatenate([lamp, np.zeros(2000), burst()])
    assert decode_caller_id(octets_of(sound), law=Law.ALAW).caller == ION
    assert decode_caller_id(octets_of(lamp), law=Law.ALAW).caller == CallerId(message_waiting=True)


def test_a_tone_of_minutes_is_searched_piece_by_piece():
    lab = Lab(24)
    sound = np.concatenate([lab.sines(20_000, (1300, -13)), np.zeros(300), burst(), np.zeros(99)])
    assert [each.caller for each in find_caller_ids(linear_of(sound))] == [ION]


def test_another_rate_is_refused():
    with pytest.raises(ValueError, match="8000"):
        find_caller_ids(np.zeros(100, np.int16), 16000)


@pytest.mark.skipif(not shutil.which("minimodem"), reason="needs minimodem")
@every_standard
def test_minimodem_reads_our_octets(tmp_path, standard):
    message = build_message(ION, CallerIdFormat.MDMF, standard)
    sound = np.concatenate(
        [np.zeros(800), modulate(message, standard, seizure=False), np.zeros(800)]
    )
    path = tmp_path / "burst.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(linear_of(sound).tobytes())
    tones = {BELL: ("1200", "2200"), V23: ("1300", "2100")}[standard]
    command = ["minimodem", "--rx", "1200", "--mark", tones[0], "--space", tones[1]]
    heard = subprocess.run([*command, "-q", "-f", str(path)], capture_output=True, check=False)
    assert message in heard.stdout
