"""What a queue's own calls teach: how long they keep agents, how long callers stay, how many come. Pure.

All that is learned is in whole numbers in a plain dictionary, so that the ledger can keep it among its
counters: a snapshot holds it, and a replay of the same observations gives the same numbers.

A mean of durations remembers many calls while the day stays as it is, which keeps chance out of it. Beside it
runs one that remembers few. When the two differ by more than chance explains, the day has changed, and
most of the long memory is forgotten.
"""

import math
from collections.abc import Mapping, MutableMapping
from enum import Enum

__all__ = [
    "PRIOR_PATIENCE_S",
    "Duration",
    "arrivals_per_s",
    "duration_s",
    "leaving_per_s",
    "observe_arrival",
    "observe_duration",
    "observe_end_of_wait",
    "samples",
]

LONG_MEMORY = 400
SHORT_MEMORY = 25
DIFFERENCE = 3.2
"Standard errors of the short mean by which the two must differ; less comes by chance once a day."

FEW = 10
ENDLESS = 20
"So many means, and a minute: a handset left off-hook, or a wrap-up across a restart, says no more than that."

PRIOR_WEIGHT = 5
"What is configured counts as much as this many calls."

PRIOR_PATIENCE_S = 600.0
PRIOR_ABANDONMENTS = 3
"Patience is taken to be that long until more than this many callers have hung up."
WAITS_REMEMBERED = 1000

ARRIVALS_REMEMBERED = 40


class Duration(Enum):
    """A part of the time that a call keeps an agent."""

    RING = "ring"
    TALK = "talk"
    WRAP_UP = "wrap-up"


def observe_duration(
    counters: MutableMapping[str, int], queue: str, what: Duration, took_s: float
) -> None:
    """Take over how long something lasted."""
    prefix = f"learned {what.value} "
    took_ms = round(1000 * max(took_s, 0.0))
    if counters.get(f"{prefix}samples {queue}", 0) >= FEW:
        took_ms = min(took_ms, ENDLESS * counters[f"{prefix}ms {queue}"] + 60_000)
    weight = min(counters.get(f"{prefix}samples {queue}", 0) + 1, LONG_MEMORY)
    short_weight = min(weight, SHORT_MEMORY)
    long_ms = _follow(counters, f"{prefix}ms {queue}", took_ms, weight)
    short_ms = _follow(counters, f"{prefix}lately ms {queue}", took_ms, short_weight)
    square = _follow(counters, f"{prefix}square ms2 {queue}", took_ms * took_ms, weight)
    counters[f"{prefix}samples {queue}"] = weight
    if weight < 2 * SHORT_MEMORY or not long_ms or not short_ms:
        return
    variation = math.sqrt(max(square / (long_ms * long_ms) - 1.0, 0.0))
    # The variance of an exponentially weighted mean of n is that of one value over 2 n - 1. Durations
    # are skewed, their logarithms are not: so neither direction is suspected more often by chance.
    error = variation / math.sqrt(2 * SHORT_MEMORY - 1)
    if abs(math.log(short_ms / long_ms)) > DIFFERENCE * error:
        counters[f"{prefix}samples {queue}"] = SHORT_MEMORY


def duration_s(
    counters: Mapping[str, int], queue: str, what: Duration, prior_s: float | None = None
) -> float | None:
    """The mean of what lasted, drawn towards what is configured while few were seen; None: unknown."""
    weight = samples(counters, queue, what)
    mean_s = counters.get(f"learned {what.value} ms {queue}", 0) / 1000
    if prior_s is None:
        return mean_s if weight else None
    return (weight * mean_s + PRIOR_WEIGHT * prior_s) / (weight + PRIOR_WEIGHT)


def samples(counters: Mapping[str, int], queue: str, what: Duration = Duration.TALK) -> int:
    """How many calls a mean rests on."""
    return counters.get(f"learned {what.value} samples {queue}", 0)


def observe_end_of_wait(
    counters: MutableMapping[str, int], queue: str, waited_s: float, *, left: bool
) -> None:
    """Take over how long a caller waited who was served, or who hung up (``left``).

    Who was served would have stayed longer, nobody knows how long: such a wait counts as time in which
    nobody hung up.
    """
    if waited_s <= 0.0:
        return
    for name, amount in (
        (f"learned left thousandths {queue}", 1000 if left else 0),
        (f"learned stayed ms {queue}", round(1000 * waited_s)),
    ):
        before = counters.get(name, 0)
        counters[name] = before + amount - before // WAITS_REMEMBERED


def leaving_per_s(counters: Mapping[str, int], queue: str) -> float:
    """How often one who waits hangs up."""
    left = counters.get(f"learned left thousandths {queue}", 0) / 1000
    stayed_s = counters.get(f"learned stayed ms {queue}", 0) / 1000
    return (left + PRIOR_ABANDONMENTS) / (stayed_s + PRIOR_ABANDONMENTS * PRIOR_PATIENCE_S)


def observe_arrival(counters: MutableMapping[str, int], stream: str, after_s: float) -> None:
    """Take over how long after the one before a caller came.

    Args:
        counters: What is learned.
        stream: A queue, or the callers of one priority in it.
        after_s: Since the caller before of the same stream.
    """
    weight = min(counters.get(f"learned arrivals {stream}", 0) + 1, ARRIVALS_REMEMBERED)
    _follow(counters, f"learned between arrivals ms {stream}", round(1000 * after_s), weight)
    counters[f"learned arrivals {stream}"] = weight


def arrivals_per_s(counters: Mapping[str, int], stream: str, silent_s: float = 0.0) -> float:
    """How often callers of a stream come.

    Args:
        counters: What was learned.
        stream: As in `observe_arrival`.
        silent_s: For how long none has come: a stream that has run dry is noticed.
    """
    between_s = counters.get(f"learned between arrivals ms {stream}", 0) / 1000
    between_s = max(between_s, silent_s / 2.0)
    return 1.0 / between_s if between_s > 0.0 else 0.0


def _follow(counters: MutableMapping[str, int], name: str, value: int, weight: int) -> int:
    before = counters.get(name, 0)
    counters[name] = before + round((value - before) / weight)
    return counters[name]
