"""How loud the two sides of a line are, as a bar on a terminal and as a mean."""

import math

import numpy as np
from numpy.typing import NDArray

from dsp import power_dbm0

__all__ = ["Loudness", "meter"]

_LOWEST_DBM0 = -50.0
_HIGHEST_DBM0 = 3.0
_BAR = 16


class Loudness:
    """The mean power of both sides of a line."""

    def __init__(self) -> None:
        self._squares = np.zeros(2)
        self._count = 0

    def add(self, samples: NDArray[np.int16]) -> None:
        """Take (n, 2) samples: from the line, to the line."""
        self._squares += np.square(samples.astype(np.float64)).sum(axis=0)
        self._count += len(samples)

    def dbm0(self) -> tuple[float, float]:
        """From the line, to the line; minus infinity is silence."""
        power = self._squares / max(1, self._count)
        return power_dbm0(float(power[0])), power_dbm0(float(power[1]))


def meter(line: str, loudness: Loudness, seconds: float) -> str:
    """One line of text for a terminal of 80 columns."""
    from_line, to_line = loudness.dbm0()
    return f"{line[:14]} {seconds:7.1f} s  from {_bar(from_line)}  to {_bar(to_line)}"


def _bar(dbm0: float) -> str:
    if math.isinf(dbm0):
        return f"{'-':>3} |{'':{_BAR}}|"
    share = (dbm0 - _LOWEST_DBM0) / (_HIGHEST_DBM0 - _LOWEST_DBM0)
    bar = "#" * round(_BAR * min(1.0, max(0.0, share)))
    return f"{dbm0:3.0f} |{bar:{_BAR}}|"
