"""What is looked at every second while anybody waits: overflow, queues that are deserted, loans of agents.

A loan is given when its threshold is reached, one agent at a time and at most one a second, and taken back
when all that the threshold names has fallen below a part of it: between the two nothing changes, so that
agents do not go to and fro.
"""

from acd.agents import Agents
from acd.calls.call import Call
from acd.calls.places import Places
from acd.configured import Configured
from acd.ids import AgentId, CallId, QueueName
from acd.orders import Orders
from acd.queue_settings import LoanSettings, Staffed
from acd.records import AgentState, Loan
from acd.timers import Purpose

__all__ = ["QueueRules"]

EVERY_S = 1.0


class QueueRules:
    """The rules of all queues."""

    def __init__(
        self, configured: Configured, orders: Orders, agents: Agents, places: Places
    ) -> None:
        self._orders = orders
        self._agents = agents
        self._places = places
        self._configured = configured
        self.follow()

    def follow(self) -> None:
        """Queues and loans may be others than before."""
        settings = self._configured.settings
        self._loans = settings.loans
        self._overflowing = [queue for queue in settings.queues if queue.overflows]
        self._staffed = [
            queue.name for queue in settings.queues if queue.stay_needs is not Staffed.NOBODY
        ]

    def time(self) -> None:
        """Look again in a second, if there will be anything to look at."""
        timers = self._orders.timers
        if self._has_work() and not timers.is_running(Purpose.RULES, ""):
            timers.start(Purpose.RULES, "", self._orders.now + EVERY_S)

    def _has_work(self) -> bool:
        if not (self._loans or self._overflowing or self._staffed):
            return False
        return self._places.is_anybody_waiting() or any(self._given(each) for each in self._loans)

    def deserted(self) -> list[CallId]:
        """Those who wait for nobody."""
        return [
            contact.call
            for queue in self._staffed
            if self._places.is_deserted(queue)
            for contact in self._places.present(queue)
            if contact.queue == queue
        ]

    def overflow(self, calls: dict[CallId, Call]) -> None:
        """Let callers overflow for whom it is time."""
        for queue in self._overflowing:
            present = self._places.present(queue.name)
            if not present:
                continue
            load = self._places.load(queue.name)
            for contact in present:
                if contact.queue != queue.name:
                    continue
                waited_s = self._orders.now - contact.entered
                for rule in queue.overflows:
                    if rule in contact.overflowed:
                        continue
                    why = rule.when.reached(load, waited_s=waited_s)
                    if why:
                        self._places.overflow(calls[contact.call], rule, why)

    def lend(self) -> None:
        """Give and take back loans."""
        for loan in self._loans:
            load = self._places.load(loan.queue)
            given = self._given(loan)
            why = loan.when.reached(load)
            if why:
                helper = self._helper(loan, given)
                if helper is not None:
                    self._agents.lend(helper, loan.queue, loan.name, why, loan.leaves)
            elif given and not loan.when.reached(load, part=loan.stays_above):
                for agent, each in given:
                    if self._orders.now - each.since >= loan.at_least_s:
                        calm = f"waiting {load.waiting}, longest wait {load.longest_wait_s:.0f} s"
                        self._agents.take_back(agent, loan.queue, calm)

    def _given(self, loan: LoanSettings) -> list[tuple[AgentId, Loan]]:
        return [
            (agent, lent)
            for agent in loan.agents
            for lent in (self._orders.ledger.agent(agent).lent.get(loan.queue),)
            if lent is not None and lent.loan == loan.name
        ]

    def _helper(self, loan: LoanSettings, given: list[tuple[AgentId, Loan]]) -> AgentId | None:
        """Who can help next: logged in, not paused, and not needed more where that agent is."""
        if len(given) >= loan.at_most:
            return None
        for agent in loan.agents:
            record = self._orders.ledger.agent(agent)
            away = record.state in (AgentState.LOGGED_OUT, AgentState.PAUSED)
            serves = self._agents.membership.served(agent, record.lent)
            if not away and loan.queue not in serves and self._can_leave(agent, loan):
                return agent
        return None

    def _can_leave(self, agent: AgentId, loan: LoanSettings) -> bool:
        return all(self._ready_besides(agent, queue) >= loan.keeps_ready for queue in loan.leaves)

    def _ready_besides(self, agent: AgentId, queue: QueueName) -> int:
        return sum(
            record.state is AgentState.READY and record.agent != agent
            for record in self._agents.serving(queue)
        )
