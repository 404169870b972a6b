"""The far end of all spans: speech that only keeps time, and the carrier's exchange behind its PRI worker.

The appliance's pump needs blocks to read and somebody who fetches what it writes: a plane of our own does
both, and says silence. Calls are orders to the far end's worker, which speaks over the same D-channel sockets
that the town's does.
"""

import select
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from drivers import (
    CableListener,
    DChannelPlace,
    LinkLost,
    SocketCableEnd,
    WorkerLink,
    mirrored,
)
from drivers.pri.messages import BeginSpan, ChannelChanged, ChannelState, Report
from dsp import Law, Plane
from firmware_host.config import card_kinds, line_places, slot_count, span_settings
from firmware_host.descriptor_limit import raise_descriptor_limit
from firmware_host.state_files import TOWN_PRI_WORKER_SOCKET, cable_socket, d_channel_socket
from scripts.pri_load.appliance import LoadedAppliance, LoadError

__all__ = ["FarEnd", "FarSpan"]

_START_LIMIT_S = 60.0
_PAUSE_S = 0.005


class FarSpan:
    """One span: its link to the worker, and its channels that are idle."""

    def __init__(self, name: str, link: WorkerLink, channels: tuple[int, ...]) -> None:
        self.name = name
        self.link = link
        self.channels = channels
        self.idle: deque[int] = deque()
        "Longest idle first."

    def receive(self) -> list[Report]:
        """What the worker tells; idle channels are noted."""
        reports = self.link.receive()
        for report in reports:
            if isinstance(report, ChannelChanged):
                self._changed(report.channel, report.state)
        return reports

    def take(self) -> int | None:
        """A channel for a call; None: all are taken."""
        return self.idle.popleft() if self.idle else None

    def _changed(self, channel: int, state: ChannelState) -> None:
        if state is ChannelState.IDLE and channel not in self.idle:
            self.idle.append(channel)
        elif state is not ChannelState.IDLE and channel in self.idle:
            self.idle.remove(channel)


class FarEnd:
    """All spans' far ends; let go of with the block that uses it.

    Args:
        appliance: Whose.
        unused: By span: channels that the far end has no use for; a call that asks for one and is not
            bound to it gets another.
    """

    def __init__(
        self, appliance: LoadedAppliance, unused: Mapping[str, Collection[int]] | None = None
    ) -> None:
        settings, state = appliance.settings, appliance.state
        raise_descriptor_limit()
        self._appliance = appliance
        self.plane = Plane(slot_count(settings), law=Law(settings.site.law))
        self.spans: list[FarSpan] = []
        self._ends: dict[str, SocketCableEnd] = {}
        self._cables: list[tuple[CableListener, SocketCableEnd, dict[int, int]]] = []
        places = line_places(settings).values()
        self.lines = len(places)
        self._slots = {(place.card, place.port): place.slot for place in places}
        for name, card in settings.card.items():
            end = SocketCableEnd(tuple(mirrored(kind) for kind in card_kinds(settings, name)))
            slots = {place.port: place.slot for place in places if place.card == name}
            self._ends[name] = end
            listener = CableListener(state / cable_socket(name), end)
            self._cables.append((listener, end, slots))
            if card.pri is None:
                continue
            link = self._connect()
            place = DChannelPlace(listen_at=str(state / d_channel_socket(name)))
            span = span_settings(settings, name, place, far_end=True)
            out = (unused or {}).get(name, ())
            span = replace(span, channels=tuple(each for each in span.channels if each not in out))
            link.send(BeginSpan(span=span))
            self.spans.append(FarSpan(name, link, span.channels))

    def __enter__(self) -> Self:
        """The pump ticks."""
        self.plane.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let go of everything."""
        for span in self.spans:
            span.link.close()
        self.plane.close()
        for listener, _, _ in self._cables:
            listener.close()

    def bring_up(self) -> None:
        """Let the appliance plug in, and wait until every line is in service and every channel idle.

        Raises:
            LoadError: It takes too long.
        """
        waiting = list(self._cables)

        def plugged() -> bool:
            for cable in list(waiting):
                listener, end, slots = cable
                if listener.accept():
                    waiting.remove(cable)
                    for port, speech in end.speech_descriptors.items():
                        if port in slots:
                            self.plane.attach(
                                slots[port], speech.read, write_descriptor=speech.write
                            )
            return not waiting

        self._until(plugged, "every card plugged in")
        self._until(self._idle, "every channel idle")
        self._until(
            lambda: self._appliance.lines_in_service() == self.lines and self._idle(),
            f"{self.lines} lines in service",
        )

    def cable(self, card: str) -> SocketCableEnd:
        """Our end of a card's cable: hook, ringing and the like of its analog ports."""
        return self._ends[card]

    def slot(self, card: str, channel: int) -> int:
        """Where our plane has this channel."""
        return self._slots[card, channel]

    def come_to_rest(self) -> None:
        """Wait until every channel is idle at our side.

        Raises:
            LoadError: It takes too long.
        """
        self._until(self._idle, "every channel idle after the last call")

    def _idle(self) -> bool:
        for span in self.spans:
            span.receive()
        return all(len(span.idle) == len(span.channels) for span in self.spans)

    def _connect(self) -> WorkerLink:
        path = self._appliance.state / TOWN_PRI_WORKER_SOCKET
        found: list[WorkerLink] = []

        def tried() -> bool:
            try:
                found.append(WorkerLink(path))
            except LinkLost:
                return False
            return True

        self._until(tried, "the far end's worker answers")
        return found[0]

    def _until(self, reached: Callable[[], bool], what: str) -> None:
        pause = partial(select.select, [], [], [], _PAUSE_S)
        until = time.monotonic() + _START_LIMIT_S
        while not reached():
            if time.monotonic() > until:
                raise LoadError(f"not within {_START_LIMIT_S:g} s: {what}")
            self._appliance.check()
            pause()
