"""Changes that are tried: on the same people, and refused with a clear word where they make no sense."""

import tomllib

import pytest
from simulated_site import TRAFFIC, appliance, appliance_text

from firmware_host.config import ConfigurationError
from firmware_host.simulation.changed_keys import appliance_with
from firmware_host.simulation.confidence import difference
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.staffing import parse_agents, staffing_with
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import ModelledPeople, make_case, run_trial

TREE = tomllib.loads(appliance_text())
MEASURED = {"threshold_s": 20.0, "formula": LevelFormula.OFFERED}


def tried(*changes):
    return appliance_with(TREE, changes)


def case(site=None, text=TRAFFIC, agents=(), times=1.0):
    site = site or appliance()
    people = ModelledPeople(parse_traffic(text, site))
    changes = [parse_agents(each, list(site.queue)) for each in agents]
    return make_case(site, people, set_length(2.0), agents=changes, traffic_times=times)


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("queue.sales.wrap_up_s=5", lambda site: site.queue["sales"].wrap_up_s == 5),
        ("limits.missed_offer_delay_s = 9", lambda site: site.limits.missed_offer_delay_s == 9),
        ('queue.sales.agents=["1001"]', lambda site: site.queue["sales"].agents == ("1001",)),
        ("site.name=Elsewhere", lambda site: site.site.name == "Elsewhere"),
        ("flow.main.node.menu.timeout_s=9", lambda site: site.flow["main"].node["menu"].timeout_s == 9),
        ("flow.main.node.menu.keys.4=bye", lambda site: "4" in site.flow["main"].node["menu"].keys),
        ('prompt."hello".en=Hi', lambda site: site.prompt["hello"]["en"] == "Hi"),
    ],
)  # fmt: skip
def test_any_key_of_the_appliance_can_be_changed(change, read):
    assert not read(tried())
    assert read(tried(change))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("queue.sales.wrap_up=5", 'queue.sales.wrap_up: unknown key; did you mean "wrap_up_s"?'),
        ("queue.slaes.wrap_up_s=5", 'queue.slaes: there is no such table; did you mean "sales"?'),
        ("queues.sales.wrap_up_s=5", 'queues: unknown key; did you mean "queue"?'),
        ("queue.sales.wrap_up_s=-1", "queue.sales.wrap_up_s: must be a number at least 0"),
        ("queue.sales.wrap_up_s=soon", "queue.sales.wrap_up_s: must be a number"),
        ('queue.sales.agents=["9"]', 'queue.sales.agents[0]: unknown agent "9"'),
        ("flow.main.node.menu.colour=red", "flow.main.node.menu.colour: unknown key"),
        ("queue.sales.wrap_up_s", "is no KEY=VALUE"),
        ("=5", "is no KEY=VALUE"),
        ("queue..x=5", "can't be read"),
        ("queue.sales=5", "queue.sales: must be a table"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_by_its_key_path(change, told):
    with pytest.raises(ConfigurationError) as refused:
        tried(change)
    assert told in str(refused.value)


def test_a_change_leaves_the_tables_that_were_read_alone():
    tried("queue.sales.wrap_up_s=5")
    assert TREE["queue"]["sales"]["wrap_up_s"] == 10


@pytest.mark.parametrize("text", ["sales", "+ sales", "+0 sales", "two sales", "+1 sails", "+1"])
def test_agents_that_cannot_be_counted_are_refused(text):
    with pytest.raises(ConfigurationError):
        parse_agents(text, ["sales", "support"])


def test_an_added_agent_works_the_shifts_of_one_who_serves_the_queue():
    script = case(agents=["+1 support"]).script(1)
    added = [duty for duty in script.duties if duty.agent.startswith("9")]
    model = [duty for duty in script.duties if duty.agent == "1002"]
    assert [(d.at_s, d.kind) for d in added] == [(d.at_s, d.kind) for d in model]
    assert {d.station for d in added} == {"added-900000"}  # nobody has to give up a telephone


def test_an_added_agent_takes_calls_of_that_queue_only():
    trial = run_trial(case(agents=["+1 support"]), 1, **MEASURED)
    queues = {visit.queue for visit in trial.account.visits if visit.agent.startswith("9")}
    assert queues == {"support"}


def test_a_removed_agent_who_serves_only_this_queue_stays_at_home():
    staffing = case(agents=["-1 support"]).staffing
    assert staffing.stays_away == {"1003"}
    assert not [d for d in case(agents=["-1 support"]).script(1).duties if d.agent == "1003"]


def test_a_removed_agent_who_serves_another_queue_goes_on_serving_it():
    staffing = case(agents=["-2 support"]).staffing
    serving = {str(queue.name): list(queue.agents) for queue in staffing.settings.queues}
    assert serving == {"sales": ["1001", "1002"], "support": []}
    assert "1002" not in staffing.stays_away


def test_more_agents_than_there_are_cannot_be_removed():
    with pytest.raises(ConfigurationError, match="only 2 agents serve support"):
        case(agents=["-3 support"])


def test_nobody_can_be_added_where_nobody_works():
    text = TRAFFIC.replace('agents = ["1001", "1002", "1003"]', 'agents = ["1001"]')
    with pytest.raises(ConfigurationError, match="nobody who serves support works"):
        case(text=text, agents=["+1 support"])


def test_adding_to_one_who_was_added_works_too():
    settings = case().settings
    changes = [parse_agents("+3 sales", ["sales"]), parse_agents("-4 sales", ["sales"])]
    staffing = staffing_with(settings, changes, lambda _agent: True)
    assert next(q.agents for q in staffing.settings.queues if q.name == "sales") == ("1002",)


def test_a_change_that_changes_nothing_changes_no_figure():
    before = [run_trial(case(), seed, **MEASURED).figures for seed in (1, 2)]
    same = case(site=tried("queue.sales.wrap_up_s=10"))
    after = [run_trial(same, seed, **MEASURED).figures for seed in (1, 2)]
    assert before == after
    assert not any(
        each is not None and each.is_surely_not_zero for each in difference(before, after).values()
    )


def test_an_agent_more_surely_shortens_the_wait_though_days_differ():
    text = TRAFFIC.replace("per_hour = 40", "per_hour = 60")
    figures = [
        [run_trial(case(text=text, agents=agents), seed, **MEASURED).figures for seed in range(4)]
        for agents in ((), ("+1 sales",))
    ]
    level = difference(*figures)["total", "service_level"]
    assert level.mean > 0
    assert level.is_surely_not_zero
