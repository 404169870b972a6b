"""Prints how long it takes from an agent's becoming free to the ring at the handset, with 240 calls up.

    python -m scripts.bench_free_to_ring [--seconds 120] [--calls 240] [--agents 200] [--json]

The appliance runs as its own processes, with journal and recordings on disk. All its B-channels carry calls:
those who are not talked to wait in a queue. Agents' handsets are ports of a virtual card, of which this
process holds the other end; it lifts them, puts them down, and notes when the ringing voltage comes on. An
agent becomes free at the end of the wrap-up, a moment that the journal tells; the clock is the machine's
monotonic one for both. What is measured has the cable in it, and the waking up of this process. Exits with 1
when the 99th percentile is not below the limit.
"""

import argparse
import heapq
import json
import os
import random
import selectors
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import acd
from acd.routing import Trigger
from drivers import RingBurstStarted, SetHook, SocketCableEnd
from drivers.pri.messages import CallReleased, NumberType, Party, PlaceCall, Presentation
from firmware_host.callserver.journal import Journal
from firmware_host.journal_format import read_segment, segments
from firmware_host.worker import InlineWorker
from scripts.pri_load.appliance import NUMBER, LoadedAppliance, LoadError, configuration
from scripts.pri_load.far_end import FarEnd

LIMIT_S = 0.020
WRAP_UP_S = 2.0
TALK_S = (4.0, 40.0)
LIFT_S = (0.3, 1.5)
WARM_UP_S = 5.0
_FREE = Trigger.AGENT_FREE.value


