"""Trunks of other kinds in a whole appliance: E&M in both directions, dialling by pulses; alarms."""

import pytest
from office import Office, answers, calls_and_presses, steps
from sound_checks import speech_like

import acd
from drivers import (
    AlarmCleared,
    AlarmRaised,
    BatteryChanged,
    Dial,
    EmLine,
    EmState,
    FxoState,
    HookChanged,
)
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.town import (
    HangUp,
    Lift,
    Play,
    Wait,
    WaitForHangUp,
    WaitForSpeech,
)

AGENT_ONE = "*111001#4711#"


LINE_1 = '[trunk.line-1]\ncard = "virtual"\nport = 0\ncalled = "5550100"\n'


def demo_with(keys: str) -> str:
    """The demo's appliance; its first trunk is of another kind and takes calls for any number."""
    text = DEMO_APPLIANCE.read_text()
    assert LINE_1 in text
    return text.replace(LINE_1, LINE_1.replace("5550100", "") + keys + "\n")


@pytest.fixture
def open_office(tmp_path):
    offices = []

    def build(keys: str) -> Office:
        office = Office(tmp_path / "state", text=demo_with(keys))
        offices.append(office)
        return office

    yield build
    for office in offices:
        if office.lockstep.plane.slots:
            office.crash()


def trunk_of(office: Office):
    return office.lockstep.exchange.ports.by_id(acd.PortId("line-1"))


def commands(office: Office, command) -> None:
    exchange = office.lockstep.exchange
    port = trunk_of(office)
    exchange._line_outputs(port, port.line.command(command, office.now), office.now)


@pytest.mark.parametrize("signalling", ["em_wink", "em_immediate"])
def test_a_caller_over_a_tie_line_presses_a_key_and_talks_with_an_agent(open_office, signalling):
    office = open_office(f'signalling = "{signalling}"')
    assert isinstance(trunk_of(office).line, EmLine)
    office.agent("desk-1", answers(AGENT_ONE, says=speech_like(5, 1.5)))
    office.run(8)
    spoken = []

    def talks():
        yield WaitForSpeech(20)
        spoken.append("agent")
        yield Play(speech_like(6, 2.0))
        yield Wait(8.0)
        yield HangUp()

    office.caller(calls_and_presses("1", then=talks(), number="5559876"))
    office.until_fact(acd.CallEnded)
    office.run(3)
    assert spoken == ["agent"]
    assert trunk_of(office).line.state is EmState.IDLE
    office.stop()
    (record,) = office.records()
    assert (record.keys, record.queue, record.agent) == ("1", "sales", "1001")
    assert record.stage == "talking"
    assert record.called == "5559876"
    assert record.number is None


def test_a_caller_over_a_tie_line_who_hangs_up_while_waiting_has_abandoned(open_office):
    office = open_office('signalling = "em_wink"')
    office.caller(calls_and_presses("1", then=steps(Wait(5), HangUp()), number="5559876"))
    ended = office.until_fact(acd.CallEnded)
    assert ended.cause == acd.Cause.CALLER_HUNG_UP.value
    office.run(2)
    assert trunk_of(office).line.state is EmState.IDLE


def test_a_caller_over_a_tie_line_hears_when_the_agent_hangs_up(open_office):
    office = open_office('signalling = "em_wink"')
    office.agent("desk-1", answers(AGENT_ONE, stays_s=5.0))
    office.run(8)
    heard = []

    def waits_for_the_end():
        heard.append((yield WaitForHangUp(60)))
        yield HangUp()

    office.caller(calls_and_presses("1", then=waits_for_the_end(), number="5559876"))
    office.until_fact(acd.CallEnded)
    office.run(5)
    assert heard == [True]


def test_a_second_caller_takes_another_trunk_while_the_tie_line_is_busy(open_office):
    office = open_office('signalling = "em_immediate"')
    calls = [office.caller(calls_and_presses("", then=steps(Wait(15), HangUp()))) for _ in range(2)]
    office.run(12)
    lines = [port.line for port in office.lockstep.exchange.ports.all if port.called == "5550100"]
    assert trunk_of(office).line.state is EmState.UP
    assert [line.state for line in lines].count(FxoState.UP) == 1
    assert not any(call.done for call in calls)


def answers_after(seconds: float, office: Office, heard: list, number: str):
    heard.append((office.now, number))

    def script():
        yield Wait(seconds)
        yield Lift()
        yield Wait(5.0)
        yield HangUp()

    return script()


@pytest.mark.parametrize(
    "keys",
    [
        'signalling = "em_wink"',
        'signalling = "em_immediate"',
        "pulse_dialling = true",
        "pulse_dialling = false",
    ],
)
def test_the_number_that_the_appliance_dials_reaches_whom_it_names(open_office, keys):
    office = open_office(keys)
    heard, told = [], {}
    office.lockstep.town.exchange.called_party = lambda number: answers_after(
        6.0, office, heard, number
    )
    office.lockstep.exchange.observers.append(
        lambda now, event: told.setdefault(type(event).__name__, now)
    )
    commands(office, Dial(number="0901"))
    office.run(35)
    ((rang_at, number),) = heard
    assert number == "0901"
    assert rang_at + 6.0 < told["Answered"] < rang_at + 8.0
    assert told["Answered"] + 3.0 < told["Cleared"]
    assert trunk_of(office).line.state in (EmState.IDLE, FxoState.IDLE)


@pytest.mark.parametrize("signalling", ["em_wink", "em_immediate"])
def test_a_number_that_nobody_has_is_congestion_on_a_tie_line(open_office, signalling):
    office = open_office(f'signalling = "{signalling}"')
    commands(office, Dial(number="99"))
    office.run(12)
    assert trunk_of(office).line.state is EmState.IDLE


def test_dial_tone_stops_at_the_first_pulse(open_office):
    office = open_office("pulse_dialling = true")
    heard = []
    exchange = office.lockstep.exchange
    exchange.line_observers.append(lambda now, _port, what: heard.append((now, what)))
    commands(office, Dial(number="0"))
    office.run(6)
    tones = [(now, what) for now, what in heard if getattr(what, "tone", "") == "dial"]
    (began, _), (stopped, _) = tones
    assert stopped - began < 0.5


@pytest.mark.parametrize("keys", ['signalling = "em_wink"', "pulse_dialling = false"])
def test_an_alarm_ends_the_call_on_its_line_only_and_the_line_serves_again_afterwards(
    open_office, keys
):
    office = open_office(keys)
    exchange, trunk = office.lockstep.exchange, trunk_of(office)
    for _ in range(2):
        office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp())))
    office.run(16)
    assert len(exchange.center.calls(office.now)) == 2
    exchange._line_receives(trunk, AlarmRaised(alarm="red alarm"), office.now)
    ended = office.until_fact(acd.CallEnded, 1.0)
    assert ended.cause == acd.Cause.LINE_FAILED.value
    assert (trunk.in_service, trunk.alarm) == (False, "red alarm")
    office.run(2)
    (left,) = exchange.center.calls(office.now)
    assert left.port != trunk.port
    exchange._line_receives(trunk, AlarmCleared(), office.now)
    known = HookChanged(off_hook=False) if "em" in keys else BatteryChanged(present=True)
    exchange._line_receives(trunk, known, office.now)
    office.run(2)
    assert (trunk.in_service, trunk.alarm) == (True, "")
    office.caller(calls_and_presses("1", then=steps(Wait(60), HangUp()), number="5559876"))
    office.run(16)
    assert trunk.port in {call.port for call in exchange.center.calls(office.now)}
