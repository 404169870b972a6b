"""What the expected wait needs to know of this moment, gathered from router and agents.

Agents who serve the same queues with the same skills are one kind. Ahead of a caller are those with more
points at this moment, as far as the same agents might be wanted; who is offered to an agent already is no
longer ahead: that agent's next call is what others wait for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

from acd.agents import Agents
from acd.configured import Configured
from acd.ids import AgentId, QueueName
from acd.ledger import Ledger
from acd.membership import Kind
from acd.records import AgentState
from acd.routing import Entry, Router, Wanted
from acd.waiting import (
    Activity,
    Ahead,
    AtWork,
    Overtaking,
    Picture,
    Priors,
    Reach,
    Wait,
    arrivals_per_s,
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
MOST_KINDS = 40
"With more kinds than this their skills are not told apart: an estimate must not hold calls up."

_AtWork = dict[str, tuple[AtWork, ...]]


class Prospects:
    """Estimates for any caller of any queue."""

    def __init__(
        self, configured: Configured, ledger: Ledger, agents: Agents, router: Router
    ) -> None:
        self._ledger = ledger
        self._agents = agents
        self._router = router
        self._configured = configured
        self._priors: dict[str, Priors] = {}
        self.follow()

    def follow(self) -> None:
        """Queues may be others than before."""
        self._priors = {
            queue.name: Priors(talk_s=queue.expected_talk_s or None, wrap_up_s=queue.wrap_up_s)
            for queue in self._configured.queues.values()
        }

    def wait(self, entries: Sequence[Entry], now: float) -> Wait | None:
        """The wait from now on of somebody with these places, entered or not.

        Args:
            entries: One for each queue in which the caller waits, the one that the caller is told of first.
            now: The present.
        """
        at_work, kinds = self._at_work(now)
        reaches = _reaches(entries, kinds, now)
        reached = frozenset[str]().union(*(reach.kinds for reach in reaches))
        if not reached:
            return None
        queues = {queue for name in reached for queue in kinds[name].queues}
        picture = Picture(
            queue=entries[0].queue,
            reaches=reaches,
            at_work=at_work,
            ahead=tuple(self._ahead(entries, queues, kinds, len(reaches), now)),
            overtaking=tuple(self._overtaking(entries[0], queues, kinds, reached, now)),
        )
        return estimate_wait(picture, self._ledger.counters, self._priors)

    def _ahead(
        self,
        entries: Sequence[Entry],
        queues: Iterable[QueueName],
        kinds: dict[str, Kind],
        reaches: int,
        now: float,
    ) -> Iterable[Ahead]:
        mine = {entry.queue: entry for entry in entries}
        for queue in sorted(queues):
            for wanted, callers in self._router.ahead(mine.get(queue, entries[0]), queue, now):
                able = _able(kinds, queue, wanted)
                if able:
                    yield Ahead(queue=queue, kinds=(able,) * reaches, callers=callers)

    def _overtaking(
        self,
        entry: Entry,
        queues: Iterable[QueueName],
        kinds: dict[str, Kind],
        reached: frozenset[str],
        now: float,
    ) -> Iterable[Overtaking]:
        """Callers still to come, in queues that have more points to give than this caller has."""
        score = entry.score(now)
        for queue in sorted(queues):
            settings = self._configured.queues[queue]
            points, slope = settings.weight * settings.priority, settings.weight * settings.ageing
            able = reached & {name for name, kind in kinds.items() if queue in kind.queues}
            if slope > 0:
                head_start_s = (points - score) / slope
                per_waited_s = (slope - entry.slope) / slope
            else:
                head_start_s = inf if points > score else 0.0
                per_waited_s = 0.0
            per_s = arrivals_per_s(self._ledger.counters, queue)
            if able and per_s > 0 and (head_start_s > 0 or per_waited_s > 0):
                yield Overtaking(
                    queue=queue,
                    kinds=frozenset(able),
                    per_s=per_s,
                    head_start_s=max(head_start_s, 0.0),
                    per_waited_s=min(max(per_waited_s, 0.0), 1.0),
                )

    def _at_work(self, now: float) -> tuple[_AtWork, dict[str, Kind]]:
        """What agents do, by kind; and the kinds by name."""
        doing: dict[Kind, Counter[tuple[Activity, str, float]]] = {}
        for agent, record in self._ledger.agents.items():
            kind = self._agents.kinds.get(AgentId(agent))
            if kind is None or record.wanted_pause or record.state not in _ACTIVITIES:
                continue
            if self._agents.is_away(record):
                continue
            activity = _ACTIVITIES[record.state]
            # How long a talk lasts already tells nothing of its end: talks are counted together.
            has_end = activity in (Activity.RINGING, Activity.WRAPPING_UP)
            for_s = max(now - record.since, 0.0) if has_end else 0.0
            doing.setdefault(kind, Counter())[activity, record.queue, for_s] += 1
        if len(doing) > MOST_KINDS:
            doing = _without_skills(doing)
        names = {
            kind: f"{number} {', '.join(sorted(kind.queues))}" for number, kind in enumerate(doing)
        }
        at_work = {
            names[kind]: tuple(
                AtWork(activity=activity, queue=queue, for_s=for_s, agents=agents)
                for (activity, queue, for_s), agents in each.items()
            )
            for kind, each in doing.items()
        }
        return at_work, {name: kind for kind, name in names.items()}


def _without_skills(
    doing: dict[Kind, Counter[tuple[Activity, str, float]]],
) -> dict[Kind, Counter[tuple[Activity, str, float]]]:
    """Kinds of the same queues put together, each with the best of their levels."""
    levels: dict[frozenset[QueueName], dict[str, int]] = {}
    for kind in doing:
        best = levels.setdefault(kind.queues, {})
        for skill, level in kind.skills:
            best[skill] = max(best.get(skill, 0), level)
    together: dict[Kind, Counter[tuple[Activity, str, float]]] = {}
    for kind, each in doing.items():
        joined = Kind(kind.queues, tuple(sorted(levels[kind.queues].items())))
        together.setdefault(joined, Counter()).update(each)
    return together


def _able(kinds: dict[str, Kind], queue: QueueName, wanted: Wanted) -> frozenset[str]:
    """The kinds that meet what is wanted in a queue; one agent alone is not told apart from the kind."""
    return frozenset(
        name
        for name, kind in kinds.items()
        if queue in kind.queues
        and all(dict(kind.skills).get(skill, 0) >= level for skill, level in wanted.needs)
    )


def _reaches(entries: Sequence[Entry], kinds: dict[str, Kind], now: float) -> tuple[Reach, ...]:
    """Who can serve the caller now, and after each moment at which less is asked for."""
    times = {0.0}
    for entry in entries:
        times.update(
            entry.entered + stage.after_s - now
            for stage in entry.stages[entry.stage + 1 :]
            if entry.entered + stage.after_s > now
        )
    reaches: list[Reach] = []
    for from_s in sorted(times):
        reached: frozenset[str] = frozenset()
        for entry in entries:
            waited_s = now + from_s - entry.entered
            passed = [stage for stage in entry.stages if stage.after_s <= max(waited_s, 0.0)]
            wanted = max(
                passed[-1], entry.stages[entry.stage], key=lambda each: each.after_s
            ).wanted
            reached |= _able(kinds, entry.queue, wanted)
        if not reaches or reaches[-1].kinds != reached:
            reaches.append(Reach(from_s=from_s, kinds=reached))
    return tuple(reaches)
