"""Facts of callers → waits in queues.

A caller may wait in several queues at once and is served once. The wait counts for the queue by which the
caller was served, and without that for the first; for the others it has the outcome ``elsewhere``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from firmware_host.journal_format import Entry
from firmware_host.oam.histories.rows import Came, Moment, Outcome, Visit, seconds

__all__ = ["VISIT_FACTS", "Visits"]

_ABANDONED = "caller hung up"
_RESTARTED = "call server restarted"
_WHYS = {
    "waited too long": Outcome.LEFT_BY_TIME,
    "nobody there": Outcome.LEFT_DESERTED,
}
_WHY_KEPT = 60


@dataclass(slots=True)
class _Call:
    """A call that is not over."""

    waiting: dict[str, Visit] = field(default_factory=dict)
    "By queue, the first of them first."
    past: list[Visit] = field(default_factory=list)


class Visits:
    """Those that can still change."""

    def __init__(self, changed: Callable[[Visit], None], open_visits: Iterable[Visit] = ()) -> None:
        self._changed = changed
        self._calls: dict[str, _Call] = {}
        for visit in sorted(open_visits, key=lambda each: (each.sequence, each.rank)):
            call = self._calls.setdefault(visit.call, _Call())
            if visit.wait_s is None:
                call.waiting[visit.queue] = visit
            else:
                call.past.append(visit)

    def receive(self, entry: Entry, now: Moment, rings_in: str) -> Visit | None:
        """Take a fact of a call.

        Args:
            entry: Which.
            now: Its moment.
            rings_in: For which queue the handset rings of the agent whom the fact names, if it does.

        Returns:
            The wait that the fact ends in a talk.
        """
        data = entry.data
        match entry.kind:
            case "CallerQueued":
                self._queue(entry, now)
            case "QueueRefused":
                self._refuse(entry, now)
            case "CallEnded":
                self._end_call(data["call"], data["cause"], now)
            case _:
                call = self._calls.get(data["call"])
                if call is not None and call.waiting:
                    return self._change(call, entry, now, rings_in)
        return None

    def restart(self, last: Moment) -> None:
        """The call server came up: whatever was up ended, and was last heard of then."""
        for call in list(self._calls):
            self._end_call(call, _RESTARTED, last)

    def _change(self, call: _Call, entry: Entry, now: Moment, rings_in: str) -> Visit | None:
        data = entry.data
        match entry.kind:
            case "CallOverflowed":
                if data["to"]:
                    origin = self._in(call, data["queue"])
                    origin.overflowed += 1
                    self._changed(origin)
                    self._in(call, data["to"])
            case "AnnouncementPlayed":
                self._tell(self._in(call, data["queue"]), entry, now)
            case "OfferMade":
                visit = self._in(call, data["queue"])
                visit.offers += 1
                self._changed(visit)
            case "OfferMissed":
                if rings_in:
                    visit = self._in(call, rings_in)
                    visit.missed += 1
                    self._changed(visit)
            case "QueueLeft":
                why = data["why"]
                key = Outcome.LEFT_BY_KEY if why.startswith("key ") else Outcome.LEFT_OTHERWISE
                self._end_waits(call, _WHYS.get(why, key), why, now)
            case "CallConnected":
                served = self._in(call, data["queue"])
                served.agent = data["agent"]
                self._end_waits(call, Outcome.ANSWERED, "", now, counts_for=served)
                return served
            case _:
                pass
        return None

    def _queue(self, entry: Entry, now: Moment) -> None:
        data = entry.data
        call = self._calls.setdefault(data["call"], _Call())
        if call.waiting:  # facts between are missing
            self._end_waits(call, Outcome.CUT_OFF, "queued again", now)
        before_s = float(data.get("waited_before_s", 0.0))
        came = Came.RESUMED if before_s > 0 else Came.NEW
        if call.past:
            served = any(visit.outcome == Outcome.ANSWERED.value for visit in call.past)
            came = Came.RETURNED if served else Came.MOVED
        for queue in dict.fromkeys((data["queue"], *data.get("also", ()))):
            visit = _visit(entry, now, queue, came, rank=len(call.waiting))
            visit.waited_before_s = before_s
            if call.waiting:
                visit.outcome = Outcome.ELSEWHERE.value
            call.waiting[queue] = visit
            self._changed(visit)

    def _refuse(self, entry: Entry, now: Moment) -> None:
        visit = _visit(entry, now, entry.data["queue"], Came.NEW, rank=0)
        visit.outcome, visit.why = Outcome.REFUSED.value, entry.data["why"][:_WHY_KEPT]
        visit.wait_s, visit.is_open = 0.0, False
        self._changed(visit)

    def _in(self, call: _Call, queue: str) -> Visit:
        """The wait in a queue; one that no fact has told of began with the others."""
        visit = call.waiting.get(queue)
        if visit is None:
            first = next(iter(call.waiting.values()))
            visit = call.waiting[queue] = Visit(
                sequence=first.sequence,
                tenant=first.tenant,
                call=first.call,
                boot=first.boot,
                monotonic_s=first.monotonic_s,
                queue=queue,
                rank=len(call.waiting),
                came=first.came,
                entered_utc_s=first.entered_utc_s,
                waited_before_s=first.waited_before_s,
                outcome=Outcome.ELSEWHERE.value,
            )
            self._changed(visit)
        return visit

    def _tell(self, visit: Visit, entry: Entry, now: Moment) -> None:
        told_s = entry.data.get("wait_s")
        if told_s is None or visit.told_wait_s is not None:
            return
        visit.told_after_s, visit.told_wait_s = seconds(visit.entered, now), told_s
        visit.told_mean_s = entry.data.get("mean_s")
        visit.told_quantile = entry.data.get("quantile")
        visit.told_quantile_s = entry.data.get("quantile_s")
        self._changed(visit)

    def _end_waits(
        self,
        call: _Call,
        outcome: Outcome,
        why: str,
        now: Moment,
        counts_for: Visit | None = None,
    ) -> None:
        for index, visit in enumerate(call.waiting.values()):
            counts = visit is counts_for if counts_for is not None else index == 0
            visit.outcome = (outcome if counts else Outcome.ELSEWHERE).value
            visit.why = why[:_WHY_KEPT] if counts else ""
            visit.wait_s = seconds(visit.entered, now)
            self._changed(visit)
        call.past += call.waiting.values()
        call.waiting = {}

    def _end_call(self, name: str, cause: str, now: Moment) -> None:
        call = self._calls.pop(name, None)
        if call is None:
            return
        outcome = Outcome.ABANDONED if cause == _ABANDONED else Outcome.CUT_OFF
        self._end_waits(call, outcome, cause, now)
        for visit in call.past:
            visit.is_open = False
            self._changed(visit)


def _visit(entry: Entry, now: Moment, queue: str, came: Came, rank: int) -> Visit:
    return Visit(
        sequence=entry.sequence,
        tenant=entry.tenant,
        call=entry.data["call"],
        boot=now.boot,
        monotonic_s=now.monotonic_s,
        queue=queue,
        rank=rank,
        came=came.value,
        entered_utc_s=now.utc_s,
    )


VISIT_FACTS = frozenset(
    {
        "AnnouncementPlayed",
        "CallConnected",
        "CallEnded",
        "CallOverflowed",
        "CallerQueued",
        "OfferMade",
        "OfferMissed",
        "QueueLeft",
        "QueueRefused",
    }
)
