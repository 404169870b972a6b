"""Journals to count, and both programs that count them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from naive_statistics import naive_statistics

import acd
from firmware_host.config import parse_appliance
from firmware_host.journal_format import Entry, encode_line
from firmware_host.oam import Projector, answer_question, open_database
from firmware_host.simulation.figures import LevelFormula
from firmware_host.simulation.kept_journal import keep_journal
from firmware_host.simulation.prompt_lengths import set_length
from firmware_host.simulation.traffic_file import parse_traffic
from firmware_host.simulation.trials import ModelledPeople, make_case, run_trial

ZONE = "Europe/Bucharest"
NINE = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo(ZONE)).timestamp()
GROUPS = {"line-1": "town", "line-2": "town"}

SITE = """
[site]
name = "Test"
country = "us"
time_zone = "Europe/Bucharest"
[card.virtual]
kind = "virtual"
{lines}
{agents}
[queue.sales]
agents = ["1001", "1002", "1003"]
ring_timeout_s = {ring_s}
wrap_up_s = 10
longest_wait_s = 60
most_waiting = {most_waiting}
overflow = [{{ waited_s = {overflow_s}, to = "reserve", priority = 5 }}]
[queue.support]
agents = ["1002", "1003"]
discipline = "ring_all"
wrap_up_s = 25
longest_wait_s = 90
stay_needs = "unpaused"
[queue.reserve]
agents = ["1004"]
wrap_up_s = 5
[flow.main]
start = "menu"
[flow.main.node.menu]
kind = "menu"
prompts = ["hello"]
invalid = ["hello"]
exhausted = "bye"
keys = {{ "1" = "sales", "2" = "both" }}
[flow.main.node.sales]
kind = "queue"
queue = "sales"
timed_out = "second"
full = "bye"
[flow.main.node.second]
kind = "queue"
queue = "support"
keeps_wait = true
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

TRAFFIC = """
[day]
date = 2026-11-18
from = "09:00"
to = "10:20"
[prompts]
each_s = 2
[calls.main]
called = "5550100"
per_hour = {per_hour}
keys = {{ "1" = 60, "2" = 35, "none" = 5 }}
[queue.sales]
talk = {{ mean_s = 100 }}
patience_s = {patience_s}
[queue.support]
talk = {{ mean_s = 140, shape = "lognormal", deviation_s = 100 }}
patience_s = 150
after_call = {{ mean_s = 12 }}
[queue.reserve]
talk = {{ mean_s = 60 }}
patience_s = 100
[agents]
answer = {{ mean_s = 5, shape = "lognormal", deviation_s = 4 }}
missed = {missed}
[shift.early]
agents = ["1001", "1002"]
from = "09:00"
to = "10:20"
pauses = [
    {{ at = "09:40", minutes = 17, reason = "break" }},
    {{ at = "10:05", minutes = 8, reason = "meeting" }},
]
[shift.late]
agents = ["1003", "1004"]
from = "09:25"
to = "10:20"
"""


def simulated_journal(folder, seed, *, missed=0.1, per_hour=120, patience_s=80, overflow_s=30):
    """A morning of the simulator's; the names of what it may vary say what they do."""
    ports = [f"line-{number}" for number in range(1, 13)]
    desks = [f"desk-{number}" for number in range(1, 5)]
    lines = "\n".join(
        [
            *(
                f'[trunk.{name}]\ncard = "virtual"\nport = {index}\ncalled = "5550100"\nflow = "main"'
                for index, name in enumerate(ports)
            ),
            *(
                f'[station.{name}]\ncard = "virtual"\nport = {index}'
                for index, name in enumerate(desks, start=len(ports))
            ),
        ]
    )
    agents = "\n".join(
        f'[agent.{1000 + n}]\nname = "Agent {n}"\npin = "471{n}"' for n in range(1, 5)
    )
    site = parse_appliance(
        SITE.format(
            lines=lines,
            agents=agents,
            ring_s=12 + seed % 7,
            most_waiting=2 + seed % 3,
            overflow_s=overflow_s,
        )
    )
    traffic = TRAFFIC.format(missed=missed, per_hour=per_hour, patience_s=patience_s)
    people = ModelledPeople(parse_traffic(traffic, site))
    trial = run_trial(
        make_case(site, people, set_length(2.0)),
        seed,
        threshold_s=20.0,
        formula=LevelFormula.OFFERED,
    )
    keep_journal(trial.facts, trial.script.midnight_utc_s, folder)
    return trial


