"""Alerts in the call server's log, for those receivers that read it."""

import logging
from collections.abc import Collection

import acd

__all__ = ["AlertLog"]

_log = logging.getLogger(__name__)

_LEVELS = {
    acd.Severity.INFO.value: logging.INFO,
    acd.Severity.WARNING.value: logging.WARNING,
    acd.Severity.CRITICAL.value: logging.CRITICAL,
}


class AlertLog:
    """Told of everything that the ACD does; logs what is told to one of its receivers."""

    def __init__(self, receivers: Collection[str]) -> None:
        self._receivers = frozenset(receivers)

    def follow(self, receivers: Collection[str]) -> None:
        """Log for these from now on."""
        self._receivers = frozenset(receivers)

    def __call__(self, _: float, happening: acd.Event | acd.Action) -> None:
        """Take notice of an action."""
        if not isinstance(happening, acd.WriteFact):
            return
        match happening.fact:
            case acd.AlertRaised() as fact if self._is_told(fact.receivers):
                self._say(fact.severity, "alert %d %s: %s %s: %s", fact, fact.why)
            case acd.AlertRepeated() as fact if self._is_told(fact.receivers):
                self._say(fact.severity, "alert %d %s is still up: %s %s: %s", fact, fact.why)
            case acd.AlertEscalated() as fact if self._is_told(fact.receivers):
                self._say(fact.severity, "alert %d %s is escalated: %s %s: %s", fact, fact.why)
            case acd.AlertCleared() as fact if self._is_told(fact.receivers):
                lasted = f"lasted {fact.lasts_s:.0f} s"
                self._say("info", "alert %d %s is over: %s %s: %s", fact, lasted)
            case _:
                pass

    def _is_told(self, receivers: tuple[str, ...]) -> bool:
        return not self._receivers.isdisjoint(receivers)

    def _say(
        self,
        severity: str,
        text: str,
        fact: acd.AlertRaised | acd.AlertRepeated | acd.AlertEscalated | acd.AlertCleared,
        what: str,
    ) -> None:
        level = _LEVELS.get(severity, logging.WARNING)
        _log.log(level, text, fact.number, fact.alert, fact.subject_kind, fact.subject, what)
