"""Agents, queues and lists of callers: what the ACD is told, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import replace

from acd import (
    AgentId,
    AgentSettings,
    CallBackSettings,
    CallerListSettings,
    Discipline,
    LoanSettings,
    Overflow,
    QueueMessage,
    QueueName,
    QueueSettings,
    Staffed,
    Threshold,
)
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.number_plan import site_numbers
from firmware_host.config.points import points, requirement_mistakes, requirements
from firmware_host.config.queue_tables import QueueTable, Requirements, ThresholdTable
from firmware_host.config.schema import Appliance, QueueNodeTable

__all__ = [
    "agent_settings",
    "caller_list_settings",
    "loan_settings",
    "queue_mistakes",
    "queue_node_mistakes",
    "queue_settings",
]

SHORTEST_REPETITION_S = 5.0
_THRESHOLDS = "waiting, longest_wait_s or expected_wait_s"


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
            last_agent_s=queue.last_agent_s,
            last_agent_within_s=queue.last_agent_within_s,
            resume_s=queue.resume_s,
            most_waiting=queue.most_waiting,
            join_needs=Staffed(queue.join_needs),
            stay_needs=Staffed(queue.stay_needs),
            longest_expected_wait_s=queue.longest_expected_wait_s,
            overflows=tuple(
                Overflow(
                    when=replace(_threshold(each), waited_s=each.waited_s),
                    to=QueueName(each.to) if each.to else None,
                    priority=each.priority,
                    ageing=each.ageing,
                )
                for each in queue.overflow
            ),
            messages=tuple(
                QueueMessage(prompts=each.prompts, after_s=each.after_s, every_s=each.every_s)
                for each in queue.messages
            ),
            said_as=queue.said_as,
            announce_place=queue.announce_place,
            call_backs=CallBackSettings(
                attempts=queue.call_backs.attempts,
                retry_s=queue.call_backs.retry_s,
                schedule=queue.call_backs.schedule,
                expires_s=queue.call_backs.expires_s,
            ),
            ring_timeout_s=queue.ring_timeout_s,
            wrap_up_s=queue.wrap_up_s,
            needs_wrap_up_code=queue.needs_wrap_up_code,
            wrap_up_at_most_s=queue.wrap_up_at_most_s,
            longest_wait_s=queue.longest_wait_s,
            announce_first_s=queue.announce_first_s,
            announce_every_s=queue.announce_every_s,
            announce_wait=queue.announce_wait,
            announce_quantile=(
                0.0 if queue.announce_quantile == "mean" else queue.announce_quantile
            ),
            expected_talk_s=queue.expected_talk_s,
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


def loan_settings(appliance: Appliance) -> tuple[LoanSettings, ...]:
    """The loans as the ACD takes them."""
    return tuple(
        LoanSettings(
            name=name,
            queue=QueueName(loan.queue),
            agents=tuple(AgentId(agent) for agent in loan.agents),
            when=_threshold(loan),
            leaves=tuple(QueueName(queue) for queue in loan.leaves),
            at_most=loan.at_most,
            keeps_ready=loan.keeps_ready,
            stays_above=loan.stays_above,
            at_least_s=loan.at_least_s,
        )
        for name, loan in appliance.loan.items()
    )


def _threshold(table: ThresholdTable) -> Threshold:
    return Threshold(
        waiting=table.waiting,
        longest_wait_s=table.longest_wait_s,
        expected_wait_s=table.expected_wait_s,
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
    yield from _loans(appliance)
    for number, called in appliance.called.items():
        yield from requirement_mistakes(appliance, called.requires, ("called", number))


def _queue(appliance: Appliance, name: str, queue: QueueTable) -> Iterable[Mistake]:
    if not queue.agents:
        path = key_path("queue", name, "agents")
        yield Mistake(path, "nobody serves this queue", "name at least one agent")
    if queue.needs_wrap_up_code and not appliance.wrap_up.codes:
        path = key_path("queue", name, "needs_wrap_up_code")
        yield Mistake(path, "there are no codes", 'such as [wrap_up] codes = { "1" = "sold" }')
    if queue.needs_wrap_up_code and queue.wrap_up_at_most_s < queue.wrap_up_s:
        path = key_path("queue", name, "wrap_up_at_most_s")
        yield Mistake(path, f"{queue.wrap_up_at_most_s:g} is less than wrap_up_s", "more than that")
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
    window = queue.call_backs.schedule
    if window and window not in appliance.schedule:
        advice = suggest(window, list(appliance.schedule))
        path = key_path("queue", name, "call_backs", "schedule")
        yield Mistake(path, f'unknown schedule "{window}"', advice)
    for index, message in enumerate(queue.messages):
        if 0 < message.every_s < SHORTEST_REPETITION_S:
            path = key_path("queue", name, "messages", index, "every_s")
            advice = f"0 for once, or at least {SHORTEST_REPETITION_S:g}"
            yield Mistake(path, f"{message.every_s:g}", advice)
    for index, overflow in enumerate(queue.overflow):
        path = key_path("queue", name, "overflow", index)
        if _threshold(overflow) == Threshold() and overflow.waited_s is None:
            yield Mistake(path, "never happens", _THRESHOLDS + ", or waited_s")
        if overflow.to and overflow.to not in appliance.queue:
            advice = suggest(overflow.to, list(appliance.queue))
            yield Mistake(f"{path}.to", f'unknown queue "{overflow.to}"', advice)
        if overflow.to == name:
            yield Mistake(f"{path}.to", "leads to the same queue", "another one")
        if not overflow.to and not overflow.priority and overflow.ageing is None:
            yield Mistake(path, "changes nothing", "to, priority or ageing")


def _loans(appliance: Appliance) -> Iterable[Mistake]:
    queues = list(appliance.queue)
    for name, loan in appliance.loan.items():
        where = ("loan", name)
        if _threshold(loan) == Threshold():
            yield Mistake(key_path(*where), "never happens", _THRESHOLDS)
        if loan.queue not in queues:
            path = key_path(*where, "queue")
            yield Mistake(path, f'unknown queue "{loan.queue}"', suggest(loan.queue, queues))
        for index, queue in enumerate(loan.leaves):
            if queue not in queues:
                path = key_path(*where, "leaves", index)
                yield Mistake(path, f'unknown queue "{queue}"', suggest(queue, queues))
        for index, agent in enumerate(loan.agents):
            path = key_path(*where, "agents", index)
            if agent not in appliance.agent:
                advice = suggest(agent, list(appliance.agent))
                yield Mistake(path, f'unknown agent "{agent}"', advice)
            elif loan.queue in queues and agent in appliance.queue[loan.queue].agents:
                yield Mistake(path, f'agent "{agent}" serves the queue anyway', "leave it out")


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
