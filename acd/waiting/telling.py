"""What a caller is told of the wait. Pure.

A caller who has been told a time holds us to it. So

- what is told is a quantile, in whole minutes rounded up: most are served earlier than they were told;
- the end of the wait, once told, is never put off: each further announcement names fewer minutes or as many,
  unless there are fewer agents than then, or somebody explains a priority: causes that a caller understands;
- when it has become unlikely that what was told will hold, or that time is over, the caller hears that it
  takes a little longer, and no number;
- nobody is told a time at which the flow will have sent them away.
"""

import math
from dataclasses import dataclass, replace

from acd.waiting.accuracy import Told
from acd.waiting.estimate import Wait

__all__ = ["MEAN", "ToldWait", "rounded_up", "wait_to_tell"]

MEAN = 0.0
"In place of a quantile: the mean is told."

_EXACT_MINUTES = 10
_FIVES = 30
_FIVE, _TEN = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWait:
    """What one announcement says."""

    minutes: int
    "0: a little longer than was told before."
    until: float
    "The moment by which the caller will have been served if all that was told holds."
    agents: float
    "At work for the caller then."
    told: Told
    "The estimate that it rests on."


def rounded_up(wait_s: float) -> int:
    """Minutes as one tells them: each of the first ten, then fives, beyond half an hour tens."""
    minutes = max(math.ceil(wait_s / 60.0 - 1e-9), 1)
    if minutes <= _EXACT_MINUTES:
        return minutes
    step = _FIVE if minutes <= _FIVES else _TEN
    return math.ceil(minutes / step) * step


def wait_to_tell(
    wait: Wait,
    before: ToldWait | None,
    now: float,
    sent_away_at: float,
    *,
    quantile: float = 0.8,
    stretch: float = 1.0,
    may_grow: bool = False,
) -> ToldWait | None:
    """What to tell a caller now; None: nothing of the time.

    Args:
        wait: From now on.
        before: What the caller was told last.
        now: The present.
        sent_away_at: When the caller's patience will not be asked for any longer.
        quantile: Of the wait; `MEAN` for its mean.
        stretch: By which experience corrects quantiles (`acd.waiting.accuracy.stretch_of`).
        may_grow: The caller is told a reason for a longer wait, such as others' priority.
    """
    quantile_s = wait.quantile_s(quantile) * stretch if quantile > MEAN else wait.mean_s
    told = Told(
        wait_s=60.0 * rounded_up(quantile_s),
        mean_s=wait.mean_s,
        quantile_s=quantile_s,
        quantile=quantile,
    )
    minutes = rounded_up(quantile_s)
    until = now + 60.0 * minutes
    if before is not None and not may_grow and wait.agents >= before.agents:
        if before.minutes == 0:
            return replace(before, told=told) if now < sent_away_at else None
        left_s = before.until - now
        if left_s <= 0.0 or wait.median_s > left_s:
            return replace(before, minutes=0, told=told) if now < sent_away_at else None
        minutes = min(minutes, rounded_up(left_s))
        until = min(until, before.until)
    if now + 60.0 * minutes > sent_away_at:
        return None
    told = replace(told, wait_s=60.0 * minutes)
    return ToldWait(minutes=minutes, until=until, agents=wait.agents, told=told)
