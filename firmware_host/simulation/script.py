"""What people will do, whoever wrote it down: a traffic model that draws it, or a journal that saw it.

Times are seconds since the midnight with which the simulated day begins. A script does not depend on what
the call center does with it; so two settings can be tried with the very same people.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from acd import AgentId, PortId

__all__ = ["FOR_EVER", "Caller", "Duty", "DutyKind", "Keyed", "Script"]

FOR_EVER = math.inf


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key that a caller presses in a menu, so long after reaching it."""

    after_s: float
    key: str


class Caller(Protocol):
    """One call, from outside. Numbered things count from 0."""

    @property
    def at_s(self) -> float:
        """When it rings."""
        ...

    @property
    def ports(self) -> Sequence[PortId]:
        """On which trunks it can come, in the order in which the exchange tries them."""
        ...

    @property
    def called(self) -> str:
        """The number called; empty: the trunk's."""
        ...

    @property
    def number(self) -> str:
        """Who calls."""
        ...

    @property
    def agent_hangs_up(self) -> bool:
        """Whether it is the agent who ends the talk."""
        ...

    def keys(self, menu: int) -> Sequence[Keyed]:
        """What is pressed in the menu reached as number ``menu``."""
        ...

    def digits(self, flow: str, node: str) -> Sequence[Keyed]:
        """What is keyed in at a node that asks for digits."""
        ...

    def exits(self, queue: str) -> Sequence[Keyed]:
        """Keys that are pressed while the caller waits, so long after entering the queue."""
        ...

    def takes_call_back(self) -> Sequence[Keyed]:
        """What is pressed where a call-back is offered; nothing: it is not wanted."""
        ...

    def answers_call_back_s(self, attempt: int) -> float | None:
        """How long it rings where the caller is called back; None: nobody answers."""
        ...

    def leaves_flow_s(self) -> float | None:
        """So long after ringing the caller hangs up if no queue was reached by then; None: never."""
        ...

    def patience_s(self, queue: str) -> float:
        """How long the caller waits for an agent, from entering the first queue."""
        ...

    def talk_s(self, queue: str) -> float:
        """How long caller and agent talk."""
        ...

    def after_call_s(self, queue: str) -> float | None:
        """How long the agent needs then, if that is shorter than the wrap-up; None: all of it."""
        ...

    def answer_s(self, offer: int) -> float | None:
        """How long the handset rings when this caller is offered; None: nobody lifts it."""
        ...


class DutyKind(Enum):
    """What an agent sets out to do."""

    COME = "come"
    GO = "go"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What one agent sets out to do at a time; a call that is up then comes first."""

    agent: AgentId
    at_s: float
    kind: DutyKind
    station: PortId | None = None
    "Where to log in; None: at the first telephone that is free."
    reason: str = ""
    "Of a pause, as the appliance names it; empty: any."
    length_s: float = 0.0
    "Of a pause, from its beginning."


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A day as people make it."""

    begin_s: float
    end_s: float
    "Nobody calls any more; who waits is still served."
    midnight_utc_s: float
    callers: Sequence[Caller]
    "In the order of their times."
    duties: Sequence[Duty]
    "In the order of their times."
    put_down_s: float = 0.0
    "From the caller's hanging up to the agent's."
    back_after_missed_s: float = 120.0
    "An agent who was paused for missed calls is back after this."
    notes: Sequence[str] = field(default=())
    "What whoever reads the result ought to know."
