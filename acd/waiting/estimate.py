"""How long one caller will wait, as a distribution. Pure.

For each set of agents that the caller can reach, now and after each relaxation:

1. those ahead who want the same agents, and these agents, are the caller's pool (`acd.waiting.sharing`);
2. agents of the pool come free at the rate that the queues' calls have taught; the caller's turn comes after
   those ahead have been served, or hung up, and others have overtaken (`acd.waiting.passage`);
3. this counts on agents who might be done at any moment. Who rings has a whole call before him, who wraps up
   is nearly done: a clock that runs by the calls that agents will have finished (`acd.waiting.pace`) puts
   that right.

A relaxation lets the rest of the wait pass faster. All is about a caller who will be served.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from acd.waiting.gamma import gamma_quantile, gamma_quantile_nearly
from acd.waiting.learning import Duration, duration_s, leaving_per_s, samples
from acd.waiting.pace import Pace
from acd.waiting.passage import Moments, passage
from acd.waiting.picture import Ahead, AtWork, Picture
from acd.waiting.sharing import Demand, pool_of

__all__ = ["FEWEST_TALKS", "Priors", "Wait", "estimate_wait"]

FEWEST_TALKS = 10
"With fewer talks than this behind it, and nothing configured, a queue has no mean worth telling anybody."

_ROUNDS = 3
"How often the length of the wait and those who overtake within it are brought together."
_MOST_OVERTAKING = 0.95
"Of the rate at which agents come free."
_PARTS = 6
"Into how many equally likely parts a distribution is divided for its mean."


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is configured of a queue's calls."""

    talk_s: float | None = None
    wrap_up_s: float = 0.0
    ring_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The wait if these agents served the caller from ``from_s`` on, and always had."""

    from_s: float
    moments: Moments
    pace: Pace


@dataclass(frozen=True, slots=True)
class Wait:
    """The distribution of one caller's wait from now on, until an agent's answer."""

    stretches: tuple[_Stretch, ...]
    rings_s: float
    agents: float
    "Who can serve this caller and work, now or at the first moment at which there are any."

    @property
    def mean_s(self) -> float:
        """The mean."""
        # What pace and relaxations change, seen at a few quantiles, is added to the exact mean without.
        first = self.stretches[0].moments
        changed_s = 0.0
        for part in range(_PARTS):
            memoryless_s = self._memoryless_s((part + 0.5) / _PARTS, gamma_quantile_nearly)
            changed_s += self._through(memoryless_s) - memoryless_s[0]
        return max(self.rings_s + first.mean_s + changed_s / _PARTS, 0.0)

    @property
    def median_s(self) -> float:
        """As many are served earlier as later."""
        return self.quantile_s(0.5)

    def quantile_s(self, chance: float) -> float:
        """The wait that is not exceeded with this chance, between 0 and 1."""
        return self.rings_s + self._through(self._memoryless_s(chance, gamma_quantile))

    def _memoryless_s(
        self, chance: float, quantile: Callable[[float, float, float], float]
    ) -> list[float]:
        return [
            quantile(each.moments.mean_s, each.moments.variance_s2, chance)
            for each in self.stretches
        ]

    def _through(self, memoryless_s: list[float]) -> float:
        """Walk through the stretches, each of which does its part of the way."""
        done = 0.0
        at_s = self.stretches[0].from_s
        for index, stretch in enumerate(self.stretches):
            whole_s = stretch.pace.time_s(memoryless_s[index])
            ends_s = (
                self.stretches[index + 1].from_s if index + 1 < len(self.stretches) else math.inf
            )
            rest_s = whole_s * (1.0 - done)
            if at_s + rest_s <= ends_s or whole_s <= 0.0:
                return at_s + rest_s
            done += (ends_s - at_s) / whole_s
            at_s = ends_s
        return at_s


def estimate_wait(
    picture: Picture, learned: Mapping[str, int], priors: Mapping[str, Priors]
) -> Wait | None:
    """The wait of a caller, given that the caller will be served.

    Args:
        picture: The moment, as this caller sees it.
        learned: What `acd.waiting.learning` has kept.
        priors: What is configured, by queue; a queue may be missing.

    Returns:
        None while nothing honest can be said: nobody is at work who could serve this caller, now or later,
        or the queue's calls are not known.
    """
    own = priors.get(picture.queue, Priors())
    if own.talk_s is None and samples(learned, picture.queue) < FEWEST_TALKS:
        return None
    estimator = _Estimator(picture, learned, priors)
    stretches = []
    agents = 0.0
    for index in range(len(picture.reaches)):
        found = estimator.stretch(index)
        if found is not None:
            stretches.append(found)
            agents = agents or estimator.agents_within(index)
    if not stretches:
        return None
    return Wait(tuple(stretches), estimator.part_s(picture.queue, Duration.RING), agents)


class _Estimator:
    """One picture and what is known of its queues."""

    def __init__(
        self, picture: Picture, learned: Mapping[str, int], priors: Mapping[str, Priors]
    ) -> None:
        self._picture = picture
        self._learned = learned
        self._priors = priors
        self._calls: dict[str, dict[Duration, float]] = {}
        self._agents = {
            kind: float(sum(each.agents for each in doing))
            for kind, doing in picture.at_work.items()
        }
        self._changes_with_time = bool(picture.overtaking) or any(
            each.from_s > 0.0 or each.until_s < math.inf for each in picture.ahead
        )

    def part_s(self, queue: str, what: Duration) -> float:
        """The mean of one part of a call, 0 if nothing is known of it."""
        return self._call(queue)[what]

    def keeps_s(self, queue: str) -> float:
        """How long a call of a queue keeps an agent; of a queue never seen as long as one of ours."""
        call = self._call(queue)
        if call[Duration.TALK] <= 0.0:
            call = self._call(self._picture.queue)
        return max(sum(call.values()), 0.001)

    def _call(self, queue: str) -> dict[Duration, float]:
        known = self._calls.get(queue)
        if known is None:
            prior = self._priors.get(queue, Priors())
            configured = {
                Duration.RING: prior.ring_s,
                Duration.TALK: prior.talk_s,
                Duration.WRAP_UP: prior.wrap_up_s,
            }
            known = self._calls[queue] = {
                what: duration_s(self._learned, queue, what, configured_s) or 0.0
                for what, configured_s in configured.items()
            }
        return known

    def agents_within(self, index: int) -> float:
        """How many work who can serve the caller, whomever else they serve."""
        return sum(self._agents.get(kind, 0.0) for kind in self._picture.reaches[index].kinds)

    def stretch(self, index: int) -> _Stretch | None:
        """The wait if the caller had this reach now."""
        guess_s = 0.0
        found = None
        for _ in range(_ROUNDS):
            found = self._stretch(index, guess_s)
            if found is None:
                return None
            mean_s = found.moments.mean_s
            if not self._changes_with_time or abs(mean_s - guess_s) < 0.02 * mean_s:
                break
            guess_s = mean_s
        return found

    def _stretch(self, index: int, guess_s: float) -> _Stretch | None:
        picture = self._picture
        reach = picture.reaches[index]
        own = Ahead(queue=picture.queue, kinds=tuple(each.kinds for each in picture.reaches))
        there = [each for each in picture.ahead if _is_ahead(each, guess_s)]
        demands = [
            Demand(each.kinds[index], each.callers * self.keeps_s(each.queue))
            for each in (own, *there)
        ]
        pool = pool_of(0, demands, self._agents)
        if pool is None:
            return None
        members = [(own, *there)[each] for each in pool.demands]
        before = sum(each.callers for each in members) - 1.0
        doing = [each for kind in pool.kinds for each in picture.at_work.get(kind, ())]
        agents = float(sum(each.agents for each in doing))
        keeps_s = self._mean_keeps_s(members, doing, agents)
        served_per_s = agents / keeps_s
        leaving_per_s = self._leaving_per_s(members)
        overtaking_per_s = min(
            self._overtaking_per_s(pool.kinds, guess_s), _MOST_OVERTAKING * served_per_s
        )
        alone = passage(before, served_per_s, leaving_per_s=leaving_per_s)
        moments = alone
        if overtaking_per_s > 0.0:
            moments = passage(
                before,
                served_per_s,
                leaving_per_s=leaving_per_s,
                overtaking_per_s=overtaking_per_s,
            )
        gone = max(before + 1.0 - alone.mean_s * served_per_s, 0.0)
        pace = Pace(doing, agents, keeps_s, gone / alone.mean_s, self.part_s)
        moments = self._spread(alone, moments, pace, before + 1.0)
        return _Stretch(reach.from_s, moments, pace)

    def _mean_keeps_s(self, members: list[Ahead], doing: list[AtWork], agents: float) -> float:
        """The mean over the calls that agents have and those that they will have next."""
        callers = sum(each.callers for each in members)
        work_s = sum(each.callers * self.keeps_s(each.queue) for each in members)
        work_s += sum(
            each.agents * self.keeps_s(each.queue or self._picture.queue) for each in doing
        )
        return work_s / (callers + agents)

    def _leaving_per_s(self, members: list[Ahead]) -> float:
        callers = sum(each.callers for each in members)
        return (
            sum(each.callers * leaving_per_s(self._learned, each.queue) for each in members)
            / callers
        )

    def _overtaking_per_s(self, kinds: frozenset[str], wait_s: float) -> float:
        per_s = 0.0
        for each in self._picture.overtaking:
            theirs = sum(self._agents.get(kind, 0.0) for kind in each.kinds)
            shared = sum(self._agents.get(kind, 0.0) for kind in each.kinds & kinds)
            if theirs <= 0.0 or shared <= 0.0:
                continue
            within_s = each.head_start_s + each.per_waited_s * wait_s
            part = min(max(within_s / wait_s, 0.0), 1.0) if wait_s > 0.0 else 0.0
            per_s += each.per_s * part * shared / theirs
        return per_s

    def _spread(self, alone: Moments, moments: Moments, pace: Pace, calls: float) -> Moments:
        """Wrap-ups end when they end; on the other hand a mean of few calls may be wrong itself.

        What is certain comes in whole calls: the end of the last one needed is reached once more than all
        others are finished, in the mean half a call earlier than all. Who overtakes is never certain.
        """
        certain = pace.certain_part(pace.time_s(moments.mean_s))
        mean_s = moments.mean_s * (1.0 - 0.5 * certain / calls)
        known = samples(self._learned, self._picture.queue) + 1
        variance_s2 = moments.variance_s2 - certain * alone.variance_s2
        return Moments(mean_s, variance_s2 + mean_s**2 / known)


def _is_ahead(each: Ahead, wait_s: float) -> bool:
    return each.from_s <= wait_s and (each.until_s > wait_s or each.until_s == math.inf)
