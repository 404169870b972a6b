"""A span with a D-channel as a card: speech by its card, calls by the PRI worker.

Ports are B-channels, counted as the span counts them. Which channel a port has may change: the other side may
choose another one for a call of ours, and then the two ports swap their channels.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from drivers.caller import CallerNumber
from drivers.hardware import (
    AlarmCleared,
    AlarmRaised,
    BearerBlocked,
    BearerReady,
    CallDigits,
    FarEndAlerts,
    FarEndAnswers,
    FarEndCalls,
    FarEndClears,
    FarEndProceeds,
    HardwareCommand,
    HardwareEvent,
    PluggedCard,
    RestartBearer,
    SendAlerting,
    SendConnect,
    SendProgress,
    SendRelease,
    SendSetup,
    SendSetupDigits,
    SpeechDescriptors,
    SpeechRequests,
    SupervisionLost,
)
from drivers.pri.link import LinkLost, SpanLink
from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    BeginSpan,
    CallAlerting,
    CallArrived,
    CallConnected,
    CallMoved,
    CallProceeding,
    CallReleased,
    ChannelChanged,
    ChannelState,
    DigitsArrived,
    NumberType,
    Order,
    Party,
    PlaceCall,
    Presentation,
    ReleaseCall,
    Report,
    RestartChannel,
    SendDigits,
    SpanChanged,
    SpanSettings,
    TellProgress,
    Trouble,
)

__all__ = ["PrimaryRateCard"]

_log = logging.getLogger(__name__)

_NETWORK_OUT_OF_ORDER = 38
_INTERNATIONAL = "+"
_BLOCKING = {
    ChannelState.UNKNOWN: "the D-channel has not been up yet",
    ChannelState.LOCKED: "the far end does not acknowledge its restart",
    ChannelState.OUT_OF_SERVICE: "taken out of service by a SERVICE message",
}


@dataclass(slots=True)
class _Call:
    number: int
    port: int
    answered: bool = False


class PrimaryRateCard:
    """One span; see `drivers.hardware.PluggedCard`.

    Runs in: event loop.

    Args:
        settings: What the worker needs to know.
        speech: The card whose ports carry the B-channels' speech.
        connect: Gives a link to the worker, or raises `LinkLost`.
    """

    def __init__(
        self, settings: SpanSettings, speech: PluggedCard, connect: Callable[[], SpanLink]
    ) -> None:
        self.settings = settings
        self._speech = speech
        self._connect = connect
        self._link: SpanLink | None = None
        self._problem = "the PRI worker has not started yet"
        self._up = False
        self._states = dict.fromkeys(settings.channels, ChannelState.UNKNOWN)
        self._alarms: dict[int, str] = {}
        self._channel_of = {channel: channel for channel in settings.channels}
        self._port_of = dict(self._channel_of)
        self._calls: dict[int, _Call] = {}
        self._of_port: dict[int, _Call] = {}
        self._kept: set[int] = set()
        "Channels of calls that a worker has left behind."
        self._next_call = 2
        self._events: deque[tuple[int, HardwareEvent]] = deque()
        self._moved: set[int] = set()
        self._try_link()

    # ------------------------------------------------------------ speech

    @property
    def speech_descriptors(self) -> Mapping[int, SpeechDescriptors]:
        """By port: those of the channel that it has now."""
        of_channels = self._speech.speech_descriptors
        return {
            port: of_channels[channel]
            for port, channel in self._channel_of.items()
            if channel in of_channels
        }

    @property
    def speech_requests(self) -> SpeechRequests:
        """The speech card's."""
        return self._speech.speech_requests

    @property
    def signalling_descriptors(self) -> tuple[int, ...]:
        """The speech card's and the link's."""
        link = self._link.descriptor if self._link is not None else None
        return (*self._speech.signalling_descriptors, *(() if link is None else (link,)))

    @property
    def has_worker(self) -> bool:
        """Whether a PRI worker is there."""
        return self._link is not None

    @property
    def is_up(self) -> bool:
        """Whether layer 2 is up."""
        return self._up

    @property
    def alarm(self) -> str:
        """Of layer 1, if there is one."""
        return next(iter(self._alarms.values()), "")

    def channel_state(self, port: int) -> ChannelState:
        """How the port's channel stands with the worker."""
        return self._states[self._channel_of[port]]

    def channel_of(self, port: int) -> int:
        """Which channel this port has now."""
        return self._channel_of[port]

    def take_moved(self) -> set[int]:
        """Ports that have another channel since the last call: their descriptors are others."""
        moved, self._moved = self._moved, set()
        return moved

    def take_event(self, port: int, value: int) -> list[HardwareEvent]:
        """The driver's events on a B-channel are alarms."""
        channel = self._channel_of.get(port, port)
        self._note_alarms([(channel, each) for each in self._speech.take_event(channel, value)])
        return []

    def take_loss(self, port: int) -> None:
        """The speech card's to understand."""
        self._speech.take_loss(self._channel_of.get(port, port))

    def look_again(self) -> list[int]:
        """Try the worker and channels that could not be had."""
        if self._link is None:
            self._try_link()
        return [self._port_of[each] for each in self._speech.look_again() if each in self._port_of]

    def unplug(self) -> None:
        """Let go of the worker and of the speech card."""
        if self._link is not None:
            self._link.close()
            self._link = None
        self._speech.unplug()

    # ------------------------------------------------------------ the worker

    def _try_link(self) -> None:
        try:
            link = self._connect()
            link.send(BeginSpan(span=self.settings, keep=tuple(sorted(self._kept))))
        except LinkLost as lost:
            self._problem = str(lost)
            return
        self._link = link

    def _lose_link(self, problem: str) -> None:
        _log.error("span %s: %s; calls that are up go on for a while", self.settings.name, problem)
        if self._link is not None:
            self._link.close()
        self._link = None
        self._up = False
        self._problem = problem
        for call in self._calls.values():
            if call.answered:
                self._kept.add(self._channel_of[call.port])
        self._calls.clear()
        self._of_port.clear()
        for channel in self._states:
            self._states[channel] = ChannelState.UNKNOWN
        self._events.extend((port, SupervisionLost(reason=problem)) for port in self._channel_of)

    def _order(self, order: Order) -> None:
        if self._link is None:
            return
        try:
            self._link.send(order)
        except LinkLost as lost:
            self._lose_link(str(lost))

    # ------------------------------------------------------------ the card

    def poll(self) -> list[tuple[int, HardwareEvent]]:
        """What happened on B-channels.

        Raises:
            CardLost: The speech card is gone.
        """
        self._note_alarms(self._speech.poll())
        if self._link is not None:
            try:
                for report in self._link.receive():
                    self._reported(report)
            except LinkLost as lost:
                self._lose_link(str(lost))
        events = list(self._events)
        self._events.clear()
        return events

    def perform(self, port: int, command: HardwareCommand) -> None:
        """Order it of the worker; without one, lines are told what follows from that."""
        match command:
            case SendSetup():
                self._speech.perform(self._channel_of[port], command)
                self._set_up(port, command)
                return
            case RestartBearer():
                self._restart(port)
                return
            case _:
                pass
        call = self._of_port.get(port)
        if call is None:
            return
        self._speech.perform(self._channel_of[port], command)
        match command:
            case SendAlerting(in_band=in_band):
                self._order(AlertCaller(call=call.number, in_band=in_band))
            case SendProgress():
                self._order(TellProgress(call=call.number))
            case SendConnect():
                call.answered = True
                self._order(AcceptCall(call=call.number))
            case SendRelease(cause=cause):
                self._order(ReleaseCall(call=call.number, cause=cause))
            case SendSetupDigits(digits=digits):
                self._order(SendDigits(call=call.number, digits=digits))
            case _:
                pass

    def _set_up(self, port: int, command: SendSetup) -> None:
        if self._link is None:
            self._events.append((port, FarEndClears(cause=_NETWORK_OUT_OF_ORDER)))
            self._tell_readiness(port)
            return
        call = _Call(self._next_call, port)
        self._next_call += 2
        self._calls[call.number] = self._of_port[port] = call
        caller = command.caller
        self._order(
            PlaceCall(
                call=call.number,
                channel=self._channel_of[port],
                called=command.called.removeprefix(_INTERNATIONAL),
                called_type=_type_of(command.called),
                exclusive=self.settings.exclusive,
                calling=_party(caller),
                redirecting=Party(
                    number=caller.redirecting.removeprefix(_INTERNATIONAL),
                    type=_type_of(caller.redirecting),
                )
                if caller.redirecting
                else None,
                redirecting_reason=caller.redirecting_reason or "unknown",
            )
        )

    def _restart(self, port: int) -> None:
        call = self._of_port.pop(port, None)
        if call is not None:
            self._calls.pop(call.number, None)
        channel = self._channel_of[port]
        self._speech.perform(channel, RestartBearer())
        self._kept.discard(channel)
        if self._link is None:
            self._tell_readiness(port)
        else:
            self._order(RestartChannel(channel=channel))

    # ------------------------------------------------------------ reports

    def _reported(self, report: Report) -> None:
        match report:
            case SpanChanged(up=up, problem=problem):
                if up is not self._up:
                    level, state = (logging.INFO, "up") if up else (logging.WARNING, "down")
                    _log.log(level, "span %s: the D-channel is %s", self.settings.name, state)
                self._up = up
                self._problem = problem or "the D-channel is down"
                for port in self._channel_of:
                    self._tell_readiness(port)
            case ChannelChanged(channel=channel, state=state):
                if channel in self._states:
                    self._states[channel] = state
                    if state is not ChannelState.KEPT:
                        self._kept.discard(channel)  # the far end has ended that call
                    self._tell_readiness(self._port_of[channel])
            case CallArrived():
                self._arrived(report)
            case Trouble(what=what):
                _log.warning("span %s: %s", self.settings.name, what)
            case (
                CallProceeding()
                | CallMoved()
                | CallAlerting()
                | CallConnected()
                | CallReleased()
                | DigitsArrived()
            ):
                call = self._calls.get(report.call)
                if call is not None:
                    self._in_call(call, report)
            case _:
                pass

    def _arrived(self, report: CallArrived) -> None:
        port = self._port_of.get(report.channel)
        if port is None:
            return
        call = _Call(report.call, port)
        self._calls[call.number] = self._of_port[port] = call
        caller = _caller(report.calling, report.redirecting)
        if caller.redirecting is not None:
            caller = replace(caller, redirecting_reason=report.redirecting_reason)
        called = report.called
        if report.called_type is NumberType.INTERNATIONAL:
            called = _INTERNATIONAL + called
        self._events.append((port, FarEndCalls(caller=caller, called=called)))

    def _in_call(
        self,
        call: _Call,
        report: CallProceeding
        | CallMoved
        | CallAlerting
        | CallConnected
        | CallReleased
        | DigitsArrived,
    ) -> None:
        match report:
            case CallProceeding(in_band=in_band, cause=cause):
                self._events.append((call.port, FarEndProceeds(in_band=in_band, cause=cause)))
            case CallMoved(channel=channel):
                self._swap(call.port, channel)
            case CallAlerting(in_band=in_band):
                self._events.append((call.port, FarEndAlerts(in_band=in_band)))
            case CallConnected(connected=connected):
                call.answered = True
                party = None if connected is None else _caller(connected, None)
                self._events.append((call.port, FarEndAnswers(connected=party)))
            case DigitsArrived(digits=digits):
                self._events.append((call.port, CallDigits(digits=digits)))
            case CallReleased(cause=cause, glare=glare):
                del self._calls[call.number]
                if self._of_port.get(call.port) is call:
                    del self._of_port[call.port]
                    self._events.append((call.port, FarEndClears(cause=cause, glare=glare)))

    def _swap(self, port: int, channel: int) -> None:
        other, before = self._port_of[channel], self._channel_of[port]
        if other == port:
            return
        self._channel_of[port], self._channel_of[other] = channel, before
        self._port_of[channel], self._port_of[before] = port, other
        self._moved |= {port, other}

    # ------------------------------------------------------------ readiness

    def _note_alarms(self, events: list[tuple[int, HardwareEvent]]) -> None:
        for channel, event in events:
            port = self._port_of.get(channel)
            if port is None:
                continue
            match event:
                case AlarmRaised(alarm=alarm):
                    self._alarms[channel] = alarm
                case AlarmCleared():
                    self._alarms.pop(channel, None)
                case _:
                    continue
            self._tell_readiness(port)

    def _tell_readiness(self, port: int) -> None:
        channel = self._channel_of[port]
        state = self._states[channel]
        if self._link is None or not self._up:
            reason = self._problem
        else:
            reason = self._alarms.get(channel) or _BLOCKING.get(state, "")
        if reason:
            self._events.append((port, BearerBlocked(reason=reason)))
        elif state is ChannelState.IDLE:
            self._events.append((port, BearerReady()))


