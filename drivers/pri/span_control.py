"""Calls of one span between the call server's orders and libpri's events. Sans-IO.

libpri keeps the messages' rules and most timers (T303, T305, T308, T309, T313). Here are the channels,
collisions, digits that come one by one, the timers that libpri lacks (T301, T302, T304, T310), and a
last one that takes a call away which nothing else ended: no channel stays taken for ever.

Source: Q.931, 5.1 to 5.3, 5.7, 5.8, table 9-1.
"""

from dataclasses import dataclass
from enum import Enum, auto

from drivers.pri.causes import NORMAL_CLEARING, REQUESTED_CHANNEL_UNAVAILABLE
from drivers.pri.channel_map import ChannelMap
from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    AskFigures,
    BeginSpan,
    CallAlerting,
    CallArrived,
    CallConnected,
    CallMoved,
    CallProceeding,
    CallReleased,
    ChannelChanged,
    ChannelState,
    ConnectedPartyChanged,
    DigitsArrived,
    FollowFrames,
    Order,
    PlaceCall,
    ReleaseCall,
    Report,
    RestartChannel,
    SendDigits,
    SetService,
    SpanChanged,
    SpanSettings,
    TellProgress,
    Trouble,
)
from drivers.pri.span import ANY_CHANNEL, EventKind, PriSpan, SpanEvent, UnknownCall

__all__ = ["SpanControl"]

_NO_CHANNEL_AVAILABLE = 34
_NO_SUCH_CHANNEL = 82
_CHANNEL_UNACCEPTABLE = 6
_INCOMPATIBLE_DESTINATION = 88
_TEMPORARY_FAILURE = 41
_NETWORK_OUT_OF_ORDER = 38
_TIMER_EXPIRED = 102
_INVALID_NUMBER = 28
_CLOCK_STEP_S = 1e-6
"libpri's clock has whole microseconds."
_OVER = (EventKind.HANGUP, EventKind.HANGUP_ACKNOWLEDGE)
"In clearing, and from a timer: T308 ran out twice."
_DIGITAL_CAPABILITIES = (0x08, 0x09, 0x18)
_LONGEST_NUMBER = 32
_SABME, _POLL = 0x6F, 0x10


class _State(Enum):
    OVERLAP_RECEIVING = auto()
    "An incoming call whose number is not complete."
    OFFERED = auto()
    "An incoming call that the call server has been told of."
    SET_UP = auto()
    OVERLAP_SENDING = auto()
    PROCEEDING = auto()
    ALERTING = auto()
    ACTIVE = auto()
    CLEARING = auto()


_LIMITS_S = {
    _State.OVERLAP_RECEIVING: 15.0,  # T302
    _State.OFFERED: 300.0,  # whoever calls gives up before: T310 and T301 of the other side
    _State.SET_UP: 30.0,  # T303, twice, is libpri's
    _State.OVERLAP_SENDING: 30.0,  # T304
    _State.PROCEEDING: 120.0,  # T310
    _State.ALERTING: 200.0,  # T301 is at least three minutes
    _State.CLEARING: 60.0,  # T305 and T308, twice, are libpri's
}
_LIMIT_CAUSES = {
    _State.OFFERED: _TIMER_EXPIRED,
    _State.SET_UP: _TIMER_EXPIRED,
    _State.OVERLAP_SENDING: _INVALID_NUMBER,
    _State.PROCEEDING: _TIMER_EXPIRED,
    _State.ALERTING: 19,
}


@dataclass(slots=True, kw_only=True)
class _Call:
    number: int
    "Between call server and worker."
    span_call: int
    "`PriSpan`'s."
    channel: int
    outgoing: bool
    state: _State
    limit: float | None
    setup: SpanEvent | None = None
    digits: str = ""
    "Incoming: called so far. Outgoing: not sent yet."
    channel_agreed: bool = False
    released: bool = False
    "The call server has been told of its end."


