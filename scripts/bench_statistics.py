"""How fast statistics are: a busy center's month, projected and asked for.

    python -m scripts.bench_statistics [--days 30] [--calls 5000] [--journal FOLDER] [--json]

The month is simulated by the call server's own call control, a minute or two (``--journal`` keeps it, or
takes one that is there). It is then projected as OAM does, in a process of its own, and asked for by
`switchroom stats` from an OAM process. Exits with 1 when a goal is missed: a month within 5 s, a day within
1 s, 100 calls a second projected, memory that does not grow with the journal.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

import acd
from firmware_host.config import parse_appliance
from firmware_host.control_socket import ControlError, ask
from firmware_host.journal_format import Entry, encode_line, segments
from firmware_host.oam import Projector, open_database
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import ModelledPeople, make_case, run_trial

ZONE = ZoneInfo("Europe/Bucharest")
FIRST = datetime(2026, 10, 1, tzinfo=ZONE)
CALL_DIGITS = 8
MONTH_S, DAY_S, CALLS_PER_S, GROWTH_MB = 5.0, 1.0, 100.0, 20.0
AT_ONCE = 2000
LINES, AGENTS = 120, 50


def site() -> str:
    """A center of two queues that share some agents, and of call-backs for who does not want to wait."""
    numbers = [str(1000 + index) for index in range(AGENTS)]
    parts = ['[site]\nname = "Busy"\ncountry = "us"\ntime_zone = "Europe/Bucharest"']
    parts.append('[card.virtual]\nkind = "virtual"')
    parts += [
        f'[trunk.line-{n}]\ncard = "virtual"\nport = {n}\ncalled = "5550100"\nflow = "main"'
        for n in range(LINES)
    ]
    parts += [f'[station.desk-{n}]\ncard = "virtual"\nport = {LINES + n}' for n in range(AGENTS)]
    parts += [f'[agent.{number}]\nname = "Agent {number}"\npin = "4711"' for number in numbers]
    for name, members in (("sales", numbers[:30]), ("support", numbers[20:])):
        parts.append(f"[queue.{name}]\nagents = {json.dumps(members)}\nwrap_up_s = 20")
    parts.append(
        """
[flow.main]
start = "menu"
[flow.main.node.menu]
kind = "menu"
prompts = ["hello"]
invalid = ["hello"]
exhausted = "bye"
keys = { "1" = "sales", "2" = "both" }
[flow.main.node.sales]
kind = "queue"
queue = "sales"
timed_out = "bye"
[flow.main.node.both]
kind = "queue"
queue = "support"
also = ["sales"]
timed_out = "bye"
[flow.main.node.bye]
kind = "hang_up"
[prompt.hello]
en = "Hello."
"""
    )
    return "\n".join(parts)


def traffic(calls: int) -> str:
    """Ten hours of them."""
    numbers = [str(1000 + index) for index in range(AGENTS)]
    return f"""
[day]
date = 2026-10-01
from = "08:00"
to = "18:00"
[prompts]
each_s = 3
[calls.main]
called = "5550100"
per_hour = {calls / 10}
keys = {{ "1" = 55, "2" = 40, "none" = 5 }}
[queue.sales]
talk = {{ mean_s = 190, shape = "lognormal", deviation_s = 150 }}
patience_s = 120
[queue.support]
talk = {{ mean_s = 240, shape = "lognormal", deviation_s = 200 }}
patience_s = 150
after_call = {{ mean_s = 15 }}
[agents]
answer = {{ mean_s = 4, shape = "lognormal", deviation_s = 2 }}
missed = 0.02
[shift.day]
agents = {json.dumps(numbers)}
from = "08:00"
to = "18:00"
pauses = [
    {{ at = "10:00", minutes = 15, reason = "break" }},
    {{ at = "12:30", minutes = 30, reason = "break" }},
    {{ at = "15:00", minutes = 20, reason = "meeting" }},
]
"""


def simulate_day(calls: int, day: int, folder: Path) -> tuple[int, int]:
    """Write a segment whose sequence numbers are right but for their beginning; facts and calls."""
    appliance = parse_appliance(site())
    people = ModelledPeople(parse_traffic(traffic(calls), appliance))
    case = make_case(appliance, people, set_length(3.0))
    trial = run_trial(case, day, threshold_s=20.0, formula=LevelFormula.OFFERED)
    midnight_s = (FIRST + timedelta(days=day)).timestamp()
    first: list[tuple[float, acd.Fact]] = [(trial.facts[0][0], acd.SystemStarted(version="1"))]
    with (folder / f"day-{day:03}").open("wb") as file:
        for at_s, fact in first + list(trial.facts):
            data = msgspec.to_builtins(fact)
            for name in ("call", "call_back"):
                if data.get(name):  # every day's simulation counts from 1
                    data[name] = f"{int(data[name]) + (day + 1) * 100_000:0{CALL_DIGITS}}"
            line = {"at": at_s, "utc": midnight_s + at_s, "kind": type(fact).__name__, "data": data}
            file.write(msgspec.json.encode(line) + b"\n")
    return len(trial.facts) + 1, len(trial.account.arrivals)


def make_journal(folder: Path, days: int, calls: int) -> None:
    """A segment for each day."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            jobs = [pool.submit(simulate_day, calls, day, Path(place)) for day in range(days)]
            for job in jobs:
                job.result()
        sequence = 0
        for day in range(days):
            lines = []
            first = sequence + 1
            for text in (Path(place) / f"day-{day:03}").read_bytes().splitlines():
                sequence += 1
                told = msgspec.json.decode(text)
                lines.append(
                    encode_line(
                        Entry(
                            sequence=sequence,
                            boot=f"day-{day}",
                            monotonic_s=told["at"],
                            utc_s=told["utc"],
                            tenant="main",
                            kind=told["kind"],
                            data=told["data"],
                        )
                    )
                )
            (folder / f"{first:020}.jsonl").write_bytes(b"".join(lines))


