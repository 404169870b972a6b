"""What callers meet before a queue: prompts, menus, hours, and flows that lead nowhere."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from acd_appliance import ALWAYS_OPEN, FLOW, UTC_MINUS_NOW_S, Appliance, settings

from acd import (
    CallEnded,
    ClearLine,
    ClockSet,
    FlowEntered,
    FlowSettings,
    HangUpNode,
    HoursNode,
    KeyPressed,
    MenuNode,
    OpenInterval,
    PlayPrompts,
    SayNode,
    Schedule,
    SoundFinished,
    StopSound,
)
from acd.ivr import is_open

BUCHAREST = ZoneInfo("Europe/Bucharest")


def prompts(appliance, port="trunk-1"):
    return [action.prompts for action in appliance.asked(PlayPrompts, port)]


def flow(**nodes):
    return FlowSettings(name="main", start="start", nodes=nodes)


def test_a_key_stops_the_prompt_and_leads_on():
    appliance = Appliance().switch_on()
    call = appliance.offer()
    appliance.pass_time(0.5)
    appliance.press("trunk-1", "2")
    assert appliance.asked(StopSound, "trunk-1")
    assert appliance.call(call).queue == "support"
    assert [(fact.key, fact.accepted) for fact in appliance.facts(KeyPressed)] == [("2", True)]


def test_a_wrong_key_is_corrected_and_the_menu_asks_again():
    appliance = Appliance().switch_on()
    call = appliance.offer()
    appliance.press("trunk-1", "9")
    assert prompts(appliance) == [("welcome", "choose"), ("wrong",)]
    appliance.pass_time(2.5)
    assert prompts(appliance)[-1] == ("welcome", "choose")
    appliance.press("trunk-1", "1")
    assert appliance.call(call).stage == "queued"
    assert [fact.accepted for fact in appliance.facts(KeyPressed)] == [False, True]


def test_the_menu_timeout_counts_from_the_end_of_the_prompt():
    appliance = Appliance().switch_on()
    appliance.offer()
    appliance.pass_time(4 + 4.9)
    assert len(prompts(appliance)) == 1
    appliance.pass_time(0.2)
    assert len(prompts(appliance)) == 2


def test_three_silences_exhaust_a_menu():
    appliance = Appliance().switch_on()
    appliance.offer()
    appliance.pass_time(3 * 9 + 1)
    assert prompts(appliance)[-1] == ("goodbye",)
    appliance.pass_time(2)
    assert appliance.facts(CallEnded)[0].cause == "no valid key pressed"
    assert appliance.asked(ClearLine, "trunk-1")


def test_three_wrong_keys_exhaust_a_menu():
    appliance = Appliance().switch_on()
    appliance.offer()
    appliance.press("trunk-1", "999")
    assert prompts(appliance)[-1] == ("goodbye",)


def test_prompts_of_which_the_end_is_never_reported_do_not_hold_a_caller_for_ever():
    appliance = Appliance().switch_on()
    appliance.sounds_end = False
    appliance.offer()
    appliance.pass_time(3600)
    assert appliance.facts(CallEnded)[0].cause == "no valid key pressed"


def test_keys_do_not_cut_an_announcement_short():
    appliance = Appliance().switch_on()
    appliance.offer()
    appliance.press("trunk-1", "31")
    assert prompts(appliance)[-1] == ("news",)
    appliance.pass_time(2)
    assert prompts(appliance)[-1] == ("welcome", "choose")


def test_the_end_of_a_replaced_prompt_changes_nothing():
    appliance = Appliance().switch_on()
    call = appliance.offer()
    first = appliance.asked(PlayPrompts, "trunk-1")[0]
    appliance.press("trunk-1", "9")
    appliance.tell(SoundFinished(port=first.port, sound_id=first.sound_id))
    assert prompts(appliance)[-1] == ("wrong",)
    assert appliance.call(call).stage == "flow"


def test_a_caller_who_hangs_up_in_the_menu_ends_in_stage_flow():
    appliance = Appliance().switch_on()
    appliance.offer()
    appliance.caller_hangs_up("trunk-1")
    ended = appliance.facts(CallEnded)[0]
    assert (ended.stage, ended.cause) == ("flow", "caller hung up")
    assert "trunk-1" not in appliance.sound
    assert not appliance.asked(ClearLine, "trunk-1")


def test_a_loop_of_nodes_that_never_wait_is_cut():
    loop = flow(
        start=HoursNode(schedule="always", open="again", closed="again"),
        again=SayNode(prompts=(), next="start"),
    )
    appliance = Appliance(settings(flow=loop)).switch_on()
    with pytest.raises(StopIteration):  # the call is over before it can be looked at
        appliance.offer()
    assert appliance.facts(CallEnded)[0].cause == "flow leads nowhere"
    assert len(appliance.facts(FlowEntered)) == 32
    assert appliance.recorded == set()


def test_a_loop_of_announcements_ends_when_nobody_ever_presses_a_key():
    loop = flow(start=SayNode(prompts=("news",), next="start"))
    appliance = Appliance(settings(flow=loop)).switch_on()
    appliance.offer()
    appliance.pass_time(24 * 3600)
    assert appliance.facts(CallEnded)[0].cause == "no valid key pressed"


def test_a_node_without_prompts_hangs_up_at_once():
    bare = flow(start=HangUpNode())
    appliance = Appliance(settings(flow=bare)).switch_on()
    with pytest.raises(StopIteration):
        appliance.offer()
    assert appliance.facts(CallEnded)[0].cause == "flow ended"


def test_a_menu_without_prompts_waits_at_once():
    bare = flow(
        start=MenuNode(prompts=(), keys={"1": "end"}, invalid=(), exhausted="end", attempts=1),
        end=HangUpNode(),
    )
    appliance = Appliance(settings(flow=bare)).switch_on()
    appliance.offer()
    appliance.pass_time(4.9)
    assert not appliance.facts(CallEnded)
    appliance.pass_time(0.2)
    assert appliance.facts(CallEnded)


@pytest.mark.parametrize(
    ("is_trusted", "open_when_untrusted", "expected"),
    [(True, True, "closed"), (False, True, "welcome"), (False, False, "closed")],
)
def test_hours_take_the_configured_branch_while_the_clock_is_untrusted(
    is_trusted, open_when_untrusted, expected
):
    never = Schedule(
        name="always",
        zone=UTC,
        intervals=(),
        open_when_clock_untrusted=open_when_untrusted,
    )
    appliance = Appliance(settings(schedules=(never,))).switch_on()
    appliance.tell(ClockSet(utc_minus_now_s=UTC_MINUS_NOW_S, trusted=is_trusted))
    appliance.offer()
    assert prompts(appliance)[0][0] == expected


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), -1e12, 1e18, 1e308])
def test_a_clock_that_makes_no_sense_is_not_trusted_and_breaks_nothing(offset):
    never = Schedule(name="always", zone=BUCHAREST, intervals=())
    appliance = Appliance(settings(schedules=(never,))).switch_on()
    appliance.tell(ClockSet(utc_minus_now_s=offset, trusted=True))
    appliance.offer()
    assert prompts(appliance)[0] == ("welcome", "choose")


def schedule(*intervals, closed=()):
    return Schedule(
        name="office", zone=BUCHAREST, intervals=intervals, closed_dates=frozenset(closed)
    )


WEEK = (0, 1, 2, 3, 4)
OFFICE = OpenInterval(weekdays=WEEK, start=time(9), end=time(17, 30))
NIGHT = OpenInterval(weekdays=(4,), start=time(22), end=time(6))


@pytest.mark.parametrize(
    ("plan", "local", "expected"),
    [
        (schedule(OFFICE), "2026-11-18 08:59:59", False),
        (schedule(OFFICE), "2026-11-18 09:00:00", True),
        (schedule(OFFICE), "2026-11-18 17:29:59", True),
        (schedule(OFFICE), "2026-11-18 17:30:00", False),
        (schedule(OFFICE), "2026-11-21 12:00:00", False),
        (schedule(OFFICE, closed=[date(2026, 12, 1)]), "2026-12-01 12:00:00", False),
        (schedule(OFFICE, closed=[date(2026, 12, 1)]), "2026-12-02 12:00:00", True),
        (schedule(NIGHT), "2026-11-20 21:59:00", False),
        (schedule(NIGHT), "2026-11-20 23:00:00", True),
        (schedule(NIGHT), "2026-11-21 05:59:00", True),
        (schedule(NIGHT), "2026-11-21 06:00:00", False),
        (schedule(NIGHT), "2026-11-21 23:00:00", False),
        (schedule(NIGHT, closed=[date(2026, 11, 21)]), "2026-11-21 05:00:00", True),
        (schedule(NIGHT, closed=[date(2026, 11, 20)]), "2026-11-21 05:00:00", False),
        (schedule(OFFICE), "2026-07-15 09:00:00", True),  # summer time
    ],
)
def test_opening_hours_follow_the_wall_clock_of_their_zone(plan, local, expected):
    at = datetime.fromisoformat(local).replace(tzinfo=BUCHAREST).astimezone(UTC)
    assert is_open(plan, at, clock_trusted=True) is expected


def test_from_midnight_to_midnight_is_the_whole_day():
    for hour in range(24):
        assert is_open(ALWAYS_OPEN, datetime(2026, 11, 18, hour, tzinfo=UTC), clock_trusted=True)


def test_every_node_of_the_flow_is_journaled():
    appliance = Appliance().switch_on()
    appliance.queue("trunk-1", "2")
    entered = [(fact.flow, fact.node) for fact in appliance.facts(FlowEntered)]
    assert entered == [(FLOW.name, node) for node in ("hours", "menu", "support")]
