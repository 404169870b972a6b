"""`switchroom simulate` as a supervisor uses it."""

import io
import json
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from simulated_site import TRAFFIC, appliance_text

from firmware_host.cli import switchroom

PROJECT = Path(__file__).parents[3]
MANUAL = PROJECT / "docs" / "manual" / "planning.md"
COMMANDS = [
    line.split(None, 2)[2]
    for line in MANUAL.read_text().splitlines()
    if line.startswith("    switchroom simulate ")
]


@pytest.fixture
def site(tmp_path):
    (tmp_path / "appliance.toml").write_text(appliance_text())
    (tmp_path / "traffic.toml").write_text(TRAFFIC)
    return tmp_path


def simulate(site, *arguments):
    out, notes = io.StringIO(), io.StringIO()
    whole = ["--config", str(site / "appliance.toml"), "simulate", *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(notes):
        try:
            switchroom(whole, prog_name="switchroom")
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
    return code, out.getvalue(), notes.getvalue()


def test_a_day_is_told_by_queue_agent_and_half_hour_in_eighty_columns(site):
    code, text, notes = simulate(site, site / "traffic.toml")
    assert (code, notes) == (0, "")
    assert "Thursday 2026-11-19, 09:00 to 12:00, seed 1" in text
    assert "answered within T / all offered, T = 20 s" in text
    for word in ("\nsales ", "\nsupport ", "\nall ", "\n1001 ", "\n09:30 "):
        assert word in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_same_seed_gives_the_same_output_byte_for_byte(site):
    arguments = (site / "traffic.toml", "--seed", 5, "--repeat", 2)
    assert simulate(site, *arguments) == simulate(site, *arguments)
    assert simulate(site, *arguments)[1] != simulate(site, site / "traffic.toml", "--seed", 6)[1]


def test_json_holds_every_figure_with_its_confidence(site):
    _, text, _ = simulate(site, site / "traffic.toml", "--json", "--repeat", 3)
    document = json.loads(text)
    sales = document["as_it_is"]["queues"]["sales"]
    assert sales["offered"]["mean"] > 0
    assert sales["service_level"]["plus_minus"] > 0
    assert document["days"] == 3
    assert "09:30" in document["as_it_is"]["half_hours"]
    assert document["erlang"][0]["inapplicable"]


def test_a_change_stands_beside_what_it_changes(site):
    code, text, _ = simulate(
        site, site / "traffic.toml", "--agents", "+1 sales", "--change", "queue.sales.wrap_up_s=2",
        "--traffic-times", "1.2", "--repeat", 3,
    )  # fmt: skip
    assert code == 0
    assert "As it is" in text
    assert "Changed" in text
    assert "Difference" in text
    assert "traffic times 1.2" in text
    assert "works the shifts of 1001" in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_is_tried_is_run_ten_times_unless_told_otherwise(site):
    _, text, _ = simulate(site, site / "traffic.toml", "--traffic-times", "0.2", "--json")
    assert json.loads(text)["days"] == 10


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give a traffic file, or --journal"),
        (("nowhere.toml",), "No such file"),
        (("traffic.toml", "--change", "queue.sales.wrapup=1"), "did you mean"),
        (("traffic.toml", "--agents", "+1 nobody"), "unknown queue"),
        (("traffic.toml", "--plot", "day.txt"), "must end in .png or .svg"),
        (("--journal", "nowhere"), "no call stands in any journal here"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_place(site, arguments, told):
    paths = [site / each if each.endswith((".toml", "where")) else each for each in arguments]
    code, text, notes = simulate(site, *paths)
    assert code != 0
    assert text == ""
    assert told in notes
    assert "Traceback" not in notes


@pytest.mark.parametrize(("name", "begins"), [("day.png", b"\x89PNG"), ("day.svg", b"<?xml")])
def test_the_picture_is_drawn_and_the_same_each_time(site, name, begins):
    pictures = []
    for _ in range(2):
        code, _, notes = simulate(site, site / "traffic.toml", "--plot", site / name)
        assert (code, notes) == (0, "")
        pictures.append((site / name).read_bytes())
    assert pictures[0].startswith(begins)
    assert pictures[0] == pictures[1]


def test_a_picture_that_cannot_be_written_is_told(site):
    code, _, notes = simulate(site, site / "traffic.toml", "--plot", site / "no" / "day.png")
    assert code == 1
    assert "--plot" in notes


def test_a_kept_journal_can_be_simulated_again(site):
    simulate(site, site / "traffic.toml", "--keep-journal", site / "journal", "--seed", 3)
    code, text, _ = simulate(site, "--journal", site / "journal", "--prompt-seconds", 2)
    assert code == 0
    rows = [line.split() for line in text.splitlines() if line.startswith(("sales:", "all:"))]
    assert rows
    assert all(float(row[-1]) == 0 for row in rows)  # recorded and simulated do not differ
    code, _, notes = simulate(site, site / "traffic.toml", "--keep-journal", site / "journal")
    assert code == 1
    assert "a journal is there already" in notes


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manuals_commands_work_when_they_are_pasted(command, tmp_path):
    journal = tmp_path / "journal"
    if "--journal" in command:
        simulate(PROJECT, PROJECT / "docs/manual/traffic.toml", "--keep-journal", journal)
    words = [
        str(PROJECT / word)
        if word.endswith(".toml")
        else str(tmp_path / word)
        if word.endswith(".png")
        else str(journal)
        if word == "var/journal"
        else word
        for word in shlex.split(command)
    ]
    code, text, notes = simulate(PROJECT, *words, "--repeat", 1, "--prompt-seconds", 2)
    assert (code, notes) == (0, "")
    assert "Level" in text


def test_erlang_stands_beside_a_queue_that_it_describes(site):
    one_skill = appliance_text().replace('agents = ["1002", "1003"]', 'agents = ["1003"]')
    (site / "appliance.toml").write_text(one_skill)
    steady = TRAFFIC.replace('pauses = [{ at = "10:00", minutes = 15, reason = "meeting" }]', "")
    (site / "traffic.toml").write_text(steady)
    _, text, _ = simulate(site, site / "traffic.toml", "--repeat", 2)
    assert "Erlang C" in text
    assert "Erlang A" in text
    assert "the formula asks for" in " ".join(text.split())


def test_erlang_says_why_it_does_not_describe_a_queue(site):
    _, text, _ = simulate(site, site / "traffic.toml")
    told = " ".join(text.split())
    assert "Erlang's formulas do not describe sales: agents serve other queues, too: 1002" in told
    assert "agents come, go or pause during the day" in told
