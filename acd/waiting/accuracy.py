"""How true it was what callers were told, and what follows from that for what others are told. Pure.

Of every caller who was told a wait and was served the first thing told is compared with what came. Like all
that is learned, the sums are whole numbers in a plain dictionary.

An estimate rests on a picture of the call center that is never quite right. What is wrong with it shows in
how often callers wait longer than the quantile that was estimated for them: each time the queue's quantiles
are stretched a little, each time that they do not they are shrunk by less, so that both keep each
other in balance when the promised part of callers is served within them.
"""

import math
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

__all__ = ["Accuracy", "Told", "accuracy_of", "observe_service", "stretch_of"]

_STEP = 0.01
_LARGEST = math.log(2.0)
"Beyond twice or half something else is wrong, and quantiles do not follow it."
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller was told for the first time."""

    wait_s: float
    "As it was said;"
    mean_s: float
    "the mean that was estimated,"
    quantile_s: float
    "the quantile,"
    quantile: float
    "and of which chance that was; 0: the mean was told."


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How true it was what the callers of a queue were told."""

    callers: int
    "Who were told a wait and were served."
    mean_absolute_error_s: float
    "Of the means that were estimated."
    bias_s: float
    "By which they were too long; below zero: too short."
    within_quantile: float
    "Which part waited no longer than the quantile that was estimated,"
    within_told: float
    "and than what was said, which is rounded up."


def observe_service(
    counters: MutableMapping[str, int], queue: str, told: Told, waited_s: float
) -> None:
    """Compare what a caller was told with how long it took from then on."""
    error_ms = round(1000 * (told.mean_s - waited_s))
    is_within = waited_s <= told.quantile_s
    for name, amount in (
        ("callers", 1),
        ("error ms", abs(error_ms)),
        ("bias ms", error_ms),
        ("within quantile", int(is_within)),
        ("within told", int(waited_s <= told.wait_s)),
    ):
        key = f"told {name} {queue}"
        counters[key] = counters.get(key, 0) + amount
    if told.quantile > 0.0:
        key = f"learned stretch millionths {queue}"
        step = _STEP * (told.quantile - 1.0 if is_within else told.quantile)
        most = round(_MILLION * _LARGEST)
        counters[key] = min(max(counters.get(key, 0) + round(_MILLION * step), -most), most)


def stretch_of(counters: Mapping[str, int], queue: str) -> float:
    """By which a queue's quantiles are to be multiplied."""
    return math.exp(counters.get(f"learned stretch millionths {queue}", 0) / _MILLION)


def accuracy_of(counters: Mapping[str, int], queue: str) -> Accuracy | None:
    """How true it was; None if nobody was told anything."""
    callers = counters.get(f"told callers {queue}", 0)
    if not callers:
        return None

    def part(name: str) -> float:
        return counters.get(f"told {name} {queue}", 0) / callers

    return Accuracy(
        callers=callers,
        mean_absolute_error_s=part("error ms") / 1000,
        bias_s=part("bias ms") / 1000,
        within_quantile=part("within quantile"),
        within_told=part("within told"),
    )
