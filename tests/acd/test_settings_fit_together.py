"""Settings that contradict each other are refused, with everything that is wrong at once."""

from dataclasses import replace
from datetime import UTC, time

import pytest
from acd_appliance import ANA, settings

from acd import (
    AgentId,
    AgentSettings,
    Center,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    OpenInterval,
    PauseReason,
    PortId,
    QueueName,
    QueueNode,
    SayNode,
    Schedule,
    SettingsError,
    StarCodes,
    TrunkSettings,
)

GOOD = settings()


def problems(configuration):
    with pytest.raises(SettingsError) as caught:
        Center(configuration)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def changed_queue(**changes):
    return replace(GOOD, queues=(replace(GOOD.queues[0], **changes), GOOD.queues[1]))


def changed_flow(**nodes):
    flow = GOOD.flows[0]
    return replace(GOOD, flows=(replace(flow, nodes={**flow.nodes, **nodes}),))


def interval(weekdays, start, end):
    return OpenInterval(weekdays=weekdays, start=start, end=end)


def changed_schedule(*intervals):
    schedule = Schedule(name="always", zone=UTC, intervals=intervals)
    return replace(GOOD, schedules=(schedule,))


MENU = GOOD.flows[0].nodes["menu"]
TRUNK = TrunkSettings(port=PortId("trunk-9"), flow="other", language="en")

WRONG = {
    "there is no flow 'other'": replace(GOOD, trunks=(TRUNK,)),
    "nobody knows how numbers are said in 'xx'": replace(
        GOOD, trunks=(replace(GOOD.trunks[0], language="xx"),)
    ),
    "port 'trunk-1' is there 2 times": replace(GOOD, stations=(PortId("trunk-1"),)),
    "agent '1001' is there 2 times": replace(GOOD, agents=(*GOOD.agents, GOOD.agents[0])),
    "queue 'sales' is there 2 times": replace(GOOD, queues=(*GOOD.queues, GOOD.queues[0])),
    "flow 'main' is there 2 times": replace(GOOD, flows=GOOD.flows * 2),
    "schedule 'always' is there 2 times": replace(GOOD, schedules=GOOD.schedules * 2),
    "there is no agent '9'": changed_queue(agents=(AgentId("9"),)),
    "agent '1001' is there 2 times ": changed_queue(agents=(ANA, ANA)),
    "ring_timeout_s must be at least 1": changed_queue(ring_timeout_s=0.0),
    "longest_wait_s must be at least 1": changed_queue(longest_wait_s=float("inf")),
    "wrap_up_s must be at least 0": changed_queue(wrap_up_s=-1.0),
    "announce_first_s must be at least 0": changed_queue(announce_first_s=float("nan")),
    "announce_every_s must be at least 1": changed_queue(announce_every_s=0.5),
    "the number must be 1 to 16 digits": replace(
        GOOD, agents=(*GOOD.agents, AgentSettings(agent=AgentId("1A"), name="", pin="1"))
    ),
    "the PIN must be 1 to 16 digits": replace(
        GOOD, agents=(*GOOD.agents, AgentSettings(agent=AgentId("7"), name="", pin=""))
    ),
    "start: there is no node 'nowhere'": replace(
        GOOD, flows=(FlowSettings(name="main", start="nowhere", nodes={}),)
    ),
    "open: there is no node": changed_flow(
        x=HoursNode(schedule="always", open="nowhere", closed="menu")
    ),
    "closed: there is no node": changed_flow(
        x=HoursNode(schedule="always", open="menu", closed="nowhere")
    ),
    "key 5: there is no node": changed_flow(x=replace(MENU, keys={"5": "nowhere"})),
    "exhausted: there is no node": changed_flow(x=replace(MENU, exhausted="nowhere")),
    "next: there is no node": changed_flow(x=SayNode(prompts=(), next="nowhere")),
    "timed_out: there is no node": changed_flow(
        x=QueueNode(queue=QueueName("sales"), timed_out="nowhere")
    ),
    "there is no schedule 'never'": changed_flow(
        x=HoursNode(schedule="never", open="menu", closed="menu")
    ),
    "there is no queue 'none'": changed_flow(
        x=QueueNode(queue=QueueName("none"), timed_out="menu")
    ),
    "there is no cause 'bored'": changed_flow(x=HangUpNode(cause="bored")),
    "'10' is no key": changed_flow(x=replace(MENU, keys={"10": "menu"})),
    "attempts must be at least 1": changed_flow(x=replace(MENU, attempts=0)),
    "timeout_s must be at least 0.1": changed_flow(x=replace(MENU, timeout_s=0.0)),
    "weekdays are 0 (Monday) to 6": changed_schedule(interval((7,), time(1), time(2))),
    "times are in the schedule's zone": changed_schedule(
        interval((1,), time(1, tzinfo=UTC), time(2))
    ),
    "star code log_in '*1' is the beginning of": replace(GOOD, star_codes=StarCodes(log_in="*1")),
    "star code pause: '' can't be dialled": replace(GOOD, star_codes=StarCodes(pause="")),
    "star code resume: '*x' can't be dialled": replace(GOOD, star_codes=StarCodes(resume="*x")),
    "star code log_in '*12' is the beginning of log_out": replace(
        GOOD, star_codes=StarCodes(log_in="*12")
    ),
    "pause reason '11' is no key": replace(GOOD, pause_reasons={"11": PauseReason(name="lunch")}),
    "missed_offers_before_pause must be": replace(GOOD, missed_offers_before_pause=0),
    "pin_attempts must be": replace(GOOD, pin_attempts=0),
    "missed_offer_delay_s must be": replace(GOOD, missed_offer_delay_s=-1.0),
    "talk_limit_s must be": replace(GOOD, talk_limit_s=0.0),
    "key_timeout_s must be": replace(GOOD, key_timeout_s=0.0),
    "pin_lock_s must be": replace(GOOD, pin_lock_s=float("inf")),
}


@pytest.mark.parametrize("problem", WRONG)
def test_a_contradiction_is_named(problem):
    assert any(problem.strip() in line for line in problems(WRONG[problem]))


def test_all_contradictions_are_named_at_once():
    wrong = replace(
        GOOD,
        trunks=(TRUNK,),
        agents=(),
        star_codes=StarCodes(log_out="*11"),
        talk_limit_s=-1.0,
    )
    assert len(problems(wrong)) >= 6


def test_good_settings_are_taken():
    Center(GOOD)
    assert isinstance(MENU, MenuNode)
