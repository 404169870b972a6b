"""Erlang's formulas beside the simulation, for queues that they describe; for others, why they don't."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acd import CenterSettings
from acd.planning import Outlook, agents_needed, erlang_a_outlook, erlang_c_outlook
from firmware_host.simulation.confidence import Summary
from firmware_host.simulation.schema import Traffic
from firmware_host.simulation.traffic_file import seconds_of

__all__ = ["GOAL", "Comparison", "compare_with_erlang"]

GOAL = 0.8
"The service level that most centers promise."
_ENOUGH_CALLS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One queue beside the formulas."""

    queue: str
    erlang_c: Outlook | None = None
    erlang_a: Outlook | None = None
    "None: the queue's callers have endless patience."
    agents: int = 0
    handling_s: float = 0.0
    agents_needed: int | None = None
    "For `GOAL` by Erlang A, or C where patience is endless."
    inapplicable: Sequence[str] = ()
    "Why the formulas say nothing about this queue; then there is none."
    approximate: Sequence[str] = ()
    "Where they are only near the truth."


def compare_with_erlang(
    traffic: Traffic, settings: CenterSettings, summary: Summary, *, threshold_s: float
) -> Sequence[Comparison]:
    """Each queue of a traffic file's day beside Erlang C and A.

    The formulas get the arrivals, the handling time and the agents that the simulation had.
    """
    return [
        _compare(str(queue.name), traffic, settings, summary, threshold_s)
        for queue in settings.queues
    ]


def _compare(
    queue: str, traffic: Traffic, settings: CenterSettings, summary: Summary, threshold_s: float
) -> Comparison:
    members = next(each.agents for each in settings.queues if each.name == queue)
    at_work = [agent for agent in members if _mean(summary, "agents", agent, "present_s") > 0]
    offered = _mean(summary, "queues", queue, "offered")
    answered = _mean(summary, "queues", queue, "answered")
    why_not = _inapplicable(queue, traffic, settings, at_work)
    if min(offered, answered) < _ENOUGH_CALLS:
        why_not = [*why_not, "hardly anybody calls"]
    if why_not:
        return Comparison(queue=queue, inapplicable=why_not)
    kept_s = sum(
        _mean(summary, "agents", agent, what)
        for agent in at_work
        for what in ("ringing_s", "talking_s", "wrapping_up_s")
    )
    day_s = seconds_of(traffic.day.end) - seconds_of(traffic.day.begin)
    numbers = {"calls_per_s": offered / day_s, "handling_s": kept_s / answered}
    patience_s = traffic.queue[queue].patience_s
    return Comparison(
        queue=queue,
        agents=len(at_work),
        handling_s=kept_s / answered,
        erlang_c=erlang_c_outlook(**numbers, agents=len(at_work), threshold_s=threshold_s),
        erlang_a=None
        if isinstance(patience_s, str)
        else erlang_a_outlook(
            **numbers, agents=len(at_work), threshold_s=threshold_s, patience_s=patience_s
        ),
        agents_needed=agents_needed(
            **numbers,
            service_level=GOAL,
            threshold_s=threshold_s,
            patience_s=math.inf if isinstance(patience_s, str) else patience_s,
        ),
        approximate=_approximate(queue, traffic, settings, summary),
    )


def _inapplicable(
    queue: str, traffic: Traffic, settings: CenterSettings, at_work: Sequence[str]
) -> list[str]:
    reasons = []
    shared = [
        agent
        for agent in at_work
        if any(agent in other.agents for other in settings.queues if other.name != queue)
    ]
    if shared:
        reasons.append(f"agents serve other queues, too: {', '.join(shared[:4])}")
    if any(len(set(calls.per_half_hour or ())) > 1 for calls in traffic.calls.values()):
        reasons.append("more calls come in some half hours than in others")
    for shift in traffic.shift.values():
        if not set(shift.agents) & set(at_work):
            continue
        begins_late = seconds_of(shift.begin) > seconds_of(traffic.day.begin)
        if begins_late or seconds_of(shift.end) < seconds_of(traffic.day.end) or shift.pauses:
            reasons.append("agents come, go or pause during the day")
            break
    return reasons


def _approximate(
    queue: str, traffic: Traffic, settings: CenterSettings, summary: Summary
) -> list[str]:
    reasons = []
    wrap_up_s = next(each.wrap_up_s for each in settings.queues if each.name == queue)
    talk = traffic.queue[queue].talk
    if talk.shape != "exponential" or wrap_up_s > 0 or traffic.agents.answer.mean_s > 0:
        reasons.append("ringing, talk and wrap-up together are not exponential")
    if traffic.agents.answer.mean_s > 0:
        reasons.append("a caller waits while the handset rings, which they leave out")
    if traffic.agents.missed > 0:
        reasons.append("agents miss calls")
    if _mean(summary, "lines_busy") > 0:
        reasons.append("callers found every line busy")
    if _mean(summary, "queues", queue, "sent_on") > 0:
        reasons.append("callers were sent on after the longest wait")
    reasons.append("the day begins with an empty queue, and is no steady state at first")
    return reasons


def _mean(summary: Mapping[tuple[str, ...], object], *path: str) -> float:
    value = getattr(summary.get(path), "mean", 0.0)
    return value if isinstance(value, float | int) and math.isfinite(value) else 0.0
