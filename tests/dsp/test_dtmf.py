import shutil
import subprocess
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import (
    BLOCK_SAMPLES,
    DigitEnded,
    DigitHeard,
    Law,
    Plane,
    PlayFinished,
    UnknownSound,
    g711_decode,
)
from dsp.levels import amplitude
from dsp.reference import hear_digits
from dsp.sounds import KEYS
from scripts.accuracy.signal_lab import Lab, digits_in, hear, linear_of, octets_of

CORNERS = list(product((-1.5, 0.0, 1.5), repeat=2))


def test_every_digit_that_one_slot_sends_another_hears():
    with Plane(2) as plane:
        plane.listen(1, digits=True)
        plane.send_digits(0, "1234567890*#ABCD,1", play_id=7, on_ms=45, off_ms=45)
        heard = []
        for _ in range(120):
            plane.rx[1] = plane.tx[0]
            plane.tick()
            heard += plane.detections()
    digits = [each for each in heard if isinstance(each, DigitHeard)]
    assert "".join(each.digit for each in digits) == "1234567890*#ABCD1"
    assert digits[-1].tick - digits[-2].tick >= 25  # the comma's half second
    assert all(abs(each.level_dbm0 + 9) < 1.5 and abs(each.twist_db) < 0.5 for each in digits)
    assert [each for each in heard if isinstance(each, PlayFinished)] == [
        PlayFinished(slot=0, tick=plane_tick_of_end(), play_id=7, completed=True)
    ]


def plane_tick_of_end() -> int:
    samples = 17 * 90 * 8 + 500 * 8
    return (samples - 1) // BLOCK_SAMPLES


@pytest.mark.parametrize("law", Law)
def test_digits_one_and_a_half_percent_off_are_all_heard(law):
    lab = Lab(1)
    wanted = [(digit, corner) for digit in KEYS for corner in CORNERS]
    sound = lab.row([lab.digit(digit, 40, offset=corner) for digit, corner in wanted])
    assert digits_in(sound, law) == "".join(digit for digit, _ in wanted)


def test_digits_three_and_a_half_percent_off_are_never_heard():
    lab = Lab(2)
    far = [(a, b) for a in (-3.5, 3.5) for b in (-1.5, 0.0, 1.5)]
    far += [(b, a) for a, b in far]
    assert (
        digits_in(lab.row([lab.digit(digit, 100, offset=each) for digit in KEYS for each in far]))
        == ""
    )


@pytest.mark.parametrize(
    ("milliseconds", "heard"), [(23, False), (36, True), (40, True), (400, True)]
)
def test_digits_are_judged_by_their_length(milliseconds, heard):
    lab = Lab(milliseconds)
    sound = lab.row([lab.digit(digit, milliseconds) for digit in KEYS * 4])
    assert digits_in(sound) == (KEYS * 4 if heard else "")


@pytest.mark.parametrize("twist", [4, -8])
def test_twisted_digits_are_heard(twist):
    lab = Lab(4)
    assert digits_in(lab.row([lab.digit(digit, 40, twist=twist) for digit in KEYS * 5])) == KEYS * 5


@pytest.mark.parametrize(("level", "heard"), [(0, True), (-25, True), (-38, True), (-55, False)])
def test_digits_are_heard_down_to_the_weakest_line(level, heard):
    lab = Lab(5)
    sound = lab.row([lab.digit(digit, 40, level=level) for digit in KEYS * 5])
    assert digits_in(sound) == (KEYS * 5 if heard else "")


@pytest.mark.parametrize(("gap_ms", "count"), [(10, 1), (15, 1), (28, 2), (40, 2)])
def test_short_gaps_are_bridged_and_long_ones_part_digits(gap_ms, count):
    lab = Lab(6)
    pairs = [
        np.concatenate([lab.digit(digit, 50), np.zeros(gap_ms * 8), lab.digit(digit, 50)])
        for digit in KEYS * 3
    ]
    assert digits_in(lab.row(pairs)) == "".join(digit * count for digit in KEYS * 3)


def test_digits_are_heard_in_white_noise_10_db_below():
    lab = Lab(7)
    digits = "".join(lab.random.choice(list(KEYS), 400))
    sound = lab.row([lab.digit(digit, 50) for digit in digits])
    assert digits_in(sound + lab.noise(sound.size, -22)) == digits


@pytest.mark.parametrize(
    "disturbance",
    [((50, -15),), ((350, -15), (440, -15)), ((425, -13),)],
    ids=["hum", "us dial", "eu dial"],
)
def test_digits_are_heard_through_hum_and_dial_tone(disturbance):
    lab = Lab(8)
    digits = "".join(lab.random.choice(list(KEYS), 200))
    sound = lab.row([lab.digit(digit, 50) for digit in digits])
    assert digits_in(sound + lab.sines(sound.size / 8, *disturbance)) == digits


def test_white_noise_alone_is_no_digit():
    lab = Lab(9)
    assert digits_in(lab.noise(8000 * 120, -15)) == ""


