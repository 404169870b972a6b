"""Layer 3 of a D-channel, written from its rules alone: the other side that is not libpri. Sans-IO.

Either side of the interface, calls from and to it, en bloc. After every establishment of layer 2 it
asks for the state of its active calls; a call that the other side does not know is over, and one that
never ended in order has its channel restarted.

Source: ITU-T Q.931, 5.1 to 5.5, 5.8, tables 9-1 and 9-2. T301 and T310 are those of the user's side.
"""

from dataclasses import dataclass
from enum import Enum

from lapd_peer import LapdPeer
from q931_messages import (
    CALL_STATE,
    RESTART_INDICATOR,
    Kind,
    Message,
    NotQ931,
    cause_element,
    channel_element,
    decoded,
    encoded,
    setup_elements,
)
from q931_restarts import Channels

NORMAL, NO_ANSWER, NO_CIRCUIT, TEMPORARY_FAILURE, CHANNEL_TAKEN = 16, 19, 34, 41, 44
UNKNOWN_REFERENCE, NO_SUCH_CHANNEL, NOT_IN_THIS_STATE, TIMER = 81, 82, 101, 102
ANSWER_TO_ENQUIRY = 30
T309_S = 90.0


class State(Enum):
    """With the numbers that STATUS tells: for a call from the user's side, and for one to it."""

    SETUP = (1, 6)
    PROCEEDING = (3, 9)
    ALERTING = (4, 7)
    CONNECT_REQUEST = (8, 8)
    ACTIVE = (10, 10)
    DISCONNECTING = (11, 12)
    RELEASING = (19, 19)


CLEARING = (State.DISCONNECTING, State.RELEASING)
LIMITS_S = {
    (State.SETUP, True): 4.0,  # T303
    (State.PROCEEDING, True): 60.0,  # T310
    (State.ALERTING, True): 180.0,  # T301
    (State.SETUP, False): 60.0,
    (State.PROCEEDING, False): 200.0,
    (State.ALERTING, False): 200.0,
    (State.CONNECT_REQUEST, False): 4.0,  # T313
    (State.DISCONNECTING, True): 30.0,  # T305
    (State.DISCONNECTING, False): 30.0,
    (State.RELEASING, True): 4.0,  # T308
    (State.RELEASING, False): 4.0,
}
"""By state and whether we called; those without a name are ours, for whoever never answers."""


class What(Enum):
    UP = "layer 2 is up"
    DOWN = "layer 2 is down"
    CHANNEL = "a channel changed its state"
    ARRIVED = "call arrived"
    PROCEEDING = "call proceeds"
    ALERTING = "it rings there"
    CONNECTED = "connected"
    RELEASED = "call over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    what: What
    call: int = 0
    channel: int = 0
    cause: int = 0
    called: str = ""
    calling: str = ""
    channel_state: str = ""


@dataclass(slots=True, kw_only=True)
class Call:
    number: int
    reference: int
    ours: bool
    "We called; the reference is ours."
    channel: int
    state: State = State.SETUP
    due: float | None = None
    tries: int = 1
    cause: int = NORMAL
    setup: Message | None = None
    without_link_until: float | None = None
    "T309."
    released: bool = False