class Script:
    """A journal by hand: facts at their seconds, on a clock that can be set, over restarts."""

    def __init__(self, begin=NINE):
        self.utc_s, self.monotonic_s, self.boot = begin, 0.0, "boot-1"
        self.entries = []

    def wait(self, seconds):
        """Time passes."""
        self.utc_s += seconds
        self.monotonic_s += seconds

    def set_clock(self, seconds):
        """Somebody sets it on, or back."""
        self.utc_s += seconds

    def tell(self, *facts):
        """Facts of one moment."""
        for fact in facts:
            self.entries.append(
                Entry(
                    sequence=len(self.entries) + 1,
                    boot=self.boot,
                    monotonic_s=self.monotonic_s,
                    utc_s=self.utc_s,
                    tenant="main",
                    kind=type(fact).__name__,
                    data=msgspec.to_builtins(fact),
                )
            )

    def restart(self, after_s):
        """The call server is gone for a time."""
        self.utc_s += after_s
        self.boot, self.monotonic_s = f"boot-{int(self.boot[5:]) + 1}", 5.0
        self.tell(acd.SystemStarted(version="1"))

    def keep(self, folder):
        """Write it."""
        folder.mkdir(exist_ok=True)
        data = b"".join(encode_line(entry) for entry in self.entries)
        (folder / f"{1:020}.jsonl").write_bytes(data)

    # Many facts in one word.

    def call(self, call, port="line-1", **about):
        """A call comes in."""
        self.tell(
            acd.CallOfferedToUs(call=call, port=port, called="5550100", carrier="", **about),
            acd.CallAnswered(call=call),
        )

    def queue(self, call, queue="sales", **about):
        """It waits."""
        self.tell(acd.CallerQueued(call=call, queue=queue, place=1, **about))

    def log_in(self, *agents):
        """They are ready."""
        self.tell(*(acd.AgentLoggedIn(agent=agent, station=f"desk-{agent}") for agent in agents))

    def ring(self, call, agent, queue="sales"):
        """A handset rings."""
        self.tell(acd.OfferMade(call=call, agent=agent, station=f"desk-{agent}", queue=queue))

    def answer(self, call, agent, queue="sales"):
        """It is lifted."""
        self.tell(
            acd.OfferAnswered(call=call, agent=agent),
            acd.CallConnected(call=call, agent=agent, queue=queue),
        )

    def tell_announcement(self, call, queue="sales", **told):
        """The caller is told a place, and what more ``told`` says; not every release's fact has that."""
        self.tell(acd.AnnouncementPlayed(call=call, queue=queue, place=1))
        self.entries[-1].data.update(told)

    def end(self, call, cause="caller hung up", stage="talking", agent=None):
        """The call is over."""
        self.tell(acd.CallEnded(call=call, cause=cause, stage=stage))
        if agent is not None:
            self.tell(acd.WrapUpStarted(agent=agent, call=call))

    def serve(self, call, agent, *, waits=4.0, rings=3.0, talks=60.0, wraps=10.0, queue="sales"):
        """All of it, one after another."""
        self.call(call)
        self.queue(call, queue)
        self.wait(waits)
        self.ring(call, agent, queue)
        self.wait(rings)
        self.answer(call, agent, queue)
        self.wait(talks)
        self.end(call, agent=agent)
        self.wait(wraps)
        self.tell(acd.AgentWrappedUp(agent=agent))


def question(begin=NINE - 1800, lasts_s=4 * 3600.0, **others):
    """What is asked of both."""
    return {
        "begin_utc_s": begin,
        "end_utc_s": begin + lasts_s,
        "zone": ZONE,
        "parts": ["queues", "agents", "trunks", "intervals"],
        "interval_s": 1800,
        "groups": GROUPS,
        **others,
    }


def counted(folder, database, asked):
    """The product's figures of a journal."""
    engine = open_database(f"sqlite:///{database}")
    try:
        Projector(engine, folder).catch_up()
        return answer_question(engine, asked)
    finally:
        engine.dispose()


def counted_naively(folder, asked):
    """The other program's."""
    return naive_statistics(
        folder,
        begin=asked["begin_utc_s"],
        end=asked["end_utc_s"],
        zone=asked["zone"],
        interval_s=asked["interval_s"],
        threshold=asked.get("threshold_s", 20.0),
        short=asked.get("short_s", 5.0),
        level=asked.get("level", "offered"),
        groups=asked["groups"],
    )


def assert_equal(found, wanted, path="figures"):
    """Whatever the other program has counted is the same here; times to a hundredth of a millisecond."""
    if isinstance(wanted, dict):
        if path != "figures":  # there the answer repeats the question, too
            assert set(found) == set(wanted), path
        for name in wanted:
            assert_equal(found[name], wanted[name], f"{path}.{name}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), path
        for index, each in enumerate(wanted):
            assert_equal(found[index], each, f"{path}[{index}]")
    elif isinstance(wanted, float) and found is not None:
        # A double holds UTC to a quarter of a microsecond; of a time of milliseconds a rate shows it.
        is_rate = path.endswith(("calls_per_hour", "occupancy"))
        assert found == pytest.approx(wanted, abs=1e-5, rel=1e-3 if is_rate else 1e-9), path
    else:
        assert found == wanted, path


def assert_counted_alike(folder, database, asked):
    """Both programs find the same; gives it."""
    found = counted(folder, database, asked)
    assert_equal(found, counted_naively(folder, asked))
    return found
