"""The receiver of register signals, to be read: two of six tones, alone in the band.

One window is enough if it is pure, else two running say the same.

Limits: ITU-T Q.455 (R2: -5 to -35 dBm0 a tone, 10 Hz off, 7 dB of twist, nothing of 7 ms), Q.323 (R1:
0 to -25 dBm0, 1.5 % and 5 Hz off, 6 dB of twist, 30 ms of tone and 25 ms of pause, nothing of 10 ms).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.levels import amplitude
from dsp.mf import FIRST_OF, MfSystem
from dsp.reference.tone_bank import WINDOW, bank_spectra

__all__ = ["ReferenceSignal", "hear_mf"]

THIRD, SHARE, KEEP = 0.16, 0.72, 0.09
PURE_THIRD, PURE_SHARE, BEFORE = 0.02, 0.85, 0.12
LEAST_DBM0 = {MfSystem.R1: -30.0}
TWIST = {MfSystem.R1: 6.310}
RUN = 2


@dataclass(frozen=True, slots=True)
class ReferenceSignal:
    """A signal and the window that decided it; its block is that in which the window ends."""

    signal: int
    window: int


def hear_mf(samples: NDArray[np.int16], system: MfSystem) -> list[ReferenceSignal]:
    """Returns the register signals in linear samples at 8 kHz."""
    spectra, energy = bank_spectra(samples, system.tones_hz)
    least = (amplitude(LEAST_DBM0.get(system, -38.5)) * WINDOW / 4) ** 2
    signals: list[ReferenceSignal] = []
    held = run = last = 0
    keep = (0.0, 0.0)
    for window, power in enumerate(np.abs(spectra) ** 2):
        order = np.argsort(-power, kind="stable")
        strong, weak, third = power[order[:3]]
        low, high = sorted(int(each) for each in order[:2])
        number = FIRST_OF[high] + low
        pure = weak >= least and strong <= TWIST.get(system, 7.943) * weak
        pure = pure and third <= THIRD * weak
        pair = number if pure and 3 * (strong + weak) >= SHARE * energy[window] else 0
        run = run + 1 if pair and pair == last else 1
        last = pair
        here = number == held and power[low] >= keep[0] and power[high] >= keep[1]
        fading = pair == held and not here
        held = held if here else 0
        alone = third <= PURE_THIRD * weak and 3 * (strong + weak) >= PURE_SHARE * energy[window]
        alone = alone and window > 0 and energy[window - 1] >= BEFORE * energy[window]
        if pair and not fading and (run >= RUN or alone) and pair != held:
            held, keep = pair, (KEEP * power[low], KEEP * power[high])
            signals.append(ReferenceSignal(pair, window))
    return signals
