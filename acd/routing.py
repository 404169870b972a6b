"""Who is next. Pure: callers and agents go in, pairs come out.

The caller who has waited longest, over all queues, comes first and gets the agent of that queue who has
been idle longest. So an agent of several queues always gets the longest waiting of all their callers.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping

from acd.contact import Contact
from acd.ids import AgentId, QueueName

__all__ = ["pair"]


def pair(
    waiting: Mapping[QueueName, Iterable[Contact]],
    ready: Iterable[AgentId],
    members: Mapping[QueueName, Collection[AgentId]],
) -> list[tuple[Contact, AgentId]]:
    """Give every ready agent a caller, as long as there are callers.

    Args:
        waiting: Each queue's callers, oldest first.
        ready: Agents without a call, longest idle first.
        members: Who serves each queue.

    Returns:
        Pairs in the order in which they should be offered.
    """
    free = list(ready)
    lines = {queue: iter(contacts) for queue, contacts in waiting.items()}
    heads: list[tuple[tuple[float, int], QueueName, Contact]] = []

    def advance(queue: QueueName) -> None:
        contact = next(lines[queue], None)
        if contact is not None:
            heapq.heappush(heads, (contact.seniority, queue, contact))

    for queue in lines:
        advance(queue)
    pairs: list[tuple[Contact, AgentId]] = []
    while heads and free:
        _, queue, contact = heapq.heappop(heads)
        agent = next((agent for agent in free if agent in members[queue]), None)
        if agent is None:
            continue  # nobody is left for this queue: its other callers keep waiting too
        free.remove(agent)
        pairs.append((contact, agent))
        advance(queue)
    return pairs
