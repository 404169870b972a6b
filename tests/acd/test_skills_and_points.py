"""Which caller gets which agent: skills, lists of callers, weights, several queues, common ringing."""

from dataclasses import replace

from acd_appliance import ANA, BEN, CARA, FLOW, SALES, SUPPORT, Appliance, settings

from acd import (
    CallConnected,
    CallerListSettings,
    CallerQueued,
    Cause,
    ClearLine,
    Discipline,
    OfferMade,
    OfferWithdrawn,
    Points,
    QueueNode,
    Relaxation,
    SkillRequirement,
)


def changed(*, sales=None, support=None, agents=None, node=None, **others):
    """The usual settings with some of their parts changed."""
    base = settings()
    queues = (
        replace(base.queues[0], **(sales or {})),
        replace(base.queues[1], **(support or {})),
    )
    known = tuple(replace(each, **(agents or {}).get(each.agent, {})) for each in base.agents)
    flow = FLOW
    if node is not None:
        flow = replace(FLOW, nodes={**FLOW.nodes, "sales": node})
    return replace(base, queues=queues, agents=known, flows=(flow,), **others)


def office(configuration, *agents):
    appliance = Appliance(configuration).switch_on()
    for agent in agents or (ANA, BEN):
        appliance.log_in(agent, f"station-{(ANA, BEN, CARA).index(agent) + 1}")
    return appliance


def why(appliance):
    return appliance.facts(OfferMade)[-1].why


ENGLISH = SkillRequirement(
    skill="english",
    level=3,
    relaxes=(Relaxation(after_s=30.0, level=2), Relaxation(after_s=60.0, level=0)),
)


def test_a_caller_waits_for_the_skill_that_is_asked_for_though_others_are_free():
    configuration = changed(
        sales={"requires": (ENGLISH,)}, agents={ANA: {"skills": {"english": 2}}}
    )
    appliance = office(configuration)
    appliance.queue()
    assert not appliance.ringing


def test_less_is_asked_for_with_time():
    configuration = changed(
        sales={"requires": (ENGLISH,)}, agents={ANA: {"skills": {"english": 2}}}
    )
    appliance = office(configuration)
    appliance.queue()
    appliance.pass_time(29.9)
    assert not appliance.ringing
    appliance.pass_time(0.2)
    assert appliance.ringing == {"station-1"}
    assert why(appliance)["trigger"] == "less was asked for"
    assert why(appliance)["needs"] == "english>=2"


def test_in_the_end_anybody_will_do():
    appliance = office(changed(sales={"requires": (ENGLISH,)}))
    appliance.queue()
    appliance.pass_time(60.1)
    assert appliance.ringing == {"station-1"}


def test_a_hard_requirement_is_never_given_up():
    hard = SkillRequirement(skill="english", level=3)
    appliance = office(changed(sales={"requires": (hard,)}))
    appliance.queue()
    appliance.pass_time(500)
    assert not appliance.ringing


def test_the_best_skilled_free_agent_is_rung():
    configuration = changed(
        sales={
            "requires": (SkillRequirement(skill="english", level=1),),
            "discipline": Discipline.BEST_SKILLED,
        },
        agents={ANA: {"skills": {"english": 2}}, BEN: {"skills": {"english": 5}}},
    )
    appliance = office(configuration)
    appliance.queue()
    assert appliance.ringing == {"station-2"}
    assert why(appliance)["next_agent"] == ANA


