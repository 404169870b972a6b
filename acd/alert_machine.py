"""The machine of alerts: a table of what is done when a rule's subject is seen over, between or below.

Two rules hold. What survives a restart is an `AlertRecord` and changes by facts only; the two waits before
raising and before clearing begin anew after a restart. Whoever looks names only subjects that are not calm:
all others are.

    QUIET ──over──▶ PENDING ──over for after_s──▶ RAISED ──calm──▶ CALMING ──calm for clear_after_s──▶ QUIET
                       └──between, calm──▶ QUIET      ◀──over, between──┘
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from acd.alert_facts import (
    AlertAcknowledged,
    AlertCleared,
    AlertEscalated,
    AlertFact,
    AlertRaised,
    AlertRepeated,
)
from acd.alert_records import ActiveAlerts, AlertRecord, Subject
from acd.alert_settings import AlertSettings

__all__ = ["AlertMachine", "AlertState", "Finding", "Sight", "Watched"]

NOT_CONFIGURED = "the alert is no longer configured"


class Sight(Enum):
    """How a subject looks."""

    OVER = "over the threshold"
    BETWEEN = "between the threshold and its lower part"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of a subject that is not calm."""

    sight: Sight
    kind: str
    "Of rule, in words."
    why: str


class AlertState(Enum):
    """What is known of an alert about one subject."""

    QUIET = "quiet"
    PENDING = "pending"
    "It is so, but not for long enough."
    RAISED = "raised"
    CALMING = "calming"
    "It is no longer so, but not for long enough."


Watched = tuple[str, Subject]
"""An alert's name and a subject of it."""

_CALM = Finding(Sight.CALM, "", "")


