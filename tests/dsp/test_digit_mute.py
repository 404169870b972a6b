"""Digits taken out of what others hear and record."""

import numpy as np
import pytest

from dsp import Direction, Law, Plane, Tap, g711_decode
from scripts.accuracy.signal_lab import Lab, digits_in, octets_of

DELAY = 480
"""Samples: 60 ms."""


def through(sound: np.ndarray, *, mute: bool, law: Law = Law.ALAW):
    """What another line hears of a sound on slot 0, and what a recording of slot 0 holds."""
    octets = np.frombuffer(octets_of(sound, law), np.uint8)
    octets = octets[: octets.size // 160 * 160].reshape(-1, 160)
    heard, recorded = [], []
    with Plane(2, law=law) as plane:
        plane.listen(0, digits=True)
        plane.mute_digits(0, mute)
        plane.connect(0, 1)
        plane.record(1, Tap(0, Direction.FROM_LINE), None)
        for block in octets:
            plane.rx[0] = block
            plane.tick()
            plane.detections()
            heard.append(plane.tx[1].copy())
            recorded += [each.samples[:, 0] for each in plane.recorded()]
    return g711_decode(np.concatenate(heard), law), np.concatenate(recorded)


def row_of_digits(lab: Lab, length: int, gap: int) -> np.ndarray:
    return lab.row([lab.digit(each, length) for each in "0123456789ABCD*#"], gap)


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize(("length", "gap"), [(40, 60), (80, 40), (300, 60)])
def test_no_digit_is_left_in_what_others_hear_and_record(law, length, gap):
    sound = row_of_digits(Lab(1), length, gap)
    assert digits_in(sound) == "0123456789ABCD*#"
    heard, recorded = through(sound, mute=True, law=law)
    for rest in (heard, recorded):
        assert digits_in(rest.astype(float)) == ""
        # What is left of 16 digits is less than 8 ms of each.
        assert (np.abs(rest) > 200).sum() < 16 * 64


def test_speech_without_digits_only_comes_later():
    lab = Lab(2)
    sound = lab.noise(8000, -20)
    straight, _ = through(sound, mute=False)
    muted, _ = through(sound, mute=True)
    assert np.array_equal(muted[DELAY + 160 :], straight[160:-DELAY])  # its beginning is faded in
    assert np.abs(muted[:DELAY]).max() <= 8  # A-law has no zero


def test_speech_before_and_after_a_digit_stays():
    lab = Lab(3)
    speech = lab.noise(4000, -30)
    sound = np.concatenate([speech, lab.digit("5", 100), lab.noise(4800, -30)])
    heard, _ = through(sound, mute=True)
    before = heard[DELAY : DELAY + 3900]
    after = heard[DELAY + 4800 + 200 :]
    assert np.count_nonzero(before) > 3700
    assert np.count_nonzero(after) > 0.95 * after.size
    assert np.abs(heard[DELAY + 4000 : DELAY + 4800]).max() < 2500


def test_muting_ends_at_once():
    lab = Lab(4)
    sound = lab.noise(1600, -20)
    octets = np.frombuffer(octets_of(sound), np.uint8).reshape(-1, 160)
    with Plane(2) as plane:
        plane.connect(0, 1)
        plane.mute_digits(0, True)
        plane.tick()
        plane.mute_digits(0, False)
        plane.rx[0] = octets[0]
        plane.tick()
        plane.rx[0] = octets[1]
        plane.tick()
        assert np.array_equal(plane.tx[1], octets[1])
