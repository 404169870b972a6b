"""Who is let into a queue, what is heard there, how it is left, and who helps when it is long."""

from dataclasses import replace

from acd_appliance import ANA, BEN, CARA, FLOW, SALES, SUPPORT, Appliance, settings
from test_skills_and_points import changed, office

from acd import (
    AgentLent,
    AgentReturned,
    CallEnded,
    CallerQueued,
    CallOverflowed,
    LoanSettings,
    OfferMade,
    OfferWithdrawn,
    Overflow,
    PlayPrompts,
    QueueLeft,
    QueueMessage,
    QueueNode,
    QueueRefused,
    SayNode,
    Staffed,
    Threshold,
)
from acd.timers import Purpose

WAYS = QueueNode(
    queue=SALES,
    timed_out="sorry",
    full="news",
    nobody="closed",
    too_long="goodbye",
    keys={"2": "support", "*": "menu"},
)


def entered(appliance, call):
    view = appliance.call(call)
    return appliance.center._calls.get(view.call).walk.node


def test_a_full_queue_takes_nobody_else():
    appliance = office(changed(sales={"most_waiting": 1}, node=WAYS), CARA)
    appliance.queue("trunk-1")
    second = appliance.queue("trunk-2")
    assert appliance.facts(QueueRefused)[-1].why == "full"
    assert entered(appliance, second) == "news"


def test_without_anybody_logged_in_callers_are_told_so():
    appliance = office(changed(sales={"join_needs": Staffed.LOGGED_IN}, node=WAYS), CARA)
    call = appliance.queue()
    assert appliance.facts(QueueRefused)[-1].why == "nobody there"
    assert entered(appliance, call) == "closed"


def test_where_somebody_must_be_unpaused_a_pause_keeps_callers_out():
    appliance = office(changed(sales={"join_needs": Staffed.UNPAUSED}, node=WAYS), ANA)
    appliance.dial("station-1", "*131")
    call = appliance.queue()
    assert entered(appliance, call) == "closed"


def test_when_the_last_agent_leaves_those_who_wait_go_on():
    appliance = office(changed(sales={"stay_needs": Staffed.LOGGED_IN}, node=WAYS), ANA)
    appliance.lift("station-1")
    call = appliance.queue()
    appliance.press("station-1", "*12")
    appliance.pass_time(1.1)
    assert appliance.facts(QueueLeft)[-1].why == "nobody there"
    assert entered(appliance, call) == "closed"


def test_one_queue_of_two_that_is_full_leaves_the_other():
    node = replace(WAYS, also=(SUPPORT,))
    appliance = office(changed(sales={"most_waiting": 1}, node=node), ANA)
    appliance.lift("station-1")
    appliance.queue("trunk-1")
    appliance.queue("trunk-2")
    assert appliance.facts(CallerQueued)[-1].queue == SUPPORT


def test_a_key_leads_to_another_queue_at_any_time():
    appliance = office(changed(node=WAYS), CARA)
    call = appliance.queue()
    appliance.pass_time(7)
    appliance.press("trunk-1", "2")
    assert appliance.facts(QueueLeft)[-1] == QueueLeft(
        call=call, queue=SALES, why="key 2", waited_s=7.0
    )
    assert appliance.ringing == {"station-3"}


def test_a_key_leads_out_while_a_handset_rings_and_the_handset_falls_silent():
    appliance = office(changed(node=WAYS), ANA)
    call = appliance.queue()
    assert appliance.ringing
    appliance.press("trunk-1", "*")
    assert not appliance.ringing
    assert len(appliance.facts(OfferWithdrawn)) == 1
    assert entered(appliance, call) == "menu"


def test_a_key_without_meaning_changes_nothing():
    appliance = office(changed(node=WAYS), ANA)
    call = appliance.queue()
    appliance.press("trunk-1", "7")
    assert appliance.call(call).stage == "offering"


def test_whoever_goes_to_another_queue_may_bring_the_wait_along():
    support = QueueNode(queue=SUPPORT, timed_out="sorry", keeps_wait=True)
    configuration = changed(node=WAYS)
    flow = replace(
        configuration.flows[0], nodes={**configuration.flows[0].nodes, "support": support}
    )
    appliance = office(replace(configuration, flows=(flow,)), CARA)
    appliance.lift("station-3")
    first = appliance.queue("trunk-1", "1")
    appliance.pass_time(20)
    second = appliance.queue("trunk-2", "2")
    appliance.press("trunk-1", "2")
    assert appliance.facts(CallerQueued)[-1].waited_before_s == 20.0
    assert (appliance.call(first).place, appliance.call(second).place) == (1, 2)


