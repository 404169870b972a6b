"""Number plan and trunk groups in the configuration: what the ACD is told, and what is wrong with them."""

from collections.abc import Iterable

from acd import (
    CalledNumberSettings,
    LineChoice,
    NumberForm,
    NumberKind,
    NumberPlanSettings,
    PortId,
    RouteSettings,
    StationRights,
    TrunkGroupSettings,
    Way,
)
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.points import points
from firmware_host.config.primary_rate import bearers
from firmware_host.config.schema import Appliance, DialTable
from firmware_host.site_numbers import SiteNumbers

__all__ = ["number_plan_mistakes", "number_plan_settings", "site_numbers"]

_INTERNAL = {NumberKind.EMERGENCY, NumberKind.INTERNAL, NumberKind.TOLL_FREE}
_NATIONAL = _INTERNAL | {NumberKind.SHORT, NumberKind.NATIONAL}
_RIGHTS = {
    "emergency": frozenset({NumberKind.EMERGENCY}),
    "internal": frozenset(_INTERNAL),
    "national": frozenset(_NATIONAL),
    "international": frozenset(_NATIONAL | {NumberKind.INTERNATIONAL}),
    "all": frozenset(NumberKind),
}


def site_numbers(appliance: Appliance) -> SiteNumbers:
    """What telephone numbers mean at this site."""
    plan = appliance.number_plan
    return SiteNumbers(
        appliance.site.country, emergency=plan.emergency, internal=dict(plan.internal)
    )


def number_plan_settings(appliance: Appliance) -> NumberPlanSettings:
    """Groups, routes, called numbers and rights as the ACD takes them."""
    ports = _ports(appliance)
    return NumberPlanSettings(
        groups=tuple(
            TrunkGroupSettings(
                name=name,
                ports=tuple(ports[name]),
                choice=LineChoice(group.choice),
                carrier=group.carrier,
                form=NumberForm(group.number_form or ("e164" if group.cards else "national")),
                caller_number=group.caller_number,
                passes_caller=group.passes_caller,
                calls_through=group.calls_through,
                answer_limit_s=group.answer_limit_s,
                minimum_minutes=group.minimum_minutes,
            )
            for name, group in appliance.trunk_group.items()
        ),
        routes=tuple(
            RouteSettings(
                name=name,
                prefixes=route.prefixes,
                ways=tuple(
                    Way(group=via.group, cost=via.cost, strip=via.strip, prepend=via.prepend)
                    for via in route.via
                ),
            )
            for name, route in appliance.route.items()
        ),
        called=tuple(
            CalledNumberSettings(
                number=number,
                flow=called.flow,
                language=called.language or "",
                tenant=called.tenant,
                greeting=called.greeting,
                points=points(called),
            )
            for number, called in appliance.called.items()
        ),
        emergency_groups=appliance.number_plan.emergency_groups,
        rights={
            PortId(name): StationRights(
                kinds=_RIGHTS[station.dials], caller_number=station.caller_number
            )
            for name, station in appliance.station.items()
        },
        dialling_pause_s=appliance.number_plan.dialling_pause_s,
    )


def _ports(appliance: Appliance) -> dict[str, list[PortId]]:
    ports: dict[str, list[PortId]] = {name: [] for name in appliance.trunk_group}
    for name, trunk in appliance.trunk.items():
        if trunk.group in ports:
            ports[trunk.group].append(PortId(name))
    for line in bearers(appliance).values():
        ports[line.group].append(PortId(line.name))
    return ports


