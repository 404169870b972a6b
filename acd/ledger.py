"""What survives a restart: agents, counters and which calls are up, derived from facts and nothing else.

The live ACD changes these records only by writing a fact and applying it here, and replay applies the
same facts to the same code, so the two cannot disagree. Times are in the seconds of ``now``; replay maps
the journal's UTC to them. Facts that make no sense here (from older code, or after a torn tail) change
what they can and break nothing.
"""

from dataclasses import dataclass, field

from acd import facts
from acd.alert_records import ActiveAlerts
from acd.call_backs import CallBacks
from acd.carriers import count_incoming, count_outgoing
from acd.facts import Fact, SnapshotTaken
from acd.ids import Cause
from acd.memory import Memory
from acd.recent_service import RecentService
from acd.records import AgentRecord, AgentState, CallRecord, Loan, Refusal, Stage
from acd.snapshots import agents_of, calls_of, take_snapshot
from acd.waiting import (
    Duration,
    Told,
    observe_arrival,
    observe_duration,
    observe_end_of_wait,
    observe_service,
)

__all__ = ["Ledger"]

_BUSY = (
    AgentState.RINGING,
    AgentState.RESERVED,
    AgentState.TALKING,
    AgentState.WRAPPING_UP,
)
_SINCE_ARRIVAL = "ms since arrival "
"Counters of a snapshot only: an age, where the live record has a time."
_LAST_ALERT = "last alert"
"One more of these."


