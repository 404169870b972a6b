"""A span as a card: what the worker reports becomes its lines' hardware, whatever happens to the worker."""

from drivers import (
    BearerBlocked,
    BearerReady,
    DChannelPlace,
    FarEndAnswers,
    FarEndCalls,
    LinkLost,
    LockstepCable,
    PortKind,
    PrimaryRateCard,
    RestartBearer,
    SendConnect,
    SendSetup,
    SpanSettings,
    SupervisionLost,
)
from drivers.caller import CallerNumber
from drivers.pri.messages import (
    BeginSpan,
    CallArrived,
    CallConnected,
    CallMoved,
    ChannelChanged,
    ChannelState,
    NumberType,
    Party,
    PlaceCall,
    RestartChannel,
    SpanChanged,
)

IDLE = [SpanChanged(up=True), *(ChannelChanged(channel=n, state="idle") for n in (1, 2))]


class Worker:
    """Links to it are lists; it may die."""

    descriptor = None

    def __init__(self) -> None:
        self.orders, self.reports, self.dead = [], [], False

    def send(self, order) -> None:
        if self.dead:
            raise LinkLost("dead")
        self.orders.append(order)

    def receive(self) -> list:
        if self.dead:
            raise LinkLost("dead")
        reports, self.reports = self.reports, []
        return reports

    def close(self) -> None:
        pass


def plugged() -> tuple[PrimaryRateCard, list[Worker]]:
    workers: list[Worker] = []

    def connect() -> Worker:
        workers.append(Worker())
        return workers[-1]

    speech = LockstepCable((PortKind.BEARER,) * 3).near
    settings = SpanSettings(name="e1", d_channel=DChannelPlace(), channels=(1, 2))
    return PrimaryRateCard(settings, speech, connect), workers


def told(card: PrimaryRateCard, worker: Worker, *reports) -> list:
    worker.reports += [
        each
        if not isinstance(each, ChannelChanged)
        else ChannelChanged(channel=each.channel, state=ChannelState(each.state))
        for each in reports
    ]
    return card.poll()


def talking() -> tuple[PrimaryRateCard, list[Worker]]:
    card, workers = plugged()
    told(card, workers[0], *IDLE, CallArrived(call=1, channel=1, called="5"))
    card.perform(1, SendConnect())
    return card, workers


def test_channels_are_ready_when_layer_2_is_up_and_they_are_idle():
    card, (worker,) = plugged()
    assert isinstance(worker.orders[0], BeginSpan)
    assert told(card, worker, *IDLE)[-2:] == [(1, BearerReady()), (2, BearerReady())]
    blocked = told(card, worker, SpanChanged(up=False, problem="layer 2 is down"))
    assert blocked == [(port, BearerBlocked(reason="layer 2 is down")) for port in (1, 2)]


def test_a_caller_is_told_with_number_and_name():
    card, (worker,) = plugged()
    party = Party(number="40212", type=NumberType.INTERNATIONAL, name="Ada")
    arrived = CallArrived(call=1, channel=2, called="5", calling=party)
    assert told(card, worker, *IDLE, arrived)[-1] == (
        2,
        FarEndCalls(caller=CallerNumber(number="+40212", name="Ada"), called="5"),
    )


def test_whoever_forwarded_a_call_is_told_with_the_reason_both_ways():
    card, (worker,) = plugged()
    by = Party(number="40213", type=NumberType.INTERNATIONAL)
    arrived = CallArrived(call=1, channel=2, called="5", redirecting=by, redirecting_reason="busy")
    ((_, calls),) = told(card, worker, *IDLE, arrived)[-1:]
    assert (calls.caller.redirecting, calls.caller.redirecting_reason) == ("+40213", "busy")
    card.perform(1, SendSetup(called="7", caller=calls.caller))
    placed = worker.orders[-1]
    assert (placed.redirecting.number, placed.redirecting_reason) == ("40213", "busy")


def test_a_call_that_is_given_another_channel_keeps_its_port():
    card, (worker,) = plugged()
    told(card, worker, *IDLE)
    card.perform(1, SendSetup(called="5", caller=CallerNumber()))
    (placed,) = [each for each in worker.orders if isinstance(each, PlaceCall)]
    moved = CallMoved(call=placed.call, channel=2)
    events = told(card, worker, moved, CallConnected(call=placed.call))
    assert (1, FarEndAnswers()) in events
    assert (card.channel_of(1), card.channel_of(2)) == (2, 1)
    assert card.take_moved() == {1, 2}
    assert card.take_moved() == set()


def test_a_dead_workers_call_is_kept_for_the_next_worker_until_it_is_restarted():
    card, workers = talking()
    workers[0].dead = True
    assert (1, SupervisionLost(reason="dead")) in card.poll()
    card.look_again()
    assert workers[1].orders[0].keep == (1,)
    card.perform(1, RestartBearer())
    assert workers[1].orders[-1] == RestartChannel(channel=1)
    workers[1].dead = True
    card.poll()
    card.look_again()
    assert workers[2].orders[0].keep == ()


def test_a_kept_call_that_the_far_end_ends_is_kept_no_longer():
    card, workers = talking()
    workers[0].dead = True
    card.poll()
    card.look_again()
    kept = ChannelChanged(channel=1, state="kept")
    assert not any(port == 1 for port, _ in told(card, workers[1], SpanChanged(up=True), kept)[1:])
    assert (1, BearerReady()) in told(card, workers[1], ChannelChanged(channel=1, state="idle"))
    workers[1].dead = True
    card.poll()
    card.look_again()
    assert workers[2].orders[0].keep == ()
