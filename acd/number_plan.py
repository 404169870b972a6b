"""Which number goes where: our own to flows, others by routes to groups of trunks. Pure."""

from dataclasses import dataclass

from acd.ids import PortId
from acd.numbers import Number, NumberForm, NumberKind, NumberReader
from acd.trunk_settings import (
    CalledNumberSettings,
    NumberPlanSettings,
    RouteSettings,
    TrunkGroupSettings,
    Way,
)

__all__ = ["Attempt", "NumberPlan"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A group to try, and the digits to send there."""

    group: TrunkGroupSettings
    sent: str


class NumberPlan:
    """The routes of one site.

    Args:
        settings: The plan.
        reader: What digits mean here.
    """

    def __init__(self, settings: NumberPlanSettings, reader: NumberReader) -> None:
        self.replace(settings, reader)

    def replace(self, settings: NumberPlanSettings, reader: NumberReader) -> None:
        """Let numbers mean this from now on; calls that are being set up go on as they were begun."""
        self.settings = settings
        self.reader = reader
        self._groups = {group.name: group for group in settings.groups}
        self._group_of = {port: group for group in settings.groups for port in group.ports}
        self._routes = {prefix: route for route in settings.routes for prefix in route.prefixes}
        self._called = {called.number: called for called in settings.called}
        self._longest_prefix = max(map(len, self._routes), default=0)
        self._longest_called = max(map(len, self._called), default=0)

    @property
    def reaches_outside(self) -> bool:
        """Whether any number can be dialled at all."""
        return bool(self._routes)

    def group_of(self, port: PortId) -> TrunkGroupSettings | None:
        """The group of a trunk."""
        return self._group_of.get(port)

    def carrier_of(self, port: PortId) -> str:
        """Whose calls and minutes those on this trunk are; empty: the trunk is in no group."""
        group = self.group_of(port)
        return "" if group is None else group.accounted_to

    def called(self, number: str) -> CalledNumberSettings | None:
        """What callers of this number meet; None: it is none of ours, or any.

        The number is compared as it came, and as E.164.
        """
        found = self._longest_of_ours(number)
        if found is None:
            read = self.reader.read(number)
            found = None if read is None else self._longest_of_ours(read.digits)
        return found

    def dialled_as(self, number: str) -> str:
        """A caller's number as somebody here would dial it; empty: it can't be called."""
        read = self.reader.read(number) if number else None
        if read is None or not self.attempts(read):
            return ""
        return self.reader.write(read, NumberForm.NATIONAL).removeprefix("+")

    def route(self, number: Number) -> RouteSettings | None:
        """The route of the longest beginning."""
        for length in range(min(self._longest_prefix, len(number.digits)), -1, -1):
            route = self._routes.get(number.digits[:length])
            if route is not None:
                return route
        return None

    def attempts(self, number: Number, *, not_group: str = "") -> list[Attempt]:
        """Groups to try, the cheapest first; an emergency number may take any that has not its caller.

        Args:
            number: Where to.
            not_group: Where the call comes from: going back there would be a loop.
        """
        route = self.route(number)
        ways = [] if route is None else sorted(route.ways, key=lambda way: way.cost)
        if number.kind is NumberKind.EMERGENCY:
            ways += self._emergency_ways({way.group for way in ways})
        return [
            Attempt(self._groups[way.group], self._sent(number, way))
            for way in ways
            if way.group in self._groups and way.group != not_group
        ]

    def _emergency_ways(self, named: set[str]) -> list[Way]:
        groups = self.settings.emergency_groups or tuple(self._groups)
        return [Way(group=each) for each in groups if each not in named]

    def _sent(self, number: Number, way: Way) -> str:
        written = self.reader.write(number, self._groups[way.group].form)
        plus = "+" if written.startswith("+") and not way.prepend and not way.strip else ""
        return plus + way.prepend + written.removeprefix("+")[way.strip :]

    def _longest_of_ours(self, number: str) -> CalledNumberSettings | None:
        for length in range(min(self._longest_called, len(number)), 0, -1):
            called = self._called.get(number[:length])
            if called is not None:
                return called
        return None
