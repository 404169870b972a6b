"""A second caller while the line is in a call: alerting tone, acknowledgement, FSK, or nothing."""

import pytest
from line_pair import LinePair
from lone_line import LoneLine

from drivers import (
    AnnounceWaitingCall,
    Answer,
    BatteryChanged,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    CallWaiting,
    Clear,
    ClearCause,
    Cleared,
    CommandNotPossible,
    Dial,
    DigitHeard,
    DigitReceived,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    HookChanged,
    HookFlashed,
    ReceiveCallerId,
    Ring,
    SendCallerId,
    SendDigits,
    SendKeys,
    SendTone,
    SignalSent,
    StopReceivingCallerId,
    StopSignal,
    ToneHeard,
)

ANN, BEN = CallerNumber(number="0212345678"), CallerNumber(number="0722000111", name="BEN")
ALERT = ToneHeard(tone="cas")


def in_call(**settings) -> LoneLine:
    line = LoneLine(
        FxoLine(FxoSettings(call_waiting_caller_id=True, **settings)),
        BatteryChanged(present=True),
    )
    line.is_told(Dial(number=""))
    line.outputs.clear()
    return line


def telephone_in_call() -> LoneLine:
    line = LoneLine(FxsLine(FxsSettings()), HookChanged(off_hook=False))
    line.gets(HookChanged(off_hook=True))
    line.outputs.clear()
    return line


def announced(line: LoneLine, steps: int) -> None:
    line.is_told(AnnounceWaitingCall(caller=BEN))
    if steps > 1:
        line.gets(SignalSent())
    if steps > 2:
        line.gets(DigitHeard(digit="D"))


def test_the_second_callers_number_crosses_the_line_and_both_calls_go_on():
    pair = LinePair(FxoSettings(call_waiting_caller_id=True))
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(6.0)
    pair.command(pair.fxo, Answer())
    pair.run(0.1)
    for _ in range(2):
        pair.command(pair.fxs, AnnounceWaitingCall(caller=BEN))
        pair.run(4.0)
        assert pair.fxo.events[-1] == CallWaiting(caller=BEN)
        assert pair.fxo.line.state is FxoState.UP
        assert pair.fxs.line.state is FxsState.UP
    assert not any(isinstance(event, DigitReceived) for event in pair.fxs.events)


def test_a_telephone_without_that_service_is_left_in_peace():
    pair = LinePair(FxoSettings(call_waiting_caller_id=False))
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(6.0)
    pair.command(pair.fxo, Answer())
    pair.run(0.1)
    pair.command(pair.fxs, AnnounceWaitingCall(caller=BEN))
    pair.run(4.0)
    assert "CallWaiting" not in pair.names(pair.fxo)
    assert pair.fxs.line.state is FxsState.UP


# ---------------------------------------------------------------- the telephone's end


def test_an_alert_is_acknowledged_and_the_message_listened_for_at_once():
    line = in_call()
    line.gets(ALERT)
    assert line.outputs == [ReceiveCallerId(), SendKeys(digits="D")]
    line.gets(SignalSent())
    line.passes(2.5)
    assert line.outputs[2:] == [StopReceivingCallerId()]
    line.gets(CallerIdHeard(caller=BEN))
    assert line.outputs[3:] == [CallWaiting(caller=BEN)]


def test_a_number_that_never_comes_costs_nothing_but_the_number():
    for happens in ([], [SignalSent()]):
        line = in_call()
        line.gets(ALERT, *happens)
        line.passes(5.0)
        assert line.line.state is FxoState.UP
        assert not line.all_of(CallWaiting)
    line = in_call()
    line.gets(ALERT, SignalSent())
    line.passes(2.5)
    line.gets(CallerIdHeard(caller=None, problem="bad checksum"))
    assert line.line.state is FxoState.UP
    assert not line.all_of(CallWaiting)


def test_a_line_without_the_service_does_not_answer_alerts():
    line = LoneLine(FxoLine(FxoSettings()), BatteryChanged(present=True))
    line.is_told(Dial(number=""))
    line.outputs.clear()
    line.gets(ALERT)
    assert line.outputs == []