class AlertMachine:
    """All alerts.

    Args:
        settings: By these.
        active: Those that are up: changed by facts, not by this machine.
        write: Makes a fact true.
    """

    def __init__(
        self,
        settings: Iterable[AlertSettings],
        active: ActiveAlerts,
        write: Callable[[AlertFact], None],
    ) -> None:
        self._active = active
        self._write = write
        self._pending_since: dict[Watched, float] = {}
        self._calm_since: dict[int, float] = {}
        self.follow(settings)

    def follow(self, settings: Iterable[AlertSettings]) -> None:
        """Go by these from now on; what is up and no longer watched is cleared by the next look."""
        self._settings = {each.name: each for each in settings}
        self._pending_since = {
            watched: since
            for watched, since in self._pending_since.items()
            if watched[0] in self._settings
        }

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is up or about to be."""
        return not self._active.records and not self._pending_since

    def state(self, alert: str, subject: Subject) -> AlertState:
        """How far an alert about this subject is."""
        return self._state((alert, subject), self._active.of(alert, subject))

    def look(self, findings: Mapping[Watched, Finding], now: float) -> None:
        """Let everything that was seen at ``now`` happen."""
        records = {(record.alert, record.subject): record for record in self._active}
        for watched in dict.fromkeys((*findings, *self._pending_since, *records)):
            record = records.get(watched)
            if watched[0] not in self._settings:
                if record is not None:
                    self._clear(record, NOT_CONFIGURED, now)
                continue
            finding = findings.get(watched, _CALM)
            self._TABLE[self._state(watched, record), finding.sight](self, watched, finding, now)

    def acknowledge(self, number: int, by: str, now: float) -> bool:
        """Somebody sees to an alert; False: it is not up, or somebody does already."""
        record = self._active.records.get(number)
        if record is None or record.acknowledged_at is not None:
            return False
        self._write(
            AlertAcknowledged(
                number=number,
                alert=record.alert,
                subject_kind=record.subject.kind,
                subject=record.subject.name,
                by=by,
                lasts_s=_seconds(now - record.since),
            )
        )
        return True

    def _state(self, watched: Watched, record: AlertRecord | None) -> AlertState:
        if record is None:
            return AlertState.PENDING if watched in self._pending_since else AlertState.QUIET
        return AlertState.CALMING if record.number in self._calm_since else AlertState.RAISED

    # Not raised.

    def _leave_quiet(self, _: Watched, __: Finding, ___: float) -> None:
        pass

    def _suspect(self, watched: Watched, finding: Finding, now: float) -> None:
        self._pending_since[watched] = now
        self._raise_if_held(watched, finding, now)

    def _forget(self, watched: Watched, _: Finding, __: float) -> None:
        del self._pending_since[watched]

    def _raise_if_held(self, watched: Watched, finding: Finding, now: float) -> None:
        alert, subject = watched
        settings = self._settings[alert]
        if now - self._pending_since[watched] < settings.after_s:
            return
        del self._pending_since[watched]
        self._write(
            AlertRaised(
                number=self._active.last_number + 1,
                alert=alert,
                kind=finding.kind,
                subject_kind=subject.kind,
                subject=subject.name,
                why=finding.why,
                severity=settings.severity.value,
                receivers=settings.receivers,
            )
        )

    # Raised.

    def _remind(self, watched: Watched, finding: Finding, now: float) -> None:
        record, settings = self._record(watched), self._settings[watched[0]]
        if record.acknowledged_at is not None:
            return
        lasts_s = now - record.since
        if not record.is_escalated and lasts_s >= settings.escalate_after_s > 0:
            self._tell_again(AlertEscalated, record, finding.why, now)
        elif 0 < settings.repeat_s <= now - record.told_at:
            self._tell_again(AlertRepeated, record, finding.why, now)

    def _calm_down(self, watched: Watched, finding: Finding, now: float) -> None:
        self._calm_since[self._record(watched).number] = now
        self._clear_if_held(watched, finding, now)

    def _flare_up(self, watched: Watched, finding: Finding, now: float) -> None:
        del self._calm_since[self._record(watched).number]
        self._remind(watched, finding, now)

    def _clear_if_held(self, watched: Watched, _: Finding, now: float) -> None:
        record = self._record(watched)
        if now - self._calm_since[record.number] >= self._settings[watched[0]].clear_after_s:
            self._clear(record, record.why, now)

    # How a record changes.

    def _record(self, watched: Watched) -> AlertRecord:
        record = self._active.of(*watched)
        assert record is not None
        return record

    def _tell_again(
        self, kind: type[AlertRepeated | AlertEscalated], record: AlertRecord, why: str, now: float
    ) -> None:
        is_escalated = record.is_escalated or kind is AlertEscalated
        self._write(
            kind(
                number=record.number,
                alert=record.alert,
                subject_kind=record.subject.kind,
                subject=record.subject.name,
                why=why,
                severity=record.severity,
                receivers=self._receivers(record.alert, is_escalated=is_escalated),
                lasts_s=_seconds(now - record.since),
            )
        )

    def _clear(self, record: AlertRecord, why: str, now: float) -> None:
        self._calm_since.pop(record.number, None)
        self._write(
            AlertCleared(
                number=record.number,
                alert=record.alert,
                subject_kind=record.subject.kind,
                subject=record.subject.name,
                why=why,
                severity=record.severity,
                receivers=self._receivers(record.alert, is_escalated=record.is_escalated),
                lasts_s=_seconds(now - record.since),
            )
        )

    def _receivers(self, alert: str, *, is_escalated: bool) -> tuple[str, ...]:
        settings = self._settings.get(alert)
        if settings is None:
            return ()
        told = settings.receivers + (settings.escalate_to if is_escalated else ())
        return tuple(dict.fromkeys(told))

    _Handler = Callable[["AlertMachine", Watched, Finding, float], None]
    _TABLE: ClassVar[dict[tuple[AlertState, Sight], _Handler]] = {
        (AlertState.QUIET, Sight.OVER): _suspect,
        (AlertState.QUIET, Sight.BETWEEN): _leave_quiet,
        (AlertState.QUIET, Sight.CALM): _leave_quiet,
        (AlertState.PENDING, Sight.OVER): _raise_if_held,
        (AlertState.PENDING, Sight.BETWEEN): _forget,
        (AlertState.PENDING, Sight.CALM): _forget,
        (AlertState.RAISED, Sight.OVER): _remind,
        (AlertState.RAISED, Sight.BETWEEN): _remind,
        (AlertState.RAISED, Sight.CALM): _calm_down,
        (AlertState.CALMING, Sight.OVER): _flare_up,
        (AlertState.CALMING, Sight.BETWEEN): _flare_up,
        (AlertState.CALMING, Sight.CALM): _clear_if_held,
    }
    """State and sight: what is done."""


def _seconds(lasts_s: float) -> float:
    return round(max(lasts_s, 0.0), 3)
