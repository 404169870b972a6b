"""DAHDI's kernel modules, built from Debian's source for the machine's kernel."""

import bz2
import os
import subprocess
from pathlib import Path

from scripts.dahdi_vm.failures import NotJudged

MODULES = (
    "dahdi",
    "dahdi_dynamic",
    "dahdi_dynamic_eth",
    "dahdi_dynamic_loc",
    "dahdi_echocan_mg2",
    "dahdi_echocan_oslec",
    "dahdi_transcode",
    "echo",
)
CHOSEN = (
    "DAHDI_BUILD_ALL=",  # empty: only what is named here, instead of every card's driver
    "CONFIG_DAHDI=m",
    "CONFIG_DAHDI_DYNAMIC=m",
    "CONFIG_DAHDI_DYNAMIC_ETH=m",
    "CONFIG_DAHDI_DYNAMIC_LOC=m",
    "CONFIG_DAHDI_ECHOCAN_MG2=m",
    "CONFIG_DAHDI_TRANSCODE=m",
    "MODULES_EXTRA=dahdi_echocan_oslec",  # brings echo along
)
# Four signalling bits a channel, so the mask is 0xf: with 0xff a channel's received bits carry those of its
# neighbour, and it is told of changes that are the neighbour's. This mends the test machine's driver. The
# mistake is in the spans that this machine joins, not in cards' drivers; our own code masks with 0xf anyway.
WRONG_MASK = "sig = (bits >> ((x % 4) << 2)) & 0xff;"
RIGHT_MASK = "sig = (bits >> ((x % 4) << 2)) & 0xf;"


def unpack_source(source: Path) -> Path:
    """Unpacks the archive that the source package holds; returns the folder with the driver's Makefile."""
    archive = bz2.decompress((source / "usr/src/dahdi.tar.bz2").read_bytes())
    subprocess.run(["tar", "-x", "-C", source], input=archive, check=True)
    [found] = source.glob("**/drivers/dahdi/dahdi-base.c")
    return found.parent.parent.parent


def mend_signalling_mask(tree: Path) -> None:
    """Corrects one character of dahdi_dynamic.c; see WRONG_MASK.

    Raises:
        NotJudged: the line is neither wrong nor right, so somebody must look at it.
    """
    file = tree / "drivers/dahdi/dahdi_dynamic.c"
    text = file.read_text().replace(WRONG_MASK, RIGHT_MASK)
    if text.count(RIGHT_MASK) != 1:
        raise NotJudged("dahdi_dynamic.c has changed: look at its mask of signalling bits")
    file.write_text(text)


def point_headers_here(headers: Path, kernel: str) -> Path:
    """Makes unpacked kernel headers usable where they lie; returns the folder to build against.

    Their Makefile names the half that all flavours share by its absolute path.
    """
    folder = headers / "usr/src" / f"linux-headers-{kernel}"
    makefile = folder / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src/", f"{headers}/usr/src/"))
    return folder


def build(tree: Path, headers: Path, kernel: str, log: Path) -> list[Path]:
    """Builds the modules; returns their files, in the order of MODULES.

    Args:
        tree: the driver's source.
        headers: from `point_headers_here`.
        kernel: the kernel's name.
        log: receives what make says.

    Raises:
        NotJudged: the source does not build; the message names the log.
    """
    command = ["make", "-s", f"-j{os.cpu_count() or 1}", "-C", str(tree), "modules"]
    command += [f"KSRC={headers}", f"KVERS={kernel}", *CHOSEN]
    with log.open("wb") as file:
        result = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False)
    built = {path.stem: path for path in tree.glob("drivers/**/*.ko")}
    missing = [name for name in MODULES if name not in built]
    if result.returncode or missing:
        raise NotJudged(f"DAHDI's modules could not be built; see {log}")
    return [built[name] for name in MODULES]


def install(modules: list[Path], image: Path, kernel: str) -> None:
    """Puts modules, without their debugging symbols, into the kernel's module tree and indexes it."""
    folder = image / "lib/modules" / kernel / "updates/dahdi"
    folder.mkdir(parents=True)
    for module in modules:
        subprocess.run(["strip", "--strip-debug", module, "-o", folder / module.name], check=True)
    # depmod warns that the module tree lacks what was left out of it.
    subprocess.run(["depmod", "-b", image, kernel], stderr=subprocess.DEVNULL, check=True)
