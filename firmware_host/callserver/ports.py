"""One `PortId` per line: its name, its slot in the plane, its port on the card, its signalling machine."""

from dataclasses import dataclass
from enum import Enum

from acd import PortId
from drivers import Line

__all__ = ["Port", "PortRole", "PortTable"]


class PortRole(Enum):
    """What a port is to the call center."""

    TRUNK = "trunk"
    STATION = "station"


@dataclass(slots=True)
class Port:
    """One line of ours. ``slot`` is the media plane's, ``card_port`` its place on its card."""

    port: PortId
    role: PortRole
    slot: int
    card: str
    card_port: int
    line: Line
    called: str = ""
    "The number that callers dial to reach this trunk, from the configuration."
    in_service: bool = False
    alarm: str = "no card yet"
    alarm_since: float = 0.0


class PortTable:
    """All ports, found by id, by slot, or by the card's port."""

    def __init__(self, ports: list[Port]) -> None:
        self.all = tuple(ports)
        self._by_id = {port.port: port for port in ports}
        self._by_slot = {port.slot: port for port in ports}
        self._by_place = {(port.card, port.card_port): port for port in ports}

    def by_id(self, port: PortId) -> Port:
        """The port of this name; KeyError when there is none."""
        return self._by_id[port]

    def by_slot(self, slot: int) -> Port | None:
        """The port of this slot."""
        return self._by_slot.get(slot)

    def at(self, card: str, card_port: int) -> Port | None:
        """The port at this place on this card."""
        return self._by_place.get((card, card_port))

    def on(self, card: str) -> list[Port]:
        """All ports of this card."""
        return [port for port in self.all if port.card == card]
