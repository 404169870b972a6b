"""The crossed cable within one process, for lockstep runs: no descriptors, no clock."""

from collections import deque

from drivers.hardware import (
    HardwareCommand,
    HardwareEvent,
    PortKind,
    SpeechDescriptors,
    SpeechRequests,
)
from drivers.virtual.wire import WireEnd, mirrored

__all__ = ["LockstepCable", "LockstepCableEnd"]


class LockstepCableEnd:
    """One end of the cable, a `drivers.interface.Card`.

    Runs in: the thread that runs the lockstep.
    """

    def __init__(self, kinds: tuple[PortKind, ...]) -> None:
        self._wires = [WireEnd(kind) for kind in kinds]
        self._arrived: deque[tuple[int, HardwareEvent]] = deque()
        self._other: LockstepCableEnd | None = None

    speech_requests = SpeechRequests()

    @property
    def speech_descriptors(self) -> dict[int, SpeechDescriptors]:
        """None: whoever runs the lockstep carries speech from plane to plane."""
        return {}

    @property
    def signalling_descriptors(self) -> tuple[int, ...]:
        """None: time is made up."""
        return ()

    def look_again(self) -> list[int]:
        """Nothing: every port of a cable can be had."""
        return []

    def unplug(self) -> None:
        """Nothing is held."""

    @property
    def kinds(self) -> tuple[PortKind, ...]:
        """What each port of this end is."""
        return tuple(wire.kind for wire in self._wires)

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """Everything that the other end did since the last call."""
        events = list(self._arrived)
        self._arrived.clear()
        return events

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Do something to the pair; the other end sees it at its next poll."""
        event = self._wires[port].apply(command)
        if event is not None and self._other is not None:
            self._other._arrived.append((port, event))  # noqa: SLF001 - the two ends are one cable

    def take_event(self, port: int, value: int) -> list[HardwareEvent]:
        """Nothing: on a cable no event waits where speech is read."""
        return []

    def take_loss(self, port: int) -> None:
        """Nothing: there are no descriptors."""

    def plug_into(self, other: "LockstepCableEnd") -> None:
        """Join this end to the other; both see the lines as they are now."""
        for here, there in ((self, other), (other, self)):
            here._other = there  # noqa: SLF001 - the two ends are one cable
            here._arrived.clear()  # noqa: SLF001 - the two ends are one cable
            for port, wire in enumerate(there._wires):  # noqa: SLF001 - the two ends are one cable
                here._arrived.extend((port, event) for event in wire.state())  # noqa: SLF001 - as above


class LockstepCable:
    """Both ends, joined: ``near`` has the ports as given, ``far`` their mirror images."""

    def __init__(self, kinds: tuple[PortKind, ...]) -> None:
        self.near = LockstepCableEnd(kinds)
        self.far = LockstepCableEnd(tuple(mirrored(kind) for kind in kinds))
        self.near.plug_into(self.far)
