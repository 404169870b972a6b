"""An FXO line alone: what each sign of the exchange does in each state, and when."""

import pytest
from lone_line import LoneLine

from drivers import (
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
    Flash,
    FxoLine,
    FxoSettings,
    FxoState,
    ReceiveCallerId,
    RingBurstEnded,
    RingBurstStarted,
    SendKeys,
    SetHook,
    SignalSent,
    StopReceivingCallerId,
    ToneHeard,
    ToneStopped,
)

ANN = CallerNumber(number="0212345678", name="ANN")
NOBODY = CallerNumber()
FAR_END = Cleared(cause=ClearCause.FAR_END)
BATTERY_GONE, BATTERY_BACK = BatteryChanged(present=False), BatteryChanged(present=True)


def trunk(**settings) -> LoneLine:
    return LoneLine(FxoLine(FxoSettings(**settings)), BATTERY_BACK)


def trunk_without_caller_id() -> LoneLine:
    return trunk(caller_id=CallerIdMode.NONE)


def dtmf_trunk() -> LoneLine:
    return trunk(caller_id=CallerIdMode.DTMF_BEFORE_RING)


def rings(line: LoneLine, burst_s: float) -> None:
    line.gets(RingBurstStarted())
    line.passes(burst_s)
    line.gets(RingBurstEnded())


def offered_in_silence(line: LoneLine, caller: CallerNumber | None = ANN) -> None:
    rings(line, 2.0)
    line.passes(3.0)
    line.gets(CallerIdHeard(caller=caller))
    if caller is None:
        assert line.line.state is FxoState.AWAITING_SECOND_RING
        rings(line, 2.0)
    assert line.line.state is FxoState.OFFERED


def awaits_answer(line: LoneLine) -> None:
    line.is_told(Dial(number="55"))
    line.gets(ToneHeard(tone="dial"), SignalSent())
    assert line.line.state is FxoState.AWAITING_ANSWER


def glares(line: LoneLine) -> None:
    line.is_told(Dial(number="55"))
    line.gets(RingBurstStarted())
    assert line.line.state is FxoState.OFFERED_SEIZED


# ---------------------------------------------------------------- a card that tells rings late


def test_a_ring_that_the_card_tells_at_its_end_only_is_offered_with_its_caller():
    line = trunk()
    line.gets(RingBurstEnded(judged=True))
    assert line.line.state is FxoState.AWAITING_CALLER_ID
    line.passes(3.0)
    line.gets(CallerIdHeard(caller=ANN))
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN)]


def test_where_no_number_follows_such_a_ring_is_offered_at_once_and_ends_when_no_other_comes():
    line = trunk_without_caller_id()
    line.gets(RingBurstEnded(judged=True))
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber())]
    line.passes(7.1)
    assert line.outputs[-1] == Cleared(cause=ClearCause.FAR_END)


def test_an_unjudged_end_without_a_beginning_is_nothing():
    line = trunk_without_caller_id()
    line.gets(RingBurstEnded())
    assert line.line.state is FxoState.IDLE


def test_the_late_end_of_a_burst_that_was_answered_or_given_up_is_no_new_ring():
    line = trunk_without_caller_id()
    line.gets(RingBurstStarted())
    line.passes(0.2)
    line.is_told(Answer())
    line.gets(RingBurstEnded(judged=True))
    assert line.line.state is FxoState.UP
    line = trunk_without_caller_id()
    line.gets(RingBurstStarted())
    line.passes(11.0)
    assert line.line.state is FxoState.IDLE
    line.gets(RingBurstEnded(judged=True))
    assert line.line.state is FxoState.IDLE


def test_a_ring_told_late_after_seizure_is_glare():
    line = trunk()
    line.is_told(Dial(number="55"))
    line.gets(RingBurstEnded(judged=True))
    assert line.line.state is FxoState.OFFERED_SEIZED


# ---------------------------------------------------------------- an incoming call


