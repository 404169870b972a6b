"""Alerts: looks once a second while there is anything to look at, and lets the machine decide.

Nothing here runs, not even a timer, if no alert is configured and none is up.
"""

from acd.agents import Agents
from acd.alert_calls import AlertCalls
from acd.alert_facts import AlertFact
from acd.alert_machine import AlertMachine
from acd.alert_settings import NobodyLoggedIn
from acd.alert_sights import Sights
from acd.calls.places import Places
from acd.configured import Configured
from acd.handsets import Handsets
from acd.number_plan import NumberPlan
from acd.orders import Orders
from acd.recent_service import LONGEST_WINDOW_S
from acd.records import AgentState
from acd.timers import Purpose
from acd.trunks import Trunks
from acd.views import AlertView

__all__ = ["Alerts"]

EVERY_S = 1.0


class Alerts:
    """All alerts of a center."""

    def __init__(
        self,
        configured: Configured,
        orders: Orders,
        handsets: Handsets,
        agents: Agents,
        places: Places,
        trunks: Trunks,
        plan: NumberPlan,
    ) -> None:
        self._configured = configured
        self._orders = orders
        self._places = places
        self._sights = Sights(configured, orders, handsets, agents, places)
        self._machine = AlertMachine((), orders.ledger.alerts, self._write)
        self.calls = AlertCalls(configured, orders, handsets, trunks, plan, self.acknowledge)
        self.follow()

    def follow(self) -> None:
        """Alerts and receivers may be others than before."""
        alerts = self._configured.settings.alerts
        self._settings = {each.name: each for each in alerts}
        self._sights.follow()
        self._machine.follow(alerts)
        self._looks_at_nobody = any(isinstance(each.rule, NobodyLoggedIn) for each in alerts)

    def time(self) -> None:
        """Look again in a second, if there will be anything to look at."""
        timers = self._orders.timers
        if not timers.is_running(Purpose.ALERTS, "") and self._has_work():
            timers.start(Purpose.ALERTS, "", self._orders.now + EVERY_S)

    def look(self) -> None:
        """Raise, repeat, escalate and clear what is due."""
        self._machine.look(self._sights.look(), self._orders.now)

    def acknowledge(self, number: int, by: str) -> bool:
        """Somebody sees to an alert; False: it is not up, or somebody does already."""
        return self._machine.acknowledge(number, by, self._orders.now)

    def views(self, now: float) -> tuple[AlertView, ...]:
        """Those that are up, oldest first."""
        return tuple(
            AlertView(
                number=record.number,
                alert=record.alert,
                kind=record.kind,
                subject_kind=record.subject.kind,
                subject=record.subject.name,
                why=record.why,
                severity=record.severity,
                since_utc=self._orders.clock.utc(record.since),
                lasts_s=max(now - record.since, 0.0),
                is_escalated=record.is_escalated,
                acknowledged_by=record.acknowledged_by,
                receivers=self._receivers(record.alert, is_escalated=record.is_escalated),
            )
            for record in self._orders.ledger.alerts
        )

    def _receivers(self, alert: str, *, is_escalated: bool) -> tuple[str, ...]:
        settings = self._settings.get(alert)
        if settings is None:
            return ()
        return settings.receivers + (settings.escalate_to if is_escalated else ())

    def _has_work(self) -> bool:
        if not self._machine.is_at_rest:
            return True
        if not self._settings:
            return False
        ledger = self._orders.ledger
        return (
            self._looks_at_nobody
            or self._places.is_anybody_waiting()
            or ledger.recent.latest > self._orders.now - LONGEST_WINDOW_S
            or any(each.state is not AgentState.LOGGED_OUT for each in ledger.agents.values())
        )

    def _write(self, fact: AlertFact) -> None:
        self._orders.write(fact)
        self.calls.notice(fact)
