"""Calls between two ends of a span: every dialect, numbers and names, refusals, overlap, collisions."""

import pytest
from span_pair import SpanPair, control, pair

from drivers.pri.channel_map import T316_S
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
    NumberType,
    Party,
    PlaceCall,
    Presentation,
    ReleaseCall,
    RestartChannel,
    SendDigits,
    SetService,
    SpanChanged,
    SwitchType,
    TellProgress,
    Trouble,
)

CALLER = Party(number="2125550142", type=NumberType.NATIONAL, name="Ada")


@pytest.fixture
def joined() -> SpanPair:
    both = pair()
    both.up()
    return both


def arrived(both: SpanPair, side: str = "user", seconds: float = 10.0) -> CallArrived:
    assert both.run(seconds, lambda: bool(both.of(side, CallArrived))), both.states()
    return both.of(side, CallArrived)[-1]


def connected(both: SpanPair, channel: int = 5) -> tuple[int, int]:
    """The numbers of a call that is up, at the user's end and at the network's."""
    both.order("network", PlaceCall(call=2, channel=channel, called="5550100", calling=CALLER))
    call = arrived(both).call
    both.order("user", AcceptCall(call=call))
    assert both.run(5, lambda: bool(both.of("network", CallConnected)))
    return call, 2


@pytest.mark.parametrize("switch", list(SwitchType), ids=lambda switch: switch.value)
def test_number_and_called_number_arrive_in_every_dialect(switch):
    channels = tuple(range(1, 24)) if switch is not SwitchType.QSIG else tuple(range(1, 16))
    both = pair(
        user={"switch": switch, "channels": channels, "law": "mulaw"},
        network={"switch": switch, "channels": channels, "law": "mulaw"},
    )
    both.up()
    both.order("network", PlaceCall(call=2, channel=5, called="5550100", calling=CALLER))
    call = arrived(both)
    assert (call.channel, call.called) == (5, "5550100")
    assert (call.calling.number, call.calling.type) == ("2125550142", NumberType.NATIONAL)
    both.order("user", AlertCaller(call=call.call))
    both.order("user", AcceptCall(call=call.call))
    both.run(3)
    assert both.of("network", CallAlerting)
    assert both.of("network", CallConnected)
    both.order("user", ReleaseCall(call=call.call))
    both.run(3)
    assert [each.cause for each in both.of("network", CallReleased)] == [16]
    assert both.idle()
    assert both.user.span.active_calls == both.network.span.active_calls == 0


@pytest.mark.parametrize(
    "switch", [SwitchType.EUROISDN_E1, SwitchType.NI2, SwitchType.QSIG, SwitchType.DMS100]
)
def test_the_callers_name_arrives_where_the_dialect_carries_one(switch):
    channels = tuple(range(1, 16))
    both = pair(
        user={"switch": switch, "channels": channels},
        network={"switch": switch, "channels": channels},
    )
    both.up()
    both.order("network", PlaceCall(call=2, channel=5, called="1", calling=CALLER))
    assert arrived(both).calling.name == "Ada"


def test_who_forwarded_the_call_and_why_arrives(joined):
    forwarder = Party(number="5550199", type=NumberType.SUBSCRIBER)
    joined.order(
        "network",
        PlaceCall(
            call=2,
            channel=5,
            called="1",
            calling=CALLER,
            redirecting=forwarder,
            redirecting_reason="no answer",
        ),
    )
    call = arrived(joined)
    assert call.redirecting is not None
    assert (call.redirecting.number, call.redirecting_reason) == ("5550199", "no answer")


def test_a_restricted_number_says_that_it_is(joined):
    hidden = Party(number="2125550142", presentation=Presentation.RESTRICTED)
    joined.order("network", PlaceCall(call=2, channel=5, called="1", calling=hidden))
    assert arrived(joined).calling.presentation is Presentation.RESTRICTED


def test_without_a_number_the_caller_is_unavailable(joined):
    joined.order("network", PlaceCall(call=2, channel=5, called="1"))
    assert arrived(joined).calling.presentation is Presentation.UNAVAILABLE


def test_who_answered_is_told(joined):
    joined.order("network", PlaceCall(call=2, channel=5, called="1", calling=CALLER))
    call = arrived(joined).call
    joined.order("user", AcceptCall(call=call, connected=Party(number="5550123")))
    joined.run(3)
    assert joined.of("network", CallConnected)[0].connected.number == "5550123"


@pytest.mark.parametrize("cause", [1, 17, 19, 21, 34, 42, 88])
def test_the_cause_of_a_refusal_reaches_the_caller(joined, cause):
    joined.order("network", PlaceCall(call=2, channel=5, called="1", calling=CALLER))
    joined.order("user", ReleaseCall(call=arrived(joined).call, cause=cause))
    joined.run(5)
    assert [each.cause for each in joined.of("network", CallReleased)] == [cause]
    assert len(joined.of("user", CallReleased)) == 1
    assert joined.idle()


