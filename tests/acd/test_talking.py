"""How talks end, and everything else that ends calls."""

import pytest
from acd_appliance import ANA, SALES, TRUNKS, Appliance, settings

from acd import (
    CallEnded,
    CallerIdentity,
    CallId,
    CallOffered,
    CallOfferedToUs,
    Cause,
    ClearLine,
    Disconnect,
    HangUpRequested,
    LineReturned,
    LineWithdrawn,
    NumberAbsence,
    PortId,
    PortInService,
    PortOutOfService,
    ShutdownRequested,
    StartRecording,
    WrapUpStarted,
)


def talking(**kwargs):
    appliance = Appliance(settings(**kwargs)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.actions.clear()
    return appliance


def ended(appliance):
    return [(fact.cause, fact.stage) for fact in appliance.facts(CallEnded)]


def test_an_agent_who_hangs_up_clears_the_trunk_and_wraps_up():
    appliance = talking()
    appliance.put_down("station-1")
    assert appliance.asked(Disconnect)
    assert appliance.asked(ClearLine) == [
        ClearLine(port=PortId("trunk-1"), cause=Cause.AGENT_HUNG_UP)
    ]
    assert ended(appliance) == [("agent hung up", "talking")]
    assert appliance.agent(ANA).state == "wrapping up"


def test_a_caller_who_hangs_up_releases_the_handset():
    appliance = talking()
    appliance.caller_hangs_up("trunk-1")
    assert appliance.asked(ClearLine) == [
        ClearLine(port=PortId("station-1"), cause=Cause.CALLER_HUNG_UP)
    ]
    assert ended(appliance) == [("caller hung up", "talking")]


def test_the_talk_limit_clears_both_sides():
    appliance = talking(talk_limit_s=100)
    appliance.pass_time(100)
    assert {action.port for action in appliance.asked(ClearLine)} == {"trunk-1", "station-1"}
    assert ended(appliance) == [("talk limit reached", "talking")]


def test_a_trunk_that_fails_ends_the_call_and_is_not_cleared():
    appliance = talking()
    appliance.fail("trunk-1")
    assert {action.port for action in appliance.asked(ClearLine)} == {"station-1"}
    assert ended(appliance) == [("line out of service", "talking")]
    assert appliance.facts(LineWithdrawn)[-1].alarm == "red"


def test_a_station_that_fails_brings_the_caller_back_to_the_head_of_the_queue():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    first = appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.pass_time(60)
    second = appliance.queue("trunk-2")
    appliance.fail("station-1")
    assert appliance.connected == set()
    assert (appliance.call(first).place, appliance.call(second).place) == (1, 2)
    assert appliance.queue_view(SALES).longest_wait_s == 60
    assert appliance.facts(WrapUpStarted)
    appliance.repair("station-1")
    assert appliance.ringing == set(), "the agent wraps up first"
    appliance.pass_time(15)
    assert appliance.call(first).stage == "offering"


def test_an_operator_can_hang_up_a_call_in_every_stage():
    appliance = talking()
    for port, key in (("trunk-2", ""), ("trunk-3", "2")):
        appliance.offer(port)
        appliance.press(port, key)
    for view in appliance.center.calls(appliance.now):
        appliance.tell(HangUpRequested(call=view.call))
    assert {stage for _, stage in ended(appliance)} == {"talking", "flow", "queued"}
    assert {cause for cause, _ in ended(appliance)} == {"hung up by operator"}
    appliance.tell(HangUpRequested(call=CallId("99999999")))


def test_a_shutdown_ends_every_call_in_order_and_takes_no_new_ones():
    appliance = talking()
    appliance.offer("trunk-2")
    appliance.queue("trunk-3", "2")
    appliance.tell(ShutdownRequested())
    assert [cause for cause, _ in ended(appliance)] == ["appliance stopped"] * 3
    assert {action.port for action in appliance.asked(ClearLine)} == {
        "trunk-1",
        "trunk-2",
        "trunk-3",
        "station-1",
    }
    assert (appliance.connected, appliance.recorded) == (set(), set())
    assert appliance.agent(ANA).station == "station-1"
    appliance.tell(CallOffered(port=TRUNKS[0], caller=CallerIdentity(), called=""))
    assert appliance.center.calls(appliance.now) == ()


def test_a_trunk_that_rings_again_ends_the_call_it_had():
    appliance = talking()
    appliance.tell(CallOffered(port=TRUNKS[0], caller=CallerIdentity(), called=""))
    assert ended(appliance) == [("line out of service", "talking")]
    assert [view.call for view in appliance.center.calls(appliance.now)] == ["00000002"]
    assert "trunk-1" not in {action.port for action in appliance.asked(ClearLine)}


@pytest.mark.parametrize("port", ["trunk-1", "station-1", "nowhere"])
def test_calls_on_ports_that_can_not_have_them_are_ignored(port):
    appliance = Appliance()
    appliance.tell(CallOffered(port=PortId(port), caller=CallerIdentity(), called=""))
    appliance.tell(PortInService(port=PortId("station-1")))
    appliance.tell(CallOffered(port=PortId("station-1"), caller=CallerIdentity(), called=""))
    assert appliance.facts(CallOfferedToUs) == []


def test_lines_are_journaled_when_they_change_only():
    appliance = Appliance()
    line = TRUNKS[0]
    appliance.tell(PortOutOfService(port=line, alarm="red"))
    for _ in range(2):
        appliance.tell(PortInService(port=line))
    for _ in range(2):
        appliance.tell(PortOutOfService(port=line, alarm="yellow"))
    appliance.tell(PortInService(port=PortId("nowhere")))
    appliance.tell(PortOutOfService(port=PortId("nowhere"), alarm="red"))
    assert [fact for _, fact in appliance.journal] == [
        LineReturned(port=line),
        LineWithdrawn(port=line, alarm="yellow"),
    ]


def test_who_called_and_what_was_called_is_journaled():
    appliance = Appliance().switch_on()
    withheld = CallerIdentity(number_absence=NumberAbsence.PRIVATE)
    appliance.tell(CallOffered(port=TRUNKS[0], caller=withheld, called="5551234"))
    appliance.tell(CallOffered(port=TRUNKS[1], caller=CallerIdentity(name="Ion"), called=""))
    first, second = appliance.facts(CallOfferedToUs)
    assert (first.called, first.number, first.number_absence) == ("5551234", None, "private")
    assert (second.called, second.name, second.number_absence) == ("5550001", "Ion", None)


def test_calls_are_recorded_only_if_that_is_configured():
    appliance = Appliance(settings(record_calls=False)).switch_on()
    appliance.offer()
    appliance.caller_hangs_up("trunk-1")
    assert not appliance.asked(StartRecording)
    assert ended(appliance) == [("caller hung up", "flow")]


def test_queues_show_what_their_agents_do():
    appliance = talking()
    view = appliance.queue_view(SALES)
    assert (view.logged_in, view.talking, view.ready, view.paused) == (1, 1, 0, 0)
    assert view.served == 1
