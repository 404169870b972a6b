"""Digits that are asked for, agents by number, keys out of queues, call-backs, skills: simulated and told."""

from zoneinfo import ZoneInfo

import pytest
from simulated_site import (
    TRAFFIC,
    Person,
    appliance_text,
    come,
    facts,
    go,
    play,
    times,
)

import acd
from firmware_host.config import ConfigurationError, center_settings, parse_appliance
from firmware_host.journal_format import segments
from firmware_host.oam import Projector, answer_question, open_database
from firmware_host.simulation.confidence import summary_of
from firmware_host.simulation.figures import EXTENSIONS, LevelFormula
from firmware_host.simulation.kept_journal import keep_journal
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.recorded import read_recorded_day
from firmware_host.simulation.script import Keyed
from firmware_host.simulation.staffing import parse_agents
from firmware_host.simulation.theory import compare_with_erlang
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import ModelledPeople, RecordedPeople, make_case, run_trial

TEN_S = 10 * 3600.0
NEWER = """
[trunk_group.town]
carrier = "A"
caller_number = "5550100"
[route.world]
via = [{ group = "town", cost = 0.01 }]
"""
MEASURED = {"threshold_s": 20.0, "formula": LevelFormula.OFFERED}


def newer_text(agents='["1001", "1002"]'):
    text = appliance_text(trunks=10)
    text = text.replace('called = "5550100"\n', 'called = "5550100"\ngroup = "town"\n')
    text = text.replace(
        'keys = { "1" = "sales",', 'keys = { "4" = "customer", "5" = "who", "1" = "sales",'
    )
    text = text.replace(
        'queue = "sales"\ntimed_out = "bye"',
        'queue = "sales"\ntimed_out = "bye"\nkeys = { "7" = "call-me", "8" = "support" }',
    )
    text = text.replace(
        'agents = ["1001", "1002"]\n',
        f"agents = {agents}\ncall_backs = {{ attempts = 2, retry_s = 60 }}\n",
    )
    return (
        text
        + NEWER
        + """
[flow.main.node.customer]
kind = "collect"
prompts = ["hello"]
next = "sales"
exhausted = "bye"
[flow.main.node.who]
kind = "extension"
prompts = ["hello"]
exhausted = "bye"
unknown = "bye"
absent = "bye"
timed_out = "bye"
[flow.main.node.call-me]
kind = "call_back"
queue = "sales"
next = "bye"
failed = "bye"
"""
    )


def newer():
    return parse_appliance(newer_text())


BUSY = (
    TRAFFIC.replace("per_hour = 40", "per_hour = 70")
    .replace('"31" = 5,', '"31" = 5, "4" = 20, "5" = 15,')
    .replace(
        "[queue.sales]",
        'digits = { customer = { "4711#" = 90, "none" = 10 },'
        ' who = { "1003#" = 80, "9#" = 20 } }\n[queue.sales]\n'
        'exits = { "7" = { share = 0.6, after = { mean_s = 25 } },'
        ' "8" = { share = 0.1, after = { mean_s = 30 } } }',
    )
    + """
[call_backs]
accept = 0.9
reached = 0.6
answer = { mean_s = 7 }
[extensions]
talk = { mean_s = 60 }
patience_s = 60
"""
)


def run(site, text, seed=3, **how):
    case = make_case(site, ModelledPeople(parse_traffic(text, site)), set_length(2.0), **how)
    return run_trial(case, seed, **MEASURED)


@pytest.fixture(scope="module")
def morning():
    return run(newer(), BUSY)


# One caller.


def test_digits_are_keyed_in_where_they_are_asked_for():
    lines = play([Person(TEN_S, presses="4", keys_in="4711#")], [come(), go()], site=newer())
    assert [fact.digits for fact in facts(lines, acd.DataKeyed)] == ["4711"]
    assert [fact.queue for fact in facts(lines, acd.CallConnected)] == ["sales"]


def test_who_asks_for_an_agent_is_served_by_that_one():
    people = [come(), go(), come("1003"), go("1003")]
    lines = play([Person(TEN_S, presses="5", keys_in="1003#")], people, site=newer())
    served = facts(lines, acd.CallConnected)
    assert [(fact.queue, fact.agent) for fact in served] == [("agent 1003", "1003")]


def test_a_key_leads_out_of_the_queue_and_patience_goes_on_in_the_next():
    caller = Person(TEN_S, waits_s=40, leaves_by=(Keyed(15.0, "8"),))
    lines = play([caller], [], site=newer())
    assert [fact.why for fact in facts(lines, acd.QueueLeft)] == ["key 8"]
    assert times(lines, acd.CallerQueued) == [TEN_S + 1, TEN_S + 16]
    assert times(lines, acd.CallEnded) == [TEN_S + 41]


def test_who_is_served_before_presses_no_key():
    caller = Person(TEN_S, talks_s=300, leaves_by=(Keyed(15.0, "8"),))
    lines = play([caller], [come(), go()], site=newer())
    assert not facts(lines, acd.QueueLeft)


