"""Builds ``dsp._native`` with cffi from the C files beside this one.

Runs in: the build only. ``SANITIZE=1`` in the environment builds with ASan and UBSan; the interpreter then
has to be started with libasan preloaded.
"""

import os
from pathlib import Path

import cffi

__all__ = ["builder"]

HERE = Path(__file__).parent
SOURCES = sorted(path.name for path in HERE.glob("*.c"))


def declarations() -> str:
    """Returns dsp.h without its preprocessor lines, which cffi's parser does not read."""
    lines = (HERE / "dsp.h").read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def flags() -> tuple[list[str], list[str]]:
    """Returns the compiler's and the linker's flags."""
    # -std=c11 also forbids fused multiply-add where it is not written: same bits on every machine.
    compile_flags = ["-std=c11", "-O3", "-Wall", "-Wextra", "-Werror"]
    # cffi's own generated file leaves parameters unused.
    compile_flags += ["-Wno-unused-parameter", "-D_GNU_SOURCE"]
    if os.environ.get("SANITIZE") == "1":
        sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
        return [*compile_flags, *sanitizers, "-g", "-O1"], sanitizers
    return compile_flags, []


builder = cffi.FFI()
builder.cdef(declarations())
compile_arguments, link_arguments = flags()
builder.set_source(
    "dsp._native",
    '#include "dsp.h"',
    # Paths relative to the project's root, from where setuptools builds.
    sources=[f"dsp/native/{name}" for name in SOURCES],
    depends=[f"dsp/native/{path.name}" for path in HERE.glob("*.h")],
    include_dirs=["dsp/native"],
    extra_compile_args=compile_arguments,
    extra_link_args=link_arguments,
    libraries=["m", "pthread"],
)

if __name__ == "__main__":
    builder.compile(verbose=True)
