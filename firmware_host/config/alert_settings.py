"""Alerts and receivers: what the ACD and OAM are told, and what is wrong with them."""

import re
from collections.abc import Iterable
from typing import assert_never

from acd import (
    AgentId,
    AlertRule,
    AlertSettings,
    CallTooLong,
    Formula,
    NobodyLoggedIn,
    NumberKind,
    NumberPlan,
    OffersMissed,
    PauseTooLong,
    PortId,
    QueueLoaded,
    QueueName,
    ReceiverSettings,
    ServiceLevelLow,
    Severity,
    StationUnusable,
    Threshold,
    WrapUpTooLong,
)
from firmware_host.config.alert_tables import (
    AgentAlertTable,
    AlertTable,
    CallAlertTable,
    HandsetAlertTable,
    MissedAlertTable,
    NobodyAlertTable,
    PauseAlertTable,
    QueueAlertTable,
    ReceiverTable,
    ServiceLevelAlertTable,
    WrapUpAlertTable,
)
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.number_plan import number_plan_settings, site_numbers
from firmware_host.config.schema import Appliance

__all__ = [
    "COMMAND_FIELDS",
    "alert_mistakes",
    "alert_settings",
    "receiver_settings",
    "receivers_that",
]

SHORTEST_REPETITION_S = 10.0
COMMAND_FIELDS = ("alert", "what", "subject", "why", "severity", "number", "lasts_s")
"What may stand in braces in a receiver's command."
_THRESHOLDS = "waiting, longest_wait_s or expected_wait_s"
_WAYS = ("log", "console", "command", "telephone", "station")


def alert_settings(appliance: Appliance) -> tuple[AlertSettings, ...]:
    """The alerts as the ACD takes them."""
    return tuple(
        AlertSettings(
            name=name,
            rule=_rule(alert),
            receivers=alert.receivers,
            agents=frozenset(
                AgentId(agent)
                for agent in (alert.agents if isinstance(alert, AgentAlertTable) else ())
            ),
            queues=tuple(QueueName(queue) for queue in alert.queues),
            severity=Severity(alert.severity),
            after_s=alert.after_s,
            repeat_s=alert.repeat_s,
            escalate_after_s=alert.escalate_after_s,
            escalate_to=alert.escalate_to,
            clears_below=alert.clears_below,
            clear_after_s=alert.clear_after_s,
        )
        for name, alert in appliance.alert.items()
    )


def receiver_settings(appliance: Appliance) -> tuple[ReceiverSettings, ...]:
    """The receivers as the ACD takes them."""
    return tuple(
        ReceiverSettings(
            name=name,
            number=receiver.telephone or "",
            station=PortId(receiver.station) if receiver.station else None,
            attempts=receiver.attempts,
            pause_s=receiver.pause_s,
            ring_s=receiver.ring_s,
        )
        for name, receiver in appliance.receiver.items()
    )


def receivers_that(way: str, appliance: Appliance) -> dict[str, ReceiverTable]:
    """The receivers that are told in this way: ``log``, ``console`` or ``command``."""
    return {name: table for name, table in appliance.receiver.items() if getattr(table, way)}


def _rule(alert: AlertTable) -> AlertRule:
    match alert:
        case PauseAlertTable():
            return PauseTooLong(longer_than_s=alert.longer_than_s, reasons=alert.reasons)
        case MissedAlertTable():
            return OffersMissed(in_row=alert.in_row)
        case CallAlertTable():
            return CallTooLong(longer_than_s=alert.longer_than_s)
        case WrapUpAlertTable():
            return WrapUpTooLong(longer_than_s=alert.longer_than_s)
        case HandsetAlertTable():
            return StationUnusable()
        case QueueAlertTable():
            return QueueLoaded(when=_threshold(alert))
        case ServiceLevelAlertTable():
            return ServiceLevelLow(
                below_percent=alert.below_percent,
                target_s=alert.target_s,
                last_minutes=alert.last_minutes,
                at_least=alert.at_least,
                formula=Formula(alert.formula),
            )
        case NobodyAlertTable():
            return NobodyLoggedIn(schedule=alert.schedule)
        case _:
            assert_never(alert)


def _threshold(alert: QueueAlertTable) -> Threshold:
    return Threshold(
        waiting=alert.waiting,
        longest_wait_s=alert.longest_wait_s,
        expected_wait_s=alert.expected_wait_s,
    )


def alert_mistakes(appliance: Appliance) -> Iterable[Mistake]:
    """Alerts that nobody hears of or that never happen, receivers that can't be told."""
    for name, alert in appliance.alert.items():
        where = ("alert", name)
        yield from _unknown(where, "receivers", "receiver", alert.receivers, appliance.receiver)
        yield from _unknown(where, "escalate_to", "receiver", alert.escalate_to, appliance.receiver)
        yield from _unknown(where, "queues", "queue", alert.queues, appliance.queue)
        if isinstance(alert, AgentAlertTable):
            yield from _unknown(where, "agents", "agent", alert.agents, appliance.agent)
        if 0 < alert.repeat_s < SHORTEST_REPETITION_S:
            advice = f"0 for once, or at least {SHORTEST_REPETITION_S:g}"
            yield Mistake(key_path(*where, "repeat_s"), f"{alert.repeat_s:g}", advice)
        if alert.escalate_to and not alert.escalate_after_s:
            yield Mistake(key_path(*where, "escalate_to"), "never told", "add escalate_after_s")
        if alert.escalate_after_s > 0 and not alert.escalate_to:
            path = key_path(*where, "escalate_after_s")
            yield Mistake(path, "nobody is told then", "add escalate_to")
        yield from _never(appliance, where, alert)
    for name, receiver in appliance.receiver.items():
        yield from _receiver(name, receiver)
        yield from _telephone(appliance, ("receiver", name), receiver)


