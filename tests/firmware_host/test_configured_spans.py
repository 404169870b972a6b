"""Cards that are spans: mistakes that only a look at all of them can tell."""

from pathlib import Path

import pytest

from firmware_host.config import ConfigurationError, parse_appliance
from firmware_host.look.system_conf_tables import SpanSize, exported

EXAMPLE = (Path(__file__).parents[2] / "appliance.toml").read_text()
VIRTUAL = '[card.virtual]\nkind = "virtual"'
FRONT = '[card.virtual]\nkind = "dahdi"\nspan = "WCTDM/0"'


def on_a_span(cards: str) -> str:
    """The example with these cards in place of the virtual one; ports count from 1."""
    text = EXAMPLE.replace(VIRTUAL, cards)
    for port in range(8, -1, -1):
        text = text.replace(f"port = {port}\n", f"port = {port + 1}\n")
    return text.replace('clears_on = ["polarity"]', 'clears_on = ["battery"]')


def mistakes(text: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as told:
        parse_appliance(text)
    return {each.path: f"{each.problem}; {each.advice}" for each in told.value.mistakes}


def test_a_span_is_one_card_only():
    told = mistakes(on_a_span(FRONT + '\n[card.back]\nkind = "dahdi"\nspan = "WCTDM/0"'))
    assert told == {
        "card.back.span": '"WCTDM/0" is taken by card.virtual.span; each card is one span'
    }


@pytest.mark.parametrize("span", ['""', "0", '" "'])
def test_what_can_be_no_span_is_said(span):
    told = mistakes(on_a_span(FRONT.replace('"WCTDM/0"', span)))
    assert "`switchroom spans` lists them" in told["card.virtual.span"]


def test_a_cards_name_is_as_plain_as_a_lines():
    told = mistakes(on_a_span(FRONT + '\n[card."b\\u001b[2Jack"]\nkind = "dahdi"\nspan = 2'))
    assert [problem for path, problem in told.items() if path.startswith("card.")] == [
        "unusable as a card's name; letters, digits, - and _ only"
    ]


def test_an_exported_file_keeps_to_the_spans_that_are_there():
    appliance = parse_appliance(on_a_span(FRONT))
    text, told = exported(appliance, [SpanSize(1, "WCTDM/0", 1, 8)])
    assert "fxoks=7-8" in text
    assert told == ["desk-3: left out; card virtual has no channel 9"]