def test_a_digits_length_is_reported_within_a_window():
    lab = Lab(10)
    lengths = [40, 60, 80, 120, 250, 1000]
    heard = hear(lab.row([lab.digit("5", each) for each in lengths]), digits=True)
    ended = [each.duration_ms for each in heard if isinstance(each, DigitEnded)]
    assert len(ended) == len(lengths)
    assert all(abs(a - b) <= 10 for a, b in zip(ended, lengths, strict=True))
    kinds = [type(each) for each in heard]
    assert all(a is not b for a, b in pairwise(kinds))  # each digit begins and ends before the next


def test_a_digits_echo_neither_prolongs_nor_repeats_it():
    lab = Lab(13)
    time = np.arange(8 * 300) / 8000
    digit = np.sin(2 * np.pi * 852 * time) + np.sin(2 * np.pi * 1336 * time)
    level = np.where(time < 0.1, amplitude(-10), amplitude(-17) * np.exp((0.1 - time) / 0.05))
    heard = hear(lab.row([digit * level] * 5, gap_ms=80), digits=True)
    assert [each.digit for each in heard if isinstance(each, DigitHeard)] == ["8"] * 5
    assert all(90 <= each.duration_ms <= 115 for each in heard if isinstance(each, DigitEnded))


def test_a_slot_that_begins_to_listen_in_mid_digit_hears_only_what_follows():
    lab = Lab(11)
    octets = octets_of(lab.row([lab.digit("1", 60), lab.digit("2", 60), lab.digit("3", 60)]))
    heard = ""
    with Plane(9) as plane:
        plane.listen(7, digits=True)
        for start in range(0, len(octets) - 159, BLOCK_SAMPLES):
            plane.rx[:] = np.frombuffer(octets, np.uint8, BLOCK_SAMPLES, start)
            if start == 160 * 12:
                plane.listen(7)
                plane.listen(8, digits=True)
            plane.tick()
            heard += "".join(
                f"{each.slot}{each.digit} "
                for each in plane.detections()
                if isinstance(each, DigitHeard)
            )
    assert heard.split() == ["71", "82", "83"]


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    milliseconds=st.integers(30, 90),
    level=st.floats(-40, 0),
    noise=st.floats(-60, -20),
    law=st.sampled_from(Law),
)
def test_c_hears_the_digits_of_the_definition(seed, milliseconds, level, noise, law):
    lab = Lab(seed)
    parts = [
        lab.digit(
            digit,
            milliseconds,
            level=level,
            twist=lab.random.uniform(-9, 5),
            offset=tuple(lab.random.uniform(-2.4, 2.4, 2)),
        )
        for digit in lab.random.choice(list(KEYS), 12)
    ]
    sound = lab.row(parts)
    sound += lab.noise(sound.size, min(noise, level - 6)) + lab.sines(
        sound.size / 8, (50, level - 3)
    )
    wanted = [(each.digit, each.tick) for each in hear_digits(linear_of(sound, law))]
    got = [
        (each.digit, each.tick)
        for each in hear(sound, law=law, digits=True)
        if isinstance(each, DigitHeard)
    ]
    assert got == wanted


def test_same_sound_gives_the_same_detections_in_every_slot():
    lab = Lab(12)
    octets = octets_of(lab.row([lab.digit(digit, 50) for digit in KEYS]) + lab.noise(16000, -35)[0])
    with Plane(19) as plane:
        for slot in range(19):
            plane.listen(slot, digits=True)
        heard = {slot: [] for slot in range(19)}
        for start in range(0, len(octets) - 159, BLOCK_SAMPLES):
            plane.rx[:] = np.frombuffer(octets, np.uint8, BLOCK_SAMPLES, start)
            plane.tick()
            for each in plane.detections():
                if isinstance(each, DigitHeard):
                    heard[each.slot].append((each.tick, each.digit, each.level_dbm0, each.twist_db))
    assert len(heard[0]) == 16
    assert all(each == heard[0] for each in heard.values())


@pytest.mark.parametrize("digits", ["", "12x", "1 2"])
def test_what_no_keypad_has_is_refused(digits):
    with Plane(1) as plane, pytest.raises(UnknownSound):
        plane.send_digits(0, digits, play_id=1)


def sent_digits(digits: str, **how) -> np.ndarray:
    with Plane(1) as plane:
        plane.send_digits(0, digits, play_id=1, **how)
        blocks = []
        while not any(isinstance(each, PlayFinished) for each in plane.detections()):
            plane.tick()
            blocks.append(plane.tx[0].copy())
    return g711_decode(np.concatenate(blocks), Law.ALAW)


@pytest.mark.skipif(shutil.which("multimon-ng") is None, reason="multimon-ng is not installed")
def test_multimon_ng_hears_our_digits():
    digits = "1234567890*#ABCD5550199"
    sound = sent_digits(digits, on_ms=60, off_ms=60)
    # multimon-ng reads 22,050 Hz.
    time = np.arange(sound.size * 22050 // 8000) * 8000 / 22050
    raw = np.interp(time, np.arange(sound.size), sound).astype(np.int16).tobytes()
    command = ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", "-"]
    result = subprocess.run(command, input=raw, capture_output=True, check=True, timeout=20)
    heard = [
        line.split()[-1] for line in result.stdout.decode().splitlines() if line.startswith("DTMF:")
    ]
    assert "".join(heard).replace("E", "*").replace("F", "#") == digits
