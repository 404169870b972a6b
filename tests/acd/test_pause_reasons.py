"""What the reason of a pause says of it: paid or not, and how long it may last."""

from dataclasses import replace

from acd_appliance import ANA, Appliance, settings

from acd import MISSED, AgentPaused, PauseReason

REASONS = {
    "1": PauseReason(name="break", paid=True, limit_s=900.0),
    "2": PauseReason(name="lunch"),
}


def at_work():
    appliance = Appliance(replace(settings(), pause_reasons=REASONS)).switch_on()
    appliance.log_in(ANA, "station-1")
    return appliance


def test_the_journal_says_whether_a_pause_is_paid():
    appliance = at_work()
    appliance.dial("station-1", "*131")
    appliance.dial("station-1", "*132")
    assert appliance.facts(AgentPaused) == [
        AgentPaused(agent=ANA, reason="break", paid=True),
        AgentPaused(agent=ANA, reason="lunch", paid=False),
    ]


def test_a_pause_that_begins_after_the_call_is_paid_by_its_reason_too():
    appliance = at_work()
    appliance.queue()
    appliance.lift("station-1")
    appliance.press("station-1", "*131")
    appliance.put_down("station-1")
    appliance.pass_time(20)
    assert appliance.facts(AgentPaused)[-1].paid


def test_a_pause_for_missed_calls_is_not_paid():
    appliance = at_work()
    appliance.queue()
    appliance.pass_time(60)
    assert appliance.facts(AgentPaused) == [AgentPaused(agent=ANA, reason=MISSED, paid=False)]


def test_the_table_of_agents_shows_the_limit_of_a_pause_and_only_then():
    appliance = at_work()
    assert appliance.agent(ANA).pause_limit_s is None
    appliance.dial("station-1", "*131")
    appliance.pass_time(10)
    assert appliance.agent(ANA).pause_limit_s == 900.0
    assert appliance.agent(ANA).state_lasts_s == 10.0
    appliance.dial("station-1", "*132")
    assert appliance.agent(ANA).pause_limit_s is None
