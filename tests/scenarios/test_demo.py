"""The demo: the same seed gives the same octets, and it fails when the far end does."""

import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from how_many import examples

from firmware_host.config import center_settings, read_appliance
from firmware_host.demo import DemoError, DemoOptions, run_demo
from firmware_host.simulation.account import keep_account
from firmware_host.simulation.figures import LevelFormula, Measures, measure
from firmware_host.simulation.prompt_lengths import real_length
from firmware_host.simulation.recorded import read_recorded_day
from firmware_host.simulation.trials import RecordedPeople, make_case, run_trial
from firmware_host.town import FarEndFault

DEMO = Path(__file__).parents[2] / "firmware_host" / "demo" / "demo.toml"


def run(output: Path, **options):
    lines = []
    return run_demo(DemoOptions(output=output, **options), lines.append), lines


def fingerprint(output: Path) -> dict[str, str]:
    files = [*output.glob("journal/*"), *output.glob("recordings/**/*.wav")]
    return {
        str(file.relative_to(output)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    output = tmp_path_factory.mktemp("demo") / "first"
    result, lines = run(output, seed=1)
    return output, result, lines


def test_every_call_ends_as_the_scenario_demands(first):
    _, result, _ = first
    assert result.mistakes == []
    assert len(result.records) > 15
    assert result.simulated_s >= 900


def test_the_timeline_tells_the_whole_story(first):
    _, _, lines = first
    story = "\n".join(lines)
    for word in (
        "rings",
        "from 12125550142 (NEW YORK)",
        "from a private number",
        "after digits A",
        "key 9 is not a choice",
        "waits for",
        "is told: place",
        "missed call",
        "talks with",
        "over: caller hung up",
        "over: agent hung up",
        "over: outside opening hours",
        "wraps up",
        "logged in",
    ):
        assert word in story, word


def test_the_same_seed_gives_byte_identical_journals_and_recordings(first, tmp_path):
    output, _, _ = first
    run(tmp_path / "again", seed=1)
    assert fingerprint(tmp_path / "again") == fingerprint(output)
    assert len(fingerprint(output)) > 15


def test_another_seed_is_another_quarter_of_an_hour(first, tmp_path):
    output, _, _ = first
    result, _ = run(tmp_path / "other", seed=2)
    assert result.mistakes == []
    assert fingerprint(tmp_path / "other") != fingerprint(output)


@pytest.mark.parametrize("fault", list(FarEndFault))
def test_a_far_end_that_fails_makes_the_demo_fail(tmp_path, fault):
    result, _ = run(tmp_path / "demo", seed=1, fault=fault)
    assert result.mistakes


@pytest.mark.parametrize("seed", range(3, 3 + examples(quick=2, thorough=12)))
def test_other_seeds_hold_too(tmp_path, seed):
    result, _ = run(tmp_path / "demo", seed=seed)
    assert result.mistakes == []


def test_a_number_given_on_the_command_line_is_the_one_on_record(tmp_path):
    result, _ = run(tmp_path / "demo", caller_number="40740123456")
    assert result.mistakes == []
    assert "40740123456" in {record.number for record in result.records}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(DemoError, match="--output"):
        run(tmp_path)
    assert (tmp_path / "precious").read_text() == "mine"


def test_simulating_its_journal_gives_the_same_waits_as_its_lines_gave(first):
    # The one was sound and frames through the whole appliance, the other only the Center and made-up lines.
    output, _, _ = first
    site = read_appliance(DEMO)
    day = read_recorded_day(output / "journal", ZoneInfo(site.site.time_zone))
    case = make_case(site, RecordedPeople(day, center_settings(site)), real_length(site))
    simulated = run_trial(case, 1, threshold_s=20.0, formula=LevelFormula.OFFERED).figures
    measures = Measures(begin_s=day.begin_s, end_s=day.end_s + 1e-3, threshold_s=20.0)
    recorded = measure(
        keep_account(day.facts, day.end_s), measures, queues=site.queue, agents=site.agent
    )
    assert recorded.total.answered > 10
    for queue, figures in recorded.queues.items():
        again = simulated.queues[queue]
        assert (again.offered, again.answered) == (figures.offered, figures.answered)
        assert again.mean_wait_s == pytest.approx(figures.mean_wait_s, abs=0.1)
        assert again.longest_wait_s == pytest.approx(figures.longest_wait_s, abs=0.1)
    for agent, figures in recorded.agents.items():
        assert simulated.agents[agent].talking_s == pytest.approx(figures.talking_s, abs=0.1)
        assert simulated.agents[agent].missed == figures.missed