class SpanControl:
    """One span's calls.

    Runs in: the worker's thread.
    """

    def __init__(self, settings: SpanSettings, span: PriSpan) -> None:
        self.settings = settings
        self.span = span
        self.up = False
        self._attended = False
        "Whether a call server is there, to take calls."
        self._reports: list[Report] = []
        self._mistakes: list[Report] = []
        "Of the settings, for every call server that connects."
        self._calls: dict[int, _Call] = {}
        self._by_span_call: dict[int, _Call] = {}
        self._next_number = 1
        self.channels = ChannelMap(
            settings.channels,
            send_restart=span.restart,
            told=self._channel_changed,
            ascending=settings.network_side,
            restart=settings.restart,
        )
        if settings.overlap:
            span.allow_overlap()
        for name, value in settings.timers_ms.items():
            if not span.set_timer(name, value):
                self._mistakes.append(Trouble(what=f"timer {name} is unknown to libpri"))

    # ------------------------------------------------------------ in and out

    def begin(self, order: BeginSpan, now: float) -> None:
        """A call server has connected, which knows of no call; some channels may carry speech still."""
        self.end(now)
        self._attended = True
        for channel in self.channels.all:
            if channel in order.keep:
                self.channels.set(channel, ChannelState.KEPT)
            elif self.channels.state(channel) is ChannelState.KEPT:
                self.channels.restart(channel, now)
        self._reports.clear()
        self._reports += [*self._mistakes, SpanChanged(up=self.up)]
        self._reports += [
            ChannelChanged(channel=each, state=self.channels.state(each))
            for each in self.channels.all
        ]

    def end(self, now: float) -> None:
        """The call server is gone: nobody wants these calls, nor new ones."""
        self._attended = False
        for call in list(self._calls.values()):
            call.released = True
            if call.state is not _State.CLEARING:
                self._hang_up(call, _TEMPORARY_FAILURE, now)

    def take_reports(self) -> list[Report]:
        """What the call server is to be told."""
        reports, self._reports = self._reports, []
        return reports

    @property
    def live_calls(self) -> int:
        """Calls that are not over."""
        return len(self._calls)

    def receive_frame(self, frame: bytes, now: float) -> None:
        """Take a frame of the D-channel."""
        event = self.span.receive_frame(frame, now)
        for vanished in self.span.vanished_calls():
            call = self._by_span_call.get(vanished)
            if call is not None:
                self._forget(call, _TEMPORARY_FAILURE)
        if event is not None:
            self._happened(event, now)
        elif self.up and _is_sabme(frame):
            self.channels.repeat_restart(now)
        # libpri tells the end of layer 2 by a timer that is due at once: before the next frame, which may
        # establish it anew.
        at = self.span.next_timer()
        if at is not None and at <= now + _CLOCK_STEP_S:
            self.handle_timers(now)

    def next_timer(self) -> float | None:
        """When `handle_timers` is due."""
        times = [self.span.next_timer(), self.channels.next_timer()]
        times += [call.limit for call in self._calls.values()]
        return min((each for each in times if each is not None), default=None)

    def handle_timers(self, now: float) -> None:
        """Act on everything that is due."""
        for event in self.span.handle_timers(now):
            call = self._by_span_call.get(event.call)
            given_up = call is not None and call.state is _State.CLEARING and event.kind in _OVER
            self._happened(event, now)
            if given_up and call is not None:
                self._restart_uncleared(call, now)
        self._reports += [Trouble(what=each) for each in self.channels.handle_timer(now)]
        for call in list(self._calls.values()):
            if call.limit is not None and now >= call.limit:
                self._overdue(call, now)

    # ------------------------------------------------------------ orders

    def order(self, order: Order, now: float) -> None:
        """Carry out what the call server wants; what comes too late does nothing."""
        match order:
            case BeginSpan():
                self.begin(order, now)
            case PlaceCall():
                self._place(order, now)
            case RestartChannel(channel=channel):
                self._restart(channel, now)
            case SetService(channel=channel, in_service=in_service):
                self._set_service(channel, now, in_service=in_service)
            case FollowFrames() | AskFigures():
                pass
            case _:
                call = self._calls.get(order.call)
                if call is None or call.state is _State.CLEARING:
                    return
                try:
                    self._order_of_call(call, order, now)
                except UnknownCall:
                    self._forget(call, _TEMPORARY_FAILURE)

    def _order_of_call(
        self,
        call: _Call,
        order: SendDigits | AlertCaller | TellProgress | AcceptCall | ReleaseCall,
        now: float,
    ) -> None:
        match order:
            case SendDigits(digits=digits):
                if call.state is _State.SET_UP:
                    call.digits += digits  # INFORMATION has to wait for SETUP ACKNOWLEDGE
                elif call.state is _State.OVERLAP_SENDING:
                    self._send_digits(call, digits, now)
            case AlertCaller(in_band=in_band):
                self.span.alert(call.span_call, call.channel, now, in_band=in_band)
            case TellProgress(cause=cause):
                self.span.progress(call.span_call, call.channel, now, cause=cause)
            case AcceptCall(connected=connected):
                self.span.connect(call.span_call, call.channel, now, connected=connected)
                self._enter(call, _State.ACTIVE, now)
            case ReleaseCall(cause=cause):
                self._hang_up(call, cause, now)

    def _place(self, order: PlaceCall, now: float) -> None:
        if order.call in self._calls:
            return
        channel = order.channel
        idle = channel in self.channels and self.channels.state(channel) is ChannelState.IDLE
        if not self.up or not idle:
            cause = REQUESTED_CHANNEL_UNAVAILABLE if self.up else _NETWORK_OUT_OF_ORDER
            self._reports.append(CallReleased(call=order.call, cause=cause, glare=self.up))
            return
        span_call = self.span.set_up(
            now,
            channel=channel,
            called=order.called,
            called_type=order.called_type,
            complete=order.complete,
            exclusive=order.exclusive,
            calling=order.calling,
            redirecting=order.redirecting,
            redirecting_reason=order.redirecting_reason,
        )
        if span_call is None:
            self._reports.append(CallReleased(call=order.call, cause=_TEMPORARY_FAILURE))
            return
        self.channels.set(channel, ChannelState.BUSY)
        self._keep(
            _Call(
                number=order.call,
                span_call=span_call,
                channel=channel,
                outgoing=True,
                state=_State.SET_UP,
                limit=now + _LIMITS_S[_State.SET_UP],
            )
        )

    def _restart(self, channel: int, now: float) -> None:
        if channel not in self.channels:
            return
        for call in [each for each in self._calls.values() if each.channel == channel]:
            self.span.destroy(call.span_call)
            self._forget(call, _TEMPORARY_FAILURE)
        self.channels.restart(channel, now)

    def _set_service(self, channel: int, now: float, *, in_service: bool) -> None:
        if channel not in self.channels:
            return
        self.span.service(channel, now, in_service=in_service)
        if in_service and self.channels.state(channel) is ChannelState.OUT_OF_SERVICE:
            self.channels.set(channel, ChannelState.IDLE)
        elif not in_service and self.channels.state(channel) is not ChannelState.BUSY:
            self.channels.set(channel, ChannelState.OUT_OF_SERVICE)

    # ------------------------------------------------------------ events

    def _happened(self, event: SpanEvent, now: float) -> None:
        match event.kind:
            case EventKind.D_CHANNEL_UP:
                if not self.up:
                    self.up = True
                    self._reports.append(SpanChanged(up=True))
                    self.channels.go_up(now)
            case EventKind.D_CHANNEL_DOWN:
                if self.up:
                    self.up = False
                    self.channels.go_down()
                    self._reports.append(SpanChanged(up=False, problem="layer 2 is down"))
            case EventKind.RESTART:
                self._restarted(event.channel)
            case EventKind.RESTART_ACKNOWLEDGE:
                self.channels.acknowledged(event.channel, now)
            case EventKind.SERVICE:
                self._service(event)
            case EventKind.CONFIGURATION_ERROR:
                self._reports.append(Trouble(what=event.error))
            case EventKind.SETUP:
                self._arrived(event, now)
            case _:
                call = self._by_span_call.get(event.call)
                if call is not None:
                    self._in_call(call, event, now)
                elif event.kind in (
                    EventKind.HANGUP,
                    EventKind.HANGUP_REQUEST,
                    EventKind.HANGUP_ACKNOWLEDGE,
                ):
                    self.span.finish(event.call, event.cause, now)  # refused at once, or forgotten
                elif event.call:
                    self.span.forget(event.call)

    def _in_call(self, call: _Call, event: SpanEvent, now: float) -> None:
        match event.kind:
            case EventKind.HANGUP_REQUEST:
                self._released(call, event.cause)
                self._hang_up(call, event.cause, now)
            case EventKind.HANGUP | EventKind.HANGUP_ACKNOWLEDGE:
                cause = event.cause if event.kind is EventKind.HANGUP else NORMAL_CLEARING
                self.span.finish(call.span_call, event.cause, now)
                self._forget(call, event.cause or cause)
            case EventKind.INFORMATION | EventKind.KEYPAD:
                self._digits(call, event, now)
            case EventKind.FACILITY | EventKind.NOTIFY:
                if event.connected is not None:
                    self._reports.append(
                        ConnectedPartyChanged(call=call.number, connected=event.connected)
                    )
            case _ if call.outgoing and call.state is not _State.CLEARING:
                self._answer_to_setup(call, event, now)
            case _:
                pass

    def _answer_to_setup(self, call: _Call, event: SpanEvent, now: float) -> None:
        if not call.channel_agreed and not self._agree(call, event, now):
            return
        match event.kind:
            case EventKind.SETUP_ACKNOWLEDGE:
                self._enter(call, _State.OVERLAP_SENDING, now)
                digits, call.digits = call.digits, ""
                self._send_digits(call, digits, now)
                self._reports.append(CallProceeding(call=call.number, in_band=event.in_band))
            case EventKind.PROCEEDING | EventKind.PROGRESS:
                if call.state in (_State.SET_UP, _State.OVERLAP_SENDING):
                    self._enter(call, _State.PROCEEDING, now)
                self._reports.append(
                    CallProceeding(call=call.number, in_band=event.in_band, cause=event.cause)
                )
            case EventKind.ALERTING:
                self._enter(call, _State.ALERTING, now)
                self._reports.append(CallAlerting(call=call.number, in_band=event.in_band))
            case EventKind.CONNECT:
                self._enter(call, _State.ACTIVE, now)
                self._reports.append(CallConnected(call=call.number, connected=event.connected))
            case _:
                pass

    def _agree(self, call: _Call, event: SpanEvent, now: float) -> bool:
        """The first answer to SETUP settles the channel (Q.931, 5.1.2); False: we can't have that one."""
        call.channel_agreed = True
        wanted = event.channel
        if wanted in (None, 0, ANY_CHANNEL, call.channel):
            return True
        assert wanted is not None
        if wanted in self.channels and self.channels.state(wanted) is ChannelState.IDLE:
            # Told first: whoever hears that a channel is idle must know that its call is elsewhere.
            self._reports.append(CallMoved(call=call.number, channel=wanted))
            self.channels.set(call.channel, ChannelState.IDLE)
            self.channels.set(wanted, ChannelState.BUSY)
            call.channel = wanted
            return True
        self._released(call, _CHANNEL_UNACCEPTABLE, glare=True)
        self._hang_up(call, _CHANNEL_UNACCEPTABLE, now)
        return False

    # ------------------------------------------------------------ incoming

    def _arrived(self, event: SpanEvent, now: float) -> None:
        # Refused at once, before any answer, libpri sends only causes 1, 34, 44, 82 and 88; others get lost.
        if event.transfer_capability in _DIGITAL_CAPABILITIES:
            self.span.hang_up(event.call, _INCOMPATIBLE_DESTINATION, now)
            return
        if not self._attended:
            self.span.hang_up(event.call, _NO_CHANNEL_AVAILABLE, now)
            return
        channel, cause = self._channel_for(event, now)
        if channel is None:
            self.span.hang_up(event.call, cause, now)
            return
        self.channels.set(channel, ChannelState.BUSY)
        call = _Call(
            number=self._next_number,
            span_call=event.call,
            channel=channel,
            outgoing=False,
            state=_State.OVERLAP_RECEIVING,
            limit=now + _LIMITS_S[_State.OVERLAP_RECEIVING],
            setup=event,
            digits=event.digits[:_LONGEST_NUMBER],
        )
        self._next_number += 2
        self._keep(call)
        if event.complete or not self.settings.overlap or self._is_complete(call.digits):
            self._offer(call, now)
        else:
            self.span.acknowledge_setup(call.span_call, channel, now)

    def _channel_for(self, event: SpanEvent, now: float) -> tuple[int | None, int]:
        """Which channel an incoming call gets, or the cause for which it gets none."""
        wanted = event.channel
        if wanted is None or wanted == ANY_CHANNEL:
            return self.channels.choose(), _NO_CHANNEL_AVAILABLE
        if wanted in self.channels:
            state = self.channels.state(wanted)
            if state is ChannelState.IDLE or self.channels.is_waiting(wanted):
                return wanted, 0
        if event.flexible:
            return self.channels.choose(), _NO_CHANNEL_AVAILABLE
        if wanted not in self.channels:
            return None, _NO_SUCH_CHANNEL
        if self.settings.network_side:
            return None, REQUESTED_CHANNEL_UNAVAILABLE  # of two that collide, the network's goes on
        ours = [call for call in self._calls.values() if call.channel == wanted]
        if len(ours) != 1 or ours[0].state is not _State.SET_UP:
            return None, REQUESTED_CHANNEL_UNAVAILABLE
        self._released(ours[0], REQUESTED_CHANNEL_UNAVAILABLE, glare=True)
        self._hang_up(ours[0], REQUESTED_CHANNEL_UNAVAILABLE, now)
        return wanted, 0

    def _is_complete(self, digits: str) -> bool:
        length = self.settings.called_length
        return bool(length) and len(digits) >= length

    def _digits(self, call: _Call, event: SpanEvent, now: float) -> None:
        if call.state is not _State.OVERLAP_RECEIVING:
            self._reports.append(DigitsArrived(call=call.number, digits=event.digits))
            return
        call.digits = (call.digits + event.digits)[:_LONGEST_NUMBER]
        call.limit = now + _LIMITS_S[_State.OVERLAP_RECEIVING]
        if event.complete or self._is_complete(call.digits) or len(call.digits) >= _LONGEST_NUMBER:
            self._offer(call, now)

    def _offer(self, call: _Call, now: float) -> None:
        setup = call.setup
        assert setup is not None
        self._enter(call, _State.OFFERED, now)
        self.span.proceed(call.span_call, call.channel, now)
        self._reports.append(
            CallArrived(
                call=call.number,
                channel=call.channel,
                called=call.digits,
                called_type=setup.called_type,
                calling=setup.calling,
                redirecting=setup.redirecting,
                redirecting_reason=setup.redirecting_reason,
                originally_called=setup.originally_called,
            )
        )

    # ------------------------------------------------------------ channels that others change

    def _restarted(self, channel: int | None) -> None:
        """The other side restarts one channel, or all; libpri has acknowledged it."""
        every = channel is None or channel == ANY_CHANNEL
        for each in self.channels.all if every else [channel]:
            if each is None or each not in self.channels:
                continue
            for call in [one for one in self._calls.values() if one.channel == each]:
                self.span.destroy(call.span_call)
                self._forget(call, _TEMPORARY_FAILURE)
            if self.channels.state(each) not in (
                ChannelState.RESTARTING,
                ChannelState.OUT_OF_SERVICE,
            ):
                self.channels.set(each, ChannelState.IDLE)

    def _service(self, event: SpanEvent) -> None:
        every = event.channel is None or event.channel == ANY_CHANNEL
        for channel in self.channels.all if every else [event.channel]:
            if channel is None or channel not in self.channels:
                continue
            state = self.channels.state(channel)
            if event.change_status != 0 and state is not ChannelState.BUSY:
                self.channels.set(channel, ChannelState.OUT_OF_SERVICE)
            elif event.change_status == 0 and state is ChannelState.OUT_OF_SERVICE:
                self.channels.set(channel, ChannelState.IDLE)

    # ------------------------------------------------------------ calls' lives

    def _keep(self, call: _Call) -> None:
        self._calls[call.number] = call
        self._by_span_call[call.span_call] = call

    def _enter(self, call: _Call, state: _State, now: float) -> None:
        call.state = state
        limit_s = _LIMITS_S.get(state)
        call.limit = None if limit_s is None else now + limit_s

    def _send_digits(self, call: _Call, digits: str, now: float) -> None:
        for digit in digits:
            self.span.send_digit(call.span_call, digit, now)
        if digits:
            self._enter(call, _State.OVERLAP_SENDING, now)

    def _hang_up(self, call: _Call, cause: int, now: float) -> None:
        self._enter(call, _State.CLEARING, now)
        try:
            over = self.span.hang_up(call.span_call, cause, now)
        except UnknownCall:
            over = True
        if over:
            self._forget(call, cause)

    def _released(self, call: _Call, cause: int, *, glare: bool = False) -> None:
        if not call.released:
            call.released = True
            glare = glare or (
                cause == REQUESTED_CHANNEL_UNAVAILABLE
                and call.outgoing
                and call.state in (_State.SET_UP, _State.OVERLAP_SENDING, _State.PROCEEDING)
            )
            self._reports.append(CallReleased(call=call.number, cause=cause, glare=glare))

    def _forget(self, call: _Call, cause: int) -> None:
        """Its record is no more: the channel is free."""
        self._released(call, cause)
        self._calls.pop(call.number, None)
        self._by_span_call.pop(call.span_call, None)
        others = any(each.channel == call.channel for each in self._calls.values())
        if not others and self.channels.state(call.channel) is ChannelState.BUSY:
            self.channels.set(call.channel, ChannelState.IDLE)

    def _overdue(self, call: _Call, now: float) -> None:
        if call.state is _State.OVERLAP_RECEIVING:
            self._offer(call, now)  # nothing more comes: what was dialled is the number
        elif call.state is _State.CLEARING:
            self.span.destroy(call.span_call)
            self._forget(call, _TIMER_EXPIRED)
            self._restart_uncleared(call, now)
        else:
            cause = _LIMIT_CAUSES[call.state]
            self._released(call, cause)
            self._hang_up(call, cause, now)

    def _restart_uncleared(self, call: _Call, now: float) -> None:
        """The other side never confirmed its end, and may hold the channel still (Q.931, 5.3.3, 5.3.4)."""
        if self.channels.state(call.channel) is ChannelState.IDLE:
            self._reports.append(
                Trouble(what=f"call on channel {call.channel} was not cleared; it is restarted")
            )
            self.channels.restart(call.channel, now)

    def _channel_changed(self, channel: int, state: ChannelState) -> None:
        self._reports.append(ChannelChanged(channel=channel, state=state))


def _is_sabme(frame: bytes) -> bool:
    """The other side begins layer 2 anew, and knows nothing of what it has not acknowledged (Q.921, 5.7).

    Of that libpri tells nothing. At start-up it is usual: both sides try, and each hears the other at a
    different moment.
    """
    return len(frame) > 2 and frame[2] & ~_POLL == _SABME
