"""Telephones that are called about alerts: they ring, speak, take a key, and are tried again."""

from dataclasses import replace

import pytest
from acd_appliance import ANA, OUTSIDE, SALES, STATIONS, Appliance, settings

from acd import (
    AlertAcknowledged,
    AlertAcknowledgeRequested,
    AlertCallEnded,
    AlertCallPlaced,
    AlertSettings,
    Answered,
    Cause,
    Cleared,
    ClearLine,
    DialOut,
    OfferMissed,
    PauseReason,
    PauseTooLong,
    PlayPrompts,
    PortId,
    QueueLoaded,
    ReceiverSettings,
    RingStation,
    ShutdownRequested,
    Threshold,
    TrunkReleased,
)
from acd.alert_call import AlertCallState
from acd.alert_calls import AlertCalls
from acd.alert_prompts import KIND_PROMPTS, alert_prompts
from acd.alert_records import Subject
from acd.alert_sights import _WORDS

DESK = ReceiverSettings(name="desk", station=STATIONS[3], attempts=2, pause_s=30.0, ring_s=20.0)
BOSS = ReceiverSettings(name="boss", number="0722000001", attempts=2, pause_s=30.0, ring_s=20.0)
PAUSE = AlertSettings(
    name="pause", rule=PauseTooLong(), receivers=("desk",), repeat_s=600.0, clears_below=1.0
)
SAID = ("alert.pause", "alert.agent", "number.1", "number.0", "number.0", "number.1", "alert.key")


def office(*alerts, **changes):
    configuration = replace(
        settings(number_plan=OUTSIDE),
        pause_reasons={"1": PauseReason(name="break", limit_s=60.0)},
        alerts=alerts or (PAUSE,),
        receivers=(DESK, BOSS),
        **changes,
    )
    appliance = Appliance(configuration).switch_on()
    appliance.log_in(ANA, "station-1")
    return appliance


def alarmed(*alerts):
    appliance = office(*alerts)
    appliance.dial("station-1", "*131")
    appliance.pass_time(61.1)
    return appliance


def by_telephone():
    return alarmed(replace(PAUSE, receivers=("boss",)))


def ended(appliance):
    return [fact.how for fact in appliance.facts(AlertCallEnded)]


def states(appliance):
    return [call.state for call in appliance.center._alerts.calls._calls.values()]


def test_a_handset_rings_says_the_alert_and_key_1_acknowledges():
    appliance = alarmed()
    assert appliance.ringing == {"station-4"}
    assert appliance.asked(RingStation, "station-4")[0].caller.name == "ALERT"
    appliance.lift("station-4")
    assert appliance.asked(PlayPrompts, "station-4")[-1].prompts == SAID
    appliance.press("station-4", "1")
    assert [fact.by for fact in appliance.facts(AlertAcknowledged)] == ["telephone desk"]
    assert appliance.asked(PlayPrompts, "station-4")[-1].prompts == ("alert.acknowledged",)
    appliance.pass_time(3)
    assert ended(appliance) == ["acknowledged"]
    assert appliance.asked(ClearLine, "station-4")
    appliance.put_down("station-4")
    assert appliance.station("station-4").state == "on-hook"
    appliance.pass_time(2000)
    assert len(appliance.facts(AlertCallPlaced)) == 1


def test_another_key_means_nothing_and_the_prompts_are_said_three_times():
    appliance = alarmed()
    appliance.lift("station-4")
    appliance.press("station-4", "2")
    appliance.pass_time(200)
    assert len(appliance.asked(PlayPrompts, "station-4")) == 3
    assert not appliance.facts(AlertAcknowledged)
    assert appliance.station("station-4").state == "dropped"


