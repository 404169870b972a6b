"""The best setting of a hybrid, found on simulated modules and lines."""

import numpy as np
import pytest

from dsp import HybridSetting, echo_sound, transfer_of, tune_hybrid, tuning_frequencies_hz


class Module:
    """A line's echo for each impedance, from which the taps' filter is taken; measured through noise."""

    def __init__(self, seed: int, *, scale: float = 1 / 256, noise: float = 0.0) -> None:
        self.rng = np.random.default_rng(seed)
        decay = np.exp(-np.arange(12) / 2.5)
        self.echoes = [0.5 * self.rng.normal(size=12) * decay for _ in range(16)]
        self.scale, self.noise = scale, noise
        self.measured = 0

    def measure(self, setting: HybridSetting) -> np.ndarray:
        self.measured += 1
        response = self.echoes[setting.impedance].copy()
        response[1:9] -= np.array(setting.taps) * self.scale
        sent = echo_sound(0.5).astype(np.float64)
        heard = np.convolve(sent, response)[: sent.size]
        heard += self.rng.normal(scale=self.noise or 1e-9, size=sent.size)
        return transfer_of(np.clip(heard, -32768, 32767)[1280:3328].astype(np.int16))

    def loss_db(self, setting: HybridSetting) -> float:
        response = self.echoes[setting.impedance].copy()
        response[1:9] -= np.array(setting.taps) * self.scale
        hertz = tuning_frequencies_hz()
        turns = np.exp(-2j * np.pi * np.outer(hertz, np.arange(12)) / 8000)
        power = np.abs(turns @ response) ** 2
        return -10 * np.log10((power / hertz).sum() / (1 / hertz).sum())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("noise", [0.0, 30.0], ids=["quiet", "noisy"])
def test_the_setting_found_is_as_good_as_the_best_of_any_impedance(seed, noise):
    module = Module(seed, noise=noise)
    found = tune_hybrid(module.measure)
    assert module.loss_db(found.best) == pytest.approx(found.loss_db, abs=1)
    assert found.loss_db > found.untuned_loss_db + 3
    # No tap nudged, at any impedance found best, makes it much better.
    for tap in range(8):
        for step in (-2, 2):
            taps = list(found.best.taps)
            taps[tap] = int(np.clip(taps[tap] + step, -128, 127))
            nudged = HybridSetting(found.best.impedance, tuple(taps))
            assert module.loss_db(nudged) < found.loss_db + 1.5
    assert module.measured < 40


def test_an_echo_that_a_tap_can_cancel_wholly_is_cancelled():
    module = Module(1)
    for echo in module.echoes:
        echo[:] = 0
        echo[3] = 0.3
    module.echoes[7][5] = -0.2
    found = tune_hybrid(module.measure)
    assert found.loss_db > 45


def test_a_module_whose_taps_do_nothing_gets_the_best_impedance():
    module = Module(3, scale=0.0)
    found = tune_hybrid(module.measure)
    best = max(range(16), key=lambda each: module.loss_db(HybridSetting(each)))
    assert found.loss_db == pytest.approx(module.loss_db(HybridSetting(best)), abs=0.5)


def test_taps_stay_in_their_range_and_go_out_as_twos_complements():
    module = Module(2, scale=1 / 4096)
    found = tune_hybrid(module.measure)
    assert all(-128 <= tap <= 127 for tap in found.best.taps)
    assert HybridSetting(3, (-1, 0, 127, -128, 0, 0, 0, 5)).octets == (
        3,
        255,
        0,
        127,
        128,
        0,
        0,
        0,
        5,
    )
