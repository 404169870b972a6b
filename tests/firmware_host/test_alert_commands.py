"""Receivers: programs that OAM runs, the call server's log, the console's table of what was."""

import json
import logging
import sys
from ast import literal_eval
from pathlib import Path

import pytest
from click.testing import CliRunner

from acd import AlertAcknowledged, AlertCleared, AlertRaised, WriteFact
from firmware_host.callserver.alert_log import AlertLog
from firmware_host.callserver.journal import Journal
from firmware_host.cli import switchroom
from firmware_host.console.commands import agent_rows
from firmware_host.journal_format import Entry
from firmware_host.oam import Projector, open_database
from firmware_host.oam.alert_commands import NEWS_S, AlertCommands, CommandReceiver
from firmware_host.worker import InlineWorker

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"
UTC_S = 1_800_000_000.0
TOLD = {
    "number": 7,
    "alert": "pauses",
    "subject_kind": "agent",
    "subject": "1001",
    "why": 'pause "break" lasts 901 s, limit 900 s',
    "severity": "warning",
    "receivers": ("mail",),
}


def commands(*command: str, time_limit_s: float = 10.0) -> AlertCommands:
    receiver = CommandReceiver(name="mail", command=command, time_limit_s=time_limit_s)
    return AlertCommands({"mail": receiver}, worker=lambda _: InlineWorker(), utc_s=lambda: UTC_S)


def entry(kind: str = "AlertRaised", utc_s: float = UTC_S, **changes) -> Entry:
    return Entry(1, "boot", 0.0, utc_s, "main", kind, TOLD | changes)


def writing(file, script: str = "") -> tuple[str, ...]:
    """A program that keeps its arguments in a file."""
    program = "import sys; open(sys.argv[1], 'a').write(repr(sys.argv[2:]) + chr(10)); " + script
    return (sys.executable, "-c", program, str(file))


def test_a_program_gets_what_is_told_filled_in_and_no_shell_reads_it(tmp_path):
    file = tmp_path / "told"
    receiver = commands(*writing(file), "{what} {alert} {number}", "{subject}", "{why} {other}")
    receiver.receive(entry(why="{alert} `id` $(id); \x1b[2J\n'"))
    assert file.read_text() == (
        repr(["raised pauses 7", "agent 1001", "{alert} `id` $(id); ?[2J?' {other}"]) + "\n"
    )


def test_every_kind_of_news_is_told_and_nothing_else(tmp_path):
    file = tmp_path / "told"
    receiver = commands(*writing(file), "{what}", "{lasts_s}")
    for kind in ("AlertRaised", "AlertRepeated", "AlertEscalated", "AlertCleared"):
        receiver.receive(entry(kind, lasts_s=61.4))
    receiver.receive(entry("AlertAcknowledged"))
    receiver.receive(entry("CallEnded"))
    receiver.receive(entry(receivers=("log",)))
    receiver.receive(entry(utc_s=UTC_S - NEWS_S - 1))
    assert [literal_eval(line)[0] for line in file.read_text().splitlines()] == [
        "raised",
        "repeated",
        "escalated",
        "cleared",
    ]


def test_a_program_that_fails_is_tried_once_more_and_its_complaint_logged(tmp_path, caplog):
    file = tmp_path / "told"
    commands(*writing(file, "sys.exit('no\x1b route')")).receive(entry())
    assert len(file.read_text().splitlines()) == 2
    logged = [record.getMessage() for record in caplog.records]
    assert [line.rpartition("; ")[2] for line in logged] == ["trying once more", "given up"]
    assert "ended with 1: no? route" in logged[0]


def test_a_program_that_is_not_there_or_hangs_is_logged(caplog):
    commands("/nowhere/notify").receive(entry())
    hangs = (sys.executable, "-c", "import signal; signal.pause()")
    commands(*hangs, time_limit_s=0.3).receive(entry())
    logged = [record.getMessage() for record in caplog.records]
    assert "/nowhere/notify: No such file" in logged[0]
    assert "took longer than 0.3 s and was killed" in logged[2]


@pytest.fixture
def journal(tmp_path):
    journal = Journal(
        tmp_path / "var" / "journal", boot="boot", worker=InlineWorker(), wake=lambda: None
    )
    raised = AlertRaised(kind="pause too long", **TOLD)
    about = {key: TOLD[key] for key in ("alert", "subject_kind", "subject")}
    journal.append(raised, 1.0, UTC_S)
    journal.append(AlertAcknowledged(number=7, by="console", lasts_s=5.0, **about), 6.0, UTC_S + 5)
    journal.append(AlertCleared(lasts_s=60.0, **TOLD), 61.0, UTC_S + 60)
    journal.append(AlertRaised(kind="pause too long", **TOLD | {"number": 8}), 70.0, UTC_S + 69)
    journal.flush()
    yield journal
    journal.close()


def test_what_the_records_have_seen_is_told_to_programs_once(journal, tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    told = []
    for _ in range(2):
        projector = Projector(engine, tmp_path / "var" / "journal")
        projector.observers.append(told.append)
        projector.catch_up()
        projector.catch_up()
    engine.dispose()
    assert [each.kind for each in told] == [
        "AlertRaised",
        "AlertAcknowledged",
        "AlertCleared",
        "AlertRaised",
    ]


def test_the_history_is_read_from_the_journal_while_nothing_runs(journal, tmp_path):
    file = tmp_path / "appliance.toml"
    file.write_text(EXAMPLE.read_text())
    words = ["--config", str(file), "alerts", "--history"]
    done = CliRunner().invoke(switchroom, [*words, "--json"], catch_exceptions=False)
    first, second = json.loads(done.output)
    assert (first["number"], first["lasts_s"], first["acknowledged_by"]) == (7, 60.0, "console")
    assert (second["number"], second["until_utc"]) == (8, None)
    assert "by console" in CliRunner().invoke(switchroom, words).output
    last = CliRunner().invoke(switchroom, [*words, "--json", "--last", "1"])
    assert [each["number"] for each in json.loads(last.output)] == [8]


def test_a_pause_is_shown_beside_its_limit():
    rows = [
        {"agent": "1001", "state_lasts_s": 311.6, "pause_limit_s": 900.0},
        {"agent": "1002", "state_lasts_s": 5.25, "pause_limit_s": None},
    ]
    assert [row["since"] for row in agent_rows(rows)] == ["312/900", 5.25]


def test_the_log_tells_by_severity_what_its_receivers_are_told(caplog):
    caplog.set_level(logging.INFO)
    log = AlertLog({"mail"})
    log(0.0, WriteFact(fact=AlertRaised(kind="x", **TOLD | {"severity": "critical"})))
    log(0.0, WriteFact(fact=AlertRaised(kind="x", **TOLD | {"receivers": ("other",)})))
    log(0.0, WriteFact(fact=AlertCleared(lasts_s=61.0, **TOLD)))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("CRITICAL", 'alert 7 pauses: agent 1001: pause "break" lasts 901 s, limit 900 s'),
        ("INFO", "alert 7 pauses is over: agent 1001: lasted 61 s"),
    ]
