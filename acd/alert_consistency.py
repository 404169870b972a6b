"""Whether alerts fit the rest of the settings: every name exists, every number makes sense."""

import math
from collections.abc import Iterator

from acd.alert_settings import (
    AlertSettings,
    CallTooLong,
    NobodyLoggedIn,
    OffersMissed,
    PauseTooLong,
    QueueLoaded,
    ServiceLevelLow,
    StationUnusable,
    WrapUpTooLong,
)
from acd.recent_service import LONGEST_WINDOW_S
from acd.settings import CenterSettings
from acd.thresholds import Threshold

__all__ = ["alert_contradictions"]


def alert_contradictions(settings: CenterSettings) -> Iterator[str]:
    """Everything that is wrong with alerts, one sentence each."""
    names = [alert.name for alert in settings.alerts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"alert {name!r} is there {names.count(name)} times"
    receivers = {each.name for each in settings.receivers}
    for receiver in settings.receivers:
        where = f"receiver {receiver.name!r}"
        if receiver.station is not None and receiver.station not in settings.stations:
            yield f"{where}: there is no station {receiver.station!r}"
        if receiver.attempts < 1:
            yield f"{where}: attempts must be at least 1"
        for what in ("pause_s", "ring_s"):
            value = getattr(receiver, what)
            if not (math.isfinite(value) and value >= 1):
                yield f"{where}: {what} must be at least 1 and finite, not {value:g}"
    agents = {agent.agent for agent in settings.agents}
    queues = {queue.name for queue in settings.queues}
    for alert in settings.alerts:
        where = f"alert {alert.name!r}"
        for name in (*alert.receivers, *alert.escalate_to):
            if name not in receivers:
                yield f"{where}: there is no receiver {name!r}"
        for agent in sorted(alert.agents - agents):
            yield f"{where}: there is no agent {agent!r}"
        for queue in alert.queues:
            if queue not in queues:
                yield f"{where}: there is no queue {queue!r}"
        for what in ("after_s", "repeat_s", "escalate_after_s", "clear_after_s"):
            value = getattr(alert, what)
            if not (math.isfinite(value) and value >= 0):
                yield f"{where}: {what} must be at least 0 and finite, not {value:g}"
        if not 0 <= alert.clears_below <= 1:
            yield f"{where}: clears_below is a part: 0 to 1"
        yield from (f"{where}: {problem}" for problem in _rule(settings, alert))


def _rule(settings: CenterSettings, alert: AlertSettings) -> Iterator[str]:
    match alert.rule:
        case NobodyLoggedIn(schedule=schedule):
            if all(schedule != each.name for each in settings.schedules):
                yield f"there is no schedule {schedule!r}"
        case QueueLoaded(when=when):
            if when == Threshold(waited_s=when.waited_s):
                yield "the threshold names nothing that a queue bears"
        case ServiceLevelLow() as rule:
            if not 0 < rule.below_percent <= 100:
                yield "below_percent must be above 0 and at most 100"
            if not 0 < 60 * rule.last_minutes <= LONGEST_WINDOW_S:
                yield f"last_minutes must be above 0 and at most {LONGEST_WINDOW_S / 60:g}"
            if rule.at_least < 1:
                yield "at_least must be at least 1"
        case OffersMissed(in_row=in_row):
            if not 1 <= in_row <= settings.missed_offers_before_pause:
                yield f"in_row must be 1 to {settings.missed_offers_before_pause}: then comes a pause"
        case CallTooLong(longer_than_s=limit_s) | WrapUpTooLong(longer_than_s=limit_s):
            if not (math.isfinite(limit_s) and limit_s > 0):
                yield "longer_than_s must be above 0 and finite"
        case PauseTooLong() | StationUnusable():
            pass