def test_an_alert_that_is_repeated_is_acknowledged_again():
    line = in_call()
    line.gets(ALERT, SignalSent(), ALERT)
    assert len(line.all_of(SendKeys)) == 2
    assert len(line.all_of(ReceiveCallerId)) == 2
    assert len(line.all_of(StopReceivingCallerId)) == 1


@pytest.mark.parametrize("steps", [1, 2])
def test_the_call_may_end_while_the_second_one_is_announced(steps):
    def alerted(**settings) -> LoneLine:
        line = in_call(**settings)
        line.gets(ALERT)
        if steps > 1:
            line.passes(2.5)
        return line

    line = alerted()
    line.gets(BatteryChanged(present=False))
    line.passes(0.2)
    assert line.outputs[-1] == Cleared(cause=ClearCause.FAR_END)
    line = alerted(clears_on_busy_tone=True)
    line.gets(ToneHeard(tone="busy"))
    assert line.outputs[-1] == Cleared(cause=ClearCause.FAR_END)
    line = alerted()
    line.is_told(Clear())
    assert line.outputs[-1] == Cleared(cause=ClearCause.NORMAL)
    assert len(line.all_of(ReceiveCallerId)) == len(line.all_of(StopReceivingCallerId))


def test_alerts_do_not_lengthen_the_longest_call():
    line = in_call(talk_limit_s=60.0)
    for _ in range(100):
        line.gets(ALERT)
        line.passes(1.0)
    assert Cleared(cause=ClearCause.FAILED) in line.outputs


def test_keys_go_both_ways_while_a_call_is_announced():
    line = in_call()
    line.gets(ALERT, SignalSent(), DigitHeard(digit="5"))
    assert line.outputs[-1] == DigitReceived(digit="5")
    line.is_told(SendDigits(digits="7"))
    assert line.outputs[-1] == SendKeys(digits="7")


# ---------------------------------------------------------------- the exchange's end


@pytest.mark.parametrize("answer", ["D", "A"])
def test_an_acknowledgement_is_answered_with_fsk_without_seizure(answer):
    line = telephone_in_call()
    line.is_told(AnnounceWaitingCall(caller=BEN))
    assert line.outputs == [SendTone(tone="cas")]
    line.gets(SignalSent())
    line.passes(0.2)
    line.gets(DigitHeard(digit=answer))
    line.passes(0.15)
    sent = SendCallerId(caller=BEN, mode=CallerIdMode.FSK_AFTER_FIRST_RING, seizure=False)
    assert line.outputs[1:] == [sent]
    line.gets(SignalSent())
    assert line.line.state is FxsState.UP


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_step_that_never_happens_ends_the_announcement_and_not_the_call(steps):
    line = telephone_in_call()
    announced(line, steps)
    line.passes(7.0)
    assert line.line.state is FxsState.UP
    assert not line.all_of(Cleared)
    line.gets(DigitHeard(digit="D"))
    assert line.outputs[-1] == DigitReceived(digit="D")


def test_another_key_is_no_acknowledgement():
    line = telephone_in_call()
    announced(line, 2)
    line.gets(DigitHeard(digit="5"))
    assert line.outputs[-1] == DigitReceived(digit="5")
    assert not line.all_of(SendCallerId)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_flash_or_hang_up_ends_the_announcement(steps):
    line = telephone_in_call()
    announced(line, steps)
    line.gets(HookChanged(off_hook=False))
    assert line.outputs[-1] == StopSignal()
    line.passes(0.3)
    line.gets(HookChanged(off_hook=True))
    assert line.outputs[-1] == HookFlashed()
    announced(line, steps)
    line.gets(HookChanged(off_hook=False))
    line.passes(1.0)
    assert line.outputs[-1] == Cleared(cause=ClearCause.FAR_END)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_call_that_we_end_is_ended_although_another_waits(steps):
    line = telephone_in_call()
    announced(line, steps)
    line.is_told(Clear())
    assert line.line.state is FxsState.BUSY_TONE


def test_nothing_is_announced_to_a_telephone_that_lies_on_its_hook():
    line = LoneLine(FxsLine(FxsSettings()), HookChanged(off_hook=False))
    line.is_told(AnnounceWaitingCall(caller=BEN))
    assert line.outputs == []


def test_only_the_exchanges_end_announces_calls():
    line = in_call()
    with pytest.raises(CommandNotPossible):
        line.is_told(AnnounceWaitingCall(caller=BEN))
