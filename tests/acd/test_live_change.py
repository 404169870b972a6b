"""Settings that are replaced while calls are up."""

from dataclasses import replace

import pytest
from acd_appliance import ANA, BEN, CARA, FLOW, OUTSIDE, SALES, SUPPORT, Numbers, settings
from test_skills_and_points import changed, office

from acd import (
    AgentId,
    AgentLoggedOut,
    AgentReturned,
    AgentSettings,
    CallEnded,
    ConfigurationApplied,
    FlowEntered,
    LoanSettings,
    OfferMade,
    PlayPrompts,
    QueueMessage,
    QueueNode,
    QueueRefused,
    SayNode,
    SettingsError,
    SettingsReplaced,
    SkillRequirement,
    Threshold,
)

BEFORE = settings()
DAN = AgentId("1004")
WITH_DAN = replace(
    BEFORE,
    agents=(*BEFORE.agents, AgentSettings(agent=DAN, name="Dan", pin="4714")),
    queues=(replace(BEFORE.queues[0], agents=(ANA, BEN, DAN)), BEFORE.queues[1]),
)
WITHOUT_SALES = replace(
    BEFORE,
    queues=BEFORE.queues[1:],
    flows=(
        replace(FLOW, nodes={**FLOW.nodes, "sales": QueueNode(queue=SUPPORT, timed_out="sorry")}),
    ),
)
WITHOUT_CARA = replace(
    BEFORE,
    agents=BEFORE.agents[:2],
    queues=(BEFORE.queues[0], replace(BEFORE.queues[1], agents=(BEN,))),
)


def ask_for(appliance, after):
    event = SettingsReplaced(settings=after, numbers=Numbers(), by="admin", changes=("a.key",))
    appliance.tell(event)


def apply(appliance, after):
    assert appliance.center.obstacles(after) == []
    ask_for(appliance, after)
    appliance.settings = after
    assert appliance.facts(ConfigurationApplied)[-1].by == "admin"


def test_a_new_agent_can_log_in_at_once_and_serves_whoever_waits():
    appliance = office(BEFORE, CARA)
    call = appliance.queue()
    apply(appliance, WITH_DAN)
    appliance.log_in(DAN, "station-4")
    assert appliance.facts(OfferMade)[-1].agent == DAN
    appliance.lift("station-4")
    assert (appliance.call(call).stage, appliance.call(call).agent) == ("talking", DAN)


def test_a_talk_goes_on_under_any_change():
    appliance = office(BEFORE)
    call = appliance.queue()
    appliance.pass_time(1)
    appliance.lift("station-1")
    for after in (WITH_DAN, changed(sales={"priority": 9.0, "wrap_up_s": 99.0}), WITHOUT_CARA):
        apply(appliance, after)
    assert appliance.call(call).stage == "talking"
    assert appliance.facts(CallEnded) == []
    appliance.caller_hangs_up("trunk-1")
    assert appliance.agent(ANA).state == "wrapping up"


def test_who_has_no_call_and_is_removed_is_logged_out_and_gone():
    appliance = office(BEFORE, BEN, CARA)
    apply(appliance, WITHOUT_CARA)
    assert [fact.agent for fact in appliance.facts(AgentLoggedOut)] == [CARA]
    assert [view.agent for view in appliance.center.agents(appliance.now)] == [ANA, BEN]
    appliance.queue(key="2")
    assert appliance.facts(OfferMade)[-1].agent == BEN


@pytest.mark.parametrize("does", ["rings", "talks"])
def test_who_has_a_call_cannot_be_removed_and_is_named(does):
    appliance = office(BEFORE, CARA)
    appliance.queue(key="2")
    if does == "talks":
        appliance.lift("station-3")
    (obstacle,) = appliance.center.obstacles(WITHOUT_CARA)
    assert obstacle.startswith("agent.1003: has a call")
    ask_for(appliance, WITHOUT_CARA)
    assert appliance.facts(ConfigurationApplied) == []
    assert appliance.agent(CARA).state in ("ringing", "talking")


def test_a_queue_in_which_somebody_waits_cannot_be_removed_until_it_is_empty():
    appliance = office(BEFORE, CARA)
    appliance.queue()
    (obstacle,) = appliance.center.obstacles(WITHOUT_SALES)
    assert obstacle.startswith("queue.sales: 1 caller is in it")
    appliance.caller_hangs_up("trunk-1")
    apply(appliance, WITHOUT_SALES)
    assert [view.queue for view in appliance.center.queues(appliance.now)] == [SUPPORT]


def test_a_caller_goes_on_in_the_flow_that_was_entered_and_the_next_one_meets_the_new_one():
    appliance = office(BEFORE, CARA)
    appliance.offer("trunk-1")
    new = replace(
        FLOW, start="news", nodes={**FLOW.nodes, "news": SayNode(prompts=("new",), next="menu")}
    )
    apply(appliance, replace(BEFORE, flows=(new,)))
    appliance.press("trunk-1", "1")
    assert appliance.facts(FlowEntered)[-1].node == "sales"
    appliance.offer("trunk-2")
    assert appliance.asked(PlayPrompts, "trunk-2")[0].prompts == ("new",)


