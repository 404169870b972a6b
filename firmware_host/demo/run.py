"""Runs the demo: a quarter of an hour of a busy office on the virtual card, faster than real time."""

import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

import acd
from dsp import Law, g711_decode
from firmware_host.callserver import compose_prompts
from firmware_host.config import read_appliance
from firmware_host.demo.scenario import DURATION_S, Caller, Scenario, build_scenario
from firmware_host.demo.timeline import Timeline
from firmware_host.lockstep import Lockstep
from firmware_host.oam import CallRecord, Projector, call_records, open_database
from firmware_host.prompts import SpeechMaker, default_cache
from firmware_host.town import FarEndFault

__all__ = ["DemoError", "DemoOptions", "DemoResult", "prepare_output", "run_demo"]

_START = datetime(2026, 11, 25, 17, 46, tzinfo=ZoneInfo("Europe/Bucharest"))
"""A Wednesday, fourteen minutes before the office closes."""
DEMO_APPLIANCE = Path(__file__).parent / "demo.toml"
_MARK = ".switchroom-demo"


class DemoError(Exception):
    """The demo can't run; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What changes the demo."""

    output: Path
    seed: int = 1
    caller_number: str | None = None
    caller_audio: NDArray[np.int16] | None = None
    fault: FarEndFault | None = None


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came out."""

    records: list[CallRecord]
    queues: tuple[acd.QueueView, ...]
    mistakes: list[str]
    recordings: Path
    journal: Path
    simulated_s: float
    interrupted: bool
    "Ctrl-C came: the calls that were up are closed and recorded as such."


def run_demo(options: DemoOptions, say: Callable[[str], None]) -> DemoResult:
    """Run the scenario, telling what happens through ``say``.

    Raises:
        DemoError: when the output folder can't be used.
    """
    prepare_output(options.output)
    appliance = read_appliance(DEMO_APPLIANCE)
    law = Law(appliance.site.law)
    maker = SpeechMaker(law, default_cache())
    scenario = build_scenario(
        options.seed,
        lambda text: _voice(maker, law, text),
        caller_number=options.caller_number,
        caller_audio=options.caller_audio,
    )
    numbers = [caller.identity.number for caller in scenario.callers]
    if numbers.count(options.caller_number) > 1:
        raise DemoError(
            f"{options.caller_number} is another caller's number in the demo; choose another"
        )
    lockstep = Lockstep(
        appliance,
        options.output,
        compose_prompts(appliance),
        start_utc_s=_START.timestamp(),
        fault=options.fault,
        boot=f"demo-{options.seed}",
    )
    Timeline(
        lockstep.exchange,
        say,
        utc_minus_now_s=_START.timestamp(),
        zone=ZoneInfo(appliance.site.time_zone),
    )
    interrupted = _play(lockstep, scenario)
    queues = lockstep.exchange.center.queues(lockstep.now)
    lockstep.shut_down()
    records = _project(options.output)
    return DemoResult(
        records=records,
        queues=queues,
        mistakes=[] if interrupted else [*scenario.mistakes(records), *_lost(records)],
        interrupted=interrupted,
        recordings=options.output / "recordings",
        journal=options.output / "journal",
        simulated_s=lockstep.now,
    )


def _play(lockstep: Lockstep, scenario: Scenario) -> bool:
    """Run to the end, or to the first tick after Ctrl-C; whether that came."""
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        lockstep.start()
        lockstep.run_for(1.0)
        for desk, script in scenario.agents:
            lockstep.town.staff(desk, script, lockstep.now)
        for caller in scenario.callers:
            lockstep.run_until(partial(_is_due, lockstep, caller.at_s, interrupts), DURATION_S)
            if interrupts:
                return True
            _call(lockstep, caller)
        lockstep.run_until(partial(_is_due, lockstep, DURATION_S, interrupts), DURATION_S)
        return bool(interrupts)
    finally:
        signal.signal(signal.SIGINT, before)


def _is_due(lockstep: Lockstep, at_s: float, interrupts: list[int]) -> bool:
    return lockstep.now >= at_s or bool(interrupts)


def _call(lockstep: Lockstep, caller: Caller) -> None:
    lockstep.town.subscriber(caller.name, caller.identity, caller.script(), lockstep.now)


def _project(output: Path) -> list[CallRecord]:
    engine = open_database(f"sqlite:///{output / 'records.sqlite'}")
    try:
        Projector(engine, output / "journal").catch_up()
        return call_records(engine, limit=1000)
    finally:
        engine.dispose()


def _lost(records: list[CallRecord]) -> list[str]:
    return [
        f"call {record.call}: not recorded: {record.recording_problem}"
        for record in records
        if record.recording_problem
    ]


def _voice(maker: SpeechMaker, law: Law, text: str) -> NDArray[np.int16]:
    """People's voices differ from the appliance's; a text may begin with its language."""
    language, _, spoken = text.rpartition(":") if text.startswith("ro:") else ("en", "", text)
    voice = "ro+m3" if language == "ro" else "en-gb+f3"
    return g711_decode(maker.make(spoken, language, voice=voice), law)


def prepare_output(output: Path) -> None:
    """An empty folder; what an earlier demo left is removed, anything else is left alone."""
    try:
        output = output.resolve()
        if output.exists():
            if any(output.iterdir()) and not (output / _MARK).exists():
                message = f"{output} holds something else than a demo; choose another with --output"
                raise DemoError(message)
            shutil.rmtree(output)
        output.mkdir(parents=True)
        (output / _MARK).touch()
    except OSError as error:
        raise DemoError(
            f"{output}: can't write there: {error.strerror}; choose another with --output"
        ) from error
