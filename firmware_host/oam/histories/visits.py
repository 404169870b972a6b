"""Facts of callers → waits in queues.

A caller may wait in several queues at once and is served once. The wait counts for the queue by which the
caller was served, and without that for the first; for the others it has the outcome ``elsewhere``.

Whoever asks to be called back has left the queue for that. The call-back is a wait of its own, over calls
and restarts, until the caller is reached or nobody tries any more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from firmware_host.journal_format import Entry
from firmware_host.oam.histories.rows import Came, Moment, Outcome, Visit, seconds

__all__ = ["VISIT_FACTS", "Visits"]

_ABANDONED = "caller hung up"
_RESTARTED = "call server restarted"
_LEFT = frozenset(
    each.value
    for each in (
        Outcome.LEFT_BY_KEY,
        Outcome.LEFT_BY_TIME,
        Outcome.LEFT_DESERTED,
        Outcome.LEFT_OTHERWISE,
    )
)
_CALL_BACK_ENDS = {
    "reached": Outcome.ANSWERED,
    "the caller called again": Outcome.CALLED_AGAIN,
}
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
        self._call_backs: dict[str, Visit] = {}
        self._attempts: dict[str, Visit] = {}
        "Call-backs, by the call in which handsets ring or the number is dialled."
        for visit in sorted(open_visits, key=lambda each: (each.sequence, each.rank)):
            if visit.came == Came.CALL_BACK.value:
                self._call_backs[visit.call] = visit
                if visit.attempt:
                    self._attempts[visit.attempt] = visit
                continue
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
                self._attempt(self._attempts.get(data["call"]), "")
            case "CallPlaced":
                self._attempt(self._call_backs.get(data.get("call_back", "")), data["call"])
            case "CallBackRequested":
                self._ask(entry, now)
            case "CallBackAttempted" | "CallBackReached" | "CallBackPostponed" | "CallBackEnded":
                call_back = self._call_backs.get(data["call_back"])
                if call_back is not None:
                    return self._change_call_back(call_back, entry, now)
            case "OfferMade" | "OfferMissed" if data["call"] in self._attempts:
                call_back = self._attempts[data["call"]]
                call_back.offers += entry.kind == "OfferMade"
                call_back.missed += entry.kind == "OfferMissed" and bool(rings_in)
                self._changed(call_back)
            case _:
                call = self._calls.get(data["call"])
                if call is not None and call.waiting:
                    return self._change(call, entry, now, rings_in)
        return None

    def restart(self, last: Moment) -> None:
        """The call server came up: whatever was up ended, and was last heard of then."""
        for call in list(self._calls):
            self._end_call(call, _RESTARTED, last)
        for call_back in list(self._attempts.values()):
            self._attempt(call_back, "")

    def _ask(self, entry: Entry, now: Moment) -> None:
        data = entry.data
        before = self._call_backs.get(data["call"])
        if before is not None:
            self._end_call_back(before, "asked for again", now)
        call = self._calls.get(data["call"])
        if call is not None:
            if call.waiting:  # facts between are missing
                self._end_waits(call, Outcome.LEFT_OTHERWISE, "", now)
            left = [each for each in call.past if each.outcome != Outcome.ELSEWHERE.value]
            if left and left[-1].outcome in _LEFT:
                left[-1].outcome = Outcome.CALL_BACK.value
                self._changed(left[-1])
        visit = _visit(entry, now, data["queue"], Came.CALL_BACK, rank=0)
        visit.waited_before_s = float(data.get("waited_s", 0.0))
        self._call_backs[visit.call] = visit
        self._changed(visit)

    def _attempt(self, call_back: Visit | None, call: str) -> None:
        """Handsets ring for it in this call; empty: no more."""
        if call_back is not None and call_back.attempt != call:
            self._attempts.pop(call_back.attempt, None)
            call_back.attempt = call
            if call:
                self._attempts[call] = call_back
            self._changed(call_back)

    def _change_call_back(self, call_back: Visit, entry: Entry, now: Moment) -> Visit | None:
        data = entry.data
        match entry.kind:
            case "CallBackAttempted":
                call_back.attempts += 1
            case "CallBackReached" if call_back.outcome == Outcome.WAITING.value:
                call_back.outcome, call_back.agent = Outcome.ANSWERED.value, data["agent"]
                call_back.wait_s = seconds(call_back.entered, now)
                self._changed(call_back)
                return call_back
            case "CallBackPostponed":
                call_back.attempts -= not data.get("counts", True) and call_back.attempts > 0
            case "CallBackEnded":
                self._end_call_back(call_back, data["why"], now)
            case _:
                pass
        self._changed(call_back)
        return None

    def _end_call_back(self, call_back: Visit, why: str, now: Moment) -> None:
        self._attempt(call_back, "")
        call_back.is_open = False
        if call_back.outcome == Outcome.WAITING.value:
            call_back.outcome = _CALL_BACK_ENDS.get(why, Outcome.NOT_REACHED).value
            call_back.why = why[:_WHY_KEPT]
            call_back.wait_s = seconds(call_back.entered, now)
        del self._call_backs[call_back.call]
        self._changed(call_back)

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
        "CallBackAttempted",
        "CallBackEnded",
        "CallBackPostponed",
        "CallBackReached",
        "CallBackRequested",
        "CallConnected",
        "CallEnded",
        "CallOverflowed",
        "CallPlaced",
        "CallerQueued",
        "OfferMade",
        "OfferMissed",
        "QueueLeft",
        "QueueRefused",
    }
)
