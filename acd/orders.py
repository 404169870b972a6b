"""What one event leads to: actions asked for, facts written, deadlines started.

Every part of the ACD works on the same `Orders`. A fact changes the ledger at the moment it is written,
so what comes after it in the same event already sees its effect.
"""

from acd import facts
from acd.actions import Action, PlayPrompts, WriteFact
from acd.clock import WallClock
from acd.facts import Fact
from acd.ids import PortId
from acd.ledger import Ledger
from acd.timers import Timers

__all__ = ["Orders"]


class Orders:
    """Collects what is asked for, in order, until it is taken."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ledger = Ledger()
        self.timers = Timers()
        self.clock = WallClock()
        self.match_is_due = False
        "A caller and an agent may find each other who could not before."
        self.touched_agents: dict[str, None] = {}
        "Those who may have become ready, or stopped being so."
        self._actions: list[Action] = []
        self._last_ticket = 0
        self._last_sound_id = 0

    def ask(self, action: Action) -> None:
        """Ask for an action after those already asked for."""
        self._actions.append(action)

    def write(self, fact: Fact) -> None:
        """Make a fact true, and have it journaled."""
        self._write(fact, None)

    def write_and_await(self, fact: Fact) -> int:
        """Make a fact true and return the ticket of `FactStored`."""
        self._last_ticket += 1
        self._write(fact, self._last_ticket)
        return self._last_ticket

    def play(self, port: PortId, prompts: tuple[str, ...], language: str) -> int:
        """Ask for prompts and return the id that their end will carry."""
        self._last_sound_id += 1
        self.ask(
            PlayPrompts(port=port, sound_id=self._last_sound_id, prompts=prompts, language=language)
        )
        return self._last_sound_id

    def take(self) -> list[Action]:
        """Hand over what was asked for since the last time."""
        actions, self._actions = self._actions, []
        return actions

    def touch(self, agent: str) -> None:
        """Have it looked at whether an agent is ready, before anything is decided."""
        self.touched_agents[agent] = None
        self.match_is_due = True

    def _write(self, fact: Fact, ticket: int | None) -> None:
        tenant = self._tenant_of(fact)
        self.ledger.apply(fact, self.now)
        self.ask(
            WriteFact(fact=fact, ticket=ticket, tenant=tenant or self._tenant_of(fact) or "main")
        )
        if isinstance(fact, facts.CallerQueued):
            self.match_is_due = True
        agent = getattr(fact, "agent", "")
        if agent:
            self.touch(agent)

    def _tenant_of(self, fact: Fact) -> str:
        record = self.ledger.calls.get(getattr(fact, "call", ""))
        return "" if record is None else record.tenant
