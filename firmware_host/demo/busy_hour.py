"""A busy hour on E1 spans: people call at random, press keys, wait, talk with agents; faster than real time.

Everything is on the wire: Q.931 between two libpri, speech and keys as sound, handsets that ring. Calls are
not recorded: an hour of them would be ten gigabytes.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

import acd
from drivers import CallerNumber
from dsp import TICK_S, Law, g711_decode
from firmware_host.callserver import compose_prompts
from firmware_host.config import parse_appliance
from firmware_host.lockstep import Lockstep
from firmware_host.prompts import SpeechMaker, default_cache
from firmware_host.town import (
    CallNumber,
    HangUp,
    Play,
    Press,
    Script,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForSpeech,
    agent_at_desk,
)

__all__ = ["BusyHour", "BusyHourOptions", "Facts", "run_busy_hour"]

_START = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Europe/Bucharest"))
NUMBER = "5550100"
_CALLERS_PER_SPAN_S = 0.13
_AGENTS_PER_SPAN = 18
_TALKS_S = (60.0, 180.0)
_PATIENCE_S = (40.0, 600.0)
_REST_S = 60.0
"""After the last arrival's minute is over, whoever is still there is let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyHourOptions:
    """How much of it."""

    output: Path
    spans: int = 4
    seconds: float = 3600.0
    seed: int = 1


@dataclass(slots=True)
class BusyHour:
    """What came of it."""

    simulated_s: float = 0.0
    took_s: float = 0.0
    offered: int = 0
    refused: int = 0
    "Found every channel busy at the exchange."
    ends: Counter[str] = field(default_factory=Counter)
    talked: int = 0
    most_at_once: int = 0
    mean_wait_s: float = 0.0
    mistakes: list[str] = field(default_factory=list)


def run_busy_hour(options: BusyHourOptions, say: Callable[[str], None]) -> BusyHour:
    """Run it, telling once a simulated minute how it goes."""
    appliance = parse_appliance(_configuration(options.spans), "the busy hour's configuration")
    law = Law(appliance.site.law)
    maker = SpeechMaker(law, default_cache())
    greeting = g711_decode(maker.make("How may I help you?", "en", voice="en-gb+f3"), law)
    question = g711_decode(maker.make("I have a question.", "en", voice="en-gb+m3"), law)
    lockstep = Lockstep(
        appliance,
        options.output,
        compose_prompts(appliance),
        start_utc_s=_START.timestamp(),
        boot=f"busy-hour-{options.seed}",
    )
    hour = BusyHour()
    facts = Facts(hour)
    lockstep.exchange.observers.append(facts.happened)
    chance = random.Random(options.seed)
    began = time.monotonic()
    try:
        lockstep.start()
        people = zip(appliance.station, appliance.agent.items(), strict=True)
        for desk, (number, agent) in people:
            habit = agent_at_desk(
                random.Random(chance.random()),
                f"*11{number}#{agent.pin}#",
                greeting,
                talks_s=_TALKS_S,
            )
            lockstep.town.staff(desk, habit, lockstep.now)
        lockstep.run_for(15.0)
        _callers(lockstep, options, chance, question, hour, facts, say)
        lockstep.run_for(_REST_S)
        for call in lockstep.exchange.center.calls(lockstep.now):
            lockstep.exchange.hang_up(call.call, lockstep.now)
        lockstep.run_for(5.0)
        hour.mistakes += _not_at_rest(lockstep)
        hour.simulated_s = lockstep.now
    finally:
        lockstep.shut_down()
    hour.took_s = time.monotonic() - began
    hour.mistakes += facts.mistakes()
    return hour


def _callers(
    lockstep: Lockstep,
    options: BusyHourOptions,
    chance: random.Random,
    question: NDArray[np.int16],
    hour: BusyHour,
    facts: "Facts",
    say: Callable[[str], None],
) -> None:
    rate = _CALLERS_PER_SPAN_S * options.spans
    end = lockstep.now + options.seconds
    next_call, next_word, count = lockstep.now + chance.expovariate(rate), lockstep.now + 60.0, 0
    while lockstep.now < end:
        lockstep.run_for(max(TICK_S, min(next_call, next_word, end) - lockstep.now))
        if lockstep.now >= next_word:
            next_word += 60.0
            up = len(lockstep.exchange.center.calls(lockstep.now))
            say(
                f"minute {round((lockstep.now - 15) / 60):3}: {hour.offered:5} calls, {up:3} up,"
                f" {facts.waiting:3} waiting, {hour.talked:5} served"
            )
        if lockstep.now >= next_call and lockstep.now < end:
            next_call += chance.expovariate(rate)
            count += 1
            caller = CallerNumber(number=f"40212{count:06}", name=f"CALLER {count}")
            script = _caller(random.Random(chance.random()), question, hour)
            lockstep.town.subscriber(f"caller {count}", caller, script, lockstep.now)


