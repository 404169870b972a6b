"""The cards that are plugged in: what they tell, of which line, and what is ordered of them."""

from collections.abc import Callable, Collection, Iterator, Mapping

import drivers
from dsp import DescriptorLost, EventFetched
from firmware_host.callserver.ports import Port, PortTable

__all__ = ["PluggedCards"]

_ASK_ALL_S = 0.1
"""What a card has to tell of itself, or could not send before, wakes nobody."""

Told = list[tuple[Port, drivers.HardwareEvent]]


class PluggedCards:
    """All cards of call control.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(self, cards: Mapping[str, drivers.Card], ports: PortTable) -> None:
        self.by_name = dict(cards)
        "Those that are there."
        self._ports = ports
        self.raw_observers: list[Callable[[float, Port, int], None]] = []
        "Told of every event of a card as its driver gave it; must neither wait nor act."
        self._ask_all_at = 0.0

    def __contains__(self, card: str) -> bool:
        """Whether this card is there."""
        return card in self.by_name

    def plug_in(self, card: str, hardware: drivers.Card) -> None:
        """It is there from now on."""
        self.by_name[card] = hardware

    def unplug(self, card: str) -> None:
        """It is gone."""
        self.by_name.pop(card, None)

    def poll(
        self, now: float, telling: Collection[str] | None = None
    ) -> Iterator[tuple[str, Told | drivers.CardLost]]:
        """What each card tells by itself, one card after the other; or that it is gone.

        Sixteen spans that are asked in vain at each step of a busy hour cost more than their calls.

        Args:
            now: The time.
            telling: Those that have something to tell; None: any may. The others are asked now and then.
        """
        if telling is None or now >= self._ask_all_at:
            self._ask_all_at = now + _ASK_ALL_S
            telling = self.by_name
        for card in tuple(telling):
            hardware = self.by_name.get(card)
            if hardware is None:
                continue
            try:
                events = hardware.poll()
            except drivers.CardLost as error:
                yield card, error
                continue
            ports = [(self._ports.at(card, at), event) for at, event in events]
            yield card, [(port, event) for port, event in ports if port is not None]

    def pump_met(self, detection: DescriptorLost | EventFetched, now: float) -> Told:
        """What the pump met with at a descriptor is the card's to understand."""
        port = self._ports.by_slot(detection.slot)
        hardware = self.by_name.get(port.card) if port is not None else None
        if port is None or hardware is None:
            return []
        if isinstance(detection, DescriptorLost):
            hardware.take_loss(port.card_port)
            return []
        for observer in self.raw_observers:
            observer(now, port, detection.value)
        return [(port, event) for event in hardware.take_event(port.card_port, detection.value)]

    def perform(self, port: Port, command: drivers.HardwareCommand) -> None:
        """Order something of a line's card; without effect while it is gone."""
        hardware = self.by_name.get(port.card)
        if hardware is not None:
            hardware.perform(port.card_port, command)

    def overruns(self, port: Port) -> int:
        """How often the card's driver threw blocks of this line away because nobody fetched them."""
        hardware = self.by_name.get(port.card)
        if not isinstance(hardware, drivers.DahdiCard):
            return 0
        return hardware.overruns.get(port.card_port, 0)
