"""The peer that is not libpri, in the place of one end of a `SpanPair`: our orders in, our reports out."""

from types import SimpleNamespace

from q931_peer import Happening, Q931Peer, What

from drivers.pri.messages import (
    AcceptCall,
    AlertCaller,
    BeginSpan,
    CallAlerting,
    CallArrived,
    CallConnected,
    CallProceeding,
    CallReleased,
    ChannelChanged,
    ChannelState,
    Order,
    Party,
    PlaceCall,
    ReleaseCall,
    Report,
    SpanChanged,
    SpanSettings,
)

CHANNEL_TAKEN = 44


class PeerEnd:
    """What `SpanPair` and `RandomCalls` need of a `SpanControl`, played by a `Q931Peer`."""

    def __init__(self, settings: SpanSettings) -> None:
        self.settings = settings
        self.peer = Q931Peer(network_side=settings.network_side, channels=settings.channels)
        self.span = SimpleNamespace(frames_to_send=self.peer.frames_to_send)
        self.channels = SimpleNamespace(
            all=list(settings.channels),
            state=lambda channel: ChannelState(self.peer.channels.state(channel)),
        )
        self._reports: list[Report] = []

    @property
    def up(self) -> bool:
        return self.peer.up

    @property
    def live_calls(self) -> int:
        return len(self.peer.calls)

    def begin(self, _order: BeginSpan, now: float) -> None:
        self.peer.start(now)

    def receive_frame(self, frame: bytes, now: float) -> None:
        self.peer.receive_frame(frame, now)

    def next_timer(self) -> float | None:
        return self.peer.next_timer()

    def handle_timers(self, now: float) -> None:
        self.peer.handle_timers(now)

    def order(self, order: Order, now: float) -> None:
        match order:
            case PlaceCall():
                placed = self.peer.place(
                    order.call,
                    now,
                    channel=order.channel,
                    called=order.called,
                    calling=order.calling.number,
                    exclusive=order.exclusive,
                )
                if not placed:
                    refusal = CallReleased(call=order.call, cause=CHANNEL_TAKEN, glare=True)
                    self._reports.append(refusal)
            case AlertCaller(call=call):
                self.peer.alert(call, now)
            case AcceptCall(call=call):
                self.peer.answer(call, now)
            case ReleaseCall(call=call, cause=cause):
                self.peer.clear(call, now, cause)
            case _:
                raise NotImplementedError(order)

    def take_reports(self) -> list[Report]:
        reports, self._reports = self._reports, []
        reports += [report(each) for each in self.peer.happened]
        self.peer.happened.clear()
        return reports


def report(told: Happening) -> Report:
    match told.what:
        case What.UP | What.DOWN:
            return SpanChanged(up=told.what is What.UP)
        case What.CHANNEL:
            state = ChannelState(told.channel_state)
            return ChannelChanged(channel=told.channel, state=state)
        case What.ARRIVED:
            return CallArrived(
                call=told.call,
                channel=told.channel,
                called=told.called,
                calling=Party(number=told.calling),
            )
        case What.PROCEEDING:
            return CallProceeding(call=told.call)
        case What.ALERTING:
            return CallAlerting(call=told.call)
        case What.CONNECTED:
            return CallConnected(call=told.call)
        case What.RELEASED:
            return CallReleased(call=told.call, cause=told.cause)