def test_a_caller_who_was_cut_off_and_calls_again_has_the_old_place():
    appliance = office(changed(sales={"resume_s": 120.0}), CARA)
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    appliance.pass_time(30)
    appliance.offer("trunk-2", "0721000002")
    appliance.press("trunk-2", "1")
    appliance.fail("trunk-1")
    appliance.pass_time(60)
    again = appliance.offer("trunk-3", "0721000001")
    appliance.press("trunk-3", "1")
    assert appliance.call(again).place == 1
    assert appliance.facts(CallerQueued)[-1].waited_before_s == 90.0


def test_the_old_place_is_kept_for_so_long_and_no_longer():
    appliance = office(changed(sales={"resume_s": 120.0}), CARA)
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    appliance.pass_time(30)
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(120.1)
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    assert appliance.facts(CallerQueued)[-1].waited_before_s == 0.0


def test_the_old_place_outlives_a_restart():
    appliance = office(changed(sales={"resume_s": 120.0}), CARA)
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    appliance.pass_time(30)
    after = appliance.restart(away_s=5.0).switch_on()
    after.offer("trunk-1", "0721000001")
    after.press("trunk-1", "1")
    assert after.facts(CallerQueued)[-1].waited_before_s == 35.0


def talk_to(appliance, station, trunk="trunk-1", number="0721000001"):
    appliance.offer(trunk, number)
    appliance.press(trunk, "1")
    appliance.lift(station)
    appliance.put_down(station)
    appliance.pass_time(20)


def test_a_caller_is_kept_for_the_agent_who_served_this_number_last():
    appliance = office(changed(sales={"last_agent_s": 10.0}), ANA)
    talk_to(appliance, "station-1")
    appliance.lift("station-1")
    appliance.log_in(BEN, "station-2")
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    assert appliance.facts(CallerQueued)[-1].prefers == ANA
    assert not appliance.ringing
    appliance.put_down("station-1")
    assert appliance.ringing == {"station-1"}
    assert appliance.facts(OfferMade)[-1].why["only"] == ANA


def test_after_a_while_another_agent_will_do():
    appliance = office(changed(sales={"last_agent_s": 10.0}), ANA)
    talk_to(appliance, "station-1")
    appliance.lift("station-1")
    appliance.log_in(BEN, "station-2")
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    appliance.pass_time(10.1)
    assert appliance.ringing == {"station-2"}


def test_nobody_waits_for_a_last_agent_who_has_gone_home():
    appliance = office(changed(sales={"last_agent_s": 10.0}), ANA)
    talk_to(appliance, "station-1")
    appliance.dial("station-1", "*12")
    appliance.log_in(BEN, "station-2")
    appliance.offer("trunk-1", "0721000001")
    appliance.press("trunk-1", "1")
    assert appliance.ringing == {"station-2"}


def test_messages_come_at_their_times_between_the_places():
    messages = (
        QueueMessage(prompts=("visit-web",), after_s=10.0),
        QueueMessage(prompts=("patience",), after_s=20.0, every_s=30.0),
    )
    appliance = office(changed(sales={"messages": messages, "announce_place": False}), CARA)
    appliance.queue()
    heard = []
    for _ in range(90):
        before = len(appliance.asked(PlayPrompts, "trunk-1"))
        appliance.pass_time(1)
        heard += [
            (appliance.now, action.prompts)
            for action in appliance.asked(PlayPrompts, "trunk-1")[before:]
        ]
    assert heard == [
        (10.0, ("visit-web",)),
        (20.0, ("patience",)),
        (50.0, ("patience",)),
        (80.0, ("patience",)),
    ]


def test_after_a_while_a_caller_waits_in_another_queue_too():
    overflow = Overflow(when=Threshold(waited_s=30.0), to=SUPPORT)
    appliance = office(changed(sales={"overflows": (overflow,)}), CARA)
    call = appliance.queue()
    appliance.pass_time(29)
    assert not appliance.ringing
    appliance.pass_time(2)
    assert appliance.ringing == {"station-3"}
    assert appliance.facts(CallOverflowed)[-1].why == "waited 30 s, limit 30 s"
    assert appliance.call(call).queue == SALES
    appliance.lift("station-3")
    assert not appliance.center._calls.places.present(SALES)
    assert not appliance.center._calls.places.present(SUPPORT)


