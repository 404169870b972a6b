"""Runs the whole appliance for long under load, and reports what was lost, late or grown.

    python scripts/soak [--minutes 60] [--callers 84] [--desks 52] [--output soak-output] [--json]

Real processes in real time: every caller keeps a line busy, presses a key, waits, talks to an agent,
hangs up and calls again; every call is recorded. Exits with 1 when a block was lost or a call, key,
number or recording came out wrong.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from audit import Bursts, Recordings, audit_journal
from callers import Callers
from office import NUMBER, Office, SoakError
from report import figures, text, write_report
from samples import Sample, take_sample

from firmware_host.control_socket import ControlError

WARM_UP_S = 15.0
"""Lines come into service and callers spread before counting begins."""
SAMPLE_S = 5.0
DRAIN_S = 60.0
RECORDING_REST_S = 20.0


def faults_of(result: dict[str, Any], warnings: list[str]) -> list[str]:
    """What must not have happened."""
    audit, plane = result["audit"], result["planes"]["call server"]
    zeros = {
        "blocks lost": plane["lost_blocks"],
        "recorded blocks lost": plane["lost_recorded_blocks"],
        "detections lost": plane["lost_detections"],
        "keys heard wrongly": audit["wrong_keys"],
        "callers' numbers missing": audit["unknown_numbers"],
        "recordings unreadable": audit["recordings_unreadable"],
        "recordings of wrong length": audit["recordings_of_wrong_length"],
        "recordings lost": audit["recordings_lost"],
        "handsets not seen ringing": audit["rings_unseen"],
        "journal lines damaged": audit["damage"],
        "calls without an end": audit["calls"] - audit["ended"],
        "calls that nobody answered": result["callers"]["unanswered"]
        + result["callers"]["refused"],
        "warnings in the log": len(warnings),
    }
    return [f"{count} {name}" for name, count in zeros.items() if count]


async def load(
    office: Office, callers: Callers, seconds: float, recordings: Recordings, bursts: Bursts
) -> list[Sample]:
    """Lets them call; a sample every few seconds."""
    samples: list[Sample] = []
    calling = asyncio.create_task(callers.run())
    began = time.monotonic()
    await asyncio.sleep(min(WARM_UP_S, seconds / 4))
    while not samples or samples[-1].at_s < seconds:
        samples.append(await asyncio.to_thread(take_sample, office, time.monotonic() - began))
        await asyncio.to_thread(recordings.collect, time.time() - RECORDING_REST_S)
        await asyncio.to_thread(bursts.collect, office)
        _progress(samples, callers.tally.made, seconds)
        await asyncio.sleep(SAMPLE_S)
    callers.stop()
    async with asyncio.timeout(DRAIN_S):
        await calling
    return samples


def _progress(samples: list[Sample], made: int, seconds: float) -> None:
    now, first = samples[-1], samples[0]
    sys.stderr.write(
        f"\r{now.at_s / 60:6.1f} of {seconds / 60:g} min: {made} calls made, {now.calls_up} up,"
        f" {now.media['lost_blocks'] - first.media['lost_blocks']} blocks lost,"
        f" {now.memory_mb['callserver']:.0f} MB "
    )
    sys.stderr.flush()


def run(arguments: argparse.Namespace, folder: Path) -> int:
    """The whole soak; its exit code."""
    office = Office(folder, arguments.callers, arguments.desks)
    recordings = Recordings(office.state / "recordings")
    bursts = Bursts()
    callers = Callers(office.state / "town.sock", NUMBER, arguments.callers, arguments.seed)
    try:
        office.start()
        seconds = arguments.minutes * 60
        samples = asyncio.run(load(office, callers, seconds, recordings, bursts))
        bursts.collect(office)
        warnings = office.warnings()
    finally:
        code = office.stop()
    sys.stderr.write("\n")
    recordings.collect(time.time() + 1)
    audit = audit_journal(office.state / "journal", callers.tally, recordings, bursts.seen)
    result = figures(samples, callers.tally, audit, arguments.callers + arguments.desks)
    result["faults"] = faults_of(result, warnings)
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_report(arguments.output, samples, result)
    print(json.dumps(result) if arguments.json else text(result))
    for line in warnings[:20]:
        print(f"  log: {line}", file=sys.stderr)
    for fault in result["faults"]:
        print(f"Not as it should be: {fault}", file=sys.stderr)
    print(f"Report and picture: {arguments.output}", file=sys.stderr)
    return 1 if result["faults"] or code else 0


def main() -> int:
    """Parses the arguments and runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--callers", type=int, default=84, help="each with a trunk of its own")
    parser.add_argument("--desks", type=int, default=52, help="handsets with an agent at each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("soak-output"))
    parser.add_argument("--json", action="store_true", help="figures as JSON instead of text")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="switchroom-soak-") as folder:
            return run(arguments, Path(folder))
    except (SoakError, ControlError) as error:
        print(f"The soak ended: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
