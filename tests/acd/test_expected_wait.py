"""What callers are told of the time: when, how long, and when rather nothing."""

import pytest
from acd_appliance import ANA, BEN, SALES, SUPPORT, UTC_MINUS_NOW_S, Appliance, settings
from hypothesis import given
from hypothesis import strategies as st

from acd import AgentPaused, AnnouncementPlayed, CallEnded, PlayPrompts
from acd.ledger import Ledger
from acd.waiting import (
    FEWEST_TALKS,
    Activity,
    Ahead,
    AtWork,
    Duration,
    Picture,
    Priors,
    Reach,
    Told,
    ToldWait,
    accuracy_of,
    duration_s,
    estimate_wait,
    rounded_up,
    samples,
    wait_to_tell,
)


def busy_office(*, talk_s=100.0, talks=FEWEST_TALKS, agents=(ANA,), **options) -> Appliance:
    """A queue that has served some calls, each of which kept its agent for a while."""
    options = {
        "announce_first_s": 5.0,
        "announce_every_s": 20.0,
        "wrap_up_s": 15.0,
        "announce_quantile": 0.0,
        **options,
    }
    appliance = Appliance(settings(**options)).switch_on()
    for number, agent in enumerate(agents, start=1):
        appliance.log_in(agent, f"station-{number}")
    for _ in range(talks):
        appliance.queue("trunk-1")
        appliance.pass_time(5)
        (ringing,) = appliance.ringing
        appliance.lift(ringing)
        appliance.pass_time(talk_s)
        appliance.caller_hangs_up("trunk-1")
        appliance.put_down(ringing)
        appliance.pass_time(30)
    return appliance


def all_busy(appliance, agents=1):
    """Every agent talks."""
    for number in range(1, agents + 1):
        appliance.queue(f"trunk-{number}")
    for port in tuple(appliance.ringing):
        appliance.lift(port)
    return appliance


def told(appliance, port) -> list[tuple[str, ...]]:
    prompts = [action.prompts for action in appliance.asked(PlayPrompts, port)]
    return [names for names in prompts if names[0].startswith("place")]


def a_wait(ahead=3, agents=4, talk_s=180.0):
    """Of a caller in a queue of which only the length of talks is configured."""
    kinds = frozenset({"agents"})
    wait = estimate_wait(
        Picture(
            queue="sales",
            reaches=(Reach(from_s=0.0, kinds=kinds),),
            at_work={"agents": (AtWork(activity=Activity.TALKING, queue="sales", agents=agents),)},
            ahead=(Ahead(queue="sales", kinds=(kinds,), callers=ahead),),
        ),
        {},
        {"sales": Priors(talk_s=talk_s)},
    )
    assert wait is not None
    return wait


def told_before(minutes, until, agents=4.0) -> ToldWait:
    told = Told(wait_s=60.0 * minutes, mean_s=0.0, quantile_s=0.0, quantile=0.8)
    return ToldWait(minutes=minutes, until=until, agents=agents, told=told)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0.0, 1), (60.0, 1), (60.1, 2), (600.0, 10), (601.0, 15), (1801.0, 40), (3599.0, 60)],
)
def test_waits_are_told_in_minutes_rounded_up_and_never_as_none(seconds, minutes):
    assert rounded_up(seconds) == minutes


def test_place_and_wait_are_told_together_once_the_queue_has_been_measured():
    appliance = all_busy(busy_office(talk_s=100))  # rings 5, talks 100, wraps up 15: two minutes
    appliance.queue("trunk-2")
    appliance.queue("trunk-3")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1", "wait.2")]
    assert told(appliance, "trunk-3") == [("place.2", "wait.4")]


def test_more_agents_mean_a_shorter_wait():
    appliance = all_busy(busy_office(talk_s=100, agents=(ANA, BEN)), agents=2)
    appliance.queue("trunk-3")
    appliance.queue("trunk-4")
    appliance.pass_time(5)
    assert told(appliance, "trunk-4") == [("place.2", "wait.2")]


def test_only_the_place_is_told_while_too_few_talks_were_measured():
    appliance = all_busy(busy_office(talks=FEWEST_TALKS - 1))
    appliance.queue("trunk-2")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1",)]