def _type_of(number: str) -> NumberType:
    international = number.startswith(_INTERNATIONAL)
    return NumberType.INTERNATIONAL if international else NumberType.UNKNOWN


def _party(caller: CallerNumber) -> Party:
    restricted = caller.absence == "private"
    if caller.number is None:
        presentation = Presentation.RESTRICTED if restricted else Presentation.UNAVAILABLE
        return Party(presentation=presentation, name=caller.name or "")
    return Party(
        number=caller.number.removeprefix(_INTERNATIONAL),
        type=_type_of(caller.number),
        presentation=Presentation.RESTRICTED if restricted else Presentation.ALLOWED,
        name=caller.name or "",
    )


def _caller(party: Party, redirecting: Party | None) -> CallerNumber:
    by = None
    if redirecting is not None and redirecting.presentation is Presentation.ALLOWED:
        by = _shown(redirecting) or None
    if party.presentation is Presentation.RESTRICTED:
        return CallerNumber(absence="private", redirecting=by)
    if party.presentation is Presentation.UNAVAILABLE or not party.number:
        return CallerNumber(name=party.name or None, absence="unavailable", redirecting=by)
    return CallerNumber(number=_shown(party), name=party.name or None, redirecting=by)


def _shown(party: Party) -> str:
    international = party.type is NumberType.INTERNATIONAL and party.number
    return f"{_INTERNATIONAL}{party.number}" if international else party.number
