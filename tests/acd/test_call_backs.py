"""Callers who are called back keep their place, are called once, and are not forgotten."""

from dataclasses import replace

import pytest
from acd_appliance import (
    ANA,
    BEN,
    FLOW,
    OUTSIDE,
    SALES,
    SUPPORT,
    TRUNKS,
    UTC_MINUS_NOW_S,
    settings,
)
from test_skills_and_points import changed, office

from acd import (
    AgentPaused,
    AgentSettings,
    Answered,
    CallBackAttempted,
    CallBackEnded,
    CallBackNode,
    CallBackPostponed,
    CallBackReached,
    CallBackRequested,
    CallBackSettings,
    CallerQueued,
    Cause,
    Cleared,
    DialOut,
    HangUpNode,
    OfferMade,
    OpenInterval,
    PauseReason,
    PlayPrompts,
    PortId,
    QueueNode,
    RingStation,
    Schedule,
)

HER_NUMBER = "0721000001"


def configuration(**call_backs):
    queue_node = QueueNode(queue=SALES, timed_out="sorry", keys={"5": "call-me"})
    base = changed(
        node=queue_node,
        sales={"call_backs": CallBackSettings(**call_backs), "announce_place": False},
        number_plan=OUTSIDE,
    )
    flow = replace(
        base.flows[0],
        nodes={
            **FLOW.nodes,
            "sales": queue_node,
            "call-me": CallBackNode(queue=SALES, next="bye", failed="sorry"),
            "bye": HangUpNode(),
        },
    )
    return replace(base, flows=(flow,))


def ask(appliance, trunk="trunk-1", number=HER_NUMBER, keys="51"):
    """A caller waits and asks to be called back."""
    call = appliance.offer(trunk, number)
    appliance.press(trunk, "1")
    appliance.press(trunk, keys)
    appliance.pass_time(5)
    return call


def busy_office(**call_backs):
    """Ana is here, with her handset lifted."""
    appliance = office(configuration(**call_backs), ANA)
    appliance.lift("station-1")
    return appliance


def dialled_on(appliance):
    return appliance.asked(DialOut)[-1].port


def test_a_caller_confirms_the_number_and_is_told_that_we_will_call():
    appliance = busy_office()
    call = ask(appliance)
    heard = [action.prompts for action in appliance.asked(PlayPrompts, "trunk-1")]
    assert heard[-2] == (
        "call-back.number",
        *(f"number.{digit}" for digit in HER_NUMBER),
        "call-back.confirm",
    )
    assert heard[-1] == ("call-back.promised",)
    assert appliance.call(call) is None
    (request,) = appliance.facts(CallBackRequested)
    assert (request.number, request.queue) == (HER_NUMBER, SALES)


def test_when_an_agent_is_free_the_handset_rings_and_lifting_it_calls_the_caller():
    appliance = busy_office()
    ask(appliance)
    appliance.put_down("station-1")
    ring = appliance.asked(RingStation, "station-1")[-1]
    assert (ring.caller.number, ring.caller.name) == (HER_NUMBER, "CALL BACK")
    assert not appliance.asked(DialOut), "nobody is called before an agent is there"
    appliance.lift("station-1")
    assert appliance.asked(DialOut)[-1].number == HER_NUMBER
    assert appliance.agent(ANA).state == "reserved"
    appliance.tell(Answered(port=dialled_on(appliance)))
    assert appliance.agent(ANA).state == "talking"
    assert appliance.connected == {("station-1", dialled_on(appliance))}
    assert appliance.facts(CallBackReached)[-1].agent == ANA
    assert appliance.facts(CallBackEnded)[-1].why == "reached"
    appliance.put_down("station-1")
    assert appliance.agent(ANA).state == "wrapping up"


def test_the_place_is_kept_before_those_who_came_later():
    appliance = busy_office()
    ask(appliance)
    appliance.offer("trunk-2", "0721000009")
    appliance.press("trunk-2", "1")
    appliance.put_down("station-1")
    assert appliance.facts(OfferMade)[-1].why["next_call"]
    assert appliance.asked(RingStation)[-1].caller.name == "CALL BACK"


