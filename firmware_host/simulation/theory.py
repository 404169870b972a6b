"""Erlang's formulas beside the simulation, for queues that they describe; for others, why they don't."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acd import CallBackNode, CenterSettings, ExtensionNode, QueueNode
from acd.planning import Outlook, agents_needed, erlang_a_outlook, erlang_c_outlook
from firmware_host.simulation.abilities import (
    asked_by_queue,
    can_serve_at_once,
    members_who_can,
)
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
    members = members_who_can(settings, queue)
    at_work = [agent for agent in members if _mean(summary, "agents", agent, "present_s") > 0]
    offered = _mean(summary, "queues", queue, "offered")
    answered = _mean(summary, "queues", queue, "answered")
    why_not = [
        *_inapplicable(queue, traffic, settings, at_work),
        *_other_ways(queue, settings),
        *_unequal(queue, settings, at_work),
    ]
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
        if any(
            agent in members_who_can(settings, other.name)
            for other in settings.queues
            if other.name != queue
        )
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


def _other_ways(queue: str, settings: CenterSettings) -> list[str]:
    """Callers who come or go otherwise than the formulas have it."""
    nodes = [node for flow in settings.flows for node in flow.nodes.values()]
    of_queue = next(each for each in settings.queues if each.name == queue)
    waits = [node for node in nodes if isinstance(node, QueueNode)]
    reasons = []
    if any(queue in (node.queue, *node.also) and node.also for node in waits) or any(
        overflow.to and queue in (each.name, overflow.to)
        for each in settings.queues
        for overflow in each.overflows
    ):
        reasons.append("callers wait in several queues at once")
    if any(loan.queue == queue or queue in loan.leaves for loan in settings.loans):
        reasons.append("agents are lent to it, or from it")
    if any(isinstance(node, ExtensionNode) for node in nodes):
        reasons.append("callers ask for agents by number")
    if any(isinstance(node, CallBackNode) and node.queue == queue for node in nodes):
        reasons.append("callers are called back")
    if any(node.queue == queue and node.keys for node in waits):
        reasons.append("keys lead out of it")
    limited = of_queue.most_waiting is not None or of_queue.longest_expected_wait_s is not None
    if limited:
        reasons.append("not everybody is let in")
    return reasons


def _unequal(queue: str, settings: CenterSettings, at_work: Sequence[str]) -> list[str]:
    """Agents of whom some can serve callers whom others can't."""
    skills = {str(agent.agent): agent.skills for agent in settings.agents}
    asked = asked_by_queue(settings, queue)
    late = [agent for agent in at_work if not can_serve_at_once(skills.get(agent, {}), asked)]
    reasons = []
    if late:
        reasons.append(f"agents who serve only when skills are relaxed: {', '.join(late[:4])}")
    nodes = [node for flow in settings.flows for node in flow.nodes.values()]
    points = [
        *(each.points for each in settings.number_plan.called),
        *(each.points for each in settings.caller_lists),
        *(node.points for node in nodes if isinstance(node, QueueNode) and node.queue == queue),
    ]
    besides = [each for one in points for each in one.requires]
    if any(not can_serve_at_once(skills.get(agent, {}), besides) for agent in at_work):
        reasons.append("not every agent has the skills that some callers ask for")
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
