"""FXO against FXS over a wire: every way a call begins and ends."""

import pytest
from line_pair import LinePair

from drivers import (
    Answer,
    Answered,
    BatteryChanged,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    CommandNotPossible,
    Dial,
    DigitReceived,
    Disconnect,
    Flash,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    HookChanged,
    HookFlashed,
    InService,
    OutOfService,
    Ring,
    RingBurstEnded,
    RingBurstStarted,
    SendCallerId,
    SendDigits,
    SetBattery,
    ToneHeard,
    ToneStopped,
)

ANN = CallerNumber(number="0212345678", name="ANN")


def ring_until_offered(pair: LinePair) -> None:
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(6.0)


def call_up(pair: LinePair) -> None:
    ring_until_offered(pair)
    pair.command(pair.fxo, Answer())
    pair.run(0.1)


def test_both_ends_come_into_service_when_the_wire_is_whole():
    pair = LinePair()
    assert pair.names(pair.fxo) == ["InService"]
    assert pair.names(pair.fxs) == ["InService"]


def test_a_call_is_offered_once_with_the_caller_heard_between_the_rings():
    pair = LinePair()
    ring_until_offered(pair)
    assert pair.fxo.events[1:] == [CallOffered(caller=ANN)]
    pair.run(20.0)
    assert pair.fxo.events[1:] == [CallOffered(caller=ANN)]


def test_a_double_ring_is_one_ring_and_its_caller_id_comes_after_both_halves():
    british = FxsSettings(ring_cadence_s=(0.4, 0.2, 0.4, 2.0), flash_maximum_s=0.0)
    pair = LinePair(FxoSettings(ring_gone_s=4.0), british)
    ring_until_offered(pair)
    assert pair.fxo.events[1:] == [CallOffered(caller=ANN)]


def test_caller_id_as_dtmf_before_the_first_ring_is_offered_with_the_ring():
    mode = CallerIdMode.DTMF_BEFORE_RING
    pair = LinePair(FxoSettings(caller_id=mode), FxsSettings(caller_id=mode))
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(1.0)
    assert pair.fxo.events[1:] == [CallOffered(caller=CallerNumber(number="0212345678"))]


def test_a_withheld_number_as_dtmf_is_private_not_unknown():
    mode = CallerIdMode.DTMF_BEFORE_RING
    pair = LinePair(FxoSettings(caller_id=mode), FxsSettings(caller_id=mode))
    pair.command(pair.fxs, Ring(caller=CallerNumber(absence="private")))
    pair.run(1.0)
    assert pair.fxo.events[1:] == [CallOffered(caller=CallerNumber(absence="private"))]


def test_a_spike_is_not_a_ring():
    pair = LinePair()
    pair.receive(pair.fxo, RingBurstStarted())
    pair.run(0.05)
    pair.receive(pair.fxo, RingBurstEnded())
    pair.run(30.0)
    assert pair.names(pair.fxo) == ["InService"]
    assert pair.fxo.line.state is FxoState.IDLE


def test_answering_trips_the_ringing_and_tells_the_exchange():
    pair = LinePair()
    call_up(pair)
    assert Answered() in pair.fxs.events
    assert not pair.fxs.wire.ringing


def test_a_caller_who_gives_up_while_ringing_is_cleared_after_the_cadence_is_missed():
    pair = LinePair()
    ring_until_offered(pair)
    pair.command(pair.fxs, Clear())
    pair.run(8.0)
    assert pair.fxo.events[-1] == Cleared(cause=ClearCause.FAR_END)
    assert pair.fxo.line.state is FxoState.IDLE


def test_a_caller_who_gives_up_before_the_offer_leaves_no_trace():
    pair = LinePair()
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(2.5)
    pair.command(pair.fxs, Clear())
    pair.run(30.0)
    assert pair.names(pair.fxo)[1:] in ([], ["CallOffered", "Cleared"])
    assert pair.fxo.line.state is FxoState.IDLE


@pytest.mark.parametrize(
    ("disconnect", "fxo"),
    [
        (Disconnect.BATTERY_DROP, FxoSettings()),
        (Disconnect.POLARITY, FxoSettings(clears_on_battery_drop=False, clears_on_polarity=True)),
        (Disconnect.BUSY_TONE, FxoSettings(clears_on_busy_tone=True)),
    ],
)
def test_the_far_end_hangs_up_in_every_way_that_exchanges_have(disconnect, fxo):
    pair = LinePair(fxo, FxsSettings(disconnect=disconnect, flash_maximum_s=0.0))
    call_up(pair)
    pair.command(pair.fxs, Clear())
    pair.run(3.0)
    assert pair.fxo.events[-1] == Cleared(cause=ClearCause.FAR_END)
    assert pair.names(pair.fxs)[-1] == "Cleared"
    assert pair.fxo.line.state is FxoState.IDLE
    assert pair.fxs.line.state is FxsState.IDLE
    assert pair.fxs.wire.battery


