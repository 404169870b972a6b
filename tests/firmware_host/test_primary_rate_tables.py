"""Tables of a primary rate span: lines with names, and mistakes told at their places."""

import pytest

from drivers import DChannelPlace, SwitchType
from firmware_host.config import ConfigurationError, bearers, parse_appliance, span_settings
from firmware_host.demo.run import DEMO_APPLIANCE

SPAN = """
[card.e1]
kind = "virtual"

[card.e1.pri]
switch = "euroisdn_e1"

[trunk_group.carrier]
cards = ["e1"]
flow = "main"
called = "5550100"
"""


SECOND_GROUP = '[trunk_group.b]\ncards = ["e1"]\nflow = "main"\n[trunk_group.carrier]'
STATION = '[station.carrier-5]\ncard = "virtual"\nport = 60\n[trunk_group.carrier]'
TRUNK = '[trunk.x]\ncard = "virtual"\nport = 70\nflow = "main"\n'


def text(span: str = SPAN) -> str:
    """The demo's office with a span in place of its trunks."""
    demo = DEMO_APPLIANCE.read_text()
    begin, end = demo.index("[trunk.line-1]"), demo.index("[station.")
    return demo[:begin] + span + demo[end:]


def test_each_channel_but_the_d_channel_is_a_line():
    lines = bearers(parse_appliance(text()))
    assert len(lines) == 30
    assert lines["carrier-17"].channel == 17
    assert "carrier-16" not in lines


def test_channels_can_be_chosen_and_lines_of_several_spans_have_the_spans_name():
    second = SPAN.replace('cards = ["e1"]', 'cards = ["e1", "t1"]\nchannels = "1-3,5"')
    second += '[card.t1]\nkind = "virtual"\n[card.t1.pri]\nswitch = "ni2"\n'
    lines = bearers(parse_appliance(text(second)))
    assert [*lines] == [f"carrier-{card}-{each}" for card in ("e1", "t1") for each in (1, 2, 3, 5)]


def test_the_town_is_the_other_side_of_the_span():
    appliance = parse_appliance(text())
    ours = span_settings(appliance, "e1", DChannelPlace())
    town = span_settings(appliance, "e1", DChannelPlace(), far_end=True)
    assert (ours.network_side, town.network_side) == (False, True)
    assert ours.switch is town.switch is SwitchType.EUROISDN_E1
    assert ours.channels == town.channels


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('cards = ["e1"]', 'cards = ["virtual"]', "has no D-channel"),
        ('cards = ["e1"]', 'cards = ["e2"]', 'unknown card "e2"'),
        ('cards = ["e1"]', "cards = []", "trunk_group.carrier"),
        ('flow = "main"', 'flow = "mian"', 'unknown flow "mian"'),
        ('flow = "main"', 'flow = "main"\nchannels = "1-16"', "channel 16 is the D-channel"),
        ('flow = "main"', 'flow = "main"\nchannels = "5-1"', "goes downwards"),
        (
            'flow = "main"',
            'flow = "main"\nchannels = "1,40"',
            "channel 40 is no channel of the span",
        ),
        ('flow = "main"', 'flow = "main"\nchannels = "1,1"', "channel 1 stands there twice"),
        ('flow = "main"', 'flow = "main"\nchannels = "one"', "is no channel"),
        ('switch = "euroisdn_e1"', 'switch = "euroisdn"', "must be one of"),
        ("[trunk_group.carrier]", SECOND_GROUP, "is taken by"),
        ("[trunk_group.carrier]", STATION, "a B-channel has this name"),
    ],
)
def test_a_mistake_is_told_where_it_stands(wrong, right, told):
    assert wrong in SPAN
    with pytest.raises(ConfigurationError) as error:
        parse_appliance(text(SPAN.replace(wrong, right, 1)))
    assert told in str(error.value)


def test_a_span_that_no_group_uses_is_told():
    with pytest.raises(ConfigurationError, match="no trunk group uses its channels"):
        parse_appliance(text(SPAN[: SPAN.index("[trunk_group")] + TRUNK))