def call_back(**how):
    caller = Person(
        TEN_S, waits_s=40, leaves_by=(Keyed(15.0, "7"),), takes=True, number="+12015550123", **how
    )
    return play([caller], [come(at_s=TEN_S + 300), go()], site=newer(), numbers=True)


def test_who_takes_a_call_back_is_called_answers_and_talks():
    lines = call_back(reached=(6.0,), talks_s=90, answers=(3.0,))
    assert len(facts(lines, acd.CallBackRequested)) == 1
    (attempted,), (reached,) = (
        times(lines, k) for k in (acd.CallBackAttempted, acd.CallBackReached)
    )
    assert attempted == TEN_S + 303
    assert reached == attempted + 6
    assert times(lines, acd.CallEnded)[-1] == reached + 90
    assert times(lines, acd.WrapUpStarted) == [reached + 90]
    assert [fact.why for fact in facts(lines, acd.CallBackEnded)] == ["reached"]


def test_who_does_not_answer_is_called_again_and_given_up_in_the_end():
    lines = call_back(reached=(None, None))
    assert len(facts(lines, acd.CallBackAttempted)) == 2
    assert not facts(lines, acd.CallBackReached)
    (ended,) = facts(lines, acd.CallBackEnded)
    assert ended.why.startswith("tried 2 times")


def test_who_does_not_want_a_call_back_gets_none():
    caller = Person(TEN_S, waits_s=200, leaves_by=(Keyed(15.0, "7"),), number="+12015550123")
    lines = play([caller], [come(at_s=TEN_S + 300), go()], site=newer(), numbers=True)
    assert not facts(lines, acd.CallBackRequested)


# A morning.


def test_everything_happens_in_the_morning(morning):
    figures = morning.figures
    assert figures.total.left_by_key > 0
    assert figures.total.left_for_call_back > 0
    assert figures.queues[EXTENSIONS].answered > 0
    back = figures.call_backs["sales"]
    assert back.reached > 0
    assert back.attempts > back.reached
    assert morning.notes == ()
    total = figures.total
    ways = ("answered", "abandoned", "left_by_key", "left_for_call_back", "sent_on")
    assert total.offered == sum(getattr(total, way) for way in ways)


def test_statistics_of_its_journal_say_the_same(morning, tmp_path):
    keep_journal(morning.facts, morning.script.midnight_utc_s, tmp_path / "journal")
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    Projector(engine, tmp_path / "journal").catch_up()
    begin = morning.script.midnight_utc_s
    found = answer_question(engine, {"begin_utc_s": begin, "end_utc_s": begin + 86_400})
    engine.dispose()
    for name in ("sales", "support"):
        wanted, queue = morning.figures.queues[name], found["queues"][name]
        for field in ("offered", "answered", "abandoned", "left_by_key", "left_for_call_back"):
            assert queue[field] == getattr(wanted, field), (name, field)
        assert queue["mean_wait_s"] == pytest.approx(wanted.mean_wait_s)
    wanted, back = morning.figures.call_backs["sales"], found["queues"]["sales"]["call_backs"]
    for field in ("asked", "reached", "attempts"):
        assert back[field] == getattr(wanted, field), field
    assert back["mean_delay_s"] == pytest.approx(wanted.mean_delay_s)
    for number, agent in morning.figures.agents.items():
        assert found["agents"][number]["occupancy"] == pytest.approx(agent.occupancy)
        assert found["agents"][number]["calls"] == agent.calls


def test_its_journal_replayed_gives_the_morning_again(morning, tmp_path):
    keep_journal(morning.facts, morning.script.midnight_utc_s, tmp_path / "journal")
    assert segments(tmp_path / "journal")
    site = newer()
    day = read_recorded_day(tmp_path / "journal", ZoneInfo(site.site.time_zone))
    people = RecordedPeople(day, center_settings(site))
    again = run_trial(make_case(site, people, set_length(2.0)), 1, **MEASURED)
    first, then = morning.figures, again.figures
    for name in ("offered", "answered", "left_by_key", "left_for_call_back"):
        was, now = getattr(first.total, name), getattr(then.total, name)
        assert abs(was - now) <= max(3, 0.05 * was), name
    assert then.queues[EXTENSIONS].answered == pytest.approx(
        first.queues[EXTENSIONS].answered, abs=2
    )
    assert then.call_backs["sales"].reached == pytest.approx(
        first.call_backs["sales"].reached, abs=3
    )


# What is not shown is said.


def test_what_the_traffic_file_leaves_out_is_said():
    notes = "\n".join(run(newer(), TRAFFIC).notes)
    for word in (
        "customer asks for digits",
        "who asks for digits",
        "key 7 leads out of sales",
        "key 8 leads out of sales",
        "call-me offers to call back; nobody accepts",
    ):
        assert word in notes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("customer = {", "costumer = {", "calls.main.digits.costumer: no node asks for digits"),
        ('"4711#"', '"47x#"', 'calls.main.digits.customer."47x#": not keys of a telephone'),
        ('"7" = { share', '"6" = { share', "queue.sales.exits.6: leads nowhere in this queue"),
        ("share = 0.6", "share = 0.95", "queue.sales.exits: more than all press a key"),
        ("[extensions]\ntalk = { mean_s = 60 }\npatience_s = 60", "", "extensions: is missing"),
    ],
)
def test_mistakes_are_told_with_their_place(old, new, told):
    with pytest.raises(ConfigurationError) as refused:
        parse_traffic(BUSY.replace(old, new), newer())
    assert told in str(refused.value)


