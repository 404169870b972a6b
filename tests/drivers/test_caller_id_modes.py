"""Where a caller's number can come on an analog line: after the first ring, or before it."""

import pytest
from line_pair import LinePair
from lone_line import LoneLine

from drivers import (
    DTMF_FORMS,
    Answer,
    Answered,
    BatteryChanged,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DigitHeard,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    FxsState,
    HookChanged,
    Listen,
    PolarityReversed,
    ReceiveCallerId,
    ReversePolarity,
    Ring,
    RingBurstEnded,
    RingBurstStarted,
    SendCallerId,
    SendTone,
    SetRinger,
    SignalSent,
    StopReceivingCallerId,
    TransmitOnHook,
)

ANN = CallerNumber(number="0212345678", name="ANN")
ANNS_NUMBER = CallerNumber(number="0212345678")
SENT = [mode for mode in CallerIdMode if mode not in (CallerIdMode.NONE, CallerIdMode.AUTOMATIC)]


def trunk(mode: CallerIdMode, **settings) -> LoneLine:
    return LoneLine(FxoLine(FxoSettings(caller_id=mode, **settings)), BatteryChanged(present=True))


def number_of(pair: LinePair) -> list[str | None]:
    return [each.caller.number for each in pair.fxo.events if isinstance(each, CallOffered)]


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("automatic", [False, True])
def test_a_call_is_offered_once_with_its_number_wherever_that_comes(sent, automatic):
    heard = CallerIdMode.AUTOMATIC if automatic else sent
    pair = LinePair(FxoSettings(caller_id=heard), FxsSettings(caller_id=sent, flash_maximum_s=0.0))
    for _ in range(2):
        pair.command(pair.fxs, Ring(caller=ANN))
        pair.run(8.0)
        pair.command(pair.fxo, Answer())
        pair.run(1.0)
        assert pair.fxs.events[-1] == Answered()
        pair.command(pair.fxo, Clear())
        pair.run(3.0)
    assert number_of(pair) == ["0212345678", "0212345678"]


@pytest.mark.parametrize("mode", SENT)
def test_a_line_that_expects_the_number_elsewhere_still_offers_the_call(mode):
    for sent in SENT:
        pair = LinePair(
            FxoSettings(caller_id=mode), FxsSettings(caller_id=sent, flash_maximum_s=0.0)
        )
        pair.command(pair.fxs, Ring(caller=ANN))
        pair.run(12.0)
        assert len(number_of(pair)) == 1


@pytest.mark.parametrize("form", DTMF_FORMS.values(), ids=DTMF_FORMS)
@pytest.mark.parametrize("mode", [CallerIdMode.DTMF_BEFORE_RING, CallerIdMode.DTMF_AFTER_REVERSAL])
def test_digits_in_every_national_form_are_understood(form, mode):
    pair = LinePair(
        FxoSettings(caller_id=mode, dtmf_form=form),
        FxsSettings(caller_id=mode, dtmf_form=form, flash_maximum_s=0.0),
    )
    pair.command(pair.fxs, Ring(caller=ANN))
    pair.run(5.0)
    assert number_of(pair) == ["0212345678"]


def test_the_exchange_reverses_alerts_sends_restores_and_rings():
    line = LoneLine(
        FxsLine(FxsSettings(caller_id=CallerIdMode.FSK_AFTER_REVERSAL, alerts_on_hook=True)),
        HookChanged(off_hook=False),
    )
    line.is_told(Ring(caller=ANN))
    assert line.outputs == [ReversePolarity()]
    line.passes(0.25)
    assert line.outputs[1:] == [TransmitOnHook(seconds=0.56), SendTone(tone="tas")]
    line.gets(SignalSent())
    line.passes(0.06)
    sent = SendCallerId(caller=ANN, mode=CallerIdMode.FSK_AFTER_REVERSAL)
    assert line.outputs[3:] == [TransmitOnHook(seconds=6.0), sent]
    line.gets(SignalSent())
    line.passes(0.3)
    assert line.outputs[5:] == [ReversePolarity(), SetRinger(ringing=True)]


def test_an_alerting_tone_or_number_that_is_never_out_does_not_keep_the_telephone_from_ringing():
    line = LoneLine(
        FxsLine(FxsSettings(caller_id=CallerIdMode.FSK_AFTER_REVERSAL, alerts_on_hook=True)),
        HookChanged(off_hook=False),
    )
    line.is_told(Ring(caller=ANN))
    line.passes(8.0)
    assert line.line.state is FxsState.RINGING


