"""What a restart keeps, and what it ends."""

from dataclasses import dataclass, replace

from acd_appliance import (
    ANA,
    BEN,
    CARA,
    SALES,
    SUPPORT,
    UTC_MINUS_NOW_S,
    Appliance,
    settings,
)

from acd import (
    AgentLendRequested,
    AgentLoggedOut,
    AgentPaused,
    CallEnded,
    CallOfferedToUs,
    Center,
    LoanSettings,
    OfferMade,
    OfferMissed,
    OfferWithdrawn,
    QueueName,
    RecordingStopped,
    SnapshotTaken,
    StopRecording,
    SystemStarted,
    Threshold,
    WrapUpStarted,
)


def test_agents_pauses_and_counters_are_as_they_were():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(8)
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.pass_time(15)
    appliance.queue("trunk-1")
    appliance.caller_hangs_up("trunk-1")
    appliance.log_in(BEN, "station-2")
    appliance.dial("station-2", "*132")
    appliance.pass_time(100)
    after = appliance.restart(away_s=30).switch_on()
    ana, ben = after.agent(ANA), after.agent(BEN)
    assert (ana.state, ana.station, ana.calls_taken) == ("ready", "station-1", 1)
    assert (ben.state, ben.reason, ben.station) == ("paused", "meeting", "station-2")
    assert ben.state_lasts_s == 130
    queue = after.queue_view(SALES)
    assert (queue.served, queue.abandoned, queue.average_wait_s) == (1, 1, 8.0)
    assert after.offer() == "00000003"


def test_missed_offers_in_a_row_are_remembered():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(20)
    after = appliance.restart().switch_on()
    assert after.agent(ANA).missed == 1
    after.queue("trunk-1")
    assert after.ringing == set(), "the delay after the missed offer goes on"
    after.pass_time(5 + 20)
    assert len(after.facts(OfferMissed)) == 2
    assert after.agent(ANA).reason == "missed"


def test_a_pause_after_the_wrap_up_ends_a_delay_that_a_clock_set_back_has_revived():
    appliance = Appliance(settings(wrap_up_s=2.0)).switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.pass_time(25)
    appliance.lift("station-1")
    appliance.press("station-1", "*131")
    appliance.put_down("station-1")
    after = appliance.restart(away_s=-60).switch_on()
    after.pass_time(2)
    assert after.agent(ANA).state == "paused"
    after.dial("station-1", "*14")
    assert after.agent(ANA).is_offerable


def test_calls_that_were_up_are_closed_in_their_stage():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.queue("trunk-2")
    appliance.offer("trunk-3")
    after = appliance.restart()
    closed = [(fact.cause, fact.stage) for fact in after.facts(CallEnded)]
    assert closed == [
        ("call server restarted", "talking"),
        ("call server restarted", "queued"),
        ("call server restarted", "flow"),
    ]
    assert len(after.facts(RecordingStopped)) == 3
    assert not after.asked(StopRecording), "nothing of it runs any more"
    assert after.center.calls(after.now) == ()


def test_who_talked_gets_a_fresh_wrap_up():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.pass_time(100)
    after = appliance.restart(away_s=60).switch_on()
    assert after.facts(WrapUpStarted)
    assert after.agent(ANA).state == "wrapping up"
    after.pass_time(14)
    assert after.agent(ANA).state == "wrapping up"
    after.pass_time(1)
    assert after.agent(ANA).state == "ready"


def test_a_pause_that_was_asked_for_in_the_call_is_not_forgotten():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.press("station-1", "*131")
    after = appliance.restart().switch_on()
    after.pass_time(15)
    assert (after.agent(ANA).state, after.agent(ANA).reason) == ("paused", "break")


def test_who_was_rung_is_idle_in_the_old_order():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.log_in(BEN, "station-2")
    appliance.queue("trunk-1")
    assert appliance.ringing == {"station-1"}
    after = appliance.restart().switch_on()
    assert after.facts(OfferWithdrawn)[0].agent == ANA
    after.queue("trunk-1")
    assert after.ringing == {"station-1"}


def test_a_wrap_up_goes_on_by_the_wall_clock():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    appliance.put_down("station-1")
    appliance.pass_time(5)
    after = appliance.restart(away_s=4).switch_on()
    assert after.agent(ANA).state == "wrapping up"
    after.pass_time(6)
    assert after.agent(ANA).state == "ready"
    much_later = appliance.restart(away_s=3600)
    assert much_later.switch_on().agent(ANA).state == "ready"


def test_time_that_runs_backwards_over_a_restart_makes_nothing_negative():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.dial("station-1", "*131")
    after = appliance.restart(away_s=-1e6)
    assert after.agent(ANA).state_lasts_s == 0
    assert after.agent(ANA).state == "paused"