def resident_mb() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def project(state: Path) -> dict[str, Any]:
    """Project as OAM does; memory is looked at after each tenth of the journal."""
    engine = open_database(f"sqlite:///{state / 'records.sqlite'}")
    begun_s, processor_s = time.perf_counter(), time.process_time()
    projector = Projector(engine, state / "journal")
    facts, memory = 0, []
    while True:
        count = projector.catch_up(AT_ONCE)
        facts += count
        memory.append(resident_mb())
        if count < AT_ONCE:
            break
    engine.dispose()
    took_s = time.perf_counter() - begun_s
    steps = len(memory)
    return {
        "facts": facts,
        "took_s": took_s,
        "processor_s": time.process_time() - processor_s,
        "memory_mb": [round(memory[index * (steps - 1) // 10], 1) for index in range(11)],
        "most_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def calls_in(folder: Path) -> int:
    """That came in."""
    return sum(file.read_bytes().count(b'"fact":"CallOfferedToUs"') for file in segments(folder))


def ask_all(state: Path, days: int) -> dict[str, float]:
    """Each question, by the command, from an OAM process; seconds."""
    configuration = state.parent / "appliance.toml"
    configuration.write_text(site())
    program = Path(sys.executable).with_name("switchroom")
    command = [str(program), "--config", str(configuration)]
    oam = subprocess.Popen([*command, "oam"], stderr=subprocess.PIPE, text=True)
    try:
        limit_s = time.monotonic() + 30
        while True:
            try:
                ask(state / "oam.sock", "position")
                break
            except ControlError:
                if time.monotonic() > limit_s:
                    raise
                time.sleep(0.1)
        last = f"{FIRST + timedelta(days=days - 1):%Y-%m-%d}"
        middle = f"{FIRST + timedelta(days=days // 2):%Y-%m-%d}"
        month = ["--from", f"{FIRST:%Y-%m-%d}", "--to", last]
        questions = {
            "month": month,
            "month queues": ["queues", *month],
            "month agents": ["agents", *month],
            "month trunks": ["trunks", *month],
            "month by day": ["intervals", *month, "--interval", "1d"],
            "month by half hour": ["intervals", *month, "--interval", "30m", "--queue", "sales"],
            "month of an agent": ["--agent", "1001", *month],
            "day": ["--day", middle],
            "day queues": ["queues", "--day", middle],
            "day agents": ["agents", "--day", middle],
            "day by half hour": ["intervals", "--day", middle],
        }
        took = {}
        for name, question in questions.items():
            begun_s = time.perf_counter()
            subprocess.run([*command, "stats", *question], stdout=subprocess.DEVNULL, check=True)
            took[name] = time.perf_counter() - begun_s
        return took
    finally:
        oam.terminate()
        oam.wait(30)


def main() -> int:
    """Parses the arguments and runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--calls", type=int, default=5000, help="a day")
    parser.add_argument(
        "--journal", type=Path, help="keep it there; taken from there if it is there"
    )
    parser.add_argument("--json", action="store_true", help="figures as JSON instead of words")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        state = Path(place) / "var"
        state.mkdir()
        journal = arguments.journal or state / "journal"
        journal.mkdir(parents=True, exist_ok=True)
        if not segments(journal):
            make_journal(journal, arguments.days, arguments.calls)
        if journal != state / "journal":
            (state / "journal").symlink_to(journal.resolve())
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            projected = pool.submit(project, state).result()
        calls = calls_in(journal)
        result = {
            **projected,
            "calls": calls,
            "calls_per_s": calls / projected["took_s"],
            "facts_per_s": projected["facts"] / projected["took_s"],
            "database_mb": (state / "records.sqlite").stat().st_size / 1e6,
            "asked_s": ask_all(state, len(segments(journal))),
        }
    missed = [name for name, took_s in result["asked_s"].items() if took_s > limit_of(name)]
    if result["calls_per_s"] < CALLS_PER_S:
        missed.append("calls a second")
    if result["memory_mb"][-1] - result["memory_mb"][1] > GROWTH_MB:
        missed.append("flat memory")
    if arguments.json:
        print(json.dumps({**result, "missed": missed}, indent=1))
    else:
        print(f"{calls} calls, {result['facts']} facts, {result['database_mb']:.0f} MB of records")
        print(
            f"projected in {result['took_s']:.1f} s: {result['calls_per_s']:.0f} calls a second,"
            f" {result['facts_per_s']:.0f} facts a second"
        )
        print("memory, MB:", *result["memory_mb"])
        for name, took_s in result["asked_s"].items():
            print(f"{name:20} {took_s:6.2f} s")
        for name in missed:
            print(f"too slow: {name}")
    return 1 if missed else 0


def limit_of(question: str) -> float:
    """Seconds."""
    return MONTH_S if question.startswith("month") else DAY_S


if __name__ == "__main__":
    sys.exit(main())
