"""A virtual machine with DAHDI's real kernel driver in it, for the tests in tests/dahdi.

    python -m scripts.dahdi_vm prepare
    python -m scripts.dahdi_vm test [--output FOLDER] [--limit SECONDS] [--coverage] [--again] [ARGUMENTS]
    python -m scripts.dahdi_vm run [--output FOLDER] [--limit SECONDS] SCRIPT [ARGUMENTS]

Exits as pytest or SCRIPT did; with 1 when the guest's kernel tells of a fault; with 124 at the time limit;
with 99 when the machine failed, so that nothing was judged; with 77 where it cannot be had. More is in
docs/dahdi-vm.md.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from scripts.dahdi_vm.cache import Cache
from scripts.dahdi_vm.failures import CANNOT, NOT_JUDGED, CannotBeTried, NotJudged
from scripts.dahdi_vm.machine import HERE, PROJECT, Job, run
from scripts.dahdi_vm.preparation import prepared

OUTPUT = PROJECT / "build/dahdi-vm"
LIMIT_S = 2400.0
MEASURED = "drivers"
REPORTED = "drivers/dahdi/*"
"""The kernel driver's other end. What else of the package was run stays in the data."""


def main() -> int:
    """Prepares where needed, then does what was asked for."""
    options, others = parsed(sys.argv[1:])
    try:
        machine = prepared(Cache())
        if options.what == "prepare":
            print(f"ready: {machine.folder}")
            return 0
        if options.what == "run":
            return run(machine, script_job(options, others))
        (options.output / "coverage").unlink(missing_ok=True)
        code = run(machine, tests_job(options, others))
        if options.coverage:
            report_coverage(options.output / "coverage")
        failed = failed_tests(options.output / "junit.xml") if code == 1 and options.again else []
        if failed:
            # An emulated machine on a busy computer may stand still: who fails alone as well has failed.
            print(f"{len(failed)} failed; once more, alone:", *failed, sep="\n  ", flush=True)
            again = argparse.Namespace(**{**vars(options), "coverage": False})
            code = run(machine, tests_job(again, failed))
        return code
    except CannotBeTried as failure:
        print(f"DAHDI is not tried: {failure}", file=sys.stderr)
        return CANNOT
    except (NotJudged, subprocess.CalledProcessError) as failure:
        print(f"DAHDI is not judged: {failure}", file=sys.stderr)
        return NOT_JUDGED


def parsed(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and what is passed on."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.dahdi_vm", description=(__doc__ or "").partition("\n")[0]
    )
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("prepare", help="make the machine, where it is not in the cache")
    test = commands.add_parser("test", allow_abbrev=False, help="run tests/dahdi in it")
    test.add_argument("--coverage", action="store_true", help="which lines were run")
    test.add_argument("--again", action="store_true", help="run what failed once more, alone")
    script = commands.add_parser("run", allow_abbrev=False, help="run a script in it, as root")
    for command in (test, script):
        command.add_argument("--output", type=Path, default=OUTPUT, help="where results go")
        command.add_argument("--limit", type=float, default=LIMIT_S, help="seconds")
    script.add_argument("script", type=Path)
    script.add_argument("arguments", nargs=argparse.REMAINDER)
    options, others = parser.parse_known_args(arguments)
    if others and options.what != "test":
        parser.error(f"unknown: {' '.join(others)}")
    return options, others if options.what == "test" else getattr(options, "arguments", [])


def tests_job(options: argparse.Namespace, arguments: list[str]) -> Job:
    return Job(
        command=["bash", str(HERE / "guest/tests.sh"), *arguments],
        output=options.output,
        environment={"COVERAGE": MEASURED if options.coverage else ""},
        limit_s=options.limit,
    )


def script_job(options: argparse.Namespace, arguments: list[str]) -> Job:
    script = options.script.resolve()
    # As itself where that is allowed; else bash reads it.
    start = [str(script)] if os.access(script, os.X_OK) else ["bash", str(script)]
    return Job(
        command=[*start, *arguments],
        output=options.output,
        folder=script.parent,
        limit_s=options.limit,
    )


def failed_tests(junit: Path) -> list[str]:
    """The tests that failed or could not be set up, as pytest takes them."""
    if not junit.exists():
        return []
    cases = ElementTree.parse(junit).getroot().iter("testcase")
    failed = [
        case for case in cases if case.find("failure") is not None or case.find("error") is not None
    ]
    names = [
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}" for case in failed
    ]
    return list(dict.fromkeys(names))


def report_coverage(data: Path) -> None:
    """Prints a table from what the guest measured; files have the same names in it."""
    if data.exists():
        command = [sys.executable, "-m", "coverage", "report", "--rcfile=/dev/null"]
        command += [f"--data-file={data}", f"--include={REPORTED}", "--skip-empty"]
        subprocess.run(command, check=False)


if __name__ == "__main__":
    sys.exit(main())
