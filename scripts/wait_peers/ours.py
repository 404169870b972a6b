"""Our own estimate, fed with what the call center's router knows at that moment."""

import math
from collections import Counter

from acd.waiting.accuracy import Told, observe_service, stretch_of
from acd.waiting.estimate import Priors, Wait, estimate_wait
from acd.waiting.learning import (
    Duration,
    arrivals_per_s,
    observe_arrival,
    observe_duration,
    observe_end_of_wait,
)
from acd.waiting.picture import Activity, Ahead, AtWork, Overtaking, Picture, Reach
from scripts.wait_peers.simulation import Caller, CallerClass, Office

MEAN, MEDIAN = "ours, mean", "ours, median"
QUANTILE, UNCORRECTED = "ours, 80 % quantile", "ours, 80 % quantile, not corrected"
SPOKEN = "ours, 80 % quantile, as spoken"
_CHANCE = 0.8


class Ours:
    """What the appliance would say.

    Args:
        wrap_up_s: As configured; how long calls last and callers stay is learned.
    """

    def __init__(self, wrap_up_s: float = 0.0) -> None:
        self.learned: dict[str, int] = {}
        self._wrap_up_s = wrap_up_s
        self._last_arrival: dict[str, float] = {}

    def arrive(self, caller: Caller, now: float) -> None:
        """Learn how often callers of this class come."""
        stream = caller.of.name
        if stream in self._last_arrival:
            observe_arrival(self.learned, stream, now - self._last_arrival[stream])
        self._last_arrival[stream] = now

    def serve(self, caller: Caller, waited_s: float) -> None:
        """Learn how long callers stay."""
        if caller.place:
            observe_end_of_wait(self.learned, caller.of.queue, waited_s, left=False)
            self._compare(caller, waited_s)

    def abandon(self, caller: Caller, waited_s: float) -> None:
        """Learn how long callers stay."""
        observe_end_of_wait(self.learned, caller.of.queue, waited_s, left=True)

    def finish(self, queue: str, rang_s: float, talked_s: float, wrapped_up_s: float) -> None:
        """Learn what keeps agents."""
        observe_duration(self.learned, queue, Duration.RING, rang_s)
        observe_duration(self.learned, queue, Duration.TALK, talked_s)
        observe_duration(self.learned, queue, Duration.WRAP_UP, wrapped_up_s)

    def wait(self, office: Office, caller: Caller) -> Wait | None:
        """The whole distribution."""
        prior = Priors(wrap_up_s=self._wrap_up_s)
        priors = {of.queue: prior for of in office.scenario.classes}
        return estimate_wait(self._picture(office, caller), self.learned, priors)

    def estimates(self, office: Office, caller: Caller) -> dict[str, float | None]:
        """Mean, median and quantile."""
        wait = self.wait(office, caller)
        if wait is None:
            return dict.fromkeys((MEAN, MEDIAN, QUANTILE, UNCORRECTED, SPOKEN))
        uncorrected_s = wait.quantile_s(_CHANCE)
        quantile_s = uncorrected_s * stretch_of(self.learned, caller.of.queue)
        return {
            MEAN: wait.mean_s,
            MEDIAN: wait.median_s,
            QUANTILE: quantile_s,
            UNCORRECTED: uncorrected_s,
            SPOKEN: 60.0 * max(math.ceil(quantile_s / 60.0), 1),
        }

    def _compare(self, caller: Caller, waited_s: float) -> None:
        mean_s, quantile_s = caller.estimates.get(MEAN), caller.estimates.get(QUANTILE)
        if mean_s is not None and quantile_s is not None:
            told = Told(wait_s=quantile_s, mean_s=mean_s, quantile_s=quantile_s, quantile=_CHANCE)
            observe_service(self.learned, caller.of.queue, told, waited_s)

    def _picture(self, office: Office, caller: Caller) -> Picture:
        of = caller.of
        doing: dict[str, Counter[AtWork]] = {}
        for agent in office.at_work():
            activity = Activity(agent.state)
            # Who talks may be done at any moment, whatever the time; so those are counted together.
            for_s = 0.0 if activity is Activity.TALKING else office.now - agent.since
            at_work = AtWork(activity=activity, queue=agent.queue, for_s=for_s)
            doing.setdefault(agent.kind, Counter())[at_work] += 1
        return Picture(
            queue=of.queue,
            reaches=tuple(Reach(from_s=at_s, kinds=of.kinds(at_s)) for at_s in _moments(of)),
            at_work={
                kind: tuple(
                    AtWork(activity=each.activity, queue=each.queue, for_s=each.for_s, agents=count)
                    for each, count in counted.items()
                )
                for kind, counted in doing.items()
            },
            ahead=self._ahead(office, caller),
            overtaking=tuple(
                self._overtaking(other, of, office.now)
                for other in office.scenario.classes
                if (other.priority, other.ageing) > (of.priority, of.ageing)
                or other.ageing > of.ageing
            ),
        )

    def _ahead(self, office: Office, caller: Caller) -> tuple[Ahead, ...]:
        found: Counter[tuple[str, tuple[frozenset[str], ...], float, float]] = Counter()
        for other in office.waiting:
            lead = other.score(office.now) - caller.score(office.now)
            gain = other.of.ageing - caller.of.ageing
            from_s, until_s = 0.0, float("inf")
            if lead < 0.0:
                if gain <= 0.0:
                    continue
                from_s = -lead / gain
            elif gain < 0.0:
                until_s = lead / -gain
            waited_s = office.now - other.arrived
            kinds = tuple(other.of.kinds(waited_s + at_s) for at_s in _moments(caller.of))
            found[other.of.queue, kinds, from_s, until_s] += 1
        return tuple(
            Ahead(queue=queue, kinds=kinds, callers=count, from_s=from_s, until_s=until_s)
            for (queue, kinds, from_s, until_s), count in found.items()
        )

    def _overtaking(self, other: CallerClass, of: CallerClass, now: float) -> Overtaking:
        silent_s = now - self._last_arrival.get(other.name, now)
        return Overtaking(
            queue=other.queue,
            kinds=other.reaches[0][1],
            per_s=arrivals_per_s(self.learned, other.name, silent_s),
            head_start_s=(other.priority - of.priority) / other.ageing,
            per_waited_s=(other.ageing - of.ageing) / other.ageing,
        )


def _moments(of: CallerClass) -> list[float]:
    """When the caller is served by more, and half way to that: many of those ahead are already."""
    moments = [0.0]
    for from_s, _ in of.reaches[1:]:
        moments += [(moments[-1] + from_s) / 2.0, from_s]
    return moments