def test_battery_that_goes_away_while_offered_ends_the_offer_at_once():
    line = trunk()
    offered_in_silence(line)
    line.gets(BATTERY_GONE)
    assert line.outputs[-1] == FAR_END
    assert line.line.state is FxoState.IDLE


def test_a_burst_that_is_still_on_is_not_silence_after_the_offer():
    line = trunk_without_caller_id()
    line.gets(RingBurstStarted())
    line.passes(8.0)
    assert line.all_of(CallOffered)
    assert not line.all_of(Cleared)
    line.passes(3.0)
    assert line.all_of(Cleared) == [FAR_END]


def test_a_ring_that_was_answered_does_not_ring_again_after_release():
    line = trunk_without_caller_id()
    rings(line, 1.0)
    line.is_told(Answer())
    line.is_told(Clear())
    line.passes(5.0)
    assert len(line.all_of(CallOffered)) == 1
    assert line.line.state is FxoState.IDLE
    line.is_told(Dial(number="55"))
    assert line.line.state is FxoState.SEIZED


def test_a_ring_that_begins_in_the_guard_time_is_still_offered():
    line = trunk_without_caller_id()
    rings(line, 1.0)
    line.is_told(Answer())
    line.is_told(Clear())
    line.passes(0.3)
    line.gets(RingBurstStarted())
    line.passes(1.0)
    assert len(line.all_of(CallOffered)) == 2
    assert line.line.state is FxoState.OFFERED


def test_a_second_ring_in_the_caller_id_window_closes_it_and_the_call_is_offered():
    line = trunk()
    rings(line, 1.0)
    line.passes(2.0)
    line.gets(RingBurstStarted())
    assert line.outputs[-1] == StopReceivingCallerId()
    line.gets(CallerIdHeard(caller=ANN))
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN)]


def test_the_second_half_of_a_double_ring_opens_the_window_anew():
    line = trunk()
    rings(line, 0.4)
    line.passes(0.2)
    rings(line, 0.4)
    assert len(line.all_of(ReceiveCallerId)) == 2
    assert len(line.all_of(StopReceivingCallerId)) == 1
    assert line.line.state is FxoState.AWAITING_CALLER_ID
    line.passes(2.9)
    assert line.line.state is FxoState.AWAITING_CALLER_ID


def test_a_judgement_that_never_comes_costs_the_number_but_not_the_call():
    line = trunk()
    rings(line, 1.0)
    line.passes(3.5)
    assert line.line.state is FxoState.JUDGING_CALLER_ID
    assert not line.all_of(CallOffered)
    line.passes(1.0)
    rings(line, 1.0)
    assert line.all_of(CallOffered) == [CallOffered(caller=NOBODY)]
    line.is_told(Answer())
    assert line.line.state is FxoState.UP


def test_who_sent_no_number_and_rings_no_second_time_is_no_call():
    line = trunk()
    rings(line, 1.0)
    line.passes(3.0)
    line.gets(CallerIdHeard(caller=None))
    line.passes(20.0)
    assert line.line.state is FxoState.IDLE
    assert not line.all_of(CallOffered)
    assert not line.all_of(Cleared)


def test_a_second_ring_during_the_judgement_offers_at_once_when_no_number_came():
    line = trunk()
    rings(line, 1.0)
    line.passes(3.0)
    line.gets(RingBurstStarted())
    line.gets(CallerIdHeard(caller=None))
    assert line.all_of(CallOffered) == [CallOffered(caller=NOBODY)]


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_without_caller_id_does_not_show_the_caller_before(answered):
    line = trunk()
    offered_in_silence(line)
    if answered:
        line.is_told(Answer())
        line.is_told(Clear())
    line.passes(10.0)
    offered_in_silence(line, None)
    assert line.all_of(CallOffered) == [CallOffered(caller=ANN), CallOffered(caller=NOBODY)]