def test_only_the_place_is_told_when_the_wait_is_switched_off():
    appliance = all_busy(busy_office(announce_wait=False))
    appliance.queue("trunk-2")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1",)]


def test_nobody_is_promised_a_wait_that_the_flow_would_cut_short():
    appliance = all_busy(busy_office(talk_s=100, longest_wait_s=200.0))
    appliance.queue("trunk-2")
    appliance.queue("trunk-3")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1", "wait.2")]
    assert told(appliance, "trunk-3") == [("place.2",)]


def test_eight_of_ten_are_to_be_served_within_what_is_told_by_default():
    appliance = all_busy(busy_office(talk_s=100, announce_quantile=0.8))
    appliance.queue("trunk-2")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1", "wait.3")]
    fact = appliance.facts(AnnouncementPlayed)[-1]
    assert (fact.wait_s, fact.quantile) == (180.0, 0.8)
    assert 120.0 < fact.quantile_s <= 180.0
    assert 60.0 < fact.mean_s < 120.0


def test_a_configured_length_of_talks_lets_the_first_caller_be_told_a_wait():
    appliance = all_busy(busy_office(talks=0, expected_talk_s=100.0))
    appliance.queue("trunk-2")
    appliance.pass_time(5)
    assert told(appliance, "trunk-2") == [("place.1", "wait.2")]


def test_who_waits_longer_than_told_hears_that_it_takes_a_little_longer():
    appliance = all_busy(busy_office(talk_s=100, announce_every_s=50.0))
    appliance.queue("trunk-2")
    appliance.pass_time(300)
    said = told(appliance, "trunk-2")
    assert said[0] == ("place.1", "wait.2")
    assert said[-1] == ("place.1", "wait.longer")
    assert appliance.facts(AnnouncementPlayed)[-1].wait_s == 0.0


def test_the_operator_sees_how_long_who_comes_now_would_wait():
    appliance = busy_office(talk_s=100)
    assert appliance.queue_view(SALES).expected_wait_s == pytest.approx(5.0, abs=0.5)
    all_busy(appliance)
    busy = appliance.queue_view(SALES)
    assert 60.0 < busy.expected_wait_s < 120.0
    assert busy.expected_wait_s < busy.expected_wait_quantile_s
    appliance.queue("trunk-2")
    assert appliance.queue_view(SALES).expected_wait_s > busy.expected_wait_s
    assert appliance.queue_view(SUPPORT).expected_wait_s is None


def test_a_longer_wait_is_told_when_an_agent_has_left():
    appliance = all_busy(busy_office(talk_s=100, agents=(ANA, BEN)), agents=2)
    appliance.queue("trunk-3")
    appliance.queue("trunk-4")
    appliance.pass_time(5)
    appliance.press("station-2", "*131")
    appliance.caller_hangs_up("trunk-2")
    appliance.put_down("station-2")
    appliance.dial("station-2", "*131")
    assert appliance.facts(AgentPaused)
    appliance.pass_time(20)
    assert told(appliance, "trunk-4") == [("place.2", "wait.2"), ("place.2", "wait.3")]


def test_what_was_measured_survives_a_restart():
    appliance = busy_office(talk_s=100)
    before = appliance.center.snapshot(appliance.now).counters
    after = appliance.restart(away_s=3600)
    counters = after.center.snapshot(after.now).counters
    learned = {name for name in before if name.startswith("learned")}
    assert learned
    assert {name: counters[name] for name in learned} == {name: before[name] for name in learned}
    assert duration_s(counters, SALES, Duration.TALK) == pytest.approx(100.0, abs=0.01)
    assert duration_s(counters, SALES, Duration.RING) == pytest.approx(5.0, abs=0.01)
    assert duration_s(counters, SALES, Duration.WRAP_UP) == pytest.approx(15.0, abs=0.01)


def test_a_ledger_goes_on_from_a_snapshot_in_mid_wait_as_the_one_that_took_it():
    appliance = all_busy(busy_office(talk_s=100))
    appliance.queue("trunk-2")
    appliance.pass_time(10)
    ledger = Ledger()
    ledger.apply(appliance.center.snapshot(appliance.now), appliance.now)
    began = len(appliance.journal)
    appliance.pass_time(40)
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    appliance.pass_time(16)
    appliance.lift("station-1")
    appliance.queue("trunk-3")
    appliance.pass_time(1)
    for utc_s, fact in appliance.journal[began:]:
        ledger.apply(fact, utc_s - UTC_MINUS_NOW_S)
    live = appliance.center.snapshot(appliance.now)
    assert ledger.snapshot(appliance.now).counters == live.counters
    assert accuracy_of(ledger.counters, SALES).callers == 1


