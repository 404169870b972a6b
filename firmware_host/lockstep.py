"""The appliance and its town in one thread with a made-up clock: hours in seconds, byte for byte alike.

Order of a tick: the town acts, its plane sounds, our plane hears, call control steps, the journal is
written.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from drivers import (
    Card,
    DChannelPlace,
    LockstepCable,
    LockstepCableEnd,
    LockstepWorker,
    PrimaryRateCard,
)
from dsp import TICK_S, Law, Plane
from firmware_host.callserver import Journal, Recorder, compose_exchange, compose_plane
from firmware_host.config import Appliance, card_kinds, span_settings
from firmware_host.line_media import InlineCallerIdReader
from firmware_host.prompts import PromptLibrary
from firmware_host.town import FarEndFault, Town
from firmware_host.version import VERSION
from firmware_host.worker import InlineWorker

__all__ = ["Lockstep"]


class Lockstep:
    """One appliance, one town, no wall clock."""

    def __init__(
        self,
        appliance: Appliance,
        state: Path,
        prompts: PromptLibrary,
        *,
        start_utc_s: float,
        fault: FarEndFault | None = None,
        told: Callable[[float, str, str], None] | None = None,
        boot: str = "lockstep",
    ) -> None:
        cables = {name: LockstepCable(card_kinds(appliance, name)) for name in appliance.card}
        self._worker = (
            LockstepWorker() if any(each.pri for each in appliance.card.values()) else None
        )
        near: dict[str, Card] = {name: cable.near for name, cable in cables.items()}
        far: dict[str, Card] = {name: cable.far for name, cable in cables.items()}
        for name, table in appliance.card.items():
            if table.pri is not None and self._worker is not None:
                near[name] = _span(appliance, name, cables[name].near, self._worker, far_end=False)
                far[name] = _span(appliance, name, cables[name].far, self._worker, far_end=True)
        self._ticks = 0
        self._start_utc_s = start_utc_s
        self.plane = compose_plane(appliance)
        self.town_plane = Plane(self.plane.slots, law=Law(appliance.site.law))
        self.town = Town(
            appliance,
            far,
            self.town_plane,
            InlineCallerIdReader(),
            fault=fault,
            told=told,
        )
        self.exchange = compose_exchange(
            appliance,
            cards=near,
            plane=self.plane,
            reader=InlineCallerIdReader(),
            prompts=prompts,
            journal=Journal(state / "journal", boot=boot, worker=InlineWorker()),
            recorder=Recorder(
                state / "recordings",
                InlineWorker(),
                gain_control=appliance.recordings.gain_control,
            ),
        )

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return self._ticks * TICK_S

    def start(self) -> None:
        """Start both ends."""
        self.town.start(self.now)
        self.exchange.start(self.now, self._start_utc_s + self.now, version=VERSION)

    def tick(self) -> None:
        """Twenty milliseconds."""
        self._ticks += 1
        now = self.now
        self.town.step(now)
        self.town_plane.rx[:] = self.plane.tx
        self.town_plane.tick()
        self.plane.rx[:] = self.town_plane.tx
        self.plane.tick()
        self.exchange.step(now)
        if self._worker is not None:
            self._worker.step(now)

    def run_until(self, reached: Callable[[], bool], limit_s: float) -> bool:
        """Tick until something is so; False when it is not within the limit."""
        last = self._ticks + round(limit_s / TICK_S)
        while not reached():
            if self._ticks >= last:
                return False
            self.tick()
        return True

    def run_for(self, seconds: float) -> None:
        """Tick for a while."""
        for _ in range(round(seconds / TICK_S)):
            self.tick()

    def shut_down(self) -> None:
        """Stop the appliance in order, and free both planes."""
        self.exchange.shut_down(self.now)
        self.plane.close()
        self.town_plane.close()
        if self._worker is not None:
            self._worker.close()


def _span(
    appliance: Appliance,
    card: str,
    speech: LockstepCableEnd,
    worker: LockstepWorker,
    *,
    far_end: bool,
) -> PrimaryRateCard:
    """One end of a span whose D-channel is a wire within the stepped worker."""
    settings = span_settings(appliance, card, DChannelPlace(), far_end=far_end)
    side = "network" if settings.network_side else "user"
    return PrimaryRateCard(settings, speech, partial(worker.link, f"{card}/{side}"))
