"""What happened on a day, read from its facts: each wait in a queue, each agent's time.

The facts may come from a simulation or from an appliance's journal; the account does not care. It holds
nothing that the facts do not tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

import acd

__all__ = ["Account", "Busyness", "CallBack", "Outcome", "QueueVisit", "Spell", "keep_account"]

_ABANDONED = "caller hung up"
_LONGEST_OFFER_S = 600.0
"From leaving a queue to having asked for a call-back."


class Outcome(Enum):
    """What became of a wait."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    "The caller hung up."
    LEFT_BY_KEY = "left by key"
    CALL_BACK = "to be called back"
    "The caller left the queue for that."
    SENT_ON = "sent on"
    "The longest wait was over, or nobody was there any more: the flow went on."
    CUT_OFF = "cut off"
    "A fault, an operator or the day's end."


class Busyness(Enum):
    """What an agent does."""

    READY = "ready"
    RINGING = "ringing"
    CALLING_BACK = "calling back"
    "The number of a call-back is dialled; nobody has answered yet."
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueVisit:
    """One caller's wait, from entering a queue to its end.

    Who waits in several queues counts for the one that serves, else for the first.
    """

    call: str
    queue: str
    entered_s: float
    left_s: float
    outcome: Outcome
    agent: str = ""

    @property
    def wait_s(self) -> float:
        """Ringing of the agent's handset included."""
        return self.left_s - self.entered_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time in which an agent did one thing."""

    agent: str
    what: Busyness
    begin_s: float
    end_s: float
    queue: str = ""
    "Whose caller it was for."

    def within(self, begin_s: float, end_s: float) -> float:
        """Seconds of it that lie in this time."""
        return max(0.0, min(self.end_s, end_s) - max(self.begin_s, begin_s))


@dataclass(slots=True, kw_only=True)
class CallBack:
    """A caller who asked to be called back."""

    queue: str
    asked_s: float
    attempts: int = 0
    reached_s: float | None = None
    is_over: bool = False


@dataclass(slots=True)
class Account:
    """A day."""

    visits: list[QueueVisit] = field(default_factory=list)
    "In the order in which they ended."
    call_backs: list[CallBack] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    missed: list[tuple[float, str]] = field(default_factory=list)
    "When an agent let an offer ring out, and who."
    arrivals: list[float] = field(default_factory=list)
    "Calls that reached the appliance."
    ended_in_flow: dict[str, int] = field(default_factory=dict)
    "Calls that never reached a queue, by cause."


@dataclass(slots=True)
class _Open:
    """What has begun and not ended yet."""

    waits: dict[str, tuple[str, float]] = field(default_factory=dict)
    "Call → first queue, and since when."
    served: set[str] = field(default_factory=set)
    "Calls that had an agent: should the talk be lost, they are not offered again."
    call_backs: dict[str, CallBack] = field(default_factory=dict)
    "By the call in which it was asked for."
    queued: set[str] = field(default_factory=set)
    incoming: set[str] = field(default_factory=set)
    agents: dict[str, tuple[Busyness, float, str]] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    "Agent → queue of the caller at hand."


def keep_account(facts: Iterable[tuple[float, acd.Fact]], end_s: float) -> Account:
    """Read the facts of a day, in their order; what is still going on ends at ``end_s`` at the latest."""
    account, still = Account(), _Open()
    last_s = 0.0
    for at_s, fact in facts:
        last_s = at_s
        _read_call(account, still, at_s, fact)
        _read_agent(account, still, at_s, fact)
    close_s = max(last_s, end_s)
    for call in list(still.waits):
        _end_waits(account, still, call, close_s, Outcome.CUT_OFF)
    for agent in list(still.agents):
        _begin_spell(account, still, agent, None, close_s)
    return account


def _read_call(account: Account, still: _Open, at_s: float, fact: acd.Fact) -> None:
    match fact:
        case acd.CallOfferedToUs():
            account.arrivals.append(at_s)
            still.incoming.add(fact.call)
        case acd.CallerQueued():
            still.queued.add(fact.call)
            if fact.call not in still.served:
                still.waits.setdefault(fact.call, (fact.queue, at_s))
        case acd.QueueLeft():
            by_key = fact.why.startswith("key ")
            outcome = Outcome.LEFT_BY_KEY if by_key else Outcome.SENT_ON
            _end_waits(account, still, fact.call, at_s, outcome)
        case acd.FlowEntered():
            _end_waits(account, still, fact.call, at_s, Outcome.SENT_ON)
        case acd.CallConnected():
            still.served.add(fact.call)
            _, entered_s = still.waits.pop(fact.call, ("", None))
            if entered_s is not None:
                account.visits.append(
                    QueueVisit(
                        call=fact.call,
                        queue=fact.queue,
                        entered_s=entered_s,
                        left_s=at_s,
                        outcome=Outcome.ANSWERED,
                        agent=fact.agent,
                    )
                )
        case acd.CallBackRequested():
            _read_request(account, still, at_s, fact)
        case acd.CallBackAttempted() if fact.call_back in still.call_backs:
            still.call_backs[fact.call_back].attempts += 1
        case acd.CallBackReached() if fact.call_back in still.call_backs:
            still.call_backs[fact.call_back].reached_s = at_s
        case acd.CallBackEnded() if fact.call_back in still.call_backs:
            still.call_backs.pop(fact.call_back).is_over = True
        case acd.CallEnded():
            outcome = Outcome.ABANDONED if fact.cause == _ABANDONED else Outcome.CUT_OFF
            _end_waits(account, still, fact.call, at_s, outcome)
            if fact.call in still.incoming and fact.call not in still.queued:
                causes = account.ended_in_flow
                causes[fact.cause] = causes.get(fact.cause, 0) + 1
            still.incoming.discard(fact.call)
            still.queued.discard(fact.call)
            still.served.discard(fact.call)
        case _:
            pass


def _read_request(account: Account, still: _Open, at_s: float, fact: acd.CallBackRequested) -> None:
    for index in range(len(account.visits) - 1, -1, -1):
        visit = account.visits[index]
        if visit.call == fact.call:
            if visit.outcome in (Outcome.LEFT_BY_KEY, Outcome.SENT_ON):
                account.visits[index] = replace(visit, outcome=Outcome.CALL_BACK)
            break
        if visit.left_s < at_s - _LONGEST_OFFER_S:
            break
    call_back = CallBack(queue=fact.queue, asked_s=at_s)
    still.call_backs[fact.call] = call_back
    account.call_backs.append(call_back)


def _end_waits(account: Account, still: _Open, call: str, at_s: float, outcome: Outcome) -> None:
    if call in still.waits:
        queue, entered_s = still.waits.pop(call)
        account.visits.append(
            QueueVisit(call=call, queue=queue, entered_s=entered_s, left_s=at_s, outcome=outcome)
        )


def _read_agent(account: Account, still: _Open, at_s: float, fact: acd.Fact) -> None:
    match fact:
        case acd.AgentLoggedIn() | acd.AgentWrappedUp() | acd.OfferWithdrawn():
            _begin_spell(account, still, fact.agent, Busyness.READY, at_s)
        case acd.OfferMissed():
            account.missed.append((at_s, fact.agent))
            _begin_spell(account, still, fact.agent, Busyness.READY, at_s)
        case acd.OfferMade():
            still.offers[fact.agent] = fact.queue
            _begin_spell(account, still, fact.agent, Busyness.RINGING, at_s)
        case acd.CallBackAttempted():
            still.offers[fact.agent] = fact.queue
            _begin_spell(account, still, fact.agent, Busyness.CALLING_BACK, at_s)
        case acd.CallConnected() | acd.CallBackReached():
            still.offers[fact.agent] = fact.queue
            _begin_spell(account, still, fact.agent, Busyness.TALKING, at_s)
        case acd.WrapUpStarted():
            _begin_spell(account, still, fact.agent, Busyness.WRAPPING_UP, at_s)
        case acd.AgentPaused():
            _begin_spell(account, still, fact.agent, Busyness.PAUSED, at_s)
        case acd.AgentResumed():
            if still.agents.get(fact.agent, (None,))[0] is Busyness.PAUSED:
                _begin_spell(account, still, fact.agent, Busyness.READY, at_s)
        case acd.AgentLoggedOut():
            _begin_spell(account, still, fact.agent, None, at_s)
        case _:
            pass


_WITH_CALLER = (
    Busyness.RINGING,
    Busyness.CALLING_BACK,
    Busyness.TALKING,
    Busyness.WRAPPING_UP,
)


def _begin_spell(
    account: Account, still: _Open, agent: str, what: Busyness | None, at_s: float
) -> None:
    before = still.agents.pop(agent, None)
    if before is not None and at_s > before[1]:
        account.spells.append(
            Spell(agent=agent, what=before[0], begin_s=before[1], end_s=at_s, queue=before[2])
        )
    if what is not None:
        queue = still.offers.get(agent, "") if what in _WITH_CALLER else ""
        still.agents[agent] = (what, at_s, queue)
