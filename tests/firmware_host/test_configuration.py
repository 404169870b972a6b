"""appliance.toml: what is right is read, what is wrong is all told at once, with its key path."""

import copy
import tomllib
from datetime import datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from how_many import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from acd import CallerIdentity, CallOffered, Center, ClockSet, PlayPrompts, PortId, PortInService
from drivers import DTMF_FORMS, CallerIdMode
from dsp import tone_plan
from firmware_host.config import (
    ConfigurationError,
    center_settings,
    parse_appliance,
    read_appliance,
    station_settings,
    trunk_settings,
)
from firmware_host.config.checks import check_appliance
from firmware_host.config.schema import Appliance, CallerIdDigits, CallerIdHeardHow, CallerIdHow
from firmware_host.config.walk import collect_mistakes, with_gaps

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"
TEXT = EXAMPLE.read_text()


def mistakes_of(text: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(text)
    return {mistake.path: str(mistake) for mistake in caught.value.mistakes}


def test_the_example_is_good_and_makes_a_center():
    appliance = read_appliance(EXAMPLE)
    center = Center(center_settings(appliance))
    assert {queue.queue for queue in center.queues(0.0)} == {"sales", "support"}


def test_trunks_and_stations_become_line_settings():
    appliance = read_appliance(EXAMPLE)
    plan = tone_plan(appliance.site.country)
    assert trunk_settings(appliance.trunk["line-4"], plan).clears_on_polarity
    assert not trunk_settings(appliance.trunk["line-4"], plan).clears_on_battery_drop
    assert trunk_settings(appliance.trunk["line-1"], plan).ring_gone_s > 4.0
    assert station_settings(appliance.station["desk-1"], plan).ring_cadence_s == (2.0, 4.0)


def test_where_and_how_the_callers_number_comes_is_configured_by_trunk_and_station():
    text = TEXT.replace(
        '"dtmf_before_ring"', '"dtmf_after_reversal"\ncaller_id_digits = "d_to_c"', 1
    )
    text = text.replace('"fsk_after_first_ring"', '"automatic"\ncall_waiting_caller_id = true', 1)
    appliance = parse_appliance(text)
    plan = tone_plan("uk")
    first = trunk_settings(appliance.trunk["line-1"], plan)
    assert first.caller_id is CallerIdMode.AUTOMATIC
    assert first.call_waiting_caller_id
    third = trunk_settings(appliance.trunk["line-3"], plan)
    assert (third.caller_id, third.dtmf_form.name) == (CallerIdMode.DTMF_AFTER_REVERSAL, "d_to_c")
    assert not third.call_waiting_caller_id
    assert station_settings(appliance.station["desk-1"], plan).alerts_on_hook
    brazil = trunk_settings(appliance.trunk["line-1"], tone_plan("br"))
    assert brazil.dtmf_form.name == "brazil"


def test_every_mode_and_every_national_form_has_its_word():
    modes = {mode.value for mode in CallerIdMode}
    assert set(get_args(CallerIdHow)) == modes - {"automatic"}
    assert {word for part in get_args(CallerIdHeardHow) for word in get_args(part)} == modes
    assert set(get_args(CallerIdDigits)) == set(DTMF_FORMS)


def test_a_telephone_cannot_be_told_to_find_out_by_itself():
    text = TEXT.replace("[station.desk-1]", '[station.desk-1]\ncaller_id = "automatic"')
    assert set(mistakes_of(text)) == {"station.desk-1.caller_id"}


def test_every_mistake_is_reported_at_once_each_with_its_key_path_and_what_would_be_right():
    text = (
        TEXT.replace('law = "mulaw"', 'law = "ulaw"')
        .replace("port = 1\n", "port = 0\n", 1)
        .replace('pin = "4711"', "pin = 4711")
        .replace('agents = ["1001", "1002"]', 'agents = ["1001", "1020"]')
        .replace("wrap_up_s = 10", "wrapup_s = 10", 1)
        .replace('"1" = "sales"', '"1" = "sale"')
    )
    mistakes = mistakes_of(text)
    assert set(mistakes) == {
        "site.law",
        "trunk.line-2.port",
        "agent.1001.pin",
        "queue.sales.agents[1]",
        "queue.sales.wrapup_s",
        "flow.main.node.menu.keys.1",
    }
    assert 'one of "alaw", "mulaw"' in mistakes["site.law"]
    assert "trunk.line-1" in mistakes["trunk.line-2.port"]
    assert 'did you mean "100' in mistakes["queue.sales.agents[1]"]
    assert 'did you mean "wrap_up_s"' in mistakes["queue.sales.wrapup_s"]
    assert 'did you mean "sales"' in mistakes["flow.main.node.menu.keys.1"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('country = "us"', 'country = "xx"', "site.country"),
        ('time_zone = "Europe/Bucharest"', 'time_zone = "Europe/Bucuresti"', "site.time_zone"),
        ('"mon-sun" = "00:00-24:00"', '"mon-sum" = "00:00-24:00"', "schedule.office.open.mon-sum"),
        ('"mon-sun" = "00:00-24:00"', '"mon-sun" = "09:00-09:00"', "schedule.office.open.mon-sun"),
        ("ring_timeout_s = 15", "ring_timeout_s = 0.5", "queue.sales.ring_timeout_s"),
        ("announce_every_s = 30", "announce_every_s = 0.5", "queue.sales.announce_every_s"),
        ("announce_wait = true", "announce_wait = 1", "queue.sales.announce_wait"),
        ("announce_wait = true", 'announce_wait = "never"', "queue.sales.announce_wait"),
        ("announce_wait = true", "anounce_wait = true", "queue.sales.anounce_wait"),
        ('agents = ["1001", "1002"]', 'agents = ["1001", "1001"]', "queue.sales.agents[1]"),
        ("timeout_s = 5", "timeout_s = 0.01", "flow.main.node.menu.timeout_s"),
        ("[site]", "[limits]\ntalk_limit_s = 0.1\n\n[site]", "limits.talk_limit_s"),
        ('pin = "2580"', 'pin = "258"', "technician.admin.pin"),
        ('kind = "menu"', 'kind = "meny"', "flow.main.node.menu.kind"),
        ('kind = "virtual"', 'kind = "dahdi2"', "card.virtual.kind"),
        ("[agent.1001]", "[agent.ann]", "agent.ann"),
        ('start = "hours"', 'start = "our"', "flow.main.start"),
        ('invalid = ["invalid-key"]', 'invalid = ["invalid"]', "flow.main.node.menu.invalid[0]"),
        ('ro = "Bun venit la Switchroom."', "", "flow.main.node.menu.prompts[0]"),
        ('flow = "main"', 'flow = "mian"', "trunk.line-1.flow"),
        ("ring_timeout_s = 15", "ring_timeout_s = -1", "queue.sales.ring_timeout_s"),
        ('[station.desk-1]\ncard = "virtual"\n', "[station.desk-1]\n", "station.desk-1.card"),
        ("[site]", '[star_codes]\nlog_in = "*1"\nlog_out = "*12"\n\n[site]', "star_codes.log_out"),
        ("[site]", '[pause.reasons]\n"12" = "lunch"\n\n[site]', "pause.reasons.12"),
    ],
)
def test_a_mistake_is_told_at_its_key_path(old, new, path):
    assert old in TEXT
    assert path in mistakes_of(TEXT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("hours", "open_at", "closed_at"),
    [
        ("22:00-06:00", "2026-11-23 23:00", "2026-11-23 12:00"),
        ("18:00-24:00", "2026-11-23 23:59", "2026-11-23 00:01"),
        ("09:00-12:00, 13:00-18:00", "2026-11-23 13:00", "2026-11-23 12:00"),
    ],
)
def test_opening_hours_mean_what_they_say(hours, open_at, closed_at):
    appliance = parse_appliance(TEXT.replace("00:00-24:00", hours))
    center = Center(center_settings(appliance))
    center.receive(PortInService(port=PortId("line-1")), 0.0)
    for when, prompt in ((open_at, "welcome"), (closed_at, "closed")):
        zone = ZoneInfo(appliance.site.time_zone)
        utc_s = datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=zone).timestamp()
        center.receive(ClockSet(utc_minus_now_s=utc_s, trusted=True), 0.0)
        offered = CallOffered(port=PortId("line-1"), caller=CallerIdentity(), called="")
        actions = center.receive(offered, 0.0)
        played = [action for action in actions if isinstance(action, PlayPrompts)]
        assert played[0].prompts[0] == prompt


def test_what_is_not_toml_is_told_with_its_line():
    assert "line 2" in mistakes_of("[site]\nname = Switchroom")["the file"]


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="No such file"):
        read_appliance(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        read_appliance(tmp_path / "binary.toml")


TREE = tomllib.loads(TEXT)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(tree, path=()):
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield (*path, key)
        if isinstance(tree[key], dict | list):
            yield from places(tree[key], (*path, key))


@settings(max_examples=examples(quick=100, thorough=1000), deadline=None)
@given(st.sampled_from(list(places(TREE))), values)
def test_any_value_anywhere_is_taken_or_told_but_never_raises_anything_else(place, value):
    tree = copy.deepcopy(TREE)
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    told = collect_mistakes(Appliance, tree)
    between = check_appliance(with_gaps(Appliance, tree))
    assert all(mistake.path for mistake in [*told, *between])
    if not told and not between:
        Center(center_settings(msgspec.convert(tree, Appliance)))
