"""Runs: one case with one seed is a trial; several cases are run with the same seeds, on the same people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import acd
from firmware_host.config import Appliance, center_settings, site_numbers
from firmware_host.simulation.account import Account, keep_account
from firmware_host.simulation.figures import (
    EXTENSIONS,
    Figures,
    LevelFormula,
    Measures,
    measure,
)
from firmware_host.simulation.limits import not_in_recorded, not_in_traffic
from firmware_host.simulation.lines import Lines, PromptLength
from firmware_host.simulation.model import write_script
from firmware_host.simulation.recorded import RecordedDay
from firmware_host.simulation.schema import Traffic
from firmware_host.simulation.script import DutyKind, Script
from firmware_host.simulation.staffing import AgentsChange, Staffing, staffing_with

__all__ = [
    "Case",
    "ModelledPeople",
    "People",
    "RecordedPeople",
    "Trial",
    "end_of_day",
    "make_case",
    "queues_shown",
    "run_trial",
]

_ENDS = (acd.CallEnded, acd.AgentWrappedUp, acd.AgentLoggedOut)
"What people do last on a day."


class People(Protocol):
    """Whoever calls and works."""

    def script(self, appliance: Appliance, *, seed: int, traffic_times: float) -> Script:
        """Their day."""
        ...

    def limits(self, settings: acd.CenterSettings) -> Sequence[str]:
        """What they do not show of an appliance."""
        ...


@dataclass(frozen=True, slots=True)
class ModelledPeople:
    """Of a traffic file."""

    traffic: Traffic

    def script(self, appliance: Appliance, *, seed: int, traffic_times: float) -> Script:
        """Drawn."""
        return write_script(self.traffic, appliance, seed=seed, traffic_times=traffic_times)

    def limits(self, settings: acd.CenterSettings) -> Sequence[str]:
        """What the file leaves out."""
        return not_in_traffic(self.traffic, settings)


@dataclass(frozen=True, slots=True)
class RecordedPeople:
    """Of a journal."""

    day: RecordedDay
    settings: acd.CenterSettings
    "Of the appliance that wrote it."

    def script(self, appliance: Appliance, *, seed: int, traffic_times: float) -> Script:
        """As recorded, whatever the appliance is now."""
        return self.day.script(self.settings, seed=seed, traffic_times=traffic_times)

    def limits(self, settings: acd.CenterSettings) -> Sequence[str]:
        """What a journal does not tell."""
        return not_in_recorded(settings)


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried: an appliance with its staff, and how much traffic."""

    appliance: Appliance
    staffing: Staffing
    people: People
    traffic_times: float
    prompt_length: PromptLength

    @property
    def settings(self) -> acd.CenterSettings:
        """Of its Center."""
        return self.staffing.settings

    def script(self, seed: int) -> Script:
        """The day of one seed."""
        script = self.people.script(self.appliance, seed=seed, traffic_times=self.traffic_times)
        return self.staffing.script(script)


@dataclass(frozen=True, slots=True)
class Trial:
    """One day, and what came of it."""

    script: Script
    facts: Sequence[tuple[float, acd.Fact]]
    account: Account
    figures: Figures
    notes: Sequence[str]

    def without(self, *, facts: bool, account: bool) -> "Trial":
        """Without what nobody will look at: a hundred days of a large center would fill the memory."""
        return replace(
            self,
            script=replace(self.script, callers=(), duties=()),
            facts=() if facts else self.facts,
            account=Account() if account else self.account,
        )


def make_case(
    appliance: Appliance,
    people: People,
    prompt_length: PromptLength,
    *,
    agents: Sequence[AgentsChange] = (),
    traffic_times: float = 1.0,
) -> Case:
    """A case.

    Raises:
        ConfigurationError: Agents are to be added or removed where that is not possible.
    """
    come: set[str] = set()
    if agents:
        duties = people.script(appliance, seed=0, traffic_times=1.0).duties
        come = {duty.agent for duty in duties if duty.kind is DutyKind.COME}
    staffing = staffing_with(center_settings(appliance), agents, lambda agent: agent in come)
    return Case(appliance, staffing, people, traffic_times, prompt_length)


def queues_shown(settings: acd.CenterSettings) -> list[str]:
    """Those of the configuration; those of agents who can be asked for as one."""
    nodes = (node for flow in settings.flows for node in flow.nodes.values())
    extensions = [EXTENSIONS] if any(isinstance(node, acd.ExtensionNode) for node in nodes) else []
    return [*(queue.name for queue in settings.queues), *extensions]


def end_of_day(facts: Sequence[tuple[float, acd.Fact]], planned_s: float) -> float:
    """When the last of a day's people have gone; a call-back that waits on is no part of it."""
    ends = (at_s for at_s, fact in reversed(facts) if isinstance(fact, _ENDS))
    return max(planned_s, next(ends, planned_s))


def run_trial(
    case: Case,
    seed: int,
    *,
    threshold_s: float,
    formula: LevelFormula,
    progress: Callable[[int, int], None] | None = None,
) -> Trial:
    """Let one day happen."""
    script = case.script(seed)
    # Nobody is there to be alerted; a call about it would take a line.
    settings = replace(case.settings, alerts=(), receivers=())
    lines = Lines(settings, site_numbers(case.appliance), script, case.prompt_length)
    lines.run(progress)
    end_s = end_of_day(lines.facts, script.end_s)
    account = keep_account(lines.facts, end_s)
    figures = measure(
        account,
        Measures(
            begin_s=min(script.begin_s, lines.facts[0][0]),
            end_s=end_s + 1e-3,
            threshold_s=threshold_s,
            formula=formula,
        ),
        queues=queues_shown(case.settings),
        agents=[agent.agent for agent in case.settings.agents],
        turned_away=lines.turned_away,
    )
    notes = (*script.notes, *case.people.limits(case.settings), *lines.notes)
    return Trial(script, lines.facts, account, figures, notes)
