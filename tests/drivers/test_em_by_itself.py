"""An E&M line alone: each movement of the far end's lead in each state, and our own lead in time."""

import pytest
from lone_line import LoneLine

from drivers import (
    Alerting,
    Answer,
    Answered,
    CallerNumber,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    CommandNotPossible,
    Dial,
    DigitHeard,
    DigitReceived,
    EmLine,
    EmSettings,
    EmStart,
    EmState,
    Flash,
    HookChanged,
    InService,
    Listen,
    OutOfService,
    Ring,
    SendDigits,
    SendKeys,
    SendTone,
    SetHook,
    SignalSent,
    StopSignal,
    ToneHeard,
    WinkDetected,
)

OFF, ON = HookChanged(off_hook=True), HookChanged(off_hook=False)
FAR_END = Cleared(cause=ClearCause.FAR_END)
GLARE = Cleared(cause=ClearCause.GLARE)
BOTH = pytest.mark.parametrize("start", list(EmStart))


def tie_line(*first, **settings) -> LoneLine:
    return LoneLine(EmLine(EmSettings(**settings)), *(first or (ON,)))


def immediate(**settings) -> LoneLine:
    return tie_line(start=EmStart.IMMEDIATE, **settings)


def leads(line: LoneLine) -> list[bool]:
    return [output.off_hook for output in line.all_of(SetHook)]


def is_off_hook_for(line: LoneLine, seconds: float) -> None:
    line.gets(OFF)
    line.passes(seconds)
    line.gets(ON)
    line.passes(0.06)


def keys(line: LoneLine, digits: str) -> None:
    for digit in digits:
        line.gets(DigitHeard(digit=digit))
        line.passes(0.1)


def offered(line: LoneLine, number: str = "5550100") -> None:
    line.gets(OFF)
    line.passes(0.6)
    keys(line, number + "#")
    assert line.line.state is EmState.OFFERED
    line.outputs.clear()


def up(line: LoneLine) -> None:
    offered(line)
    line.is_told(Answer())
    assert line.line.state is EmState.UP
    line.outputs.clear()


def awaits_answer(line: LoneLine) -> None:
    line.is_told(Dial(number="12"))
    line.passes(0.5)
    if line.line.state is EmState.AWAITING_WINK:
        is_off_hook_for(line, 0.2)
        line.passes(0.2)
    line.gets(SignalSent())
    assert line.line.state is EmState.AWAITING_ANSWER
    line.outputs.clear()


# ---------------------------------------------------------------- starting


def test_a_trunk_whose_far_end_is_on_hook_comes_into_service():
    line = LoneLine(EmLine(EmSettings()))
    line.line.start(0.0)
    line.gets(ON)
    line.passes(0.1)
    assert line.outputs[-1] == InService()


def test_a_card_that_does_not_tell_the_lead_is_an_alarm_until_it_does():
    line = LoneLine(EmLine(EmSettings()))
    line.passes(1.0)
    assert line.line.state is EmState.FAILED
    line.gets(ON)
    line.passes(0.1)
    assert line.outputs[-1] == InService()


def test_a_far_end_that_holds_the_trunk_from_before_is_waited_for_and_then_an_alarm():
    line = tie_line(OFF)
    line.passes(31.0)
    assert line.outputs == [OutOfService(alarm="far end does not release the trunk")]
    line.gets(ON)
    line.passes(1.0)
    assert line.outputs[1:] == [InService()]


# ---------------------------------------------------------------- an incoming call


def test_a_seizure_is_answered_by_one_wink_of_its_length():
    line = tie_line()
    line.gets(OFF)
    line.passes(0.19)
    assert leads(line) == []
    line.passes(0.02)
    assert leads(line) == [True]
    line.passes(0.18)
    assert leads(line) == [True]
    line.passes(0.04)
    assert leads(line) == [True, False]
    line.passes(1.0)
    assert leads(line) == [True, False]


def test_a_far_end_that_starts_at_once_sees_no_wink():
    line = immediate()
    line.gets(OFF)
    line.passes(1.0)
    assert leads(line) == []


@BOTH
@pytest.mark.parametrize(
    ("settings", "digits", "after_s", "called"),
    [
        ({}, "5550100", 2.1, "5550100"),
        ({}, "5550100#", 0.0, "5550100"),
        ({"called_digits": 4}, "0100", 0.0, "0100"),
        ({}, "*", 2.1, "*"),
        ({}, "", 4.1, ""),
    ],
)
def test_the_called_number_is_collected_until_it_ends(start, settings, digits, after_s, called):
    line = tie_line(start=start, **settings)
    line.gets(OFF)
    line.passes(0.6 if start is EmStart.WINK else 0.06)
    keys(line, digits[:-1])
    assert line.all_of(CallOffered) == []
    keys(line, digits[-1:])
    line.passes(after_s)
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber(), called=called)]


