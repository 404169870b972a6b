"""Traffic files: what they draw, and every mistake in them told with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_site import TRAFFIC, appliance

from firmware_host.config import ConfigurationError, read_appliance
from firmware_host.simulation.chance import Duration, Shape, chance
from firmware_host.simulation.model import poisson_arrivals, write_script
from firmware_host.simulation.script import DutyKind
from firmware_host.simulation.traffic_file import parse_traffic, read_traffic

PROJECT = Path(__file__).parents[3]


def script(text=TRAFFIC, seed=1, times=1.0):
    site = appliance()
    return write_script(parse_traffic(text, site), site, seed=seed, traffic_times=times)


def mistakes_of(text):
    with pytest.raises(ConfigurationError) as told:
        parse_traffic(text, appliance())
    return {mistake.path: str(mistake) for mistake in told.value.mistakes}


def test_the_example_in_the_manual_fits_the_example_appliance():
    site = read_appliance(PROJECT / "appliance.toml")
    traffic = read_traffic(PROJECT / "docs" / "manual" / "traffic.toml", site)
    assert len(write_script(traffic, site, seed=1).callers) > 100


@pytest.mark.parametrize(
    ("before", "after", "path", "words"),
    [
        ('called = "5550100"', 'called = "5550101"', "calls.main.called", "5550101"),
        ("per_hour = 40", "per_hour = 40\nper_half_hour = [1]", "calls.main.per_hour", "beside"),
        ("per_hour = 40", "per_half_hour = [1, 2]", "calls.main.per_half_hour", "6, one for each"),
        ("per_hour = 40", "", "calls.main.per_hour", "is missing"),
        ("per_hour = 40", "per_hour = -1", "calls.main.per_hour", "at least 0"),
        ("per_hour = 40", "per_hours = 40", "calls.main.per_hours", 'did you mean "per_hour"'),
        ('"31" = 5', '"x" = 5', "calls.main.keys.x", "not keys"),
        ("[queue.support]", "[queue.suport]", "queue.suport", 'did you mean "support"'),
        ("patience_s = 120", 'patience_s = "ever"', "queue.sales.patience_s", '"for ever"'),
        ("talk = { mean_s = 100 }", "talk = {}", "queue.sales.talk.mean_s", "is missing"),
        ("mean_s = 100 }", "mean_s = 100, deviation_s = 9 }", "queue.sales.talk.deviation_s", "log"),
        ("missed = 0.05", "missed = 5", "agents.missed", "at most 1"),
        ('"1003"]', '"1009"]', "shift.day.agents[2]", 'unknown agent "1009"'),
        ('at = "10:00"', 'at = "8:00"', "shift.day.pauses[0].at", "outside the shift"),
        ('"meeting" }', '"meeting" }, { at = "10:05", minutes = 1 }', "shift.day.pauses", "before"),
        ('reason = "meeting"', 'reason = "meating"', "shift.day.pauses[0].reason", '"meeting"'),
        ('from = "09:00"\nto = "12:00"\n[prompts]', 'from = "09:00"\nto = "08:00"\n[prompts]', "day.to", "not after"),  # noqa: E501
        ("date = 2026-11-19", 'date = "soon"', "day.date", "date"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_key_path_and_what_would_be_right(before, after, path, words):
    assert before in TRAFFIC
    told = mistakes_of(TRAFFIC.replace(before, after))
    assert words in told[path]


def test_several_mistakes_are_told_at_once():
    text = TRAFFIC.replace("per_hour = 40", "").replace('"1003"]', '"1009"]')
    assert len(mistakes_of(text)) == 2


def test_a_queue_that_the_file_forgets_is_a_mistake():
    text = TRAFFIC[: TRAFFIC.index("[queue.support]")] + TRAFFIC[TRAFFIC.index("[agents]") :]
    assert list(mistakes_of(text)) == ["queue.support"]


def test_an_agent_cannot_work_in_two_shifts_at_once():
    text = f'{TRAFFIC}\n[shift.late]\nagents = ["1001"]\nfrom = "11:00"\nto = "13:00"\n'
    assert "another shift" in str(mistakes_of(text))


def test_the_same_seed_is_the_same_day_and_another_seed_another():
    assert script(seed=4).callers == script(seed=4).callers
    assert script(seed=4).callers != script(seed=5).callers


def test_more_traffic_is_the_same_callers_and_others_besides():
    base = {(c.stream, c.index): c.at_s for c in script().callers}
    more = {(c.stream, c.index): c.at_s for c in script(times=1.5).callers}
    assert base.items() <= more.items()
    assert 1.2 < len(more) / len(base) < 1.8


def test_less_traffic_leaves_some_of_the_callers_out():
    base = {(c.stream, c.index): c.at_s for c in script().callers}
    fewer = {(c.stream, c.index): c.at_s for c in script(times=0.5).callers}
    assert fewer.items() <= base.items()
    assert 0.3 < len(fewer) / len(base) < 0.7


def test_callers_come_at_the_rate_of_their_half_hour():
    pieces = [(0.0, 1800.0, 1.0), (1800.0, 3600.0, 0.0), (3600.0, 5400.0, 0.25)]
    arrivals = list(poisson_arrivals(1, "x", pieces))
    counts = [sum(begin <= at_s < end for at_s in arrivals) for begin, end, _ in pieces]
    assert abs(counts[0] - 1800) < 4 * 1800**0.5
    assert counts[1] == 0
    assert abs(counts[2] - 450) < 4 * 450**0.5
    assert arrivals == sorted(arrivals)


def test_keys_are_pressed_in_their_shares():
    text = TRAFFIC.replace("per_hour = 40", "per_hour = 2000")
    callers = script(text).callers
    shares = [
        sum(c.presses == keys for c in callers) / len(callers) for keys in ("1", "2", "31", "")
    ]
    assert shares == pytest.approx([0.6, 0.3, 0.05, 0.05], abs=0.02)


def test_a_shift_becomes_coming_pausing_and_going():
    kinds = [duty.kind for duty in script().duties if duty.agent == "1001"]
    assert kinds == [DutyKind.COME, DutyKind.PAUSE, DutyKind.GO]


@given(st.integers(), st.text(max_size=5), st.integers(0, 10**6))
def test_chance_lies_between_nothing_and_everything(seed, name, index):
    assert 0 < chance(seed, name, index) < 1


@pytest.mark.parametrize("shape", list(Shape))
def test_every_shape_has_its_mean_and_deviation(shape):
    duration = Duration(mean_s=100.0, shape=shape, deviation_s=60.0)
    drawn = [duration.at((n + 0.5) / 100_000) for n in range(100_000)]
    mean = sum(drawn) / len(drawn)
    deviation = (sum((d - mean) ** 2 for d in drawn) / len(drawn)) ** 0.5
    assert mean == pytest.approx(100.0, rel=2e-3)
    wanted = {Shape.FIXED: 0.0, Shape.EXPONENTIAL: 100.0, Shape.LOGNORMAL: 60.0}[shape]
    assert deviation == pytest.approx(wanted, rel=5e-3, abs=1e-6)
