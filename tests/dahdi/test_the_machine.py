"""The virtual machine does what it is there for: the real driver answers and carries speech unharmed."""

import errno
import os
import random
import stat
import subprocess
from pathlib import Path

import pytest
from joined_spans import BLOCK, CHANNELS, carried, joined_spans, opened

from drivers import CardRefused, ChannelMissing, ChannelTaken, SpanMissing

OCTETS = random.Random(1).randbytes(50 * BLOCK)


@pytest.fixture(scope="module")
def spans(control):
    with joined_spans(control) as ends:
        yield ends


def test_the_driver_tells_its_version(control):
    assert control.version().startswith("2.11.")


def test_the_control_device_is_the_kernels():
    assert stat.S_ISCHR(Path("/dev/dahdi/ctl").stat().st_mode)


def test_two_spans_are_joined_and_in_service(spans):
    assert [span.alarm for span in spans] == ["", ""]
    assert [(span.channels, span.configured_channels) for span in spans] == [
        (CHANNELS, CHANNELS)
    ] * 2
    assert [span.first_channel for span in spans] == [1, CHANNELS + 1]


@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_octets_come_out_bit_for_bit_at_the_other_end(spans, turned):
    ends = [span.first_channel + 4 for span in spans]
    with opened(ends[turned]) as talker, opened(ends[not turned]) as listener:
        heard = carried(OCTETS, talker, listener)
    assert OCTETS in heard


def test_a_channel_hears_only_the_one_it_is_joined_to(spans):
    first, second = (span.first_channel for span in spans)
    with opened(first) as talker, opened(second + 1) as neighbour:
        heard = carried(OCTETS, talker, neighbour)
    assert OCTETS[:64] not in heard


def test_whoever_talks_to_a_looped_channel_hears_themselves(spans):
    near, far = (span.first_channel for span in spans)
    with opened(near) as looped, opened(far) as talker:
        looped.set_loopback(True)
        assert OCTETS in carried(OCTETS, talker, talker)
        looped.set_loopback(False)
        assert OCTETS[:64] not in carried(OCTETS, talker, talker)


def test_the_drivers_own_tool_sees_the_spans(spans):
    listing = subprocess.run(["dahdi_scan"], capture_output=True, text=True, check=True).stdout
    assert all(f"[{span.number}]" in listing for span in spans)


def test_a_span_is_found_by_number_and_by_name(control, spans):
    near = spans[0]
    assert control.span(near.number).name == control.span(near.name).name == "DYN/loc/f:0"
    with pytest.raises(SpanMissing, match=r"no span 77; the driver has: 1 \(DYN/loc/f:0\)"):
        control.span(77)


def test_a_span_whose_channel_is_open_is_not_unmade(control, spans):
    with (
        opened(spans[0].first_channel),
        pytest.raises(CardRefused, match="a channel of it is open"),
    ):
        control.destroy_dynamic_span("loc", "f:0")


def test_a_channel_that_is_open_is_another_programs(spans):
    number = spans[0].first_channel
    with opened(number), pytest.raises(ChannelTaken, match=f"channel {number} is held by another"):
        opened(number).__enter__()


def test_a_channel_that_nobody_made_cannot_be_opened():
    with pytest.raises(ChannelMissing, match="channel 999: there is none"):
        opened(999).__enter__()


def test_the_project_cannot_be_written_to():
    with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
        Path(__file__).with_suffix(".written").touch()