def test_ringing_that_never_pauses_is_not_ignored_for_ever():
    line = trunk()
    offered_in_silence(line)
    line.gets(RingBurstStarted())
    line.is_told(Clear())
    line.passes(9.0)
    assert line.line.state is FxoState.IGNORING
    line.passes(2.0)
    assert line.line.state is FxoState.IDLE


def test_a_refused_call_that_rings_on_in_bursts_stays_ignored():
    line = trunk()
    offered_in_silence(line)
    line.is_told(Clear())
    for _ in range(5):
        line.passes(6.0)
        rings(line, 2.0)
    assert line.line.state is FxoState.IGNORING
    line.passes(7.1)
    assert line.line.state is FxoState.IDLE
    assert len(line.all_of(CallOffered)) == 1


# ---------------------------------------------------------------- caller ID as DTMF


def digits(line: LoneLine, keys: str, gap_s: float = 0.1) -> None:
    for key in keys:
        line.gets(DigitHeard(digit=key))
        line.passes(gap_s)


@pytest.mark.parametrize(
    ("silence_s", "caller"), [(2.5, CallerNumber(number="0212")), (3.5, NOBODY)]
)
def test_the_ring_may_follow_the_number_within_three_gaps_and_no_later(silence_s, caller):
    line = dtmf_trunk()
    digits(line, "A0212C", gap_s=0.0)
    line.passes(silence_s)
    rings(line, 1.0)
    assert line.all_of(CallOffered) == [CallOffered(caller=caller)]


def test_a_number_that_stops_half_way_is_forgotten_after_one_gap():
    line = dtmf_trunk()
    digits(line, "A02", gap_s=0.0)
    line.passes(1.5)
    assert line.line.state is FxoState.IDLE
    digits(line, "12C")
    rings(line, 1.0)
    assert line.all_of(CallOffered) == [CallOffered(caller=NOBODY)]


def test_a_spike_between_number_and_ring_does_not_lose_the_number():
    line = dtmf_trunk()
    digits(line, "A0212C")
    rings(line, 0.05)
    assert not line.all_of(CallOffered)
    line.passes(2.5)
    rings(line, 1.0)
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber(number="0212"))]


def test_a_spike_after_which_no_ring_comes_leaves_no_number_for_the_next_call():
    line = dtmf_trunk()
    digits(line, "A0212C")
    rings(line, 0.05)
    line.passes(3.5)
    assert line.line.state is FxoState.IDLE
    rings(line, 1.0)
    assert line.all_of(CallOffered) == [CallOffered(caller=NOBODY)]


def test_digits_without_end_do_not_fill_the_memory():
    line = dtmf_trunk()
    digits(line, "A" + "1" * 500)
    assert len(line.line._caller_digits) < 100


# ---------------------------------------------------------------- an outgoing call


@pytest.mark.parametrize("tone", ["busy", "congestion"])
def test_busy_tone_instead_of_dial_tone_ends_the_attempt_at_once(tone):
    line = trunk()
    line.is_told(Dial(number="55"))
    line.gets(ToneHeard(tone=tone))
    assert Cleared(cause=ClearCause.CONGESTION) in line.outputs
    assert SetHook(off_hook=False) in line.outputs
    assert not line.all_of(SendKeys)


def test_ringback_that_ends_is_an_answer():
    line = trunk()
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"))
    line.passes(4.0)
    line.gets(ToneStopped(tone="ringback"))
    assert not line.all_of(Answered)
    line.passes(0.6)
    assert line.all_of(Answered) == [Answered()]
    assert line.line.state is FxoState.UP


def test_ringback_that_comes_back_is_no_answer():
    line = trunk()
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"))
    line.gets(ToneStopped(tone="ringback"))
    line.passes(0.3)
    line.gets(ToneHeard(tone="ringback"))
    line.passes(5.0)
    assert not line.all_of(Answered)
    assert line.line.state is FxoState.AWAITING_ANSWER


def test_where_polarity_tells_the_answer_the_end_of_ringback_tells_nothing():
    line = trunk(answers_on_polarity=True)
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"), ToneStopped(tone="ringback"))
    line.passes(5.0)
    assert not line.all_of(Answered)