@dataclass(slots=True)
class Ledger:
    """The records, and how each fact changes them."""

    agents: dict[str, AgentRecord] = field(default_factory=dict)
    calls: dict[str, CallRecord] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    last_arrivals: dict[str, float] = field(default_factory=dict)
    "When the last caller of each queue came."
    memory: Memory = field(default_factory=Memory)
    alerts: ActiveAlerts = field(default_factory=ActiveAlerts)
    recent: RecentService = field(default_factory=RecentService)
    call_backs: CallBacks = field(default_factory=CallBacks)
    _at_station: dict[str, str] = field(default_factory=dict, compare=False)

    def agent(self, agent: str) -> AgentRecord:
        """The record of an agent; one that no fact has mentioned is logged out."""
        return self.agents.get(agent) or AgentRecord(agent)

    def agent_at(self, station: str) -> AgentRecord | None:
        """Who is logged in at a station."""
        record = self.agents.get(self._at_station.get(station, ""))
        return record if record is not None and record.station == station else None

    def count(self, counter: str) -> int:
        """A counter's value; one never counted is 0."""
        return self.counters.get(counter, 0)

    def apply(self, fact: Fact, at: float) -> None:
        """Let a fact that became true at ``at`` change the records."""
        match fact:
            case SnapshotTaken():
                self._restore(fact, at)
            case facts.CallOfferedToUs() | facts.CallPlaced():
                self._begin(fact, at)
            case facts.TrunkReleased():
                count_outgoing(self._add, fact)
                self._change_call(fact, at)
            case facts.CallEnded():
                self._end(fact, at)
            case (
                facts.CallAnswered()
                | facts.FlowEntered()
                | facts.CallerQueued()
                | facts.AnnouncementPlayed()
                | facts.NumberDialled()
                | facts.TrunkSeized()
                | facts.FarEndAnswered()
                | facts.RecordingStarted()
                | facts.RecordingStopped()
                | facts.MessageBegun()
                | facts.MessageEnded()
            ):
                self._change_call(fact, at)
            case (
                facts.OfferMade()
                | facts.OfferAnswered()
                | facts.OfferMissed()
                | facts.OfferWithdrawn()
                | facts.CallConnected()
            ):
                self._change_offer(fact, at)
            case facts.CallBackReached():
                self._reach(fact, at)
            case (
                facts.CallBackRequested()
                | facts.CallBackAttempted()
                | facts.CallBackPostponed()
                | facts.CallBackEnded()
            ):
                self.call_backs.apply(fact, at)
                if isinstance(fact, facts.CallBackAttempted):
                    agent = self._known(fact.agent)
                    _be(agent, AgentState.RESERVED, at)
                    agent.call, agent.queue = fact.call, fact.queue
            case (
                facts.AgentLoggedIn()
                | facts.LogInRefused()
                | facts.AgentLoggedOut()
                | facts.AgentPaused()
                | facts.PauseRequested()
                | facts.AgentResumed()
                | facts.WrapUpStarted()
                | facts.AgentWrappedUp()
                | facts.WrapUpCoded()
                | facts.CallHeld()
                | facts.CallRetrieved()
                | facts.AgentLent()
                | facts.AgentReturned()
            ):
                self._change_agent(fact, at)
            case (
                facts.AlertRaised()
                | facts.AlertRepeated()
                | facts.AlertEscalated()
                | facts.AlertAcknowledged()
                | facts.AlertCleared()
                | facts.AlertCallPlaced()
                | facts.AlertCallEnded()
            ):
                self.alerts.apply(fact, at)
            case _:
                pass  # of interest to reports only, or from a version that this one does not know

    def snapshot(self, now: float) -> SnapshotTaken:
        """The records as one fact."""
        ages = {
            _SINCE_ARRIVAL + queue: round(1000 * max(now - at, 0.0))
            for queue, at in self.last_arrivals.items()
        }
        return take_snapshot(
            self.agents.values(),
            self.calls.values(),
            self.counters | ages | {_LAST_ALERT: self.alerts.last_number},
            self.memory,
            self.call_backs,
            self.alerts,
            self.recent,
            now,
        )

    def _restore(self, fact: SnapshotTaken, at: float) -> None:
        self.counters = dict(fact.counters)
        self.alerts.restore(fact.alerts, self.counters.pop(_LAST_ALERT, 0), at)
        self.recent.restore(fact.recent_service, at)
        self.last_arrivals = {
            name.removeprefix(_SINCE_ARRIVAL): at - self.counters.pop(name) / 1000
            for name in tuple(self.counters)
            if name.startswith(_SINCE_ARRIVAL)
        }
        self.agents = {record.agent: record for record in agents_of(fact, at)}
        self._at_station = {
            record.station: record.agent for record in self.agents.values() if record.station
        }
        self.calls = {record.call: record for record in calls_of(fact, at)}
        self.memory.restore(fact.services, fact.places, at)
        self.call_backs.restore(fact.call_backs, at)

    def _note_arrival(self, queue: str, at: float) -> None:
        last = self.last_arrivals.get(queue)
        if last is not None:
            observe_arrival(self.counters, queue, max(at - last, 0.0))
        self.last_arrivals[queue] = at

    def _add(self, counter: str, amount: int = 1) -> int:
        self.counters[counter] = self.counters.get(counter, 0) + amount
        return self.counters[counter]

    def _begin(self, fact: facts.CallOfferedToUs | facts.CallPlaced, at: float) -> None:
        record = CallRecord(fact.call, fact.port, at, stage_since=at)
        if isinstance(fact, facts.CallOfferedToUs):
            record.carrier, record.tenant = fact.carrier, fact.tenant
            record.number = fact.normal_number or fact.number or ""
        self.calls[fact.call] = record
        if fact.call.isascii() and fact.call.isdigit():
            self.counters["last call"] = max(self.count("last call"), int(fact.call))

    def _end(self, fact: facts.CallEnded, at: float) -> None:
        record = self.calls.pop(fact.call, None)
        count_incoming(self._add, fact)
        # How long a talk lasted that a restart ended, nobody knows.
        if (
            record is not None
            and record.stage is Stage.TALKING
            and fact.cause != Cause.RESTART.value
        ):
            self._add(f"talks {record.queue}")
            observe_duration(self.counters, record.queue, Duration.RING, record.rang_s)
            talked_s = at - record.stage_since
            observe_duration(self.counters, record.queue, Duration.TALK, talked_s)
        if record is not None and fact.stage in (Stage.QUEUED.value, Stage.OFFERING.value):
            entered = record.queued_since - record.waited_before_s
            self.memory.leave(record.number, record.queue, entered, at)
        # Only who hung up while waiting has abandoned; failed lines and restarts are no caller's will.
        if (
            record is not None
            and fact.cause == "caller hung up"
            and fact.stage in (Stage.QUEUED.value, Stage.OFFERING.value)
            and not record.is_served
        ):
            self._add(f"abandoned {record.queue}")
            waited_s = at - record.queued_since
            observe_end_of_wait(self.counters, record.queue, waited_s, left=True)
            self.recent.add(record.queue, at, waited_s, is_answered=False)

    def _change_call(
        self,
        fact: facts.CallAnswered
        | facts.FlowEntered
        | facts.CallerQueued
        | facts.AnnouncementPlayed
        | facts.NumberDialled
        | facts.TrunkSeized
        | facts.TrunkReleased
        | facts.FarEndAnswered
        | facts.RecordingStarted
        | facts.RecordingStopped
        | facts.MessageBegun
        | facts.MessageEnded,
        at: float,
    ) -> None:
        record = self.calls.get(fact.call)
        if record is None:
            return
        match fact:
            case facts.CallAnswered():
                record.answered_at = at
                _move(record, Stage.WALKING, at)
            case facts.NumberDialled():
                _move(record, Stage.DIALLING, at)
            case facts.TrunkSeized():
                record.out_port, record.out_carrier = fact.port, fact.carrier
            case facts.TrunkReleased():
                record.out_port = record.out_carrier = ""
            case facts.FarEndAnswered():
                _move(record, Stage.THROUGH, at)
            case facts.FlowEntered():
                if record.stage is not Stage.WALKING:
                    if record.stage is Stage.QUEUED and not record.is_served:
                        waited_s = at - record.queued_since
                        observe_end_of_wait(self.counters, record.queue, waited_s, left=False)
                    _move(record, Stage.WALKING, at)
            case facts.CallerQueued():
                if record.stage is not Stage.TALKING:
                    record.queued_since = at  # who comes back from a lost talk keeps the old time
                    record.waited_before_s = fact.waited_before_s
                    self.memory.come_back(record.number, fact.queue)
                    record.told_at = None
                    self._note_arrival(fact.queue, at)
                record.queue = fact.queue
                _move(record, Stage.QUEUED, at)
            case facts.AnnouncementPlayed():
                if record.told_at is None and fact.wait_s:
                    record.told_at, record.told_wait_s = at, fact.wait_s
                    record.told_mean_s, record.told_quantile_s = fact.mean_s, fact.quantile_s
                    record.told_quantile = fact.quantile
            case facts.RecordingStarted():
                record.is_recorded = True
            case facts.RecordingStopped():
                record.is_recorded = False
            case facts.MessageBegun():
                record.message_file, record.message_box = fact.file, fact.box
                record.message_since = at
            case facts.MessageEnded():
                record.message_file = record.message_box = ""
                record.message_since = 0.0

    def _change_offer(
        self,
        fact: facts.OfferMade
        | facts.OfferAnswered
        | facts.OfferMissed
        | facts.OfferWithdrawn
        | facts.CallConnected,
        at: float,
    ) -> None:
        call = self.calls.get(fact.call)
        agent = self._known(fact.agent)
        match fact:
            case facts.OfferMade():
                _be(agent, AgentState.RINGING, at)
                agent.call, agent.queue = fact.call, fact.queue
                agent.offered_last[fact.queue] = self._add("offers")
                if call is not None:
                    call.ringing += 1
                    if call.stage is not Stage.OFFERING:
                        _move(call, Stage.OFFERING, at)
            case facts.OfferAnswered():
                agent.missed_in_row = 0
            case facts.OfferMissed():
                agent.missed += 1
                agent.missed_in_row += 1
                agent.last_missed = at
                # Behind everyone else: a phone nobody lifts should not cost the next caller too.
                self._make_ready(agent, at)
                _take_back(call, at)
            case facts.OfferWithdrawn():
                _be(agent, AgentState.READY, at)
                agent.since = agent.ready_since
                agent.call = agent.queue = ""
                _take_back(call, at)
            case facts.CallConnected():
                _be(agent, AgentState.TALKING, at)
                agent.wrap_up_code = ""
                agent.call, agent.queue = fact.call, fact.queue
                agent.calls_taken += 1
                agent.taken[fact.queue] = agent.taken.get(fact.queue, 0) + 1
                agent.turns[fact.queue] = agent.turns.get(fact.queue, 0.0) + fact.turn
                if call is not None:
                    call.queue = fact.queue
                    call.ringing = 0
                    self.memory.serve(call.number, fact.agent, at)
                    call.rang_s = at - call.stage_since if call.stage is Stage.OFFERING else 0.0
                    _move(call, Stage.TALKING, at)
                    self._count_service(call, at)

    def _reach(self, fact: facts.CallBackReached, at: float) -> None:
        agent = self._known(fact.agent)
        _be(agent, AgentState.TALKING, at)
        agent.wrap_up_code = ""
        agent.calls_taken += 1
        agent.taken[fact.queue] = agent.taken.get(fact.queue, 0) + 1
        agent.turns[fact.queue] = agent.turns.get(fact.queue, 0.0) + fact.turn
        self.memory.serve(fact.number, fact.agent, at)
        self._add(f"called back {fact.queue}")

    def _count_service(self, call: CallRecord, at: float) -> None:
        if not call.is_served:
            call.is_served = True
            self._add(f"served {call.queue}")
            waited_s = max(at - call.queued_since, 0.0)
            self._add(f"waited ms {call.queue}", round(1000 * waited_s))
            observe_end_of_wait(self.counters, call.queue, waited_s, left=False)
            self.recent.add(call.queue, at, waited_s, is_answered=True)
            if call.told_at is not None:
                told = Told(
                    wait_s=call.told_wait_s,
                    mean_s=call.told_mean_s,
                    quantile_s=call.told_quantile_s,
                    quantile=call.told_quantile,
                )
                observe_service(self.counters, call.queue, told, max(at - call.told_at, 0.0))

    def _change_agent(
        self,
        fact: facts.AgentLoggedIn
        | facts.LogInRefused
        | facts.AgentLoggedOut
        | facts.AgentPaused
        | facts.PauseRequested
        | facts.AgentResumed
        | facts.WrapUpStarted
        | facts.AgentWrappedUp
        | facts.WrapUpCoded
        | facts.CallHeld
        | facts.CallRetrieved
        | facts.AgentLent
        | facts.AgentReturned,
        at: float,
    ) -> None:
        if isinstance(fact, facts.LogInRefused):
            self._refuse(fact, at)
            return
        agent = self._known(fact.agent)
        match fact:
            case facts.AgentLoggedIn():
                agent.station = fact.station
                self._at_station[fact.station] = fact.agent
                agent.missed_in_row, agent.last_missed = 0, None
                agent.wrong_pins, agent.locked_since = 0, None
                agent.logged_in_at, agent.busy_s = at, 0.0
                agent.taken = {}
                self._level(agent)
                self._make_ready(agent, at)
            case facts.AgentLoggedOut():
                _be(agent, AgentState.LOGGED_OUT, at)
                agent.last_missed = None
                agent.station = agent.reason = agent.wanted_pause = agent.call = agent.queue = ""
            case facts.AgentPaused():
                _be(agent, AgentState.PAUSED, at)
                agent.reason, agent.wanted_pause = fact.reason, ""
                agent.missed_in_row, agent.last_missed = 0, None
            case facts.PauseRequested():
                agent.wanted_pause = fact.reason
            case facts.AgentResumed():
                agent.wanted_pause = ""
                if agent.state is AgentState.PAUSED:
                    self._make_ready(agent, at)
            case facts.WrapUpStarted():
                _be(agent, AgentState.WRAPPING_UP, at)
                agent.call = fact.call
            case facts.AgentWrappedUp():
                if agent.state is AgentState.WRAPPING_UP and agent.queue:
                    took_s = at - agent.since
                    observe_duration(self.counters, agent.queue, Duration.WRAP_UP, took_s)
                self._make_ready(agent, at)
            case facts.WrapUpCoded():
                agent.wrap_up_code = fact.code
            case facts.CallHeld():
                agent.held_since = at
            case facts.CallRetrieved():
                agent.held_since = None
            case facts.AgentLent():
                agent.lent[fact.queue] = Loan(tuple(fact.leaves), fact.loan, at)
            case facts.AgentReturned():
                agent.lent.pop(fact.queue, None)

    def _refuse(self, fact: facts.LogInRefused, at: float) -> None:
        if fact.reason == Refusal.WRONG_PIN.value:
            self._known(fact.agent).wrong_pins += 1
        elif fact.reason == Refusal.WRONG_PIN_LOCKED.value:
            agent = self._known(fact.agent)
            agent.wrong_pins, agent.locked_since = 0, at

    def _known(self, agent: str) -> AgentRecord:
        return self.agents.setdefault(agent, AgentRecord(agent))

    def _level(self, agent: AgentRecord) -> None:
        """Whoever logs in begins with as many turns as the least that those have who are here."""
        least: dict[str, float] = {}
        for other in self.agents.values():
            if other is not agent and other.state is not AgentState.LOGGED_OUT:
                for queue, turns in other.turns.items():
                    least[queue] = min(least.get(queue, turns), turns)
        for queue, turns in least.items():
            agent.turns[queue] = max(agent.turns.get(queue, 0.0), turns)

    def _make_ready(self, agent: AgentRecord, at: float) -> None:
        _be(agent, AgentState.READY, at)
        agent.ready_since = at
        agent.call = agent.queue = agent.reason = ""
        agent.idle_rank = self._add("idle ranks")


def _move(call: CallRecord, stage: Stage, at: float) -> None:
    call.stage, call.stage_since = stage, at


def _take_back(call: CallRecord | None, at: float) -> None:
    """One handset less rings for a call; after the last one the caller waits again."""
    if call is not None:
        call.ringing = max(call.ringing - 1, 0)
        if not call.ringing and call.stage is Stage.OFFERING:
            _move(call, Stage.QUEUED, at)


def _be(agent: AgentRecord, state: AgentState, at: float) -> None:
    if agent.state in _BUSY:
        agent.busy_s += max(at - agent.since, 0.0)
    agent.state, agent.since, agent.held_since = state, at, None
