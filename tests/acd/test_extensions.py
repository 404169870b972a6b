"""Callers who ask for an agent by number, and digits that callers key in."""

from dataclasses import replace

from acd_appliance import ANA, BEN, FLOW, SALES, settings
from test_skills_and_points import changed, office

from acd import (
    CallConnected,
    CallerListSettings,
    CallerQueued,
    CollectNode,
    DataKeyed,
    ExtensionNode,
    OfferMade,
    Points,
    QueueNode,
)

ASK = ExtensionNode(
    prompts=("which",), exhausted="goodbye", unknown="news", absent="closed", timed_out="sorry"
)


def configuration(**others):
    flow = replace(
        FLOW,
        nodes={
            **FLOW.nodes,
            "menu": replace(FLOW.nodes["menu"], keys={"1": "sales", "4": "ask", "7": "customer"}),
            "ask": ASK,
            "customer": CollectNode(
                prompts=("customer",), next="sales", exhausted="goodbye", most_digits=4
            ),
        },
    )
    return replace(changed(**others), flows=(flow,))


def at_node(appliance, call):
    return appliance.center._calls.get(call).walk.node


def test_a_caller_reaches_the_agent_whose_number_is_keyed_in():
    appliance = office(configuration(), ANA, BEN)
    appliance.offer()
    appliance.press("trunk-1", "41002#")
    assert appliance.ringing == {"station-2"}
    appliance.lift("station-2")
    assert appliance.facts(CallConnected)[-1].queue == "agent 1002"


def test_a_caller_waits_for_that_agent_though_others_are_free():
    appliance = office(configuration(), ANA, BEN)
    appliance.lift("station-2")
    call = appliance.offer()
    appliance.press("trunk-1", "41002#")
    assert not appliance.ringing
    assert appliance.call(call).stage == "queued"
    appliance.put_down("station-2")
    assert appliance.ringing == {"station-2"}


def test_an_agent_with_callers_of_both_kinds_serves_who_waits_longest():
    appliance = office(configuration(), BEN)
    appliance.lift("station-2")
    first = appliance.queue("trunk-1")
    appliance.pass_time(1)
    appliance.offer("trunk-2")
    appliance.press("trunk-2", "41002#")
    appliance.put_down("station-2")
    assert appliance.facts(OfferMade)[-1].call == first


def test_a_number_that_nobody_has_and_an_agent_who_is_not_here():
    appliance = office(configuration(), ANA)
    call = appliance.offer()
    appliance.press("trunk-1", "4999#")
    assert at_node(appliance, call) == "news"
    other = appliance.offer("trunk-2")
    appliance.press("trunk-2", "41002#")
    assert at_node(appliance, other) == "closed"


def test_personal_queues_are_shown_only_while_somebody_waits():
    appliance = office(configuration(), BEN)
    assert len(appliance.center.queues(appliance.now)) == len(settings().queues)
    appliance.lift("station-2")
    appliance.offer()
    appliance.press("trunk-1", "41002#")
    assert appliance.queue_view("agent 1002").waiting == 1


def test_what_a_caller_keys_in_may_put_the_caller_on_a_list():
    gold = CallerListSettings(name="gold", keyed=frozenset({"1234"}), points=Points(priority=50.0))
    appliance = office(configuration(caller_lists=(gold,)), ANA)
    appliance.lift("station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(10)
    appliance.offer("trunk-2")
    appliance.press("trunk-2", "71234")
    assert appliance.facts(DataKeyed)[-1].digits == "1234"
    assert appliance.facts(CallerQueued)[-1].lists == ("gold",)
    appliance.put_down("station-1")
    assert appliance.facts(OfferMade)[-1].why["score"] == 50.0


def test_who_keys_nothing_in_is_asked_again_and_then_goes_on():
    appliance = office(configuration(), ANA)
    appliance.offer()
    appliance.press("trunk-1", "7")
    appliance.pass_time(60)
    assert not appliance.facts(DataKeyed)
    assert appliance.center.calls(appliance.now) == ()


def test_a_star_begins_the_digits_anew():
    appliance = office(configuration(), ANA)
    appliance.offer()
    appliance.press("trunk-1", "799*12#")
    assert appliance.facts(DataKeyed)[-1].digits == "12"
    assert isinstance(configuration().flows[0].nodes["sales"], QueueNode)
    assert SALES