def _caller(chance: random.Random, question: NDArray[np.int16], hour: BusyHour) -> Script:
    if not (yield CallNumber(NUMBER)):
        hour.refused += 1
        return
    if (yield WaitForAnswer(30)):
        yield WaitForSpeech(15)
        yield Wait(chance.uniform(0.5, 6.0))
        yield Press(chance.choice("12"))
        yield Wait(chance.uniform(5.0, 12.0))
        yield Play(question)
        yield WaitForHangUp(chance.uniform(*_PATIENCE_S))
    yield HangUp()


class Facts:
    """Counts what the ACD says, and holds it against what must be so."""

    def __init__(self, hour: BusyHour) -> None:
        self._hour = hour
        self._up: dict[str, float] = {}
        self._queued: dict[str, float] = {}
        self._waits: list[float] = []
        self._mistakes: list[str] = []

    @property
    def waiting(self) -> int:
        """Callers in queues."""
        return len(self._queued)

    def happened(self, now: float, thing: acd.Event | acd.Action) -> None:
        """An event or action of the ACD."""
        if not isinstance(thing, acd.WriteFact):
            return
        match thing.fact:
            case acd.CallOfferedToUs(call=call, number=number, name=name):
                self._hour.offered += 1
                self._up[call] = now
                self._hour.most_at_once = max(self._hour.most_at_once, len(self._up))
                if not number or name != f"CALLER {int(number[5:])}":
                    self._mistakes.append(f"call {call} came from {number} ({name})")
            case acd.CallerQueued(call=call):
                self._queued.setdefault(call, now)
            case acd.CallConnected(call=call):
                self._hour.talked += 1
                self._waits.append(now - self._queued.pop(call, now))
                self._hour.mean_wait_s = sum(self._waits) / len(self._waits)
            case acd.CallEnded(call=call, cause=cause):
                self._queued.pop(call, None)
                self._hour.ends[cause] += 1
                if self._up.pop(call, None) is None:
                    self._mistakes.append(f"call {call} ended twice, or never began")
            case _:
                pass

    def mistakes(self) -> list[str]:
        """What must not be."""
        return [*self._mistakes, *(f"call {call} has no end" for call in self._up)]


def _not_at_rest(lockstep: Lockstep) -> list[str]:
    return [
        f"{port.port} is {port.line.state.value} after the last call"
        for port in lockstep.exchange.ports.all
        if port.role.value == "trunk" and port.line.state.value != "idle"
    ]


def _configuration(spans: int) -> str:
    agents = _AGENTS_PER_SPAN * spans
    numbers = [f"{1001 + index}" for index in range(agents)]
    halves = {"sales": numbers[::2], "support": numbers[1::2]}
    text = (Path(__file__).parent / "demo.toml").read_text()
    begin, rest = text.index("[card.virtual]"), text.index("[schedule.office]")
    cards = "".join(
        f'[card.span-{span}]\nkind = "virtual"\n\n[card.span-{span}.pri]\nswitch = "euroisdn_e1"\n\n'
        for span in range(1, spans + 1)
    )
    names = ", ".join(f'"span-{span}"' for span in range(1, spans + 1))
    group = f'[trunk_group.carrier]\ncards = [{names}]\nflow = "main"\ncalled = "{NUMBER}"\n\n'
    desks = "".join(
        f'[station.desk-{index + 1}]\ncard = "virtual"\nport = {index}\n\n'
        for index in range(agents)
    )
    table = "".join(
        f'[agent.{number}]\nname = "Agent {number}"\npin = "4711"\n\n' for number in numbers
    )
    lines = "".join(
        f"[queue.{name}]\nagents = {[*served]!r}\nwrap_up_s = 10\n\n".replace("'", '"')
        for name, served in halves.items()
    )
    return (
        text[:begin].replace('law = "mulaw"', 'law = "alaw"')
        + '[card.virtual]\nkind = "virtual"\n\n'
        + cards
        + group
        + desks
        + table
        + lines
        + "[limits]\nrecord_calls = false\n\n"
        + text[rest:]
    )
