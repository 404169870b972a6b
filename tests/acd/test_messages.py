"""Messages that callers leave in a flow."""

from dataclasses import replace

import pytest
from acd_appliance import FLOW, Appliance, settings

from acd import (
    FlowEntered,
    MessageBegun,
    MessageEnded,
    MessageNode,
    PlayPrompts,
    SettingsError,
    StartMessage,
)

NODE = MessageNode(prompts=("speak",), next="closed", box="sales", longest_s=60.0)
FLOW_WITH = replace(
    FLOW,
    nodes={
        **FLOW.nodes,
        "menu": replace(FLOW.nodes["menu"], keys={"5": "leave"}),
        "leave": NODE,
    },
)


def caller_at_the_tone(flow=FLOW_WITH):
    appliance = Appliance(settings(flow=flow)).switch_on()
    appliance.offer()
    appliance.press("trunk-1", "5")
    return appliance


def speaking():
    appliance = caller_at_the_tone()
    appliance.pass_time(4.5)
    assert len(appliance.messages) == 1
    return appliance


def test_the_caller_hears_prompts_and_a_tone_and_is_recorded_from_its_end_on():
    appliance = caller_at_the_tone()
    appliance.pass_time(3.9)
    assert [each.prompts for each in appliance.asked(PlayPrompts)][-2:] == [("speak",), ("beep",)]
    assert appliance.asked(StartMessage) == []
    appliance.pass_time(0.1)
    (started,) = appliance.asked(StartMessage)
    assert (started.port, started.file) == ("trunk-1", "messages/2026-11-18/110644-00000001.wav")
    assert appliance.facts(MessageBegun)[0].box == "sales"


def test_hash_ends_the_message_and_the_flow_goes_on():
    appliance = speaking()
    appliance.pass_time(10)
    appliance.press("trunk-1", "2#")
    (ended,) = appliance.facts(MessageEnded)
    assert (ended.why, ended.lasts_s, ended.kept) == ("#", 10.5, True)
    assert appliance.facts(FlowEntered)[-1].node == "closed"
    assert appliance.messages == set()


def test_who_hangs_up_has_left_the_message_too():
    appliance = speaking()
    appliance.pass_time(10)
    appliance.caller_hangs_up("trunk-1")
    assert [fact.why for fact in appliance.facts(MessageEnded)] == ["hung up"]
    assert appliance.messages == set()


def test_a_message_that_never_ends_is_cut():
    appliance = speaking()
    appliance.pass_time(60)
    assert [fact.why for fact in appliance.facts(MessageEnded)] == ["longest"]


def test_who_hangs_up_at_the_tone_has_left_none():
    appliance = speaking()
    appliance.caller_hangs_up("trunk-1")
    assert [fact.kept for fact in appliance.facts(MessageEnded)] == [False]


def test_a_key_in_the_prompts_leads_to_the_tone_at_once():
    appliance = caller_at_the_tone()
    appliance.press("trunk-1", "1")
    assert appliance.asked(PlayPrompts)[-1].prompts == ("beep",)
    appliance.press("trunk-1", "#")
    appliance.pass_time(2)
    assert len(appliance.messages) == 1


def test_a_restart_in_the_middle_keeps_what_was_said():
    appliance = speaking()
    appliance.pass_time(5)
    after = appliance.restart()
    (ended,) = after.facts(MessageEnded)
    assert (ended.why, ended.kept) == ("call server restarted", True)


def test_a_message_needs_somewhere_to_go_on():
    wrong = replace(FLOW_WITH, nodes={**FLOW_WITH.nodes, "leave": replace(NODE, next="nowhere")})
    with pytest.raises(SettingsError, match="nowhere"):
        caller_at_the_tone(wrong)