def test_digits_are_listened_for_before_the_wink_is_over():
    line = tie_line()
    line.gets(OFF)
    line.passes(0.25)
    assert line.all_of(Listen) == [Listen(digits=True)]


@pytest.mark.parametrize("passed_s", [0.1, 0.3, 1.0])
def test_a_far_end_that_gives_up_before_the_number_is_complete_was_no_call(passed_s):
    line = tie_line()
    line.gets(OFF)
    line.passes(passed_s)
    line.gets(ON)
    line.passes(10.0)
    assert line.all_of(CallOffered) == []
    assert line.all_of(Cleared) == []
    assert leads(line)[-1] is False
    assert line.line.state is EmState.IDLE


@BOTH
def test_an_answered_call_hears_keys_and_ends_when_the_far_end_releases(start):
    line = tie_line(start=start)
    up(line)
    keys(line, "7")
    line.gets(ON)
    line.passes(0.28)
    assert line.outputs == [DigitReceived(digit="7")]
    line.passes(0.04)
    assert line.outputs[-1] == FAR_END
    assert leads(line) == [False]
    line.passes(1.0)
    assert line.line.state is EmState.IDLE


def test_a_lead_that_drops_for_a_moment_in_a_call_ends_nothing():
    line = tie_line()
    up(line)
    for seconds in (0.04, 0.2):
        line.gets(ON)
        line.passes(seconds)
        line.gets(OFF)
        line.passes(2.0)
    assert line.outputs == []
    assert line.line.state is EmState.UP


def test_a_caller_who_gives_up_before_we_answer_is_told():
    line = tie_line()
    offered(line)
    line.gets(ON)
    line.passes(0.1)
    assert line.outputs[-1] == FAR_END


def test_a_call_that_nobody_answers_is_refused_at_last():
    line = tie_line(offer_limit_s=10.0)
    offered(line)
    line.passes(10.1)
    assert line.outputs == [Cleared(cause=ClearCause.NO_ANSWER), SendTone(tone="congestion")]


@pytest.mark.parametrize(
    ("cause", "tone"), [(ClearCause.BUSY, "busy"), (ClearCause.NORMAL, "congestion")]
)
def test_a_refused_caller_hears_a_tone_until_they_give_up(cause, tone):
    line = tie_line()
    offered(line)
    line.is_told(Clear(cause=cause))
    assert line.outputs == [Cleared(cause=cause), SendTone(tone=tone)]
    line.passes(5.0)
    line.gets(ON)
    line.passes(2.0)
    assert line.outputs[2:] == [StopSignal()]
    assert line.line.state is EmState.IDLE


def test_a_refused_caller_who_never_gives_up_is_silent_in_the_end_and_an_alarm():
    line = tie_line()
    offered(line)
    line.is_told(Clear())
    line.passes(51.0)
    assert line.outputs[2:] == [
        StopSignal(),
        OutOfService(alarm="far end does not release the trunk"),
    ]


# ---------------------------------------------------------------- release


def test_the_next_call_waits_until_the_far_end_has_seen_our_release():
    line = tie_line()
    up(line)
    line.is_told(Clear())
    assert line.outputs[-1] == Cleared(cause=ClearCause.NORMAL)
    line.gets(ON)
    line.passes(0.3)
    line.is_told(Dial(number="5"))
    assert line.outputs[-1] == GLARE
    line.passes(0.6)
    line.is_told(Dial(number="5"))
    assert leads(line) == [False, True]


@BOTH
def test_a_seizure_within_the_guard_time_is_the_next_call(start):
    line = tie_line(start=start)
    up(line)
    line.is_told(Clear())
    line.gets(ON)
    line.passes(0.1)
    line.gets(OFF)
    line.passes(0.06 if start is EmStart.IMMEDIATE else 0.5)
    keys(line, "5#")
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber(), called="5")]


def test_a_far_end_that_stays_off_hook_after_our_release_is_no_new_call():
    line = tie_line()
    up(line)
    line.is_told(Clear())
    line.passes(5.0)
    assert line.all_of(CallOffered) == []
    assert leads(line) == [False]
    assert line.line.state is EmState.HELD
    line.gets(ON)
    line.passes(1.0)
    assert line.line.state is EmState.IDLE


