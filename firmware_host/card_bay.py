"""Keeps one card plugged in: connects, gives its descriptors to the media plane, tries again when it is gone.

The same bay serves the call server and the town, a virtual card's cable and a span of DAHDI.
"""

import logging
from collections.abc import Callable, Mapping, Set

from drivers import CardError, DahdiCard, PluggedCard, PrimaryRateCard
from dsp import CardRequests, Plane
from firmware_host.step_loop import StepLoop

__all__ = ["CardBay"]

_log = logging.getLogger(__name__)

_TRY_AGAIN_S = 0.1
_LOOK_AGAIN_S = 1.0
_PATIENCE_S = 3.0
"""The far end, or a card's driver, may start after us; only then is its absence worth a warning."""


class CardBay:
    """The place of one card.

    Runs in: event loop.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], PluggedCard],
        slots: Mapping[int, int],
        plane: Plane,
        loop: StepLoop,
        *,
        clock: bool,
    ) -> None:
        """An empty bay.

        Args:
            name: The card's, for messages.
            connect: Gives the card, or raises `CardError`.
            slots: The plane's slot of each port.
            plane: Whose pump reads and writes the descriptors.
            loop: Wakes when the card has something to tell.
            clock: Whether the card's blocks may make the ticks.
        """
        self.name = name
        self.card: PluggedCard | None = None
        self.problem = ""
        "Why there is no card, once that has lasted for a while."
        self._connect = connect
        self._slots = slots
        self._plane = plane
        self._loop = loop
        self._clock = clock
        self._watched: tuple[int, ...] = ()
        self._next_try = 0.0
        self._empty_since: float | None = None

    def next_timer(self) -> float | None:
        """When `attend` has something to try."""
        return self._next_try

    def tells(self, readable: Set[int]) -> bool:
        """Whether one of these descriptors is the card's."""
        return not readable.isdisjoint(self._watched)

    def attend(self, now: float) -> PluggedCard | None:
        """Try what is due; the card when it has just been plugged in."""
        if self._empty_since is None:
            self._empty_since = now
        if self.card is not None:
            self._watch(self.card.signalling_descriptors)
            if isinstance(self.card, PrimaryRateCard):
                for port in self.card.take_moved():
                    self._attach(self.card, port)
            if now < self._next_try:
                return None
            self._next_try = now + _LOOK_AGAIN_S
            for port in self.card.look_again():
                self._attach(self.card, port)
            return None
        if now < self._next_try:
            return None
        self._next_try = now + _TRY_AGAIN_S
        try:
            self.card = self._connect()
        except CardError as error:
            self._complain(str(error), now)
            return None
        self.problem = ""
        self._next_try = now + _LOOK_AGAIN_S
        for port in self.card.speech_descriptors:
            self._attach(self.card, port)
        self._watch(self.card.signalling_descriptors)
        return self.card

    def unplug(self, now: float) -> None:
        """Let everything of the card go."""
        card, self.card = self.card, None
        self._empty_since = now
        self._next_try = now + _TRY_AGAIN_S
        if card is None:
            return
        self._watch(())
        for slot in self._slots.values():
            self._plane.detach(slot)
        card.unplug()

    def release(self, port: int) -> bool:
        """Let go of one port's channel, so that another process can open it; False: no such card is there.

        The media plane closes its own duplicate within a tick.
        """
        if not isinstance(self.card, DahdiCard) or port not in self._slots:
            return False
        self._plane.detach(self._slots[port])
        self.card.release(port)
        return True

    def take_back(self, port: int) -> None:
        """Open the channel again; as long as the other process holds it, `attend` tries on."""
        if isinstance(self.card, DahdiCard) and self.card.take_back(port):
            self._attach(self.card, port)

    def _watch(self, descriptors: tuple[int, ...]) -> None:
        """A card's descriptors may come and go while it stays."""
        for old in self._watched:
            if old not in descriptors:
                self._loop.unwatch(old)
        for new in descriptors:
            if new not in self._watched:
                self._loop.watch(new)
        self._watched = descriptors

    def _attach(self, card: PluggedCard, port: int) -> None:
        slot = self._slots.get(port)
        if slot is None:
            return
        speech = card.speech_descriptors[port]
        asked = card.speech_requests
        self._plane.attach(
            slot,
            speech.read,
            write_descriptor=speech.write,
            clock=self._clock,
            requests=CardRequests(
                event_error=asked.event_error,
                event_request=asked.event_request,
                underrun_event=asked.underrun_event,
            ),
        )

    def _complain(self, problem: str, now: float) -> None:
        since = now if self._empty_since is None else self._empty_since
        if problem != self.problem and now - since > _PATIENCE_S:
            _log.warning("card %s: %s; trying on", self.name, problem)
            self.problem = problem
