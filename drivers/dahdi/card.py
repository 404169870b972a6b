"""A span of DAHDI as a card of ours: its channels opened, their events understood, commands carried out.

Speech and pending events are the media plane's: it reads and writes the descriptors, and fetches each event
when a read says that one waits. `take_event` is told the value, so events and speech keep their order and
there is one reader only.

A channel that can't be had (held by another program, wrong module) is a line in alarm; `look_again` tries
it again. A span that is removed is a card that is lost: its channels are closed, so that the driver can
let it go.
"""

import logging
from collections import deque
from pathlib import Path

from drivers.dahdi.abi import (
    EVENT_PENDING,
    DigitEvent,
    Event,
    Hook,
    Request,
    WctdmEchoCoefficients,
    WctdmStatistics,
)
from drivers.dahdi.analog_port import (
    AnalogPort,
    CancelEcho,
    PortRequest,
    Pulse,
    Reverse,
    SetLamp,
    SwitchHook,
    TransmitSound,
)
from drivers.dahdi.channel import Channel, event_name
from drivers.dahdi.control import DEVICES, Control
from drivers.dahdi.gain_table import gain_table
from drivers.dahdi.settings import DahdiCardSettings, DahdiPortSettings
from drivers.dahdi.span_status import SpanStatus, alarm_text
from drivers.errors import CardError, CardLost, CardRefused, ChannelMissing, SpanMissing
from drivers.hardware import (
    AlarmRaised,
    HardwareCommand,
    HardwareEvent,
    PortKind,
    SpeechDescriptors,
    SpeechRequests,
)

__all__ = ["DahdiCard", "configure_span"]

_log = logging.getLogger(__name__)

_BLOCKS = 8
"""That may wait each way: the pump may stand still for 160 ms."""
_TAPS_PER_MS = 8
_TAPS = (32, 64, 128, 256, 512, 1024)
"""The driver takes these; for any other number it takes 64."""
_DEBOUNCE_MS = 100
"""FXO: after the loop is closed, battery is not believed for so long; the driver's 600 ms hide a hang-up."""
_SHORTEST_FLASH_TIME_MS = 210
"""The driver counts a break of up to 200 ms as a dial pulse."""
_WINK_TIME_MS = 2
"""E&M: the usual 300 ms tell a seizure later than an immediate start's first digit. Lines time winks, too."""
_LONG_RING_MS = (60_000, 1)
"""Bursts are timed by the line: the driver's own pattern never ends one."""


def configure_span(control: Control, settings: DahdiCardSettings) -> SpanStatus:
    """Make the span what it shall be: what `dahdi_cfg` does for it.

    Raises:
        SpanMissing: There is none.
        CardRefused: The card can't be so.
    """
    control.ensure_tone_zone()
    dynamic = settings.dynamic
    if dynamic is None:
        span = control.span(settings.span)
    else:
        try:
            span = control.span(dynamic.name)
        except SpanMissing:
            number = control.create_dynamic_span(
                dynamic.driver, dynamic.address, dynamic.channels, dynamic.timing
            )
            span = control.span(number)
    if settings.line_flags is not None or settings.line_build_out or settings.timing:
        flags = span.line_flags if settings.line_flags is None else settings.line_flags
        control.configure_span(
            span.number,
            flags=flags,
            build_out=settings.line_build_out,
            timing=settings.timing,
        )
    return span


