"""Finds the setting of an FXO module's hybrid by which least of what we send comes back.

Such a module (Silicon Laboratories Si3050 with Si3019) has sixteen line impedances and a digital filter
of eight signed taps whose output is taken from the echo. The echo is linear in the taps, so it need not be
tried at every one: measured without taps for each impedance, and once with each tap alone, the taps that
leave least follow by least squares, weighted as the echo loss is (ITU-T G.122); the best few are then
measured to be sure.

What `measure` gives are complex transfer functions at `tuning_frequencies_hz`, all against one time.

Runs in: any.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.line_quality import MOST_DB, PERIOD, SPACING_HZ, echo_sound

__all__ = ["HybridSetting", "TunedHybrid", "transfer_of", "tune_hybrid", "tuning_frequencies_hz"]

IMPEDANCES = 16
TAPS = 8
PROBE = 48
"""Of one tap: large enough to be measured beside noise, small enough not to overload."""
VERIFIED = 4
_LOWEST, _HIGHEST = -128, 127
_FIRST, _LAST = math.ceil(300 / SPACING_HZ), math.floor(3400 / SPACING_HZ)
Transfer = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class HybridSetting:
    """One of the module's settings."""

    impedance: int
    taps: tuple[int, ...] = (0,) * TAPS
    "Signed."

    @property
    def octets(self) -> tuple[int, ...]:
        """As the driver takes them: the impedance, then the taps as two's complements."""
        return (self.impedance, *(tap & 0xFF for tap in self.taps))


@dataclass(frozen=True, slots=True, kw_only=True)
class TunedHybrid:
    """What was found; losses are echo losses in decibels, as measured."""

    best: HybridSetting
    loss_db: float
    untuned_loss_db: float
    "Of impedance 0 without taps, which is how the driver begins."
    impedance_losses_db: tuple[float, ...]
    "Without taps."


def tuning_frequencies_hz() -> NDArray[np.float64]:
    """At which echoes are measured: those of `echo_sound`."""
    return np.arange(_FIRST, _LAST + 1, dtype=np.float64) * SPACING_HZ


def transfer_of(heard: NDArray[np.int16]) -> Transfer:
    """The transfer function of `echo_sound`, from whole periods, begun alike in all measures."""
    periods = heard.size // PERIOD
    mean = heard[: periods * PERIOD].astype(np.float64).reshape(periods, PERIOD).mean(axis=0)
    sent = echo_sound(PERIOD / 8000).astype(np.float64)[:PERIOD]
    bins = slice(_FIRST, _LAST + 1)
    found: Transfer = np.fft.rfft(mean)[bins] / np.fft.rfft(sent)[bins]
    return found


def loss_db(transfer: Transfer) -> float:
    """Weighted as `echo_loss` does."""
    power = float((np.abs(transfer) ** 2 * _weights()).sum() / _weights().sum())
    return round(min(MOST_DB, -10 * math.log10(max(power, 1e-12))), 1)


def _weights() -> NDArray[np.float64]:
    return 1.0 / np.arange(_FIRST, _LAST + 1)


def tune_hybrid(measure: Callable[[HybridSetting], Transfer]) -> TunedHybrid:
    """Measures some thirty settings and tells the best.

    Args:
        measure: Sets the module and measures the transfer function of its echo.
    """
    bare = [measure(HybridSetting(impedance)) for impedance in range(IMPEDANCES)]
    losses = tuple(loss_db(each) for each in bare)
    start = int(np.argmax(losses))
    effects = np.stack(
        [(measure(HybridSetting(start, _only(tap))) - bare[start]) / PROBE for tap in range(TAPS)],
        axis=1,
    )
    predicted: list[tuple[float, HybridSetting]] = []
    for impedance, echo in enumerate(bare):
        taps = _best_taps(echo, effects)
        left = echo + effects @ np.array(taps)
        predicted.append((loss_db(left), HybridSetting(impedance, taps)))
    predicted.sort(key=lambda each: -each[0])
    verified = [(loss_db(measure(setting)), setting) for _, setting in predicted[:VERIFIED]]
    verified += [(losses[impedance], HybridSetting(impedance)) for impedance in range(IMPEDANCES)]
    loss, best = max(verified, key=lambda each: each[0])
    return TunedHybrid(
        best=best, loss_db=loss, untuned_loss_db=losses[0], impedance_losses_db=losses
    )


def _only(tap: int) -> tuple[int, ...]:
    return tuple(PROBE if place == tap else 0 for place in range(TAPS))


def _best_taps(echo: Transfer, effects: NDArray[np.complex128]) -> tuple[int, ...]:
    """By weighted least squares; a tap beyond its range stays at the limit, the others are solved again."""
    root = np.sqrt(_weights())[:, None]
    system = np.concatenate([(effects * root).real, (effects * root).imag])
    wanted = -np.concatenate([(echo * root[:, 0]).real, (echo * root[:, 0]).imag])
    taps = np.zeros(TAPS)
    free = np.ones(TAPS, bool)
    while free.any():
        rest = wanted - system[:, ~free] @ taps[~free]
        taps[free] = np.linalg.lstsq(system[:, free], rest, rcond=1e-6)[0]
        beyond = free & ((taps < _LOWEST) | (taps > _HIGHEST))
        if not beyond.any():
            break
        taps[beyond] = np.clip(taps[beyond], _LOWEST, _HIGHEST)
        free &= ~beyond
    return tuple(int(tap) for tap in np.clip(np.round(taps), _LOWEST, _HIGHEST))
