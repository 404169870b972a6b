"""Two spans of DAHDI's kernel driver, joined back to back: the product's cards at both ends, in real time."""

import itertools
import select
import threading
import time
from collections.abc import Callable
from dataclasses import asdict

from drivers import (
    CardRefused,
    DahdiCard,
    DahdiCardSettings,
    DahdiControl,
    DahdiLaw,
    DahdiPortSettings,
    DynamicSpanSettings,
    PortKind,
    StartSignalling,
    mirrored,
)
from drivers.dahdi import configure_span
from dsp import CardRequests, Law

CHANNELS = 3
E_AND_M = 3
"""The channel that is E&M; those before it are a trunk and a handset."""
LAWS = {Law.ALAW: DahdiLaw.ALAW, Law.MULAW: DahdiLaw.MULAW}
LONGEST_WAIT_S = 0.1
"""As the call server's own loop."""
SETTING_UP = threading.Lock()
"""Spans are numbered anew when one comes or goes."""
PREPARED = set()


class DahdiCable:
    """One of sixteen pairs of spans; they stay when it is closed."""

    clever = True

    def __init__(self, key: int) -> None:
        self._key = key
        self._began = time.monotonic()
        self._settings = ()
        self._cards = {}
        self._running = set()

    def address(self, end: int) -> str:
        return f"{self._key:x}:{end}"

    @property
    def now(self) -> float:
        return time.monotonic() - self._began

    def places(self, kinds: tuple[PortKind, ...]) -> tuple[int, ...]:
        return (E_AND_M,) if kinds == (PortKind.EM,) else tuple(range(1, len(kinds) + 1))

    def cards(self, kinds: tuple[PortKind, ...], law: Law):
        places = self.places(kinds)
        far_kinds = tuple(mirrored(kind) for kind in kinds)
        self._settings = tuple(
            DahdiCardSettings(
                span=f"DYN/loc/{self.address(end)}",
                dynamic=DynamicSpanSettings(
                    driver="loc", address=self.address(end), channels=CHANNELS
                ),
                ports={
                    place: self._port(kind, law, end)
                    for place, kind in zip(places, each, strict=True)
                },
            )
            for end, each in enumerate((kinds, far_kinds))
        )
        self._prepare()
        return self.card(0), self.card(1)

    def _prepare(self) -> None:
        """An exchange's lines stand as idle lines do before we open ours."""
        with SETTING_UP, DahdiControl() as control:
            if (self._key, *self._settings[0].ports) in PREPARED:
                return
            PREPARED.add((self._key, *self._settings[0].ports))
            for settings in self._settings:
                span = configure_span(control, settings)
                for place, port in settings.ports.items():
                    number = span.first_channel + place - 1
                    control.configure_channel(number, port.signalling, law=port.law)

    def _port(self, kind: PortKind, law: Law, end: int) -> DahdiPortSettings:
        start = StartSignalling.EM if kind is PortKind.EM else StartSignalling.KEWLSTART
        longest_flash_ms = 750 if end == 0 else 0  # our stations' handsets flash; trunks do not
        return DahdiPortSettings(
            kind=kind, start=start, law=LAWS[law], longest_flash_ms=longest_flash_ms
        )

    def card(self, end: int) -> DahdiCard:
        with SETTING_UP:
            self._cards[end] = DahdiCard(self._settings[end])
        return self._cards[end]

    def attach(self, side) -> None:
        requests = CardRequests(**asdict(side.card.speech_requests))
        for slot, place in enumerate(side.places):
            speech = side.card.speech_descriptors[place]
            side.plane.attach(
                slot, speech.read, write_descriptor=speech.write, clock=True, requests=requests
            )
        if side not in self._running:
            self._running.add(side)
            side.plane.start()

    def mute(self, far) -> None:
        for slot, _ in enumerate(far.places):
            far.plane.detach(slot)

    def pass_time(self, near, far, seconds: float, over: Callable[[], bool]) -> None:
        descriptors = [near.plane.detection_fd, far.plane.detection_fd]
        ends = self.now + seconds
        while True:
            far.step(self.now)
            near.step(self.now)
            now = self.now
            if over() or now >= ends:
                return
            timers = (timer for side in (near, far) if (timer := side.next_timer()) is not None)
            due = min(itertools.chain(timers, (ends, now + LONGEST_WAIT_S)))
            select.select(descriptors, [], [], max(0.0, due - now))

    # ------------------------------------------------------------ alarms

    def break_line(self, near, far) -> None:
        """The far span is unmade; the driver raises red alarm on ours, a second later."""
        self.let_go(far)
        with DahdiControl() as control:
            until = self.now + 1.0
            while True:
                try:
                    with SETTING_UP:
                        control.destroy_dynamic_span("loc", self.address(1))
                    return
                except CardRefused:  # the pump closes its descriptors within a tick
                    if self.now > until:
                        raise
                    self.pass_time(near, far, 0.02, lambda: False)

    def mend_line(self, _near, far) -> None:
        """It is made again, and its lines begin."""
        far.plug_in(self.card(1), self)

    def let_go(self, side) -> None:
        for slot, _ in enumerate(side.places):
            side.plane.detach(slot)
        card = self._cards.pop(0 if side.card is self._cards.get(0) else 1)
        card.unplug()
        side.card = None

    def close(self) -> None:
        for card in self._cards.values():
            card.unplug()
        self._cards.clear()


def unmake_spans(key: int) -> None:
    """Both ends, where they are there."""
    with SETTING_UP, DahdiControl() as control:
        names = {span.name for span in control.spans()}
        for end in range(2):
            if f"DYN/loc/{key:x}:{end}" in names:
                control.destroy_dynamic_span("loc", f"{key:x}:{end}")
