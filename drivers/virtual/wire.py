"""One pair of the crossed cable: what one end does to the line, the other end sees.

Levels (hook, ringing, battery) are remembered, so that an end that is plugged in late sees the line
as it is. Only changes travel; a polarity reversal is a moment, not a level.
"""

from dataclasses import dataclass

from drivers.hardware import (
    BatteryChanged,
    HardwareCommand,
    HardwareEvent,
    HookChanged,
    PolarityReversed,
    PortKind,
    ReversePolarity,
    RingBurstEnded,
    RingBurstStarted,
    SetBattery,
    SetHook,
    SetRinger,
)

__all__ = ["WireEnd", "mirrored"]


def mirrored(kind: PortKind) -> PortKind:
    """What stands at the other end of such a port."""
    return {PortKind.FXO: PortKind.FXS, PortKind.FXS: PortKind.FXO}.get(kind, kind)


@dataclass(slots=True)
class WireEnd:
    """What one end of a pair does to it."""

    kind: PortKind
    off_hook: bool = False
    ringing: bool = False
    battery: bool = False

    def apply(self, command: HardwareCommand) -> HardwareEvent | None:
        """Carry out a command; what the other end sees of it, or None when nothing changed."""
        match command:
            case SetHook(off_hook=off_hook) if off_hook != self.off_hook:
                self.off_hook = off_hook
                return HookChanged(off_hook=off_hook)
            case SetRinger(ringing=ringing) if ringing != self.ringing:
                self.ringing = ringing
                return RingBurstStarted() if ringing else RingBurstEnded()
            case SetBattery(present=present) if present != self.battery:
                self.battery = present
                return BatteryChanged(present=present)
            case ReversePolarity():
                return PolarityReversed()
            case _:
                return None

    def state(self) -> list[HardwareEvent]:
        """What an end that is plugged in now sees."""
        if self.kind is PortKind.BEARER:
            return []  # what it tells goes over a D-channel
        if self.kind is not PortKind.FXS:
            return [HookChanged(off_hook=self.off_hook)]
        events: list[HardwareEvent] = [BatteryChanged(present=self.battery)]
        if self.ringing:
            events.append(RingBurstStarted())
        return events
