"""The virtual machine does what it is there for: the real driver answers and carries speech unharmed."""

import errno
import fcntl
import os
import random
import shutil
import stat
import subprocess
from pathlib import Path

import joined_spans
import pytest
from joined_spans import carried, control, first_channel, open_channel, span_info, version

REQUESTS = (
    "CHANCONFIG",
    "DYNAMIC_CREATE",
    "DYNAMIC_DESTROY",
    "FLUSH",
    "GETEVENT",
    "GETVERSION",
    "SET_BUFINFO",
    "SPANSTAT",
    "SPECIFY",
    "STARTUP",
)
OCTETS = random.Random(1).randbytes(50 * joined_spans.BLOCK)


@pytest.fixture(scope="module")
def ctl():
    with control() as descriptor:
        yield descriptor


@pytest.fixture(scope="module")
def spans(ctl):
    with joined_spans.joined_spans(ctl) as numbers:
        yield numbers


def test_the_driver_tells_its_version(ctl):
    number, _ = version(ctl)
    assert number.startswith("2.11.")


def test_the_control_device_is_the_kernels():
    assert stat.S_ISCHR(Path("/dev/dahdi/ctl").stat().st_mode)


def test_two_spans_are_joined_and_in_service(ctl, spans):
    infos = [span_info(ctl, span) for span in spans]
    assert [info["alarms"] for info in infos] == [0, 0]
    assert [info["channels"] for info in infos] == [31, 31]


@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_octets_come_out_bit_for_bit_at_the_other_end(spans, turned):
    ends = [first_channel(span) + 4 for span in spans]
    with open_channel(ends[turned]) as talker, open_channel(ends[not turned]) as listener:
        heard = carried(OCTETS, talker, listener)
    assert OCTETS in heard


def test_a_channel_hears_only_the_one_it_is_joined_to(spans):
    first, second = (first_channel(span) for span in spans)
    with open_channel(first) as talker, open_channel(second + 1) as neighbour:
        heard = carried(OCTETS, talker, neighbour)
    assert OCTETS[:64] not in heard


def test_the_drivers_own_tool_sees_the_spans(spans):
    listing = subprocess.run(["dahdi_scan"], capture_output=True, text=True, check=True).stdout
    assert all(f"[{span}]" in listing for span in spans)


def test_structures_and_requests_are_those_of_the_drivers_header(tmp_path):
    sizes = {
        "dahdi_bufferinfo": joined_spans.BUFFER_INFO,
        "dahdi_chanconfig": joined_spans.CHANNEL_CONFIG,
        "dahdi_dynamic_span": joined_spans.DYNAMIC_SPAN,
        "dahdi_spaninfo": joined_spans.SPAN_INFO,
        "dahdi_versioninfo": joined_spans.VERSION_INFO,
    }
    # Compiled, not run: a wrong size is an error of the compiler's.
    checks = [
        f'_Static_assert(sizeof(struct {name}) == {layout.size}, "{name}");'
        for name, layout in sizes.items()
    ]
    checks += [
        f'_Static_assert(DAHDI_{name} == {getattr(joined_spans, name)}u, "{name}");'
        for name in REQUESTS
    ]
    source = tmp_path / "sizes.c"
    source.write_text("\n".join(["#include <sys/ioctl.h>", "#include <dahdi/user.h>", *checks, ""]))
    compiler = shutil.which("gcc")
    assert compiler
    command = [compiler, "-fsyntax-only", f"-I{os.environ['DAHDI_HEADERS']}", source]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_driver_refuses_a_structure_of_another_size(ctl):
    wrong = joined_spans.request(joined_spans.READ, 57, joined_spans.VERSION_INFO.size - 4)
    with pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
        fcntl.ioctl(ctl, wrong, bytes(joined_spans.VERSION_INFO.size))


def test_the_project_cannot_be_written_to():
    with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
        Path(__file__).with_suffix(".written").touch()


def test_a_channel_that_nobody_made_cannot_be_opened():
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)), open_channel(999):
        pass