def test_a_caller_on_a_list_comes_before_those_who_came_earlier():
    gold = CallerListSettings(
        name="gold", numbers=frozenset({"0721000009"}), points=Points(priority=100.0)
    )
    appliance = office(changed(caller_lists=(gold,)), ANA)
    appliance.lift("station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(10)
    appliance.offer("trunk-2", "0721000009")
    appliance.press("trunk-2", "1")
    assert appliance.facts(CallerQueued)[-1].lists == ("gold",)
    appliance.put_down("station-1")
    assert appliance.facts(OfferMade)[-1].call == appliance.facts(CallerQueued)[-1].call
    assert why(appliance)["score"] == 100.0
    assert why(appliance)["next_score"] == 10.0


def test_a_list_counts_for_as_many_seconds_of_waiting_as_it_has_points():
    gold = CallerListSettings(name="gold", prefixes=("0721",), points=Points(priority=100.0))
    appliance = office(changed(caller_lists=(gold,)), ANA)
    appliance.lift("station-1")
    appliance.offer("trunk-1", "0333")
    appliance.press("trunk-1", "1")
    appliance.pass_time(101)
    appliance.lift("station-1")
    appliance.offer("trunk-2", "0721000009")
    appliance.press("trunk-2", "1")
    appliance.put_down("station-1")
    assert appliance.facts(OfferMade)[-1].call == appliance.facts(CallerQueued)[0].call


def test_a_queue_that_ages_faster_overtakes():
    appliance = office(changed(support={"ageing": 3.0}), BEN)
    appliance.lift("station-2")
    appliance.queue("trunk-1", "1")
    appliance.pass_time(10)
    support = appliance.queue("trunk-2", "2")
    appliance.pass_time(6)  # 16 points against 18
    appliance.put_down("station-2")
    assert appliance.facts(OfferMade)[-1].call == support


def test_all_handsets_of_a_queue_ring_and_the_first_to_answer_has_the_caller():
    appliance = office(changed(sales={"discipline": Discipline.RING_ALL}))
    call = appliance.queue()
    assert appliance.ringing == {"station-1", "station-2"}
    appliance.lift("station-2")
    assert appliance.call(call).stage == "talking"
    assert appliance.call(call).agent == BEN
    assert not appliance.ringing
    released = appliance.asked(ClearLine, "station-1")[-1]
    assert released.cause is Cause.ANSWERED_ELSEWHERE
    assert [fact.agent for fact in appliance.facts(OfferWithdrawn)] == [ANA]
    assert appliance.agent(ANA).state == "ready"


def test_of_two_who_lift_together_the_second_hears_no_caller():
    appliance = office(changed(sales={"discipline": Discipline.RING_ALL}))
    call = appliance.queue()
    appliance.lift("station-2")
    appliance.lift("station-1")
    assert appliance.call(call).agent == BEN
    assert len(appliance.facts(CallConnected)) == 1


def test_while_one_of_several_handsets_still_rings_the_caller_is_offered():
    appliance = office(changed(sales={"discipline": Discipline.RING_ALL}))
    call = appliance.queue()
    appliance.fail("station-1")
    assert appliance.call(call).stage == "offering"
    appliance.pass_time(20.1)
    assert appliance.call(call).stage == "queued"


def test_one_caller_in_two_queues_is_served_once_by_whoever_is_free_first():
    node = QueueNode(queue=SALES, timed_out="sorry", also=(SUPPORT,))
    appliance = office(changed(node=node), CARA)
    call = appliance.queue()
    assert appliance.ringing == {"station-3"}
    assert appliance.facts(OfferMade)[-1].queue == SUPPORT
    appliance.lift("station-3")
    appliance.log_in(ANA, "station-1")
    assert not appliance.ringing
    assert appliance.facts(CallConnected)[-1].queue == SUPPORT
    assert appliance.queue_view(SUPPORT).served == 1
    assert appliance.call(call).stage == "talking"


def test_weights_share_the_callers_in_proportion():
    appliance = office(
        changed(sales={"discipline": Discipline.WEIGHTED, "weights": {BEN: 3.0}, "wrap_up_s": 0.0})
    )
    for _ in range(40):
        appliance.queue()
        (station,) = appliance.ringing
        appliance.lift(station)
        appliance.put_down(station)
        appliance.pass_time(1)
    taken = [fact.agent for fact in appliance.facts(CallConnected)]
    assert (taken.count(ANA), taken.count(BEN)) == (10, 30)


def test_an_agent_with_shares_serves_the_queue_that_lags():
    appliance = office(changed(agents={BEN: {"allocation": {SALES: 3.0, SUPPORT: 1.0}}}), BEN)
    appliance.lift("station-2")
    served = []
    for _ in range(8):
        appliance.queue("trunk-1", "1")
        appliance.queue("trunk-2", "2")
        appliance.put_down("station-2")
        appliance.pass_time(15)
        served.append(appliance.facts(OfferMade)[-1].queue)
        appliance.lift("station-2")
        for port in ("trunk-1", "trunk-2"):
            appliance.caller_hangs_up(port)
    assert (served.count(SALES), served.count(SUPPORT)) == (6, 2)


def test_shares_and_turns_survive_a_restart():
    appliance = office(
        changed(sales={"discipline": Discipline.WEIGHTED, "weights": {BEN: 3.0}, "wrap_up_s": 0.0})
    )
    for _ in range(3):
        appliance.queue()
        (station,) = appliance.ringing
        appliance.lift(station)
        appliance.put_down(station)
        appliance.pass_time(1)
    before = appliance.center.snapshot(appliance.now)
    after = appliance.restart().center.snapshot(5000.0)
    assert [row["turns"] for row in after.agents] == [row["turns"] for row in before.agents]
    assert [row["taken"] for row in after.agents] == [row["taken"] for row in before.agents]


def test_who_could_serve_a_caller_is_told_apart_from_who_has_the_handset_up():
    appliance = office(settings(), ANA)
    appliance.lift("station-1")
    call = appliance.queue()
    (place,) = appliance.center.prospect(call, appliance.now).queues
    assert place.agents == {"logged out": 1, "with the handset up or dead": 1}
    assert appliance.queue_view(SALES).expected_wait_s is None, "nobody who could is there"
