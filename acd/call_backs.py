"""Callers who wait to be called back: what is known of each, derived from facts.

Each keeps the time of entering and so the place in the queue. One attempt at a time is under way; a number
waits once in a queue, however often it was asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from acd import facts

__all__ = ["CallBackRecord", "CallBacks"]

_Row = dict[str, str | int | float | None]


@dataclass(slots=True)
class CallBackRecord:
    """One of them."""

    call_back: str
    "The call in which it was asked for."
    number: str
    queue: str
    entered: float
    "From when on the waiting counts."
    asked: float
    priority: float = 0.0
    "Points besides the queue's own,"
    ageing: float | None = None
    needs: tuple[str, ...] = ()
    "and skills with levels, as ``english>=3``."
    language: str = ""
    tenant: str = "main"
    attempts: int = 0
    call: str = ""
    "The attempt under way."
    not_before: float = 0.0


_Fact = (
    facts.CallBackRequested
    | facts.CallBackAttempted
    | facts.CallBackPostponed
    | facts.CallBackEnded
)


@dataclass(slots=True)
class CallBacks:
    """All that are asked for and not done."""

    records: dict[str, CallBackRecord] = field(default_factory=dict)

    def of(self, number: str, queue: str) -> CallBackRecord | None:
        """The one of a number in a queue."""
        for record in self.records.values():
            if record.number == number and record.queue == queue:
                return record
        return None

    def apply(self, fact: _Fact, at: float) -> None:
        """Let a fact change them."""
        if isinstance(fact, facts.CallBackRequested):
            self.records[fact.call] = CallBackRecord(
                call_back=fact.call,
                number=fact.number,
                queue=fact.queue,
                entered=at - fact.waited_s,
                asked=at,
                priority=fact.priority,
                ageing=fact.ageing,
                needs=tuple(fact.needs),
                language=fact.language,
                tenant=fact.tenant,
            )
            return
        record = self.records.get(fact.call_back)
        if record is None:
            return
        match fact:
            case facts.CallBackAttempted():
                record.call = fact.call
                record.attempts += 1
            case facts.CallBackPostponed():
                record.call = ""
                record.not_before = at + fact.delay_s
                if not fact.counts and record.attempts:
                    record.attempts -= 1
            case facts.CallBackEnded():
                del self.records[fact.call_back]

    def rows(self, now: float) -> Iterator[_Row]:
        """All as plain rows, times as ages."""
        for record in self.records.values():
            yield {
                "call_back": record.call_back,
                "number": record.number,
                "queue": record.queue,
                "entered_age_s": now - record.entered,
                "asked_age_s": now - record.asked,
                "priority": record.priority,
                "ageing": record.ageing,
                "needs": " ".join(record.needs),
                "language": record.language,
                "tenant": record.tenant,
                "attempts": record.attempts,
                "call": record.call,
                "not_before_age_s": now - record.not_before,
            }

    def restore(self, rows: tuple[_Row, ...], at: float) -> None:
        """Take over the rows of a snapshot that was taken at ``at``."""
        self.records = {
            record.call_back: record for row in rows if (record := _record(row, at)) is not None
        }


def _record(row: _Row, at: float) -> CallBackRecord | None:
    if not (row.get("call_back") and row.get("number") and row.get("queue")):
        return None
    ageing = row.get("ageing")
    return CallBackRecord(
        call_back=str(row["call_back"]),
        number=str(row["number"]),
        queue=str(row["queue"]),
        entered=at - _float(row.get("entered_age_s")),
        asked=at - _float(row.get("asked_age_s")),
        priority=_float(row.get("priority")),
        ageing=None if ageing is None else _float(ageing),
        needs=tuple(str(row.get("needs") or "").split()),
        language=str(row.get("language") or ""),
        tenant=str(row.get("tenant") or "main"),
        attempts=int(_float(row.get("attempts"))),
        call=str(row.get("call") or ""),
        not_before=at - _float(row.get("not_before_age_s")),
    )


def _float(value: str | float | None) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
