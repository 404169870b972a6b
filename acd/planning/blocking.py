"""Erlang's two formulas of 1917: the share of callers who find every line, or every agent, busy.

Both take the offered load in erlang: calls per second times seconds that each keeps a line or an agent.
They hold for Poisson arrivals in a steady state. B holds for any distribution of the holding time; C
needs an exponential one, one queue in order of arrival, and callers who wait for ever.

Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges" (1917); the recurrence is in any textbook of teletraffic, such as
ITU-D Teletraffic Engineering Handbook, section 7.
"""

import math

__all__ = ["erlang_b", "erlang_c"]


def erlang_b(servers: int, load_erlang: float) -> float:
    """The share of calls that find all ``servers`` busy and go away: M/G/s/s.

    The recurrence of the inverse, 1/B(k) = 1 + k/a · 1/B(k-1), has positive terms only, so that no digit
    is lost; where 1/B grows beyond every float, B is 0 to any accuracy that matters.

    Raises:
        ValueError: A negative number of servers, or a load that is negative or no finite number.
    """
    _check(servers, load_erlang)
    if load_erlang == 0:
        return 1.0 if servers == 0 else 0.0
    inverse = 1.0
    for count in range(1, servers + 1):
        inverse = 1.0 + inverse * (count / load_erlang)
        if inverse == math.inf:
            return 0.0  # from here on it only grows: count is far beyond the load
    return 1.0 / inverse


def erlang_c(agents: int, load_erlang: float) -> float:
    """The share of callers who have to wait: M/M/s.

    1 where the load is as large as the number of agents: the queue then grows without end.

    Raises:
        ValueError: As for `erlang_b`.
    """
    blocked = erlang_b(agents, load_erlang)
    if load_erlang >= agents:
        return 1.0
    return agents * blocked / (agents - load_erlang * (1.0 - blocked))


def _check(servers: int, load_erlang: float) -> None:
    if servers < 0:
        raise ValueError(f"{servers} servers: there can't be fewer than none")
    if not (math.isfinite(load_erlang) and load_erlang >= 0):
        raise ValueError(f"a load of {load_erlang} erlang: 0 or more, and finite")
