"""Statistics of mornings that the simulator makes: as another program counts them, and as it does itself."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from statistics_bench import (
    assert_counted_alike,
    assert_equal,
    counted,
    question,
    simulated_journal,
)

from firmware_host.journal_format import segments
from firmware_host.oam import Projector, answer_question, open_database

MIGRATIONS = Path(__file__).parents[3] / "firmware_host" / "oam" / "migrations"


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "journal"
    trial = simulated_journal(folder, seed=5)
    return folder, trial


@pytest.mark.parametrize(
    ("seed", "how"),
    [
        (2, {"missed": 0.5}),
        (3, {"per_hour": 240, "patience_s": 40}),
        (4, {"overflow_s": 5, "per_hour": 60}),
    ],
)
def test_a_second_program_counts_the_same(seed, how, tmp_path):
    simulated_journal(tmp_path / "journal", seed, **how)
    asked = question(
        threshold_s=10.0 + seed, short_s=3.0 * seed, interval_s=900 if seed % 2 else 3600
    )
    assert_counted_alike(tmp_path / "journal", tmp_path / "records.sqlite", asked)


def test_the_mornings_hold_what_is_to_be_counted(journal, tmp_path):
    folder, _ = journal
    found = assert_counted_alike(folder, tmp_path / "records.sqlite", question())
    calls, agents = found["calls"], found["all_agents"]
    for name in (
        "answered",
        "abandoned",
        "short_abandoned",
        "left_by_time",
        "moved",
        "overflowed",
        "elsewhere",
        "missed",
    ):
        assert calls[name] > 0, name
    assert sum(calls["refused"].values()) > 0
    assert set(agents["unpaid_s"]) >= {"break", "meeting"}
    assert agents["wrapping_up_s"] > 0
    queues = found["queues"].values()
    assert sum(queue["offered"] for queue in queues) == calls["offered"]


def test_the_simulator_finds_the_same_of_agents(journal, tmp_path):
    folder, trial = journal
    found = counted(folder, tmp_path / "records.sqlite", question())
    for number, wanted in trial.figures.agents.items():
        agent = found["agents"][number]
        assert (agent["calls"], agent["missed"]) == (wanted.calls, wanted.missed)
        assert agent["occupancy"] == pytest.approx(wanted.occupancy)
        for name in ("paused_s", "ringing_s", "talking_s", "wrapping_up_s"):
            assert agent[name] == pytest.approx(getattr(wanted, name), abs=1e-3), name


def test_records_that_are_made_anew_give_the_same_figures(journal, tmp_path):
    folder, _ = journal
    first = counted(folder, tmp_path / "first.sqlite", question())
    again = counted(folder, tmp_path / "again.sqlite", question())
    assert first == again


@pytest.mark.parametrize("step", [1, 23])
def test_it_does_not_matter_where_the_process_stopped_and_went_on(journal, tmp_path, step):
    folder, _ = journal
    lines = segments(folder)[0].read_bytes().splitlines(keepends=True)[:700]
    growing = tmp_path / "journal"
    growing.mkdir()
    file = growing / segments(folder)[0].name
    engine = open_database(f"sqlite:///{tmp_path / 'grown.sqlite'}")
    with file.open("ab", buffering=0) as journal_file:
        begin = 0 if step > 1 else len(lines) - 40
        journal_file.write(b"".join(lines[:begin]))
        for start in range(begin, len(lines), step):
            journal_file.write(b"".join(lines[start : start + step]))
            Projector(engine, growing).catch_up()  # one that has just started each time
            assert Projector(engine, growing).catch_up() == 0
    found = answer_question(engine, question())
    engine.dispose()
    assert_equal(found, counted(growing, tmp_path / "at_once.sqlite", question()))


def test_facts_that_stand_twice_in_a_repaired_journal_count_once(journal, tmp_path):
    folder, _ = journal
    doubled = tmp_path / "journal"
    shutil.copytree(folder, doubled)
    file = segments(doubled)[0]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines, *lines[100:300]]))
    assert counted(doubled, tmp_path / "twice.sqlite", question()) == counted(
        folder, tmp_path / "once.sqlite", question()
    )


@pytest.mark.parametrize("cut", [0.3, 0.8])
def test_a_journal_that_ends_in_the_middle_is_counted_up_to_there(journal, tmp_path, cut):
    folder, _ = journal
    torn = tmp_path / "journal"
    torn.mkdir()
    data = segments(folder)[0].read_bytes()
    (torn / segments(folder)[0].name).write_bytes(data[: int(len(data) * cut)])
    found = assert_counted_alike(torn, tmp_path / "records.sqlite", question())
    assert found["calls"]["answered"] > 0


@pytest.mark.parametrize("release", ["0003", "0005"])
def test_records_of_a_release_before_are_made_anew(journal, tmp_path, release):
    folder, _ = journal
    database = tmp_path / "records.sqlite"
    engine = open_database(f"sqlite:///{database}")
    Projector(engine, folder).catch_up()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, release)  # calls and position are as that release left them
    engine.dispose()
    found = counted(folder, database, question())
    assert found == counted(folder, tmp_path / "new.sqlite", question())
    assert found["calls"]["answered"] > 0