def test_a_battery_glitch_shorter_than_a_disconnect_does_not_end_the_call():
    pair = LinePair()
    call_up(pair)
    for present in (False, True):
        pair.receive(pair.fxo, pair.fxs.wire.apply(SetBattery(present=present)))
        pair.run(0.1)
    pair.run(5.0)
    assert pair.fxo.line.state is FxoState.UP
    assert "Cleared" not in pair.names(pair.fxo)


def test_we_hang_up_and_the_exchange_is_told_by_the_hook():
    pair = LinePair()
    call_up(pair)
    pair.command(pair.fxo, Clear())
    pair.run(2.0)
    assert pair.fxs.events[-1] == Cleared(cause=ClearCause.FAR_END)
    assert pair.fxo.line.state is FxoState.IDLE


def test_keys_are_heard_on_both_sides_of_a_call():
    pair = LinePair()
    call_up(pair)
    pair.command(pair.fxo, SendDigits(digits="12"))
    assert pair.fxs.events[-2:] == [DigitReceived(digit="1"), DigitReceived(digit="2")]
    pair.command(pair.fxs, SendDigits(digits="#"))
    assert pair.fxo.events[-1] == DigitReceived(digit="#")


def test_a_flash_is_told_apart_from_a_hang_up():
    pair = LinePair(fxs=FxsSettings(flash_maximum_s=0.75))
    call_up(pair)
    pair.command(pair.fxo, Flash())
    pair.run(1.0)
    assert pair.fxs.events[-1] == HookFlashed()
    assert pair.fxs.line.state is FxsState.UP
    pair.command(pair.fxo, Clear())
    pair.run(1.0)
    assert pair.fxs.events[-1] == Cleared(cause=ClearCause.FAR_END)


def test_an_outgoing_call_waits_for_dial_tone_then_dials_then_is_answered_by_polarity():
    pair = LinePair(
        FxoSettings(answers_on_polarity=True), FxsSettings(reverses_polarity_on_answer=True)
    )
    pair.command(pair.fxo, Dial(number="5550123"))
    pair.run(1.0)
    assert CallOffered(caller=CallerNumber()) in pair.fxs.events
    assert pair.fxo.line.state is FxoState.SEIZED
    pair.receive(pair.fxo, ToneHeard(tone="dial"))
    dialled = [event.digit for event in pair.fxs.events if isinstance(event, DigitReceived)]
    assert dialled == list("5550123")
    pair.command(pair.fxs, Answer())
    assert pair.fxo.events[-1] == Answered()


def test_no_dial_tone_fails_the_outgoing_call_and_frees_the_line():
    pair = LinePair()
    pair.command(pair.fxo, Dial(number="1"))
    pair.run(10.0)
    assert Cleared(cause=ClearCause.NO_DIAL_TONE) in pair.fxo.events
    assert pair.fxo.line.state is FxoState.IDLE


def test_a_busy_number_fails_the_outgoing_call():
    pair = LinePair()
    pair.command(pair.fxo, Dial(number="1"))
    pair.receive(pair.fxo, ToneHeard(tone="dial"))
    pair.receive(pair.fxo, ToneHeard(tone="busy"))
    assert pair.fxo.events[-1] == Cleared(cause=ClearCause.BUSY)


def test_dialling_on_a_ringing_line_is_glare_and_the_incoming_call_goes_on():
    pair = LinePair()
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(1.0)
    pair.command(pair.fxo, Dial(number="1"))
    assert pair.fxo.events[-1] == Cleared(cause=ClearCause.GLARE)
    pair.run(5.0)
    assert pair.fxo.events[-1] == CallOffered(caller=ANN)


def test_ringing_that_meets_our_seizure_becomes_an_incoming_call():
    pair = LinePair()
    pair.command(pair.fxo, Dial(number="1"))
    pair.receive(pair.fxo, RingBurstStarted())
    assert pair.names(pair.fxo)[-2:] == ["Cleared", "CallOffered"]
    pair.command(pair.fxo, Answer())
    assert pair.fxo.line.state is FxoState.UP


def test_ringing_a_handset_that_was_just_lifted_is_glare():
    pair = LinePair()
    pair.command(pair.fxo, Dial(number=""))
    pair.run(0.1)
    pair.command(pair.fxs, Ring(caller=ANN))
    assert pair.fxs.events[-1] == Cleared(cause=ClearCause.GLARE)