def test_nobody_who_answers_ends_the_attempt():
    line = trunk()
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"))
    line.passes(91.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_ANSWER)]


def test_where_it_was_never_heard_to_ring_somebody_may_have_lifted_at_once():
    line = trunk()
    awaits_answer(line)
    line.passes(91.0)
    assert line.all_of(Cleared) == []
    assert line.all_of(Answered) == [Answered()]


# ---------------------------------------------------------------- glare


def test_glare_that_nobody_answers_lets_the_line_go():
    line = trunk()
    glares(line)
    line.passes(6.9)
    assert line.line.state is FxoState.OFFERED_SEIZED
    line.outputs.clear()
    line.passes(0.2)
    assert SetHook(off_hook=False) in line.outputs
    assert line.all_of(Cleared) == [FAR_END]
    line.passes(1.0)
    assert line.line.state is FxoState.IDLE


def test_glare_that_is_refused_lets_the_line_go():
    line = trunk()
    glares(line)
    line.outputs.clear()
    line.is_told(Clear())
    assert SetHook(off_hook=False) in line.outputs
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NORMAL)]
    line.passes(1.0)
    assert line.line.state is FxoState.IDLE


def test_battery_that_drops_after_glare_is_a_caller_who_left():
    line = trunk()
    glares(line)
    line.outputs.clear()
    line.gets(BATTERY_GONE)
    line.passes(0.2)
    assert SetHook(off_hook=False) in line.outputs
    assert line.all_of(Cleared) == [FAR_END]


def test_a_battery_glitch_after_glare_leaves_the_offer_as_it_is_and_still_limited():
    line = trunk()
    glares(line)
    line.outputs.clear()
    line.gets(BATTERY_GONE)
    line.passes(0.1)
    line.gets(BATTERY_BACK)
    assert line.line.state is FxoState.OFFERED_SEIZED
    line.passes(8.0)
    assert line.all_of(Cleared) == [FAR_END]


def test_glare_that_is_answered_is_a_call_without_another_seizure():
    line = trunk()
    glares(line)
    line.outputs.clear()
    line.is_told(Answer())
    line.passes(20.0)
    assert line.line.state is FxoState.UP
    assert not line.all_of(SetHook)


# ---------------------------------------------------------------- battery where the state does not look


def test_battery_that_is_lost_in_a_flash_ends_the_call():
    line = trunk()
    offered_in_silence(line)
    line.is_told(Answer())
    line.is_told(Flash())
    line.gets(BATTERY_GONE)
    line.passes(1.0)
    assert line.all_of(Cleared) == [FAR_END]


def test_battery_that_is_lost_while_digits_go_out_ends_the_attempt():
    line = trunk()
    line.is_told(Dial(number="55"))
    line.gets(ToneHeard(tone="dial"), BATTERY_GONE)
    line.passes(1.0)
    assert line.line.state is FxoState.DIALLING
    line.gets(SignalSent())
    line.passes(0.2)
    assert line.all_of(Cleared) == [FAR_END]


def test_a_call_goes_on_after_a_flash_with_battery():
    line = trunk()
    offered_in_silence(line)
    line.is_told(Answer())
    line.is_told(Flash())
    line.passes(20.0)
    assert line.line.state is FxoState.UP
    assert not line.all_of(Cleared)


def test_an_attempt_waits_on_after_a_battery_glitch_and_is_still_limited():
    line = trunk()
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"))
    line.gets(BATTERY_GONE)
    line.passes(0.1)
    line.gets(BATTERY_BACK)
    assert line.line.state is FxoState.AWAITING_ANSWER
    line.passes(91.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_ANSWER)]


def test_a_number_that_no_key_dials_is_refused_before_the_line_is_seized():
    line = trunk()
    line.is_told(Dial(number="+40212345678"))
    assert line.outputs == [Cleared(cause=ClearCause.FAILED)]
    assert line.line.state is FxoState.IDLE