class Q931Peer:
    """``happened`` is to be emptied by whoever drives it. Our calls' numbers are even, others' are odd."""

    def __init__(self, *, network_side: bool, channels: tuple[int, ...]) -> None:
        self.network_side = network_side
        self.link = LapdPeer(network_side=network_side)
        self.channels = Channels(channels, send_restart=self._send_restart, told=self._channel)
        self.happened: list[Happening] = []
        self.calls: dict[int, Call] = {}
        self.up = False
        self.sent: dict[int, int] = {}
        "How many messages of each kind."
        self._by_reference: dict[tuple[int, bool], Call] = {}
        self._next_reference = 1
        self._next_number = 1

    # ------------------------------------------------------------ what its user wants

    def place(
        self, number: int, now: float, *, channel: int, called: str, calling: str, exclusive: bool
    ) -> bool:
        """SETUP; False: not on this channel, or not now."""
        if not self.up or self.channels.state(channel) != "idle":
            return False
        call = Call(number=number, reference=self._next_reference, ours=True, channel=channel)
        self._next_reference = self._next_reference % 0x7FFF + 1
        elements = setup_elements(
            channel=channel, exclusive=exclusive, called=called, calling=calling
        )
        call.setup = Message(Kind.SETUP, call.reference, False, elements)
        self._keep(call, now)
        self._transmit(call.setup, now)
        return True

    def alert(self, number: int, now: float) -> None:
        call = self.calls.get(number)
        if call is not None and not call.ours and call.state in (State.SETUP, State.PROCEEDING):
            self._enter(call, State.ALERTING, now)
            self._say(call, Kind.ALERTING, now)

    def answer(self, number: int, now: float) -> None:
        call = self.calls.get(number)
        waiting = (State.SETUP, State.PROCEEDING, State.ALERTING)
        if call is not None and not call.ours and call.state in waiting:
            answered = State.ACTIVE if self.network_side else State.CONNECT_REQUEST
            self._enter(call, answered, now)
            self._say(call, Kind.CONNECT, now)

    def clear(self, number: int, now: float, cause: int = NORMAL) -> None:
        call = self.calls.get(number)
        if call is not None and call.state not in CLEARING:
            call.cause = cause
            self._enter(call, State.DISCONNECTING, now)
            self._say(call, Kind.DISCONNECT, now, cause_element(cause))

    # ------------------------------------------------------------ frames and time

    def start(self, now: float) -> None:
        self.link.establish(now)

    def receive_frame(self, frame: bytes, now: float) -> None:
        self.link.receive_frame(frame, now)
        self._link_said(now)

    def frames_to_send(self) -> list[bytes]:
        return self.link.frames_to_send()

    def next_timer(self) -> float | None:
        times = [self.link.next_timer(), self.channels.next_timer()]
        for call in self.calls.values():
            times += [call.due, call.without_link_until]
        return min((each for each in times if each is not None), default=None)

    def handle_timers(self, now: float) -> None:
        self.link.handle_timer(now)
        self._link_said(now)
        self.channels.handle_timer(now)
        for call in list(self.calls.values()):
            if call.without_link_until is not None and now >= call.without_link_until:
                self._end(call, TEMPORARY_FAILURE)
            elif call.due is not None and now >= call.due:
                self._overdue(call, now)

    def _link_said(self, now: float) -> None:
        while self.link.changes or self.link.messages:
            if (
                self.link.changes
            ):  # what came before a change is older than it, and of no use after it
                self._link_changed(self.link.changes.popleft(), now)
                continue
            try:
                self._received(decoded(self.link.messages.popleft()), now)
            except NotQ931:
                continue

    def _link_changed(self, up: bool, now: float) -> None:
        if up is not self.up:
            self.up = up
            self.happened.append(Happening(what=What.UP if up else What.DOWN))
        for call in list(self.calls.values()):
            if call.state is State.ACTIVE and up:
                call.without_link_until = None
                self._say(call, Kind.STATUS_ENQUIRY, now)
            elif call.state is State.ACTIVE:
                call.without_link_until = now + T309_S
            elif not up and call.state not in CLEARING:
                self._end(call, TEMPORARY_FAILURE)

    def _overdue(self, call: Call, now: float) -> None:
        again = call.tries == 1
        call.tries += 1
        match call.state:
            case State.SETUP if call.ours and again:
                assert call.setup is not None
                self._transmit(call.setup, now)
                call.due = now + LIMITS_S[State.SETUP, True]
            case State.SETUP if call.ours:
                self._say(call, Kind.RELEASE_COMPLETE, now, cause_element(TIMER))
                self._end(call, TIMER)
            case State.DISCONNECTING:
                self._release(call, now)
            case State.RELEASING if again:
                self._say(call, Kind.RELEASE, now, cause_element(call.cause))
                call.due = now + LIMITS_S[State.RELEASING, True]
            case State.RELEASING:
                self._end(call, TIMER)
                self.channels.restart(call.channel, now)
            case State.ALERTING if call.ours:
                self.clear(call.number, now, NO_ANSWER)
            case _:
                self.clear(call.number, now, TIMER)

    # ------------------------------------------------------------ messages in

    def _received(self, message: Message, now: float) -> None:
        if message.reference == 0:
            self._of_all_calls(message, now)
            return
        # The flag is set in messages to whoever chose the reference.
        call = self._by_reference.get((message.reference, message.to_originator))
        if call is None:
            self._of_no_call(message, now)
            return
        match message.kind:
            case Kind.DISCONNECT if call.state is not State.RELEASING:
                self._tell_release(call, message.cause)
                self._release(call, now)
            case Kind.RELEASE:
                if call.state is not State.RELEASING:
                    self._say(call, Kind.RELEASE_COMPLETE, now)
                self._end(call, message.cause)
            case Kind.RELEASE_COMPLETE:
                self._end(call, message.cause)
            case Kind.STATUS_ENQUIRY:
                self._say_status(call, ANSWER_TO_ENQUIRY, now)
            case Kind.STATUS:
                self._compare(call, message, now)
            case Kind.CALL_PROCEEDING | Kind.PROGRESS | Kind.ALERTING | Kind.CONNECT if call.ours:
                self._advance(call, message, now)
            case Kind.CONNECT_ACKNOWLEDGE if call.state is State.CONNECT_REQUEST:
                self._enter(call, State.ACTIVE, now)
            case _:
                pass  # nothing that ends or begins anything

    def _advance(self, call: Call, message: Message, now: float) -> None:
        order = [State.SETUP, State.PROCEEDING, State.ALERTING]
        if message.kind == Kind.CONNECT and call.state is State.ACTIVE:
            self._say(call, Kind.CONNECT_ACKNOWLEDGE, now)
        if call.state not in order:
            return
        if not self._agree(call, message.channel):
            self.clear(call.number, now, CHANNEL_TAKEN)
            return
        match message.kind:
            case Kind.CONNECT:
                self._enter(call, State.ACTIVE, now)
                self._say(call, Kind.CONNECT_ACKNOWLEDGE, now)
                self._tell(What.CONNECTED, call)
            case Kind.ALERTING:
                self._enter(call, State.ALERTING, now)
                self._tell(What.ALERTING, call)
            case Kind.CALL_PROCEEDING if call.state is State.SETUP:
                self._enter(call, State.PROCEEDING, now)
                self._tell(What.PROCEEDING, call)

    def _agree(self, call: Call, channel: int | None) -> bool:
        """Whether our call may have the channel that the answer names."""
        if channel is None or channel == call.channel:
            return True
        if channel not in self.channels or self.channels.state(channel) != "idle":
            return False
        before, call.channel = call.channel, channel
        self.channels.set(channel, "busy")
        self._give_back(before)
        return True

    def _compare(self, call: Call, message: Message, now: float) -> None:
        """STATUS: what the other side believes (Q.931, 5.8.11)."""
        beyond = call.state in (State.SETUP, State.PROCEEDING, State.ALERTING)
        if message.call_state == 0:
            self._end(call, message.cause)
        elif (call.state is State.ACTIVE and message.call_state not in (8, 10, 11, 12, 19)) or (
            beyond and message.call_state == 10  # its CONNECT is lost
        ):
            call.cause = NOT_IN_THIS_STATE
            self._tell_release(call, NOT_IN_THIS_STATE)
            self._release(call, now)

    def _of_no_call(self, message: Message, now: float) -> None:
        match message.kind:
            case Kind.SETUP if not message.to_originator:
                self._arrived(message, now)
            case Kind.RELEASE:
                self._refuse(message, UNKNOWN_REFERENCE, now)
            case Kind.RELEASE_COMPLETE | Kind.SETUP:
                pass
            case Kind.STATUS if message.call_state == 0:
                pass
            case Kind.STATUS:
                self._refuse(message, NOT_IN_THIS_STATE, now)
            case _:
                self._refuse(message, UNKNOWN_REFERENCE, now)

    def _arrived(self, message: Message, now: float) -> None:
        channel = message.channel
        taken = channel not in self.channels or self.channels.state(channel) != "idle"
        ours = [each for each in self.calls.values() if each.ours and each.channel == channel]
        yields = not self.network_side and any(each.state is State.SETUP for each in ours)
        if (taken and not yields) or channel is None:
            idle = [each for each in self.channels.all if self.channels.state(each) == "idle"]
            if message.exclusive or not idle:
                self._refuse(message, CHANNEL_TAKEN if message.exclusive else NO_CIRCUIT, now)
                return
            channel = idle[0]
        call = Call(
            number=self._next_number, reference=message.reference, ours=False, channel=channel
        )
        self._next_number += 2
        self._keep(call, now)
        self._enter(call, State.PROCEEDING, now)
        self._say(call, Kind.CALL_PROCEEDING, now, channel_element(channel, exclusive=True))
        self._tell(What.ARRIVED, call, called=message.called, calling=message.calling)

    def _of_all_calls(self, message: Message, now: float) -> None:
        match message.kind:
            case Kind.RESTART:
                indicator = message.element(RESTART_INDICATOR) or b"\x80"
                every = indicator[0] & 7 != 0
                for call in list(self.calls.values()):
                    if every or call.channel == message.channel:
                        self._end(call, TEMPORARY_FAILURE)
                back = Message(Kind.RESTART_ACKNOWLEDGE, 0, True, message.elements)
                self._transmit(back, now)
            case Kind.RESTART_ACKNOWLEDGE:
                self.channels.acknowledged(message.channel, now)
            case _:
                pass

    # ------------------------------------------------------------ calls' lives

    def _keep(self, call: Call, now: float) -> None:
        self.calls[call.number] = call
        self._by_reference[call.reference, call.ours] = call
        self.channels.set(call.channel, "busy")
        self._enter(call, State.SETUP, now)

    def _enter(self, call: Call, state: State, now: float) -> None:
        call.state, call.tries, call.without_link_until = state, 1, None
        limit_s = LIMITS_S.get((state, call.ours))
        call.due = None if limit_s is None else now + limit_s

    def _release(self, call: Call, now: float) -> None:
        self._enter(call, State.RELEASING, now)
        self._say(call, Kind.RELEASE, now, cause_element(call.cause))

    def _end(self, call: Call, cause: int) -> None:
        self._tell_release(call, cause)
        del self.calls[call.number], self._by_reference[call.reference, call.ours]
        self._give_back(call.channel)

    def _give_back(self, channel: int) -> None:
        if not any(each.channel == channel for each in self.calls.values()):
            self.channels.set(channel, "idle")

    def _tell_release(self, call: Call, cause: int) -> None:
        if not call.released:
            call.released = True
            self._tell(What.RELEASED, call, cause=cause)

    def _tell(self, what: What, call: Call, **others) -> None:
        told = Happening(what=what, call=call.number, channel=call.channel, **others)
        self.happened.append(told)

    def _channel(self, channel: int, state: str) -> None:
        self.happened.append(Happening(what=What.CHANNEL, channel=channel, channel_state=state))

    # ------------------------------------------------------------ messages out

    def _say(self, call: Call, kind: Kind, now: float, *elements: tuple[int, bytes]) -> None:
        self._transmit(Message(kind, call.reference, not call.ours, elements), now)

    def _say_status(self, call: Call, cause: int, now: float) -> None:
        number = call.state.value[call.ours is self.network_side]
        told = CALL_STATE, bytes([number])
        self._say(call, Kind.STATUS, now, cause_element(cause), told)

    def _refuse(self, message: Message, cause: int, now: float) -> None:
        back = not message.to_originator
        refusal = Message(Kind.RELEASE_COMPLETE, message.reference, back, (cause_element(cause),))
        self._transmit(refusal, now)

    def _send_restart(self, channel: int, now: float) -> None:
        which = channel_element(channel, exclusive=True)
        self._transmit(Message(Kind.RESTART, 0, False, (which, (RESTART_INDICATOR, b"\x80"))), now)

    def _transmit(self, message: Message, now: float) -> None:
        self.sent[message.kind] = self.sent.get(message.kind, 0) + 1
        self.link.send(encoded(message), now)
