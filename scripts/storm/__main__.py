"""Millions of random events with faults, through call control as it runs, on a made-up clock.

    python -m scripts.storm [--events 10000000] [--seed 7] [--processes 2] [--kill-one-in 6000] [--json]

Callers, agents and supervisors do what they do and what makes no sense; lines fail, events are lost,
clocks are set, the process is killed while its journal is being written. All the time it is checked that
nobody is on two calls, no caller is lost, nobody is passed over without a reason, nothing is stuck, and
nothing that was safe on disk is forgotten. Exits with 1, and says how to repeat it, when something does not
hold. ``--kill-one-in 60`` kills the process after about so many acts: a thousand times in two minutes.
"""

import argparse
import json
import logging
import multiprocessing
import sys
import tempfile
import time
import traceback
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

from scripts.storm.checks import look_at_all, look_at_records, look_quickly
from scripts.storm.machine import Machine
from scripts.storm.people import People

__all__ = ["Storm", "main"]

ALL_EVERY = 40
RECORDS_EVERY = 800
KILL_ONE_IN = 6000
PROGRESS_EVERY = 20_000


class Storm:
    """One seed's storm."""

    def __init__(self, folder: Path, seed: int, *, kill_one_in: int = KILL_ONE_IN) -> None:
        chance = Random(seed)
        self.machine = Machine(folder, chance)
        self.people = People(self.machine, chance, kills=kill_one_in)
        self.acts = 0

    def run_to(self, events: int) -> None:
        """Let things happen until there were so many events."""
        machine, people = self.machine, self.people
        while machine.events < events:
            people.act()
            self.acts += 1
            look_quickly(machine)
            if self.acts % ALL_EVERY == 0:
                look_at_all(machine)
                if self.acts % RECORDS_EVERY == 0:
                    look_at_records(machine)

    def figures(self) -> dict[str, Any]:
        """What there was."""
        machine, order = self.machine, self.machine.order
        return {
            "events": machine.events,
            "calls": machine.book.begun,
            "decisions": order.decisions,
            "decisions_by_shares": order.shared,
            "decisions_not_judged": order.not_judged,
            "kills": machine.kills,
            "facts_lost_unsafe": machine.lost_facts,
            **self.people.counts,
        }


def rage(
    folder: Path,
    seed: int,
    events: int,
    kill_one_in: int,
    reports: Any,  # noqa: ANN401 - a queue
) -> None:
    """One process's part; tells how far it is, and how it ended."""
    logging.disable(logging.WARNING)  # torn tails are what is wanted here
    storm = None
    try:
        storm = Storm(folder, seed, kill_one_in=kill_one_in)
        while storm.machine.events < events:
            storm.run_to(min(storm.machine.events + PROGRESS_EVERY, events))
            reports.put((seed, storm.figures(), ""))
    except Exception as error:
        at = 0 if storm is None else storm.machine.events
        told = "".join(traceback.format_exception(error, limit=-4))
        figures = {"events": at} if storm is None else storm.figures()
        reports.put((seed, figures, f"seed {seed}, event {at}:\n{told}"))


def _follow(
    processes: list[multiprocessing.Process],
    reports: Any,  # noqa: ANN401 - a queue
    events: int,
) -> tuple[dict[int, dict[str, Any]], list[str]]:
    figures: dict[int, dict[str, Any]] = {}
    faults: list[str] = []
    began = time.monotonic()
    while any(process.is_alive() for process in processes) or not reports.empty():
        try:
            seed, told, fault = reports.get(timeout=1.0)
        except Empty:
            continue
        figures[seed] = told
        if fault:
            faults.append(fault)
        done = sum(each["events"] for each in figures.values())
        rate = done / max(time.monotonic() - began, 1e-9)
        sys.stderr.write(
            f"\r{done:12,} of {events:,} events, {rate:,.0f} a second,"
            f" {sum(each.get('kills', 0) for each in figures.values())} kills "
        )
        sys.stderr.flush()
    sys.stderr.write("\n")
    return figures, faults


def main() -> int:
    """Parses the arguments and lets it rage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=2, help="with seeds one after the other")
    parser.add_argument("--kill-one-in", type=int, default=KILL_ONE_IN, help="acts")
    parser.add_argument("--folder", type=Path, help="for the journals; default: in memory")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    arguments = parser.parse_args()
    memory = Path("/dev/shm")
    parent = arguments.folder or (memory if memory.is_dir() else None)
    share = -(-arguments.events // arguments.processes)
    seeds = range(arguments.seed, arguments.seed + arguments.processes)
    print(
        f"seeds {seeds[0]} to {seeds[-1]}, {share:,} events each",
        file=sys.stderr,
    )
    reports: Any = multiprocessing.Queue()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="switchroom-storm-", dir=parent) as folder:
        processes = [
            multiprocessing.Process(
                target=rage,
                args=(Path(folder) / str(seed), seed, share, arguments.kill_one_in, reports),
            )
            for seed in seeds
        ]
        for process in processes:
            process.start()
        figures, faults = _follow(processes, reports, share * arguments.processes)
        for process in processes:
            process.join()
    seconds = time.monotonic() - began
    total = {
        name: sum(each.get(name, 0) for each in figures.values())
        for name in max(figures.values(), key=len)
    }
    total |= {"seconds": round(seconds, 1), "events_per_second": round(total["events"] / seconds)}
    if arguments.json:
        print(json.dumps({"seed": arguments.seed, **total, "faults": faults}))
    else:
        for name, value in total.items():
            print(f"{name.replace('_', ' '):24} {value:>14,}")
    for fault in faults:
        seed = fault.partition(",")[0].removeprefix("seed ")
        print(f"Not as it should be: {fault}", file=sys.stderr)
        print(
            f"Again: make storm ARGS='--seed {seed} --processes 1 --events {share}"
            f" --kill-one-in {arguments.kill_one_in}'",
            file=sys.stderr,
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