def office(calls: int, agents: int) -> str:
    """An appliance.toml: B-channels for the calls, a handset for each agent, one queue."""
    text = configuration((calls + 29) // 30, record=True)
    flow = text.index("[flow.main]")
    before = text[: text.index("[station.desk-1]")]
    after = text[text.index("[trunk_group.carrier]") : flow]
    people = "".join(
        f'\n[station.desk-{n}]\ncard = "desks"\nport = {n}\n'
        f'\n[agent.{1000 + n}]\nname = "Agent {n}"\npin = "4711"\n'
        for n in range(agents)
    )
    listed = ", ".join(f'"{1000 + n}"' for n in range(agents))
    queue = f"""
[queue.all]
agents = [{listed}]
wrap_up_s = {WRAP_UP_S}
announce_first_s = 20
longest_wait_s = 7200

[flow.main]
start = "all"

[flow.main.node.all]
kind = "queue"
queue = "all"
timed_out = "end"

[flow.main.node.end]
kind = "hang_up"
"""
    return before + people + "\n" + after + queue


def log_in(folder: Path, agents: int) -> None:
    """A journal in which everybody has logged in."""
    journal = Journal(folder, boot="before", worker=InlineWorker())
    now, utc_s = time.monotonic(), time.time()
    for n in range(agents):
        journal.append(acd.AgentLoggedIn(agent=f"{1000 + n}", station=f"desk-{n}"), now, utc_s)
    journal.flush()
    journal.close()


@dataclass
class Office:
    """Callers who call again at once, and agents who lift and put down; one thread."""

    far_end: FarEnd
    handsets: SocketCableEnd
    chance: random.Random
    rang_at: list[tuple[float, int]] = field(default_factory=list)
    plans: list[tuple[float, int, bool]] = field(default_factory=list)
    "When, which handset, lifted or not."
    busy: set[int] = field(default_factory=set)
    calls: int = 0
    up: int = 0
    most_up: int = 0
    refused: int = 0

    def run(self, seconds: float, calls: int) -> None:
        """Keep so many calls up."""
        with selectors.DefaultSelector() as selector:
            for span in self.far_end.spans:
                selector.register(span.link, selectors.EVENT_READ, span)
            for descriptor in self.handsets.signalling_descriptors:
                selector.register(descriptor, selectors.EVENT_READ, None)
            until = time.monotonic() + seconds
            while (now := time.monotonic()) < until:
                while self.up < calls and self._call():
                    pass
                while self.plans and self.plans[0][0] <= now:
                    _, port, lifted = heapq.heappop(self.plans)
                    self._hook(port, now, lifted=lifted)
                due = min(until, self.plans[0][0]) if self.plans else until
                for key, _ in selector.select(max(0.0, min(due - now, 0.25))):
                    if key.data is None:
                        self._rings()
                    else:
                        self._reports(key.data)

    def _rings(self) -> None:
        now = time.monotonic()
        for port, event in self.handsets.poll():
            if isinstance(event, RingBurstStarted) and port not in self.busy:
                self.busy.add(port)
                self.rang_at.append((now, port))
                heapq.heappush(self.plans, (now + self.chance.uniform(*LIFT_S), port, True))

    def _hook(self, port: int, now: float, *, lifted: bool) -> None:
        self.handsets.perform(port, SetHook(off_hook=lifted))
        if lifted:
            heapq.heappush(self.plans, (now + self.chance.uniform(*TALK_S), port, False))
        else:
            self.busy.discard(port)

    def _call(self) -> bool:
        for span in self.far_end.spans:
            channel = span.take()
            if channel is not None:
                break
        else:
            return False
        self.calls += 1
        self.up += 1
        self.most_up = max(self.most_up, self.up)
        caller = Party(
            number=f"40212{self.calls:06}",
            type=NumberType.NATIONAL,
            presentation=Presentation.ALLOWED,
            name="",
        )
        span.link.send(
            PlaceCall(
                call=2 * self.calls,
                channel=channel,
                called=NUMBER,
                called_type=NumberType.SUBSCRIBER,
                calling=caller,
            )
        )
        return True

    def _reports(self, span) -> None:  # noqa: ANN001 - a FarSpan
        for report in span.receive():
            if isinstance(report, CallReleased):
                self.up -= 1
                self.refused += report.cause != 16


def latencies(folder: Path, rang_at: list[tuple[float, int]], after: float) -> list[float]:
    """Seconds from each wrap-up's end to the ring that it led to."""
    rings: dict[str, list[float]] = {}
    for at, port in rang_at:
        rings.setdefault(f"desk-{port}", []).append(at)
    free_at: dict[str, float] = {}
    found = []
    for segment in segments(folder):
        for entry, _ in read_segment(segment, []):
            data = entry.data
            if entry.kind == "WrapUpStarted":
                free_at[data["agent"]] = entry.monotonic_s + WRAP_UP_S
            elif entry.kind == "OfferMade" and data["why"]["trigger"] == _FREE:
                due = free_at.pop(data["agent"], None)
                later = [at for at in rings.get(data["station"], []) if due and at >= due]
                if due is not None and due >= after and later:
                    found.append(later[0] - due)
    return found


def main() -> int:
    """Parses the arguments and runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--calls", type=int, default=240)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="switchroom-ring-") as name:
        folder = Path(name)
        try:
            result = measure(folder, arguments)
        except LoadError as error:
            print(f"The load ended: {error}", file=sys.stderr)
            return 1
    if arguments.json:
        print(json.dumps(result))
    else:
        for what, value in result.items():
            print(f"{what:40} {value}")
    return 0 if result["p99, ms"] < 1000 * LIMIT_S else 1


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, float | int]:
    """Run the load; the figures."""
    with LoadedAppliance(folder, office(arguments.calls, arguments.agents)) as appliance:
        log_in(appliance.state / "journal", arguments.agents)
        with FarEnd(appliance) as far_end:
            appliance.start()
            far_end.bring_up()
            people = Office(far_end, far_end.cable("desks"), random.Random(arguments.seed))
            for port in range(arguments.agents):
                people.handsets.perform(port, SetHook(off_hook=False))
            people.run(WARM_UP_S + TALK_S[0], arguments.calls)
            began = time.monotonic()
            people.run(arguments.seconds, arguments.calls)
            lasted_s = time.monotonic() - began
            up = len(appliance.ask("calls"))
            media = appliance.ask("media")
            warnings = appliance.warnings()
        found = latencies(appliance.state / "journal", people.rang_at, began)
    for line in warnings[:10]:
        print(f"  log: {line}", file=sys.stderr)
    if len(found) < 100:
        raise LoadError(f"only {len(found)} agents became free while callers waited")
    cuts = statistics.quantiles(found, n=1000)
    return {
        "processors": os.cpu_count() or 0,
        "calls up at the end": up,
        "agents": arguments.agents,
        "calls a second": round(people.calls / (lasted_s + WARM_UP_S + TALK_S[0]), 2),
        "rings after a wrap-up": len(found),
        "p50, ms": round(1000 * cuts[499], 2),
        "p90, ms": round(1000 * cuts[899], 2),
        "p99, ms": round(1000 * cuts[989], 2),
        "max, ms": round(1000 * max(found), 2),
        "calls refused": people.refused,
        "blocks lost": media["lost_blocks"],
    }


if __name__ == "__main__":
    sys.exit(main())