def number_plan_mistakes(appliance: Appliance) -> Iterable[Mistake]:
    """Groups, routes and called numbers that lead nowhere, or are there twice."""
    groups = list(appliance.trunk_group)
    for name, trunk in appliance.trunk.items():
        if trunk.group is not None and trunk.group not in groups:
            path = key_path("trunk", name, "group")
            yield Mistake(
                path, f'unknown trunk group "{trunk.group}"', suggest(trunk.group, groups)
            )
    yield from _groups(appliance)
    yield from _routes(appliance, groups)
    for index, group in enumerate(appliance.number_plan.emergency_groups):
        if group not in groups:
            path = key_path("number_plan", "emergency_groups", index)
            yield Mistake(path, f'unknown trunk group "{group}"', suggest(group, groups))
    yield from _never_reached(appliance)
    for begins, length in appliance.number_plan.internal.items():
        if length < len(begins):
            path = key_path("number_plan", "internal", begins)
            yield Mistake(path, f"{length} digits are fewer than {begins} has", "")
    for number, called in appliance.called.items():
        if called.flow not in appliance.flow:
            path = key_path("called", number, "flow")
            advice = suggest(called.flow, list(appliance.flow))
            yield Mistake(path, f'unknown flow "{called.flow}"', advice)


def _never_reached(appliance: Appliance) -> Iterable[Mistake]:
    """Prefixes that no number has, internal numbers without a way, numbers of nodes that are none."""
    numbers, internal = site_numbers(appliance), appliance.number_plan.internal
    prefixes = {each for route in appliance.route.values() for each in route.prefixes}
    for name, route in appliance.route.items():
        for index, prefix in enumerate(route.prefixes):
            inside = any(prefix.startswith(each) or each.startswith(prefix) for each in internal)
            if prefix and not inside and numbers.is_national_form(prefix):
                path = key_path("route", name, "prefixes", index)
                problem = f'no number begins with "{prefix}" where they are compared: in E.164'
                yield Mistake(path, problem, f'such as "{numbers.e164_prefix(prefix)}"')
    for begins in internal if appliance.route else ():
        if not any(
            each and (each.startswith(begins) or begins.startswith(each)) for each in prefixes
        ):
            path = key_path("number_plan", "internal", begins)
            advice = f'prefixes = ["{begins}"] in the route of the group that leads there'
            yield Mistake(path, "no route is for these numbers", advice)
    for flow_name, flow in appliance.flow.items():
        for node_name, node in flow.node.items():
            if isinstance(node, DialTable):
                read = numbers.read(node.number)
                if read is None or read.kind is NumberKind.UNKNOWN:
                    path = key_path("flow", flow_name, "node", node_name, "number")
                    advice = "as dialled here, E.164, or one of number_plan.internal"
                    yield Mistake(path, f'"{node.number}" is no number', advice)


def _groups(appliance: Appliance) -> Iterable[Mistake]:
    used = {trunk.group for trunk in appliance.trunk.values()}
    for name, group in appliance.trunk_group.items():
        if not group.cards and name not in used:
            advice = f'give it cards = ["…"], or trunks with group = "{name}"'
            yield Mistake(key_path("trunk_group", name), "has no lines", advice)
        if group.flow is None:
            if group.cards and not group.calls_through:
                advice = "the name of a flow; or calls_through = true"
                yield Mistake(key_path("trunk_group", name, "flow"), "missing", advice)
        elif group.flow not in appliance.flow:
            path = key_path("trunk_group", name, "flow")
            advice = suggest(group.flow, list(appliance.flow))
            yield Mistake(path, f'unknown flow "{group.flow}"', advice)
        if name in used and group.number_form == "e164":
            path = key_path("trunk_group", name, "number_form")
            yield Mistake(path, 'no analog line dials a "+"', '"national", or leave it out')
        if group.calls_through and not appliance.route:
            path = key_path("trunk_group", name, "calls_through")
            yield Mistake(path, "there is no route", "add a table such as [route.world]")


def _routes(appliance: Appliance, groups: list[str]) -> Iterable[Mistake]:
    seen: dict[str, str] = {}
    for name, route in appliance.route.items():
        for index, via in enumerate(route.via):
            if via.group not in groups:
                path = key_path("route", name, "via", index, "group")
                yield Mistake(
                    path, f'unknown trunk group "{via.group}"', suggest(via.group, groups)
                )
        for index, prefix in enumerate(route.prefixes):
            other = seen.setdefault(prefix, name)
            path = key_path("route", name, "prefixes", index)
            if other != name or route.prefixes.index(prefix) != index:
                problem = f'"{prefix}" is in route {other} already'
                yield Mistake(path, problem, "each beginning leads to one route")