class DahdiCard:
    """One span, plugged in; see `drivers.hardware.Card`.

    Runs in: event loop.
    """

    speech_requests = SpeechRequests(
        event_error=EVENT_PENDING,
        event_request=int(Request.GETEVENT),
        underrun_event=int(Event.WRITE_UNDERRUN),
    )

    def __init__(self, settings: DahdiCardSettings, devices: Path = DEVICES) -> None:
        """Set the span up and open its channels.

        Raises:
            CardError: The driver or the span is not there. A single channel's fault is an alarm of its line.
        """
        self._settings = settings
        self._devices = devices
        self._ports = {
            position: AnalogPort(port.kind, port.signalling)
            for position, port in settings.ports.items()
        }
        self._channels: dict[int, Channel] = {}
        self._faults: dict[int, str] = {}
        self._events: deque[tuple[int, HardwareEvent]] = deque()
        self._lost: str | None = None
        self._postponed: dict[int, Hook] = {}
        "What a port's hook shall do as soon as it can: for 0.8 s after an open loop it does nothing."
        self._cancellers_missing: set[str] = set()
        self._refused: set[tuple[int, type[PortRequest]]] = set()
        self.overruns: dict[int, int] = {}
        "Blocks that the driver threw away because nobody fetched them, by port: times it happened."
        self.underruns: dict[int, int] = {}
        "Nothing was there to be sent, by port: times it happened. Once after each hanging up is usual."
        with Control(devices) as control:
            self.span = configure_span(control, settings)
            if settings.d_channel is not None:
                number = self._number(settings.d_channel.position)
                control.configure_channel(number, settings.d_channel.signalling)
            ready = [each for each in settings.ports if self._configure(control, each)]
            control.start_span(self.span.number)
            self.span = control.span(self.span.number)
        for position in ready:
            self._open(position)

    @property
    def speech_descriptors(self) -> dict[int, SpeechDescriptors]:
        """Where each port's blocks come from and go; ports in fault have none."""
        return {
            position: SpeechDescriptors(channel.descriptor, channel.descriptor)
            for position, channel in self._channels.items()
        }

    @property
    def signalling_descriptors(self) -> tuple[int, ...]:
        """None: events come by `take_event`."""
        return ()

    @property
    def faults(self) -> dict[int, str]:
        """Ports that can't be had, and why."""
        return dict(self._faults)

    def unplug(self) -> None:
        """Close every channel."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()
        self._postponed.clear()

    # ------------------------------------------------------------ opening

    def _number(self, position: int) -> int:
        if position > self.span.channels:
            missing = f"span {self.span.number} has {self.span.channels} channels"
            raise ChannelMissing(f"no channel {position}: {missing}")
        return self.span.first_channel + position - 1

    def _configure(self, control: Control, position: int) -> bool:
        settings = self._settings.ports[position]
        try:
            number = self._number(position)
            control.configure_channel(number, settings.signalling, law=settings.law)
        except CardError as error:
            self._tell_fault(position, str(error))
            return False
        self._attach_echo_canceller(control, number, settings.echo_canceller)
        return True

    def _attach_echo_canceller(self, control: Control, number: int, name: str) -> None:
        # Without it the line serves with its echo. One that is not there is asked for once only: the driver
        # looks for its module each time, which takes up to a second.
        if not name or name in self._cancellers_missing:
            return
        try:
            control.attach_echo_canceller(number, name)
        except CardRefused as error:
            self._cancellers_missing.add(name)
            _log.warning("%s; lines of %s serve without", error, self.span.name)

    def _open(self, position: int) -> None:
        channel = None
        try:
            channel = Channel(self._number(position), self._devices)
            self._prepare(channel, self._settings.ports[position])
            status = channel.status()
        except CardError as error:
            if channel is not None:
                channel.close()
            self._tell_fault(position, str(error))
            return
        self._faults.pop(position, None)
        self._channels[position] = channel
        alarm = alarm_text(status.alarms)
        events, requests = self._ports[position].stands(off_hook=status.off_hook, alarm=alarm)
        self._ask(position, requests)
        self._events.extend((position, event) for event in events)

    def _tell_fault(self, position: int, fault: str) -> None:
        if self._faults.get(position) == fault:
            return
        self._faults[position] = fault
        _log.warning("%s, port %d: %s", self.span.name, position, fault)
        self._ports[position] = AnalogPort(
            self._settings.ports[position].kind, self._settings.ports[position].signalling
        )
        self._ports[position].stands(off_hook=False, alarm=fault)
        self._events.append((position, AlarmRaised(alarm=fault)))

    def _prepare(self, channel: Channel, settings: DahdiPortSettings) -> None:
        channel.use_our_tone_zone()
        channel.set_buffers(_BLOCKS)
        channel.tell_overruns()
        channel.set_law(settings.law)
        channel.set_times(pulsebreaktime=60, pulsemaketime=40, pulseaftertime=800)
        match settings.kind:
            case PortKind.FXO:
                # With a flash time of more than 2 the driver tells ringing for battery lost in debouncing.
                channel.set_times(debouncetime=_DEBOUNCE_MS, rxflashtime=3)
            case PortKind.FXS:
                longest_ms = max(settings.longest_flash_ms, _SHORTEST_FLASH_TIME_MS)
                channel.set_times(rxflashtime=longest_ms)
                channel.set_ring_cadence(_LONG_RING_MS)
            case PortKind.BEARER:
                channel.set_audio_mode()
            case PortKind.EM:
                # Flash time: with more than 2 the driver would tell every seizure of ours as answered.
                channel.set_times(rxwinktime=_WINK_TIME_MS, rxflashtime=2)
        if settings.receive_gain_db or settings.transmit_gain_db:
            channel.set_gains(
                gain_table(settings.law, settings.receive_gain_db),
                gain_table(settings.law, settings.transmit_gain_db),
            )
        if settings.hybrid:
            _tune(channel, settings.hybrid)
        channel.flush()

    def look_again(self) -> list[int]:
        """Try the ports in fault again; which of them now have a descriptor."""
        if not self._faults or self._lost is not None:
            return []
        tried = list(self._faults)
        try:
            with Control(self._devices) as control:
                ready = [each for each in tried if self._configure(control, each)]
        except CardError as error:
            self._lose(str(error))
            return []
        for position in ready:
            self._open(position)
        return [position for position in tried if position in self._channels]

    # ------------------------------------------------------------ somebody else's for a while

    def channel_number(self, port: int) -> int:
        """DAHDI's number of this port's channel.

        Raises:
            ChannelMissing: The span has none there.
        """
        return self._number(port)

    @property
    def d_channel_number(self) -> int:
        """DAHDI's number of the span's D-channel; 0: it has none."""
        settings = self._settings.d_channel
        return self._number(settings.position) if settings is not None else 0

    def voltages(self, port: int) -> WctdmStatistics | None:
        """What the card measures on the line, in millivolts; None: it does not."""
        try:
            return self._channels[port].voltages() if port in self._channels else None
        except CardError:
            return None

    def release(self, port: int) -> None:
        """Close this port's channel until `take_back`."""
        channel = self._channels.pop(port, None)
        self._faults.pop(port, None)
        self._postponed.pop(port, None)
        if channel is not None:
            channel.close()

    def take_back(self, port: int) -> bool:
        """Open it again; False: somebody still holds it, which is a fault that `look_again` tries."""
        if port in self._channels:
            return False  # the card was plugged in anew meanwhile
        try:
            with Control(self._devices) as control:
                ready = self._configure(control, port)
        except CardError as error:
            self._lose(str(error))
            return False
        if ready:
            self._open(port)
        return port in self._channels

    # ------------------------------------------------------------ events

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """What is to be told of besides events that the pump fetched.

        Raises:
            CardLost: The span was removed; call `unplug`.
        """
        for port, action in list(self._postponed.items()):
            self._ask(port, [SwitchHook(action)])
        if self._lost is not None:
            raise CardLost(self._lost)
        events = list(self._events)
        self._events.clear()
        return events

    def take_event(self, port: int, value: int) -> list[HardwareEvent]:
        """What an event of this port's means that the media plane's pump has fetched for us."""
        channel = self._channels.get(port)
        if channel is None:
            return []
        _log.debug("channel %d: %s", channel.number, event_name(value))
        if value == Event.REMOVED:
            self._lose(f"span {self.span.number} ({self.span.name}) was removed")
            return []
        if value == Event.READ_OVERRUN:
            self.overruns[port] = self.overruns.get(port, 0) + 1
            return []
        if value == Event.WRITE_UNDERRUN:
            self.underruns[port] = self.underruns.get(port, 0) + 1
            return []
        if value & DigitEvent.DTMFDOWN or value & DigitEvent.DTMFUP:
            return []  # digits are heard by the media plane
        if value in (Event.ALARM, Event.NOALARM):
            return self._alarm_changed(port, channel)
        events, requests = self._ports[port].receive(value)
        self._ask(port, requests)
        if value == Event.RINGOFFHOOK and self._ports[port].feeds_on_battery:
            events += self._look_at_battery(port, channel)
        return events

    def _look_at_battery(self, port: int, channel: Channel) -> list[HardwareEvent]:
        """In a call the driver tells ringing when battery went away just after we lifted."""
        try:
            lost = channel.status().received_on_hook
        except CardError as error:
            self._lose(str(error))
            return []
        return self._ports[port].receive(Event.ONHOOK)[0] if lost else []

    def take_loss(self, port: int) -> None:
        """The pump could read or write this port's descriptor no more."""
        if port in self._channels:
            self._lose(f"span {self.span.number} ({self.span.name}) is gone")

    def _alarm_changed(self, port: int, channel: Channel) -> list[HardwareEvent]:
        try:
            status = channel.status()
        except CardError as error:
            self._lose(str(error))
            return []
        events, requests = self._ports[port].stands(
            off_hook=status.off_hook, alarm=alarm_text(status.alarms)
        )
        self._ask(port, requests)
        return events

    def _lose(self, reason: str) -> None:
        if self._lost is None:
            self._lost = reason

    # ------------------------------------------------------------ commands

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Do it now."""
        if port not in self._channels:
            return
        requests, told = self._ports[port].command(command)
        self._ask(port, requests)
        self._events.extend((port, event) for event in told)

    def _ask(self, port: int, requests: list[PortRequest]) -> None:
        channel = self._channels[port]
        for request in requests:
            try:
                self._ask_one(port, channel, request)
            except CardLost as error:
                self._lose(str(error))
                return
            except CardRefused as error:
                if (port, type(request)) not in self._refused:
                    self._refused.add((port, type(request)))
                    _log.info("%s; this is told once", error)

    def _ask_one(self, port: int, channel: Channel, request: PortRequest) -> None:
        match request:
            case SwitchHook(action=action):
                postponed = self._postponed.pop(port, None)
                if not channel.hook(action):
                    self._postponed[port] = action
                    if postponed is not action:
                        _log.debug("channel %d can't do %s just now", channel.number, action.name)
            case Reverse(reversed=reversed_):
                channel.reverse_polarity(reversed_)
            case Pulse(digits=digits):
                channel.dial_pulses(digits)
            case TransmitSound(milliseconds=milliseconds):
                channel.transmit_on_hook(milliseconds)
            case SetLamp(waiting=waiting):
                channel.set_message_waiting(waiting)
            case CancelEcho(wanted=wanted):
                settings = self._settings.ports[port]
                if settings.echo_canceller not in ("", *self._cancellers_missing):
                    wanted_taps = settings.echo_canceller_ms * _TAPS_PER_MS
                    taps = next(each for each in _TAPS if each >= wanted_taps)
                    channel.set_echo_canceller(taps if wanted else 0)


def _tune(channel: Channel, hybrid: tuple[int, ...]) -> None:
    """A module that can't be tuned echoes more, and works."""
    names = ("acim", *(f"coef{number}" for number in range(1, 9)))
    try:
        channel.tune_hybrid(WctdmEchoCoefficients(**dict(zip(names, hybrid, strict=True))))
    except CardRefused as error:
        _log.warning("the hybrid was not set: %s", error)