# Skills.

SKILLS = """
[agent.1004]
name = "Dan"
pin = "4714"
skills = { english = 5 }
[queue.help]
agents = ["1003", "1004"]
wrap_up_s = 10
requires = { english = 3 }
[flow.main.node.help]
kind = "queue"
queue = "help"
timed_out = "bye"
"""
SKILLED_TRAFFIC = (
    TRAFFIC.replace('"31" = 5', '"6" = 20')
    .replace('"1003"]', '"1003", "1004"]')
    .replace(
        "[queue.support]", "[queue.help]\ntalk = { mean_s = 80 }\npatience_s = 100\n[queue.support]"
    )
    .replace('pauses = [{ at = "10:00", minutes = 15, reason = "meeting" }]', "")
    .replace("missed = 0.05", "missed = 0")
)


def skilled(relax=""):
    text = appliance_text(trunks=8, stations=4).replace(
        'keys = { "1" = "sales",', 'keys = { "6" = "help", "1" = "sales",'
    )
    requires = "requires = { english = 3 }"
    return parse_appliance(
        text
        + SKILLS.replace(requires, f"requires = {{ english = {relax} }}" if relax else requires)
    )


def erlang(site):
    trial = run(site, SKILLED_TRAFFIC)
    compared = compare_with_erlang(
        parse_traffic(SKILLED_TRAFFIC, site),
        center_settings(site),
        summary_of([trial.figures]),
        threshold_s=20.0,
    )
    return {each.queue: each for each in compared}


def test_erlang_counts_the_agents_who_have_the_skills():
    compared = erlang(skilled())
    # Agent 1003 is a member, lacks the skill, and so serves support alone, with 1002.
    assert not compared["help"].inapplicable
    assert compared["help"].agents == 1
    assert "1003" not in " ".join(compared["support"].inapplicable)


def test_erlang_says_that_skills_relax():
    compared = erlang(skilled("{ level = 3, relax = [{ after_s = 20 }] }"))
    assert "agents who serve only when skills are relaxed: 1003" in compared["help"].inapplicable
    assert any("1003" in reason for reason in compared["support"].inapplicable)


def test_an_agent_who_is_added_has_the_skills_that_the_queue_asks_for():
    case = make_case(
        skilled(),
        ModelledPeople(parse_traffic(SKILLED_TRAFFIC, skilled())),
        set_length(2.0),
        agents=[parse_agents("+1 help", ["help"])],
    )
    added = case.settings.agents[-1]
    assert added.skills == {"english": 5}
    assert case.staffing.model_of[added.agent] == "1004"
    assert "with english 5" in case.staffing.words[0]
    trial = run_trial(case, 1, **MEASURED)
    assert trial.figures.agents[added.agent].calls > 0


def test_an_agent_may_be_added_with_other_skills_but_not_with_useless_ones():
    people = ModelledPeople(parse_traffic(SKILLED_TRAFFIC, skilled()))

    def added(text):
        change = parse_agents(text, ["help"])
        return make_case(skilled(), people, set_length(2.0), agents=[change]).settings.agents[-1]

    assert added("+1 help english=3 routers=2").skills == {"english": 3, "routers": 2}
    with pytest.raises(ConfigurationError, match="nobody can serve help; it asks for english=3"):
        added("+1 help english=2")
    with pytest.raises(ConfigurationError, match="says skills of agents who are taken away"):
        parse_agents("-1 help english=2", ["help"])


def test_taken_away_is_who_can_serve_and_nothing_else():
    people = ModelledPeople(parse_traffic(SKILLED_TRAFFIC, skilled()))
    case = make_case(skilled(), people, set_length(2.0), agents=[parse_agents("-1 help", ["help"])])
    assert case.staffing.words == ("agent 1004 stays at home",)
    with pytest.raises(ConfigurationError, match="only 1 agents serve help"):
        make_case(skilled(), people, set_length(2.0), agents=[parse_agents("-2 help", ["help"])])


def test_an_agent_keys_in_a_wrap_up_code_where_the_queue_wants_one():
    text = appliance_text().replace(
        "wrap_up_s = 10\n", "wrap_up_s = 10\nneeds_wrap_up_code = true\nwrap_up_at_most_s = 300\n"
    )
    site = parse_appliance(text + '\n[wrap_up.codes]\n1 = "sold"\n2 = "not sold"\n')
    callers = [Person(TEN_S, talks_s=60), Person(TEN_S + 200, talks_s=60, after_s=4.0)]
    lines = play(callers, [come(), go()], site=site)
    assert [fact.meaning for fact in facts(lines, acd.WrapUpCoded)] == ["sold", "sold"]
    begun, ended = times(lines, acd.WrapUpStarted), times(lines, acd.AgentWrappedUp)
    assert [b - a for a, b in zip(begun, ended, strict=True)] == [10.0, 4.0]
