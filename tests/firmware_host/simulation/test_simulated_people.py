"""Made-up callers and agents around the real Center: each does what it was told, when it was told."""

from simulated_site import FIVE_S, NINE_S, Person, appliance, come, facts, go, pause, play, times

from acd import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWrappedUp,
    CallConnected,
    CallEnded,
    CallerQueued,
    CallOfferedToUs,
    KeyPressed,
    OfferMade,
    OfferMissed,
    PauseRequested,
    PortId,
    WrapUpStarted,
)

TEN_S = 10 * 3600.0


def test_a_caller_presses_a_key_is_answered_after_the_ring_and_talks_as_long_as_told():
    lines = play([Person(TEN_S, talks_s=60, answers=(3.0,))], [come(), go()])
    assert times(lines, CallerQueued) == [TEN_S + 1]
    assert times(lines, OfferMade) == [TEN_S + 1]
    assert times(lines, CallConnected) == [TEN_S + 4]
    assert times(lines, CallEnded) == [TEN_S + 64]
    assert facts(lines, CallEnded)[0].cause == "caller hung up"
    assert times(lines, AgentWrappedUp) == [TEN_S + 74]


def test_an_agent_logs_in_at_the_beginning_of_the_shift_and_out_at_its_end():
    lines = play([], [come(station="desk-2"), go()])
    assert times(lines, AgentLoggedIn) == [NINE_S]
    assert facts(lines, AgentLoggedIn)[0].station == "desk-2"
    assert times(lines, AgentLoggedOut) == [FIVE_S]


def test_a_caller_hangs_up_when_patience_is_over():
    lines = play([Person(TEN_S, waits_s=25)], [])
    assert times(lines, CallEnded) == [TEN_S + 26]
    assert facts(lines, CallEnded)[0].stage == "queued"


def test_patience_ends_while_the_handset_rings_too():
    lines = play([Person(TEN_S, waits_s=5, answers=(9.0,))], [come(), go()])
    assert facts(lines, CallEnded)[0].stage == "offering"
    assert not facts(lines, CallConnected)


def test_who_talks_has_all_the_patience_in_the_world():
    lines = play([Person(TEN_S, waits_s=10, talks_s=500)], [come(), go()])
    assert times(lines, CallEnded) == [TEN_S + 504]


def test_a_caller_who_hears_enough_of_the_menu_leaves():
    lines = play([Person(TEN_S, presses="", leaves_s=4.0)], [come(), go()])
    assert times(lines, CallEnded) == [TEN_S + 4]
    assert facts(lines, CallEnded)[0].stage == "flow"


def test_a_caller_walks_through_two_menus():
    lines = play([Person(TEN_S, presses="31")], [come(), go()])
    assert [fact.key for fact in facts(lines, KeyPressed)] == ["3", "1"]
    assert facts(lines, CallConnected)[0].queue == "sales"


def test_a_wrong_key_is_followed_by_the_right_one():
    lines = play([Person(TEN_S, wrong="9")], [come(), go()])
    assert [fact.accepted for fact in facts(lines, KeyPressed)] == [False, True]
    assert facts(lines, CallConnected)


def test_a_ring_that_nobody_hears_is_missed_and_the_next_one_answered():
    lines = play([Person(TEN_S, answers=(None, 2.0))], [come(), go()])
    assert times(lines, OfferMissed) == [TEN_S + 16]
    assert times(lines, CallConnected) == [TEN_S + 1 + 15 + 5 + 2]  # delay after a missed offer


def test_an_agent_whom_missed_calls_have_paused_comes_back():
    person = Person(TEN_S, answers=(None, None, 2.0))
    lines = play([person], [come(), go()], back_after_missed_s=100.0)
    paused_s = times(lines, AgentPaused)[0]
    assert facts(lines, AgentPaused)[0].reason == "missed"
    assert times(lines, AgentResumed) == [paused_s + 100]
    assert times(lines, CallConnected) == [paused_s + 102]


def test_a_pause_that_is_due_while_missed_calls_keep_an_agent_away_is_taken_then():
    person = Person(TEN_S, answers=(None, None, 2.0))
    duties = [come(), pause(at_s=TEN_S + 60, length_s=600, reason="meeting"), go()]
    lines = play([person], duties, back_after_missed_s=100.0)
    assert [fact.reason for fact in facts(lines, AgentPaused)] == ["missed", "meeting"]
    assert times(lines, AgentResumed) == [TEN_S + 660]


def test_a_pause_is_as_long_as_planned():
    lines = play([], [come(), pause(at_s=TEN_S, length_s=600, reason="meeting"), go()])
    assert times(lines, AgentPaused) == [TEN_S]
    assert facts(lines, AgentPaused)[0].reason == "meeting"
    assert times(lines, AgentResumed) == [TEN_S + 600]


