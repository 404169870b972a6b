"""Agents, queues and lists of callers: what the ACD is told, and what is wrong with them."""

from collections.abc import Iterable

from acd import (
    AgentId,
    AgentSettings,
    CallerListSettings,
    Discipline,
    QueueName,
    QueueSettings,
)
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.number_plan import site_numbers
from firmware_host.config.points import points, requirement_mistakes, requirements
from firmware_host.config.queue_tables import QueueTable, Requirements
from firmware_host.config.schema import Appliance, QueueNodeTable

__all__ = [
    "agent_settings",
    "caller_list_settings",
    "queue_mistakes",
    "queue_node_mistakes",
    "queue_settings",
]


def agent_settings(appliance: Appliance) -> tuple[AgentSettings, ...]:
    """The agents as the ACD takes them."""
    return tuple(
        AgentSettings(
            agent=AgentId(number),
            name=agent.name,
            pin=agent.pin,
            skills=dict(agent.skills),
            allocation={QueueName(queue): share for queue, share in agent.shares.items()},
        )
        for number, agent in appliance.agent.items()
    )


def queue_settings(appliance: Appliance) -> tuple[QueueSettings, ...]:
    """The queues as the ACD takes them."""
    return tuple(
        QueueSettings(
            name=QueueName(name),
            agents=tuple(AgentId(agent) for agent in queue.agents),
            discipline=Discipline(queue.discipline),
            ring_at_once=queue.ring_at_once,
            weights={AgentId(agent): weight for agent, weight in queue.weights.items()},
            requires=requirements(queue.requires),
            priority=queue.priority,
            ageing=queue.ageing,
            weight=queue.weight,
            ring_timeout_s=queue.ring_timeout_s,
            wrap_up_s=queue.wrap_up_s,
            longest_wait_s=queue.longest_wait_s,
            announce_first_s=queue.announce_first_s,
            announce_every_s=queue.announce_every_s,
            announce_wait=queue.announce_wait,
        )
        for name, queue in appliance.queue.items()
    )


def caller_list_settings(appliance: Appliance) -> tuple[CallerListSettings, ...]:
    """The lists, their numbers as the ACD compares them."""
    reader = site_numbers(appliance)

    def canonical(number: str) -> str:
        read = reader.read(number)
        return number if read is None else read.digits

    return tuple(
        CallerListSettings(
            name=name,
            numbers=frozenset({*each.numbers, *map(canonical, each.numbers)}),
            prefixes=each.prefixes,
            keyed=frozenset(each.keyed),
            points=points(each),
        )
        for name, each in appliance.caller_list.items()
    )


def queue_mistakes(appliance: Appliance) -> Iterable[Mistake]:
    """Agents with impossible numbers, queues that nobody can serve, lists without callers."""
    for number, agent in appliance.agent.items():
        if not (number.isascii() and number.isdecimal() and len(number) <= 12):
            advice = "1 to 12 digits, as keyed in on a handset"
            yield Mistake(
                key_path("agent", number), "an agent's number has other characters", advice
            )
        for queue in agent.shares:
            if queue not in appliance.queue:
                path = key_path("agent", number, "shares", queue)
                yield Mistake(
                    path, f'unknown queue "{queue}"', suggest(queue, list(appliance.queue))
                )
            elif number not in appliance.queue[queue].agents:
                path = key_path("agent", number, "shares", queue)
                advice = f"add the agent to {key_path('queue', queue, 'agents')}"
                yield Mistake(path, f'agent "{number}" does not serve this queue', advice)
    for name, table in appliance.queue.items():
        yield from _queue(appliance, name, table)
        yield from _served(appliance, name, table.requires, key_path("queue", name, "requires"))
    for name, callers in appliance.caller_list.items():
        if not (callers.numbers or callers.prefixes or callers.keyed):
            advice = "numbers, prefixes or keyed"
            yield Mistake(key_path("caller_list", name), "nobody can stand on this list", advice)
        yield from requirement_mistakes(appliance, callers.requires, ("caller_list", name))
    for number, called in appliance.called.items():
        yield from requirement_mistakes(appliance, called.requires, ("called", number))


def _queue(appliance: Appliance, name: str, queue: QueueTable) -> Iterable[Mistake]:
    if not queue.agents:
        path = key_path("queue", name, "agents")
        yield Mistake(path, "nobody serves this queue", "name at least one agent")
    if 0 < queue.announce_every_s < 1:
        path = key_path("queue", name, "announce_every_s")
        yield Mistake(path, f"{queue.announce_every_s:g}", "0 for never, or at least 1")
    for index, agent in enumerate(queue.agents):
        path = key_path("queue", name, "agents", index)
        if agent in queue.agents[:index]:
            yield Mistake(path, f'agent "{agent}" stands here twice', "once is enough")
        if agent not in appliance.agent:
            yield Mistake(path, f'unknown agent "{agent}"', suggest(agent, list(appliance.agent)))
    for agent in queue.weights:
        if agent not in queue.agents:
            path = key_path("queue", name, "weights", agent)
            advice = suggest(agent, list(queue.agents))
            yield Mistake(path, f'agent "{agent}" does not serve this queue', advice)
    if queue.weights and queue.discipline != "weighted":
        path = key_path("queue", name, "weights")
        problem = f'means nothing with discipline = "{queue.discipline}"'
        yield Mistake(path, problem, 'discipline = "weighted"')
    yield from requirement_mistakes(appliance, queue.requires, ("queue", name))


def _served(
    appliance: Appliance, queue: str, requires: Requirements, path: str
) -> Iterable[Mistake]:
    """What nobody in the queue will ever be able to do."""
    hard = {
        skill: asked
        if isinstance(asked, int)
        else min([asked.level, *(s.level for s in asked.relax)])
        for skill, asked in requires.items()
    }
    members = [
        appliance.agent[agent]
        for agent in appliance.queue[queue].agents
        if agent in appliance.agent
    ]
    if (
        hard
        and members
        and not any(
            all(member.skills.get(skill, 0) >= level for skill, level in hard.items())
            for member in members
        )
    ):
        wanted = ", ".join(f"{skill} {level}" for skill, level in hard.items())
        yield Mistake(path, f"none of its agents has {wanted}", "lower it, or relax it with time")


def queue_node_mistakes(
    appliance: Appliance, node: QueueNodeTable, path: tuple[str, ...]
) -> Iterable[Mistake]:
    """Queues that a node names wrongly."""
    for key, queue in (
        ("queue", node.queue),
        *((f"also[{n}]", each) for n, each in enumerate(node.also)),
    ):
        if queue not in appliance.queue:
            advice = suggest(queue, list(appliance.queue))
            yield Mistake(f"{key_path(*path)}.{key}", f'unknown queue "{queue}"', advice)
    for index, queue in enumerate(node.also):
        if queue == node.queue or queue in node.also[:index]:
            where = key_path(*path, "also", index)
            yield Mistake(where, f'queue "{queue}" stands here twice', "once is enough")
    yield from requirement_mistakes(appliance, node.requires, path)
