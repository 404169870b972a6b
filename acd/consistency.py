"""Whether settings fit together: every name that is used exists, every number makes sense."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import assert_never

from acd.alert_consistency import alert_contradictions
from acd.ids import Cause
from acd.ivr import LANGUAGES
from acd.settings import (
    CallBackNode,
    CenterSettings,
    CollectNode,
    DialNode,
    ExtensionNode,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    MessageNode,
    Node,
    QueueNode,
    SayNode,
)
from acd.stations import LONGEST_NUMBER

__all__ = ["contradictions"]

_KEYS = frozenset("0123456789*#ABCD")
_CAUSES = frozenset(cause.value for cause in Cause)


def contradictions(settings: CenterSettings) -> list[str]:
    """Everything that is wrong, one sentence each; empty if nothing is."""
    return [
        *_names(settings),
        *_agents(settings),
        *_queues(settings),
        *_loans(settings),
        *_flows(settings),
        *_schedules(settings),
        *_codes(settings),
        *_limits(settings),
        *_number_plan(settings),
        *alert_contradictions(settings),
    ]


def _twice(kind: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{kind} {name!r} is there {count} times"


def _names(settings: CenterSettings) -> Iterator[str]:
    ports = [trunk.port for trunk in settings.trunks] + list(settings.stations)
    yield from _twice("port", ports)
    yield from _twice("agent", (agent.agent for agent in settings.agents))
    yield from _twice("queue", (queue.name for queue in settings.queues))
    yield from _twice("flow", (flow.name for flow in settings.flows))
    yield from _twice("schedule", (schedule.name for schedule in settings.schedules))
    flows = {flow.name for flow in settings.flows}
    through = {
        port for group in settings.number_plan.groups if group.calls_through for port in group.ports
    }
    for trunk in settings.trunks:
        if trunk.flow not in flows and (trunk.flow or trunk.port not in through):
            yield f"trunk {trunk.port!r}: there is no flow {trunk.flow!r}"
        if trunk.language not in LANGUAGES:
            yield f"trunk {trunk.port!r}: nobody knows how numbers are said in {trunk.language!r}"


def _agents(settings: CenterSettings) -> Iterator[str]:
    for agent in settings.agents:
        for what, digits in (("number", agent.agent), ("PIN", agent.pin)):
            if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
                yield f"agent {agent.agent!r}: the {what} must be 1 to {LONGEST_NUMBER} digits"


def _queues(settings: CenterSettings) -> Iterator[str]:
    agents = {agent.agent for agent in settings.agents}
    for queue in settings.queues:
        where = f"queue {queue.name!r}"
        for member in queue.agents:
            if member not in agents:
                yield f"{where}: there is no agent {member!r}"
        yield from _twice(f"{where}: agent", queue.agents)
        window = queue.call_backs.schedule
        if window and all(window != each.name for each in settings.schedules):
            yield f"{where}: call-backs: there is no schedule {window!r}"
        for overflow in queue.overflows:
            if overflow.to is not None and all(
                overflow.to != each.name for each in settings.queues
            ):
                yield f"{where}: overflow: there is no queue {overflow.to!r}"
        for what, value in (("priority", queue.priority), ("ageing", queue.ageing)):
            if not math.isfinite(value):
                yield f"{where}: {what} must be finite"
        if not (math.isfinite(queue.weight) and queue.weight > 0):
            yield f"{where}: weight must be above 0"
        for message in queue.messages:
            if message.every_s:
                yield from _at_least(f"{where}: every_s of a message", message.every_s, 1.0)
        yield from _at_least(f"{where}: ring_timeout_s", queue.ring_timeout_s, 1.0)
        yield from _at_least(f"{where}: longest_wait_s", queue.longest_wait_s, 1.0)
        yield from _at_least(f"{where}: wrap_up_s", queue.wrap_up_s, 0.0)
        if queue.needs_wrap_up_code:
            yield from _at_least(
                f"{where}: wrap_up_at_most_s", queue.wrap_up_at_most_s, queue.wrap_up_s
            )
            if not settings.wrap_up_codes:
                yield f"{where}: there are no wrap-up codes"
        yield from _at_least(f"{where}: announce_first_s", queue.announce_first_s, 0.0)
        if queue.announce_every_s != 0:
            yield from _at_least(f"{where}: announce_every_s", queue.announce_every_s, 1.0)


def _loans(settings: CenterSettings) -> Iterator[str]:
    agents = {agent.agent for agent in settings.agents}
    queues = {queue.name for queue in settings.queues}
    yield from _twice("loan", (loan.name for loan in settings.loans))
    for loan in settings.loans:
        for queue in (loan.queue, *loan.leaves):
            if queue not in queues:
                yield f"loan {loan.name!r}: there is no queue {queue!r}"
        for agent in loan.agents:
            if agent not in agents:
                yield f"loan {loan.name!r}: there is no agent {agent!r}"


def _flows(settings: CenterSettings) -> Iterator[str]:
    queues = {queue.name for queue in settings.queues}
    schedules = {schedule.name for schedule in settings.schedules}
    for flow in settings.flows:
        if flow.start not in flow.nodes:
            yield f"flow {flow.name!r}: start: there is no node {flow.start!r}"
        for name, node in flow.nodes.items():
            where = f"flow {flow.name!r}, node {name!r}"
            yield from _ways(flow, where, node)
            match node:
                case HoursNode() if node.schedule not in schedules:
                    yield f"{where}: there is no schedule {node.schedule!r}"
                case QueueNode():
                    for queue in (node.queue, *node.also):
                        if queue not in queues:
                            yield f"{where}: there is no queue {queue!r}"
                case CallBackNode() if node.queue not in queues:
                    yield f"{where}: there is no queue {node.queue!r}"
                case CollectNode() | ExtensionNode() | CallBackNode():
                    yield from _at_least(f"{where}: timeout_s", node.timeout_s, 0.1)
                    if node.attempts < 1:
                        yield f"{where}: attempts must be at least 1"
                case MessageNode():
                    yield from _at_least(f"{where}: longest_s", node.longest_s, 1.0)
                    yield from _at_least(f"{where}: least_s", node.least_s, 0.0)
                case HangUpNode() if node.cause not in _CAUSES:
                    yield f"{where}: there is no cause {node.cause!r}"
                case MenuNode():
                    yield from _menu(where, node)
                case _:
                    pass


def _menu(where: str, menu: MenuNode) -> Iterator[str]:
    for key in menu.keys:
        if key not in _KEYS:
            yield f"{where}: {key!r} is no key"
    if menu.attempts < 1:
        yield f"{where}: attempts must be at least 1"
    yield from _at_least(f"{where}: timeout_s", menu.timeout_s, 0.1)


def _ways(flow: FlowSettings, where: str, node: Node) -> Iterator[str]:
    for way, to in _ways_out(node).items():
        if to not in flow.nodes:
            yield f"{where}: {way}: there is no node {to!r}"


def _ways_out(node: Node) -> dict[str, str]:
    match node:
        case HoursNode():
            return {"open": node.open, "closed": node.closed}
        case MenuNode():
            keys = {f"key {key}": to for key, to in node.keys.items()}
            return {**keys, "exhausted": node.exhausted}
        case SayNode():
            return {"next": node.next}
        case QueueNode():
            keys = {f"key {key}": to for key, to in node.keys.items()}
            refused = {"full": node.full, "nobody": node.nobody, "too_long": node.too_long}
            ways = {way: to for way, to in refused.items() if to}
            return {"timed_out": node.timed_out, **keys, **ways}
        case DialNode():
            return {"failed": node.failed}
        case MessageNode():
            return {"next": node.next}
        case CollectNode():
            return {"next": node.next, "exhausted": node.exhausted}
        case ExtensionNode():
            return {
                "exhausted": node.exhausted,
                "unknown": node.unknown,
                "absent": node.absent,
                "timed_out": node.timed_out,
            }
        case CallBackNode():
            return {"next": node.next, "failed": node.failed}
        case HangUpNode():
            return {}
        case _:
            assert_never(node)


def _schedules(settings: CenterSettings) -> Iterator[str]:
    for schedule in settings.schedules:
        for interval in schedule.intervals:
            where = f"schedule {schedule.name!r}"
            if any(day not in range(7) for day in interval.weekdays):
                yield f"{where}: weekdays are 0 (Monday) to 6, not {interval.weekdays}"
            if interval.start.tzinfo is not None or interval.end.tzinfo is not None:
                yield f"{where}: times are in the schedule's zone and have none of their own"


def _codes(settings: CenterSettings) -> Iterator[str]:
    codes = {
        "log_in": settings.star_codes.log_in,
        "log_out": settings.star_codes.log_out,
        "pause": settings.star_codes.pause,
        "resume": settings.star_codes.resume,
        "wrap_up": settings.star_codes.wrap_up,
    }
    for name, code in codes.items():
        if not code or not _KEYS.issuperset(code):
            yield f"star code {name}: {code!r} can't be dialled"
        for other, longer in codes.items():
            if name != other and code and longer.startswith(code):
                yield f"star code {name} {code!r} is the beginning of {other} {longer!r}"
    for code in settings.wrap_up_codes:
        if not (code.isascii() and code.isdigit()):
            yield f"wrap-up code {code!r} has other characters than digits"
        for longer in settings.wrap_up_codes:
            if code != longer and longer.startswith(code):
                yield f"wrap-up code {code!r} is the beginning of {longer!r}"
    for digit, reason in settings.pause_reasons.items():
        if digit not in _KEYS:
            yield f"pause reason {digit!r} is no key"
        if reason.limit_s is not None:
            yield from _at_least(f"pause reason {reason.name!r}: limit_s", reason.limit_s, 1.0)


def _limits(settings: CenterSettings) -> Iterator[str]:
    yield from _at_least("missed_offer_delay_s", settings.missed_offer_delay_s, 0.0)
    yield from _at_least("talk_limit_s", settings.talk_limit_s, 1.0)
    yield from _at_least("hold_limit_s", settings.hold_limit_s, 1.0)
    yield from _at_least("key_timeout_s", settings.key_timeout_s, 1.0)
    yield from _at_least("pin_lock_s", settings.pin_lock_s, 0.0)
    if settings.missed_offers_before_pause < 1:
        yield "missed_offers_before_pause must be at least 1"
    if settings.pin_attempts < 1:
        yield "pin_attempts must be at least 1"


def _number_plan(settings: CenterSettings) -> Iterator[str]:
    plan, flows = settings.number_plan, {flow.name for flow in settings.flows}
    trunks = {trunk.port for trunk in settings.trunks}
    groups = {group.name for group in plan.groups}
    yield from _twice("trunk group", (group.name for group in plan.groups))
    yield from _twice("trunk in a group", (port for group in plan.groups for port in group.ports))
    for group in plan.groups:
        for port in group.ports:
            if port not in trunks:
                yield f"trunk group {group.name!r}: there is no trunk {port!r}"
        yield from _at_least(
            f"trunk group {group.name!r}: answer_limit_s", group.answer_limit_s, 1.0
        )
    yield from _twice("route for", (each for route in plan.routes for each in route.prefixes))
    for route in plan.routes:
        for way in route.ways:
            if way.group not in groups:
                yield f"route {route.name!r}: there is no trunk group {way.group!r}"
    for name in plan.emergency_groups:
        if name not in groups:
            yield f"emergency numbers: there is no trunk group {name!r}"
    yield from _twice("called number", (called.number for called in plan.called))
    for called in plan.called:
        if called.flow not in flows:
            yield f"called number {called.number!r}: there is no flow {called.flow!r}"
        if called.language and called.language not in LANGUAGES:
            yield (
                f"called number {called.number!r}: nobody knows how numbers are said in"
                f" {called.language!r}"
            )
    for station in plan.rights or {}:
        if station not in settings.stations:
            yield f"rights of {station!r}: there is no such station"
    yield from _at_least("dialling_pause_s", plan.dialling_pause_s, 1.0)


def _at_least(what: str, value: float, least: float) -> Iterator[str]:
    # Not a number, and forever, are no deadlines: everything that waits must end.
    if not math.isfinite(value) or value < least:
        yield f"{what} must be at least {least:g} and finite, not {value:g}"
