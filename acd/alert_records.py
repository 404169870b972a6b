"""Alerts that are up, derived from facts and nothing else; and as rows of a snapshot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from acd.alert_facts import (
    AlertAcknowledged,
    AlertCallEnded,
    AlertCallFact,
    AlertCallPlaced,
    AlertCleared,
    AlertEscalated,
    AlertFact,
    AlertRaised,
    AlertRepeated,
)

__all__ = ["ActiveAlerts", "AlertRecord", "Subject"]

_Row = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an alert is about."""

    kind: str
    "``agent`` or ``queue``."
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(slots=True)
class AlertRecord:
    """One alert that is up."""

    number: int
    alert: str
    kind: str
    subject: Subject
    why: str
    severity: str
    since: float
    told_at: float
    "When it was told last."
    is_escalated: bool = False
    acknowledged_by: str = ""
    acknowledged_at: float | None = None
    unreached: dict[str, int] = field(default_factory=dict)
    "Receivers who were told and have not been done with, and how often each was called."


@dataclass(slots=True)
class ActiveAlerts:
    """All that are up, by number."""

    last_number: int = 0
    records: dict[int, AlertRecord] = field(default_factory=dict)
    _by_subject: dict[tuple[str, Subject], AlertRecord] = field(default_factory=dict, compare=False)

    def __iter__(self) -> Iterator[AlertRecord]:
        return iter(tuple(self.records.values()))

    def of(self, alert: str, subject: Subject) -> AlertRecord | None:
        """The one of this rule about this subject."""
        return self._by_subject.get((alert, subject))

    def apply(self, fact: AlertFact | AlertCallFact, at: float) -> None:
        """Let a fact that became true at ``at`` change the records."""
        if isinstance(fact, AlertRaised):
            self.last_number = max(self.last_number, fact.number)
            self._add(
                AlertRecord(
                    number=fact.number,
                    alert=fact.alert,
                    kind=fact.kind,
                    subject=Subject(fact.subject_kind, fact.subject),
                    why=fact.why,
                    severity=fact.severity,
                    since=at,
                    told_at=at,
                    unreached=dict.fromkeys(fact.receivers, 0),
                )
            )
            return
        record = self.records.get(fact.number)
        if record is None:
            return
        match fact:
            case AlertRepeated() | AlertEscalated():
                record.told_at, record.why = at, fact.why
                record.is_escalated |= isinstance(fact, AlertEscalated)
                for receiver in fact.receivers:
                    record.unreached.setdefault(receiver, 0)
            case AlertAcknowledged():
                record.acknowledged_by, record.acknowledged_at = fact.by, at
                record.unreached = {}
            case AlertCallPlaced():
                record.unreached[fact.receiver] = fact.attempt
            case AlertCallEnded():
                record.unreached.pop(fact.receiver, None)
            case AlertCleared():
                del self.records[fact.number]
                self._by_subject.pop((record.alert, record.subject), None)

    def rows(self, now: float) -> tuple[_Row, ...]:
        """All as plain rows, times as ages."""
        return tuple(
            {
                "number": each.number,
                "alert": each.alert,
                "kind": each.kind,
                "subject_kind": each.subject.kind,
                "subject": each.subject.name,
                "why": each.why,
                "severity": each.severity,
                "age_s": now - each.since,
                "told_age_s": now - each.told_at,
                "is_escalated": int(each.is_escalated),
                "acknowledged_by": each.acknowledged_by,
                "acknowledged_age_s": (
                    None if each.acknowledged_at is None else now - each.acknowledged_at
                ),
                "unreached": "\n".join(f"{n} {name}" for name, n in each.unreached.items()),
            }
            for each in self
        )

    def restore(self, rows: Iterable[_Row], last_number: int, at: float) -> None:
        """Take over the rows of a snapshot that was taken at ``at``; rows without sense are left out."""
        self.records, self._by_subject = {}, {}
        self.last_number = last_number
        for row in rows:
            number, age_s, told_age_s = row.get("number"), row.get("age_s"), row.get("told_age_s")
            seen_age_s = row.get("acknowledged_age_s")
            if not isinstance(number, int) or not isinstance(age_s, int | float):
                continue
            self.last_number = max(self.last_number, number)
            seen_at = at - seen_age_s if isinstance(seen_age_s, int | float) else None
            self._add(
                AlertRecord(
                    number=number,
                    alert=str(row.get("alert")),
                    kind=str(row.get("kind")),
                    subject=Subject(str(row.get("subject_kind")), str(row.get("subject"))),
                    why=str(row.get("why")),
                    severity=str(row.get("severity")),
                    since=at - age_s,
                    told_at=at - (told_age_s if isinstance(told_age_s, int | float) else age_s),
                    is_escalated=bool(row.get("is_escalated")),
                    acknowledged_by=str(row.get("acknowledged_by") or ""),
                    acknowledged_at=seen_at,
                    unreached=_unreached(str(row.get("unreached") or "")),
                )
            )

    def _add(self, record: AlertRecord) -> None:
        self.records[record.number] = record
        self._by_subject[record.alert, record.subject] = record


def _unreached(text: str) -> dict[str, int]:
    parts = (line.partition(" ") for line in text.splitlines())
    return {name: int(count) for count, _, name in parts if name and count.isdecimal()}
