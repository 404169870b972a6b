"""Prints what the detectors, G.711, caller ID and a tick of the media plane cost, beside SpanDSP's.

    python scripts/bench_dsp.py [--json] [--sets portable x86-64-v3 x86-64-v4] [PORTS ...]

Builds bench_dsp.c with the product's kernels and the product's flags, and runs it on one core, once for
each instruction set that this machine has. A tick is 20 ms long. Figures of a shared machine drift; each
ratio comes from one process in which ours and theirs take turns.

The arithmetic limit of DTMF: a window of 104 samples every 52, folded to 52 products for each of eight
tones' cosine and sine, is 16 products a sample and channel; AVX2 does 16 products with one instruction
and adds them up with another, two a cycle: 1 cycle a sample; VNNI does both in one. That is without window,
energy, the power below 540 Hz, decisions and loads.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "dsp" / "native"
FLAGS = ["-std=c11", "-O3", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
SETS = ("portable", "x86-64-v3", "x86-64-v4")
TICK_US = 20_000


def build(program: Path) -> None:
    """Compiles the benchmark."""
    sources = [str(path) for path in sorted(NATIVE.glob("*.c"))]
    source = str(ROOT / "scripts" / "bench_dsp.c")
    command = ["gcc", *FLAGS, f"-I{NATIVE}", "-o", str(program), source, *sources]
    subprocess.run([*command, "-lm", "-lpthread", "-ldl"], check=True)


def run(program: Path, *arguments: str) -> list[dict[str, Any]]:
    """One run; the first line names the instruction set that was used."""
    result = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def caller_id() -> dict[str, Any]:
    """Reading a whole message of 1.1 s, in Python beside SpanDSP's receiver."""
    sys.path.insert(0, str(ROOT))
    from dsp import (
        CallerId,
        CallerIdFormat,
        CallerIdStandard,
        Law,
        decode_caller_id,
        encode_caller_id,
        g711_decode,
    )
    from scripts.accuracy import spandsp

    caller = CallerId(number="0215551234", name="ION POPESCU", date="11221530")
    form = {"standard": CallerIdStandard.V23, "format": CallerIdFormat.MDMF, "law": Law.ALAW}
    octets = encode_caller_id(caller, **form)
    linear = g711_decode(octets, Law.ALAW)
    ours, theirs = [], []
    for _ in range(15):
        begin = time.perf_counter()
        decode_caller_id(octets, law=Law.ALAW)
        ours.append(time.perf_counter() - begin)
        if spandsp.LIBRARY is not None:
            begin = time.perf_counter()
            spandsp.hear_messages(spandsp.ADSI_CLIP, linear)
            theirs.append(time.perf_counter() - begin)
    row: dict[str, Any] = {"kernel": "caller ID, a message (once a call, off the tick)"}
    row["best_ns"] = min(ours) / len(octets) * 1e9
    row["median_ns"] = sorted(ours)[7] / len(octets) * 1e9
    if theirs:
        row["spandsp_best_ns"] = min(theirs) / len(octets) * 1e9
        row["spandsp_median_ns"] = sorted(theirs)[7] / len(octets) * 1e9
    return row


def with_ratios(rows: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
    """Adds how often ours goes into theirs."""
    for row in rows:
        for which in ("best", "median"):
            theirs = row.get(f"spandsp_{which}_{unit}")
            if theirs:
                row[f"ratio_{which}"] = round(theirs / row[f"{which}_{unit}"], 2)
    return rows


def show_kernels(name: str, rows: list[dict[str, Any]]) -> None:
    """A table for people."""
    print(f"\n{name}: ns a sample, 480 channels (half signals, half noise), median")
    print(f"{'':50} {'ours':>8} {'channels/core':>14} {'SpanDSP':>9} {'ratio':>7}")
    for row in rows:
        line = f"{row['kernel']:50} {row['median_ns']:8.3f} {125_000 / row['median_ns']:14,.0f}"
        if "ratio_median" in row:
            line += f" {row['spandsp_median_ns']:9.2f} {row['ratio_median']:7.2f}"
        print(line)


def show_ticks(name: str, rows: list[dict[str, Any]]) -> None:
    """A table for people."""
    print(
        f"\n{name}: microseconds a tick: decode, DTMF, progress tones, conference of 10, bridges, encode"
    )
    head = f"{'ports':>6} {'best':>9} {'median':>9} {'of a tick':>10}"
    print(head + f" {'SpanDSP best':>13} {'median':>9} {'ratio':>7}")
    for row in rows:
        line = f"{row['ports']:6} {row['best_us']:9.1f} {row['median_us']:9.1f}"
        line += f" {row['median_us'] / TICK_US:10.2%}"
        if "ratio_best" in row:
            line += f" {row['spandsp_best_us']:13.1f} {row['spandsp_median_us']:9.1f}"
            line += f" {row['ratio_median']:7.2f}"
        print(line)


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.add_argument(
        "ports", nargs="*", type=int, default=[30, 120, 480], help="default: 30 120 480"
    )
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bench_dsp"
        build(program)
        for name in reversed(arguments.sets):
            level = str(SETS.index(name))
            used, *kernels = run(program, level)
            if used["instruction_set"] != name:
                print(f"{name}: this machine has it not", file=sys.stderr)
                continue
            ticks = run(program, level, *map(str, arguments.ports))[1:]
            results[name] = {
                "kernels": with_ratios(kernels, "ns"),
                "ticks": with_ratios(ticks, "us"),
            }
    results["python"] = with_ratios([caller_id()], "ns")
    if arguments.json:
        print(json.dumps(results))
        return
    if "spandsp_median_ns" not in results["python"][0]:
        print("libspandsp.so.2 is not installed: ours alone")
    for name, result in results.items():
        if name == "python":
            show_kernels("any machine", result)
        else:
            show_kernels(name, result["kernels"])
            show_ticks(name, result["ticks"])


if __name__ == "__main__":
    main()
