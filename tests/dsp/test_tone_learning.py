"""A line's own disconnect tone, learned from recordings."""

import numpy as np
import pytest

from dsp import NothingLearned, countries, learn_tone, tone_plan
from scripts.accuracy.signal_lab import Lab, linear_of


def cycles(lab: Lab, frequencies, cadence, count, level=-20.0) -> np.ndarray:
    """Count cycles, from anywhere in the first."""
    parts = []
    for _ in range(count):
        for place, length in enumerate(cadence):
            tones = [(hertz, level) for hertz in frequencies] if place % 2 == 0 else []
            parts.append(lab.sines(length, *tones))
    sound = np.concatenate(parts)
    return sound[int(lab.random.integers(0, sum(cadence) * 8)) :]


def turned(cadence: tuple[int, ...]) -> set[tuple[int, ...]]:
    return {cadence[place:] + cadence[:place] for place in range(0, len(cadence), 2)}


@pytest.mark.parametrize("country", countries())
@pytest.mark.parametrize("tone", ["busy", "congestion"])
def test_every_countrys_tones_can_be_learned(country, tone):
    lab = Lab(1)
    segments = getattr(tone_plan(country), tone).segments
    cadence = tuple(each.duration_ms for each in segments)
    cadence = cadence[:2] if (country, tone) == ("au", "congestion") else cadence  # but its levels
    sound = cycles(lab, segments[0].frequencies_hz, cadence, 10)
    learned = learn_tone(linear_of(sound + lab.noise(sound.size, -50)))
    assert learned.frequencies_hz == pytest.approx(segments[0].frequencies_hz, abs=2)
    assert any(
        learned.cadence_ms == pytest.approx(each, abs=15)
        for each in turned(cadence)
        if len(each) == len(learned.cadence_ms)
    )


def test_a_weak_tone_in_noise_between_silences_is_learned():
    lab = Lab(2)
    silence = np.zeros(16_000)
    sound = np.concatenate([silence, cycles(lab, (437.0,), (260, 310), 8, -32), silence])
    learned = learn_tone(linear_of(sound + lab.noise(sound.size, -48)))
    assert learned.frequencies_hz == pytest.approx((437,), abs=1.5)
    assert learned.cadence_ms == pytest.approx((260, 310), abs=12)
    assert learned.level_dbm0 == pytest.approx(-32, abs=1)


def test_a_continuous_tone_has_no_cadence():
    assert learn_tone(linear_of(Lab(3).sines(6000, (440, -20)))).cadence_ms == ()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda lab: np.zeros(4000), "less than a second"),
        (lambda lab: np.zeros(40_000), "no steady tone"),
        (lambda lab: lab.noise(80_000, -15), "no steady tone|beside the tone"),
        (lambda lab: cycles(lab, (425,), (500, 500), 2), "bursts of the tone"),
        (lambda lab: cycles(lab, (425,), (150, 400, 300, 90, 800, 240, 500, 600, 90, 80), 1), "."),
    ],
)
def test_what_cannot_be_learned_is_told(make, why):
    with pytest.raises(NothingLearned, match=why):
        learn_tone(linear_of(make(Lab(4))))
