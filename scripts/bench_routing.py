"""How many routing decisions a second: a fixed, seeded call center, from small to large.

One decision is one arrival or one release, fully processed: the contact takes its places, or the agent
gets the next contact; the decision with all that it looked at goes as a JSON line into a file. The clock
jumps with the traffic, so requirements relax and slopes overtake each other on the way.

    python scripts/bench_routing.py [--agents 10000] [--decisions 200000] [--json]
"""

import argparse
import gc
import json
import random
import tempfile
import time
from pathlib import Path

import msgspec

from acd.ids import AgentId, CallId, QueueName
from acd.routing import (
    Decision,
    Discipline,
    Entry,
    Relaxation,
    Router,
    SkillRequirement,
    Stage,
    stages_of,
)

SLOPES = (0.5, 1.0, 2.0, 4.0)
PRIORITIES = (0.0, 0.0, 0.0, 60.0, 300.0)
SERVED_IN_S = 180.0
"Mean handling time: with so many agents, so many decisions a second of the made-up clock."
DISCIPLINES = (
    Discipline.LONGEST_IDLE,
    Discipline.LEAST_OCCUPIED,
    Discipline.FEWEST_CALLS,
    Discipline.ROUND_ROBIN,
    Discipline.BEST_SKILLED,
)
RELAXING = stages_of(
    [
        SkillRequirement(
            skill="language",
            level=4,
            relaxes=(Relaxation(after_s=30.0, level=2), Relaxation(after_s=90.0, level=0)),
        )
    ]
)
STRICT = stages_of([SkillRequirement(skill="language", level=2)])
ANYONE = stages_of([])


class Record:
    """An agent's standing."""

    def __init__(self) -> None:
        self.idle_rank = 0
        self.logged_in_at = -3600.0
        self.busy_s = 0.0
        self.turns: dict[str, float] = {}
        self.offered_last: dict[str, int] = {}
        self.taken: dict[str, int] = {}


class Load:
    """A made-up call center at a fixed number of waiting contacts."""

    def __init__(self, agents: int, queues: int, skills: int, waiting: int, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.names = [QueueName(f"q{n}") for n in range(queues)]
        self.router = Router()
        for index, name in enumerate(self.names):
            self.router.set_queue(name, DISCIPLINES[index % len(DISCIPLINES)])
        self.records: dict[AgentId, Record] = {}
        for number in range(agents):
            agent = AgentId(str(number))
            serves = dict.fromkeys(draw.sample(self.names, min(skills, queues)), number)
            levels = {"language": draw.randint(1, 5)}
            self.router.set_agent(agent, levels, serves)
            self.records[agent] = Record()
        self.now = 0.0
        self.arrivals = 0
        self.serial = 0
        self.step_s = SERVED_IN_S / agents / 2
        self.busy = list(self.records)
        for _ in range(waiting):
            self.arrive(self.caller())
            self.router.decide(self.now)
            self.now += 120.0 / waiting

    def caller(self) -> list[tuple[QueueName, float, float, tuple[Stage, ...]]]:
        """Somebody: queues, priority, slope and what is asked for."""
        draw = self.draw
        count = 1 if draw.random() >= 0.1 else draw.randint(2, 3)
        kind = draw.random()
        stages = RELAXING if kind < 0.3 else STRICT if kind < 0.4 else ANYONE
        slope, priority = draw.choice(SLOPES), draw.choice(PRIORITIES)
        queues = draw.sample(self.names, min(count, len(self.names)))
        return [(queue, priority, slope, stages) for queue in queues]

    def arrive(self, places: list[tuple[QueueName, float, float, tuple[Stage, ...]]]) -> None:
        """One contact comes."""
        self.arrivals += 1
        entered = self.now
        entries = [
            Entry(
                queue=queue,
                at_zero=priority - slope * entered,
                slope=slope,
                entered=entered,
                arrival=self.arrivals,
                stages=stages,
            )
            for queue, priority, slope, stages in places
        ]
        self.router.enter(CallId(f"{self.arrivals:08}"), entries, entered)

    def take(self, decision: Decision) -> None:
        """The agent answers at once: the contact waits no longer."""
        agent = decision.agents[0]
        record = self.records[agent]
        self.serial += 1
        record.offered_last[decision.queue] = self.serial
        record.turns[decision.queue] = record.turns.get(decision.queue, 0.0) + 1.0
        record.busy_s += SERVED_IN_S
        self.router.leave(decision.contact, self.now)
        self.busy.append(agent)


def measure(agents: int, queues: int, skills: int, waiting: int, decisions: int) -> dict:
    """Arrivals and releases in turn, so that as many wait as at the beginning."""
    load = Load(agents, queues, skills, waiting, seed=7)
    draw, router = load.draw, load.router
    encode = msgspec.json.Encoder().encode
    gc.collect()
    gc.freeze()
    taken_ns: list[int] = []
    worked_ns = matched = 0
    clock, processor = time.perf_counter_ns, time.thread_time_ns
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        began = clock()
        for turn in range(decisions):
            load.now += load.step_s
            if turn % 2:
                at = draw.randrange(len(load.busy))
                load.busy[at], load.busy[-1] = load.busy[-1], load.busy[at]
                agent = load.busy.pop()
                start, works = clock(), processor()
                record = load.records[agent]
                load.serial += 1
                record.idle_rank = load.serial
                router.make_ready(agent, record)
            else:
                entries = load.caller()
                start, works = clock(), processor()
                load.arrive(entries)
            for decision in router.decide(load.now):
                matched += 1
                log.write(encode(decision))
                load.take(decision)
            taken_ns.append(clock() - start)
            worked_ns += processor() - works
        whole_s = (clock() - began) / 1e9
    gc.unfreeze()
    taken_ns.sort()
    return {
        "agents": agents,
        "queues": queues,
        "skills": skills,
        "waiting": waiting,
        "decisions_per_s": round(decisions / (sum(taken_ns) / 1e9)),
        "decisions_per_processor_s": round(decisions / (worked_ns / 1e9)),
        "with_the_load_generator_per_s": round(decisions / whole_s),
        "p50_us": round(taken_ns[len(taken_ns) // 2] / 1e3, 1),
        "p99_us": round(taken_ns[len(taken_ns) * 99 // 100] / 1e3, 1),
        "max_us": round(taken_ns[-1] / 1e3, 1),
        "matched": matched,
    }


def main() -> None:
    """Measure the sizes, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=0, help="only this size")
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes = [100, 300, 1_000, 3_000, 10_000]
    if options.agents:
        sizes = [options.agents]
    rows = []
    if not options.json:
        print("                                decisions a second of")
        print("  agents queues skills waiting       time  processor   p50 us   p99 us   max us")
    for agents in sizes:
        queues, waiting = max(agents // 10, 1), agents * 10
        row = measure(agents, queues, min(20, queues), waiting, options.decisions)
        rows.append(row)
        if not options.json:
            print(
                f"{agents:8} {queues:6} {row['skills']:6} {waiting:7} {row['decisions_per_s']:10,}"
                f" {row['decisions_per_processor_s']:10,} {row['p50_us']:8} {row['p99_us']:8}"
                f" {row['max_us']:8}",
                flush=True,
            )
    if options.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
