"""Trunk groups, routes and called numbers in appliance.toml: what they come to, mistakes at their places."""

import json

import pytest
from click.testing import CliRunner

from acd import LineChoice, NumberForm, NumberKind
from firmware_host.cli import switchroom
from firmware_host.config import ConfigurationError, center_settings, parse_appliance
from firmware_host.demo.run import DEMO_APPLIANCE

PLAN = """
[trunk_group.town]
choice = "down"
caller_number = "0212005500"
carrier = "A"
minimum_minutes = 1000

[trunk_group.other]

[number_plan]
emergency = ["961"]
emergency_groups = ["town"]

[number_plan.internal]
"3" = 3

[route.world]
via = [{ group = "other", cost = 0.02, prepend = "1234" }, { group = "town", cost = 0.01 }]

[route.office]
prefixes = ["3"]
via = [{ group = "other" }]

[route.mobile]
prefixes = ["+407"]
via = [{ group = "other" }]

[called."02120055"]
flow = "main"
tenant = "acme"
greeting = ["closed"]
"""


def text(plan: str = PLAN) -> str:
    demo = DEMO_APPLIANCE.read_text().replace('country = "us"', 'country = "ro"')
    for line, group in (("line-1", "town"), ("line-2", "town"), ("line-3", "other")):
        demo = demo.replace(f"[trunk.{line}]\n", f'[trunk.{line}]\ngroup = "{group}"\n')
    return demo.replace("[station.desk-1]\n", '[station.desk-1]\ndials = "international"\n') + plan


def test_groups_routes_called_numbers_and_rights_are_those_of_the_tables():
    plan = center_settings(parse_appliance(text())).number_plan
    town, other = plan.groups
    assert (town.ports, other.ports) == (("line-1", "line-2"), ("line-3",))
    assert (town.choice, town.form) == (LineChoice.DOWN, NumberForm.NATIONAL)
    assert (town.accounted_to, other.accounted_to) == ("A", "other")
    assert [way.group for way in plan.routes[0].ways] == ["other", "town"]
    assert plan.called[0].greeting == ("closed",)
    assert NumberKind.INTERNATIONAL in plan.rights["desk-1"].kinds
    assert NumberKind.INTERNATIONAL not in plan.rights["desk-2"].kinds
    assert NumberKind.PREMIUM not in plan.rights["desk-1"].kinds


@pytest.mark.parametrize(
    ("right", "wrong", "path", "told"),
    [
        ('group = "other", cost', 'group = "othr", cost', "route.world.via[0].group", "other"),
        ('prefixes = ["+407"]', "", "route.mobile.prefixes[0]", '"" is in route world already'),
        ('prefixes = ["+407"]', 'prefixes = ["07x"]', "route.mobile.prefixes[0]", ""),
        ('via = [{ group = "other" }]', "via = []", "route.mobile.via", ""),
        ('["town"]\n', '["twon"]\n', "number_plan.emergency_groups[0]", "town"),
        ('"3" = 3', '"345" = 2', "number_plan.internal.345", "fewer"),
        ('"3" = 3', '"x" = 3', "number_plan.internal.x", ""),
        ('flow = "main"\ntenant', 'flow = "mian"\ntenant', "called.02120055.flow", "main"),
        ('tenant = "acme"', 'tenant = "Ac me"', "called.02120055.tenant", ""),
        ('["closed"]', '["clsed"]', "called.02120055.greeting[0]", "closed"),
        ('[called."02120055"]', "[called.reception]", "called.reception", ""),
        ("[trunk_group.other]", "[trunk_group.othr]", "trunk.line-3.group", "othr"),
        (
            "[trunk_group.other]",
            "[trunk_group.x]\n[trunk_group.other]",
            "trunk_group.x",
            "no lines",
        ),
        ('caller_number = "0212005500"', 'caller_number = "021-2"', "caller_number", ""),
        ('prefixes = ["+407"]', 'prefixes = ["07"]', "route.mobile.prefixes[0]", '"+407"'),
        ('"3" = 3', '"4" = 3', "number_plan.internal.4", "no route"),
        ('choice = "down"', 'choice = "random"', "trunk_group.town.choice", "round_robin"),
    ],
)
def test_a_mistake_is_told_where_it_stands(right, wrong, path, told):
    assert right in text()
    with pytest.raises(ConfigurationError) as refused:
        parse_appliance(text().replace(right, wrong))
    lines = [line for line in str(refused.value).splitlines() if path in line]
    assert lines, str(refused.value)
    assert told in lines[0]


def test_a_node_that_dials_no_number_is_told():
    node = '[flow.main.node.reception]\nkind = "dial"\nnumber = "4011"\nfailed = "closed"\n'
    with pytest.raises(ConfigurationError, match=r"flow\.main\.node\.reception\.number"):
        parse_appliance(text(PLAN + node))
    parse_appliance(text(PLAN + node.replace("4011", "301")))


def test_calls_through_need_a_route():
    plan = "[trunk_group.town]\ncalls_through = true\n[trunk_group.other]\n"
    with pytest.raises(ConfigurationError, match=r"trunk_group\.town\.calls_through"):
        parse_appliance(text(plan))


def number(tmp_path, *words: str):
    file = tmp_path / "appliance.toml"
    file.write_text(text())
    return CliRunner().invoke(switchroom, ["--config", str(file), "number", *words])


def test_a_technician_is_told_where_a_number_goes(tmp_path):
    told = json.loads(number(tmp_path, "0212345678", "--station", "desk-2", "--json").output)
    assert (told["number"], told["kind"], told["route"], told["may"]) == (
        "+40212345678",
        "national",
        "world",
        True,
    )
    ways = [(way["group"], way["sends"], way["shows"]) for way in told["ways"]]
    assert ways == [("town", "0212345678", "0212005500"), ("other", "12340212345678", "no number")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("0740123456",), "Route mobile"),
        (("112",), "emergency"),
        (("0049301234567", "--station", "desk-2"), "desk-2 may not call it"),
        (("021200550",), "A number of ours: callers of 02120055… meet flow main, tenant acme"),
        (("30",), "no number"),
        (("301",), "of kind: internal"),
    ],
)
def test_it_is_told_in_words(tmp_path, words, told):
    done = number(tmp_path, *words)
    assert done.exit_code == int(told in ("no number", "desk-2 may not call it")), done.output
    assert told in " ".join(done.output.split())


def test_a_station_that_is_none_is_told(tmp_path):
    done = number(tmp_path, "112", "--station", "desk-9")
    assert done.exit_code == 1
    assert "there are: desk-1" in done.output