def test_who_came_earlier_is_served_earlier():
    appliance = busy_office()
    first = appliance.offer("trunk-2", "0721000009")
    appliance.press("trunk-2", "1")
    appliance.pass_time(3)
    ask(appliance)
    appliance.put_down("station-1")
    assert appliance.facts(OfferMade)[-1].call == first
    assert appliance.call(first).place == 1


def test_a_caller_without_a_number_keys_one_in_and_hears_it_again():
    appliance = busy_office()
    ask(appliance, number=None, keys="5" + HER_NUMBER + "#" + "1")
    assert appliance.facts(CallBackRequested)[-1].number == HER_NUMBER


def test_another_number_than_the_one_that_was_read_out():
    appliance = busy_office()
    ask(appliance, keys="52" + "0721000002#" + "1")
    assert appliance.facts(CallBackRequested)[-1].number == "0721000002"


def test_who_confirms_nothing_goes_on_at_the_other_way():
    appliance = busy_office()
    call = ask(appliance, keys="5")
    appliance.pass_time(60)
    assert not appliance.facts(CallBackRequested)
    assert appliance.call(call) is None or appliance.call(call).stage == "flow"


def test_nothing_is_promised_that_is_not_on_disk():
    appliance = busy_office()
    appliance.disk_hangs = True
    ask(appliance, keys="51")
    heard = [action.prompts for action in appliance.asked(PlayPrompts, "trunk-1")]
    assert ("call-back.promised",) not in heard


def test_asking_twice_gives_one_call():
    appliance = busy_office()
    ask(appliance)
    appliance.pass_time(10)
    appliance.offer("trunk-1", HER_NUMBER)
    appliance.press("trunk-1", "1")
    assert appliance.facts(CallBackEnded)[-1].why == "the caller called again"
    assert appliance.facts(CallerQueued)[-1].waited_before_s > 10
    appliance.press("trunk-1", "51")
    appliance.pass_time(5)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.tell(Answered(port=dialled_on(appliance)))
    appliance.put_down("station-1")
    appliance.pass_time(60)
    assert len(appliance.asked(DialOut)) == 1


def fail(appliance, cause):
    appliance.tell(Cleared(port=PortId(dialled_on(appliance)), cause=cause))


def test_who_does_not_answer_is_called_again_later_and_not_too_often():
    appliance = busy_office(attempts=2, retry_s=300.0)
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    fail(appliance, Cause.CALLED_BUSY)
    assert appliance.agent(ANA).state == "ready"
    appliance.put_down("station-1")
    assert not appliance.ringing, "not at once"
    assert appliance.facts(CallBackPostponed)[-1].why == "called party busy"
    appliance.pass_time(299)
    assert not appliance.ringing
    appliance.pass_time(2)
    assert appliance.ringing == {"station-1"}
    appliance.lift("station-1")
    fail(appliance, Cause.CALLED_NO_ANSWER)
    appliance.put_down("station-1")
    appliance.pass_time(1000)
    assert len(appliance.asked(DialOut)) == 2
    assert appliance.facts(CallBackEnded)[-1].why == "tried 2 times: called party did not answer"


def test_without_a_free_line_it_was_no_attempt():
    appliance = busy_office(attempts=1)
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    for _ in range(3):
        fail(appliance, Cause.CONGESTION)
        if appliance.facts(CallBackPostponed):
            break
    assert appliance.facts(CallBackPostponed)[-1].counts is False
    appliance.put_down("station-1")
    appliance.pass_time(61)
    assert appliance.ringing == {"station-1"}


def test_an_agent_who_does_not_lift_costs_no_attempt_and_the_next_one_is_rung():
    appliance = office(configuration(), ANA, BEN)
    for station in ("station-1", "station-2"):
        appliance.lift(station)
    ask(appliance)
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}
    appliance.put_down("station-2")
    appliance.pass_time(20.1)
    assert appliance.ringing == {"station-2"}
    assert not appliance.facts(CallBackAttempted)


