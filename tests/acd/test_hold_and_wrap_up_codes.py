"""What an agent does with a call besides talking: putting it on hold, telling what came of it."""

from dataclasses import replace

import pytest
from acd_appliance import ANA, BEN, settings
from test_skills_and_points import changed, office

from acd import (
    AgentWrappedUp,
    CallEnded,
    CallHeld,
    CallRetrieved,
    Flashed,
    OfferMade,
    PlayMusic,
    PortId,
    SettingsError,
    WrapUpCoded,
)

CODES = {"1": "sold", "31": "call again"}
CODED = changed(
    sales={"needs_wrap_up_code": True, "wrap_up_s": 10.0, "wrap_up_at_most_s": 60.0},
    wrap_up_codes=CODES,
)


def talk(configuration=None, *agents):
    appliance = office(configuration or settings(), *(agents or (ANA,)))
    call = appliance.queue()
    appliance.lift("station-1")
    assert appliance.call(call).stage == "talking"
    return appliance, call


def flash(appliance):
    appliance.tell(Flashed(port=PortId("station-1")))


def test_a_flash_puts_the_caller_on_hold_with_music_and_another_one_brings_the_caller_back():
    appliance, call = talk()
    flash(appliance)
    assert appliance.connected == set()
    assert isinstance(appliance.sound["trunk-1"], PlayMusic)
    assert appliance.agent(ANA).state == "holding"
    appliance.pass_time(20)
    assert appliance.agent(ANA).state_lasts_s == 20
    flash(appliance)
    assert appliance.connected == {("trunk-1", "station-1")}
    assert "trunk-1" not in appliance.sound
    assert appliance.agent(ANA).state == "talking"
    assert [fact.call for fact in appliance.facts(CallHeld) + appliance.facts(CallRetrieved)] == [
        call
    ] * 2


def test_a_hold_that_is_forgotten_ends_by_itself():
    appliance, _ = talk(replace(settings(), hold_limit_s=60.0))
    flash(appliance)
    appliance.pass_time(59)
    assert appliance.agent(ANA).state == "holding"
    appliance.pass_time(1)
    assert appliance.agent(ANA).state == "talking"
    assert appliance.connected == {("trunk-1", "station-1")}


def test_a_caller_on_hold_whose_agent_hangs_up_waits_for_another_one_at_the_old_place():
    appliance, call = talk(None, ANA, BEN)
    flash(appliance)
    appliance.put_down("station-1")
    assert appliance.facts(CallEnded) == []
    assert appliance.agent(ANA).state == "wrapping up"
    assert (appliance.facts(OfferMade)[-1].call, appliance.facts(OfferMade)[-1].agent) == (
        call,
        BEN,
    )


def test_a_caller_who_hangs_up_on_hold_is_gone_and_the_agent_wraps_up():
    appliance, _ = talk()
    flash(appliance)
    appliance.caller_hangs_up("trunk-1")
    assert len(appliance.facts(CallEnded)) == 1
    assert appliance.agent(ANA).state == "wrapping up"
    assert appliance.connected == set()


def test_an_agent_tells_what_came_of_the_call_while_it_lasts_or_after_it():
    appliance, call = talk(replace(settings(), wrap_up_codes=CODES))
    appliance.press("station-1", "*15" + "31")
    (fact,) = appliance.facts(WrapUpCoded)
    assert (fact.call, fact.agent, fact.code, fact.meaning) == (call, ANA, "31", "call again")
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    appliance.dial("station-1", "*151")
    assert [each.code for each in appliance.facts(WrapUpCoded)] == ["31", "1"]
    assert appliance.agent(ANA).state == "wrapping up"


@pytest.mark.parametrize("keys", ["*152", "*1532"])
def test_a_code_that_nobody_has_is_refused(keys):
    appliance, _ = talk(replace(settings(), wrap_up_codes=CODES))
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    appliance.lift("station-1")
    appliance.press("station-1", keys)
    assert appliance.station("station-1").state == "refused"
    assert appliance.facts(WrapUpCoded) == []


def test_a_code_without_a_call_is_refused():
    appliance = office(replace(settings(), wrap_up_codes=CODES), ANA)
    appliance.lift("station-1")
    appliance.press("station-1", "*151")
    assert appliance.station("station-1").state == "refused"


def ended_talk():
    appliance, _ = talk(CODED)
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    return appliance


def test_where_a_code_is_needed_the_wrap_up_waits_for_it_and_ends_with_it():
    appliance = ended_talk()
    appliance.pass_time(30)
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.dial("station-1", "*151")
    assert appliance.agent(ANA).state == "ready"


def test_a_code_that_comes_early_leaves_the_usual_time_for_the_wrap_up():
    appliance = ended_talk()
    appliance.pass_time(3)
    appliance.dial("station-1", "*151")
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.pass_time(7)
    assert appliance.agent(ANA).state == "ready"


def test_a_code_that_never_comes_ends_with_the_longest_wrap_up():
    appliance = ended_talk()
    appliance.pass_time(59)
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.pass_time(1)
    assert appliance.agent(ANA).state == "ready"


def test_without_the_needed_code_no_agent_is_back_early_and_a_pause_comes_after_it():
    appliance = ended_talk()
    appliance.dial("station-1", "*14")
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.dial("station-1", "*131")
    assert appliance.agent(ANA).state == "wrapping up"
    appliance.pass_time(10)
    appliance.dial("station-1", "*151")
    assert (appliance.agent(ANA).state, appliance.agent(ANA).reason) == ("paused", "break")


def test_the_next_call_needs_a_code_of_its_own():
    appliance = ended_talk()
    appliance.dial("station-1", "*151")
    appliance.pass_time(10)
    appliance.queue("trunk-2")
    appliance.lift("station-1")
    appliance.caller_hangs_up("trunk-2")
    appliance.put_down("station-1")
    appliance.pass_time(20)
    assert appliance.agent(ANA).state == "wrapping up"
    assert len(appliance.facts(AgentWrappedUp)) == 1


def test_a_wrap_up_that_waits_for_its_code_goes_on_waiting_after_a_restart():
    appliance = ended_talk()
    appliance.pass_time(20)
    after = appliance.restart(5.0)
    assert after.agent(ANA).state == "wrapping up"
    after.repair("station-1")
    after.pass_time(34)
    assert after.agent(ANA).state == "wrapping up"
    after.pass_time(2)
    assert after.agent(ANA).state == "ready"


def test_a_ready_agent_whose_handset_cannot_be_rung_is_shown_as_such():
    appliance = office(settings(), ANA)
    appliance.fail("station-1")
    appliance.pass_time(5)
    assert (appliance.agent(ANA).state, appliance.agent(ANA).state_lasts_s) == ("line down", 5)
    appliance.repair("station-1")
    assert appliance.agent(ANA).state == "ready"


def test_codes_that_begin_alike_are_a_contradiction():
    with pytest.raises(SettingsError, match="beginning"):
        office(replace(settings(), wrap_up_codes={"1": "sold", "12": "lost"}), ANA)


def test_the_code_of_the_last_call_is_shown_in_its_wrap_up_and_not_after_it():
    appliance = ended_talk()
    appliance.dial("station-1", "*151")
    assert appliance.agent(ANA).reason == "1"
    appliance.pass_time(10)
    assert (appliance.agent(ANA).state, appliance.agent(ANA).reason) == ("ready", "")
