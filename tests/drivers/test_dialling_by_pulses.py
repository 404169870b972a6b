"""Pulse dialling at both ends of a line: who makes the pulses, who counts them, and what is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_pair import LinePair
from lone_line import LoneLine

from drivers import (
    BatteryChanged,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    DialPulses,
    DigitReceived,
    FxoLine,
    FxoSettings,
    FxoState,
    FxsLine,
    FxsSettings,
    HoldSpeech,
    HookChanged,
    HookFlashed,
    Proceeding,
    PulseDialling,
    PulsesCounted,
    PulsesSent,
    SendKeys,
    SetHook,
    SignalSent,
    ToneHeard,
)

LIFTED, DOWN = HookChanged(off_hook=True), HookChanged(off_hook=False)
FAR_END = Cleared(cause=ClearCause.FAR_END)


def trunk(how: PulseDialling, **settings) -> LoneLine:
    line = LoneLine(
        FxoLine(FxoSettings(pulse_dialling=how, **settings)), BatteryChanged(present=True)
    )
    line.outputs.clear()
    return line


def handset(**settings) -> LoneLine:
    line = LoneLine(FxsLine(FxsSettings(**settings)), DOWN)
    line.gets(LIFTED)
    line.outputs.clear()
    return line


def dials(line: LoneLine, number: str) -> None:
    line.is_told(Dial(number=number))
    line.gets(ToneHeard(tone="dial"))


def breaks(line: LoneLine, seconds: float, *, then_s: float = 0.04) -> None:
    line.gets(DOWN)
    line.passes(seconds)
    line.gets(LIFTED)
    line.passes(then_s)


def digits(outputs) -> str:
    return "".join(output.digit for output in outputs if isinstance(output, DigitReceived))


# ---------------------------------------------------------------- the line makes them


def test_a_digit_opens_the_loop_as_often_as_it_says_ten_times_a_second():
    line = trunk(PulseDialling.BY_LINE)
    dials(line, "31")
    line.outputs.clear()
    moves = [(0.0, False)]  # the first one came with dial tone
    began = line.now
    while line.line.state is FxoState.PULSING:
        before = len(line.outputs)
        line.passes(0.01)
        moves += [
            (line.now - began, o.off_hook) for o in line.outputs[before:] if isinstance(o, SetHook)
        ]
    expected = [0.0, 0.06, 0.1, 0.16, 0.2, 0.26, 1.06, 1.12]
    assert [at for at, _ in moves] == [pytest.approx(at, abs=0.011) for at in expected]
    assert [off_hook for _, off_hook in moves] == 4 * [False, True]
    assert line.line.state is FxoState.AWAITING_ANSWER


def test_a_number_with_a_character_that_no_dial_has_is_refused_before_the_line_is_seized():
    for how in (PulseDialling.BY_LINE, PulseDialling.BY_CARD):
        for number in ("12*3", "#", "5A"):
            line = trunk(how)
            line.is_told(Dial(number=number))
            assert line.outputs == [Cleared(cause=ClearCause.FAILED)]
            assert line.line.state is FxoState.IDLE


def test_keys_are_sent_where_no_pulses_are_asked_for():
    line = trunk(PulseDialling.NONE)
    dials(line, "12*")
    assert line.outputs[-1] == SendKeys(digits="12*")


def test_a_call_that_is_ended_while_it_dials_makes_no_more_pulses():
    line = trunk(PulseDialling.BY_LINE)
    dials(line, "999")
    line.passes(0.5)
    line.outputs.clear()
    line.is_told(Clear())
    line.passes(10.0)
    assert line.all_of(SetHook) == [SetHook(off_hook=False)]
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NORMAL)]


# ---------------------------------------------------------------- the card makes them


def test_a_card_dials_while_speech_is_held_and_then_the_answer_is_awaited():
    line = trunk(PulseDialling.BY_CARD)
    dials(line, "0212")
    assert line.outputs[-1] == HoldSpeech(held=True)
    assert line.all_of(DialPulses) == []
    line.passes(
        0.1
    )  # the plane's pump has stopped sending: a block would stop the driver's dialling
    assert line.outputs[-1] == DialPulses(digits="0212")
    line.gets(SignalSent())
    assert line.line.state is FxoState.PULSING
    line.gets(PulsesSent())
    assert line.outputs[-2:] == [HoldSpeech(held=False), Proceeding(in_band=True)]
    assert line.line.state is FxoState.AWAITING_ANSWER


def test_a_card_that_never_tells_that_it_has_dialled_is_given_up_after_what_dialling_takes():
    line = trunk(PulseDialling.BY_CARD)
    dials(line, 20 * "0")
    line.passes(20 * 1.7)
    assert line.line.state is FxoState.PULSING
    line.passes(40.0)
    assert Cleared(cause=ClearCause.FAILED) in line.outputs
    assert line.all_of(HoldSpeech)[-1] == HoldSpeech(held=False)
    assert line.all_of(SetHook)[-1] == SetHook(off_hook=False)


def test_a_card_that_says_it_has_dialled_while_the_line_does_is_not_believed():
    line = trunk(PulseDialling.BY_LINE)
    dials(line, "5")
    line.gets(PulsesSent())
    assert line.line.state is FxoState.PULSING
    assert line.all_of(HoldSpeech) == []


# ---------------------------------------------------------------- the line counts them


@pytest.mark.parametrize(("pulses", "digit"), [(1, "1"), (7, "7"), (10, "0"), (11, "")])
def test_so_many_pulses_are_one_digit(pulses, digit):
    line = handset()
    for _ in range(pulses):
        breaks(line, 0.06)
    assert digits(line.outputs) == ""
    line.passes(0.3)
    assert digits(line.outputs) == digit
    assert line.all_of(HookFlashed) == []


@pytest.mark.parametrize("break_s", [0.016, 0.033, 0.067, 0.084])
def test_slow_and_fast_dials_are_counted(break_s):
    line = handset()
    for _ in range(3):
        breaks(line, break_s)
    line.passes(0.3)
    assert digits(line.outputs) == "3"


def test_a_contact_that_bounces_is_no_pulse():
    line = handset()
    breaks(line, 0.01)
    line.passes(0.5)
    assert line.outputs == []


def test_a_bounce_within_a_digit_neither_counts_nor_ends_it():
    line = handset()
    breaks(line, 0.06)
    breaks(line, 0.005)
    breaks(line, 0.06)
    line.passes(0.3)
    assert digits(line.outputs) == "2"


def test_a_flash_is_no_pulse():
    line = handset()
    breaks(line, 0.3, then_s=1.0)
    assert line.outputs == [HookFlashed()]


def test_a_flash_right_after_pulses_ends_the_digit_first():
    line = handset()
    breaks(line, 0.06, then_s=0.1)
    breaks(line, 0.3, then_s=1.0)
    assert line.outputs == [DigitReceived(digit="1"), HookFlashed()]


def test_a_hang_up_whose_contact_bounces_is_no_digit():
    line = handset()
    breaks(line, 0.03, then_s=0.03)
    line.gets(DOWN)
    line.passes(5.0)
    assert line.all_of(DigitReceived) == []
    assert line.all_of(HookFlashed) == []
    assert line.outputs[-1] == FAR_END


def test_the_next_call_does_not_count_on():
    line = handset()
    breaks(line, 0.06, then_s=0.05)
    line.gets(DOWN)
    line.passes(5.0)
    line.gets(LIFTED)
    breaks(line, 0.06)
    line.passes(1.0)
    assert digits(line.outputs) == "1"


def test_where_every_on_hook_is_a_hang_up_pulses_are_counted_all_the_same():
    line = handset(flash_maximum_s=0.0)
    for _ in range(4):
        breaks(line, 0.08)
    line.passes(0.3)
    assert digits(line.outputs) == "4"
    line.gets(DOWN)
    line.passes(0.1)
    assert line.outputs[-1] == FAR_END


def test_a_hang_up_that_is_looked_at_too_late_is_no_flash_where_none_is_measured():
    line = handset(flash_maximum_s=0.0)
    line.gets(DOWN)
    line.now += 0.2  # nobody looked at the timers
    line.gets(LIFTED)
    line.passes(1.0)
    assert line.outputs == []


def test_pulses_that_never_end_do_not_keep_a_line_for_ever():
    line = handset(talk_limit_s=60.0, flash_maximum_s=0.75)
    while line.now < 70.0 and not line.all_of(Cleared):
        breaks(line, 0.05, then_s=0.05)
    assert line.now == pytest.approx(61.0, abs=0.5)
    assert digits(line.outputs) == ""


# ---------------------------------------------------------------- the card counts them


def test_digits_that_the_card_counted_are_told():
    line = handset()
    line.gets(PulsesCounted(digit="4"), PulsesCounted(digit="0"))
    assert digits(line.outputs) == "40"


# ---------------------------------------------------------------- end to end


def settled_pair(**options) -> LinePair:
    return LinePair(
        FxoSettings(pulse_dialling=PulseDialling.BY_LINE, dial_tone_required=False, **options)
    )


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=12))
def test_any_number_arrives_as_it_was_dialled(number):
    pair = settled_pair()
    pair.command(pair.fxo, Dial(number=number))
    pair.receive(pair.fxo, ToneHeard(tone="dial"))
    pair.run(2.0 * len(number) + 1.0)
    assert digits(pair.fxs.events) == number
    assert [type(event) for event in pair.fxs.events if not isinstance(event, DigitReceived)][
        -1
    ] is CallOffered
    assert pair.fxo.line.state is FxoState.AWAITING_ANSWER


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([0.005, 0.02, 0.06, 0.08, 0.2, 0.5]), max_size=30),
    st.sampled_from([0.02, 0.04, 0.15, 0.4]),
)
def test_whatever_the_hook_does_no_digit_has_more_pulses_than_there_were(some, make_s):
    line = handset()
    for seconds in some:
        breaks(line, seconds, then_s=make_s)
    line.passes(1.0)
    pulses = sum(0.015 <= seconds < 0.09 for seconds in some)
    told = digits(line.outputs)
    assert sum(int(digit) or 10 for digit in told) <= pulses
    flashes = sum(0.09 <= seconds < 0.75 for seconds in some)
    assert len(line.all_of(HookFlashed)) == flashes
