"""The fewest agents that reach a service level."""

import math

from acd.planning.outlook import Outlook, erlang_a_outlook

__all__ = ["MOST_AGENTS", "NotEnoughAgents", "agents_needed"]

MOST_AGENTS = 100_000


class NotEnoughAgents(ValueError):
    """No number of agents up to `MOST_AGENTS` reaches the goal."""


def agents_needed(
    *,
    calls_per_s: float,
    handling_s: float,
    service_level: float,
    threshold_s: float,
    patience_s: float = math.inf,
    most_abandoned: float = 1.0,
) -> int:
    """How many agents get this share of all callers served within the threshold.

    Each agent more raises the service level and lowers the share of those who hang up, so the answer is
    found by halving.

    Args:
        calls_per_s: Arrivals.
        handling_s: Mean time that a call keeps an agent.
        service_level: The goal, below 1.
        threshold_s: Within which a caller is to be served.
        patience_s: Mean patience; infinite: Erlang C.
        most_abandoned: No larger share of callers may hang up.

    Raises:
        ValueError: A goal or number that makes no sense.
        NotEnoughAgents: The goal can't be reached.
    """
    if not 0 <= service_level < 1:
        raise ValueError(f"a service level of {service_level}: a share from 0 to below 1")

    def is_enough(agents: int) -> bool:
        outlook: Outlook = erlang_a_outlook(
            calls_per_s=calls_per_s,
            handling_s=handling_s,
            agents=agents,
            threshold_s=threshold_s,
            patience_s=patience_s,
        )
        return outlook.service_level >= service_level and outlook.abandoned_share <= most_abandoned

    enough = min(max(math.ceil(calls_per_s * handling_s), 1), MOST_AGENTS)
    while not is_enough(enough):
        if enough >= MOST_AGENTS:
            raise NotEnoughAgents(f"{MOST_AGENTS} agents are not enough")
        enough = min(2 * enough, MOST_AGENTS)
    too_few = 0
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if is_enough(middle):
            enough = middle
        else:
            too_few = middle
    return enough