def test_a_snapshot_and_what_came_later_is_as_good_as_everything():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.log_in(BEN, "station-2")
    appliance.dial("station-3", "*111003#1#")
    appliance.queue("trunk-1")
    appliance.pass_time(20)
    appliance.queue("trunk-2", "2")
    appliance.pass_time(3)
    snapshot = (appliance.now + UTC_MINUS_NOW_S, appliance.center.snapshot(appliance.now))
    count = len(appliance.journal)
    appliance.lift(next(iter(appliance.ringing)))
    appliance.log_in(CARA, "station-3")
    appliance.pass_time(7)
    short = [snapshot, *appliance.journal[count:]]
    utc_s = appliance.now + UTC_MINUS_NOW_S + 10
    restored = []
    for journal in (short, appliance.journal):
        center = Center(appliance.settings)
        actions = center.restore(journal, 777.0, utc_s)
        restored.append((actions, center.agents(777.0), center.queues(777.0)))
        restored.append(center.snapshot(777.0))
    assert restored[:2] == restored[2:]


def test_a_snapshot_keeps_the_names_of_queues_with_spaces_in_them():
    base = settings()
    late = replace(base.queues[1], name=QueueName("late shift"))
    configuration = replace(
        base,
        queues=(*base.queues, late),
        loans=(LoanSettings(name="x", queue=SALES, agents=(CARA,), when=Threshold(waiting=99)),),
    )
    appliance = Appliance(configuration).switch_on()
    appliance.log_in(CARA, "station-1")
    appliance.tell(AgentLendRequested(agent=CARA, queue=SALES, leaves=(late.name, SUPPORT)))
    snapshot = (appliance.now + UTC_MINUS_NOW_S, appliance.center.snapshot(appliance.now))
    after = Center(configuration)
    after.restore([snapshot], 777.0, appliance.now + UTC_MINUS_NOW_S)
    assert next(view.serves for view in after.agents(777.0) if view.agent == CARA) == (SALES,)


def test_loans_in_snapshots_of_earlier_releases_are_read():
    row = {"agent": CARA, "state": "ready", "state_age_s": 1.0, "station": "station-1"}
    loan = {"agent": CARA, "queue": SALES, "leaves": "support", "loan": "", "age_s": 1.0}
    snapshot = SnapshotTaken(agents=(row,), calls=(), counters={}, loans=(loan,))
    center = Center(settings())
    center.restore([(0.0, snapshot)], 777.0, 1.0)
    assert next(view.serves for view in center.agents(777.0) if view.agent == CARA) == (SALES,)


def test_agents_and_stations_that_were_removed_are_logged_out():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.log_in(BEN, "station-4")
    appliance.settings = replace(
        appliance.settings,
        stations=appliance.settings.stations[:3],
        agents=appliance.settings.agents[1:],
        queues=tuple(replace(q, agents=(BEN,)) for q in appliance.settings.queues),
    )
    after = appliance.restart()
    assert {fact.agent for fact in after.facts(AgentLoggedOut)} == {ANA, BEN}


def test_facts_that_make_no_sense_break_nothing():
    @dataclass(frozen=True)
    class Unheard:
        of: str = "later versions"

    appliance = Appliance()
    appliance.journal = [
        (1.0, Unheard()),
        (2.0, SystemStarted(version="0.0.1")),
        (3.0, CallEnded(call="7", cause="whatever", stage="nowhere")),
        (4.0, OfferMade(call="7", agent="77", station="attic", queue="none")),
        (5.0, AgentPaused(agent="78", reason="gone")),
        (6.0, CallOfferedToUs(call="not a number", port="p", called="")),
    ]
    after = appliance.restart().switch_on()
    assert after.offer() == "00000001"
    assert after.agent(ANA).state == "logged out"


def test_a_snapshot_from_another_version_is_read_as_far_as_it_goes():
    appliance = Appliance()
    row = {"agent": "1001", "state": "dreaming", "station": "station-1", "new": 1}
    good = {"agent": "1002", "state": "paused", "reason": "break", "station": "station-2"}
    snapshot = SnapshotTaken(agents=(row, good, {}), calls=({"call": "5"}, {}), counters={})
    appliance.journal = [(1.0, snapshot)]
    after = appliance.restart()
    assert after.agent(BEN).state == "paused"
    assert [fact.call for fact in after.facts(CallEnded)] == ["5"]


def test_everything_that_a_restart_did_is_itself_replayed():
    appliance = Appliance().switch_on()
    appliance.log_in(ANA, "station-1")
    appliance.queue("trunk-1")
    appliance.lift("station-1")
    once = appliance.restart()
    count = len(once.journal)
    once.now -= 5000.0 - appliance.now  # the journal holds UTC; back to the first one's scale
    twice = once.restart()
    assert len(twice.journal) == count
    assert twice.agent(ANA).state == "wrapping up"
