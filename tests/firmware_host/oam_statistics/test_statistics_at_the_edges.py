"""Journals by hand: restarts, clocks that are set, callers in two queues; both programs, and the truth."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from statistics_bench import NINE, ZONE, Script, assert_counted_alike, question

import acd


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def count(tmp_path, script):
    def counted(**others):
        script.keep(tmp_path / "journal")
        asked = question(**others)
        return assert_counted_alike(tmp_path / "journal", tmp_path / "records.sqlite", asked)

    return counted


def told(figures, *names):
    return tuple(figures[name] for name in names)


def test_a_talk_that_a_restart_ends_has_no_known_length_and_its_agent_is_not_known_meanwhile(
    script, count
):
    script.log_in("1001", "1002", "1003")
    script.tell(acd.AgentPaused(agent="1003", reason="break"))
    script.call("1")
    script.queue("1")
    script.ring("1", "1001")
    script.wait(4)
    script.answer("1", "1001")
    script.call("2", port="line-2")
    script.queue("2")
    script.ring("2", "1002")
    script.wait(30)
    script.call("3", port="line-3")  # the last that is heard of the old run
    script.restart(after_s=300)
    for call, stage in (("1", "talking"), ("2", "offering"), ("3", "flow")):
        script.end(call, "call server restarted", stage)
    script.tell(
        acd.WrapUpStarted(agent="1001", call="1"), acd.OfferWithdrawn(call="2", agent="1002")
    )
    script.wait(10)
    script.tell(acd.AgentWrappedUp(agent="1001"), acd.AgentResumed(agent="1003"))
    script.wait(5)
    script.tell(acd.AgentLoggedOut(agent="1001"))
    found = count()
    agents = found["agents"]
    assert told(agents["1001"], "talking_s", "not_known_s", "wrapping_up_s") == (30.0, 300.0, 10.0)
    assert told(agents["1002"], "ringing_s", "not_known_s", "ready_s") == (30.0, 300.0, 15.0 + 4.0)
    assert told(agents["1003"], "paused_s", "not_known_s") == (344.0, 0.0)
    calls = found["calls"]
    assert told(calls, "answered", "cut_off", "handled", "longest_wait_s") == (1, 1, 0, 30.0)
    assert found["all_trunks"]["seized_s"] == pytest.approx(34 + 30)


def test_a_wrap_up_goes_on_after_a_restart_and_the_contact_is_known_but_for_the_gap(script, count):
    script.log_in("1001")
    script.call("1")
    script.queue("1")
    script.ring("1", "1001")
    script.answer("1", "1001")
    script.wait(50)
    script.end("1", agent="1001")
    script.wait(6)
    script.tell(acd.LogInRefused(agent="", station="desk-2", reason="unknown agent"))
    script.restart(after_s=100)
    script.wait(9)
    script.tell(acd.AgentWrappedUp(agent="1001"))
    found = count()
    assert found["calls"]["mean_handling_s"] == pytest.approx(50 + 6 + 9)
    assert found["agents"]["1001"]["not_known_s"] == pytest.approx(100)


def test_a_caller_in_two_queues_counts_for_the_one_that_serves_and_the_other_says_so(script, count):
    script.log_in("1001")
    script.call("1")
    script.queue("1", "sales", also=("support",))
    script.wait(12)
    script.ring("1", "1001", "support")
    script.wait(3)
    script.answer("1", "1001", "support")
    script.wait(60)
    script.end("1", agent="1001")
    script.tell(acd.AgentWrappedUp(agent="1001"))
    found = count()["queues"]
    assert told(found["support"], "offered", "answered", "elsewhere", "mean_wait_s") == (
        1,
        1,
        0,
        15.0,
    )
    assert told(found["sales"], "offered", "answered", "elsewhere") == (0, 0, 1)
    assert (found["support"]["offers"], found["sales"]["offers"]) == (1, 0)


def test_a_caller_in_two_queues_who_gives_up_counts_for_the_first(script, count):
    script.call("1")
    script.queue("1", "sales", also=("support",))
    script.wait(4)
    script.end("1", stage="queued")
    found = count()["queues"]
    assert told(found["sales"], "offered", "abandoned", "short_abandoned") == (1, 1, 1)
    assert told(found["support"], "offered", "elsewhere") == (0, 1)


def test_a_caller_who_overflows_has_waited_since_entering_and_counts_where_served(script, count):
    script.log_in("1004")
    for call, served in (("1", True), ("2", False)):
        script.call(call)
        script.queue(call)
        script.wait(30)
        script.tell(
            acd.CallOverflowed(
                call=call, queue="sales", to="reserve", priority=5.0, why="waited 30 s"
            )
        )
        script.wait(10)
        if served:
            script.ring(call, "1004", "reserve")
            script.answer(call, "1004", "reserve")
            script.end(call, agent="1004")
            script.tell(acd.AgentWrappedUp(agent="1004"))
        else:
            script.end(call, stage="queued")
    script.call("3")
    script.queue("3")
    script.tell(acd.CallOverflowed(call="3", queue="sales", to="", priority=9.0, why="points only"))
    found = count()["queues"]
    assert told(found["sales"], "offered", "overflowed", "elsewhere", "abandoned") == (2, 2, 1, 1)
    assert told(found["reserve"], "answered", "elsewhere", "mean_wait_s") == (1, 1, 40.0)


def test_whoever_hangs_up_while_a_handset_rings_has_hung_up_and_no_ring_is_missed(script, count):
    script.log_in("1001")
    script.call("1")
    script.queue("1")
    script.wait(5)
    script.ring("1", "1001")
    script.wait(7)
    script.tell(acd.OfferWithdrawn(call="1", agent="1001"))
    script.end("1", stage="offering")
    found = count(threshold_s=12.0)
    assert told(found["calls"], "abandoned", "offers", "missed") == (1, 1, 0)
    assert found["calls"]["service_levels"]["icmi-1"] == 1.0  # 12 s is within 12 s
    assert told(found["agents"]["1001"], "offers", "missed", "ringing_s") == (1, 0, 7.0)


def test_a_missed_ring_belongs_to_its_queue_and_its_agent(script, count):
    script.log_in("1001")
    script.call("1")
    script.queue("1", "sales", also=("support",))
    script.ring("1", "1001", "support")
    script.wait(20)
    script.tell(
        acd.OfferMissed(call="1", agent="1001"), acd.AgentPaused(agent="1001", reason="missed")
    )
    script.wait(60)
    script.call("2", port="line-2")  # time is known until the newest fact
    found = count()
    assert found["queues"]["support"]["missed"] == 1
    assert found["queues"]["sales"]["missed"] == 0
    assert found["agents"]["1001"]["missed"] == 1
    assert found["agents"]["1001"]["unpaid_s"] == {"missed": 60.0}
    assert told(found["calls"], "waiting", "longest_wait_s") == (1, 80.0)


@pytest.mark.parametrize("set_by_s", [-3600.0, 5400.0, -90_000.0])
def test_a_clock_that_is_set_changes_no_length(script, count, set_by_s):
    script.log_in("1001")
    script.call("1")
    script.queue("1")
    script.wait(8)
    script.set_clock(set_by_s)
    script.ring("1", "1001")
    script.wait(4)
    script.answer("1", "1001")
    script.wait(60)
    script.set_clock(-2 * set_by_s)
    script.end("1", agent="1001")
    script.wait(10)
    script.tell(acd.AgentWrappedUp(agent="1001"))
    found = count(begin=NINE - 10 * 86_400, lasts_s=20 * 86_400)
    assert told(found["calls"], "mean_wait_s", "mean_talk_s", "mean_wrap_up_s") == (
        12.0,
        60.0,
        10.0,
    )
    agent = found["agents"]["1001"]
    assert told(agent, "ready_s", "ringing_s", "talking_s") == (8.0, 4.0, 60.0)
    count()


def test_a_clock_that_is_set_back_in_a_restart_gives_nothing_below_zero(script, count):
    script.log_in("1001")
    script.tell(acd.AgentPaused(agent="1001", reason="break"))
    script.call("1")
    script.queue("1")
    script.wait(100)
    script.restart(after_s=-7200)
    script.wait(10)
    script.tell(acd.AgentResumed(agent="1001"))
    found = count(begin=NINE - 86_400, lasts_s=2 * 86_400)
    assert found["agents"]["1001"]["paused_s"] == 0.0  # UTC went back: how long, nobody knows
    assert found["calls"]["longest_wait_s"] == 0.0  # nothing was heard of after it had entered


def test_what_lasts_over_midnight_is_divided_and_a_call_belongs_to_the_day_it_came(tmp_path):
    midnight = datetime(2026, 11, 19, tzinfo=ZoneInfo(ZONE)).timestamp()
    script = Script(begin=midnight - 600)
    script.log_in("1001")
    script.wait(585)
    script.serve("1", "1001", waits=5, rings=5, talks=65, wraps=20)
    script.keep(tmp_path / "journal")
    days = [
        assert_counted_alike(
            tmp_path / "journal",
            tmp_path / "records.sqlite",
            question(begin=midnight + shift, lasts_s=86_400),
        )
        for shift in (-86_400, 0)
    ]
    assert [day["calls"]["answered"] for day in days] == [1, 0]
    assert [day["agents"]["1001"]["talking_s"] for day in days] == [5.0, 60.0]
    assert [day["agents"]["1001"]["calls"] for day in days] == [1, 0]
    assert [day["all_trunks"]["most_at_once"] for day in days] == [1, 1]
    assert days[0]["calls"]["mean_talk_s"] == 65.0


def test_a_resumed_place_is_told_apart_and_its_wait_is_that_of_this_call(script, count):
    script.call("1", number="0211")
    script.queue("1")
    script.wait(30)
    script.end("1", stage="queued")
    script.wait(20)
    script.log_in("1001")
    script.call("2", number="0211")
    script.queue("2", waited_before_s=50.0)
    script.wait(5)
    script.ring("2", "1001")
    script.answer("2", "1001")
    found = count()["calls"]
    assert told(found, "offered", "abandoned", "answered", "resumed") == (2, 1, 1, 1)
    assert found["mean_wait_s"] == 5.0


def test_a_caller_who_comes_back_after_a_lost_talk_is_offered_once(script, count):
    script.log_in("1001", "1002")
    script.call("1")
    script.queue("1")
    script.ring("1", "1001")
    script.answer("1", "1001")
    script.wait(40)
    script.tell(acd.WrapUpStarted(agent="1001", call="1"))  # the agent's station failed
    script.queue("1", waited_before_s=40.0)
    script.wait(9)
    script.ring("1", "1002")
    script.answer("1", "1002")
    script.wait(20)
    script.end("1", agent="1002")
    script.wait(10)
    script.tell(acd.AgentWrappedUp(agent="1001"), acd.AgentWrappedUp(agent="1002"))
    calls = count()["calls"]
    assert told(calls, "offered", "answered", "returned", "returned_answered") == (1, 1, 1, 1)
    assert told(calls, "mean_wait_s", "handled", "mean_talk_s") == (0.0, 2, 30.0)


@pytest.mark.parametrize(
    ("why", "name"),
    [
        ("key 9", "left_by_key"),
        ("waited too long", "left_by_time"),
        ("nobody there", "left_deserted"),
        ("the moon", "left_otherwise"),
    ],
)
def test_who_leaves_a_queue_is_counted_by_the_reason_and_moves_to_the_next(
    script, count, why, name
):
    script.call("1")
    script.queue("1")
    script.wait(25)
    script.tell(acd.QueueLeft(call="1", queue="sales", why=why, waited_s=25.0))
    script.queue("1", "support", waited_before_s=25.0)
    script.wait(5)
    script.end("1", "hung up by operator", "queued")
    found = count()["queues"]
    assert told(found["sales"], "offered", name, "resumed") == (1, 1, 0)
    assert told(found["support"], "offered", "cut_off", "moved") == (1, 1, 1)


def test_a_refused_caller_is_not_offered_and_the_reason_is_told(script, count):
    script.call("1")
    script.tell(acd.QueueRefused(call="1", queue="sales", why="full"))
    script.queue("1", "support")
    script.wait(1)
    found = count()["queues"]
    assert told(found["sales"], "offered", "refused") == (0, {"full": 1})
    assert told(found["support"], "offered", "moved", "waiting") == (1, 0, 1)


def test_a_call_that_an_agent_makes_is_time_of_its_own(script, count):
    script.log_in("1001")
    script.wait(10)
    script.tell(
        acd.CallPlaced(call="1", port="desk-1001", agent="1001"),
        acd.TrunkSeized(call="1", port="line-1", group="town", carrier="B", number="5", sent="5"),
    )
    script.wait(3)
    script.tell(
        acd.TrunkReleased(call="1", port="line-1", carrier="B", month="2026-11", cause="glare"),
        acd.TrunkSeized(call="1", port="line-2", group="town", carrier="B", number="5", sent="5"),
    )
    script.wait(5)
    script.tell(acd.FarEndAnswered(call="1", port="line-2"))
    script.wait(52)
    script.tell(
        acd.TrunkReleased(
            call="1", port="line-2", carrier="B", month="2026-11", cause="agent hung up"
        )
    )
    script.end("1", "agent hung up", "through")
    script.wait(20)
    script.tell(acd.AgentLoggedOut(agent="1001"))
    found = count()
    agent = found["agents"]["1001"]
    assert told(agent, "calling_out_s", "ready_s") == (60.0, 30.0)
    assert agent["occupancy"] == pytest.approx(2 / 3)
    town = found["trunk_groups"]["town"]
    assert told(town, "calls_out", "answered_out", "most_at_once") == (2, 1, 1)
    assert town["seized_s"] == pytest.approx(60.0)
    assert set(found["carriers"]) == {"B"}


def test_a_trunk_that_is_handed_on_in_the_same_moment_is_one(script, count):
    for call, port in (("1", "line-1"), ("2", "line-1"), ("3", "line-2")):
        script.call(call, port=port)
        script.wait(30)
        script.end(call, stage="flow")
    assert count()["all_trunks"]["most_at_once"] == 1


def test_agents_of_a_journal_whose_beginning_is_gone_are_known_from_its_first_snapshot(
    script, count
):
    agents = (
        {"agent": "1001", "state": "paused", "reason": "break", "state_age_s": 900.0},
        {"agent": "1002", "state": "talking", "call": "7", "queue": "sales", "state_age_s": 50.0},
        {"agent": "1003", "state": "logged out"},
    )
    script.tell(acd.SnapshotTaken(agents=agents, calls=(), counters={}))
    script.wait(30)
    script.end("7", agent="1002")
    script.wait(5)
    script.tell(acd.AgentWrappedUp(agent="1002"))
    found = count()["agents"]
    assert told(found["1001"], "paused_s", "unpaid_s") == (35.0, {"break": 35.0})
    assert told(found["1002"], "talking_s", "wrapping_up_s") == (30.0, 5.0)
    assert "1003" not in found


def test_what_callers_were_told_is_compared_with_what_followed(script, count):
    script.log_in("1001")
    for call, waits in (("1", 50.0), ("2", 20.0), ("3", 20.0)):
        script.call(call)
        script.queue(call)
        script.wait(2)
        estimate = {"wait_s": 60.0, "mean_s": 30.0, "quantile_s": 45.0, "quantile": 0.8}
        if call == "3":
            estimate = {"wait_s": 10.0, "mean_s": 10.0, "quantile_s": 0.0, "quantile": 0.0}
        script.tell_announcement(call, **estimate)
        script.wait(waits)
        script.tell_announcement(call, **{**estimate, "wait_s": 1.0})
        script.ring(call, "1001")
        script.answer(call, "1001")
        script.end(call, agent="1001")
        script.tell(acd.AgentWrappedUp(agent="1001"))
    assert count()["calls"]["told"] == {
        "count": 3,
        "mean_error_s": pytest.approx((-10 - 40 + 10) / 3),
        "mean_absolute_error_s": pytest.approx(20.0),
        "within_quantile": 0.5,
        "quantile": pytest.approx(0.8),
    }


def test_a_number_that_comes_again_after_the_process_stopped_is_a_new_call(tmp_path, script):
    script.log_in("1001")
    script.serve("1", "1001")
    asked, database = question(), tmp_path / "records.sqlite"
    script.keep(tmp_path / "journal")
    assert_counted_alike(tmp_path / "journal", database, asked)
    script.call("1")
    script.queue("1")
    script.keep(tmp_path / "journal")
    found = assert_counted_alike(tmp_path / "journal", database, asked)
    assert told(found["calls"], "offered", "returned") == (2, 0)


def test_an_hour_that_comes_twice_is_two_hours(tmp_path):
    begin = datetime(2026, 10, 25, tzinfo=ZoneInfo(ZONE)).timestamp()
    script = Script(begin=begin)
    script.log_in("1001")
    for index in range(50):
        script.wait(1700)
        script.call(str(index))
        script.queue(str(index))
        script.wait(100)
        script.end(str(index), stage="queued")
    script.keep(tmp_path / "journal")
    asked = question(begin=begin, lasts_s=25 * 3600.0, interval_s=3600)
    found = assert_counted_alike(tmp_path / "journal", tmp_path / "records.sqlite", asked)
    assert len(found["intervals"]) == 25
    assert {each["calls"]["offered"] for each in found["intervals"]} == {2}
    assert found["agents"]["1001"]["ready_s"] == pytest.approx(25 * 3600)


# Call-backs.


def ask(script, call="1", queue="sales", waited_s=0.0):
    script.tell(
        acd.CallBackRequested(
            call=call,
            number="+40722000001",
            queue=queue,
            waited_s=waited_s,
            priority=0.0,
            ageing=None,
            needs=(),
            language="en",
            tenant="main",
        )
    )


def leave_for_call_back(script, call="1", waits=30.0):
    script.call(call)
    script.queue(call)
    script.wait(waits)
    script.tell(acd.QueueLeft(call=call, queue="sales", why="key 2", waited_s=waits))
    script.wait(10)
    ask(script, call, waited_s=waits + 10)
    script.end(call, stage="flow")


def attempt(script, ours="9", call="1", agent="1001", rings=3.0):
    script.tell(acd.CallPlaced(call=ours, port="desk-1", agent=agent, call_back=call))
    script.ring(ours, agent)
    script.wait(rings)
    script.tell(
        acd.OfferAnswered(call=ours, agent=agent),
        acd.CallBackAttempted(call_back=call, call=ours, agent=agent, queue="sales"),
    )


def reach(script, ours="9", call="1", agent="1001", talks=60.0):
    number = "+40722000001"
    script.tell(
        acd.CallBackReached(
            call_back=call, call=ours, agent=agent, queue="sales", number=number, waited_s=0.0
        ),
        acd.CallBackEnded(call_back=call, why="reached"),
    )
    script.wait(talks)
    script.end(ours, agent=agent)


def test_who_asks_for_a_call_back_has_neither_hung_up_nor_been_answered_and_the_call_back_is_told_apart(
    script, count
):
    script.log_in("1001")
    leave_for_call_back(script, waits=30)
    script.wait(600)
    attempt(script, rings=3)
    script.wait(8)
    reach(script, talks=60)
    script.wait(12)
    script.tell(acd.AgentWrappedUp(agent="1001"))
    found = count()
    queue, agent = found["queues"]["sales"], found["agents"]["1001"]
    assert told(queue, "offered", "answered", "abandoned", "left_by_key") == (1, 0, 0, 0)
    assert told(queue, "left_for_call_back", "service_level", "mean_wait_s") == (1, 0.0, None)
    assert queue["service_levels"]["icmi-1"] is None
    back = queue["call_backs"]
    assert told(back, "asked", "reached", "attempts", "waiting") == (1, 1, 1, 0)
    assert told(back, "mean_delay_s", "mean_waited_s") == (600 + 3 + 8, 40.0)
    assert told(queue, "handled", "mean_talk_s", "mean_wrap_up_s") == (1, 60.0, 12.0)
    assert told(agent, "ringing_s", "calling_back_s", "talking_s", "wrapping_up_s") == (
        3.0,
        8.0,
        60.0,
        12.0,
    )
    assert told(agent, "calls", "offers", "calling_out_s", "handled") == (1, 1, 0.0, 1)
    assert agent["ready_s"] == pytest.approx(640.0)


def test_attempts_without_an_answer_count_those_without_a_line_do_not_and_the_end_is_told(
    script, count
):
    script.log_in("1001")
    leave_for_call_back(script)
    for ours, counts in (("7", False), ("8", True), ("9", True)):
        script.wait(100)
        attempt(script, ours)
        script.wait(20)
        script.end(ours, "no answer", stage="dialling")
        script.tell(acd.OfferWithdrawn(call=ours, agent="1001"))
        if ours != "9":
            script.tell(
                acd.CallBackPostponed(call_back="1", why="busy", delay_s=60.0, counts=counts)
            )
    script.tell(acd.CallBackEnded(call_back="1", why="tried 2 times: no answer"))
    found = count()
    back = found["calls"]["call_backs"]
    assert told(back, "asked", "reached", "not_reached", "attempts") == (1, 0, 1, 2)
    assert told(found["agents"]["1001"], "calling_back_s", "calls") == (60.0, 0)
    assert told(found["calls"], "offers", "missed", "handled") == (3, 0, 0)


def test_a_call_back_waits_on_through_a_restart_and_its_attempt_then_is_lost(script, count):
    script.log_in("1001")
    leave_for_call_back(script)
    attempt(script)
    script.wait(5)
    script.tell(acd.LogInRefused(agent="", station="desk-2", reason="unknown agent"))
    script.restart(after_s=50)
    script.end("9", "call server restarted", "dialling")
    script.tell(
        acd.OfferWithdrawn(call="9", agent="1001"),
        acd.CallBackPostponed(call_back="1", why="call server restarted", delay_s=60.0),
    )
    script.wait(40)
    script.call("2")
    found = count()
    back = found["calls"]["call_backs"]
    assert told(back, "waiting", "attempts", "reached") == (1, 1, 0)
    agent = found["agents"]["1001"]
    assert told(agent, "calling_back_s", "not_known_s") == (5.0, 50.0)


def test_who_calls_again_has_the_place_on_the_line_and_is_offered_once_more(script, count):
    leave_for_call_back(script)
    script.wait(100)
    script.tell(acd.CallBackEnded(call_back="1", why="the caller called again"))
    script.call("2")
    script.queue("2", waited_before_s=140.0)
    script.wait(10)
    script.end("2", stage="queued")
    found = count()["calls"]
    assert told(found["call_backs"], "asked", "called_again", "waiting") == (1, 1, 0)
    assert told(found, "offered", "resumed", "abandoned", "left_for_call_back") == (2, 1, 1, 1)


def test_a_ring_of_several_handsets_that_one_lifts_is_a_missed_ring_of_nobody(script, count):
    script.log_in("1001", "1002", "1003")
    script.call("1")
    script.queue("1")
    for agent in ("1001", "1002", "1003"):
        script.ring("1", agent)
    script.wait(4)
    script.tell(acd.OfferMissed(call="1", agent="1003"))
    script.wait(2)
    script.tell(acd.OfferWithdrawn(call="1", agent="1001"))
    script.answer("1", "1002")
    script.wait(30)
    script.end("1", agent="1002")
    found = count()
    assert told(found["queues"]["sales"], "offers", "missed", "answered") == (3, 1, 1)
    rung = {name: told(agent, "ringing_s", "missed") for name, agent in found["agents"].items()}
    assert rung == {"1001": (6.0, 0), "1002": (6.0, 0), "1003": (4.0, 1)}


def test_a_pause_is_paid_or_not_by_what_the_fact_says_and_stays_so_over_a_restart(script, count):
    script.log_in("1001")
    script.tell(acd.AgentPaused(agent="1001", reason="training", paid=True))
    script.wait(100)
    script.tell(acd.AgentPaused(agent="1001", reason="break"))
    script.wait(40)
    script.tell(acd.AgentPaused(agent="1001", reason="training"))  # by a configuration of before
    script.restart(after_s=20)
    script.wait(5)
    script.tell(acd.AgentResumed(agent="1001"))
    agent = count()["agents"]["1001"]
    assert agent["paid_s"] == {"training": 100.0}
    assert agent["unpaid_s"] == {"break": 40.0, "training": 25.0}
    assert told(agent, "paused_s", "paid_pauses_s") == (165.0, 100.0)


def test_who_called_out_when_the_call_server_went_down_is_ready_when_it_is_back(script, count):
    script.log_in("1001")
    script.wait(10)
    script.tell(acd.CallPlaced(call="7", port="desk-1", agent="1001"))
    script.wait(20)
    script.call("2")
    script.restart(after_s=30)
    script.end("7", "call server restarted", "through")
    script.wait(40)
    script.call("3")
    agent = count()["agents"]["1001"]
    assert told(agent, "calling_out_s", "not_known_s", "ready_s") == (20.0, 30.0, 50.0)


def test_an_agents_own_queue_is_one_like_any_other(script, count):
    script.log_in("1001")
    script.serve("1", "1001", waits=4, rings=3, queue="agent 1001")
    found = count()["queues"]
    assert told(found["agent 1001"], "offered", "answered", "mean_wait_s") == (1, 1, 7.0)


def test_a_journal_that_begins_with_an_agent_who_dials_for_a_call_back_says_so(script, count):
    agent = {"agent": "1001", "state": "reserved", "call": "9", "queue": "sales"}
    script.tell(acd.SnapshotTaken(agents=(agent,), calls=(), counters={}))
    script.wait(7)
    script.tell(acd.OfferWithdrawn(call="9", agent="1001"))
    script.wait(3)
    script.call("2")
    found = count()["agents"]["1001"]
    assert told(found, "calling_back_s", "ready_s", "ringing_s") == (7.0, 3.0, 0.0)


def test_a_talk_is_over_with_its_call_even_where_the_wrap_up_is_missing_in_the_journal(
    script, count
):
    script.log_in("1001")
    script.call("1")
    script.queue("1")
    script.ring("1", "1001")
    script.answer("1", "1001")
    script.wait(50)
    script.end("1")
    script.wait(20)
    script.tell(acd.AgentWrappedUp(agent="1001"))
    found = count()
    assert told(found["agents"]["1001"], "talking_s", "wrapping_up_s") == (50.0, 20.0)
    assert told(found["calls"], "mean_talk_s", "mean_wrap_up_s") == (50.0, 20.0)
