"""Two ends of a card at signal level, no ACD: what every card must let every line do.

On a `LineBench` port 0 is a trunk (FXO near, FXS far), port 1 a handset (FXS near, FXO far); a `TieBench`
has one E&M trunk. Lines, planes and media are the product's; only the cable differs from card to card.
"""

import select
import threading
from pathlib import Path

from drivers import (
    CableListener,
    CallerIdMode,
    Disconnect,
    EmLine,
    EmSettings,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    HardwareCommand,
    LockstepCable,
    PortKind,
    SocketCableEnd,
    connect_cable,
    mirrored,
)
from dsp import TICK_S, Law, Plane, tone_plan
from firmware_host.line_media import InlineCallerIdReader, LineMedia, ListenAlso

KINDS = {FxoLine: PortKind.FXO, FxsLine: PortKind.FXS, EmLine: PortKind.EM}
LINE_EVENTS = (
    "CallOffered",
    "CallWaiting",
    "Alerting",
    "Answered",
    "DigitReceived",
    "HookFlashed",
    "Cleared",
    "OutOfService",
    "InService",
)


class SideOfBench:
    def __init__(self, card, lines, country: str, law: Law, hears_tones: bool) -> None:
        self.card = card
        self.lines = lines
        self.plane = Plane(len(lines), law=law)
        self.media = LineMedia(
            self.plane,
            tone_plan(country),
            law,
            InlineCallerIdReader(),
            listen_also=ListenAlso(progress=hears_tones),
        )
        self.events = [[] for _ in lines]
        self.heard = [[] for _ in lines]

    def start(self, now: float) -> None:
        for port, line in enumerate(self.lines):
            self.outputs(port, line.start(now))

    def step(self, now: float) -> None:
        for port, event in self.card.poll():
            self.outputs(port, self.lines[port].receive(event, now))
        for detection in self.plane.detections():
            heard = self.media.heard(detection)
            if heard is not None:
                slot, what = heard
                self.heard[slot].append(what)
                self.outputs(slot, self.lines[slot].receive(what, now))
        for slot, caller in self.media.read_caller_ids():
            self.outputs(slot, self.lines[slot].receive(caller, now))
        for port, line in enumerate(self.lines):
            timer = line.next_timer()
            if timer is not None and timer <= now:
                self.outputs(port, line.handle_timer(now))

    def outputs(self, port: int, outputs) -> None:
        for output in outputs:
            if isinstance(output, HardwareCommand):
                self.card.perform(port, output)
            elif type(output).__name__ in LINE_EVENTS:
                self.events[port].append(output)
            else:
                self.media.perform(port, output)


class Bench:
    def __init__(
        self, cable: str, folder: Path, country: str, law: Law, near_lines: list, far_lines: list
    ) -> None:
        kinds = tuple(KINDS[type(line)] for line in near_lines)
        near_card, far_card = self._cable(cable, folder, kinds)
        self.near = SideOfBench(near_card, near_lines, country, law, False)
        self.far = SideOfBench(far_card, far_lines, country, law, True)
        self.ticks = 0
        self.far.start(0.0)
        self.near.start(0.0)
        self.run(2.0)

    def _cable(self, kind: str, folder: Path, kinds: tuple[PortKind, ...]):
        if kind == "lockstep":
            cable = LockstepCable(kinds)
            return cable.near, cable.far
        far = SocketCableEnd(tuple(mirrored(kind) for kind in kinds))
        listener = CableListener(folder / "cable.sock", far)

        def accept() -> None:
            select.select([listener.descriptor], [], [], 5)
            listener.accept()

        accepting = threading.Thread(target=accept)
        accepting.start()
        near = connect_cable(folder / "cable.sock")
        accepting.join(5)
        self._listener = listener
        return near, far

    @property
    def now(self) -> float:
        return self.ticks * TICK_S

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.ticks += 1
            self.far.step(self.now)
            self.far.plane.rx[:] = self.near.plane.tx
            self.far.plane.tick()
            self.near.plane.rx[:] = self.far.plane.tx
            self.near.plane.tick()
            self.near.step(self.now)

    def command(self, side: SideOfBench, port: int, command) -> None:
        side.outputs(port, side.lines[port].command(command, self.now))

    def close(self) -> None:
        self.near.plane.close()
        self.far.plane.close()
        for card in (self.near.card, self.far.card):
            if isinstance(card, SocketCableEnd):
                card.unplug()
        if hasattr(self, "_listener"):
            self._listener.close()


class LineBench(Bench):
    def __init__(
        self,
        cable: str,
        folder: Path,
        *,
        country: str = "us",
        law: Law = Law.MULAW,
        caller_id: CallerIdMode = CallerIdMode.FSK_AFTER_FIRST_RING,
        disconnect: Disconnect = Disconnect.BATTERY_DROP,
        fxo: dict | None = None,
        fxs: dict | None = None,
        telephone: dict | None = None,
    ) -> None:
        cadence_s = tuple(part / 1000 for part in tone_plan(country).ring_cadence_ms)
        trunk = FxoSettings(
            **{
                "caller_id": caller_id,
                "clears_on_polarity": disconnect is Disconnect.POLARITY,
                "clears_on_busy_tone": disconnect is Disconnect.BUSY_TONE,
                **(fxo or {}),
            }
        )
        office = FxsSettings(
            **{
                "caller_id": caller_id,
                "disconnect": disconnect,
                "flash_maximum_s": 0.0,
                "ring_cadence_s": cadence_s,
                **(fxs or {}),
            }
        )
        station = FxsSettings(ring_cadence_s=cadence_s, caller_id=caller_id)
        handset = FxoSettings(
            clears_on_battery_drop=False, caller_id=caller_id, guard_s=0.2, **(telephone or {})
        )
        super().__init__(
            cable,
            folder,
            country,
            law,
            [FxoLine(trunk), FxsLine(station)],
            [FxsLine(office), FxoLine(handset)],
        )


class TieBench(Bench):
    """The near end yields in glare, the far end holds, unless told otherwise."""

    def __init__(
        self, cable: str, folder: Path, *, near: dict | None = None, far: dict | None = None, **both
    ) -> None:
        super().__init__(
            cable,
            folder,
            "us",
            Law.MULAW,
            [EmLine(EmSettings(**both, **(near or {})))],
            [EmLine(EmSettings(**both, **{"yields_in_glare": False, **(far or {})}))],
        )
