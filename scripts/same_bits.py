"""Compares the media plane's bits on this machine and, under qemu-user, on aarch64.

    python scripts/same_bits.py

Needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user; `make test-aarch64` installs them where it
may. Exits with 1 when two builds differ, with 77 when aarch64 cannot be tried here.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "dsp" / "native"
FLAGS = ["-std=c11", "-O3", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
CROSS = "aarch64-linux-gnu-gcc"
EMULATOR = "qemu-aarch64"
CANNOT = 77


def build(compiler: str, program: Path) -> None:
    """Compiles the kernels with the product's flags."""
    sources = [str(ROOT / "scripts" / "same_bits.c"), *map(str, sorted(NATIVE.glob("*.c")))]
    command = [compiler, *FLAGS, f"-I{NATIVE}", "-o", str(program), *sources, "-lm", "-lpthread"]
    subprocess.run(command, check=True)


def printed(*command: str) -> tuple[str, str]:
    """The instruction set and the number that one build printed."""
    name, number = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return name, number


def main() -> int:
    """Builds, runs, compares."""
    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder) / "here", Path(folder) / "there"
        build("gcc", here)
        results = {
            f"{sys.platform}, up to {name}": printed(str(here), str(level))
            for level, name in enumerate(("portable", "x86-64-v3", "x86-64-v4"))
        }
        if shutil.which(CROSS) is None or shutil.which(EMULATOR) is None:
            print(f"aarch64 is not tried: {CROSS} and {EMULATOR} are needed", file=sys.stderr)
            code = CANNOT
        else:
            build(CROSS, there)
            emulator = (EMULATOR, "-L", "/usr/aarch64-linux-gnu", str(there))
            results["aarch64 under qemu-user"] = printed(*emulator, "2")
            code = 0
    for where, (name, number) in results.items():
        print(f"{number}  {name:12} {where}")
    return code if len({number for _, number in results.values()}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