def test_a_handset_that_nobody_lifts_is_rung_again_after_a_pause_and_then_no_more():
    appliance = alarmed()
    appliance.pass_time(20)
    assert not appliance.ringing
    appliance.pass_time(29)
    assert not appliance.ringing
    appliance.pass_time(2)
    assert appliance.ringing == {"station-4"}
    appliance.pass_time(500)
    assert [fact.attempt for fact in appliance.facts(AlertCallPlaced)] == [1, 2]
    assert ended(appliance) == ["nobody acknowledged"]
    assert not appliance.facts(OfferMissed)
    appliance.pass_time(90)
    assert len(appliance.facts(AlertCallPlaced)) == 3, "the alert is told again"


def test_a_handset_in_use_is_tried_again():
    appliance = office()
    appliance.lift("station-4")
    appliance.dial("station-1", "*131")
    appliance.pass_time(62)
    assert not appliance.facts(AlertCallPlaced)
    appliance.put_down("station-4")
    appliance.pass_time(30)
    assert appliance.ringing == {"station-4"}


def test_an_alert_that_is_over_or_acknowledged_elsewhere_stops_the_ringing():
    appliance = alarmed()
    appliance.tell(AlertAcknowledgeRequested(number=1, by="console"))
    assert not appliance.ringing
    appliance = alarmed()
    appliance.dial("station-1", "*14")
    appliance.pass_time(1.1)
    assert not appliance.ringing
    assert ended(appliance) == ["no longer needed"]


def test_a_telephone_outside_is_called_by_the_number_plan_and_accounted():
    appliance = by_telephone()
    (dialled,) = appliance.asked(DialOut)
    assert (dialled.port, dialled.number) == ("trunk-1", "0722000001")
    assert dialled.caller.number == "+40215550100"
    appliance.pass_time(5)
    appliance.tell(Answered(port=PortId("trunk-1")))
    assert appliance.asked(PlayPrompts, "trunk-1")[-1].prompts == SAID
    appliance.pass_time(16)
    appliance.press("trunk-1", "1")
    appliance.pass_time(2.1)
    assert ended(appliance) == ["acknowledged"]
    (released,) = appliance.facts(TrunkReleased)
    assert (released.carrier, released.answered_s) == ("cheap", 18.0)
    assert appliance.center.carriers(appliance.now)[0].calls_out == 1
    appliance.queue("trunk-1")


def test_whoever_hangs_up_without_the_key_is_called_again():
    appliance = by_telephone()
    appliance.tell(Answered(port=PortId("trunk-1")))
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(29)
    assert len(appliance.asked(DialOut)) == 1
    appliance.pass_time(2)
    assert len(appliance.asked(DialOut)) == 2
    appliance.tell(Cleared(port=appliance.asked(DialOut)[1].port, cause=Cause.CALLED_BUSY))
    assert ended(appliance) == ["nobody acknowledged"]


def test_nobody_answers_outside():
    appliance = by_telephone()
    appliance.pass_time(21)
    assert appliance.asked(ClearLine, "trunk-1")
    assert states(appliance) == [AlertCallState.WAITING]


def test_a_trunk_that_fails_or_rings_ends_the_attempt_and_the_caller_is_served():
    appliance = by_telephone()
    call = appliance.offer("trunk-1")
    assert appliance.call(call).stage == "flow"
    assert states(appliance) == [AlertCallState.WAITING]
    appliance = by_telephone()
    appliance.fail("trunk-1")
    assert states(appliance) == [AlertCallState.WAITING]


def test_no_line_is_free():
    appliance = office(replace(PAUSE, receivers=("boss",)))
    for trunk in ("trunk-1", "trunk-2", "trunk-3"):
        appliance.queue(trunk, "2")
    appliance.dial("station-1", "*131")
    appliance.pass_time(100)
    assert not appliance.asked(DialOut)
    assert ended(appliance) == ["nobody acknowledged"]


