"""An FXS line alone: ringing and caller ID in time, and a handset that is left off-hook."""

import pytest
from lone_line import LoneLine

from drivers import (
    Answered,
    CallerIdMode,
    CallerNumber,
    Clear,
    ClearCause,
    Cleared,
    Disconnect,
    FxsLine,
    FxsSettings,
    FxsState,
    HookChanged,
    Ring,
    SendCallerId,
    SendTone,
    SetBattery,
    SetRinger,
    SignalSent,
    StopSignal,
    TransmitOnHook,
)

ANN = CallerNumber(number="0212345678", name="ANN")
LIFTED, DOWN = HookChanged(off_hook=True), HookChanged(off_hook=False)


def station(**settings) -> LoneLine:
    return LoneLine(FxsLine(FxsSettings(**settings)), DOWN)


def rung_with_dtmf() -> LoneLine:
    line = station(caller_id=CallerIdMode.DTMF_BEFORE_RING)
    line.is_told(Ring(caller=ANN))
    assert line.outputs == [
        TransmitOnHook(seconds=6.0),
        SendCallerId(caller=ANN, mode=CallerIdMode.DTMF_BEFORE_RING),
    ]
    line.outputs.clear()
    return line


@pytest.mark.parametrize("sent", [False, True])
def test_a_handset_that_is_lifted_before_its_ring_is_answered_and_never_rung(sent):
    line = rung_with_dtmf()
    if sent:
        line.gets(SignalSent())
    line.gets(LIFTED)
    line.passes(30.0)
    assert line.all_of(Answered) == [Answered()]
    assert line.all_of(StopSignal) == [StopSignal()]
    assert line.all_of(SetRinger) == []
    assert line.line.state is FxsState.UP


def test_ringing_follows_the_number_soon_and_comes_without_it_at_last():
    line = rung_with_dtmf()
    line.gets(SignalSent())
    line.passes(0.4)
    assert line.outputs == [SetRinger(ringing=True)]
    late = rung_with_dtmf()
    late.passes(5.9)
    assert late.outputs == []
    late.passes(0.2)
    assert late.outputs == [SetRinger(ringing=True)]


def sent_at(line: LoneLine, seconds: int) -> list[float]:
    times = []
    for _ in range(seconds * 10):
        before = len(line.all_of(SendCallerId))
        line.passes(0.1)
        times += [line.now] * (len(line.all_of(SendCallerId)) - before)
    return times


@pytest.mark.parametrize(
    ("cadence_s", "due_s"),
    [
        ((2.0, 4.0), 2.6),
        ((0.4, 0.2, 0.4, 2.0), 1.6),
        ((0.4, 1.0, 0.4, 2.0), 2.4),
    ],
)
def test_the_number_is_sent_once_in_the_first_long_pause(cadence_s, due_s):
    line = station(ring_cadence_s=cadence_s)
    began = line.now
    line.is_told(Ring(caller=ANN))
    times = [at - began for at in sent_at(line, 30)]
    assert times == [pytest.approx(due_s, abs=0.15)]


def test_every_ringing_sends_its_number():
    line = station()
    for _ in range(2):
        line.is_told(Ring(caller=ANN))
        line.passes(20.0)
        line.is_told(Clear())
        line.passes(1.0)
    assert len(line.all_of(SendCallerId)) == 2


def test_no_number_is_sent_where_none_is_configured():
    line = station(caller_id=CallerIdMode.NONE)
    line.is_told(Ring(caller=ANN))
    line.passes(20.0)
    assert line.all_of(SendCallerId) == []


def left_off_hook(**settings) -> LoneLine:
    line = station(**settings)
    line.gets(LIFTED)
    line.outputs.clear()
    line.is_told(Clear())
    return line


def test_a_handset_still_off_hook_after_the_battery_drop_hears_busy_tone():
    line = left_off_hook(disconnect=Disconnect.BATTERY_DROP)
    assert line.all_of(SendTone) == []
    line.passes(1.0)
    assert line.outputs[-2:] == [SetBattery(present=True), SendTone(tone="busy")]
    assert line.line.state is FxsState.BUSY_TONE
    assert line.all_of(Cleared) == []
    line.gets(DOWN)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NORMAL)]


def test_a_handset_put_down_in_the_battery_drop_hears_nothing():
    line = left_off_hook(disconnect=Disconnect.BATTERY_DROP)
    line.gets(DOWN)
    line.passes(1.0)
    assert line.all_of(SendTone) == []
    assert line.line.state is FxsState.IDLE
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NORMAL)]


def test_busy_tone_gives_way_to_the_howler_and_the_howler_to_silence():
    line = left_off_hook()
    line.passes(19.9)
    assert line.all_of(SendTone) == [SendTone(tone="busy")]
    line.passes(0.2)
    assert line.all_of(SendTone) == [SendTone(tone="busy"), SendTone(tone="howler")]
    line.outputs.clear()
    line.passes(40.0)
    assert line.all_of(StopSignal) == [StopSignal()]
    assert line.line.state is FxsState.LOCKED_OUT


@pytest.mark.parametrize("after_s", [5.0, 25.0, 70.0])
def test_a_handset_put_down_at_last_is_free_for_the_next_call(after_s):
    line = left_off_hook()
    line.passes(after_s)
    line.gets(DOWN)
    assert line.all_of(Cleared) == [Cleared(cause=ClearCause.NORMAL)]
    line.outputs.clear()
    line.is_told(Ring(caller=ANN))
    assert line.outputs == [SetRinger(ringing=True)]
