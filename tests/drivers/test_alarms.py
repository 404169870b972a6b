"""An alarm ends what a line does, keeps it silent, and leaves it as new when it is cleared."""

import pytest
from lone_line import LoneLine

from drivers import (
    AlarmCleared,
    AlarmRaised,
    Answer,
    BatteryChanged,
    CallerIdMode,
    CallOffered,
    Clear,
    ClearCause,
    Cleared,
    Dial,
    Disconnect,
    EmLine,
    EmSettings,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    HoldSpeech,
    HookChanged,
    InService,
    Listen,
    OutOfService,
    PulseDialling,
    ReversePolarity,
    Ring,
    RingBurstEnded,
    RingBurstStarted,
    SetBattery,
    SetHook,
    SetRinger,
    StopReceivingCallerId,
    StopSignal,
    ToneHeard,
)

RED = AlarmRaised(alarm="red alarm")
OUT = OutOfService(alarm="red alarm")
FED = BatteryChanged(present=True)
LIFTED, DOWN = HookChanged(off_hook=True), HookChanged(off_hook=False)
GLARE = Cleared(cause=ClearCause.GLARE)


def trunk(**settings) -> LoneLine:
    return LoneLine(FxoLine(FxoSettings(**settings)), FED)


def station(**settings) -> LoneLine:
    return LoneLine(FxsLine(FxsSettings(**settings)), DOWN)


def tie_line(**settings) -> LoneLine:
    return LoneLine(EmLine(EmSettings(**settings)), DOWN)


LINES = [
    (trunk, FED, Dial(number="5")),
    (station, DOWN, Ring()),
    (tie_line, DOWN, Dial(number="5")),
]


@pytest.mark.parametrize(("make", "known", "command"), LINES)
def test_a_line_in_alarm_is_out_of_service_and_refuses_calls(make, known, command):
    line = make()
    line.gets(RED)
    assert line.outputs[-1] == OUT
    line.outputs.clear()
    line.gets(known, LIFTED, RingBurstStarted(), ToneHeard(tone="dial"))
    line.passes(100_000.0)
    line.is_told(Answer())
    line.is_told(Clear())
    assert line.outputs == []
    line.is_told(command)
    assert line.outputs == [GLARE]


@pytest.mark.parametrize(("make", "known", "command"), LINES)
def test_only_another_alarm_is_told_again(make, known, command):
    line = make()
    line.gets(RED, RED)
    assert line.all_of(OutOfService) == [OUT]
    line.gets(AlarmRaised(alarm="blue alarm"))
    assert line.outputs[-1] == OutOfService(alarm="blue alarm")
    line.gets(RED)
    assert line.outputs[-1] == OUT


@pytest.mark.parametrize(("make", "known", "command"), LINES)
def test_a_line_begins_anew_when_the_alarm_is_cleared(make, known, command):
    line = make()
    line.gets(RED)
    line.passes(5.0)
    assert line.all_of(InService) == []
    line.gets(AlarmCleared(), known)
    line.passes(1.0)
    assert line.all_of(InService) == [InService()]
    line.outputs.clear()
    line.is_told(command)
    assert GLARE not in line.outputs
    assert line.outputs


@pytest.mark.parametrize(("make", "known", "command"), LINES)
def test_the_end_of_an_alarm_that_nobody_knew_of_changes_nothing(make, known, command):
    line = make()
    line.gets(AlarmCleared())
    assert line.outputs == []


def test_a_trunk_whose_battery_is_not_told_after_the_alarm_stays_out_of_service():
    line = trunk()
    line.gets(RED, AlarmCleared())
    line.passes(5.0)
    assert line.outputs[-1] == OutOfService(alarm="no line battery")


def test_a_trunk_in_a_call_goes_on_hook_and_falls_silent_in_alarm():
    line = trunk(caller_id=CallerIdMode.NONE)
    line.gets(RingBurstStarted())
    line.passes(1.0)
    line.is_told(Answer())
    line.outputs.clear()
    line.gets(RED)
    assert line.outputs == [SetHook(off_hook=False), StopSignal(), Listen(), OUT]
    assert line.line.next_timer() is None


def test_caller_id_that_is_being_collected_is_let_go_in_alarm():
    line = trunk()
    line.gets(RingBurstStarted())
    line.passes(1.0)
    line.gets(RingBurstEnded())
    line.outputs.clear()
    line.gets(RED)
    assert StopReceivingCallerId() in line.outputs


def test_a_ring_before_the_alarm_is_not_offered_after_it():
    line = trunk(caller_id=CallerIdMode.NONE)
    line.gets(RingBurstStarted(), RED, AlarmCleared(), FED)
    line.passes(5.0)
    assert line.all_of(CallOffered) == []


def test_speech_that_is_held_for_the_cards_pulses_is_given_back_in_alarm():
    line = trunk(pulse_dialling=PulseDialling.BY_CARD)
    line.is_told(Dial(number="5"))
    line.gets(ToneHeard(tone="dial"))
    assert line.all_of(HoldSpeech) == [HoldSpeech(held=True)]
    line.gets(RED)
    assert line.all_of(HoldSpeech)[-1] == HoldSpeech(held=False)


def test_a_telephone_stops_ringing_in_alarm():
    line = station()
    line.is_told(Ring())
    line.gets(RED)
    assert line.all_of(SetRinger) == [SetRinger(ringing=True), SetRinger(ringing=False)]
    line.passes(60.0)
    assert line.outputs[-1] == OUT


def test_a_line_whose_polarity_was_reversed_is_as_before_after_the_alarm():
    line = station(caller_id=CallerIdMode.FSK_AFTER_REVERSAL)
    line.is_told(Ring())
    line.gets(RED)
    assert line.all_of(ReversePolarity) == 2 * [ReversePolarity()]


def test_a_line_whose_battery_was_dropped_is_fed_after_the_alarm():
    line = station(disconnect=Disconnect.BATTERY_DROP)
    line.gets(LIFTED)
    line.is_told(Clear())
    line.gets(RED)
    assert line.all_of(SetBattery)[-1] == SetBattery(present=True)


def test_a_handset_that_is_lifted_when_the_alarm_ends_is_someone_who_wants_to_dial():
    line = station()
    line.gets(LIFTED, RED, AlarmCleared(), LIFTED)
    assert line.all_of(InService) == [InService()]
    assert len(line.all_of(CallOffered)) == 2


def test_the_pulses_of_a_digit_before_the_alarm_are_forgotten():
    line = station()
    line.gets(LIFTED, DOWN)
    line.passes(0.06)
    line.gets(LIFTED, RED, AlarmCleared(), LIFTED)
    line.outputs.clear()
    line.passes(5.0)
    assert line.outputs == []


def test_a_far_end_that_still_holds_the_trunk_after_the_alarm_is_waited_for():
    line = tie_line()
    line.gets(RED, AlarmCleared(), LIFTED)
    line.passes(5.0)
    assert line.all_of(InService) == []
    line.gets(DOWN)
    line.passes(1.0)
    assert line.all_of(InService) == [InService()]