def test_what_was_told_is_compared_with_how_long_it_took():
    appliance = all_busy(busy_office(talk_s=100))
    appliance.queue("trunk-2")
    appliance.pass_time(35)
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    appliance.pass_time(20)
    appliance.lift("station-1")
    counters = appliance.center.snapshot(appliance.now).counters
    accuracy = accuracy_of(counters, SALES)
    assert accuracy is not None
    fact = next(fact for fact in appliance.facts(AnnouncementPlayed) if fact.wait_s)
    assert accuracy.callers == 1
    assert accuracy.bias_s == pytest.approx(fact.mean_s - 50.0, abs=0.01)  # told after 5 of 55 s
    assert (accuracy.within_told, accuracy.within_quantile) == (1.0, 1.0)


def test_how_long_the_handset_rang_is_kept_by_a_snapshot_in_mid_talk():
    appliance = Appliance(settings()).switch_on()
    appliance.log_in(ANA, "station-1")
    call = appliance.queue("trunk-1")
    appliance.pass_time(7.5)
    appliance.lift("station-1")
    snapshot = appliance.center.snapshot(appliance.now)
    ledger = Ledger()
    ledger.apply(snapshot, appliance.now)
    assert ledger.calls[call].rang_s == 7.5
    ledger.apply(CallEnded(call=call, cause="caller hung up", stage="talking"), appliance.now + 60)
    assert duration_s(ledger.counters, SALES, Duration.RING) == 7.5
    assert duration_s(ledger.counters, SALES, Duration.TALK) == 60.0


def test_a_talk_that_a_restart_ended_is_not_measured():
    appliance = all_busy(busy_office(talk_s=100))
    after = appliance.restart(away_s=100_000)
    assert after.facts(CallEnded)[-1].cause == "call server restarted"
    assert samples(after.center.snapshot(after.now).counters, SALES) == FEWEST_TALKS


@given(
    st.lists(
        st.tuples(st.floats(1.0, 200.0), st.integers(0, 40), st.integers(1, 9), st.floats(10, 900)),
        max_size=12,
    ),
    st.floats(300.0, 4000.0),
    st.sampled_from([0.0, 0.5, 0.8, 0.95]),
)
def test_what_is_told_never_climbs_without_fewer_agents_nor_beyond_being_sent_away(
    announcements, sent_away_at, quantile
):
    now, before = 0.0, None
    for after_s, ahead, agents, talk_s in announcements:
        now += after_s
        wait = a_wait(ahead, agents, talk_s)
        said = wait_to_tell(wait, before, now, sent_away_at, quantile=quantile)
        if said is None:
            continue
        if said.minutes:
            assert now + 60.0 * said.minutes <= sent_away_at
        if before is not None and agents >= before.agents:
            assert said.minutes <= before.minutes
            assert said.until <= before.until
        before = said


def test_a_promise_that_is_still_likely_is_told_as_what_is_left_of_it():
    wait = a_wait(ahead=3)
    assert wait.median_s < 200.0 < wait.quantile_s(0.9)
    said = wait_to_tell(wait, told_before(6, 230.0), 30.0, 1800.0, quantile=0.9)
    assert said is not None
    assert (said.minutes, said.until) == (4, 230.0)


def test_a_promise_that_has_become_unlikely_is_not_repeated():
    said = wait_to_tell(a_wait(ahead=20), told_before(6, 230.0), 100.0, 1800.0)
    assert said is not None
    assert said.minutes == 0


def test_a_longer_wait_is_told_with_a_reason_or_when_there_are_fewer_agents():
    wait = a_wait(ahead=20)
    for before, may_grow in ((told_before(2, 120.0), True), (told_before(2, 120.0, 5.0), False)):
        said = wait_to_tell(wait, before, 10.0, 1800.0, may_grow=may_grow)
        assert said is not None
        assert said.minutes > 2