def _unknown(
    where: tuple[str, str], key: str, what: str, named: tuple[str, ...], known: Iterable[str]
) -> Iterable[Mistake]:
    there = list(known)
    for index, each in enumerate(named):
        if each not in there:
            path = key_path(*where, key, index)
            yield Mistake(path, f'unknown {what} "{each}"', suggest(each, there))


def _never(appliance: Appliance, where: tuple[str, str], alert: AlertTable) -> Iterable[Mistake]:
    """What can't happen in this appliance."""
    match alert:
        case PauseAlertTable():
            yield from _pause(appliance, where, alert)
        case MissedAlertTable(in_row=in_row):
            limit = appliance.limits.missed_offers_before_pause
            if in_row > limit > 0:
                problem = f"never happens: after {limit} comes a pause"
                advice = "a smaller number, or a larger limits.missed_offers_before_pause"
                yield Mistake(key_path(*where, "in_row"), problem, advice)
        case CallAlertTable(longer_than_s=longer_than_s):
            limit_s = appliance.limits.talk_limit_s
            if longer_than_s >= limit_s > 0:
                problem = f"never happens: limits.talk_limit_s ends calls after {limit_s:g} s"
                yield Mistake(key_path(*where, "longer_than_s"), problem, "a shorter time")
        case WrapUpAlertTable(longer_than_s=longer_than_s):
            longest_s = max((queue.wrap_up_s for queue in appliance.queue.values()), default=0.0)
            if longer_than_s >= longest_s >= 0:
                problem = f"never happens: no queue's wrap_up_s is longer than {longest_s:g} s"
                yield Mistake(key_path(*where, "longer_than_s"), problem, "a shorter time")
        case QueueAlertTable():
            if _threshold(alert) == Threshold():
                yield Mistake(key_path(*where), "never happens", _THRESHOLDS)
        case NobodyAlertTable(schedule=schedule):
            if schedule not in appliance.schedule:
                advice = suggest(schedule, list(appliance.schedule))
                yield Mistake(
                    key_path(*where, "schedule"), f'unknown schedule "{schedule}"', advice
                )
        case HandsetAlertTable() | ServiceLevelAlertTable():
            pass


def _pause(
    appliance: Appliance, where: tuple[str, str], alert: PauseAlertTable
) -> Iterable[Mistake]:
    reasons = {each.name: each for each in appliance.pause.by_digit().values()}
    yield from _unknown(where, "reasons", "reason", alert.reasons, [*reasons, "missed"])
    if alert.longer_than_s is None:
        looked_at = alert.reasons or tuple(reasons)
        if all(each not in reasons or reasons[each].limit_s is None for each in looked_at):
            advice = "longer_than_s, or limit_s of a reason under pause.reasons"
            yield Mistake(key_path(*where), "never happens: no reason has a limit", advice)


def _telephone(
    appliance: Appliance, where: tuple[str, str], receiver: ReceiverTable
) -> Iterable[Mistake]:
    if receiver.station and receiver.station not in appliance.station:
        path = key_path(*where, "station")
        advice = suggest(receiver.station, list(appliance.station))
        yield Mistake(path, f'unknown station "{receiver.station}"', advice)
    if receiver.telephone is None:
        return
    path = key_path(*where, "telephone")
    numbers = site_numbers(appliance)
    read = numbers.read(receiver.telephone)
    if read is None or read.kind is NumberKind.UNKNOWN:
        advice = "as dialled here, E.164, or one of number_plan.internal"
        yield Mistake(path, f'"{receiver.telephone}" is no number', advice)
    elif read.kind is NumberKind.EMERGENCY:
        yield Mistake(path, "an emergency number", "a person of yours")
    elif not NumberPlan(number_plan_settings(appliance), numbers).attempts(read):
        advice = "add a table such as [route.world] and a trunk group"
        yield Mistake(path, "no route leads to this number", advice)


def _receiver(name: str, receiver: ReceiverTable) -> Iterable[Mistake]:
    where = ("receiver", name)
    ways = [way for way in _WAYS if getattr(receiver, way)]
    if len(ways) != 1:
        problem = "is told in no way" if not ways else f"has several ways: {', '.join(ways)}"
        yield Mistake(key_path(*where), problem, f"one of {', '.join(_WAYS)}")
    if not receiver.command:
        return
    if not receiver.command[0].startswith("/"):
        path = key_path(*where, "command", 0)
        yield Mistake(path, f'"{receiver.command[0]}" is no path', "it begins with /")
    for index, argument in enumerate(receiver.command):
        path = key_path(*where, "command", index)
        if "\0" in argument:
            yield Mistake(path, "holds a zero octet", "leave it out")
        for field in re.findall(r"\{([^{}]*)\}", argument):
            if index == 0:
                yield Mistake(path, "the program may not depend on the alert", "a fixed path")
            elif field not in COMMAND_FIELDS:
                advice = suggest(field, list(COMMAND_FIELDS))
                yield Mistake(path, f"nothing is known as {{{field}}}", advice)
