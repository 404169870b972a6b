"""What callers of one queue may expect in a steady state, with patience (Erlang A) and without (Erlang C).

Both assume Poisson arrivals, an exponential handling time, agents who serve nobody else, and order of
arrival. Erlang A lets each caller hang up after an exponential patience, measured from entering the queue.

Sources: C. Palm, "Research on telephone traffic carried by full availability groups" (Tele 1957, first
1946); F. Baccelli and G. Hebuterne, "On queues with impatient customers" (1981), for the density of the
wait; A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A queue, with applications to call centers" (2005).
"""

import math
from dataclasses import dataclass

from acd.planning.blocking import erlang_b, erlang_c

__all__ = ["Outlook", "erlang_a_outlook", "erlang_c_outlook"]

_NEGLIGIBLE = 1e-17
_RESCALE_ABOVE = 1e200
_STEPS_PER_SCALE = 16
"Simpson's rule with this many steps where the integrand changes by a factor of e: below 1e-7 off."
_MOST_STEPS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A queue in a steady state. Shares are of all callers who enter it."""

    waiting_share: float
    "Who does not get an agent at once."
    abandoned_share: float
    mean_wait_s: float
    "Of all callers, those who hang up among them; infinite where the queue grows without end."
    service_level: float
    "Who gets an agent within the threshold, of all callers."
    occupancy: float
    "The part of their time in which agents handle calls."
    mean_waiting: float
    "Callers in the queue, on average."


def erlang_c_outlook(
    *, calls_per_s: float, handling_s: float, agents: int, threshold_s: float
) -> Outlook:
    """Callers wait for ever: M/M/s.

    Args:
        calls_per_s: Arrivals.
        handling_s: Mean time that a call keeps an agent: ringing, talk and wrap-up.
        agents: At work for this queue.
        threshold_s: Of the service level.

    Raises:
        ValueError: A number that no queue can have.
    """
    _check(calls_per_s, handling_s, agents, threshold_s)
    load = calls_per_s * handling_s
    waiting = erlang_c(agents, load)
    if load >= agents:
        return Outlook(
            waiting_share=1.0,
            abandoned_share=0.0,
            mean_wait_s=math.inf,
            service_level=0.0,
            occupancy=1.0,
            mean_waiting=math.inf,
        )
    mean_wait_s = waiting * handling_s / (agents - load)
    late = waiting * math.exp(-(agents - load) * threshold_s / handling_s)
    return Outlook(
        waiting_share=waiting,
        abandoned_share=0.0,
        mean_wait_s=mean_wait_s,
        service_level=1.0 - late,
        occupancy=load / agents,
        mean_waiting=calls_per_s * mean_wait_s,
    )


def erlang_a_outlook(
    *,
    calls_per_s: float,
    handling_s: float,
    agents: int,
    threshold_s: float,
    patience_s: float,
) -> Outlook:
    """Callers hang up after an exponential patience: M/M/s+M. With an infinite one it is Erlang C.

    Args:
        calls_per_s: Arrivals.
        handling_s: Mean time that a call keeps an agent.
        agents: At work for this queue.
        threshold_s: Of the service level.
        patience_s: Mean patience.

    Raises:
        ValueError: A number that no queue can have.
    """
    if patience_s == math.inf:
        return erlang_c_outlook(
            calls_per_s=calls_per_s,
            handling_s=handling_s,
            agents=agents,
            threshold_s=threshold_s,
        )
    _check(calls_per_s, handling_s, agents, threshold_s)
    if not patience_s > 0:
        raise ValueError(f"a patience of {patience_s} s: more than 0")
    if calls_per_s == 0:
        return Outlook(
            waiting_share=0.0,
            abandoned_share=0.0,
            mean_wait_s=0.0,
            service_level=1.0,
            occupancy=0.0,
            mean_waiting=0.0,
        )
    served_per_s, left_per_s = agents / handling_s, 1.0 / patience_s
    queue = _weigh_queue(calls_per_s, served_per_s, left_per_s)
    load = calls_per_s * handling_s
    blocked = erlang_b(agents, load)
    if blocked == 0.0:  # nobody ever waits, to any accuracy that matters
        below, log_full = math.inf, -math.inf
    else:
        # Weights are relative to the state in which all agents are busy and nobody waits. The states
        # below it weigh 1/B - 1 together: B is that state's share of them and itself.
        below = (1.0 / blocked - 1.0) * math.exp(-queue.log_scale)
        log_full = -queue.log_scale - math.log(below + queue.weight)
    waiting = queue.weight / (below + queue.weight)
    mean_waiting = queue.callers / (below + queue.weight)
    abandoned = mean_waiting * left_per_s / calls_per_s
    in_time = 1.0 - waiting
    if log_full > -math.inf:
        in_time += _served_after_wait(
            calls_per_s, served_per_s, left_per_s, threshold_s, math.log(served_per_s) + log_full
        )
    return Outlook(
        waiting_share=waiting,
        abandoned_share=abandoned,
        mean_wait_s=mean_waiting / calls_per_s,
        service_level=min(in_time, 1.0),
        occupancy=min(load * (1.0 - abandoned) / agents, 1.0),
        mean_waiting=mean_waiting,
    )


@dataclass(frozen=True, slots=True)
class _QueueWeights:
    """Sums over 0, 1, 2, … waiting callers, all agents being busy; times ``exp(log_scale)``."""

    weight: float
    callers: float
    "Weight times number of waiting callers."
    log_scale: float


def _weigh_queue(calls_per_s: float, served_per_s: float, left_per_s: float) -> _QueueWeights:
    term, weight, callers, log_scale, count = 1.0, 1.0, 0.0, 0.0, 0
    while True:
        count += 1
        ratio = calls_per_s / (served_per_s + count * left_per_s)
        term *= ratio
        weight += term
        callers += count * term
        if ratio < 1.0 and count * term < _NEGLIGIBLE * (1.0 - ratio) * (callers or 1.0):
            return _QueueWeights(weight, callers, log_scale)
        if weight > _RESCALE_ABOVE:
            term, weight, callers = (each / _RESCALE_ABOVE for each in (term, weight, callers))
            log_scale += math.log(_RESCALE_ABOVE)


def _served_after_wait(
    calls_per_s: float,
    served_per_s: float,
    left_per_s: float,
    threshold_s: float,
    log_density: float,
) -> float:
    """The share of callers who wait, but are served within the threshold.

    A caller with endless patience would wait t with the density v(t) = v(0) exp(λ(1-e^(-θt))/θ - sμt);
    of these, e^(-θt) are still there then. ``log_density`` is the logarithm of v(0).
    """
    if threshold_s == 0:
        return 0.0

    def integrand(at_s: float) -> float:
        came = -calls_per_s * math.expm1(-left_per_s * at_s) / left_per_s
        exponent = log_density + came - (served_per_s + left_per_s) * at_s
        return math.exp(min(exponent, 700.0))

    pace = abs(calls_per_s - served_per_s) + math.sqrt(calls_per_s * left_per_s) + left_per_s
    # The exponent is at most min(λt, λ/θ) - (sμ+θ)t: where it is below -50 nothing is left to add.
    fall = served_per_s + left_per_s
    end_s = min(threshold_s, (50.0 + calls_per_s / left_per_s) / fall)
    if fall > calls_per_s:
        end_s = min(end_s, 50.0 / (fall - calls_per_s))
    half = min(math.ceil(end_s * pace * _STEPS_PER_SCALE) + 32, _MOST_STEPS)
    step = end_s / (2 * half)
    odd = math.fsum(integrand((2 * index + 1) * step) for index in range(half))
    even = math.fsum(integrand(2 * index * step) for index in range(1, half))
    return step / 3 * (integrand(0.0) + 4 * odd + 2 * even + integrand(end_s))


def _check(calls_per_s: float, handling_s: float, agents: int, threshold_s: float) -> None:
    if not (math.isfinite(calls_per_s) and calls_per_s >= 0):
        raise ValueError(f"{calls_per_s} calls per second: 0 or more, and finite")
    if not (math.isfinite(handling_s) and handling_s > 0):
        raise ValueError(f"a handling time of {handling_s} s: more than 0, and finite")
    if agents < 1:
        raise ValueError(f"{agents} agents: at least one")
    if not (math.isfinite(threshold_s) and threshold_s >= 0):
        raise ValueError(f"a threshold of {threshold_s} s: 0 or more, and finite")