def test_a_caller_whose_old_flow_leads_to_a_queue_that_is_gone_is_served_as_if_nobody_were_there():
    appliance = office(BEFORE, CARA)
    call = appliance.offer("trunk-1")
    apply(appliance, WITHOUT_SALES)
    appliance.press("trunk-1", "1")
    assert appliance.facts(QueueRefused)[-1].why == "nobody there"
    assert appliance.call(call) is not None
    assert appliance.facts(FlowEntered)[-1].node == "sorry"


def test_points_of_a_queue_count_for_those_who_wait_already():
    both = {"support": (ANA, BEN)}
    appliance = office(settings(**both), CARA)
    first = appliance.queue("trunk-1", "1")
    appliance.pass_time(5)
    second = appliance.queue("trunk-2", "2")
    before = settings(**both)
    raised = replace(before.queues[1], priority=1000.0)
    apply(appliance, replace(before, queues=(before.queues[0], raised)))
    appliance.log_in(ANA, "station-1")
    assert appliance.facts(OfferMade)[-1].call == second
    assert appliance.call(first).stage == "queued"


def test_messages_can_be_changed_while_callers_hear_them():
    old = QueueMessage(prompts=("old",), after_s=10.0, every_s=10.0)
    new = QueueMessage(prompts=("new",), after_s=10.0)
    appliance = office(changed(sales={"messages": (old,)}), CARA)
    appliance.queue("trunk-1")
    appliance.pass_time(5)
    apply(appliance, changed(sales={"messages": (new,), "announce_first_s": 0.0}))
    appliance.queue("trunk-2")
    appliance.pass_time(40)
    said = [action.prompts for action in appliance.asked(PlayPrompts, "trunk-2")]
    assert any("new" in prompts for prompts in said)
    assert not any("old" in prompts for prompts in said)


def test_a_loan_of_a_rule_that_is_gone_ends():
    loan = LoanSettings(name="peak", queue=SALES, agents=(CARA,), when=Threshold(waiting=1))
    appliance = office(changed(loans=(loan,)), CARA)
    appliance.queue()
    appliance.pass_time(3)
    assert SALES in appliance.agent(CARA).serves
    appliance.lift("station-3")
    appliance.caller_hangs_up("trunk-1")
    apply(appliance, BEFORE)
    assert appliance.facts(AgentReturned)[-1].why == "no longer configured"
    assert appliance.agent(CARA).serves == (SUPPORT,)


def test_whoever_dials_while_all_routes_are_removed_hears_that_it_does_not_work():
    appliance = office(settings(number_plan=OUTSIDE), BEN)
    appliance.lift("station-1")
    appliance.press("station-1", "07")
    apply(appliance, BEFORE)
    appliance.press("station-1", "21")
    assert appliance.station("station-1").state != "dialling"
    appliance.put_down("station-1")
    assert appliance.station("station-1").state == "on-hook"


def test_star_codes_count_from_the_next_key_on():
    appliance = office(BEFORE, ANA)
    codes = replace(BEFORE.star_codes, pause="*77")
    apply(appliance, replace(BEFORE, star_codes=codes))
    appliance.dial("station-1", "*131")
    assert appliance.agent(ANA).state == "ready"
    appliance.dial("station-1", "*771")
    assert appliance.agent(ANA).state == "paused"


def test_lines_and_handsets_cannot_come_or_go():
    appliance = office(BEFORE)
    fewer = replace(BEFORE, stations=BEFORE.stations[:3], trunks=BEFORE.trunks[:3])
    assert [each.split(":")[0] for each in appliance.center.obstacles(fewer)] == [
        "trunks",
        "stations",
    ]


def test_settings_that_contradict_themselves_are_an_error_and_change_nothing():
    appliance = office(BEFORE)
    with pytest.raises(SettingsError):
        appliance.center.obstacles(replace(BEFORE, queues=()))


def test_after_a_restart_everything_is_as_it_was_changed_to():
    appliance = office(BEFORE, BEN, CARA)
    apply(appliance, WITHOUT_CARA)
    after = appliance.restart()
    assert after.agent(BEN).station == "station-2"
    assert [view.agent for view in after.center.agents(after.now)] == [ANA, BEN]


def test_what_is_asked_of_agents_changes_for_those_who_wait_already():
    wanted = SkillRequirement(skill="english", level=3)
    appliance = office(changed(sales={"requires": (wanted,)}), ANA)
    call = appliance.queue()
    assert appliance.call(call).stage == "queued"
    apply(appliance, BEFORE)
    assert appliance.facts(OfferMade)[-1].agent == ANA
