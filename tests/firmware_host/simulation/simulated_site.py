"""A small call center to be simulated, as configuration text, and people who do what a test says."""

from dataclasses import dataclass, field, replace

from acd import AgentId, PortId
from firmware_host.config import center_settings, parse_appliance, site_numbers
from firmware_host.simulation.lines import Lines
from firmware_host.simulation.script import FOR_EVER, Duty, DutyKind, Keyed, Script

MIDNIGHT_UTC_S = 1_795_046_400.0  # a Thursday, 2026-11-19
NINE_S, FIVE_S = 9 * 3600.0, 17 * 3600.0

APPLIANCE = """
[site]
name = "Test"
country = "us"
time_zone = "UTC"

[card.virtual]
kind = "virtual"
{lines}

[agent.1001]
name = "Ana"
pin = "4711"
[agent.1002]
name = "Ben"
pin = "4712"
[agent.1003]
name = "Cara"
pin = "4713"

[queue.sales]
agents = ["1001", "1002"]
ring_timeout_s = 15
wrap_up_s = 10
longest_wait_s = 600
[queue.support]
agents = ["1002", "1003"]
wrap_up_s = 20

[flow.main]
start = "menu"
[flow.main.node.menu]
kind = "menu"
prompts = ["hello"]
invalid = ["hello"]
exhausted = "bye"
keys = {{ "1" = "sales", "2" = "support", "3" = "more" }}
[flow.main.node.more]
kind = "menu"
prompts = ["hello"]
invalid = ["hello"]
exhausted = "bye"
keys = {{ "1" = "sales" }}
[flow.main.node.sales]
kind = "queue"
queue = "sales"
timed_out = "bye"
[flow.main.node.support]
kind = "queue"
queue = "support"
timed_out = "bye"
[flow.main.node.bye]
kind = "hang_up"

[prompt.hello]
en = "Hello."
"""

TRAFFIC = """
[day]
date = 2026-11-19
from = "09:00"
to = "12:00"
[prompts]
each_s = 2
[calls.main]
called = "5550100"
per_hour = 40
keys = { "1" = 60, "2" = 30, "31" = 5, "none" = 5 }
[queue.sales]
talk = { mean_s = 100 }
patience_s = 120
[queue.support]
talk = { mean_s = 150, shape = "lognormal", deviation_s = 100 }
patience_s = 200
after_call = { mean_s = 12 }
[agents]
answer = { mean_s = 4, shape = "lognormal", deviation_s = 3 }
missed = 0.05
[shift.day]
agents = ["1001", "1002", "1003"]
from = "09:00"
to = "12:00"
pauses = [{ at = "10:00", minutes = 15, reason = "meeting" }]
"""


def appliance_text(trunks: int = 6, stations: int = 3) -> str:
    lines = "".join(
        f'[trunk.line-{n}]\ncard = "virtual"\nport = {n}\nflow = "main"\ncalled = "5550100"\n'
        for n in range(trunks)
    ) + "".join(
        f'[station.desk-{n}]\ncard = "virtual"\nport = {trunks + n}\n' for n in range(stations)
    )
    return APPLIANCE.format(lines=lines)


def appliance(trunks: int = 6, stations: int = 3):
    return parse_appliance(appliance_text(trunks, stations))


@dataclass
class Person:
    """A caller who does just what a test says."""

    at_s: float
    presses: str = "1"
    waits_s: float = FOR_EVER
    talks_s: float = 60.0
    answers: tuple[float | None, ...] = (3.0,)
    after_s: float | None = None
    leaves_s: float | None = None
    agent_hangs_up: bool = False
    ports: tuple[PortId, ...] = tuple(PortId(f"line-{n}") for n in range(6))
    called: str = ""
    number: str = "0721000001"
    wrong: str = field(default="")
    keys_in: str = ""
    leaves_by: tuple[Keyed, ...] = ()
    takes: bool = False
    reached: tuple[float | None, ...] = (5.0,)

    def keys(self, menu):
        if menu == 0 and self.wrong:
            return [Keyed(1.0, self.wrong), Keyed(4.0, self.presses[0])]
        return [Keyed(1.0, self.presses[menu])] if menu < len(self.presses) else []

    def digits(self, _flow, _node):
        return [Keyed(2.0 + index / 2, key) for index, key in enumerate(self.keys_in)]

    def exits(self, _queue):
        return self.leaves_by

    def takes_call_back(self):
        return [Keyed(1.0, "1")] if self.takes else []

    def answers_call_back_s(self, attempt):
        return self.reached[min(attempt, len(self.reached) - 1)]

    def leaves_flow_s(self):
        return self.leaves_s

    def patience_s(self, _queue):
        return self.waits_s

    def talk_s(self, _queue):
        return self.talks_s

    def after_call_s(self, _queue):
        return self.after_s

    def answer_s(self, offer):
        return self.answers[min(offer, len(self.answers) - 1)]


def come(agent="1001", at_s=NINE_S, station=None):
    return Duty(
        agent=AgentId(agent),
        at_s=at_s,
        kind=DutyKind.COME,
        station=None if station is None else PortId(station),
    )


def go(agent="1001", at_s=FIVE_S):
    return Duty(agent=AgentId(agent), at_s=at_s, kind=DutyKind.GO)


def pause(agent="1001", at_s=10 * 3600.0, length_s=600.0, reason="break"):
    return Duty(
        agent=AgentId(agent), at_s=at_s, kind=DutyKind.PAUSE, reason=reason, length_s=length_s
    )


def play(callers, duties, *, site=None, change=None, numbers=False, **others):
    """Run a day; returns the lines, whose facts tell what happened."""
    site = site or appliance()
    settings = center_settings(site)
    if change:
        settings = replace(settings, **change)
    script = Script(
        begin_s=NINE_S,
        end_s=FIVE_S,
        midnight_utc_s=MIDNIGHT_UTC_S,
        callers=callers,
        duties=sorted(duties, key=lambda duty: duty.at_s),
        **others,
    )
    reader = site_numbers(site) if numbers else None
    lines = Lines(settings, reader, script, lambda prompts, _: 2.0 * len(prompts))
    lines.run()
    return lines


def times(lines, kind):
    return [round(at_s, 3) for at_s, fact in lines.facts if isinstance(fact, kind)]


def facts(lines, kind):
    return [fact for _, fact in lines.facts if isinstance(fact, kind)]
