"""How long a caller will wait, as far as the queue's own calls have shown it. Pure.

A queue in which everybody works moves up one place whenever an agent is done with a call. With ``n``
agents at work that is once in an ``n``-th of the time that a call keeps an agent: from the first ring of
the handset to the end of the wrap-up. So the wait at a place is

    place x mean time that a call keeps an agent / agents at work

An agent whom callers of several queues wait for counts for each of them with an equal share.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from acd.ids import AgentId, QueueName
from acd.ledger import Ledger
from acd.records import AgentState
from acd.settings import QueueSettings

__all__ = ["FEWEST_TALKS", "ExpectedWait", "agents_at_work", "expected_wait"]

FEWEST_TALKS = 10
"With fewer than this many talks behind it a queue has no mean worth telling anybody."

_OUT = (AgentState.LOGGED_OUT, AgentState.PAUSED)


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """An estimate, and what it rests on."""

    seconds: float
    agents: float
    "At work for this queue; one who serves several counts in parts."

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded up: who is served early does not complain."""
        return max(math.ceil(self.seconds / 60), 1)

    def may_follow(self, told: "ExpectedWait | None") -> bool:
        """Whether a caller who was told this earlier may be told so now.

        A longer wait than the one that was promised needs a cause that the caller would understand: fewer
        agents than then.
        """
        return told is None or self.minutes <= told.minutes or self.agents < told.agents


def agents_at_work(
    queue: QueueName, members: Mapping[QueueName, Collection[AgentId]], ledger: Ledger
) -> float:
    """How many agents work for a queue.

    Args:
        queue: Which.
        members: Who serves each queue in which somebody waits, this one among them.
        ledger: The agents' states.
    """
    shares = 0.0
    for agent in members[queue]:
        record = ledger.agent(agent)
        if record.state not in _OUT and not record.wanted_pause:
            shares += 1 / sum(agent in others for others in members.values())
    return shares


def expected_wait(
    place: int, queue: QueueSettings, agents: float, ledger: Ledger
) -> ExpectedWait | None:
    """The wait from now on of who stands at a place; None while nothing honest can be said.

    Args:
        place: 1 is next.
        queue: Its wrap-up is taken as configured: agents may cut it short, but not stretch it.
        agents: At work for the queue.
        ledger: What the queue's talks took so far.
    """
    if agents <= 0 or ledger.count(f"talks {queue.name}") < FEWEST_TALKS:
        return None
    kept_ms = ledger.count(f"mean ring ms {queue.name}") + ledger.count(
        f"mean talk ms {queue.name}"
    )
    return ExpectedWait(place * (kept_ms / 1000 + queue.wrap_up_s) / agents, agents)
