"""Trunks: which are in service, which carry a call, and which one the next call out takes."""

from acd.actions import ClearLine
from acd.configured import Configured
from acd.ids import CallId, Cause, PortId
from acd.orders import Orders
from acd.trunk_settings import LineChoice, TrunkGroupSettings

__all__ = ["Trunks"]


class Trunks:
    """All trunks.

    A line that was just cleared may need a moment before it can be seized; it is taken only when no
    other is free.
    """

    def __init__(self, configured: Configured, orders: Orders) -> None:
        self._orders = orders
        self._in_service = dict.fromkeys(configured.trunks, False)
        self._calls: dict[PortId, CallId] = {}
        self._clearing: set[PortId] = set()
        self._latest: dict[str, int] = {}

    def __contains__(self, port: PortId) -> bool:
        return port in self._in_service

    def is_in_service(self, port: PortId) -> bool:
        """Whether the trunk can be used."""
        return self._in_service.get(port, False)

    def withdraw(self, port: PortId) -> None:
        """The trunk can't be used."""
        self._in_service[port] = False
        self._clearing.discard(port)

    def put_in_service(self, port: PortId) -> None:
        """The trunk is idle and can be used."""
        self._in_service[port] = True
        self._clearing.discard(port)

    def call_on(self, port: PortId) -> CallId | None:
        """The call that a trunk carries, whichever way it goes."""
        return self._calls.get(port)

    def take(self, port: PortId, call: CallId) -> None:
        """Let a trunk carry a call."""
        self._calls[port] = call
        self._clearing.discard(port)

    def release(self, port: PortId) -> None:
        """Its call is over, and the line free."""
        self._calls.pop(port, None)

    def clear(self, port: PortId, cause: Cause, q850: int | None = None) -> None:
        """End the call on this trunk by our side."""
        self.release(port)
        self._clearing.add(port)
        self._orders.ask(ClearLine(port=port, cause=cause, q850=q850))

    def cleared(self, port: PortId) -> None:
        """The line has said that it is free."""
        self._clearing.discard(port)

    def choose(self, group: TrunkGroupSettings, but: set[PortId]) -> PortId | None:
        """The free trunk that the group's rule prefers; ``but`` were tried already."""
        count = len(group.ports)
        order = range(count)
        if group.choice is LineChoice.DOWN:
            order = range(count - 1, -1, -1)
        elif group.choice is LineChoice.ROUND_ROBIN:
            start = self._latest.get(group.name, -1) + 1
            order = range(start, start + count)
        second: int | None = None
        for index in order:
            port = group.ports[index % count]
            if port in self._calls or port in but or not self._in_service.get(port, False):
                continue
            if port not in self._clearing:
                self._latest[group.name] = index % count
                return port
            if second is None:
                second = index % count
        if second is None:
            return None
        self._latest[group.name] = second
        return group.ports[second]
