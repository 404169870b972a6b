"""Agents more, or fewer, to try them: ``+2 sales``, ``-1 support``, ``+1 sales english=5``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from acd import AgentId, AgentSettings, CenterSettings, PortId
from firmware_host.config import ConfigurationError, Mistake
from firmware_host.config.mistakes import suggest
from firmware_host.simulation.abilities import asked_by_queue, can_ever_serve, members_who_can
from firmware_host.simulation.script import Duty, Script

__all__ = ["AgentsChange", "Staffing", "parse_agents", "staffing_with"]

_AGENTS = "--agents"
_FIRST_NUMBER = 900_000
"Of agents who are made up; above what people key in."


@dataclass(frozen=True, slots=True)
class AgentsChange:
    """So many agents more, or fewer, in one queue."""

    by: int
    queue: str
    skills: Mapping[str, int] = field(default_factory=dict)
    "Of those who are added; none: those of the agent whose shifts are worked."


@dataclass(frozen=True, slots=True)
class Staffing:
    """Settings with agents added and removed, and who works whose shifts."""

    settings: CenterSettings
    model_of: Mapping[AgentId, AgentId] = field(default_factory=dict)
    "Agent who is made up → whose shifts he works."
    stays_away: frozenset[AgentId] = frozenset()
    words: Sequence[str] = ()
    "What was done, for people."

    def script(self, script: Script) -> Script:
        """The same day with these agents."""
        if not self.model_of and not self.stays_away:
            return script
        followers: dict[AgentId, list[AgentId]] = {}
        for agent, model in self.model_of.items():
            followers.setdefault(model, []).append(agent)
        duties: list[Duty] = []
        for duty in script.duties:
            if duty.agent not in self.stays_away:
                duties.append(duty)
            duties += [
                replace(duty, agent=agent, station=_telephone_of(agent))
                for agent in followers.get(duty.agent, ())
            ]
        return replace(script, duties=duties)


def parse_agents(text: str, queues: Sequence[str]) -> AgentsChange:
    """``+2 sales``, ``-1 support``, ``+1 sales english=5``.

    Raises:
        ConfigurationError: It is neither, or there is no such queue.
    """
    said = re.findall(r"\s(\S+)=([0-9]{1,2})(?=\s|$)", text)
    text_of_agents = re.sub(r"\s\S+=[0-9]{1,2}(?=\s|$)", "", text)
    found = re.fullmatch(r"\s*([+-]\s*[0-9]{1,4})\s+(\S.*?)\s*", text_of_agents)
    if found is None or int(found[1].replace(" ", "")) == 0:
        problem = Mistake(
            text, "says not how many agents where", "such as '+2 sales' or '-1 support'"
        )
        raise ConfigurationError(_AGENTS, [problem])
    if found[2] not in queues:
        problem = Mistake(text, f'unknown queue "{found[2]}"', suggest(found[2], list(queues)))
        raise ConfigurationError(_AGENTS, [problem])
    by, skills = int(found[1].replace(" ", "")), {skill: int(level) for skill, level in said}
    if skills and by < 0:
        problem = Mistake(text, "says skills of agents who are taken away", "leave them out")
        raise ConfigurationError(_AGENTS, [problem])
    return AgentsChange(by, found[2], skills)


def staffing_with(
    settings: CenterSettings, changes: Sequence[AgentsChange], at_work: Callable[[AgentId], bool]
) -> Staffing:
    """Settings with agents added and removed.

    An agent who is added works the shifts of one who serves the queue already, with the same skills unless
    others are said, at a telephone of his own. Who serves a queue is a matter of its skills, too. Removed are
    those last who come to work and serve no other queue, then the others.

    Args:
        settings: As the configuration says.
        changes: In their order.
        at_work: Whether an agent comes to work at all.

    Raises:
        ConfigurationError: There are not so many agents to remove, or nobody's shifts to work.
    """
    staffing = Staffing(settings)
    for change in changes:
        members = [
            agent
            for agent in members_who_can(staffing.settings, change.queue)
            if at_work(staffing.model_of.get(agent, agent)) and agent not in staffing.stays_away
        ]
        text = f"{change.by:+} {change.queue}"
        if not members:
            problem = f"nobody who serves {change.queue} works on this day"
            raise ConfigurationError(_AGENTS, [Mistake(text, problem, "add a shift")])
        if -change.by > len(members):
            problem = f"only {len(members)} agents serve {change.queue} on this day"
            raise ConfigurationError(_AGENTS, [Mistake(text, problem, "remove fewer")])
        apply = _add if change.by > 0 else _remove
        staffing = apply(staffing, change, members)
    return staffing


def _add(staffing: Staffing, change: AgentsChange, members: Sequence[AgentId]) -> Staffing:
    settings, model_of = staffing.settings, dict(staffing.model_of)
    known = {agent.agent: agent for agent in settings.agents}
    asked = asked_by_queue(settings, change.queue)
    agents, stations, numbers = list(settings.agents), list(settings.stations), []
    number = _FIRST_NUMBER
    for index in range(change.by):
        while AgentId(str(number)) in known:
            number += 1
        agent = AgentId(str(number))
        numbers.append(agent)
        model = members[index % len(members)]
        model_of[agent] = model_of.get(model, model)
        skills = change.skills or known[model].skills
        if not can_ever_serve(skills, asked):
            text = f"{change.by:+} {change.queue}"
            wanted = ", ".join(f"{each.skill}={each.level}" for each in asked)
            problem = f"with these skills nobody can serve {change.queue}"
            raise ConfigurationError(_AGENTS, [Mistake(text, problem, f"it asks for {wanted}")])
        known[agent] = AgentSettings(agent=agent, name="added", pin="0000", skills=dict(skills))
        agents.append(known[agent])
        stations.append(_telephone_of(agent))
    queues = tuple(
        replace(queue, agents=(*queue.agents, *numbers)) if queue.name == change.queue else queue
        for queue in settings.queues
    )
    changed = replace(settings, agents=tuple(agents), stations=tuple(stations), queues=queues)
    words = [
        f"agent {agent} is added to {change.queue} and works the shifts of {model_of[agent]}"
        + _skill_words(known[agent].skills)
        for agent in numbers
    ]
    return replace(staffing, settings=changed, model_of=model_of, words=(*staffing.words, *words))


def _skill_words(skills: Mapping[str, int]) -> str:
    if not skills:
        return ""
    return " with " + ", ".join(f"{skill} {level}" for skill, level in sorted(skills.items()))


def _telephone_of(agent: AgentId) -> PortId:
    return PortId(f"added-{agent}")


def _remove(staffing: Staffing, change: AgentsChange, members: Sequence[AgentId]) -> Staffing:
    settings = staffing.settings
    serves: dict[AgentId, int] = {}
    for each in settings.queues:
        for agent in members_who_can(settings, each.name):
            serves[agent] = serves.get(agent, 0) + 1
    in_order = [*members]
    in_order.reverse()  # the last first
    in_order.sort(key=lambda agent: serves[agent] > 1)
    gone = frozenset(in_order[: -change.by])
    words = [
        f"agent {agent} "
        + ("stays at home" if serves[agent] == 1 else f"no longer serves {change.queue}")
        for agent in in_order[: -change.by]
    ]
    queues = tuple(
        replace(queue, agents=tuple(agent for agent in queue.agents if agent not in gone))
        if queue.name == change.queue
        else queue
        for queue in settings.queues
    )
    at_home = frozenset(agent for agent in gone if serves[agent] == 1)
    return replace(
        staffing,
        settings=replace(settings, queues=queues),
        stays_away=staffing.stays_away | at_home,
        words=(*staffing.words, *words),
    )
