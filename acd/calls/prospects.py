"""What the expected wait needs to know of this moment, gathered from queues and agents.

Agents of the same queues are one kind, named after them. Callers are served by when they entered, over all
queues: ahead of a caller are all who entered before, as far as the same agents might be wanted. Who is
offered to an agent already is no longer ahead: that agent's next call is what others wait for.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import takewhile

from acd.contact import Contact
from acd.ids import AgentId, QueueName
from acd.ledger import Ledger
from acd.queues import WaitingLine
from acd.records import AgentState
from acd.settings import CenterSettings
from acd.waiting import (
    Activity,
    Ahead,
    AtWork,
    Picture,
    Priors,
    Reach,
    Wait,
    estimate_wait,
)

__all__ = ["Prospects"]

_ACTIVITIES = {
    AgentState.READY: Activity.READY,
    AgentState.RINGING: Activity.RINGING,
    AgentState.TALKING: Activity.TALKING,
    AgentState.WRAPPING_UP: Activity.WRAPPING_UP,
}
"The others take no calls."


class Prospects:
    """Estimates for any caller of any queue."""

    def __init__(
        self,
        settings: CenterSettings,
        ledger: Ledger,
        lines: Mapping[QueueName, WaitingLine],
    ) -> None:
        self._ledger = ledger
        self._lines = lines
        self._priors: dict[str, Priors] = {
            queue.name: Priors(talk_s=queue.expected_talk_s or None, wrap_up_s=queue.wrap_up_s)
            for queue in settings.queues
        }
        served: dict[AgentId, list[QueueName]] = {}
        for queue in settings.queues:
            for agent in queue.agents:
                served.setdefault(agent, []).append(queue.name)
        self._kind_of = {agent: ", ".join(sorted(queues)) for agent, queues in served.items()}
        self._kinds = {
            queue.name: frozenset(self._kind_of[agent] for agent in queue.agents)
            for queue in settings.queues
        }

    def wait(self, queue: QueueName, contact: Contact | None, now: float) -> Wait | None:
        """The wait from now on of somebody who waits, or (None) of who would come now."""
        kinds = self._kinds[queue]
        picture = Picture(
            queue=queue,
            reaches=(Reach(from_s=0.0, kinds=kinds),),
            at_work=self._at_work(now),
            ahead=tuple(
                Ahead(queue=name, kinds=(self._kinds[name],), callers=callers)
                for name in self._lines
                if (callers := self._ahead(name, contact))
            ),
        )
        return estimate_wait(picture, self._ledger.counters, self._priors)

    def _ahead(self, queue: QueueName, contact: Contact | None) -> int:
        callers = iter(self._lines[queue])
        if contact is not None:
            callers = takewhile(lambda other: other.seniority < contact.seniority, callers)
        return sum(not other.is_offered for other in callers)

    def _at_work(self, now: float) -> dict[str, tuple[AtWork, ...]]:
        counted: dict[str, Counter[tuple[Activity, str, float]]] = {}
        for agent, kind in self._kind_of.items():
            record = self._ledger.agents.get(agent)
            if record is None or record.wanted_pause or record.state not in _ACTIVITIES:
                continue
            activity = _ACTIVITIES[record.state]
            # How long a talk lasts already tells nothing of its end: talks are counted together.
            has_end = activity in (Activity.RINGING, Activity.WRAPPING_UP)
            for_s = max(now - record.since, 0.0) if has_end else 0.0
            counted.setdefault(kind, Counter())[activity, record.queue, for_s] += 1
        return {
            kind: tuple(
                AtWork(activity=activity, queue=queue, for_s=for_s, agents=agents)
                for (activity, queue, for_s), agents in doing.items()
            )
            for kind, doing in counted.items()
        }
