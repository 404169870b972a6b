"""Why a call went where it went, in words that people read."""

from collections.abc import Iterable
from typing import Any

__all__ = ["story"]

_DISCIPLINES = {
    "longest_idle": "has been idle longest",
    "least_occupied": "is the least occupied ({key:.0%} of the time since log-in)",
    "fewest_calls": "has taken the fewest calls of this queue ({key:.0f})",
    "round_robin": "is next in turn",
    "ring_all": "rings with all others",
    "ring_some": "is among the next in turn",
    "top_down": "stands first in the list of those who are free",
    "weighted": "has had least for the weight (turns: {key:.2f})",
    "percent_allocation": "lags most behind the shares ({lag:.0%})",
    "best_skilled": "has the highest levels in what is asked for (sum {level:.0f})",
}


def story(steps: Iterable[dict[str, Any]], states: dict[str, Any] | None) -> list[str]:
    """The lines that tell it.

    Args:
        steps: Of routing, oldest first, as OAM gives them.
        states: For whom the caller waits at this moment; None: for nobody.
    """
    lines: list[str] = []
    for step in steps:
        told = _TELLERS.get(step["fact"], _nothing)(step["data"])
        if told:
            clock = step["utc"][11:19]
            lines += [f"{clock}  {told[0]}", *(f"          {each}" for each in told[1:])]
    if states is not None:
        lines += _now(states)
    return lines


def _nothing(_: dict[str, Any]) -> list[str]:
    return []


def _queued(data: dict[str, Any]) -> list[str]:
    also = "".join(f", also in {queue}" for queue in data.get("also", ()))
    told = [f"waits in queue {data['queue']} at place {data['place']}{also}"]
    if data.get("lists"):
        told.append(f"stands on the list {', '.join(data['lists'])}")
    if data.get("waited_before_s"):
        told.append(f"{data['waited_before_s']:.0f} s of waiting before count, too")
    if data.get("prefers"):
        told.append(f"is kept at first for agent {data['prefers']}, who served this number last")
    return told


def _refused(data: dict[str, Any]) -> list[str]:
    return [f"was not let into queue {data['queue']}: {data['why']}"]


def _left(data: dict[str, Any]) -> list[str]:
    return [f"left queue {data['queue']} after {data['waited_s']:.0f} s: {data['why']}"]


def _overflowed(data: dict[str, Any]) -> list[str]:
    gains = [f"waits in {data['to']} as well"] if data["to"] else []
    if data["priority"]:
        gains.append(f"gets {data['priority']:g} points")
    return [f"{' and '.join(gains) or 'ages otherwise'}: {data['why']}"]


def _offered(data: dict[str, Any]) -> list[str]:
    why = data.get("why") or {}
    told = [f"was offered to agent {data['agent']} at {data['station']}, queue {data['queue']}"]
    if not why:
        return told
    told.append(f"at this moment: {why['trigger']}, after {why['waited_s']:.1f} s")
    if why.get("next_call"):
        told.append(
            f"this caller: {why['score']:g} points;"
            f" next call {why['next_call'].lstrip('0')} with {why['next_score']:g}"
        )
    else:
        told.append(f"this caller: {why['score']:g} points; nobody else waited for this agent")
    wanted = [why[key] for key in ("needs",) if why.get(key)]
    if why.get("only"):
        wanted.append(f"nobody but {why['only']}")
    if wanted or why.get("relaxed"):
        relaxed = ", after having been relaxed" if why.get("relaxed") else ""
        told.append(f"asked for: {' '.join(wanted) or 'anybody'}{relaxed}")
    reason = _DISCIPLINES.get(why["discipline"], why["discipline"]).format(
        key=why["key"], lag=why.get("lag") or 0.0, level=-why["key"]
    )
    if why["candidates"] == 1:
        told.append("this agent: nobody else was free for it")
    else:
        told.append(f"this agent: {reason}, of {why['candidates']} who were free")
        if why.get("next_agent"):
            told.append(f"next would have been agent {why['next_agent']}")
    if why.get("lag") is not None and why["discipline"] != "percent_allocation":
        told.append(f"this queue: due by the agent's shares (lags by {why['lag']:.0%})")
    return told


def _missed(data: dict[str, Any]) -> list[str]:
    return [f"agent {data['agent']} did not answer"]


def _withdrawn(data: dict[str, Any]) -> list[str]:
    return [f"the handset of agent {data['agent']} no longer rings"]


def _connected(data: dict[str, Any]) -> list[str]:
    return [f"talks to agent {data['agent']}"]


def _ended(data: dict[str, Any]) -> list[str]:
    return [f"ended in stage {data['stage']}: {data['cause']}"]


def _asked(data: dict[str, Any]) -> list[str]:
    return [f"wants to be called back at {data['number']}, and keeps the place in {data['queue']}"]


def _attempted(data: dict[str, Any]) -> list[str]:
    return [f"is called back by agent {data['agent']}, in call {data['call'].lstrip('0')}"]


def _reached(data: dict[str, Any]) -> list[str]:
    return [f"talks to agent {data['agent']}, after {data['waited_s']:.0f} s"]


def _postponed(data: dict[str, Any]) -> list[str]:
    counts = "" if data["counts"] else " (no attempt)"
    return [f"was not reached{counts}: {data['why']}; again in {data['delay_s']:.0f} s"]


def _done(data: dict[str, Any]) -> list[str]:
    return [f"will not be called back any more: {data['why']}"]


_TELLERS = {
    "CallBackRequested": _asked,
    "CallBackAttempted": _attempted,
    "CallBackReached": _reached,
    "CallBackPostponed": _postponed,
    "CallBackEnded": _done,
    "CallerQueued": _queued,
    "QueueRefused": _refused,
    "QueueLeft": _left,
    "CallOverflowed": _overflowed,
    "OfferMade": _offered,
    "OfferMissed": _missed,
    "OfferWithdrawn": _withdrawn,
    "CallConnected": _connected,
    "CallEnded": _ended,
}


def _now(states: dict[str, Any]) -> list[str]:
    lines = [f"now       waits still, {states['waited_s']:.0f} s so far"]
    for queue in states["queues"]:
        wanted = queue["needs"] or "anybody"
        if queue["only"]:
            wanted += f", nobody but {queue['only']}"
        agents = ", ".join(f"{count} {state}" for state, count in queue["agents"].items())
        lines.append(
            f"          queue {queue['queue']}: place {queue['place']}, {queue['score']:.0f} points;"
            f" asks for {wanted}; who could: {agents or 'no agent'}"
        )
        if queue["relaxes_in_s"] is not None:
            lines.append(f"          asks for less in {queue['relaxes_in_s']:.0f} s")
    return lines
