"""The far ends of virtual cards, in real time: where the appliance plugs in, and what that brings."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from drivers import (
    CableListener,
    Card,
    DChannelPlace,
    PrimaryRateCard,
    SocketCableEnd,
    WorkerLink,
    mirrored,
)
from dsp import Plane
from firmware_host.config import Appliance, VirtualCardTable, card_kinds, line_places, span_settings
from firmware_host.state_files import TOWN_PRI_WORKER_SOCKET, d_channel_socket
from firmware_host.step_loop import StepLoop

__all__ = ["TownCable", "town_cables"]

_log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 1.0


class TownCable:
    """The far end of one virtual card.

    Runs in: event loop of the town.
    """

    def __init__(
        self, name: str, end: SocketCableEnd, card: Card, slots: Mapping[int, int], plane: Plane
    ) -> None:
        self.name = name
        self.end = end
        self.card = card
        "What lines see of it: the end itself, or a span with its D-channel."
        self._slots = slots
        self._plane = plane
        self._listener: CableListener | None = None
        self._watched: tuple[int, ...] = ()
        self._next_look = 0.0

    def listen(self, path: Path, loop: StepLoop) -> None:
        """Wait for the appliance here."""
        self._listener = CableListener(path, self.end)
        loop.watch(self._listener.descriptor)

    def attend(self, now: float, loop: StepLoop) -> None:
        """Let an appliance that waits plug in; follow descriptors that come and go."""
        if self._listener is not None and self._listener.accept():
            self._attach()
            _log.info("the appliance plugged in %s", self.name)
        if isinstance(self.card, PrimaryRateCard):
            if now >= self._next_look:
                self._next_look = now + _LOOK_AGAIN_S
                self.card.look_again()
            if self.card.take_moved():
                self._attach()
            self._watch(self.card.signalling_descriptors, loop)
        else:
            self._watch(self.end.signalling_descriptors, loop)

    def next_timer(self) -> float | None:
        """When `attend` has something to try."""
        return self._next_look if isinstance(self.card, PrimaryRateCard) else None

    def unplug(self, loop: StepLoop) -> None:
        """The appliance is gone."""
        self._watch((), loop)
        for slot in self._slots.values():
            self._plane.detach(slot)
        self.end.unplug()

    def close(self, loop: StepLoop) -> None:
        """Nobody waits here any more."""
        self.unplug(loop)
        if isinstance(self.card, PrimaryRateCard):
            self.card.unplug()
        if self._listener is not None:
            loop.unwatch(self._listener.descriptor)
            self._listener.close()

    def _attach(self) -> None:
        speech = self.card if isinstance(self.card, PrimaryRateCard) else self.end
        for port, descriptors in speech.speech_descriptors.items():
            if port in self._slots:
                self._plane.attach(
                    self._slots[port], descriptors.read, write_descriptor=descriptors.write
                )

    def _watch(self, descriptors: tuple[int, ...], loop: StepLoop) -> None:
        for old in self._watched:
            if old not in descriptors:
                loop.unwatch(old)
        for new in descriptors:
            if new not in self._watched:
                loop.watch(new)
        self._watched = descriptors


def town_cables(appliance: Appliance, state: Path, plane: Plane) -> dict[str, TownCable]:
    """One for each virtual card; a span's D-channel is the town's PRI worker's."""
    places = line_places(appliance).values()
    cables: dict[str, TownCable] = {}
    for name, table in appliance.card.items():
        if not isinstance(table, VirtualCardTable):
            continue
        end = SocketCableEnd(tuple(mirrored(kind) for kind in card_kinds(appliance, name)))
        card: Card = end
        if table.pri is not None:
            place = DChannelPlace(listen_at=str(state / d_channel_socket(name)))
            card = PrimaryRateCard(
                span_settings(appliance, name, place, far_end=True),
                end,
                partial(WorkerLink, state / TOWN_PRI_WORKER_SOCKET),
            )
        slots = {place.port: place.slot for place in places if place.card == name}
        cables[name] = TownCable(name, end, card, slots, plane)
    return cables