def test_a_handset_left_off_hook_is_told_then_locked_out_then_welcomed_back():
    pair = LinePair()
    pair.command(pair.fxo, Dial(number=""))
    pair.run(0.1)
    pair.command(pair.fxs, Clear())
    assert pair.fxs.line.state is FxsState.BUSY_TONE
    pair.run(21.0)
    assert pair.fxs.line.state is FxsState.HOWLING
    pair.run(41.0)
    assert pair.fxs.events[-1] == OutOfService(alarm="handset left off-hook")
    pair.command(pair.fxo, Clear())
    assert pair.fxs.events[-2:] == [Cleared(cause=ClearCause.NORMAL), InService()]


def test_a_line_without_battery_is_out_of_service_until_battery_is_back():
    pair = LinePair()
    pair.receive(pair.fxo, pair.fxs.wire.apply(SetBattery(present=False)))
    pair.run(4.0)
    assert pair.fxo.events[-1] == OutOfService(alarm="no line battery")
    pair.receive(pair.fxo, pair.fxs.wire.apply(SetBattery(present=True)))
    pair.run(1.0)
    assert pair.fxo.events[-1] == InService()


def test_a_refused_call_is_not_offered_again_while_it_rings_on():
    pair = LinePair()
    ring_until_offered(pair)
    pair.command(pair.fxo, Clear())
    pair.run(30.0)
    assert pair.names(pair.fxo)[1:] == ["CallOffered", "Cleared"]
    pair.command(pair.fxs, Clear())
    pair.run(10.0)
    ring_until_offered(pair)
    assert pair.names(pair.fxo)[-1] == "CallOffered"


def test_a_restart_with_the_handset_off_hook_finds_someone_who_has_lifted():
    pair = LinePair()
    call_up(pair)
    pair.fxs.events.clear()
    pair._outputs(pair.fxs, pair.fxs.line.start(pair.now))
    pair.receive(pair.fxs, HookChanged(off_hook=True))
    assert pair.fxs.events == [InService(), CallOffered(caller=CallerNumber())]
    pair.receive(pair.fxs, HookChanged(off_hook=False))
    pair.run(1.0)
    assert pair.fxs.events[-1] == Cleared(cause=ClearCause.FAR_END)


def test_a_line_that_is_started_on_another_card_comes_into_service_again():
    pair = LinePair()
    for end, event in (
        (pair.fxs, HookChanged(off_hook=False)),
        (pair.fxo, BatteryChanged(present=True)),
    ):
        end.events.clear()
        pair._outputs(end, end.line.start(pair.now))
        pair.receive(end, event)
        pair.run(1.0)
        assert end.events == [InService()]


@pytest.mark.parametrize("stops_first", [True, False])
def test_a_battery_glitch_at_the_moment_of_answer_does_not_lose_the_answer(stops_first):
    pair = LinePair()
    pair.command(pair.fxo, Dial(number="1"))
    for tone in ("dial", "ringback"):
        pair.receive(pair.fxo, ToneHeard(tone=tone))
    glitch = [SetBattery(present=False), SetBattery(present=True)]
    if stops_first:
        pair.receive(pair.fxo, ToneStopped(tone="ringback"))
    pair.receive(pair.fxo, pair.fxs.wire.apply(glitch[0]))
    pair.run(0.05)
    if not stops_first:
        pair.receive(pair.fxo, ToneStopped(tone="ringback"))
    pair.receive(pair.fxo, pair.fxs.wire.apply(glitch[1]))
    pair.run(1.0)
    assert pair.fxo.events[-1] == Answered()


def test_a_card_that_does_not_report_the_end_of_a_tripped_ring_causes_no_phantom_call():
    pair = LinePair(FxoSettings(caller_id=CallerIdMode.NONE))
    pair.receive(pair.fxo, RingBurstStarted())
    pair.run(0.5)
    pair.command(pair.fxo, Answer())
    pair.run(1.0)
    pair.command(pair.fxo, Clear())
    pair.run(30.0)
    assert pair.names(pair.fxo)[1:] == ["CallOffered", "Cleared"]


def test_caller_id_is_sent_once_whatever_the_cadence():
    line = FxsLine(FxsSettings(ring_cadence_s=(1.0, 2.0, 1.0, 3.0)))
    line.start(0.0)
    line.receive(HookChanged(off_hook=False), 0.1)
    outputs = line.command(Ring(caller=ANN), 0.2)
    while (timer := line.next_timer()) is not None and timer < 60.0:
        outputs += line.handle_timer(timer)
    assert sum(isinstance(output, SendCallerId) for output in outputs) == 1


def test_commands_that_no_such_line_can_carry_out_are_our_mistake():
    pair = LinePair()
    with pytest.raises(CommandNotPossible):
        pair.command(pair.fxo, Ring(caller=ANN))
    with pytest.raises(CommandNotPossible):
        pair.command(pair.fxs, Dial(number="1"))
