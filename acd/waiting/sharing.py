"""Which agents a caller may count on, when others want the same ones. Pure.

Callers who can be served by different agents drain together as far as common agents allow: an agent
of several queues turns to whoever of them is first. So the wait is set by a bottleneck: those callers, among
all who are before this one, for whom the work per agent who can do it is greatest. Who is in the bottleneck
waits as long as it takes to drain; who is not has agents of other callers' bottleneck taken away and the rest
to count on. (The bottleneck is that of a transportation problem, and a largest flow finds it.)
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Demand", "Pool", "pool_of"]

_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Demand:
    """Work of callers whom the same kinds of agents can serve."""

    kinds: frozenset[str]
    work_s: float
    "Of agents: callers times how long each keeps one."


@dataclass(frozen=True, slots=True)
class Pool:
    """Whom a demand competes with, and for which agents."""

    demands: tuple[int, ...]
    "Indices, the one that was asked for among them."
    kinds: frozenset[str]


def pool_of(index: int, demands: Sequence[Demand], agents: Mapping[str, float]) -> Pool | None:
    """The bottleneck that one demand is in.

    Args:
        index: Which demand.
        demands: All that are to be served before it or together with it.
        agents: How many of each kind are at work.

    Returns:
        None if nobody at work can serve it.
    """
    capacities = {kind: count for kind, count in agents.items() if count > 0.0}
    remaining = _reachable(index, demands, capacities)
    while any(kind in capacities for kind in demands[index].kinds):
        tightest = _bottleneck(remaining, demands, capacities)
        kinds = frozenset(
            kind for each in tightest for kind in demands[each].kinds if kind in capacities
        )
        if index in tightest:
            return Pool(tuple(sorted(tightest)), kinds)
        remaining = [each for each in remaining if each not in tightest]
        capacities = {kind: count for kind, count in capacities.items() if kind not in kinds}
    return None


def _reachable(index: int, demands: Sequence[Demand], capacities: Mapping[str, float]) -> list[int]:
    """Those who compete with this one, or with somebody who does, and have anybody to serve them."""
    inside = {index}
    kinds = {kind for kind in demands[index].kinds if kind in capacities}
    grows = True
    while grows:
        grows = False
        for each, demand in enumerate(demands):
            if each not in inside and demand.work_s > 0.0 and not kinds.isdisjoint(demand.kinds):
                inside.add(each)
                kinds.update(kind for kind in demand.kinds if kind in capacities)
                grows = True
    return sorted(inside)


def _bottleneck(
    remaining: Collection[int], demands: Sequence[Demand], capacities: Mapping[str, float]
) -> set[int]:
    """The demands whose work per agent is greatest: the set is made tighter until nothing is."""
    tightest = set(remaining)
    for _ in range(_ROUNDS):
        drains_s = _drains_s(tightest, demands, capacities)
        starved = _starved(remaining, demands, capacities, drains_s * (1.0 + 1e-9))
        if not starved or _drains_s(starved, demands, capacities) <= drains_s * (1.0 + 1e-9):
            break
        tightest = starved
    return tightest


def _drains_s(
    which: Collection[int], demands: Sequence[Demand], capacities: Mapping[str, float]
) -> float:
    kinds = {kind for each in which for kind in demands[each].kinds}
    agents = sum(count for kind, count in capacities.items() if kind in kinds)
    work_s = sum(demands[each].work_s for each in which)
    return work_s / agents if agents > 0.0 else float("inf")


def _starved(
    remaining: Collection[int],
    demands: Sequence[Demand],
    capacities: Mapping[str, float],
    within_s: float,
) -> set[int]:
    """Which demands can't be drained within this time, whatever the agents' order: the side of a cut."""
    wanted = {each: demands[each].work_s for each in remaining}
    spare = {kind: count * within_s for kind, count in capacities.items()}
    given: dict[tuple[int, str], float] = {}
    for each in remaining:
        while wanted[each] > 1e-9 * demands[each].work_s:
            if not _give(each, demands, wanted, spare, given):
                break
    short = [each for each in remaining if wanted[each] > 1e-9 * demands[each].work_s]
    return _side(short, remaining, demands, spare, given)[0]


def _give(
    start: int,
    demands: Sequence[Demand],
    wanted: dict[int, float],
    spare: dict[str, float],
    given: dict[tuple[int, str], float],
) -> bool:
    """Find spare time for a demand, if need be by moving others to other agents; shortest way first."""
    came: dict[str, int] = {}
    by: dict[int, str] = {}
    queue = deque([start])
    while queue:
        each = queue.popleft()
        for kind in sorted(demands[each].kinds):
            if kind not in spare or kind in came:
                continue
            came[kind] = each
            if spare[kind] > 1e-9:
                _move(kind, start, came, by, wanted, spare, given)
                return True
            for (other, held), amount in given.items():
                if held == kind and amount > 1e-9 and other != start and other not in by:
                    by[other] = kind
                    queue.append(other)
    return False


def _move(
    kind: str,
    start: int,
    came: Mapping[str, int],
    by: Mapping[int, str],
    wanted: dict[int, float],
    spare: dict[str, float],
    given: dict[tuple[int, str], float],
) -> None:
    way = [(came[kind], kind)]
    while way[-1][0] != start:
        before = by[way[-1][0]]
        way.append((came[before], before))
    amount = min(wanted[start], spare[kind])
    for other, _ in way[:-1]:
        amount = min(amount, given[other, by[other]])
    for other, to in way:
        given[other, to] = given.get((other, to), 0.0) + amount
        if other != start:
            given[other, by[other]] -= amount
    spare[kind] -= amount
    wanted[start] -= amount


def _side(
    short: Sequence[int],
    remaining: Collection[int],
    demands: Sequence[Demand],
    spare: Mapping[str, float],
    given: Mapping[tuple[int, str], float],
) -> tuple[set[int], set[str]]:
    """Those who are short, the agents they could use, and who else holds these."""
    side, kinds = set(short), set[str]()
    queue = deque(short)
    while queue:
        each = queue.popleft()
        for kind in demands[each].kinds:
            if kind not in spare or kind in kinds:
                continue
            kinds.add(kind)
            for other in remaining:
                if other not in side and given.get((other, kind), 0.0) > 1e-9:
                    side.add(other)
                    queue.append(other)
    return side, kinds
