"""The example of newer nodes in the manual on planning runs as it stands, and shows what the text says."""

import re
from pathlib import Path

from how_many import examples

from firmware_host.config import parse_appliance
from firmware_host.simulation.figures import EXTENSIONS, LevelFormula
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import ModelledPeople, make_case, run_trial

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "docs" / "manual"


def blocks(name):
    return re.findall(r"```toml\n(.*?)```", (MANUAL / name).read_text(), re.DOTALL)


def example_appliance():
    text = (ROOT / "appliance.toml").read_text()
    for line, flow in ((1, "careful"), (2, "careful"), (3, "careful"), (4, "person")):
        head, tail = text.split(f"[trunk.line-{line}]\n")
        text = (
            head + f"[trunk.line-{line}]\n" + tail.replace('flow = "main"', f'flow = "{flow}"', 1)
        )
    parts = [
        each for each in blocks("queues.md") if "[flow.careful]" in each or "[flow.person]" in each
    ]
    assert len(parts) == 2
    return parse_appliance("\n".join([text, *parts]))


def test_the_example_runs_and_shows_call_backs_and_callers_who_ask_for_an_agent():
    site = example_appliance()
    (example,) = blocks("planning.md")
    traffic = parse_traffic((MANUAL / "traffic.toml").read_text() + example, site)
    case = make_case(site, ModelledPeople(traffic), set_length(3.0))
    asked = reached = by_number = 0
    for seed in range(1, examples(quick=2, thorough=6)):
        trial = run_trial(case, seed, threshold_s=20.0, formula=LevelFormula.OFFERED)
        back = trial.figures.call_backs["careful"]
        asked, reached = asked + back.asked, reached + back.reached
        by_number += trial.figures.queues[EXTENSIONS].offered
        told = "\n".join(trial.notes)
        assert "nobody accepts" not in told
        assert "of which the traffic file tells none" not in told
        assert "a number of its own" in told  # the example has places that are resumed
    assert asked > reached > 0
    assert by_number > 0
