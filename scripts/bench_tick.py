"""Prints what one tick of the media plane costs, beside SpanDSP's primitives doing the same work.

    python scripts/bench_tick.py [--json] [--portable] [PORTS ...]

Builds bench_tick.c with the product's kernels and the product's flags, and runs it on one core. A tick
is 20 ms long. Figures of a shared machine drift; the ratio comes from one process.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "dsp" / "native"
FLAGS = ["-std=c11", "-O3", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
TICK_US = 20_000


def measure(ports: list[int], *, portable: bool) -> list[dict[str, Any]]:
    """Builds and runs the benchmark; one dictionary for each number of ports."""
    environment = {key: value for key, value in os.environ.items() if key != "BENCH_PORTABLE"}
    if portable:
        environment["BENCH_PORTABLE"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bench_tick"
        sources = [str(path) for path in sorted(NATIVE.glob("*.c"))]
        command = [
            "gcc",
            *FLAGS,
            f"-I{NATIVE}",
            "-o",
            str(program),
            str(ROOT / "scripts" / "bench_tick.c"),
        ]
        subprocess.run([*command, *sources, "-lm", "-lpthread", "-ldl"], check=True)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        result = subprocess.run(
            [str(program), *map(str, ports)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
    return [json.loads(line) for line in result.stdout.splitlines()]


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--portable", action="store_true", help="the kernels that every machine can run"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    parser.add_argument(
        "ports", nargs="*", type=int, default=[30, 120, 480], help="default: 30 120 480"
    )
    arguments = parser.parse_args()
    rows = measure(arguments.ports, portable=arguments.portable)
    for row in rows:
        if "spandsp_best_us" in row:
            row["ratio_best"] = round(row["spandsp_best_us"] / row["best_us"], 2)
            row["ratio_median"] = round(row["spandsp_median_us"] / row["median_us"], 2)
    if arguments.json:
        print(json.dumps(rows))
        return
    print("microseconds a tick: decode, DTMF, progress tones, conference of 10 and bridges, encode")
    if "spandsp_best_us" not in rows[0]:
        print("libspandsp.so.2 is not installed: ours alone")
    head = f"{'ports':>6} {'best':>9} {'median':>9} {'of a tick':>10}"
    print(head + f" {'SpanDSP best':>13} {'median':>9} {'ratio':>7}")
    for row in rows:
        line = f"{row['ports']:6} {row['best_us']:9.1f} {row['median_us']:9.1f}"
        line += f" {row['median_us'] / TICK_US:10.2%}"
        if "ratio_best" in row:
            line += f" {row['spandsp_best_us']:13.1f} {row['spandsp_median_us']:9.1f}"
            line += f" {row['ratio_median']:7.2f}"
        print(line)


if __name__ == "__main__":
    main()