def test_one_call_at_a_time_about_an_alert_and_to_a_telephone():
    appliance = alarmed(
        replace(PAUSE, receivers=("desk", "boss")), replace(PAUSE, name="also", receivers=("boss",))
    )
    appliance.pass_time(10)
    assert [fact.receiver for fact in appliance.facts(AlertCallPlaced)] == ["desk", "boss"]
    assert [fact.number for fact in appliance.facts(AlertCallPlaced)] == [1, 2]
    appliance.tell(AlertAcknowledgeRequested(number=1, by="console"))
    appliance.pass_time(10)
    assert len(appliance.facts(AlertCallPlaced)) == 2


def test_an_emergency_call_needs_the_line_more():
    appliance = by_telephone()
    appliance.lift("station-2")
    appliance.press("station-2", "112")
    assert appliance.asked(ClearLine, "trunk-1")[0].cause is Cause.PREEMPTED
    assert states(appliance) == [AlertCallState.WAITING]


def test_an_emergency_call_in_the_middle_of_the_thanks_ends_the_call_about_the_alert():
    appliance = by_telephone()
    appliance.tell(Answered(port=PortId("trunk-1")))
    appliance.press("trunk-1", "1")
    appliance.lift("station-2")
    appliance.press("station-2", "112")
    assert ended(appliance) == ["acknowledged"]
    appliance.pass_time(100)
    assert len(appliance.facts(AlertCallPlaced)) == 1


def test_a_queue_is_named_by_its_own_prompts():
    configuration = settings(number_plan=OUTSIDE)
    sales = replace(configuration.queues[0], said_as=("sales-name",))
    alert = AlertSettings(
        name="long",
        rule=QueueLoaded(when=Threshold(waiting=1)),
        receivers=("desk",),
        queues=(SALES,),
    )
    appliance = Appliance(
        replace(
            configuration,
            queues=(sales, configuration.queues[1]),
            alerts=(alert,),
            receivers=(DESK,),
        )
    ).switch_on()
    appliance.queue("trunk-1")
    appliance.pass_time(1.1)
    appliance.lift("station-4")
    said = appliance.asked(PlayPrompts, "station-4")[-1].prompts
    assert said == ("alert.queue", "sales-name", "alert.key")


def test_digits_are_said_one_by_one_in_romanian_too():
    said = alert_prompts("call too long", Subject("agent", "120"), (), "ro")
    assert said == ("alert.call", "alert.agent", "number.1", "number.2", "number.0", "alert.key")


@pytest.mark.parametrize("by_snapshot", [False, True])
def test_a_restart_goes_on_where_a_call_was(by_snapshot):
    appliance = alarmed()
    if by_snapshot:
        snapshot = appliance.center.snapshot(appliance.now)
        appliance.journal = [(appliance.journal[-1][0], snapshot)]
    after = appliance.restart().switch_on()
    after.pass_time(9)
    assert not after.ringing
    after.pass_time(2)
    assert after.ringing == {"station-4"}
    after.pass_time(100)
    assert after.facts(AlertCallPlaced)[-1].attempt == 2
    assert ended(after) == ["nobody acknowledged"]
    again = after.restart().switch_on()
    again.pass_time(100)
    assert not again.ringing


def test_after_a_restart_nobody_is_called_about_what_somebody_sees_to():
    appliance = alarmed()
    appliance.lift("station-4")
    appliance.press("station-4", "1")
    after = appliance.restart().switch_on()
    after.pass_time(100)
    assert len(after.facts(AlertCallPlaced)) == 1


def test_when_the_appliance_stops_so_do_its_calls_until_it_starts():
    appliance = alarmed()
    appliance.tell(ShutdownRequested())
    appliance.pass_time(500)
    assert not appliance.ringing
    after = appliance.restart().switch_on()
    after.pass_time(11)
    assert after.ringing == {"station-4"}


def test_every_kind_of_alert_is_said_and_every_waiting_state_ends():
    assert set(KIND_PROMPTS) == set(_WORDS.values())
    assert {state for state, given in AlertCalls._TABLE if given.value == "due"} == set(
        AlertCallState
    )
