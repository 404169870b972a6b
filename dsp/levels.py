"""Levels in dBm0.

A full-scale sine is +3.14 dBm0 in A-law (ITU-T G.711, section 5: the load capacity); we use that
figure for both laws, as test equipment does.
"""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["FULL_SCALE_SINE_DBM0", "SINE_0_DBM0", "amplitude", "level_dbm0", "power_dbm0"]

FULL_SCALE_SINE_DBM0 = 3.14
SINE_0_DBM0 = 32767 * 10 ** (-FULL_SCALE_SINE_DBM0 / 20)
"""Peak amplitude of a sine of 0 dBm0, in 16-bit linear."""


def amplitude(level: float) -> float:
    """Returns the peak amplitude, in 16-bit linear, of a sine of that level in dBm0."""
    return float(SINE_0_DBM0 * 10 ** (level / 20))


def level_dbm0(samples: NDArray[np.int16]) -> float:
    """Returns the level of samples in dBm0; silence, or nothing, is minus infinity."""
    if samples.size == 0:
        return -math.inf
    return power_dbm0(float(np.mean(np.square(samples.astype(np.float64)))))


def power_dbm0(mean_square: float) -> float:
    """Returns the level in dBm0 of that mean square of 16-bit linear samples; 0 is minus infinity."""
    if mean_square == 0:
        return -math.inf
    return 10 * math.log10(mean_square * 2 / SINE_0_DBM0**2)