def test_a_far_end_that_held_the_trunk_and_calls_right_afterwards_finds_it_in_service():
    line = tie_line(OFF)
    line.passes(31.0)
    line.gets(ON)
    line.passes(0.1)
    line.gets(OFF)
    line.passes(0.6)
    keys(line, "5#")
    told = [output for output in line.outputs if isinstance(output, InService | CallOffered)]
    assert told == [InService(), CallOffered(caller=CallerNumber(), called="5")]


def test_a_forgotten_call_ends_some_day():
    line = tie_line(talk_limit_s=100.0)
    up(line)
    line.passes(101.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.FAILED)]


# ---------------------------------------------------------------- an outgoing call


@pytest.mark.parametrize("wink_s", [0.11, 0.14, 0.2, 0.29, 0.34])
def test_digits_follow_a_wink_of_any_length_that_is_allowed(wink_s):
    line = tie_line()
    line.is_told(Dial(number="12"))
    line.passes(0.3)
    is_off_hook_for(line, wink_s)
    assert line.all_of(SendKeys) == []
    line.passes(0.1)
    assert line.all_of(SendKeys) == [SendKeys(digits="12")]


def test_digits_follow_a_wink_that_the_card_measured():
    line = tie_line()
    line.is_told(Dial(number="12"))
    line.gets(WinkDetected())
    line.passes(0.11)
    assert line.all_of(SendKeys) == [SendKeys(digits="12")]


@pytest.mark.parametrize("glitch_s", [0.02, 0.04, 0.08])
def test_a_glitch_is_no_wink(glitch_s):
    line = tie_line()
    line.is_told(Dial(number="12"))
    is_off_hook_for(line, glitch_s)
    line.passes(2.0)
    assert line.all_of(SendKeys) == []
    assert line.line.state is EmState.AWAITING_WINK
    line.passes(3.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_DIAL_TONE)]


def test_glitches_do_not_make_the_wait_for_a_wink_longer():
    line = tie_line()
    line.is_told(Dial(number="12"))
    for _ in range(4):
        line.passes(1.0)
        is_off_hook_for(line, 0.08)
    line.passes(0.5)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_DIAL_TONE)]


def test_a_far_end_that_is_off_hook_right_after_its_wink_has_not_seized():
    line = tie_line()
    line.is_told(Dial(number="12"))
    is_off_hook_for(line, 0.2)
    line.gets(OFF)
    line.passes(0.2)
    assert line.all_of(Cleared) == []
    assert line.all_of(SendKeys) == [SendKeys(digits="12")]


def test_a_far_end_that_never_winks_is_given_up():
    line = tie_line()
    line.is_told(Dial(number="12"))
    line.passes(4.9)
    assert leads(line) == [True]
    line.passes(0.2)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_DIAL_TONE)]
    assert leads(line) == [True, False]


def test_without_wink_digits_follow_a_pause():
    line = immediate()
    line.is_told(Dial(number="12"))
    line.passes(0.2)
    assert line.all_of(SendKeys) == []
    line.passes(0.1)
    assert line.all_of(SendKeys) == [SendKeys(digits="12")]


def test_without_a_number_the_line_is_only_seized_and_digits_may_follow():
    line = immediate()
    line.is_told(Dial(number=""))
    line.passes(0.3)
    assert line.line.state is EmState.AWAITING_ANSWER
    line.is_told(SendDigits(digits="34"))
    assert line.all_of(SendKeys) == [SendKeys(digits="34")]


@BOTH
def test_off_hook_for_longer_than_a_wink_is_the_answer(start):
    line = tie_line(start=start)
    awaits_answer(line)
    line.gets(ToneHeard(tone="ringback"))
    assert line.outputs == [Alerting(in_band=True)]
    line.gets(OFF)
    line.passes(0.34)
    assert line.all_of(Answered) == []
    line.passes(0.02)
    assert line.all_of(Answered) == [Answered()]


@BOTH
def test_a_second_wink_is_no_answer(start):
    line = tie_line(start=start)
    awaits_answer(line)
    is_off_hook_for(line, 0.2)
    line.gets(WinkDetected())
    line.passes(5.0)
    assert line.all_of(Answered) == []


def test_who_answers_before_the_last_digit_is_out_has_answered():
    line = tie_line()
    line.is_told(Dial(number="12"))
    is_off_hook_for(line, 0.2)
    line.passes(0.2)
    line.gets(OFF)
    line.passes(1.0)
    assert line.all_of(Answered) == []
    line.gets(SignalSent())
    line.passes(0.01)
    assert line.all_of(Answered) == [Answered()]


