"""A queue for each agent whom callers may ask for by number. Pure."""

from dataclasses import replace

from acd.ids import AgentId, QueueName
from acd.queue_settings import QueueSettings, Staffed
from acd.settings import CenterSettings, ExtensionNode

__all__ = ["owner_of", "personal_queue", "with_personal_queues"]


_PREFIX = "agent "


def personal_queue(agent: str) -> QueueName:
    """The name of an agent's own queue; no configured one can have it."""
    return QueueName(_PREFIX + agent)


def owner_of(queue: QueueName) -> AgentId:
    """Whose own queue this is."""
    return AgentId(queue.removeprefix(_PREFIX))


def with_personal_queues(settings: CenterSettings) -> CenterSettings:
    """The settings with a queue for each agent, if any flow lets callers ask for one."""
    nodes = [node for flow in settings.flows for node in flow.nodes.values()]
    asked_for = [node for node in nodes if isinstance(node, ExtensionNode)]
    if not asked_for:
        return settings
    longest_wait_s = max(node.longest_wait_s for node in asked_for)
    queues = tuple(_queue(settings, agent.agent, longest_wait_s) for agent in settings.agents)
    return replace(settings, queues=(*settings.queues, *queues))


def _queue(settings: CenterSettings, agent: AgentId, longest_wait_s: float) -> QueueSettings:
    own = next((queue for queue in settings.queues if agent in queue.agents), None)
    return QueueSettings(
        name=personal_queue(agent),
        agents=(agent,),
        is_personal=True,
        ring_timeout_s=own.ring_timeout_s if own else 20.0,
        wrap_up_s=own.wrap_up_s if own else 15.0,
        music=own.music if own else "default",
        longest_wait_s=longest_wait_s,
        join_needs=Staffed.LOGGED_IN,
        announce_place=False,
        announce_wait=False,
    )
