"""Alerts of every kind on a made-up appliance: raised, told again, escalated, acknowledged, over."""

from dataclasses import replace

from acd_appliance import ALWAYS_OPEN, ANA, BEN, CARA, FLOW, SALES, SUPPORT, Appliance, settings

from acd import (
    AlertAcknowledged,
    AlertAcknowledgeRequested,
    AlertCleared,
    AlertEscalated,
    AlertRaised,
    AlertRepeated,
    AlertSettings,
    CallTooLong,
    ExtensionNode,
    NobodyLoggedIn,
    OffersMissed,
    PauseReason,
    PauseTooLong,
    QueueLoaded,
    ReceiverSettings,
    ServiceLevelLow,
    StationUnusable,
    Threshold,
    WrapUpTooLong,
)
from acd.timers import Purpose

REASONS = {"1": PauseReason(name="break", limit_s=60.0), "2": PauseReason(name="lunch")}
RECEIVERS = tuple(ReceiverSettings(name=name) for name in ("desk", "boss"))


def office(rule, *agents, restarted_from=None, **options):
    alert = AlertSettings(name="watch", rule=rule, receivers=("desk",), **options)
    configuration = replace(settings(), pause_reasons=REASONS, alerts=(alert,), receivers=RECEIVERS)
    appliance = Appliance(configuration).switch_on()
    for number, agent in enumerate(agents, start=1):
        appliance.log_in(agent, f"station-{number}")
    return appliance


def up(appliance):
    return [(view.subject, view.why) for view in appliance.center.alerts(appliance.now)]


def test_a_pause_is_too_long_after_the_limit_of_its_reason():
    appliance = office(PauseTooLong(), ANA)
    appliance.dial("station-1", "*131")
    appliance.pass_time(60)
    assert not up(appliance)
    appliance.pass_time(1.1)
    assert up(appliance) == [(ANA, 'pause "break" lasts 61 s, limit 60 s')]
    raised = appliance.facts(AlertRaised)
    assert [(each.number, each.kind, each.receivers) for each in raised] == [
        (1, "pause too long", ("desk",))
    ]
    appliance.pass_time(30)
    appliance.dial("station-1", "*14")
    appliance.pass_time(1.1)
    assert not up(appliance)
    assert appliance.facts(AlertCleared)[0].lasts_s == 31.0
    assert len(appliance.facts(AlertRaised)) == 1


def test_a_pause_for_a_reason_without_limit_may_last():
    appliance = office(PauseTooLong(), ANA)
    appliance.dial("station-1", "*132")
    appliance.pass_time(10_000)
    assert not up(appliance)


def test_a_rule_may_have_a_limit_of_its_own_and_look_at_some_reasons_and_agents_only():
    rule = PauseTooLong(longer_than_s=10.0, reasons=("lunch",))
    appliance = office(rule, ANA, BEN, agents=frozenset({BEN}))
    appliance.dial("station-1", "*132")
    appliance.dial("station-2", "*131")
    appliance.pass_time(30)
    assert not up(appliance)
    appliance.dial("station-2", "*132")
    appliance.pass_time(12)
    assert [subject for subject, _ in up(appliance)] == [BEN]


def test_an_agent_who_misses_one_offer_after_the_other_is_told_though_a_pause_follows():
    appliance = office(OffersMissed(in_row=2), ANA)
    appliance.queue()
    appliance.pass_time(21)
    assert not up(appliance)
    appliance.pass_time(30)
    assert up(appliance) == [(ANA, "2 offers missed in a row, paused for it")]
    appliance.dial("station-1", "*14")
    appliance.pass_time(1.1)
    assert not up(appliance)


def test_a_call_may_be_too_long():
    appliance = office(CallTooLong(longer_than_s=120.0), ANA)
    appliance.queue()
    appliance.lift("station-1")
    appliance.pass_time(122)
    assert up(appliance) == [(ANA, "call lasts 121 s, limit 120 s")]
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(1.1)
    assert not up(appliance)


def test_a_wrap_up_may_be_too_long():
    appliance = office(WrapUpTooLong(longer_than_s=5.0), ANA)
    appliance.queue()
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.pass_time(7)
    assert [why.partition(" ")[0] for _, why in up(appliance)] == ["wrap-up"]
    appliance.pass_time(20)
    assert not up(appliance)


def test_a_handset_that_is_left_off_hook_or_fails_is_told_while_its_agent_is_logged_in():
    appliance = office(StationUnusable(), ANA, BEN, after_s=20.0)
    appliance.lift("station-1")
    appliance.fail("station-2")
    appliance.fail("station-3")
    appliance.pass_time(19)
    assert not up(appliance)
    appliance.pass_time(3)
    assert up(appliance) == [
        (ANA, "handset station-1 is off-hook"),
        (BEN, "line station-2 is out of service"),
    ]
    appliance.put_down("station-1")
    appliance.repair("station-2")
    appliance.pass_time(1.1)
    assert not up(appliance)


