"""Runs tests/dsp over a build of the C with AddressSanitizer and UndefinedBehaviorSanitizer.

    python scripts/sanitize.py [--kernels SET ...] [PYTEST ARGUMENTS]

Builds in a copy of the tree that is removed afterwards: the build that is in use stays as it is. The
interpreter is started with the libraries of both preloaded; programs that tests start in their turn
(espeak-ng, multimon-ng) are not. The tests run over the machine's best kernels, and some of them compare all
three; `--kernels` runs all of them over each that is named. Exits with 77 where there are no sanitizers.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "acd",
    "drivers",
    "dsp",
    "firmware_host",
    "scripts",
    "tests",
    "setup.py",
    "pyproject.toml",
)
LIBRARIES = ("libasan.so", "libubsan.so")
KERNELS = ("best", "portable", "x86-64-v3", "x86-64-v4")
CANNOT = 77

TESTS = """
import os, sys
os.environ.pop("LD_PRELOAD")  # loaded by now; children would stumble over it
import dsp._native, pytest
from dsp import Plane
from pathlib import Path
folder, at_most, *arguments = sys.argv[1:]
assert Path(dsp._native.__file__).is_relative_to(folder), dsp._native.__file__
if at_most != "best":
    Plane.__init__.__kwdefaults__["at_most"] = at_most
with Plane(1) as plane:
    if at_most not in ("best", plane.instruction_set):
        sys.exit(f"this machine has no {at_most}")
sys.exit(pytest.main(["tests/dsp", "-p", "no:cacheprovider", *arguments]))
"""


def main() -> int:
    """Copies, builds, tests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kernels", nargs="+", choices=KERNELS, default=["best"])
    options, arguments = parser.parse_known_args()
    libraries = found_libraries()
    if libraries is None:
        print(f"not sanitized: gcc with {' and '.join(LIBRARIES)} is needed", file=sys.stderr)
        return CANNOT
    with tempfile.TemporaryDirectory(prefix="switchroom-sanitize-") as folder:
        tree = Path(folder)
        copy_tree(tree)
        began = time.monotonic()
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        subprocess.run(command, cwd=tree, env={**os.environ, "SANITIZE": "1"}, check=True)
        print(f"built with ASan and UBSan in {time.monotonic() - began:.0f} s", flush=True)
        worst = 0
        for kernels in options.kernels:
            began = time.monotonic()
            code = tested(tree, libraries, kernels, arguments)
            print(f"{kernels}: exit {code} after {time.monotonic() - began:.0f} s", flush=True)
            worst = max(worst, abs(code))
    return worst


def found_libraries() -> list[str] | None:
    """Paths of the sanitizers' run-time libraries; None when one is missing."""
    if shutil.which("gcc") is None:
        return None
    paths = [
        subprocess.run(
            ["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in LIBRARIES
    ]
    # Without the file gcc repeats the bare name.
    return paths if all(Path(path).is_absolute() for path in paths) else None


def copy_tree(folder: Path) -> None:
    """The sources, and none of what was built from them."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            built = shutil.ignore_patterns("__pycache__", "*.so", "*.o", "_native.c")
            shutil.copytree(ROOT / name, folder / name, ignore=built)
        else:
            shutil.copy(ROOT / name, folder / name)


def tested(tree: Path, libraries: list[str], kernels: str, arguments: list[str]) -> int:
    """Runs the tests over one build of the kernels; returns the exit code."""
    report = tree / "report"
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(libraries),
        # The interpreter frees nothing at its end, and that is no leak of ours.
        "ASAN_OPTIONS": f"detect_leaks=0:detect_stack_use_after_return=1:log_path={report}",
        "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={report}",
        "PYTHONMALLOC": "malloc",  # the sanitizer sees each of its blocks
        "PYTHONPATH": str(tree),
    }
    command = [sys.executable, "-c", TESTS, str(tree), kernels, *arguments]
    code = subprocess.run(command, cwd=tree, env=environment, check=False).returncode
    # Into files: pytest would keep what a dying process has printed.
    for found in sorted(tree.glob("report.*")):
        print(found.read_text(errors="replace"), file=sys.stderr)
        code = code or 1
        found.unlink()
    return code


if __name__ == "__main__":
    sys.exit(main())