def test_early_speech_is_told(joined):
    joined.order("network", PlaceCall(call=2, channel=5, called="1", calling=CALLER))
    joined.order("user", TellProgress(call=arrived(joined).call))
    joined.run(2)
    assert joined.of("network", CallProceeding)[-1].in_band


@pytest.mark.parametrize("how", ["whole", "digit by digit", "length", "time"])
def test_overlap_a_number_comes_as_it_is_dialled(how):
    both = pair(
        user={"overlap": True, "called_length": 4 if how == "length" else 0},
        network={"overlap": True},
    )
    both.up()
    whole = how == "whole"
    both.order(
        "network",
        PlaceCall(
            call=2,
            channel=5,
            called="5550" if whole else "",
            calling=CALLER,
            complete=whole,
        ),
    )
    both.run(0.5)
    if not whole:
        assert not both.of("user", CallArrived)
        for digit in "5550":
            both.order("network", SendDigits(call=2, digits=digit))
            both.run(0.5)
    if how in ("digit by digit", "time"):
        assert not both.of("user", CallArrived)
        assert arrived(both, seconds=20.0).called == "5550"
    else:
        assert arrived(both, seconds=1.0).called == "5550"


# ---------------------------------------------------------------- channels


def test_of_two_calls_that_collide_on_a_channel_the_networks_goes_on(joined):
    joined.user.order(PlaceCall(call=2, channel=9, called="1", calling=CALLER), joined.now)
    joined.order("network", PlaceCall(call=2, channel=9, called="2", calling=CALLER))
    joined.run(5)
    lost = joined.of("user", CallReleased)
    assert [(each.call, each.glare) for each in lost] == [(2, True)]
    call = joined.of("user", CallArrived)[0]
    assert (call.channel, call.called) == (9, "2")
    joined.order("user", AcceptCall(call=call.call))
    joined.run(2)
    assert joined.of("network", CallConnected)
    assert joined.user.live_calls == joined.network.live_calls == 1


def test_a_call_that_leaves_its_channel_open_is_moved_to_a_free_one(joined):
    joined.user.channels.set(7, ChannelState.OUT_OF_SERVICE)
    joined.order(
        "network", PlaceCall(call=2, channel=7, called="1", calling=CALLER, exclusive=False)
    )
    call = arrived(joined)
    assert call.channel != 7
    joined.run(1)
    assert [each.channel for each in joined.of("network", CallMoved)] == [call.channel]
    # Told before channel 7 is said to be idle, which would be the end of whatever call is on it.
    told = joined.reports["network"]
    idle_7 = ChannelChanged(channel=7, state=ChannelState.IDLE)
    assert idle_7 not in told[: told.index(CallMoved(call=2, channel=call.channel))][-3:]
    assert idle_7 in told[-3:]
    assert joined.network.channels.state(7) is ChannelState.IDLE
    assert joined.network.channels.state(call.channel) is ChannelState.BUSY


def test_a_call_that_insists_on_a_channel_that_is_not_free_is_refused_with_44(joined):
    joined.user.channels.set(7, ChannelState.OUT_OF_SERVICE)
    joined.order("network", PlaceCall(call=2, channel=7, called="1", calling=CALLER))
    joined.run(3)
    told = joined.of("network", CallReleased)
    assert [(each.cause, each.glare) for each in told] == [(44, True)]


def test_a_channel_that_is_taken_is_refused_without_a_message(joined):
    connected(joined, channel=5)
    before = len(joined.frames)
    joined.order("network", PlaceCall(call=4, channel=5, called="1"))
    assert [(each.call, each.glare) for each in joined.of("network", CallReleased)] == [(4, True)]
    assert len(joined.frames) == before


def test_a_channel_that_the_far_end_restarts_is_free_and_its_call_over(joined):
    user, _ = connected(joined)
    joined.order("network", RestartChannel(channel=5))
    joined.run(3)
    assert [each.call for each in joined.of("user", CallReleased)] == [user]
    assert joined.idle()
    assert joined.user.span.active_calls == joined.network.span.active_calls == 0


def test_a_restart_that_a_new_layer_2_has_swept_away_is_sent_again_at_once(joined):
    joined.cut = True
    joined.order("network", RestartChannel(channel=3))
    joined.cut = False
    joined.user = control(joined.user.settings)  # as after a power cut: it begins with SABME
    joined.user.begin(BeginSpan(span=joined.user.settings), joined.now)
    began = joined.now
    joined.up()
    assert joined.now - began < T316_S


