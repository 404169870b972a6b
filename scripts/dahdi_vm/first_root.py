"""What the machine starts from: the kernel uncompressed, and a small first root that finds the real one."""

import lzma
import shutil
import subprocess
from pathlib import Path

from scripts.dahdi_vm.failures import NotJudged

XZ_BEGINS = b"\xfd7zXZ\0"
APPLETS = ("cat", "cut", "echo", "insmod", "mkdir", "mount", "sh", "sleep", "switch_root")
NEEDED_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
INIT = Path(__file__).resolve().parent / "guest" / "init"


def uncompress_kernel(packed: Path, image: Path) -> None:
    """Cuts the kernel out of the file that Debian ships: decompressing it under emulation costs seconds.

    QEMU boots the result directly (PVH).

    Raises:
        NotJudged: it is not packed with xz.
    """
    content = packed.read_bytes()
    start = content.find(XZ_BEGINS)
    if start < 0:
        raise NotJudged(f"{packed.name} is not packed with xz")
    image.write_bytes(lzma.LZMADecompressor().decompress(content[start:]))


def make_first_root(image: Path, kernel: str, busybox: Path, work: Path, packed: Path) -> None:
    """Packs busybox, the modules for the host's files over 9p, and the guest's first process.

    Args:
        image: root of the unpacked kernel package, its modules indexed.
        kernel: the kernel's name.
        busybox: the static program.
        work: an empty folder to work in.
        packed: the archive to write.
    """
    for name in ("bin", "dev", "mnt", "modules", "newroot", "proc", "sys"):
        (work / name).mkdir(parents=True)
    shutil.copy(busybox, work / "bin/busybox")
    for applet in APPLETS:
        (work / "bin" / applet).symlink_to("busybox")
    modules = _in_order(image, kernel)
    for module in modules:
        shutil.copy(module, work / "modules")
    (work / "modules/order").write_text("".join(f"{module.name}\n" for module in modules))
    shutil.copy(INIT, work / "init")
    (work / "init").chmod(0o755)
    paths = "".join(f"{path.relative_to(work)}\n" for path in sorted(work.rglob("*")))
    with packed.open("wb") as file:
        command = ["cpio", "--create", "--format=newc", "--quiet"]
        subprocess.run(command, cwd=work, input=paths.encode(), stdout=file, check=True)


def _in_order(image: Path, kernel: str) -> list[Path]:
    """Files of the needed modules as they must be inserted; what the kernel has built in drops out."""
    ordered: dict[Path, None] = {}
    for name in NEEDED_MODULES:
        command = ["modprobe", "-d", str(image), "-S", kernel, "--show-depends", name]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for line in lines.splitlines():
            kind, path, *_ = line.split()
            if kind == "insmod":
                ordered[Path(path)] = None
    return list(ordered)
