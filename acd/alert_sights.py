"""What is seen of everything that alerts are about, once a second: only subjects that are not calm.

Agents are sorted by state first, so that a look costs little when a thousand of them do what they should.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import assert_never

from acd.agents import Agents
from acd.alert_machine import Finding, Sight, Watched
from acd.alert_records import Subject
from acd.alert_settings import (
    AlertSettings,
    CallTooLong,
    NobodyLoggedIn,
    OffersMissed,
    PauseTooLong,
    QueueLoaded,
    ServiceLevelLow,
    StationUnusable,
    WrapUpTooLong,
)
from acd.calls.places import Places
from acd.configured import Configured
from acd.handset import HandsetState
from acd.handsets import Handsets
from acd.ids import AgentId, PortId, QueueName
from acd.ivr import is_open
from acd.orders import Orders
from acd.pauses import MISSED
from acd.records import AgentRecord, AgentState, Stage
from acd.service_level import service_level
from acd.settings import CenterSettings

__all__ = ["Sights"]

_IN_ORDER = frozenset(
    {HandsetState.IDLE, HandsetState.RINGING, HandsetState.TALKING, HandsetState.RELEASED}
)
"A handset in these can be rung, or is being used."
_WORDS = {
    PauseTooLong: "pause too long",
    OffersMissed: "offers missed",
    CallTooLong: "call too long",
    WrapUpTooLong: "wrap-up too long",
    StationUnusable: "handset unusable",
    QueueLoaded: "queue loaded",
    ServiceLevelLow: "service level low",
    NobodyLoggedIn: "nobody logged in",
}

_ByState = dict[AgentState, list[AgentRecord]]
_Seen = Iterator[tuple[str, Sight, str]]
"""Name of an agent or a queue, how it looks, and why in words."""


class Sights:
    """Looks at agents, handsets and queues."""

    def __init__(
        self,
        configured: Configured,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        places: Places,
    ) -> None:
        self._orders = orders
        self._handsets = handsets
        self._agents = agents
        self._places = places
        self._configured = configured
        self.follow()

    def follow(self) -> None:
        """Alerts, agents and queues may be others than before."""
        settings = self._configured.settings
        self._alerts = settings.alerts
        self._watched = {each.name: _agents_of(each, settings) for each in settings.alerts}
        self._all_queues = tuple(queue.name for queue in settings.queues if not queue.is_personal)
        self._limits_s = {reason.name: reason.limit_s for reason in settings.pause_reasons.values()}
        self._paused_after = settings.missed_offers_before_pause

    def look(self) -> dict[Watched, Finding]:
        """All that is not calm now."""
        by_state: _ByState = defaultdict(list)
        for record in self._orders.ledger.agents.values():
            by_state[record.state].append(record)
        findings: dict[Watched, Finding] = {}
        for alert in self._alerts:
            word = _WORDS[type(alert.rule)]
            for name, sight, why in self._look_at(alert, by_state):
                if sight is not Sight.CALM:
                    kind = "queue" if _is_about_queues(alert) else "agent"
                    findings[alert.name, Subject(kind, name)] = Finding(sight, word, why)
        return findings

    def _look_at(self, alert: AlertSettings, by_state: _ByState) -> _Seen:
        match alert.rule:
            case PauseTooLong() as rule:
                yield from self._pauses(alert, rule, by_state)
            case OffersMissed() as rule:
                yield from self._missed(alert, rule, by_state)
            case CallTooLong() as rule:
                yield from self._calls(alert, rule, by_state)
            case WrapUpTooLong() as rule:
                for record in self._of(alert, by_state[AgentState.WRAPPING_UP]):
                    yield self._lasting(alert, record.agent, "wrap-up", record.since, rule)
            case StationUnusable():
                yield from self._stations(alert, by_state)
            case QueueLoaded() as rule:
                for queue in self._queues(alert):
                    load = self._places.load(queue)
                    over = rule.when.reached(load)
                    near = over or rule.when.reached(load, part=alert.clears_below)
                    yield queue, _sight(is_over=bool(over), is_near=bool(near)), near
            case ServiceLevelLow() as rule:
                yield from self._levels(alert, rule)
            case NobodyLoggedIn() as rule:
                yield from self._unstaffed(alert, rule)
            case _:
                assert_never(alert.rule)

    # Agents.

    def _of(self, alert: AlertSettings, records: list[AgentRecord]) -> Iterator[AgentRecord]:
        watched = self._watched[alert.name]
        return (record for record in records if record.agent in watched)

    def _pauses(self, alert: AlertSettings, rule: PauseTooLong, by_state: _ByState) -> _Seen:
        for record in self._of(alert, by_state[AgentState.PAUSED]):
            if rule.reasons and record.reason not in rule.reasons:
                continue
            limit_s = rule.longer_than_s or self._limits_s.get(record.reason)
            if limit_s is not None:
                what = f'pause "{record.reason}"'
                yield self._lasts(alert, record.agent, what, record.since, limit_s)

    def _missed(self, alert: AlertSettings, rule: OffersMissed, by_state: _ByState) -> _Seen:
        for state, records in by_state.items():
            if state is AgentState.LOGGED_OUT:
                continue
            for record in self._of(alert, records):
                # The pause that follows begins the count anew, but nobody has answered since.
                paused = state is AgentState.PAUSED and record.reason == MISSED
                in_row = self._paused_after if paused else record.missed_in_row
                if in_row:
                    why = f"{in_row} offers missed in a row" + (", paused for it" if paused else "")
                    is_near = in_row > rule.in_row * alert.clears_below
                    yield record.agent, _sight(is_over=in_row >= rule.in_row, is_near=is_near), why

    def _calls(self, alert: AlertSettings, rule: CallTooLong, by_state: _ByState) -> _Seen:
        for record in self._of(alert, by_state[AgentState.TALKING]):
            yield self._lasting(alert, record.agent, "call", record.since, rule)
        for call in self._orders.ledger.calls.values():
            if call.stage is Stage.THROUGH:
                here = self._orders.ledger.agent_at(call.port)
                if here is not None and here.agent in self._watched[alert.name]:
                    yield self._lasting(alert, here.agent, "call outside", call.stage_since, rule)

    def _stations(self, alert: AlertSettings, by_state: _ByState) -> _Seen:
        for state, records in by_state.items():
            if state is AgentState.LOGGED_OUT:
                continue
            for record in self._of(alert, records):
                handset = self._handsets.get(PortId(record.station))
                if handset is None or handset.state in _IN_ORDER:
                    continue
                if handset.is_in_service:
                    yield record.agent, Sight.OVER, f"handset {record.station} is off-hook"
                else:
                    yield record.agent, Sight.OVER, f"line {record.station} is out of service"

    def _lasting(
        self,
        alert: AlertSettings,
        agent: str,
        what: str,
        since: float,
        rule: CallTooLong | WrapUpTooLong,
    ) -> tuple[str, Sight, str]:
        return self._lasts(alert, agent, what, since, rule.longer_than_s)

    def _lasts(
        self, alert: AlertSettings, agent: str, what: str, since: float, limit_s: float
    ) -> tuple[str, Sight, str]:
        lasts_s = max(self._orders.now - since, 0.0)
        sight = _sight(is_over=lasts_s > limit_s, is_near=lasts_s > limit_s * alert.clears_below)
        return agent, sight, f"{what} lasts {lasts_s:.0f} s, limit {limit_s:.0f} s"

    # Queues.

    def _queues(self, alert: AlertSettings) -> tuple[QueueName, ...]:
        return alert.queues or self._all_queues

    def _levels(self, alert: AlertSettings, rule: ServiceLevelLow) -> _Seen:
        begin = self._orders.now - 60 * rule.last_minutes
        for queue in self._queues(alert):
            callers = self._orders.ledger.recent.since(queue, begin)
            level = service_level(callers, rule.target_s, rule.formula)
            if level.callers < rule.at_least:
                continue
            # The threshold is how many may wait too long: below a part of that it is over.
            late_percent, limit_percent = 100 - level.percent, 100 - rule.below_percent
            sight = _sight(
                is_over=late_percent > limit_percent,
                is_near=late_percent > limit_percent * alert.clears_below,
            )
            yield (
                queue,
                sight,
                f"{level.percent:.0f} % of {level.callers} callers answered in"
                f" {rule.target_s:g} s in {rule.last_minutes:g} min,"
                f" wanted {rule.below_percent:g} % (of: {rule.formula.value})",
            )

    def _unstaffed(self, alert: AlertSettings, rule: NobodyLoggedIn) -> _Seen:
        clock, now = self._orders.clock, self._orders.now
        schedule = self._configured.schedules[rule.schedule]
        if not is_open(schedule, clock.utc(now), clock_trusted=clock.is_trusted(now)):
            return
        for queue in self._queues(alert):
            serving = self._agents.serving(queue)
            if all(record.state is AgentState.LOGGED_OUT for record in serving):
                yield queue, Sight.OVER, f'nobody is logged in, and "{rule.schedule}" is open'


def _is_about_queues(alert: AlertSettings) -> bool:
    return isinstance(alert.rule, QueueLoaded | ServiceLevelLow | NobodyLoggedIn)


def _agents_of(alert: AlertSettings, settings: CenterSettings) -> frozenset[AgentId]:
    served = {
        agent for queue in settings.queues if queue.name in alert.queues for agent in queue.agents
    }
    named = alert.agents | served
    return named or frozenset(agent.agent for agent in settings.agents)


def _sight(*, is_over: bool, is_near: bool) -> Sight:
    if is_over:
        return Sight.OVER
    return Sight.BETWEEN if is_near else Sight.CALM