def test_a_pause_that_falls_into_a_talk_follows_the_wrap_up_and_is_no_shorter():
    caller = Person(TEN_S, talks_s=100)
    lines = play([caller], [come(), pause(at_s=TEN_S + 50, length_s=600), go()])
    assert times(lines, PauseRequested) == [TEN_S + 50]
    assert times(lines, AgentPaused) == [TEN_S + 114]
    assert times(lines, AgentResumed) == [TEN_S + 714]


def test_a_pause_that_falls_into_a_ring_comes_after_the_call():
    caller = Person(TEN_S, talks_s=100, answers=(8.0,))
    lines = play([caller], [come(), pause(at_s=TEN_S + 5, length_s=600), go()])
    assert times(lines, CallConnected) == [TEN_S + 9]
    assert times(lines, PauseRequested) == [TEN_S + 9]
    assert times(lines, AgentPaused) == [TEN_S + 119]


def test_an_agent_finishes_the_call_before_leaving_and_takes_no_other():
    callers = [Person(FIVE_S - 20, talks_s=100), Person(FIVE_S - 10, waits_s=300)]
    lines = play(callers, [come(), go()])
    assert len(facts(lines, CallConnected)) == 1
    wrapped_up_s = times(lines, WrapUpStarted)[0] + 10
    assert times(lines, AgentLoggedOut) == [wrapped_up_s]


def test_an_agent_who_is_done_early_says_so_by_star_code():
    lines = play([Person(TEN_S, talks_s=60, after_s=4.0)], [come(), go()])
    assert times(lines, AgentWrappedUp) == [TEN_S + 68]


def test_an_agent_who_is_done_early_goes_into_the_pause_that_was_asked_for_in_the_talk():
    caller = Person(TEN_S, talks_s=100, after_s=4.0)
    lines = play([caller], [come(), pause(at_s=TEN_S + 50, length_s=600), go()])
    assert times(lines, PauseRequested) == [TEN_S + 50]
    assert times(lines, AgentPaused) == [TEN_S + 108]
    assert times(lines, AgentResumed) == [TEN_S + 708]


def test_paperwork_never_lasts_longer_than_the_wrap_up():
    lines = play([Person(TEN_S, talks_s=60, after_s=400.0)], [come(), go()])
    assert times(lines, AgentWrappedUp) == [TEN_S + 74]


def test_a_handset_that_is_not_put_down_yet_is_not_rung():
    callers = [Person(TEN_S, talks_s=30), Person(TEN_S + 1, answers=(0.0,))]
    site = appliance()
    lines = play(callers, [come(), go()], site=site, put_down_s=17.0)
    assert times(lines, CallConnected)[1] == TEN_S + 34 + 17


def test_the_agent_can_be_the_one_who_hangs_up():
    lines = play([Person(TEN_S, talks_s=30, agent_hangs_up=True)], [come(), go()])
    assert times(lines, CallEnded) == [TEN_S + 34]
    assert facts(lines, CallEnded)[0].cause == "agent hung up"


def test_a_caller_for_whom_no_line_is_free_is_turned_away():
    one_line = (PortId("line-0"),)
    callers = [Person(TEN_S, ports=one_line), Person(TEN_S + 5, ports=one_line)]
    lines = play(callers, [come(), go()])
    assert lines.turned_away == [TEN_S + 5]
    assert len(facts(lines, CallOfferedToUs)) == 1


def test_an_agent_without_a_free_telephone_gets_the_next_one_that_is():
    duties = [come("1001"), come("1002"), go("1001", TEN_S), go("1002")]
    lines = play([], duties, site=appliance(stations=1))
    assert lines.notes == ["agent 1002 finds no free telephone"]
    assert [fact.agent for fact in facts(lines, AgentLoggedIn)] == ["1001", "1002"]
    assert times(lines, AgentLoggedIn) == [NINE_S, TEN_S]


def test_every_call_is_over_at_the_end_and_every_agent_gone():
    callers = [Person(TEN_S + 7.3 * n, talks_s=20 + n, waits_s=90) for n in range(200)]
    duties = [duty for agent in ("1001", "1002", "1003") for duty in (come(agent), go(agent))]
    lines = play(callers, [*duties, pause("1001"), pause("1002", TEN_S + 900)])
    offered = {fact.call for fact in facts(lines, CallOfferedToUs)}
    assert {fact.call for fact in facts(lines, CallEnded)} == offered
    assert len(facts(lines, AgentLoggedOut)) == 3
    assert len(offered) + len(lines.turned_away) == 200
