"""The steps from nothing to a machine, each with the seconds it took."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.dahdi_vm import driver, first_root, packages
from scripts.dahdi_vm.cache import Cache, Machine
from scripts.dahdi_vm.failures import CannotBeTried

TOOLS = {
    "apt-get": "apt",
    "cpio": "cpio",
    "depmod": "kmod",
    "gcc": "gcc",
    "make": "make",
    "modprobe": "kmod",
    "qemu-system-x86_64": "qemu-system-x86",
    "strip": "binutils",
}
"""Programs of this computer that are used, and Debian's packages that bring them."""


def prepared(cache: Cache) -> Machine:
    """The machine for the kernel that Debian offers now: from the cache, or made, which takes half a minute.

    Where packages cannot be had, one that was prepared earlier does.

    Raises:
        CannotBeTried: something is missing here, and the message says what.
        NotJudged: the preparation failed.
    """
    # depmod and modprobe are where only root's path leads.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = missing_here()
    if missing:
        raise CannotBeTried(missing)
    try:
        return _for_offered_kernel(cache)
    except CannotBeTried as failure:
        machine = cache.newest()
        if machine is None:
            raise
        print(f"{failure}; kernel {machine.kernel} is prepared and is used", flush=True)
        return machine


def missing_here() -> str:
    """What this computer lacks, in one line; empty when nothing."""
    if os.uname().machine != "x86_64" or sys.platform != "linux":
        return "the machine runs this computer's own Python and is an x86-64 Linux"
    lacking = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    return f"these packages are missing: {' '.join(lacking)}" if lacking else ""


def _for_offered_kernel(cache: Cache) -> Machine:
    """Asks apt, and asks again after an update: its lists may be missing, or name what is no longer there."""
    kernel = packages.offered_kernel()
    try:
        if kernel is None:
            raise CannotBeTried(f"packages cannot be had: apt knows no {packages.KERNEL}")
        return cache.ready(kernel, lambda folder: prepare(kernel, folder))
    except CannotBeTried:
        if not packages.update_lists():
            raise
        newer = packages.offered_kernel()
        if newer is None:
            raise
        return cache.ready(newer, lambda folder: prepare(newer, folder))


def prepare(kernel: str, folder: Path) -> None:
    """Fills an empty folder with all that `Machine` names.

    Raises:
        CannotBeTried: packages cannot be had.
        NotJudged: something in them is not as expected.
    """
    print(f"preparing the DAHDI machine for kernel {kernel}", flush=True)
    work = folder / "work"
    machine = Machine(folder, kernel)
    image = folder / "image"
    with _timed("packages downloaded"):
        packages.download(kernel, work / "packages")
    with _timed("packages unpacked"):
        packages.unpack_kernel(kernel, work / "packages", image)
        for package in ("dahdi", "libtonezone2.0"):
            packages.unpack(package, work / "packages", machine.tools)
        for package in ("linux-headers-*-common", f"linux-headers-{kernel}", "linux-kbuild-*"):
            packages.unpack(package, work / "packages", work / "headers")
        packages.unpack("dahdi-source", work / "packages", work / "source")
        packages.unpack("busybox-static", work / "packages", work / "busybox")
        shutil.copy(work / "busybox/bin/busybox", machine.busybox)
        shutil.copytree(work / "source/usr/include/dahdi", machine.headers / "dahdi")
        tree = driver.unpack_source(work / "source")
    with _timed(f"{len(driver.MODULES)} modules built"):
        driver.mend_signalling_mask(tree)
        headers = driver.point_headers_here(work / "headers", kernel)
        modules = driver.build(tree, headers, kernel, folder / "build.log")
        driver.install(modules, image, kernel)
    with _timed("kernel and first root"):
        packed = image / "boot" / f"vmlinuz-{kernel}"
        first_root.uncompress_kernel(packed, machine.kernel_image)
        small_root = work / "first_root"
        first_root.make_first_root(image, kernel, machine.busybox, small_root, machine.first_root)
        shutil.rmtree(image / "boot")
        shutil.rmtree(work)


@contextmanager
def _timed(step: str) -> Iterator[None]:
    """Says what is done, with its seconds, when it is."""
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:6.1f} s  {step}", flush=True)
