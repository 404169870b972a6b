"""What theory says of a queue with impatient callers (M/M/s+M, Erlang A): a check of the simulator.

Birth and death: callers come at a constant rate, each busy agent and each who waits leaves at his own.
"""

from dataclasses import dataclass

__all__ = ["Expected", "erlang_a"]

_MOST = 3000


@dataclass(frozen=True, slots=True)
class Expected:
    """Over all callers, those served at once included."""

    abandon: float
    wait: float
    "The chance to wait at all."
    waited_s: float


def erlang_a(arrivals_per_s: float, agents: int, talk_s: float, patience_s: float) -> Expected:
    """The stationary figures."""
    weight, total, waits, queue = 1.0, 1.0, 0.0, 0.0
    for present in range(1, _MOST):
        leaving_per_s = min(present, agents) / talk_s + max(present - agents, 0) / patience_s
        weight *= arrivals_per_s / leaving_per_s
        total += weight
        if present >= agents:
            waits += weight
            queue += weight * (present - agents)
        if present > agents and weight < 1e-15 * total:
            break
    queue /= total
    return Expected(queue / patience_s / arrivals_per_s, waits / total, queue / arrivals_per_s)
