"""What callers are told of the time: when, how long, and when rather nothing."""

import heapq
import random

import pytest
from acd_appliance import ANA, BEN, SALES, SUPPORT, Appliance, settings
from hypothesis import given
from hypothesis import strategies as st

from acd import AgentPaused, CallEnded, PlayPrompts
from acd.ledger import Ledger
from acd.records import AgentRecord, AgentState
from acd.settings import QueueSettings
from acd.waiting import FEWEST_TALKS, ExpectedWait, agents_at_work, expected_wait

QUEUE = QueueSettings(name=SALES, agents=(ANA, BEN), wrap_up_s=20.0)


def measured(*, talks=FEWEST_TALKS, ring_ms=10_000, talk_ms=150_000) -> Ledger:
    counters = {"talks sales": talks, "mean ring ms sales": ring_ms, "mean talk ms sales": talk_ms}
    return Ledger(counters=counters)


def busy_office(*, talk_s=100.0, talks=FEWEST_TALKS, agents=(ANA,), **options) -> Appliance:
    """A queue that has served some calls, each of which kept its agent for a while."""
    options = {"announce_first_s": 5.0, "announce_every_s": 20.0, "wrap_up_s": 15.0, **options}
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


def test_place_times_the_time_that_a_call_keeps_an_agent_over_agents():
    ledger = measured()
    wait = expected_wait(1, QUEUE, 1.0, ledger)
    assert wait is not None
    assert (wait.seconds, wait.minutes) == (180.0, 3)
    assert expected_wait(5, QUEUE, 1.0, ledger).seconds == 900.0
    assert expected_wait(5, QUEUE, 2.5, ledger).seconds == 360.0


@pytest.mark.parametrize(("seconds", "minutes"), [(0.0, 1), (60.0, 1), (60.1, 2), (3599.0, 60)])
def test_waits_are_told_in_minutes_rounded_up_and_never_as_none(seconds, minutes):
    assert ExpectedWait(seconds, 1.0).minutes == minutes


def test_nothing_is_known_before_enough_talks_or_with_nobody_at_work():
    assert expected_wait(1, QUEUE, 1.0, measured(talks=FEWEST_TALKS - 1)) is None
    assert expected_wait(1, QUEUE, 0.0, measured()) is None


def test_agents_at_work_are_those_who_will_take_another_call():
    ledger = Ledger()
    members = {SALES: ("1", "2", "3", "4", "5", "6")}
    states = list(AgentState)
    for number, state in enumerate(states, start=1):
        ledger.agents[str(number)] = AgentRecord(str(number), state=state)
    at_work = [state for state in states if state not in (AgentState.LOGGED_OUT, AgentState.PAUSED)]
    assert agents_at_work(SALES, members, ledger) == len(at_work)
    talking = str(states.index(AgentState.TALKING) + 1)
    ledger.agents[talking].wanted_pause = "break"
    assert agents_at_work(SALES, members, ledger) == len(at_work) - 1


def test_who_is_waited_for_in_two_queues_counts_half_in_each():
    ledger = Ledger()
    for agent in (ANA, BEN):
        ledger.agents[agent] = AgentRecord(agent, state=AgentState.READY)
    assert agents_at_work(SALES, {SALES: (ANA, BEN)}, ledger) == 2.0
    assert agents_at_work(SALES, {SALES: (ANA, BEN), SUPPORT: (BEN,)}, ledger) == 1.5


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


def test_a_longer_wait_than_the_one_told_is_kept_back():
    """The mean has grown meanwhile, by one endless talk; the caller's place is the same."""
    appliance = all_busy(
        busy_office(agents=(ANA, BEN), announce_every_s=3000.0, longest_wait_s=9e3), 2
    )
    appliance.queue("trunk-3")
    appliance.queue("trunk-4")
    appliance.pass_time(5)
    assert told(appliance, "trunk-4") == [("place.2", "wait.2")]
    appliance.pass_time(2000)
    appliance.caller_hangs_up("trunk-1")
    appliance.put_down("station-1")
    appliance.pass_time(20)
    (ringing,) = appliance.ringing
    appliance.lift(ringing)
    appliance.pass_time(985)
    assert told(appliance, "trunk-4") == [("place.2", "wait.2"), ("place.1",)]


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
    assert told(appliance, "trunk-4") == [("place.2", "wait.2"), ("place.2", "wait.4")]


def test_what_was_measured_survives_a_restart():
    appliance = busy_office(talk_s=100)
    before = appliance.center.snapshot(appliance.now).counters
    after = appliance.restart(away_s=3600)
    counters = after.center.snapshot(after.now).counters
    for counter in ("talks sales", "mean ring ms sales", "mean talk ms sales"):
        assert counters[counter] == before[counter]
    assert counters["mean talk ms sales"] == pytest.approx(100_000, abs=1)
    assert counters["mean ring ms sales"] == pytest.approx(5_000, abs=1)


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
    assert ledger.count("mean ring ms sales") == 7500
    assert ledger.count("mean talk ms sales") == 60_000


def test_a_talk_that_a_restart_ended_is_not_measured():
    appliance = all_busy(busy_office(talk_s=100))
    after = appliance.restart(away_s=100_000)
    assert after.facts(CallEnded)[-1].cause == "call server restarted"
    assert after.center.snapshot(after.now).counters["talks sales"] == FEWEST_TALKS


def test_the_mean_follows_the_day():
    appliance = busy_office(talk_s=100, talks=60)
    busy = appliance.center.snapshot(appliance.now).counters["mean talk ms sales"]
    assert busy == pytest.approx(100_000, abs=100)


@given(st.floats(0, 1e6), st.floats(0.1, 100), st.floats(0, 1e6), st.floats(0.1, 100))
def test_what_is_told_never_grows_without_a_cause(first_s, first_agents, then_s, then_agents):
    first, then = ExpectedWait(first_s, first_agents), ExpectedWait(then_s, then_agents)
    assert first.may_follow(None)
    if then.may_follow(first) and then.minutes > first.minutes:
        assert then.agents < first.agents


@pytest.mark.parametrize("agents", [1, 3, 8])
def test_on_average_callers_of_a_busy_queue_wait_as_long_as_estimated(agents):
    """A queue in which talks are exponential, against first-come first-served done by hand."""
    chance = random.Random(agents)
    ledger = measured(ring_ms=0, talk_ms=180_000)
    queue = QueueSettings(name=SALES, agents=(), wrap_up_s=0.0)
    free_at = [0.0] * agents
    waiting: list[float] = []
    now, ratios = 0.0, []
    for _ in range(40_000):
        now += chance.expovariate(0.95 * agents / 180)
        started = max(heapq.heappop(free_at), now)
        heapq.heappush(free_at, started + chance.expovariate(1 / 180))
        waiting = [start for start in waiting if start > now]
        if started > now:
            waiting.append(started)
            estimate = expected_wait(len(waiting), queue, float(agents), ledger)
            ratios.append((estimate.seconds, started - now))
    estimated, waited = (sum(column) / len(ratios) for column in zip(*ratios, strict=True))
    assert estimated == pytest.approx(waited, rel=0.1)