def test_a_far_end_that_acknowledges_no_restart_is_called_all_the_same():
    both = pair(network={"restart": False})
    both.network.span.receive_frame, receive = None, both.network.span.receive_frame

    def without_restart(frame: bytes, now: float):
        is_restart = len(frame) > 8 and frame[4] == 8 and frame[8] == 0x46
        return receive(frame[:4] if is_restart else frame, now)

    both.network.span.receive_frame = without_restart
    assert both.run(120, lambda: both.user.up and both.idle()), both.states()
    assert "no RESTART" in both.of("user", Trouble)[0].what


@pytest.mark.parametrize("switch", [SwitchType.NI2, SwitchType.ATT_4ESS])
def test_a_channel_taken_out_of_service_is_so_at_both_ends(switch):
    given = {"switch": switch, "channels": tuple(range(1, 24))}
    both = pair(user=given, network=given)
    both.up()
    both.order("network", SetService(channel=3, in_service=False))
    both.run(2)
    assert both.user.channels.state(3) is ChannelState.OUT_OF_SERVICE
    both.order("network", SetService(channel=3, in_service=True))
    both.run(2)
    assert both.idle()
    assert len(both.frames) < 400, "the ends answer each other for ever"


# ---------------------------------------------------------------- the D-channel fails


def test_an_answered_call_survives_a_short_failure_of_the_d_channel():
    timers = {"timers_ms": {"T309": 90_000}}
    both = pair(user=timers, network=timers)
    both.up()
    connected(both)
    both.cut = True
    assert both.run(60, lambda: not both.user.up)
    both.cut = False
    assert both.run(60, lambda: both.user.up and both.network.up)
    both.run(10)
    assert not both.of("user", CallReleased)
    assert both.user.live_calls == both.network.live_calls == 1


def test_a_call_ends_when_the_d_channel_stays_away(joined):
    connected(joined)
    joined.cut = True
    joined.run(120)
    assert joined.user.live_calls == joined.network.live_calls == 0
    assert len(joined.of("user", CallReleased)) == len(joined.of("network", CallReleased)) == 1
    joined.cut = False
    assert joined.run(60, joined.idle), joined.states()


def test_without_a_d_channel_no_call_goes_out(joined):
    joined.cut = True
    joined.run(60)
    joined.order("user", PlaceCall(call=2, channel=5, called="1"))
    assert joined.of("user", CallReleased)[-1].cause == 38


def test_a_call_server_that_begins_anew_finds_every_call_ended_but_those_it_keeps(joined):
    connected(joined)
    joined.order("user", BeginSpan(span=joined.user.settings))
    joined.run(5)
    assert joined.idle()
    assert len(joined.of("network", CallReleased)) == 1


def test_a_channel_with_speech_that_nobody_supervises_is_left_alone_until_it_is_restarted(joined):
    joined.order("user", BeginSpan(span=joined.user.settings, keep=(5,)))
    assert joined.user.channels.state(5) is ChannelState.KEPT
    joined.order("network", PlaceCall(call=2, channel=5, called="1", exclusive=False))
    assert arrived(joined).channel != 5
    joined.order("user", RestartChannel(channel=5))
    joined.run(3)
    assert joined.user.channels.state(5) is ChannelState.IDLE


def test_without_a_call_server_a_caller_is_refused_at_once(joined):
    joined.user.end(joined.now)
    joined.order("network", PlaceCall(call=2, channel=5, called="1"))
    joined.run(2)
    assert [each.cause for each in joined.of("network", CallReleased)] == [34]
    assert joined.idle()


def test_a_call_for_data_is_refused_at_once(joined):
    joined.cut = True
    joined.order("network", PlaceCall(call=2, channel=5, called="1"))
    setup = joined.frames[-1][2].replace(b"\x04\x03\x90\x90", b"\x04\x03\x88\x90")
    joined.user.receive_frame(setup, joined.now)
    (refusal,) = [each for each in joined.user.span.frames_to_send() if len(each) > 8]
    assert refusal[8] == 0x5A  # RELEASE COMPLETE
    assert refusal[-1] == 0x80 | 88
    assert joined.user.live_calls == joined.user.span.active_calls == 0


def test_a_timer_that_libpri_lacks_is_told_to_whoever_connects():
    both = pair(user={"timers_ms": {"T999": 5}})
    assert [each.what for each in both.of("user", Trouble)] == ["timer T999 is unknown to libpri"]


def test_a_layer_2_that_is_established_anew_within_a_moment_is_up(joined):
    connected(joined)
    user = joined.user
    sequence_error, unnumbered_acknowledgement = b"\x02\x01\x01\xfe", b"\x00\x01\x73"
    for frame in (sequence_error, unnumbered_acknowledgement):
        user.receive_frame(frame, joined.now)  # no timer runs in between
    user.handle_timers(joined.now + 0.001)
    told = [each.up for each in user.take_reports() if isinstance(each, SpanChanged)]
    assert told == [False, True]
    assert user.up
