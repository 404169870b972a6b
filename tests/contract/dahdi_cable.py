"""Two spans of DAHDI's kernel driver, joined back to back: the product's cards at both ends, in real time."""

import select
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

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
SETTING_UP = threading.RLock()
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

    def setting_up(self):
        """Others wait: a dozen benches that begin at once would take each other's time."""
        return SETTING_UP

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
        sides = {far.plane.detection_fd: far, near.plane.detection_fd: near}
        ready, ends = list(sides), self.now + seconds
        while True:
            for descriptor in ready:
                sides[descriptor].step(self.now)
            now = self.now
            if over() or now >= ends:
                return
            timers = {each: side.next_timer() or ends for each, side in sides.items()}
            due = min(ends, now + LONGEST_WAIT_S, *timers.values())
            ready, _, _ = select.select(sides, [], [], max(0.0, due - now))
            now = self.now
            ready = set(ready) | {each for each, timer in timers.items() if timer <= now}
            if not ready:
                ready = list(sides)

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

    def take_away(self) -> None:
        """Ours is removed as a card that is pulled: its channels are open."""
        with SETTING_UP:
            (self._device() / "unassign_span").write_text("1")

    def put_back(self, near) -> None:
        """It is there again; whoever had it has closed its channels."""
        self.let_go(near)
        with SETTING_UP:
            (self._device() / "assign_span").write_text("1:0:0")
        near.plug_in(self.card(0), self)

    def _device(self) -> Path:
        name = f"DYN/loc/{self.address(0)}\n"
        devices = Path("/sys/bus/dahdi_devices/devices").iterdir()
        return next(each for each in devices if (each / "hardware_id").read_text() == name)

    def let_go(self, side) -> None:
        for slot, _ in enumerate(side.places):
            side.plane.detach(slot)
        end = 0 if side.is_near else 1
        self._cards.pop(end).unplug()
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