def test_calls_are_made_within_the_hours_for_them():
    start = UTC_MINUS_NOW_S  # 11:06:40
    assert start
    noon = Schedule(
        name="noon",
        zone=settings().schedules[0].zone,
        intervals=(
            OpenInterval(
                weekdays=tuple(range(7)),
                start=settings().schedules[0].intervals[0].start.replace(hour=12),
                end=settings().schedules[0].intervals[0].start.replace(hour=13),
            ),
        ),
    )
    base = configuration(schedule="noon")
    appliance = office(replace(base, schedules=(*base.schedules, noon)), ANA)
    appliance.lift("station-1")
    ask(appliance)
    appliance.put_down("station-1")
    appliance.pass_time(53 * 60)
    assert not appliance.ringing
    appliance.pass_time(62)
    assert appliance.ringing == {"station-1"}


@pytest.mark.parametrize("away_s", [1.0, 30.0])
def test_a_restart_forgets_no_call_back_and_no_place(away_s):
    appliance = busy_office()
    ask(appliance)
    after = appliance.restart(away_s=away_s)
    after.switch_on()
    assert after.ringing == {"station-1"}
    assert after.facts(OfferMade)[-1].why["waited_s"] > away_s


def test_a_restart_in_the_middle_of_an_attempt_dials_not_twice_at_once():
    appliance = busy_office(retry_s=300.0)
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    after = appliance.restart()
    after.switch_on()
    assert after.agent(ANA).state == "ready"
    assert not after.ringing
    after.pass_time(301)
    assert after.ringing == {"station-1"}


def test_a_snapshot_holds_call_backs():
    appliance = busy_office()
    ask(appliance)
    snapshot = appliance.center.snapshot(appliance.now)
    appliance.journal = [(appliance.now + UTC_MINUS_NOW_S, snapshot)]
    after = appliance.restart()
    after.switch_on()
    assert after.ringing == {"station-1"}


def test_a_pause_asked_for_while_it_rings_there_begins_at_once_if_nobody_answers_and_is_paid():
    paid = {"1": PauseReason(name="meeting", paid=True)}
    appliance = office(replace(configuration(), pause_reasons=paid), ANA)
    appliance.lift("station-1")
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.press("station-1", "*131")
    appliance.tell(Cleared(port=dialled_on(appliance), cause=Cause.CALLED_BUSY))
    assert appliance.facts(AgentPaused) == [AgentPaused(agent=ANA, reason="meeting", paid=True)]


def test_an_agent_who_hangs_up_while_it_rings_there_has_made_an_attempt():
    appliance = busy_office(retry_s=300.0)
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.put_down("station-1")
    assert appliance.facts(CallBackPostponed)[-1].why == "agent hung up"
    assert appliance.agent(ANA).state == "ready"


def test_a_number_that_cannot_be_called_from_here_is_not_promised():
    appliance = office(replace(configuration(), number_plan=replace(OUTSIDE, routes=())), ANA)
    appliance.lift("station-1")
    ask(appliance, keys="5" + HER_NUMBER + "#1")
    assert not appliance.facts(CallBackRequested)


def test_all_lines_can_be_used_again_afterwards():
    appliance = busy_office()
    ask(appliance)
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.tell(Answered(port=dialled_on(appliance)))
    port = dialled_on(appliance)
    appliance.caller_hangs_up(port)
    appliance.put_down("station-1")
    for trunk in TRUNKS[:3]:
        appliance.offer(trunk)
    assert len(appliance.center.calls(appliance.now)) == 3
    assert isinstance(settings().agents[0], AgentSettings)


def test_a_second_call_back_in_the_same_call_does_not_cost_the_first_its_place():
    base = configuration()
    flow = replace(
        base.flows[0],
        nodes={
            **base.flows[0].nodes,
            "call-me": CallBackNode(queue=SALES, next="also", failed="sorry"),
            "also": CallBackNode(queue=SUPPORT, next="bye", failed="bye"),
        },
    )
    appliance = office(replace(base, flows=(flow,)), ANA)
    appliance.lift("station-1")
    ask(appliance)
    appliance.pass_time(20)
    appliance.press("trunk-1", "1")
    appliance.pass_time(5)
    assert [fact.queue for fact in appliance.facts(CallBackRequested)] == [SALES]
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.tell(Answered(port=dialled_on(appliance)))
    assert [fact.queue for fact in appliance.facts(CallBackReached)] == [SALES]
