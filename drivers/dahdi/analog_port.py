"""What an analog or E&M port of DAHDI means by its events, and what our commands mean to it. Sans-IO.

The kernel driver times hooks itself. On an FXS port it counts dial pulses and tells a flash from a hang-up
by `rxflashtime`; it wants to be told that we saw the telephone lifted (hook OFFHOOK), or it takes later
changes for something else. On an FXO port it says that battery went away, in a call only, and never that
it is back: a kewlstart exchange gives it back when we hang up. Ringing is told at the end of each burst
(RINGOFFHOOK), and at its start (RINGBEGIN) unless that is less than two seconds after our hanging up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from drivers.dahdi.abi import DigitEvent, Event, Hook, Signalling
from drivers.hardware import (
    AlarmCleared,
    AlarmRaised,
    BatteryChanged,
    DialPulses,
    FlashDetected,
    HardwareCommand,
    HardwareEvent,
    HookChanged,
    PolarityReversed,
    PortKind,
    PulsesCounted,
    PulsesSent,
    RestartBearer,
    ReversePolarity,
    RingBurstEnded,
    RingBurstStarted,
    SendAlerting,
    SendConnect,
    SendProgress,
    SendRelease,
    SendSetup,
    SendSetupDigits,
    SetBattery,
    SetHook,
    SetMessageWaiting,
    SetRinger,
    TransmitOnHook,
    WinkDetected,
)

__all__ = [
    "AnalogPort",
    "CancelEcho",
    "PortRequest",
    "Pulse",
    "Reverse",
    "SetLamp",
    "SwitchHook",
    "TransmitSound",
]


@dataclass(frozen=True, slots=True)
class SwitchHook:
    """Ask the driver for this."""

    action: Hook


@dataclass(frozen=True, slots=True)
class Reverse:
    """Tip and ring swapped, or as usual."""

    reversed: bool


@dataclass(frozen=True, slots=True)
class Pulse:
    """Dial by pulses."""

    digits: str


@dataclass(frozen=True, slots=True)
class TransmitSound:
    """To a telephone on-hook, for so long."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class SetLamp:
    """For messages."""

    waiting: bool


@dataclass(frozen=True, slots=True)
class CancelEcho:
    """While somebody talks."""

    wanted: bool


PortRequest = SwitchHook | Reverse | Pulse | TransmitSound | SetLamp | CancelEcho

_GROUND_START = frozenset({Signalling.FXSGS, Signalling.FXOGS})


