"""What a line event is to the ACD, and what an ACD action is to a line: the whole tables."""

import pytest

import acd
import drivers
from firmware_host.callserver.inbound import acd_event
from firmware_host.callserver.outbound import line_command
from firmware_host.callserver.ports import Port, PortRole

LINE, DESK = acd.PortId("line-1"), acd.PortId("desk-1")
PORTS = {
    PortRole.TRUNK: Port(
        port=LINE,
        role=PortRole.TRUNK,
        slot=0,
        card="virtual",
        card_port=0,
        line=drivers.FxoLine(drivers.FxoSettings()),
        called="5550100",
    ),
    PortRole.STATION: Port(
        port=DESK,
        role=PortRole.STATION,
        slot=1,
        card="virtual",
        card_port=1,
        line=drivers.FxsLine(drivers.FxsSettings()),
    ),
}
ROLES = list(PortRole)
PRIVATE, UNAVAILABLE = acd.NumberAbsence.PRIVATE, acd.NumberAbsence.UNAVAILABLE


@pytest.mark.parametrize("role", ROLES)
def test_events_that_mean_the_same_on_every_line(role):
    port = PORTS[role]
    expected = [
        (drivers.Answered(), acd.Answered(port=port.port)),
        (drivers.DigitReceived(digit="#"), acd.DigitReceived(port=port.port, digit="#")),
        (drivers.HookFlashed(), acd.Flashed(port=port.port)),
        (
            drivers.OutOfService(alarm="no line battery"),
            acd.PortOutOfService(port=port.port, alarm="no line battery"),
        ),
        (drivers.InService(), acd.PortInService(port=port.port)),
        (
            drivers.Proceeding(in_band=True),
            acd.Proceeding(port=port.port, in_band=True),
        ),
        (drivers.Alerting(), acd.Alerting(port=port.port, in_band=False)),
        (
            drivers.Answered(connected=drivers.CallerNumber(number="021")),
            acd.Answered(port=port.port, connected=acd.CallerIdentity(number="021")),
        ),
    ]
    assert [acd_event(port, event) for event, _ in expected] == [event for _, event in expected]


HUNG_UP = {
    PortRole.TRUNK: acd.Cause.CALLER_HUNG_UP,
    PortRole.STATION: acd.Cause.AGENT_HUNG_UP,
}


def on_trunks(cause: acd.Cause) -> dict[PortRole, acd.Cause]:
    return {PortRole.TRUNK: cause, PortRole.STATION: acd.Cause.LINE_FAILED}


CAUSES = {
    drivers.ClearCause.NORMAL: HUNG_UP,
    drivers.ClearCause.FAR_END: HUNG_UP,
    drivers.ClearCause.BUSY: on_trunks(acd.Cause.CALLED_BUSY),
    drivers.ClearCause.CONGESTION: on_trunks(acd.Cause.CONGESTION),
    drivers.ClearCause.NO_ANSWER: {
        PortRole.TRUNK: acd.Cause.CALLED_NO_ANSWER,
        PortRole.STATION: acd.Cause.NO_ANSWER,
    },
    drivers.ClearCause.NO_DIAL_TONE: dict.fromkeys(PortRole, acd.Cause.LINE_FAILED),
    drivers.ClearCause.REJECTED: on_trunks(acd.Cause.CALLED_REJECTED),
    drivers.ClearCause.WRONG_NUMBER: on_trunks(acd.Cause.WRONG_NUMBER),
    drivers.ClearCause.GLARE: on_trunks(acd.Cause.GLARE),
    drivers.ClearCause.SILENCE: HUNG_UP,
    drivers.ClearCause.FAILED: dict.fromkeys(PortRole, acd.Cause.LINE_FAILED),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("cause", list(drivers.ClearCause))
def test_every_cause_is_told_as_the_call_center_knows_it(role, cause):
    port = PORTS[role]
    told = acd_event(port, drivers.Cleared(cause=cause, q850=17))
    assert told == acd.Cleared(port=port.port, cause=CAUSES[cause][role], q850=17)


@pytest.mark.parametrize(
    ("number", "absence", "told"),
    [
        (None, None, None),
        (None, "private", PRIVATE),
        (None, "unavailable", UNAVAILABLE),
        ("021", None, None),
        ("021", "private", None),
        ("021", "unavailable", None),
    ],
)
@pytest.mark.parametrize("name", [None, "ANN"])
def test_a_caller_on_a_trunk_is_told_as_far_as_the_line_told(number, absence, told, name):
    caller = drivers.CallerNumber(number=number, name=name, absence=absence)
    event = acd_event(PORTS[PortRole.TRUNK], drivers.CallOffered(caller=caller))
    identity = acd.CallerIdentity(number=number, name=name, number_absence=told)
    assert event == acd.CallOffered(port=LINE, caller=identity, called="5550100")


def test_the_number_that_the_line_tells_comes_before_the_configured_one():
    offered = drivers.CallOffered(caller=drivers.CallerNumber(), called="777")
    assert acd_event(PORTS[PortRole.TRUNK], offered).called == "777"


def test_a_call_offered_by_a_handset_is_a_lifted_handset():
    offered = drivers.CallOffered(caller=drivers.CallerNumber(number="021"), called="777")
    assert acd_event(PORTS[PortRole.STATION], offered) == acd.HandsetLifted(port=DESK)


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        (acd.CallerIdentity(), drivers.CallerNumber()),
        (
            acd.CallerIdentity(number="021", name="ANN"),
            drivers.CallerNumber(number="021", name="ANN"),
        ),
        (acd.CallerIdentity(number_absence=PRIVATE), drivers.CallerNumber(absence="private")),
        (
            acd.CallerIdentity(number_absence=UNAVAILABLE),
            drivers.CallerNumber(absence="unavailable"),
        ),
    ],
)
def test_a_handset_is_rung_with_the_caller(identity, shown):
    command = line_command(acd.RingStation(port=DESK, caller=identity))
    assert command == (DESK, drivers.Ring(caller=shown))


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (acd.AnswerCall(port=LINE), (LINE, drivers.Answer())),
        (acd.ClearLine(port=LINE, cause=acd.Cause.FLOW_ENDED), (LINE, drivers.Clear())),
        (acd.StopSound(port=LINE), None),
        (acd.PlaySignal(port=LINE, signal=acd.Signal.DIAL), None),
        (acd.Connect(port=LINE, other=DESK), None),
        (acd.WriteFact(fact=acd.SystemStopped(), ticket=None), None),
    ],
)
def test_only_signalling_becomes_a_command_of_the_line_it_names(action, command):
    assert line_command(action) == command
