"""The switchroom command without a running appliance: what it says when something is wrong."""

import json
from pathlib import Path

import click
import pytest
import soundfile
from click.testing import CliRunner

from firmware_host.cli import switchroom
from firmware_host.console import Output
from firmware_host.explained import EXPLAINED

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"


def run(*words: str):
    return CliRunner().invoke(switchroom, [*words], prog_name="switchroom")


def every_command(group: click.Group, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(p, c, id=" ".join(p)) for p, c in every_command(switchroom)]
)
def test_every_command_and_option_explains_itself(path, command):
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path}: {parameter.name}"


def test_a_good_file_is_said_to_be_good():
    done = run("check", str(EXAMPLE))
    assert done.exit_code == 0
    assert "6 trunks, 3 stations" in done.output
    assert json.loads(run("check", str(EXAMPLE), "--json").output) == []


def test_a_bad_file_is_told_with_every_mistake_and_nothing_starts_on_it(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(
        EXAMPLE.read_text().replace('"us"', '"xx"').replace("port = 1\n", "port = 0\n", 1)
    )
    done = run("check", str(bad))
    assert done.exit_code == 1
    assert "2 mistakes" in done.output
    assert "site.country" in done.output
    assert "trunk.line-2.port" in done.output
    listed = json.loads(run("check", str(bad), "--json").output)
    assert {mistake["path"] for mistake in listed} == {"site.country", "trunk.line-2.port"}
    for command in ("run", "callserver", "town", "oam"):
        refused = run("--config", str(bad), command)
        assert refused.exit_code == EXPLAINED, command
        assert "site.country" in refused.output
        assert "switchroom check" in refused.output


def test_whoever_edits_the_file_can_still_look_at_what_runs(tmp_path):
    half_done = tmp_path / "half.toml"
    half_done.write_text('[site]\nstate = "elsewhere"\n')
    looked = run("--config", str(half_done), "agents")
    assert str(tmp_path / "elsewhere" / "callserver.sock") in looked.output
    half_done.write_text("[site\n")
    assert "is not TOML" in run("--config", str(half_done), "agents").output


@pytest.mark.parametrize("command", ["lines", "calls", "queues", "agents", "records"])
def test_a_command_without_a_running_appliance_says_how_to_start_it(tmp_path, command):
    (tmp_path / "appliance.toml").write_text(EXAMPLE.read_text())
    done = run("--config", str(tmp_path / "appliance.toml"), command)
    assert done.exit_code == 1
    assert "switchroom run" in done.output


@pytest.mark.parametrize("words", [("handset", "desk-1"), ("listen", "line-1", "--json")])
def test_a_person_at_a_line_that_does_not_run_is_told_how_to_start_it(tmp_path, words):
    (tmp_path / "appliance.toml").write_text(EXAMPLE.read_text())
    done = run("--config", str(tmp_path / "appliance.toml"), *words, "--no-sound")
    assert done.exit_code == 1
    assert "switchroom run" in done.output


def test_the_journal_of_a_stopped_appliance_can_be_read(tmp_path):
    (tmp_path / "appliance.toml").write_text(EXAMPLE.read_text())
    done = run("--config", str(tmp_path / "appliance.toml"), "journal", "show")
    assert done.exit_code == 0
    assert "no such fact" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("demo", "--caller", "12a"), "--caller"),
        (("demo", "--caller-audio", "nowhere.wav"), "nowhere.wav"),
        (("dial", "--to", "1", "--from", "abc"), "--from"),
        (("dial", "--to", "1", "--press", "1x"), "--press"),
        (("dial", "--to", "1", "--say", "nowhere.wav"), "nowhere.wav"),
        (("handset", "desk-1", "--say", "nowhere.wav"), "nowhere.wav"),
    ],
)
def test_a_wrong_argument_is_named(words, told, tmp_path):
    done = run("--config", str(EXAMPLE), *words)
    assert done.exit_code == 1
    assert told in done.output
    assert not isinstance(done.exception, (KeyError, TypeError, ValueError))


def test_the_demo_takes_a_voice_and_a_number_and_prints_json(tmp_path):
    voice = tmp_path / "voice.wav"
    soundfile.write(voice, [0.1 * ((i // 40) % 2) for i in range(16000)], 16000)
    words = ("--caller-audio", str(voice), "--caller", "40722000111", "--json")
    done = run("demo", "--output", str(tmp_path / "out"), *words)
    assert done.exit_code == 0, done.output
    assert "40722000111" in {record["number"] for record in json.loads(done.output)["records"]}


def test_a_far_end_fault_makes_the_demo_exit_non_zero(tmp_path):
    words = ("--far-end-fault", "keys-muted", "--quiet", "--output", str(tmp_path / "out"))
    done = run("demo", *words)
    assert done.exit_code == 1
    assert "Not as it should be" in done.output


def test_a_table_fits_the_terminal_and_says_when_it_is_empty():
    written = []
    output = Output(written.append, width=40)
    rows = [{"name": "x" * 100, "count": 1, "up": True}, {"name": None, "count": 2.25, "up": False}]
    output.table(rows, (("name", "Name"), ("count", "Count"), ("up", "Up")), empty="none")
    lines = "".join(written).splitlines()
    assert max(map(len, lines)) <= 40
    assert any("yes" in line for line in lines)
    written.clear()
    output.table([], (("name", "Name"),), empty="Nothing here.")
    assert written == ["Nothing here.\n"]


def test_a_callers_name_can_not_command_the_terminal():
    written = []
    rows = [{"name": "\x1b[2J\x07EVIL\u202e[red]"}]
    Output(written.append).table(rows, (("name", "Name"),), empty="")
    text = "".join(written)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "EVIL?[red]" in text
