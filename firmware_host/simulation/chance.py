"""Chance without state: every draw is named, so that it does not depend on the draws before it.

A caller's talk lasts as long with two agents more as without them. Base and change differ by the change
and by nothing else (common random numbers), and the same seed gives the same day on every machine.
"""

import math
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from statistics import NormalDist

__all__ = ["Duration", "Shape", "chance"]

_SCALE = 2.0**-53
_STANDARD_NORMAL = NormalDist()


def chance(seed: int, *name: str | int) -> float:
    """A number between 0 and 1, both excluded, the same for the same seed and name."""
    text = "/".join(map(str, (seed, *name)))
    bits = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 11
    return (bits + 0.5) * _SCALE


class Shape(Enum):
    """How durations are spread around their mean."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A duration that differs from time to time."""

    mean_s: float
    shape: Shape = Shape.EXPONENTIAL
    deviation_s: float = 0.0
    "Standard deviation, of the lognormal shape."

    def at(self, share: float) -> float:
        """The duration that this share of all are shorter than."""
        if self.mean_s <= 0:
            return 0.0
        match self.shape:
            case Shape.FIXED:
                return self.mean_s
            case Shape.EXPONENTIAL:
                return -self.mean_s * math.log1p(-share)
            case Shape.LOGNORMAL:
                variance = math.log1p((self.deviation_s / self.mean_s) ** 2)
                middle = math.log(self.mean_s) - variance / 2
                return math.exp(middle + math.sqrt(variance) * _STANDARD_NORMAL.inv_cdf(share))
