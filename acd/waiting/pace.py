"""How fast agents come free, given what they do at this moment. Pure.

If agents may be done at any moment with the same chance, each of them frees one caller per mean call. But
a call that still rings or is talked has a wrap-up before it, and one in wrap-up is nearly over. The expected
number of calls that an agent has finished by ``t`` tells both: for an agent whose present call ends after
a fixed time ``c`` and an exponential one of mean ``x``, and whose calls then last ``m`` in the mean, it is

    F(t) + integral of F up to t / m,    F(t) = 1 - exp(-(t - c) / x)  from c on

Those who hang up do so by the clock on the wall, whatever agents do: they are counted beside the calls.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from acd.waiting.learning import Duration
from acd.waiting.picture import Activity, AtWork

__all__ = ["Pace"]

_HALVINGS = 30
_ENOUGH_S = 0.05


@dataclass(frozen=True, slots=True)
class _Ending:
    """When agents who do the same will be done with their present calls."""

    agents: float
    fixed_s: float
    random_s: float


class Pace:
    """Turns the wait that memoryless agents would give into that of these agents.

    Args:
        doing: What each of them does.
        agents: How many they are, above 0.
        keeps_s: How long a call keeps one of them in the mean.
        leaving_per_s: How often one of those before the caller hangs up, in the mean over the wait.
        part_s: The mean of a part of a queue's calls.
    """

    __slots__ = ("_agents", "_endings", "_is_memoryless", "_keeps_s", "_leaving_per_s")

    def __init__(
        self,
        doing: Sequence[AtWork],
        agents: float,
        keeps_s: float,
        leaving_per_s: float,
        part_s: Callable[[str, Duration], float],
    ) -> None:
        self._agents = agents
        self._keeps_s = keeps_s
        self._leaving_per_s = leaving_per_s
        endings: dict[tuple[float, float], float] = {}
        for each in doing:
            key = _ending(each, part_s)
            endings[key] = endings.get(key, 0.0) + each.agents
        self._endings = [_Ending(count, *key) for key, count in endings.items()]
        self._is_memoryless = set(endings) == {(0.0, keeps_s)}

    def time_s(self, memoryless_s: float) -> float:
        """When as many are served or gone as with memoryless agents by ``memoryless_s``."""
        if self._is_memoryless:
            return memoryless_s
        wanted = memoryless_s * (self._agents / self._keeps_s + self._leaving_per_s)
        if self._passed(0.0) >= wanted:
            return 0.0
        low_s, high_s = 0.0, memoryless_s + 1.0
        while self._passed(high_s) < wanted:
            low_s, high_s = high_s, 2.0 * high_s
        for _ in range(_HALVINGS):
            if high_s - low_s < _ENOUGH_S:
                break
            middle_s = (low_s + high_s) / 2.0
            if self._passed(middle_s) < wanted:
                low_s = middle_s
            else:
                high_s = middle_s
        return high_s  # that late they are; a little less they may not be

    def certain_part(self, by_s: float) -> float:
        """Which part of the calls finished by then is no matter of chance: those wrapped up now."""
        certain = sum(
            each.agents for each in self._endings if each.random_s <= 0.0 and each.fixed_s <= by_s
        )
        return certain / max(self._passed(by_s), certain) if certain else 0.0

    def _passed(self, by_s: float) -> float:
        return self.finished(by_s) + self._leaving_per_s * by_s

    def finished(self, by_s: float) -> float:
        """How many calls these agents are expected to have finished by then."""
        calls = 0.0
        for each in self._endings:
            since_s = by_s - each.fixed_s
            if since_s < 0.0:
                continue
            done = 1.0
            lost_s = 0.0
            if each.random_s > 0.0:
                going = math.exp(-since_s / each.random_s)
                done = 1.0 - going
                lost_s = each.random_s * done
            calls += each.agents * (done + (since_s - lost_s) / self._keeps_s)
        return calls


def _ending(each: AtWork, part_s: Callable[[str, Duration], float]) -> tuple[float, float]:
    wrap_up_s = part_s(each.queue, Duration.WRAP_UP)
    match each.activity:
        case Activity.READY:
            return 0.0, 0.0
        case Activity.WRAPPING_UP:
            return _up(wrap_up_s - each.for_s), 0.0
        case Activity.TALKING:
            return wrap_up_s, part_s(each.queue, Duration.TALK)
        case Activity.RINGING:
            rings_s = part_s(each.queue, Duration.RING) - each.for_s
            return _up(rings_s) + wrap_up_s, part_s(each.queue, Duration.TALK)


def _up(seconds: float) -> float:
    """In tenths, so that agents can be counted together; rather too late than too early."""
    return math.ceil(10.0 * max(seconds, 0.0)) / 10.0
