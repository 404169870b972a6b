"""Who serves which queue at present: as configured, and with the loans of this moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from acd.ids import AgentId, QueueName
from acd.records import Loan
from acd.settings import CenterSettings

__all__ = ["Kind", "Membership"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Agents who serve the same queues and have the same skills."""

    queues: frozenset[QueueName]
    skills: tuple[tuple[str, int], ...]


class Membership:
    """What the settings say of it."""

    def __init__(self, settings: CenterSettings) -> None:
        self._own: dict[AgentId, dict[QueueName, int]] = {
            agent.agent: {} for agent in settings.agents
        }
        for queue in settings.queues:
            for position, agent in enumerate(queue.agents):
                self._own[agent][queue.name] = position
        self._helpers = {
            (loan.queue, agent): len(self._own) + position
            for loan in settings.loans
            for position, agent in enumerate(loan.agents)
        }
        self._last = len(self._own) + len(self._helpers)
        self._queues = frozenset(queue.name for queue in settings.queues)

    def __contains__(self, agent: str) -> bool:
        return agent in self._own

    def own(self, agent: AgentId) -> Mapping[QueueName, int]:
        """The queues that an agent serves without any loan, with the position in each."""
        return self._own.get(agent, {})

    def served(self, agent: AgentId, lent: Mapping[str, Loan]) -> dict[QueueName, int]:
        """The queues that an agent serves now; helpers stand behind a queue's own agents."""
        away = {queue for loan in lent.values() for queue in loan.leaves}
        queues = {
            queue: position for queue, position in self.own(agent).items() if queue not in away
        }
        for name in lent:
            queue = QueueName(name)
            if queue in self._queues:
                queues.setdefault(queue, self._helpers.get((queue, agent), self._last))
        return queues
