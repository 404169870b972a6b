"""Minutes of the busy hour on a span: everybody is served or gone, channels rest, one seed is one hour."""

import importlib.util

import pytest
from click.testing import CliRunner

import acd
from firmware_host.cli import switchroom
from firmware_host.demo import BusyHour, BusyHourOptions, run_busy_hour
from firmware_host.demo.busy_hour import Facts

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("drivers.pri._native") is None, reason="libpri-dev is not there"
)


def run(folder, seed: int) -> tuple[BusyHour, bytes]:
    folder.mkdir()
    options = BusyHourOptions(output=folder, spans=1, seconds=150.0, seed=seed)
    hour = run_busy_hour(options, lambda _line: None)
    journal = b"".join(file.read_bytes() for file in sorted((folder / "journal").iterdir()))
    return hour, journal


def test_every_caller_is_recognised_and_ends_once_and_every_channel_rests(tmp_path):
    hour, journal = run(tmp_path / "first", 3)
    assert hour.mistakes == []
    assert hour.offered > 10
    assert hour.talked > hour.offered / 2
    assert sum(hour.ends.values()) == hour.offered
    assert run(tmp_path / "again", 3)[1] == journal
    assert run(tmp_path / "other", 4)[1] != journal


def test_what_must_not_be_is_told():
    facts = Facts(BusyHour())
    offered = acd.CallOfferedToUs(call="1", port="carrier-1", called="5", number="40212000001")
    for fact in (offered, acd.CallEnded(call="2", cause="x", stage="flow")):
        facts.happened(1.0, acd.WriteFact(fact=fact))
    assert len(facts.mistakes()) == 3


def test_the_command_says_what_came_of_it(tmp_path):
    words = ["demo", "--spans", "1", "--minutes", "1", "--quiet", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(switchroom, words)
    assert done.exit_code == 0, done.output
    assert "talked with an agent" in done.output