@pytest.mark.parametrize("passed_s", [0.1, 0.3, 0.5])
def test_polarity_is_restored_when_the_handset_is_lifted_or_the_call_withdrawn(passed_s):
    for lifted in (True, False):
        line = LoneLine(
            FxsLine(FxsSettings(caller_id=CallerIdMode.FSK_AFTER_REVERSAL, alerts_on_hook=True)),
            HookChanged(off_hook=False),
        )
        line.is_told(Ring(caller=ANN))
        line.passes(passed_s)
        if lifted:
            line.gets(HookChanged(off_hook=True))
        else:
            line.is_told(Clear())
        expected = Answered() if lifted else Cleared(cause=ClearCause.NORMAL)
        assert line.outputs[-1] == expected
        assert len(line.all_of(ReversePolarity)) == 2


def test_the_number_before_the_ring_is_offered_as_soon_as_it_rings():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    assert line.outputs == [ReceiveCallerId()]
    line.passes(2.0)
    line.gets(PolarityReversed(), RingBurstStarted())
    assert line.outputs[1:] == [StopReceivingCallerId()]
    line.gets(CallerIdHeard(caller=ANN, called="5550100"))
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN, called="5550100")]


def test_a_ring_that_comes_after_the_window_still_has_its_number():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    line.passes(4.0)
    line.gets(CallerIdHeard(caller=ANN))
    assert line.line.state is FxoState.AWAITING_FIRST_RING
    line.passes(2.0)
    line.gets(RingBurstStarted())
    line.passes(0.2)
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN)]


def test_a_number_without_a_ring_is_no_call_and_not_the_next_callers():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    line.passes(4.0)
    line.gets(CallerIdHeard(caller=ANN))
    line.passes(5.0)
    assert line.line.state is FxoState.IDLE
    line.gets(RingBurstStarted())
    line.passes(0.2)
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber())]


def test_a_reversal_that_nothing_follows_leaves_the_line_free():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    line.passes(4.0)
    line.gets(CallerIdHeard(caller=None, problem="no signal"))
    assert line.line.state is FxoState.IDLE
    line.is_told(Dial(number="55"))
    assert line.line.state is FxoState.SEIZED


def test_a_lamp_or_a_judgement_that_never_comes_leaves_the_line_free_too():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    line.passes(5.1)
    assert line.line.state is FxoState.IDLE


def test_a_reversed_line_is_lifted_by_hand_and_stops_listening():
    line = trunk(CallerIdMode.FSK_AFTER_REVERSAL)
    line.gets(PolarityReversed())
    line.is_told(Dial(number=""))
    assert line.line.state is FxoState.UP
    assert len(line.all_of(StopReceivingCallerId)) == 1


def test_an_automatic_line_finds_the_number_after_the_ring_when_none_came_before_it():
    line = trunk(CallerIdMode.AUTOMATIC)
    line.gets(PolarityReversed())
    line.passes(1.0)
    line.gets(RingBurstStarted())
    line.gets(CallerIdHeard(caller=None))
    line.passes(2.0)
    line.gets(RingBurstEnded())
    assert line.outputs[-1] == ReceiveCallerId()
    line.passes(3.0)
    line.gets(CallerIdHeard(caller=ANN))
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN)]


def test_an_automatic_line_takes_digits_after_a_reversal():
    line = trunk(CallerIdMode.AUTOMATIC)
    line.gets(PolarityReversed())
    for digit in "A0212345678C":
        line.gets(DigitHeard(digit=digit))
    line.gets(CallerIdHeard(caller=None, problem="no message"))
    line.gets(RingBurstStarted())
    line.passes(0.2)
    assert line.all_of(CallOffered) == [CallOffered(caller=ANNS_NUMBER)]


def test_digits_are_listened_for_only_after_the_reversal_that_announces_them():
    line = trunk(CallerIdMode.DTMF_AFTER_REVERSAL)
    for digit in "A021C":
        line.gets(DigitHeard(digit=digit))
    assert line.line.state is FxoState.IDLE
    line.gets(PolarityReversed())
    assert line.outputs == [Listen(digits=True)]


def test_digits_that_no_end_follows_are_ended_by_silence_or_by_the_ring():
    for silence_s in (0.2, 1.5):
        line = trunk(CallerIdMode.DTMF_AFTER_REVERSAL, dtmf_form=DTMF_FORMS["number_to_silence"])
        line.gets(PolarityReversed())
        for digit in "0212345678":
            line.gets(DigitHeard(digit=digit))
        line.passes(silence_s)
        line.gets(RingBurstStarted())
        line.passes(0.2)
        assert line.all_of(CallOffered) == [CallOffered(caller=ANNS_NUMBER)]
