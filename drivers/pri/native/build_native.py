"""Builds ``drivers.pri._native`` with cffi from the C files beside this one and Debian's libpri.a.

The static library, because its clock is replaced: `gettimeofday` is wrapped, which a shared library does
not allow. The result is GPL-2.0 as libpri is; only the PRI worker's process loads it.

Runs in: the build only.
"""

import os
import sysconfig
from pathlib import Path

import cffi

__all__ = ["builder", "library"]

HERE = Path(__file__).parent


def library() -> Path | None:
    """Where libpri.a lies; None: it is not installed."""
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    folders = [Path("/usr/lib"), Path("/usr/lib") / triplet, Path("/usr/local/lib")]
    found = [folder / "libpri.a" for folder in folders if (folder / "libpri.a").exists()]
    return found[0] if found else None


def declarations() -> str:
    """Returns span.h without its preprocessor lines, their constants put in."""
    text = (HERE / "span.h").read_text()
    for line in text.splitlines():
        words = line.split()
        if line.startswith("#define") and len(words) >= 3:
            text = text.replace(f"[{words[1]}]", f"[{words[2]}]")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def flags() -> tuple[list[str], list[str]]:
    """Returns the compiler's and the linker's flags."""
    compile_flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"]
    compile_flags += ["-Wno-unused-parameter", "-D_GNU_SOURCE"]
    link_flags = ["-Wl,--wrap=gettimeofday", "-Wl,-Bsymbolic"]
    if os.environ.get("SANITIZE") == "1":
        sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
        return [*compile_flags, *sanitizers, "-g", "-O1"], [*link_flags, *sanitizers]
    return compile_flags, link_flags


builder = cffi.FFI()
builder.cdef(declarations())
compile_arguments, link_arguments = flags()
builder.set_source(
    "drivers.pri._native",
    '#include "span.h"',
    # Paths relative to the project's root, from where setuptools builds.
    sources=["drivers/pri/native/span.c"],
    depends=["drivers/pri/native/span.h"],
    include_dirs=["drivers/pri/native"],
    extra_objects=[str(library() or "libpri.a")],
    extra_compile_args=compile_arguments,
    extra_link_args=link_arguments,
    libraries=["m"],
)

if __name__ == "__main__":
    builder.compile(verbose=True)
