"""An FXS line on a card that detects flashes itself, lets sound through on-hook, and lights lamps."""

import pytest
from lone_line import LoneLine

from drivers import (
    AlarmCleared,
    AlarmRaised,
    AnnounceWaitingCall,
    CallerIdMode,
    CallerNumber,
    Clear,
    ClearCause,
    Cleared,
    CommandNotPossible,
    EmLine,
    EmSettings,
    FlashDetected,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    HookChanged,
    HookFlashed,
    Ring,
    SendCallerId,
    SendTone,
    SetMessageWaiting,
    SetRinger,
    ShowMessageWaiting,
    SignalSent,
    TransmitOnHook,
)

ANN = CallerNumber(number="0212345678", name="ANN")
LIFTED, DOWN = HookChanged(off_hook=True), HookChanged(off_hook=False)


def station(**settings) -> LoneLine:
    return LoneLine(FxsLine(FxsSettings(**settings)), DOWN)


def on_clever_card(**settings) -> LoneLine:
    return station(flash_minimum_s=0.0, flash_maximum_s=0.0, **settings)


# ---------------------------------------------------------------- flashes


def test_a_flash_that_the_card_detected_is_told_in_a_call():
    line = on_clever_card()
    line.gets(LIFTED)
    line.outputs.clear()
    line.gets(FlashDetected())
    assert line.outputs == [HookFlashed()]


def test_a_flash_that_the_card_detected_is_told_while_another_call_is_announced():
    line = on_clever_card()
    line.gets(LIFTED)
    line.is_told(AnnounceWaitingCall(caller=ANN))
    line.outputs.clear()
    line.gets(FlashDetected(), SignalSent(), FlashDetected())
    assert line.outputs == 2 * [HookFlashed()]


def test_a_flash_is_ignored_where_none_is_wanted_or_no_call_is():
    unwanted = on_clever_card(flashes=False)
    unwanted.gets(LIFTED)
    unwanted.outputs.clear()
    idle = on_clever_card()
    for line in (unwanted, idle):
        line.gets(FlashDetected())
        assert line.outputs == []


def test_what_such_a_card_tells_as_on_hook_is_a_hang_up_at_once():
    line = on_clever_card()
    line.gets(LIFTED, DOWN)
    assert line.outputs[-1] == Cleared(cause=ClearCause.FAR_END)
    assert line.line.next_timer() is None


def test_a_flash_by_length_is_ignored_where_none_is_wanted():
    line = station(flashes=False)
    line.gets(LIFTED, DOWN)
    line.passes(0.3)
    line.gets(LIFTED)
    line.passes(2.0)
    assert line.all_of(HookFlashed) == []
    assert line.all_of(Cleared) == []


# ---------------------------------------------------------------- sound to a telephone on-hook


def test_the_pause_of_ringing_is_opened_for_the_caller_and_no_longer():
    line = station(ring_cadence_s=(2.0, 4.0))
    line.is_told(Ring(caller=ANN))
    line.passes(2.7)
    assert line.outputs[-2:] == [
        TransmitOnHook(seconds=pytest.approx(3.4)),
        SendCallerId(caller=ANN, mode=CallerIdMode.FSK_AFTER_FIRST_RING),
    ]


@pytest.mark.parametrize("mode", list(CallerIdMode))
@pytest.mark.parametrize("alerts", [False, True])
def test_nothing_is_sent_to_a_telephone_on_hook_before_the_line_lets_it_through(mode, alerts):
    line = station(caller_id=mode, alerts_on_hook=alerts)
    line.is_told(Ring(caller=ANN))
    for _ in range(40):
        line.passes(0.2)
        if line.outputs and isinstance(line.outputs[-1], SendTone | SendCallerId):
            line.gets(SignalSent())
    for before, output in zip(line.outputs, line.outputs[1:], strict=False):
        if isinstance(output, SendCallerId | SendTone):
            assert isinstance(before, TransmitOnHook)
            assert before.seconds >= 0.5
    sent = len(line.all_of(SendCallerId))
    assert sent == (mode is not CallerIdMode.NONE)


# ---------------------------------------------------------------- distinctive ringing


def rings(line: LoneLine, seconds: float) -> list[tuple[float, bool]]:
    began, seen = line.now, []
    for _ in range(round(seconds * 20)):
        before = len(line.outputs)
        line.passes(0.05)
        at = pytest.approx(line.now - began, abs=0.06)
        seen += [
            (at, each.ringing) for each in line.outputs[before:] if isinstance(each, SetRinger)
        ]
    return seen


def test_a_call_may_ring_in_a_pattern_of_its_own():
    line = station()
    line.is_told(Ring(caller=ANN, cadence_s=(0.5, 0.5, 1.0, 3.0)))
    assert rings(line, 5.8) == [
        (0.5, False),
        (1.0, True),
        (2.0, False),
        (5.0, True),
        (5.5, False),
    ]


def test_the_next_call_rings_as_usual():
    line = station()
    line.is_told(Ring(caller=ANN, cadence_s=(0.5, 0.5)))
    line.passes(3.0)
    line.is_told(Clear())
    line.is_told(Ring(caller=ANN))
    assert rings(line, 5.0) == [(2.0, False)]


@pytest.mark.parametrize(
    ("cadence_s", "due_s"),
    [
        ((0.4, 0.2, 0.4, 0.2, 0.4, 0.2, 0.8, 4.0), 3.2),
        ((4.0, 1.0, 4.0, 2.0), 9.6),
        ((0.5, 0.5), None),
    ],
)
def test_the_caller_is_told_in_the_first_long_pause_of_any_pattern(cadence_s, due_s):
    line = station()
    began = line.now
    line.is_told(Ring(caller=ANN, cadence_s=cadence_s))
    times = []
    for _ in range(400):
        before = len(line.all_of(SendCallerId))
        line.passes(0.05)
        times += [line.now - began] * (len(line.all_of(SendCallerId)) - before)
    assert times == ([pytest.approx(due_s, abs=0.1)] if due_s else [])


@pytest.mark.parametrize("cadence_s", [(), (0.0,), (1.0, -1.0), (2.0, 0.0)])
def test_a_pattern_that_can_not_be_rung_is_refused(cadence_s):
    with pytest.raises(ValueError, match="cadence"):
        Ring(caller=ANN, cadence_s=cadence_s)


# ---------------------------------------------------------------- the lamp for messages


def test_the_lamp_is_lit_and_put_out_whatever_the_line_does():
    line = station()
    line.is_told(ShowMessageWaiting(waiting=True))
    line.gets(LIFTED)
    line.is_told(ShowMessageWaiting(waiting=False))
    assert [each.waiting for each in line.all_of(SetMessageWaiting)] == [True, False]


def test_the_lamp_is_as_it_was_last_asked_for_after_an_alarm():
    line = station()
    line.gets(AlarmRaised(alarm="red alarm"))
    line.is_told(ShowMessageWaiting(waiting=True))
    assert line.all_of(SetMessageWaiting) == []
    line.gets(AlarmCleared())
    assert line.all_of(SetMessageWaiting) == [SetMessageWaiting(waiting=True)]


@pytest.mark.parametrize("line", [FxoLine(FxoSettings()), EmLine(EmSettings())])
def test_only_a_telephone_has_a_lamp(line):
    with pytest.raises(CommandNotPossible):
        line.command(ShowMessageWaiting(waiting=True), 0.0)
