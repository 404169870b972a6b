"""Facts of agents → what each did, from when on, and how long.

A restart divides: nobody knows what an agent did between the last fact before it and the start, save that a
pause goes on as one.
"""

from collections.abc import Callable, Iterable
from typing import Any

from firmware_host.journal_format import Entry
from firmware_host.oam.histories.rows import AgentTime, Doing, Moment, Visit, seconds

__all__ = ["AGENT_FACTS", "AgentTimes"]

AGENT_FACTS = frozenset(
    {
        "AgentLoggedIn",
        "AgentLoggedOut",
        "AgentPaused",
        "AgentResumed",
        "AgentWrappedUp",
        "CallBackAttempted",
        "CallBackReached",
        "CallConnected",
        "CallEnded",
        "CallPlaced",
        "OfferMade",
        "OfferMissed",
        "OfferWithdrawn",
        "SnapshotTaken",
        "WrapUpStarted",
    }
)
_STATES = {
    "OfferMade": Doing.RINGING,
    "CallBackAttempted": Doing.CALLING_BACK,
    "CallBackReached": Doing.TALKING,
    "CallConnected": Doing.TALKING,
}
_RING_ENDS = {
    "OfferMissed": "missed",
    "OfferWithdrawn": "withdrawn",
    "CallBackAttempted": "answered",
    "CallConnected": "answered",
}
_SNAPSHOT_STATES = {
    "ready": Doing.READY,
    "ringing": Doing.RINGING,
    "reserved": Doing.CALLING_BACK,
    "talking": Doing.TALKING,
    "wrapping up": Doing.WRAPPING_UP,
    "paused": Doing.PAUSED,
}
_REASON_KEPT = 40


