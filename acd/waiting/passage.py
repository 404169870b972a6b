"""How long it takes until those before a caller are served or gone, and then the caller. Pure.

With ``j`` others before the caller, an agent comes free at the rate ``r``, each of them hangs up at the rate
``theta``, and somebody who overtakes comes at the rate ``a``. So the number of others is a birth and
death process, and the wait is the time of its passage below zero. Without overtaking that is a sum of
exponential steps of the rates ``r + j theta`` (Whitt's and Ibrahim's delay predictors with abandonment).

Only who is served learns how long it took, and those who wait long are served less often because they
hang up themselves. Given that the caller is served, each moment of waiting counts with the chance
``exp(-theta t)`` of still being there, which adds ``theta`` to the rate of every exponential step.
"""

import math
from dataclasses import dataclass

__all__ = ["Moments", "passage"]

_MOST_STEPS = 600
"Longer lines are counted in bundles: the error of one step in so many is nothing."
_BEYOND = 40
"Those who may have overtaken before the line is at its longest, beside those already there."


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and variance of a time."""

    mean_s: float
    variance_s2: float

    @property
    def deviation_s(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.variance_s2)


def passage(
    before: float, served_per_s: float, *, leaving_per_s: float = 0.0, overtaking_per_s: float = 0.0
) -> Moments:
    """The wait of a caller, given that the caller is served.

    Args:
        before: How many others are to be served first; need not be whole.
        served_per_s: How often an agent comes free for them or for the caller, above 0.
        leaving_per_s: How often each one who waits hangs up.
        overtaking_per_s: How often somebody comes who will be served before.
    """
    # What is not whole, and what is too long, is counted in steps of another size than one.
    steps = min(max(math.ceil(before + 1.0), 1), _MOST_STEPS)
    bundle = (before + 1.0) / steps
    if overtaking_per_s <= 0.0:
        return _sum_of_steps(steps, bundle, served_per_s, leaving_per_s)
    return _with_overtaking(steps, bundle, served_per_s, leaving_per_s, overtaking_per_s)


def _sum_of_steps(steps: int, bundle: float, served_per_s: float, leaving_per_s: float) -> Moments:
    mean_s = variance_s2 = 0.0
    for step in range(1, steps + 1):
        step_s = bundle / (served_per_s + step * bundle * leaving_per_s)
        mean_s += step_s
        variance_s2 += step_s * step_s
    # A bundle of several is surer than one step of its length, and half a step is less so.
    return Moments(mean_s, variance_s2 / bundle)


def _with_overtaking(
    steps: int, bundle: float, served_per_s: float, leaving_per_s: float, overtaking_per_s: float
) -> Moments:
    """Passage times by their Laplace transforms at ``leaving_per_s``, downwards from the longest line.

    The transform of one step down is ``death / (death + birth + s - birth next)``, with ``next`` that of the
    step from one more. The first two derivatives of its logarithm are mean and variance.
    """
    birth = overtaking_per_s / bundle
    longest = steps + _BEYOND + int(4.0 * math.sqrt(steps))
    value, first, second = 1.0, 0.0, 0.0
    mean_s = variance_s2 = 0.0
    for step in range(longest, 0, -1):
        death = served_per_s / bundle + (step - 1) * leaving_per_s
        denominator = death + birth + leaving_per_s - birth * value
        slope = 1.0 - birth * first
        bend = -birth * second
        step_mean = slope / denominator
        step_variance = (slope * slope - bend * denominator) / (denominator * denominator)
        value = death / denominator
        first = -value * step_mean
        second = value * (step_variance + step_mean * step_mean)
        if step <= steps:
            mean_s += step_mean
            variance_s2 += step_variance
    return Moments(mean_s, variance_s2 / bundle if bundle < 1.0 else variance_s2)
