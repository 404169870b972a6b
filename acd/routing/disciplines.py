"""Which of several agents who could serve a contact gets it: each discipline is a sort key, lowest first.

Ties end with the longest idle agent, in lists with the first.
"""

from collections.abc import Callable

from acd.ids import QueueName
from acd.routing.members import Discipline, RoutedAgent, RoutedQueue, Standing

__all__ = ["KEYS", "Key", "lag", "lagging_queue", "occupancy"]

Key = tuple[float, int]
_KeyOf = Callable[[RoutedAgent, RoutedQueue, tuple[str, ...], float], Key]


def occupancy(standing: Standing, now: float) -> float:
    """The share of the time since log-in that was work; 0 to 1."""
    logged_in_s = now - standing.logged_in_at
    return min(standing.busy_s / logged_in_s, 1.0) if logged_in_s > 0 else 0.0


def lag(agent: RoutedAgent, queue: QueueName) -> float:
    """How far an agent lags behind the share of contacts that a queue should have; 0.25 is a quarter.

    An agent for whom no shares are set lags nowhere.
    """
    allocation, standing = agent.allocation, agent.standing
    if not allocation or standing is None:
        return 0.0
    whole = sum(allocation.values())
    taken = sum(standing.taken.get(each, 0) for each in allocation)
    had = standing.taken.get(queue, 0) / taken if taken else 0.0
    return allocation.get(queue, 0.0) / whole - had


def lagging_queue(agent: RoutedAgent, queues: set[QueueName]) -> QueueName:
    """Of these queues the one that lags most behind its share; of equals the first of the allocation."""
    order = {queue: place for place, queue in enumerate(agent.allocation)}
    return min(queues, key=lambda queue: (-lag(agent, queue), order.get(queue, len(order)), queue))


def _standing(agent: RoutedAgent) -> Standing:
    assert agent.standing is not None, f"agent {agent.agent} is not ready"
    return agent.standing


def _longest_idle(agent: RoutedAgent, _: RoutedQueue, __: tuple[str, ...], ___: float) -> Key:
    return 0.0, _standing(agent).idle_rank


def _least_occupied(agent: RoutedAgent, _: RoutedQueue, __: tuple[str, ...], now: float) -> Key:
    standing = _standing(agent)
    return occupancy(standing, now), standing.idle_rank


def _fewest_turns(agent: RoutedAgent, queue: RoutedQueue, _: tuple[str, ...], __: float) -> Key:
    standing = _standing(agent)
    return standing.turns.get(queue.name, 0.0), standing.idle_rank


def _in_turn(agent: RoutedAgent, queue: RoutedQueue, _: tuple[str, ...], __: float) -> Key:
    return float(_standing(agent).offered_last.get(queue.name, 0)), queue.members[agent]


def _in_order(agent: RoutedAgent, queue: RoutedQueue, _: tuple[str, ...], __: float) -> Key:
    return 0.0, queue.members[agent]


def _most_lagging(agent: RoutedAgent, queue: RoutedQueue, _: tuple[str, ...], __: float) -> Key:
    return -lag(agent, queue.name), _standing(agent).idle_rank


def _best_skilled(agent: RoutedAgent, _: RoutedQueue, asked: tuple[str, ...], __: float) -> Key:
    levels = agent.levels
    return -sum(levels.get(skill, 0) for skill in asked), _standing(agent).idle_rank


KEYS: dict[Discipline, _KeyOf] = {
    Discipline.LONGEST_IDLE: _longest_idle,
    Discipline.LEAST_OCCUPIED: _least_occupied,
    Discipline.FEWEST_CALLS: _fewest_turns,
    Discipline.WEIGHTED: _fewest_turns,
    Discipline.ROUND_ROBIN: _in_turn,
    Discipline.RING_ALL: _in_turn,
    Discipline.RING_SOME: _in_turn,
    Discipline.TOP_DOWN: _in_order,
    Discipline.PERCENT_ALLOCATION: _most_lagging,
    Discipline.BEST_SKILLED: _best_skilled,
}
