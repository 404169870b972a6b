"""What an analog port of DAHDI makes of the driver's events and our commands: every one, every kind."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import (
    AlarmCleared,
    AlarmRaised,
    BatteryChanged,
    CallerNumber,
    DialPulses,
    FlashDetected,
    HardwareEvent,
    HookChanged,
    PolarityReversed,
    PortKind,
    PulsesCounted,
    PulsesSent,
    RestartBearer,
    ReversePolarity,
    RingBurstEnded,
    RingBurstStarted,
    SendAlerting,
    SendConnect,
    SendRelease,
    SendSetup,
    SendSetupDigits,
    SetBattery,
    SetHook,
    SetMessageWaiting,
    SetRinger,
    TransmitOnHook,
    WinkDetected,
)
from drivers.dahdi.abi import DigitEvent, Event, Hook, Signalling
from drivers.dahdi.analog_port import (
    AnalogPort,
    CancelEcho,
    PortRequest,
    Pulse,
    Reverse,
    SetLamp,
    SwitchHook,
    TransmitSound,
)

FXO, FXS, EM, BEARER = PortKind.FXO, PortKind.FXS, PortKind.EM, PortKind.BEARER
ANALOG = (FXO, FXS, EM)
SIGNALLING = {
    FXO: Signalling.FXSKS,
    FXS: Signalling.FXOKS,
    EM: Signalling.EM,
    BEARER: Signalling.CLEAR,
}
RING, RING_OFF = SwitchHook(Hook.RING), SwitchHook(Hook.RINGOFF)
OFF_HOOK, ON_HOOK = SwitchHook(Hook.OFFHOOK), SwitchHook(Hook.ONHOOK)
NO_BATTERY = BatteryChanged(present=False)
FED = BatteryChanged(present=True)


def port(kind: PortKind, *, lifted: bool = False) -> AnalogPort:
    """Idle, or FXO and E&M: off-hook at our end; FXS: the telephone is."""
    begun = AnalogPort(kind, SIGNALLING[kind])
    begun.stands(off_hook=False, alarm="")
    if lifted and kind is FXS:
        begun.receive(Event.RINGOFFHOOK)
    elif lifted:
        begun.command(SetHook(off_hook=True))
    return begun


# ---------------------------------------------------------------- every event

IDLE_EVENTS = {
    (FXO, Event.RINGBEGIN): [RingBurstStarted()],
    (FXO, Event.RINGOFFHOOK): [RingBurstEnded(judged=True)],
    (FXO, Event.ONHOOK): [NO_BATTERY],
    (FXO, Event.POLARITY): [PolarityReversed()],
    (FXS, Event.RINGOFFHOOK): [HookChanged(off_hook=True)],
    (EM, Event.RINGOFFHOOK): [HookChanged(off_hook=True)],
    (EM, Event.ONHOOK): [HookChanged(off_hook=False)],
    (EM, Event.WINKFLASH): [WinkDetected()],
}
LIFTED_EVENTS = IDLE_EVENTS | {
    (FXS, Event.RINGOFFHOOK): [],
    (FXS, Event.ONHOOK): [HookChanged(off_hook=False)],
    (FXS, Event.WINKFLASH): [FlashDetected()],
}


@pytest.mark.parametrize("lifted", [False, True])
@pytest.mark.parametrize(("kind", "event"), list(itertools.product(PortKind, Event)))
def test_every_event_on_every_kind_of_port(kind, event, lifted):
    table = LIFTED_EVENTS if lifted else IDLE_EVENTS
    assert port(kind, lifted=lifted).receive(event)[0] == table.get((kind, event), [])


@pytest.mark.parametrize("kind", ANALOG)
def test_a_digit_that_the_driver_counted_is_told_on_every_kind(kind):
    for digit in "0123456789*#":
        value = DigitEvent.PULSEDIGIT | ord(digit)
        assert port(kind).receive(value) == ([PulsesCounted(digit=digit)], [])


@pytest.mark.parametrize("kind", PortKind)
def test_a_number_that_no_event_has_means_nothing(kind):
    assert port(kind).receive(77) == ([], [])


def test_the_driver_is_told_that_we_saw_the_telephone_lifted_and_put_down():
    station = port(FXS)
    assert station.receive(Event.RINGOFFHOOK)[1] == [OFF_HOOK, CancelEcho(True)]
    assert station.receive(Event.ONHOOK)[1] == [ON_HOOK, CancelEcho(False)]


def test_battery_lost_is_told_once_and_is_back_when_we_hang_up():
    trunk = port(FXO, lifted=True)
    assert trunk.receive(Event.ONHOOK)[0] == [NO_BATTERY]
    assert trunk.receive(Event.ONHOOK)[0] == []
    assert trunk.command(SetHook(off_hook=False)) == ([ON_HOOK, CancelEcho(False)], [FED])
    assert trunk.command(SetHook(off_hook=False)) == ([ON_HOOK, CancelEcho(False)], [])


def test_only_a_ring_begins_once():
    trunk = port(FXO)
    assert trunk.receive(Event.RINGBEGIN)[0] == [RingBurstStarted()]
    assert trunk.receive(Event.RINGBEGIN)[0] == []
    assert trunk.receive(Event.RINGOFFHOOK)[0] == [RingBurstEnded(judged=True)]
    assert trunk.receive(Event.RINGBEGIN)[0] == [RingBurstStarted()]


def test_only_a_trunk_that_is_off_hook_lives_on_battery():
    assert port(FXO, lifted=True).feeds_on_battery
    assert not port(FXO).feeds_on_battery
    assert not port(FXS, lifted=True).feeds_on_battery


# ---------------------------------------------------------------- how it stands


def test_a_line_that_begins_is_told_how_it_stands():
    assert port(FXO).stands(off_hook=True, alarm="") == ([FED], [])
    for off_hook in (False, True):
        told = [HookChanged(off_hook=off_hook)]
        seen = [OFF_HOOK, CancelEcho(True)] if off_hook else []
        assert port(FXS).stands(off_hook=off_hook, alarm="") == (told, seen)
        assert port(EM).stands(off_hook=off_hook, alarm="") == (told, [])


@pytest.mark.parametrize("kind", PortKind)
def test_an_alarm_is_told_once_and_its_end_with_how_the_line_stands(kind):
    line = port(kind)
    assert line.stands(off_hook=False, alarm="red") == ([AlarmRaised(alarm="red")], [])
    assert line.stands(off_hook=False, alarm="red") == ([], [])
    assert line.stands(off_hook=False, alarm="blue") == ([AlarmRaised(alarm="blue")], [])
    events, _ = line.stands(off_hook=False, alarm="")
    levels = {FXO: [FED], BEARER: []}.get(kind, [HookChanged(off_hook=False)])
    assert events == [AlarmCleared(), *levels]


# ---------------------------------------------------------------- every command

COMMANDS = {
    SetHook(off_hook=True): [OFF_HOOK, CancelEcho(True)],
    SetHook(off_hook=False): [ON_HOOK, CancelEcho(False)],
    SetRinger(ringing=True): [RING],
    SetRinger(ringing=False): [],
    SetBattery(present=True): [],
    SetBattery(present=False): [],
    ReversePolarity(): [Reverse(True)],
    DialPulses(digits="12"): [Pulse("12")],
    TransmitOnHook(seconds=1.5): [TransmitSound(1500)],
    SetMessageWaiting(waiting=True): [SetLamp(True)],
    SetMessageWaiting(waiting=False): [SetLamp(False)],
    SendSetup(called="1", caller=CallerNumber()): [CancelEcho(True)],
    SendConnect(): [CancelEcho(True)],
    SendRelease(cause=16): [CancelEcho(False)],
    RestartBearer(): [CancelEcho(False)],
    SendSetupDigits(digits="1"): [],
    SendAlerting(): [],
}


@pytest.mark.parametrize(("kind", "command"), list(itertools.product(PortKind, COMMANDS)))
def test_every_command_to_every_kind_of_idle_port(kind, command):
    requests, told = port(kind).command(command)
    assert requests == COMMANDS[command]
    assert list(told) == []


def test_ringing_is_switched_only_when_it_changes_and_never_under_a_lifted_telephone():
    station = port(FXS)
    assert station.command(SetRinger(ringing=True))[0] == [RING]
    assert station.command(SetRinger(ringing=True))[0] == []
    assert station.command(SetRinger(ringing=False))[0] == [RING_OFF]
    station.command(SetRinger(ringing=True))
    station.receive(Event.RINGOFFHOOK)
    assert station.command(SetRinger(ringing=False))[0] == []


def test_ringing_is_switched_off_when_an_alarm_ends_the_call():
    station = port(FXS)
    station.command(SetRinger(ringing=True))
    station.stands(off_hook=False, alarm="red")
    assert station.command(SetRinger(ringing=False))[0] == [RING_OFF]


def test_battery_is_taken_from_and_given_to_a_lifted_telephone_only():
    station = port(FXS, lifted=True)
    assert station.command(SetBattery(present=False))[0] == [ON_HOOK]
    assert station.command(SetBattery(present=True))[0] == [OFF_HOOK]


def test_polarity_is_reversed_and_restored():
    station = port(FXS, lifted=True)
    asked = [station.command(ReversePolarity())[0] for _ in range(2)]
    assert asked == [[Reverse(True)], [Reverse(False)]]


@pytest.mark.parametrize(
    ("signalling", "rings", "action"),
    [
        (Signalling.FXSGS, False, Hook.START),
        (Signalling.FXSGS, True, Hook.OFFHOOK),
        (Signalling.FXSKS, False, Hook.OFFHOOK),
        (Signalling.FXSLS, False, Hook.OFFHOOK),
    ],
)
def test_ground_is_started_to_seize_but_not_to_answer(signalling, rings, action):
    trunk = AnalogPort(FXO, signalling)
    if rings:
        trunk.receive(Event.RINGBEGIN)
    assert trunk.command(SetHook(off_hook=True))[0][0] == SwitchHook(action)


def test_the_card_has_dialled_only_what_it_was_asked_to():
    trunk = port(FXO, lifted=True)
    assert trunk.receive(Event.DIALCOMPLETE)[0] == []
    trunk.command(DialPulses(digits="5"))
    assert trunk.receive(Event.DIALCOMPLETE)[0] == [PulsesSent()]
    assert trunk.receive(Event.DIALCOMPLETE)[0] == []
    trunk.command(DialPulses(digits="5"))
    trunk.command(SetHook(off_hook=False))
    assert trunk.receive(Event.DIALCOMPLETE)[0] == []


# ---------------------------------------------------------------- any sequence

STEPS = st.one_of(
    st.sampled_from(list(Event)),
    st.sampled_from([DigitEvent.PULSEDIGIT | ord(digit) for digit in "19*"]),
    st.sampled_from(list(COMMANDS)),
    st.sampled_from(["", "red"]),
)


def take(line: AnalogPort, step) -> tuple[list, list]:
    if isinstance(step, str):
        return line.stands(off_hook=False, alarm=step)
    if isinstance(step, int):
        return line.receive(step)
    requests, events = line.command(step)
    return list(events), requests


@given(kind=st.sampled_from(PortKind), steps=st.lists(STEPS, max_size=40))
def test_whatever_comes_nothing_is_told_twice_nor_ringing_asked_for_twice(kind, steps):
    line = port(kind)
    levels: dict[type, HardwareEvent] = {}
    alarmed = ringing = False
    for step in steps:
        if isinstance(step, str):
            levels.clear()  # what a line that begins is told counts anew
        events, requests = take(line, step)
        for event in events:
            assert isinstance(event, HardwareEvent)
            if isinstance(event, BatteryChanged) or (
                isinstance(event, HookChanged) and kind is FXS
            ):
                assert levels.get(type(event)) != event
                levels[type(event)] = event
            if isinstance(event, AlarmRaised | AlarmCleared):
                assert alarmed is isinstance(event, AlarmCleared)
                alarmed = not alarmed
        for request in requests:
            assert isinstance(request, PortRequest)
            assert request != RING or not ringing or kind is not FXS
            if isinstance(request, SwitchHook):
                ringing = request == RING
