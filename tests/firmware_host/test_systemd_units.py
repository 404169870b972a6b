"""The units of packaging/systemd: what they start exists, systemd takes them, little is left exposed."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_host.cli import switchroom
from firmware_host.explained import EXPLAINED

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "packaging" / "systemd"
COMMON = UNITS / "switchroom-.service.d" / "10-common.conf"
SERVICES = sorted(UNITS.glob("*.service"))
PROGRAM = "/opt/switchroom/.venv/bin/switchroom"
MAY_ADD_UP = {"Environment", "SystemCallFilter", "ReadOnlyPaths", "DeviceAllow"}

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs Debian's systemd"
)


def entries(file: Path) -> list[tuple[str, str]]:
    lines = [line.strip() for line in file.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] not in "#["]
    assert all(separator for _, separator, _ in pairs), file
    return [(key, value) for key, _, value in pairs]


def values(file: Path, key: str) -> list[str]:
    return [value for name, value in entries(file) if name == key]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A file system with the units installed as the manual says, and something to start."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(UNITS, root / "etc/systemd/system")
    program = root / PROGRAM.lstrip("/")
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return root


def instance(service: Path) -> str:
    return service.name.replace("@.", "@ttyS0.")


@pytest.mark.parametrize("service", SERVICES, ids=lambda file: file.name)
def test_what_a_unit_starts_is_a_command_with_these_options(service):
    (start,) = values(service, "ExecStart")
    start = start.replace("%I", "ttyS0").replace("${SWITCHROOM_BAUD}", "115200")
    program, name, *options = shlex.split(start)
    assert program == PROGRAM
    with switchroom.make_context("switchroom", [name]) as context:
        command = switchroom.get_command(context, name)
        assert command is not None
        command.make_context(name, options, parent=context)


def test_who_explained_why_it_can_not_run_is_not_started_again_except_consoles():
    for service in SERVICES:
        wanted = [] if "@" in service.name else [str(EXPLAINED)]
        assert values(service, "RestartPreventExitStatus") == wanted


def test_the_common_part_decides_nothing_that_a_unit_decides():
    common = {key for key, _ in entries(COMMON)}
    for service in SERVICES:
        assert common & {key for key, _ in entries(service)} <= MAY_ADD_UP, service


def test_system_calls_are_allowed_by_list_before_any_are_taken_off_it():
    for service in SERVICES:
        filters = values(service, "SystemCallFilter")
        assert filters[0] == "@system-service"
        assert all(value.startswith("~") for value in filters[1:])


def test_the_media_plane_may_have_the_priority_that_it_asks_for():
    source = (ROOT / "dsp" / "native" / "pump.c").read_text()
    priority = int(re.search(r"PRIORITY = (\d+)", source).group(1))
    for name in ("switchroom-callserver.service", "switchroom-town.service"):
        assert int(values(UNITS / name, "LimitRTPRIO")[0]) >= priority
        assert values(UNITS / name, "RestrictRealtime") == ["no"]
        assert values(UNITS / name, "LimitMEMLOCK") == ["infinity"]


def test_the_call_server_may_open_the_devices_of_cards():
    """Debian's dahdi-linux gives them to the group dialout."""
    service = UNITS / "switchroom-callserver.service"
    assert values(service, "DeviceAllow") == ["char-dahdi rw"]
    assert values(service, "SupplementaryGroups") == ["dialout"]


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_units(root):
    names = ["switchroom.target", *map(instance, SERVICES)]
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", "--man=no", *names],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda file: file.name)
def test_systemd_finds_little_exposed(root, service):
    """On its scale from 0 to 10, where an ordinary service has 9.6."""
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--root={root}"]
    done = subprocess.run(
        [*command, "--threshold=15", instance(service)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level" in done.stdout
