"""The page of all options says what the schema says, and says it of every option."""

from pathlib import Path

from click.testing import CliRunner

from firmware_host.cli import switchroom
from firmware_host.config import markdown, reference

PAGE = Path(__file__).parents[2] / "docs/manual/configuration.md"


def test_every_option_has_a_line_with_its_meaning():
    options = [option for section in reference() for option in section.options]
    assert len(options) > 300
    assert [option.path for option in options if not option.meaning or not option.values] == []


def test_every_meaning_is_a_sentence_of_its_own():
    told = [(o.path, o.meaning) for section in reference() for o in section.options]
    assert [each for each in told if each[1][0].islower() or each[1][-1] not in ".`"] == []


def test_the_page_is_the_one_that_the_schema_makes():
    assert PAGE.read_text() == markdown(), "make it anew: switchroom options --markdown"


def test_options_are_found_by_words_of_their_path():
    result = CliRunner().invoke(switchroom, ["options", "queue", "most_waiting"])
    assert result.exit_code == 0
    assert "queue.*.most_waiting = whole number, 1 to 100000" in result.output
    assert CliRunner().invoke(switchroom, ["options", "nonsense"]).exit_code == 1
