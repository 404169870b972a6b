"""How the two ends of a bench are joined without a card; how time passes there: a clock that is made up."""

import select
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from drivers import (
    AlarmCleared,
    AlarmRaised,
    BatteryChanged,
    CableListener,
    HookChanged,
    LockstepCable,
    PortKind,
    SocketCableEnd,
    connect_cable,
    mirrored,
)
from dsp import TICK_S, Law


class MadeUpTime:
    """What cables without a driver below them share. Ports of the cards are counted from 0."""

    clever = False
    "Whether the card itself detects flashes and counts and sends dial pulses."

    def __init__(self) -> None:
        self._ticks = 0
        self._far_is_mute = False

    @property
    def now(self) -> float:
        return self._ticks * TICK_S

    def setting_up(self):
        return nullcontext()

    def places(self, kinds: tuple[PortKind, ...]) -> tuple[int, ...]:
        """The card's number for each line."""
        return tuple(range(len(kinds)))

    def attach(self, side) -> None:
        """The bench itself carries the blocks."""

    def pass_time(self, near, far, seconds: float, over: Callable[[], bool]) -> None:
        """Step both ends until so much time has gone by, or it is over."""
        for _ in range(round(seconds / TICK_S)):
            if over():
                return
            self._ticks += 1
            far.step(self.now)
            far.plane.rx[:] = near.plane.tx
            far.plane.tick()
            near.plane.rx[:] = far.plane.tx
            if self._far_is_mute:
                near.plane.rx[:] = near.idle_octet
            near.plane.tick()
            near.step(self.now)

    def mute(self, _far) -> None:
        self._far_is_mute = True

    def break_line(self, near, _far) -> None:
        """The cable has no alarms: the near end is told of one."""
        for port, _ in enumerate(near.lines):
            near.receive(port, AlarmRaised(alarm="red"), self.now)

    def mend_line(self, near, _far) -> None:
        """It is over; the far end is on-hook."""
        for port, line in enumerate(near.lines):
            is_fxo = near.kind(line) is PortKind.FXO
            stands = BatteryChanged(present=True) if is_fxo else HookChanged(off_hook=False)
            for event in (AlarmCleared(), stands):
                near.receive(port, event, self.now)

    def close(self) -> None:
        """Nothing is held."""


class Lockstep(MadeUpTime):
    """Both ends in one thread."""

    def cards(self, kinds: tuple[PortKind, ...], _law: Law):
        cable = LockstepCable(kinds)
        return cable.near, cable.far


class Socket(MadeUpTime):
    """Signalling goes through the kernel, as between call server and town."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / "cable.sock"
        self._open = []

    def cards(self, kinds: tuple[PortKind, ...], _law: Law):
        far = SocketCableEnd(tuple(mirrored(kind) for kind in kinds))
        listener = CableListener(self._path, far)

        def accept() -> None:
            select.select([listener.descriptor], [], [], 5)
            listener.accept()

        accepting = threading.Thread(target=accept)
        accepting.start()
        near = connect_cable(self._path)
        accepting.join(5)
        self._open += [near.unplug, far.unplug, listener.close]
        return near, far

    def close(self) -> None:
        for close in self._open:
            close()
        self._open.clear()
