"""Debian's packages for the machine: which, from where, and unpacked without being installed."""

import os
import re
import subprocess
from pathlib import Path

from scripts.dahdi_vm.failures import CannotBeTried

ALWAYS = ("busybox-static", "dahdi", "dahdi-source", "libtonezone2.0")
KERNEL = "linux-image-amd64"
"""Not the cloud kernel, which has neither 9p nor USB."""
NEVER_LOADED = (
    "drivers/gpu",
    "drivers/infiniband",
    "drivers/media",
    "drivers/net/ethernet",
    "drivers/net/wireless",
    "drivers/scsi",
    "drivers/staging",
    "sound",
)
"""Most of the kernel's package: what a machine without graphics, disks and network cards leaves alone."""


def offered_kernel() -> str | None:
    """Name of the kernel that apt offers now (6.1.0-56-amd64).

    It changes with every security update, and modules must match it exactly: ask, never write it down.
    """
    for package in _dependencies(KERNEL):
        if found := re.fullmatch(r"linux-image-(\d.*)", package):
            return found[1]
    return None


def update_lists() -> bool:
    """Asks the archives what they have now. False where that cannot be done: only root may."""
    if os.geteuid() != 0:
        return False
    command = ["apt-get", "update", "-qq", "-o", "DPkg::Lock::Timeout=400"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def download(kernel: str, folder: Path) -> None:
    """Brings every package needed for a kernel into a folder, signatures checked by apt.

    Raises:
        CannotBeTried: apt could not bring one of them; the message holds what it said last.
    """
    headers = f"linux-headers-{kernel}"
    halves = [
        package
        for package in _dependencies(headers)
        if package.startswith(("linux-headers-", "linux-kbuild-"))
    ]
    folder.mkdir(parents=True, exist_ok=True)
    # As root apt fetches as a user of its own, who may not write here.
    command = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root"]
    command += [f"linux-image-{kernel}", headers, *halves, *ALWAYS]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        complaint = (result.stderr.strip().splitlines() or ["apt-get download failed"])[-1]
        raise CannotBeTried(f"packages cannot be had: {complaint}")


def unpack(package: str, packages: Path, folder: Path, leave_out: tuple[str, ...] = ()) -> None:
    """Unpacks the downloaded package of that name, without running anything of it.

    Args:
        package: its name, or the beginning of it up to the version's underscore.
        packages: where the package files are.
        folder: becomes the root of what is in the package.
        leave_out: patterns of tar, for paths that begin with "./".
    """
    [file] = packages.glob(f"{package}_*.deb")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["tar", "-x", "-C", str(folder), *(f"--exclude={pattern}" for pattern in leave_out)]
    with subprocess.Popen(["dpkg", "--fsys-tarfile", file], stdout=subprocess.PIPE) as dpkg:
        subprocess.run(command, stdin=dpkg.stdout, check=True)
    if dpkg.returncode:
        raise subprocess.CalledProcessError(dpkg.returncode, dpkg.args)


def unpack_kernel(kernel: str, packages: Path, folder: Path) -> None:
    """Unpacks the kernel and those of its modules that the machine could want."""
    modules = f"./lib/modules/{kernel}/kernel"
    leave_out = tuple(f"{modules}/{name}" for name in NEVER_LOADED)
    unpack(f"linux-image-{kernel}", packages, folder, ("./usr/share", *leave_out))


def _dependencies(package: str) -> list[str]:
    """Names of the packages that one depends on; none when apt does not know it."""
    command = ["apt-cache", "depends", "--important", package]
    plain = {**os.environ, "LC_ALL": "C"}  # apt translates what it prints
    result = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
    return re.findall(r"^ *Depends: (\S+)$", result.stdout, re.MULTILINE)