class AnalogPort:
    """One port's translation.

    Runs in: event loop.
    """

    def __init__(self, kind: PortKind, signalling: Signalling) -> None:
        self.kind = kind
        self._signalling = signalling
        self._off_hook = False
        "FXO and E&M: our end. FXS: the telephone."
        self._ringing = False
        "FXO: it is rung. FXS: we ring."
        self._pulsing = False
        self._battery_told_absent = False
        self._reversed = False
        self._alarm = ""

    def stands(
        self, *, off_hook: bool, alarm: str
    ) -> tuple[list[HardwareEvent], list[PortRequest]]:
        """What to tell a line that begins, from what the driver says of the channel.

        Args:
            off_hook: What is received is not the idle state.
            alarm: In words; empty: none.
        """
        self._pulsing = self._battery_told_absent = False
        if self.kind is not PortKind.FXS:
            self._ringing = False  # what we ring rings on until it is switched off
        if alarm:
            return self._raise_alarm(alarm), []
        events: list[HardwareEvent] = []
        if self._alarm:
            self._alarm = ""
            events.append(AlarmCleared())
        return [*events, *self._levels(off_hook)], self._seen_lifted(off_hook=off_hook)

    @property
    def feeds_on_battery(self) -> bool:
        """FXO and off-hook."""
        return self.kind is PortKind.FXO and self._off_hook

    def _levels(self, off_hook: bool) -> list[HardwareEvent]:
        if self.kind is PortKind.BEARER:
            return []
        if self.kind is PortKind.FXO:
            return [BatteryChanged(present=True)]
        if self.kind is PortKind.FXS:
            self._off_hook = off_hook
        return [HookChanged(off_hook=off_hook)]

    def _seen_lifted(self, *, off_hook: bool) -> list[PortRequest]:
        lifted = off_hook and self.kind is PortKind.FXS
        return [SwitchHook(Hook.OFFHOOK), CancelEcho(True)] if lifted else []

    def _raise_alarm(self, alarm: str) -> list[HardwareEvent]:
        if alarm == self._alarm:
            return []
        self._alarm = alarm
        return [AlarmRaised(alarm=alarm)]

    # ------------------------------------------------------------ what the driver tells

    def receive(self, value: int) -> tuple[list[HardwareEvent], list[PortRequest]]:
        """What an event means, and what to ask of the driver because of it.

        Alarms are not told here: how the channel stands has to be read first; see `stands`.
        """
        if self.kind is PortKind.BEARER:
            return [], []  # a D-channel tells for it
        if value & DigitEvent.PULSEDIGIT:
            return [PulsesCounted(digit=chr(value & 0xFF))], []
        try:
            event = Event(value)
        except ValueError:
            return [], []
        match self.kind:
            case PortKind.FXO:
                return self._fxo(event), []
            case PortKind.FXS:
                return self._fxs(event)
            case PortKind.EM:
                return self._em(event), []

    def _fxo(self, event: Event) -> list[HardwareEvent]:
        match event:
            case Event.RINGBEGIN if not self._ringing:
                self._ringing = True
                return [RingBurstStarted()]
            case Event.RINGOFFHOOK:
                self._ringing = False
                return [RingBurstEnded(judged=True)]
            case Event.ONHOOK if not self._battery_told_absent:
                self._battery_told_absent = True
                return [BatteryChanged(present=False)]
            case Event.POLARITY:
                return [PolarityReversed()]
            case Event.DIALCOMPLETE if self._pulsing:
                self._pulsing = False
                return [PulsesSent()]
            case _:
                return []

    def _fxs(self, event: Event) -> tuple[list[HardwareEvent], list[PortRequest]]:
        match event:
            case Event.RINGOFFHOOK if not self._off_hook:
                self._off_hook, self._ringing = True, False
                return [HookChanged(off_hook=True)], self._seen_lifted(off_hook=True)
            case Event.ONHOOK if self._off_hook:
                self._off_hook = False
                return [HookChanged(off_hook=False)], [SwitchHook(Hook.ONHOOK), CancelEcho(False)]
            case Event.WINKFLASH if self._off_hook:
                return [FlashDetected()], []
            case _:
                return [], []

    def _em(self, event: Event) -> list[HardwareEvent]:
        match event:
            case Event.RINGOFFHOOK:
                return [HookChanged(off_hook=True)]
            case Event.ONHOOK:
                return [HookChanged(off_hook=False)]
            case Event.WINKFLASH:
                return [WinkDetected()]
            case _:
                return []

    # ------------------------------------------------------------ what is asked of the port

    def command(
        self, command: HardwareCommand
    ) -> tuple[list[PortRequest], Sequence[HardwareEvent]]:
        """What to ask of the driver, and what the line may take for granted afterwards."""
        match command:
            case SetHook(off_hook=off_hook):
                return self._set_hook(off_hook)
            case SetRinger(ringing=ringing):
                return self._set_ringer(ringing), ()
            case SetBattery(present=present):
                return self._set_battery(present), ()
            case ReversePolarity():
                self._reversed = not self._reversed
                return [Reverse(self._reversed)], ()
            case DialPulses(digits=digits):
                self._pulsing = True
                return [Pulse(digits)], ()
            case TransmitOnHook(seconds=seconds):
                return [TransmitSound(round(seconds * 1000))], ()
            case SetMessageWaiting(waiting=waiting):
                return [SetLamp(waiting)], ()
            case SendSetup() | SendConnect():
                return [CancelEcho(True)], ()
            case SendRelease() | RestartBearer():
                return [CancelEcho(False)], ()
            case SendSetupDigits() | SendAlerting() | SendProgress():
                return [], ()
            case _:
                assert_never(command)

    def _set_hook(self, off_hook: bool) -> tuple[list[PortRequest], Sequence[HardwareEvent]]:
        requests: list[PortRequest] = []
        told: list[HardwareEvent] = []
        seizing = off_hook and not self._off_hook and not self._ringing
        self._off_hook, self._pulsing = off_hook, False
        if off_hook:
            self._ringing = False
            start = self.kind is PortKind.FXO and self._signalling in _GROUND_START and seizing
            requests.append(SwitchHook(Hook.START if start else Hook.OFFHOOK))
        else:
            requests.append(SwitchHook(Hook.ONHOOK))
            if self._battery_told_absent:
                self._battery_told_absent = False
                told.append(BatteryChanged(present=True))
        requests.append(CancelEcho(off_hook))
        return requests, told

    def _set_ringer(self, ringing: bool) -> list[PortRequest]:
        # When the telephone has been lifted the ringing is off, and RINGOFF would hang up our end.
        if self._off_hook or ringing == self._ringing:
            return []
        self._ringing = ringing
        return [SwitchHook(Hook.RING if ringing else Hook.RINGOFF)]

    def _set_battery(self, present: bool) -> list[PortRequest]:
        # The driver gives battery back by itself (kewlstart: after 0.5 s); whoever is still off-hook then
        # has to be seen as lifted again.
        if not self._off_hook:
            return []
        return [SwitchHook(Hook.OFFHOOK if present else Hook.ONHOOK)]
