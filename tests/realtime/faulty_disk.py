"""The disk of the processes under test: see faulty_disk.c."""

import errno
import mmap
import struct
import subprocess
from contextlib import contextmanager
from pathlib import Path

_WISH = struct.Struct("=ii")
SOURCE = Path(__file__).with_name("faulty_disk.c")


class FaultyDisk:
    """Sound until told otherwise. Give `environment` to the processes that shall write to it."""

    def __init__(self, folder: Path) -> None:
        library, wish = folder / "faulty_disk.so", folder / "faulty_disk"
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"], check=True
        )
        wish.write_bytes(bytes(mmap.PAGESIZE))
        with wish.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": str(library), "FAULTY_DISK": str(wish)}

    @contextmanager
    def every_write_takes(self, milliseconds: int):
        _WISH.pack_into(self._memory, 0, milliseconds, 0)
        yield
        self.is_sound()

    @contextmanager
    def every_write_fails(self, error: int):
        assert error in (errno.ENOSPC, errno.EROFS, errno.EIO)
        _WISH.pack_into(self._memory, 0, 0, error)
        yield
        self.is_sound()

    def is_sound(self) -> None:
        _WISH.pack_into(self._memory, 0, 0, 0)

    def close(self) -> None:
        self._memory.close()
