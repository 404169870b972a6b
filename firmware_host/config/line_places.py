"""Where each line is: on which card, at which port of it, in which slot of the media plane.

Cards have the plane's slots one after the other, in the order of the configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers import PortKind
from firmware_host.config.primary_rate import bearers
from firmware_host.config.schema import Appliance, CardTable, DahdiCardTable, TrunkTable

__all__ = [
    "LinePlace",
    "card_kinds",
    "is_tie_line",
    "line_places",
    "needs_town",
    "plays_far_end",
    "slot_count",
    "trunk_kind",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlace:
    """One line's place. ``port`` is as configured: a virtual card's first is 0, a DAHDI span's first is 1."""

    name: str
    kind: PortKind
    "What our card has there."
    card: str
    port: int
    slot: int


def is_tie_line(trunk: TrunkTable) -> bool:
    """Whether the trunk is an E&M one: leads, no battery and no ringing."""
    return trunk.signalling in ("em_wink", "em_immediate")


def trunk_kind(trunk: TrunkTable) -> PortKind:
    """What kind of port a trunk needs."""
    return PortKind.EM if is_tie_line(trunk) else PortKind.FXO


def line_places(appliance: Appliance) -> Mapping[str, LinePlace]:
    """Every trunk and station, by name."""
    first_slots, _ = _slots(appliance)
    return {
        name: LinePlace(
            name=name,
            kind=kind,
            card=card,
            port=port,
            slot=first_slots[card] + port - _first_port(appliance, card),
        )
        for name, kind, card, port in _lines(appliance)
    }


def slot_count(appliance: Appliance) -> int:
    """How many slots the plane needs."""
    return max(1, _slots(appliance)[1])


def card_kinds(appliance: Appliance, card: str) -> tuple[PortKind, ...]:
    """What a virtual card has at each port; a port without a line is FXS, or a B-channel's."""
    if appliance.card[card].pri is not None:
        ports = [port for _, _, on, port in _lines(appliance) if on == card]
        return (PortKind.BEARER,) * (max(ports, default=-1) + 1)
    kinds = {port: kind for _, kind, on, port in _lines(appliance) if on == card}
    return tuple(kinds.get(port, PortKind.FXS) for port in range(max(kinds, default=-1) + 1))


def needs_town(appliance: Appliance) -> bool:
    """Whether the town plays the far end of some card."""
    return any(plays_far_end(card) for card in appliance.card.values())


def plays_far_end(card: CardTable) -> bool:
    """Whether the town is at this card's other end."""
    return not isinstance(card, DahdiCardTable) or card.town_span is not None


def _first_port(appliance: Appliance, card: str) -> int:
    return 1 if isinstance(appliance.card[card], DahdiCardTable) else 0


def _lines(appliance: Appliance) -> list[tuple[str, PortKind, str, int]]:
    trunks = [(name, trunk_kind(row), row.card, row.port) for name, row in appliance.trunk.items()]
    stations = [(name, PortKind.FXS, row.card, row.port) for name, row in appliance.station.items()]
    channels = [
        (each.name, PortKind.BEARER, each.card, each.channel)
        for each in bearers(appliance).values()
    ]
    return trunks + stations + channels


def _slots(appliance: Appliance) -> tuple[dict[str, int], int]:
    """The first slot of each card, and the number of all."""
    first_slots: dict[str, int] = {}
    count = 0
    for card in appliance.card:
        first_slots[card] = count
        ports = [port for _, _, on, port in _lines(appliance) if on == card]
        if ports:
            count += max(ports) + 1 - _first_port(appliance, card)
    return first_slots, count