def test_when_a_queue_is_long_its_callers_get_more_points_once():
    overflow = Overflow(when=Threshold(waiting=2), priority=500.0)
    appliance = office(changed(sales={"overflows": (overflow,)}), BEN)
    appliance.lift("station-2")
    appliance.queue("trunk-1", "2")
    appliance.pass_time(100)
    appliance.queue("trunk-2", "1")
    appliance.queue("trunk-3", "1")
    appliance.pass_time(10)
    assert len(appliance.facts(CallOverflowed)) == 2
    appliance.lift("station-2")
    appliance.put_down("station-2")
    assert appliance.facts(OfferMade)[-1].queue == SALES


LOAN = LoanSettings(
    name="peak",
    queue=SALES,
    agents=(CARA,),
    when=Threshold(waiting=2),
    leaves=(SUPPORT,),
    stays_above=0.5,
    at_least_s=60.0,
)


def lent(appliance):
    return bool(appliance.center._orders.ledger.agent(CARA).lent)


def test_an_agent_helps_a_queue_that_is_long_and_goes_back_when_it_is_calm():
    appliance = office(changed(loans=(LOAN,)), CARA)
    appliance.queue("trunk-1")
    appliance.pass_time(5)
    assert not lent(appliance)
    appliance.queue("trunk-2")
    appliance.pass_time(1.1)
    assert appliance.facts(AgentLent)[-1].why == "waiting 2, limit 2"
    assert appliance.ringing == {"station-3"}
    appliance.lift("station-3")
    appliance.caller_hangs_up("trunk-2")
    appliance.pass_time(50)
    assert lent(appliance), "not before a minute"
    appliance.pass_time(11)
    assert not lent(appliance)
    assert appliance.facts(AgentReturned)[-1].why == "waiting 0, longest wait 0 s"


def test_between_threshold_and_half_of_it_an_agent_stays_lent():
    appliance = office(changed(loans=(replace(LOAN, when=Threshold(waiting=3)),)), CARA)
    appliance.lift("station-3")
    for trunk in ("trunk-1", "trunk-2", "trunk-3"):
        appliance.queue(trunk)
    appliance.pass_time(1.1)
    assert lent(appliance)
    appliance.caller_hangs_up("trunk-3")
    appliance.pass_time(200)
    assert lent(appliance), "two of three is above half"
    appliance.caller_hangs_up("trunk-2")
    appliance.pass_time(2)
    assert not lent(appliance)


def test_an_agent_who_is_lent_does_not_serve_the_queue_that_was_left():
    appliance = office(changed(loans=(LOAN,)), CARA)
    appliance.lift("station-3")
    for trunk in ("trunk-1", "trunk-2"):
        appliance.queue(trunk, "1")
    appliance.pass_time(1.1)
    appliance.queue("trunk-3", "2")
    appliance.pass_time(300)
    for trunk in ("trunk-1", "trunk-2"):
        appliance.caller_hangs_up(trunk)
    appliance.lift("station-3")
    appliance.put_down("station-3")
    assert not appliance.ringing
    appliance.pass_time(1)
    assert appliance.ringing == {"station-3"}


def test_nobody_is_lent_who_is_needed_where_he_is():
    loan = replace(LOAN, keeps_ready=1)
    appliance = office(changed(loans=(loan,)), CARA)
    for trunk in ("trunk-1", "trunk-2"):
        appliance.queue(trunk)
    appliance.pass_time(5)
    assert not lent(appliance)


def test_a_loan_outlives_a_restart():
    appliance = office(changed(loans=(LOAN,)), CARA)
    for trunk in ("trunk-1", "trunk-2"):
        appliance.queue(trunk)
    appliance.pass_time(1.1)
    after = appliance.restart().switch_on()
    assert lent(after)
    after.queue("trunk-1")
    assert after.ringing == {"station-3"}
    after.caller_hangs_up("trunk-1")
    after.pass_time(61)
    assert not lent(after)


def test_a_caller_who_leaves_by_key_and_hangs_up_has_not_abandoned():
    node = QueueNode(queue=SALES, timed_out="sorry", keys={"9": "news"})
    configuration = changed(node=node)
    flow = replace(
        configuration.flows[0],
        nodes={**FLOW.nodes, "sales": node, "news": SayNode(prompts=("news",), next="menu")},
    )
    appliance = office(replace(configuration, flows=(flow,)), CARA)
    appliance.queue()
    appliance.press("trunk-1", "9")
    appliance.caller_hangs_up("trunk-1")
    assert appliance.facts(CallEnded)[-1].stage == "flow"
    assert appliance.queue_view(SALES).abandoned == 0


def test_settings_without_rules_ask_for_no_looks_at_them():
    appliance = Appliance(settings()).switch_on()
    appliance.queue()
    assert appliance.center._orders.timers.due_at(Purpose.RULES, "") is None