@pytest.mark.parametrize("cause", [ClearCause.BUSY, ClearCause.CONGESTION])
def test_busy_and_congestion_end_the_call(cause):
    line = tie_line()
    awaits_answer(line)
    line.gets(ToneHeard(tone=cause.value))
    assert line.outputs[-1] == Cleared(cause=cause)
    assert leads(line) == [False]


def test_what_never_comes_is_not_awaited_for_ever():
    line = tie_line()
    awaits_answer(line)
    line.passes(91.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NO_ANSWER)]
    line = immediate()
    line.is_told(Dial(number="12"))
    line.passes(31.0)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.FAILED)]


# ---------------------------------------------------------------- glare


def test_a_trunk_that_is_being_seized_is_not_dialled_on_even_before_it_is_believed():
    line = tie_line()
    line.gets(OFF)
    line.is_told(Dial(number="12"))
    assert line.outputs == [GLARE]


def test_a_glitch_is_no_seizure():
    line = tie_line()
    line.gets(OFF)
    line.passes(0.04)
    line.gets(ON)
    assert line.line.next_timer() is None
    line.passes(10.0)
    assert line.outputs == []


def test_in_glare_one_end_gives_way_and_takes_the_other_ends_call():
    line = tie_line()
    line.is_told(Dial(number="12"))
    line.gets(OFF)
    line.passes(0.39)
    assert leads(line) == [True]
    line.passes(0.02)
    assert leads(line) == [True, False]
    assert line.all_of(Cleared) == [GLARE]
    line.passes(0.4)
    assert leads(line) == [True, False, True, False]
    keys(line, "99#")
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber(), called="99")]


def test_in_glare_the_other_end_holds_and_goes_on_when_it_sees_the_release():
    line = tie_line(yields_in_glare=False)
    line.is_told(Dial(number="12"))
    line.gets(OFF)
    line.passes(1.0)
    assert line.line.state is EmState.GLARE
    line.gets(ON)
    line.passes(0.2)
    is_off_hook_for(line, 0.2)
    line.passes(0.1)
    assert leads(line) == [True]
    assert line.all_of(SendKeys) == [SendKeys(digits="12")]
    assert line.all_of(Cleared) == []


def test_the_end_that_holds_stops_its_digits_and_sends_them_anew():
    line = immediate(yields_in_glare=False)
    line.is_told(Dial(number="12"))
    line.passes(0.3)
    line.gets(OFF)
    line.passes(0.06)
    assert line.outputs[-2:] == [SendKeys(digits="12"), StopSignal()]
    line.gets(ON)
    line.passes(0.4)
    assert line.all_of(SendKeys) == 2 * [SendKeys(digits="12")]
    assert line.all_of(Cleared) == []


def test_without_wink_whoever_is_off_hook_late_has_answered_not_seized():
    line = immediate()
    line.is_told(Dial(number="12"))
    line.passes(0.7)
    line.gets(OFF)
    line.passes(1.0)
    line.gets(SignalSent())
    line.passes(0.01)
    assert line.all_of(Cleared) == []
    assert line.all_of(Answered) == [Answered()]


def test_two_ends_that_both_hold_do_not_hold_for_ever():
    line = tie_line(yields_in_glare=False)
    line.is_told(Dial(number="12"))
    line.gets(OFF)
    line.passes(6.0)
    assert line.all_of(Cleared) == [GLARE]
    assert leads(line) == [True, False]


@pytest.mark.parametrize("late_s", [0.0, 0.3])
def test_without_wink_a_seizure_that_met_ours_is_glare_even_if_the_card_tells_late(late_s):
    line = immediate()
    line.is_told(Dial(number="12"))
    line.passes(late_s)
    line.gets(OFF)
    line.passes(0.06)
    assert leads(line) == [True, False]
    assert line.all_of(Cleared) == [GLARE]
    if late_s:
        assert StopSignal() in line.outputs
    keys(line, "99#")
    assert line.all_of(CallOffered) == [CallOffered(caller=CallerNumber(), called="99")]


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("command", [Ring(), Flash()])
def test_an_exchange_is_neither_rung_nor_flashed_at(command):
    with pytest.raises(CommandNotPossible):
        EmLine(EmSettings()).command(command, 0.0)


@BOTH
def test_a_number_that_no_key_dials_is_refused_before_the_trunk_is_seized(start):
    line = tie_line(start=start)
    line.is_told(Dial(number="+40212345678"))
    assert line.outputs == [Cleared(cause=ClearCause.FAILED)]