def test_a_handset_in_a_call_is_in_order():
    appliance = office(StationUnusable(), ANA)
    appliance.queue()
    appliance.lift("station-1")
    appliance.pass_time(100)
    assert not up(appliance)


def test_a_queue_that_is_long_is_told_until_it_is_shorter_than_a_part_of_the_threshold():
    appliance = office(
        QueueLoaded(when=Threshold(waiting=3)), queues=(SALES,), clears_below=0.6, clear_after_s=5.0
    )
    for trunk in ("trunk-1", "trunk-2", "trunk-3"):
        appliance.queue(trunk)
    appliance.queue("trunk-4", "2")
    appliance.pass_time(1.1)
    assert up(appliance) == [(SALES, "waiting 3, limit 3")]
    appliance.caller_hangs_up("trunk-3")
    appliance.pass_time(60)
    assert up(appliance), "two of three is above the part"
    appliance.caller_hangs_up("trunk-2")
    appliance.pass_time(4)
    assert up(appliance), "not for five seconds yet"
    appliance.queue("trunk-2")
    appliance.pass_time(3)
    appliance.caller_hangs_up("trunk-2")
    appliance.pass_time(4)
    assert up(appliance), "the five seconds began anew"
    appliance.pass_time(3)
    assert not up(appliance)
    assert len(appliance.facts(AlertRaised)) == 1


def test_a_queue_whose_first_caller_waits_for_long_is_told():
    appliance = office(QueueLoaded(when=Threshold(longest_wait_s=30.0)))
    appliance.queue("trunk-1", "2")
    appliance.pass_time(31.1)
    assert up(appliance) == [(SUPPORT, "longest wait 30 s, limit 30 s")]


def served(appliance, after_s, trunk="trunk-1"):
    appliance.queue(trunk)
    appliance.pass_time(after_s)
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.pass_time(16)


def test_a_low_service_level_is_told_with_its_formula_and_is_over_as_time_passes():
    rule = ServiceLevelLow(below_percent=80, target_s=10, last_minutes=5, at_least=4)
    appliance = office(rule, ANA)
    for _ in range(3):
        served(appliance, 2)
    appliance.pass_time(2)
    appliance.queue()
    appliance.pass_time(1)
    appliance.caller_hangs_up("trunk-1")
    appliance.pass_time(1.1)
    assert up(appliance) == [
        (SALES, "75 % of 4 callers answered in 10 s in 5 min, wanted 80 % (of: all)")
    ]
    appliance.pass_time(300)
    assert not up(appliance)


def test_few_callers_say_nothing_of_a_service_level():
    rule = ServiceLevelLow(below_percent=80, target_s=10, last_minutes=5, at_least=4)
    appliance = office(rule, ANA)
    for _ in range(3):
        served(appliance, 15)
    assert not up(appliance)


def test_a_queue_without_agents_is_told_while_its_schedule_is_open():
    appliance = office(NobodyLoggedIn(schedule="always"), after_s=30.0)
    appliance.pass_time(29)
    assert not up(appliance)
    appliance.pass_time(3)
    assert [subject for subject, _ in up(appliance)] == [SALES, SUPPORT]
    appliance.log_in(BEN, "station-1")
    appliance.pass_time(1.1)
    assert not up(appliance)


def test_the_own_queue_of_an_agent_who_has_gone_home_is_in_order():
    ask = ExtensionNode(
        prompts=("ask",), exhausted="sorry", unknown="sorry", absent="sorry", timed_out="sorry"
    )
    alert = AlertSettings(name="watch", rule=NobodyLoggedIn(schedule="always"), receivers=("desk",))
    configuration = replace(
        settings(flow=replace(FLOW, nodes={**FLOW.nodes, "ask": ask})),
        alerts=(alert,),
        receivers=RECEIVERS,
    )
    appliance = Appliance(configuration).switch_on()
    appliance.pass_time(100)
    assert [subject for subject, _ in up(appliance)] == [SALES, SUPPORT]


def test_a_queue_without_agents_is_in_order_while_its_schedule_is_closed():
    closed = replace(ALWAYS_OPEN, intervals=())
    alert = AlertSettings(name="watch", rule=NobodyLoggedIn(schedule="always"), receivers=("desk",))
    appliance = Appliance(
        replace(settings(schedules=(closed,)), alerts=(alert,), receivers=RECEIVERS)
    ).switch_on()
    appliance.pass_time(100)
    assert not up(appliance)


