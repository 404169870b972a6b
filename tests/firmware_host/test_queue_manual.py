"""Every example of the manual on queues can be added to the example configuration as it stands."""

import re
import tomllib
from pathlib import Path

import pytest

from firmware_host.config import center_settings, parse_appliance

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/manual/queues.md").read_text(), re.DOTALL)
APPLIANCE = (ROOT / "appliance.toml").read_text()


def test_there_are_examples():
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_works_when_pasted(number, tmp_path):
    text = APPLIANCE + "\n" + EXAMPLES[number]
    tomllib.loads(text)
    center_settings(parse_appliance(text))


def test_all_examples_work_together():
    center_settings(parse_appliance("\n".join([APPLIANCE, *EXAMPLES])))
