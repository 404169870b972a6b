"""Where the machine cannot be had there is one clear line, and exit code 77; and the driver's one repair."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.dahdi_vm.cache import HERE, RECIPE_FILES, recipe_of
from scripts.dahdi_vm.driver import RIGHT_MASK, WRONG_MASK, mend_signalling_mask
from scripts.dahdi_vm.failures import CANNOT, NotJudged
from scripts.dahdi_vm.preparation import TOOLS

PROJECT = HERE.parent.parent
KERNEL = "6.1.0-56-amd64"


@pytest.fixture
def dahdi_vm(tmp_path):
    """Runs the command on a computer that has only the programs given: each a line of shell."""

    def start(*arguments: str, programs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, line in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{line}\n")
            (folder / name).chmod(0o755)
        return subprocess.run(
            [sys.executable, "-m", "scripts.dahdi_vm", *arguments],
            cwd=PROJECT,
            env={**os.environ, "PATH": str(folder), "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    return start


def prepared_folder(tmp_path: Path) -> Path:
    """An empty one in the place of a prepared machine."""
    recipe = recipe_of([HERE / name for name in RECIPE_FILES])
    folder = tmp_path / "cache/switchroom/dahdi-vm" / KERNEL / recipe
    folder.mkdir(parents=True)
    return folder


def test_without_qemu_one_line_names_the_package(dahdi_vm):
    result = dahdi_vm("test", programs={})
    assert result.returncode == CANNOT
    [line] = result.stderr.splitlines()
    assert line.startswith("DAHDI is not tried: these packages are missing:")
    assert "qemu-system-x86" in line


def test_without_packages_one_line_says_so(dahdi_vm):
    programs = dict.fromkeys((*TOOLS, "apt-cache"), "exit 100")
    result = dahdi_vm("test", programs=programs)
    assert result.returncode == CANNOT
    assert result.stderr.splitlines() == [
        "DAHDI is not tried: packages cannot be had: apt knows no linux-image-amd64"
    ]


def test_without_a_network_one_line_says_what_apt_said(dahdi_vm):
    programs = dict.fromkeys(TOOLS, "exit 100")
    programs["apt-cache"] = f"echo '  Depends: linux-image-{KERNEL}'"
    programs["apt-get"] = "echo 'E: Could not resolve the name' >&2; exit 100"
    result = dahdi_vm("prepare", programs=programs)
    assert result.returncode == CANNOT
    [line] = result.stderr.splitlines()
    assert line == "DAHDI is not tried: packages cannot be had: E: Could not resolve the name"


def test_without_packages_a_machine_that_is_prepared_is_used(dahdi_vm, tmp_path):
    folder = prepared_folder(tmp_path)
    result = dahdi_vm("prepare", programs=dict.fromkeys((*TOOLS, "apt-cache"), "exit 100"))
    assert result.returncode == 0
    assert f"kernel {KERNEL} is prepared and is used" in result.stdout
    assert result.stdout.endswith(f"ready: {folder}\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may update apt's lists")
def test_lists_of_packages_that_are_missing_are_fetched(dahdi_vm, tmp_path):
    folder = prepared_folder(tmp_path)
    fetched = tmp_path / "fetched"
    programs = dict.fromkeys(TOOLS, "exit 100")
    programs["apt-cache"] = f"[ -e {fetched} ] && echo '  Depends: linux-image-{KERNEL}'"
    programs["apt-get"] = f'[ "$1" = update ] && : > {fetched}'
    result = dahdi_vm("prepare", programs=programs)
    assert result.stdout == f"ready: {folder}\n"


@pytest.mark.parametrize("line", [WRONG_MASK, RIGHT_MASK])
def test_the_mask_of_four_signalling_bits_is_right_afterwards(tmp_path, line):
    file = tmp_path / "drivers/dahdi/dahdi_dynamic.c"
    file.parent.mkdir(parents=True)
    file.write_text(f"\t\t{line}\n\t\tother = 0xff;\n")
    mend_signalling_mask(tmp_path)
    assert file.read_text() == f"\t\t{RIGHT_MASK}\n\t\tother = 0xff;\n"


def test_a_driver_whose_mask_is_elsewhere_is_not_taken_for_mended(tmp_path):
    file = tmp_path / "drivers/dahdi/dahdi_dynamic.c"
    file.parent.mkdir(parents=True)
    file.write_text("sig = unpacked(bits, x);\n")
    with pytest.raises(NotJudged, match="mask"):
        mend_signalling_mask(tmp_path)
