"""Where prepared machines are kept: one folder for each kernel and recipe, complete or not there at all.

    <cache>/<kernel>/<recipe>/        a prepared machine; appears by one rename, when all of it is on disk
    <cache>/<kernel>/<recipe>.part/   one that is being prepared, or whose preparation was interrupted
    <cache>/<kernel>/<recipe>.lock    held by whoever prepares; the others wait

The kernel is named as Debian does (6.1.0-56-amd64), for its modules fit no other. The recipe is a hash of
the files that prepare a machine: whoever changes one of them gets a new machine, and other working trees
keep theirs.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.dahdi_vm.failures import CannotBeTried

HERE = Path(__file__).resolve().parent
RECIPE_FILES = ("driver.py", "first_root.py", "guest/init", "packages.py", "preparation.py")
UNUSED_S = 14 * 86400.0
"""A machine that nobody has started for so long is removed when the next one is prepared."""
KERNEL_NAME = re.compile(r"\d[\w.+~]*-[\w.+~-]+")
RECIPE_NAME = re.compile(r"[0-9a-f]{12}(\.part|\.lock)?")


@dataclass(frozen=True)
class Machine:
    """A prepared machine: the folder, and where things lie in it."""

    folder: Path
    kernel: str
    """Name of the kernel, as `uname -r` prints it in the guest."""

    @property
    def kernel_image(self) -> Path:
        """The uncompressed kernel."""
        return self.folder / "vmlinux"

    @property
    def first_root(self) -> Path:
        """The initial RAM disk."""
        return self.folder / "first_root.img"

    @property
    def modules(self) -> Path:
        """The kernel's module tree, DAHDI's modules among them."""
        return self.folder / "image/lib/modules" / self.kernel

    @property
    def tools(self) -> Path:
        """Debian's dahdi-tools, unpacked."""
        return self.folder / "tools"

    @property
    def headers(self) -> Path:
        """A folder for the C compiler's -I, with dahdi/user.h in it."""
        return self.folder / "include"

    @property
    def busybox(self) -> Path:
        """One static program with all the small tools."""
        return self.folder / "busybox"


def recipe_of(files: list[Path]) -> str:
    """Twelve hexadecimal digits that change when a file's name or content does."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def default_folder() -> Path:
    """What the XDG base directory specification says."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "switchroom" / "dahdi-vm"


class Cache:
    """Prepared machines of one recipe.

    Args:
        folder: where; None for the user's cache folder.
        recipe: what prepares them; None for the files beside this one.

    Raises:
        CannotBeTried: the folder's name is one that the kernel's make rules cannot cope with.

    Runs in: any process; several at once are safe.
    """

    def __init__(
        self,
        folder: Path | None = None,
        recipe: str | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._tell = tell or partial(print, flush=True)
        self.folder = (folder or default_folder()).resolve()
        self.recipe = recipe or recipe_of([HERE / name for name in RECIPE_FILES])
        if re.search(r"[\s:]", str(self.folder)):
            raise CannotBeTried(
                f"no kernel module can be built in a folder with a blank or colon: {self.folder}"
            )

    def find(self, kernel: str) -> Machine | None:
        """The machine for a kernel, when it is prepared; marks it as used."""
        folder = self.folder / kernel / self.recipe
        if not folder.is_dir():
            return None
        os.utime(folder)
        return Machine(folder, kernel)

    def newest(self) -> Machine | None:
        """Of those that are prepared the one last used, whatever its kernel: for times without packages."""
        folders = [folder for folder in self.folder.glob(f"*/{self.recipe}") if folder.is_dir()]
        if not folders:
            return None
        folder = max(folders, key=lambda folder: folder.stat().st_mtime)
        return self.find(folder.parent.name)

    def ready(self, kernel: str, prepare: Callable[[Path], None]) -> Machine:
        """The machine for a kernel; when there is none, `prepare` fills the empty folder it is handed.

        Whatever `prepare` raises goes through, and leaves its folder under the name of an unfinished one.
        """
        if machine := self.find(kernel):
            return machine
        folder = self.folder / kernel / self.recipe
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_suffix(".lock"), self._tell):
            if machine := self.find(kernel):  # somebody else was faster
                return machine
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            prepare(part)
            # Else a power cut could leave empty files under the name of a complete machine.
            subprocess.run(["sync", "--file-system", part], check=True)
            part.rename(folder)
        self._remove_unused(folder)
        return Machine(folder, kernel)

    def _remove_unused(self, kept: Path) -> None:
        """Removes what only a cache of ours holds; other people's files in the folder stay."""
        for entry in self.folder.glob("*/*"):
            ours = KERNEL_NAME.fullmatch(entry.parent.name) and RECIPE_NAME.fullmatch(entry.name)
            # A lock file stays: removing one that somebody waits for would let two in.
            if not ours or entry == kept or not entry.is_dir():
                continue
            if time.time() - entry.stat().st_mtime > UNUSED_S:
                shutil.rmtree(entry, ignore_errors=True)


@contextmanager
def _locked(path: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Holds a lock file, waiting for it; the kernel gives it back when the process dies."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another process is preparing the machine: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