def too_long_a_pause(**options):
    appliance = office(
        PauseTooLong(),
        ANA,
        **{"repeat_s": 60.0, "escalate_after_s": 150.0, "escalate_to": ("boss",)} | options,
    )
    appliance.dial("station-1", "*131")
    appliance.pass_time(61.1)
    assert up(appliance)
    return appliance


def test_an_alert_is_told_again_and_then_to_others_too():
    appliance = too_long_a_pause()
    appliance.pass_time(275)
    assert [(each.receivers, each.lasts_s) for each in appliance.facts(AlertRepeated)] == [
        (("desk",), 60.0),
        (("desk",), 120.0),
        (("desk", "boss"), 210.0),
        (("desk", "boss"), 270.0),
    ]
    assert [(each.receivers, each.lasts_s) for each in appliance.facts(AlertEscalated)] == [
        (("desk", "boss"), 150.0)
    ]
    appliance.dial("station-1", "*14")
    appliance.pass_time(1.1)
    assert appliance.facts(AlertCleared)[0].receivers == ("desk", "boss")


def test_an_alert_that_somebody_sees_to_is_told_no_more():
    appliance = too_long_a_pause()
    appliance.tell(AlertAcknowledgeRequested(number=1, by="console"))
    appliance.tell(AlertAcknowledgeRequested(number=1, by="another"))
    appliance.tell(AlertAcknowledgeRequested(number=2, by="console"))
    appliance.pass_time(1000)
    assert [each.by for each in appliance.facts(AlertAcknowledged)] == ["console"]
    assert not appliance.facts(AlertRepeated)
    assert not appliance.facts(AlertEscalated)
    assert appliance.center.alerts(appliance.now)[0].acknowledged_by == "console"


def test_a_restart_neither_raises_again_nor_forgets():
    appliance = too_long_a_pause()
    appliance.pass_time(100)
    after = appliance.restart(away_s=20.0).switch_on()
    after.pass_time(1.1)
    assert len(after.facts(AlertRaised)) == 1
    assert [view.number for view in after.center.alerts(after.now)] == [1]
    after.pass_time(30)
    assert [round(each.lasts_s) for each in after.facts(AlertEscalated)] == [150]
    after.dial("station-1", "*14")
    after.pass_time(1.1)
    assert len(after.facts(AlertCleared)) == 1
    after.dial("station-1", "*131")
    after.pass_time(62)
    assert after.facts(AlertRaised)[-1].number == 2


def test_a_restart_from_a_snapshot_is_no_different():
    appliance = too_long_a_pause()
    appliance.tell(AlertAcknowledgeRequested(number=1, by="console"))
    before = appliance.center.alerts(appliance.now)
    appliance.journal = [appliance.journal[-1]]
    snapshot = appliance.center.snapshot(appliance.now)
    appliance.journal = [(appliance.journal[-1][0], snapshot)]
    after = appliance.restart()
    (view,) = after.center.alerts(after.now)
    assert (view.number, view.why, view.acknowledged_by) == (1, before[0].why, "console")
    assert abs((view.since_utc - before[0].since_utc).total_seconds()) < 0.001
    after.switch_on()
    after.pass_time(1.1)
    assert up(after)
    assert not after.facts(AlertRaised)


def test_an_alert_that_is_configured_no_longer_is_over_after_the_restart():
    appliance = too_long_a_pause()
    appliance.settings = replace(appliance.settings, alerts=())
    after = appliance.restart().switch_on()
    after.pass_time(1.1)
    assert not up(after)
    assert after.facts(AlertCleared)[0].why == "the alert is no longer configured"
    assert after.center._orders.timers.due_at(Purpose.ALERTS, "") is None


def test_the_service_level_outlives_a_restart_from_a_snapshot():
    rule = ServiceLevelLow(below_percent=80, target_s=10, last_minutes=5, at_least=3)
    appliance = office(rule, ANA)
    for _ in range(3):
        served(appliance, 15)
    assert up(appliance)
    snapshot = appliance.center.snapshot(appliance.now)
    appliance.journal = [(appliance.journal[-1][0], snapshot)]
    after = appliance.restart().switch_on()
    after.pass_time(5)
    assert up(after)


def test_nothing_is_looked_at_without_alerts_or_while_nobody_is_there():
    without = Appliance(settings()).switch_on()
    without.log_in(ANA, "station-1")
    assert without.center._orders.timers.due_at(Purpose.ALERTS, "") is None
    appliance = office(PauseTooLong())
    assert appliance.center._orders.timers.due_at(Purpose.ALERTS, "") is None
    appliance.log_in(CARA, "station-1")
    assert appliance.center._orders.timers.due_at(Purpose.ALERTS, "") is not None