class AgentTimes:
    """What agents do now."""

    def __init__(
        self,
        changed: Callable[[AgentTime], None],
        visit_changed: Callable[[Visit], None],
        open_times: Iterable[AgentTime] = (),
    ) -> None:
        self._changed = changed
        self._visit_changed = visit_changed
        self._now: dict[str, AgentTime] = {}
        self._with_call: dict[str, dict[str, None]] = {}
        for time in open_times:
            self._keep(time)

    def rings_in(self, agent: str, call: str) -> str:
        """For which queue an agent's handset rings, if it does for this call."""
        time = self._now.get(agent)
        rings = time is not None and time.state == Doing.RINGING.value and time.call == call
        return time.queue if time is not None and rings else ""

    def receive(self, entry: Entry, now: Moment, talk: Visit | None) -> None:
        """Take a fact.

        Args:
            entry: Which.
            now: Its moment.
            talk: The wait that it ends in a talk.
        """
        data = entry.data
        match entry.kind:
            case "SnapshotTaken":
                for row in data["agents"]:
                    self._learn(entry, now, row)
            case "CallPlaced":
                # Of a call-back agents are told by what rings.
                if not data.get("call_back") and self._does(data["agent"], Doing.READY):
                    self._change(entry, now, data["agent"], Doing.CALLING_OUT, call=data["call"])
            case "CallEnded":
                for agent in tuple(self._with_call.get(data["call"], ())):
                    self._lose_call(entry, now, agent)
            case "AgentLoggedOut":
                before = self._end(data["agent"], now, "")
                self._finish(before, None)
            case "AgentResumed":
                # Else a wish for a pause was taken back.
                if self._does(data["agent"], Doing.PAUSED):
                    self._change(entry, now, data["agent"], Doing.READY)
            case "AgentPaused":
                reason = data["reason"][:_REASON_KEPT]
                time = self._change(entry, now, data["agent"], Doing.PAUSED, reason=reason)
                time.paid = bool(data.get("paid", False))
            case "WrapUpStarted":
                self._wrap_up(entry, now, data["agent"], data["call"])
            case "OfferMade" | "CallBackAttempted" | "CallBackReached" | "CallConnected":
                self._change(
                    entry,
                    now,
                    data["agent"],
                    _STATES[entry.kind],
                    call=data["call"],
                    queue=data["queue"],
                    contact=talk,
                )
            case _:
                self._change(entry, now, data["agent"], Doing.READY)

    def restart(self, entry: Entry, last: Moment, now: Moment) -> None:
        """The call server came up, and was last heard of at ``last``."""
        for agent, before in list(self._now.items()):
            if before.state == Doing.PAUSED.value:
                continue
            self._end(agent, last, "", talk_is_known=False)
            gap = self._open(entry, last, agent, Doing.NOT_KNOWN, like=before)
            if before.state in (Doing.READY.value, Doing.WRAPPING_UP.value):
                self._end(agent, now, "")
                self._open(entry, now, agent, Doing(before.state), like=gap)
            elif (
                before.state == Doing.CALLING_OUT.value
            ):  # the call is gone, and no fact will say so
                self._change(entry, now, agent, Doing.READY)

    def _does(self, agent: str, doing: Doing) -> bool:
        time = self._now.get(agent)
        return time is not None and time.state == doing.value

    def _wrap_up(self, entry: Entry, now: Moment, agent: str, call: str) -> None:
        before = self._now.get(agent)
        if before is not None and before.call == call:
            if before.state != Doing.WRAPPING_UP.value:  # else since the call's end
                queue, contact = before.queue, before.contact
                self._change(
                    entry, now, agent, Doing.WRAPPING_UP, call=call, queue=queue, contact=contact
                )
        else:
            self._change(entry, now, agent, Doing.WRAPPING_UP, call=call)

    def _lose_call(self, entry: Entry, now: Moment, agent: str) -> None:
        """The call is over that the agent was in."""
        if self._does(agent, Doing.CALLING_OUT):
            self._change(entry, now, agent, Doing.READY)
        elif self._does(agent, Doing.TALKING):
            self._wrap_up(entry, now, agent, entry.data["call"])

    def _change(
        self,
        entry: Entry,
        now: Moment,
        agent: str,
        doing: Doing,
        *,
        call: str = "",
        queue: str = "",
        reason: str = "",
        contact: Visit | None = None,
    ) -> AgentTime:
        before = self._end(agent, now, _RING_ENDS.get(entry.kind, ""))
        time = _time(entry, now, agent, doing)
        time.call, time.queue, time.reason = call, queue, reason
        time.contact, time.visit = contact, contact.sequence if contact is not None else None
        self._keep(time)
        self._changed(time)
        self._finish(before, contact)
        return time

    def _end(
        self, agent: str, now: Moment, by: str, *, talk_is_known: bool = True
    ) -> AgentTime | None:
        """Close what the agent does."""
        time = self._now.pop(agent, None)
        if time is None:
            return None
        time.lasts_s = seconds(time.begin, now)
        if time.state == Doing.RINGING.value:
            time.ended_by = by
        self._changed(time)
        if time.call:
            with_call = self._with_call[time.call]
            del with_call[agent]
            if not with_call:
                del self._with_call[time.call]
        contact = time.contact
        if contact is not None:
            if time.state == Doing.TALKING.value and talk_is_known:
                contact.talk_s = time.lasts_s
            elif time.state == Doing.WRAPPING_UP.value:
                contact.wrap_up_s = (contact.wrap_up_s or 0.0) + time.lasts_s
            self._visit_changed(contact)
        return time

    def _finish(self, before: AgentTime | None, contact: Visit | None) -> None:
        """Whoever was served has been, unless what follows is for the same contact."""
        was = None if before is None else before.contact
        if was is not None and was is not contact and was.wrap_up_s is None:
            was.wrap_up_s = 0.0
            self._visit_changed(was)

    def _open(
        self, entry: Entry, now: Moment, agent: str, doing: Doing, *, like: AgentTime
    ) -> AgentTime:
        """What goes on after a restart, for the same caller."""
        time = _time(entry, now, agent, doing)
        time.call, time.queue = like.call, like.queue
        time.visit, time.contact = like.visit, like.contact
        self._keep(time)
        self._changed(time)
        return time

    def _keep(self, time: AgentTime) -> None:
        self._now[time.agent] = time
        if time.call:
            self._with_call.setdefault(time.call, {})[time.agent] = None

    def _learn(self, entry: Entry, now: Moment, row: dict[str, Any]) -> None:
        """A journal whose beginning is gone: what agents did before its first snapshot is not known."""
        agent, doing = str(row.get("agent") or ""), _SNAPSHOT_STATES.get(str(row.get("state")))
        if not agent or doing is None or agent in self._now:
            return
        time = _time(entry, now, agent, doing)
        if doing is Doing.PAUSED:
            time.reason = str(row.get("reason") or "")[:_REASON_KEPT]
        elif doing is not Doing.READY:
            time.call, time.queue = str(row.get("call") or ""), str(row.get("queue") or "")
        self._keep(time)
        self._changed(time)


def _time(entry: Entry, now: Moment, agent: str, doing: Doing) -> AgentTime:
    return AgentTime(
        sequence=entry.sequence,
        tenant=entry.tenant,
        call="",
        boot=now.boot,
        monotonic_s=now.monotonic_s,
        agent=agent,
        state=doing.value,
        begin_utc_s=now.utc_s,
    )
