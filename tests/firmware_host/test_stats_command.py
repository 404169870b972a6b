"""`switchroom stats` as people use it: tables of 80 columns, JSON, a picture, clear errors."""

import json
import struct
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

import acd
from firmware_host.cli import switchroom
from firmware_host.journal_format import Entry, encode_line

EXAMPLE = Path(__file__).parents[2] / "appliance.toml"
NINE = 1_794_985_200.0  # 2026-11-18 09:00 in Bucharest


def run(*words):
    return CliRunner().invoke(
        switchroom, ["--config", str(EXAMPLE), "stats", *map(str, words)], env={"COLUMNS": "80"}
    )


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("journal")
    facts = [(0.0, acd.AgentLoggedIn(agent=agent, station="desk")) for agent in ("1001", "1002")]
    facts.append((1.0, acd.QueueRefused(call="9", queue="sales", why="full")))
    for index in range(40):
        call, agent, at_s = f"{index:08}", ("1001", "1002")[index % 2], 10.0 + 700 * index
        queued = acd.CallerQueued(call=call, queue=("sales", "support")[index % 2], place=1)
        facts += [
            (at_s, acd.CallOfferedToUs(call=call, port="line-1", called="5550100", carrier="town")),
            (at_s, acd.CallAnswered(call=call)),
            (at_s + 5, queued),
        ]
        if index % 8 == 7:
            ended = acd.CallEnded(call=call, cause="caller hung up", stage="queued")
            facts.append((at_s + 5 + index, ended))
            continue
        offer = acd.OfferMade(call=call, agent=agent, station="desk", queue=queued.queue)
        facts += [
            (at_s + 6, offer),
            (at_s + 9, acd.CallConnected(call=call, agent=agent, queue=queued.queue)),
            (at_s + 200, acd.CallEnded(call=call, cause="caller hung up", stage="talking")),
            (at_s + 200, acd.WrapUpStarted(agent=agent, call=call)),
            (at_s + 215, acd.AgentWrappedUp(agent=agent)),
        ]
    facts.append((28_800.0, acd.AgentPaused(agent="1002", reason="break")))
    facts.append((29_800.0, acd.AgentLoggedOut(agent="1001")))
    (folder / f"{1:020}.jsonl").write_bytes(
        b"".join(
            encode_line(
                Entry(
                    number, "b", at_s, NINE + at_s, "main", type(f).__name__, msgspec.to_builtins(f)
                )
            )
            for number, (at_s, f) in enumerate(facts, start=1)
        )
    )
    return folder


def stats(journal, *words):
    done = run(*words, "--journal", journal)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("part", [[], ["queues"], ["agents"], ["trunks"], ["intervals"]])
def test_tables_fit_80_columns(journal, part):
    output = stats(journal, *part, "--day", "2026-11-18")
    assert max(map(len, output.splitlines())) <= 80
    assert output.startswith("Wednesday 2026-11-18 (Europe/Bucharest)\n")
    assert "Known until 2026-11-18 17:16:40." in output


def test_the_service_level_is_named_with_its_formula(journal):
    output = stats(journal, "--day", "2026-11-18", "--level", "icmi-4", "--threshold", "4")
    assert "Level icmi-4: answered within T / (answered + hung up after T); T = 4 s." in output
    every = stats(journal, "queues", "--day", "2026-11-18")
    for name in ("offered *", "icmi-1", "icmi-5", "cisco-positive", "asterisk-2"):
        assert name in every
    assert "Refused by sales: full 1." in every


def test_the_overview_tells_what_the_parts_tell(journal):
    output = stats(journal, "--day", "2026-11-18")
    (all_queues,) = [line.split() for line in output.splitlines() if line.startswith("all")]
    assert all_queues[1:4] == ["40", "35", "5"]
    assert "Agents: 2 were here" in output
    assert "1 at most at once; 40 calls in, 0 tries out" in " ".join(output.split())


def test_json_has_every_figure_and_local_times(journal):
    told = json.loads(stats(journal, "intervals", "--day", "2026-11-18", "--json"))
    assert told["begin"] == "2026-11-18T00:00:00+02:00"
    assert len(told["intervals"]) == 48
    nine = told["intervals"][18]
    assert nine["begin"] == "2026-11-18T09:00:00+02:00"
    assert nine["calls"]["offered"] == 3
    assert nine["agents"]["ready_s"] > 0
    assert told["formula"] == "answered within T / all offered"


def test_one_queue_and_one_agent_can_be_asked_for(journal):
    one = stats(journal, "--queue", "sales", "--day", "2026-11-18")
    assert "support" not in one
    agent = stats(
        journal, "intervals", "--agent", "1001", "--day", "2026-11-18", "--interval", "1h"
    )
    assert "Wrap" in agent
    assert "Offered" not in agent


def test_nothing_recorded_is_said(journal, tmp_path):
    for part in ([], ["queues"], ["agents"], ["trunks"], ["intervals"]):
        assert "Nothing is recorded of this time." in stats(journal, *part, "--day", "2026-11-20")
        assert "Nothing is recorded yet." in stats(tmp_path, *part)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--day", "2026-13-01"], "no day"),
        (["--from", "today", "--to", "yesterday"], "not after"),
        (
            ["--queue", "sails", "--day", "2026-11-18"],
            "no queue 'sails'; there are: sales, support",
        ),
        (["--agent", "7", "--day", "2026-11-18"], "no agent '7'; there are: 1001, 1002, 1003"),
        (["agents", "--queue", "sales"], "leave --queue out"),
        (["trunks", "--agent", "1001"], "leave --agent out"),
        (["--queue", "sales", "--agent", "1001"], "not both"),
        (["--day", "today", "--to", "today"], "--day"),
        (["--level", "best"], "icmi-1"),
        (["--threshold", "nan"], "nan"),
        (["--plot", "picture.txt"], ".png or .svg"),
        (["--plot", "nowhere/picture.png", "--day", "2026-11-18"], "nowhere"),
        (["--plot", "picture.png", "--day", "2026-11-20"], "nothing is recorded"),
        (["intervals", "--from", "2010-01-01", "--interval", "15m"], "too many"),
        (["sales"], "queues"),
    ],
)
def test_what_is_wrong_with_a_question_is_told(journal, words, told):
    done = run(*words, "--journal", journal)
    assert done.exit_code in (1, 2)
    assert told in " ".join(done.output.split())
    assert not isinstance(done.exception, (KeyError, TypeError, ValueError))


def test_without_a_running_appliance_it_says_how_to_start_one(tmp_path):
    (tmp_path / "appliance.toml").write_text(EXAMPLE.read_text())
    done = CliRunner().invoke(switchroom, ["--config", str(tmp_path / "appliance.toml"), "stats"])
    assert done.exit_code == 1
    assert "switchroom run" in done.output


@pytest.mark.parametrize("name", ["day.png", "day.svg"])
def test_a_picture_is_drawn(journal, tmp_path, name):
    stats(journal, "--day", "2026-11-18", "--plot", tmp_path / name)
    picture = (tmp_path / name).read_bytes()
    if name.endswith(".png"):
        assert struct.unpack(">II", picture[16:24]) == (1200, 900)
    else:
        assert b"<svg" in picture
