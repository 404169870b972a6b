"""The one door of the ACD: events in, actions out, time as an argument.

`Center.receive` takes every event in every state. What has no meaning at that moment, or names a port
that the settings do not know, changes nothing.
"""

from collections.abc import Iterable
from typing import assert_never

from acd import events, facts
from acd.actions import Action
from acd.agents import Agents
from acd.alerts import Alerts
from acd.calls import Call, CallInput, Calls
from acd.carriers import carrier_views
from acd.configured import Configured
from acd.consistency import contradictions
from acd.errors import SettingsError
from acd.events import Event
from acd.facts import Fact, SnapshotTaken
from acd.handset import Handset, HandsetInput, Outcome
from acd.handsets import Handsets
from acd.ids import AgentId, CallId, Cause, PortId
from acd.number_plan import NumberPlan
from acd.numbers import NumberKind, NumberReader, PlainNumbers
from acd.orders import Orders
from acd.personal_queues import with_personal_queues
from acd.records import AgentState, Stage
from acd.replacing import obstacles
from acd.routing import Router
from acd.settings import CenterSettings
from acd.stations import CallNumber, CodeCall, LogIn, LogOut, Pause, Request, Resume
from acd.tables import (
    agent_views,
    call_views,
    prospect_view,
    queue_views,
    station_views,
    trunk_group_views,
)
from acd.timers import Purpose
from acd.trunks import Trunks
from acd.views import (
    AgentView,
    AlertView,
    CallView,
    CarrierView,
    ProspectView,
    QueueView,
    StationView,
    TrunkGroupView,
)

__all__ = ["Center"]

_OF_CALLS = {
    Purpose.WALK: CallInput.WALK_DUE,
    Purpose.WAIT: CallInput.WAIT_DUE,
    Purpose.ANNOUNCE: CallInput.ANNOUNCE_DUE,
    Purpose.ANNOUNCEMENT: CallInput.ANNOUNCEMENT_OVERDUE,
    Purpose.TALK: CallInput.TALK_DUE,
    Purpose.HOLD: CallInput.HOLD_DUE,
    Purpose.DIAL: CallInput.DIAL_DUE,
    Purpose.RETRY: CallInput.RETRY_DUE,
    Purpose.CALL_STORE: CallInput.STORE_OVERDUE,
}
_HUNG_UP = (
    Cause.CALLER_HUNG_UP,
    Cause.AGENT_HUNG_UP,
    Cause.NO_ANSWER,
    Cause.CALLED_NO_ANSWER,
)
_OF_HANDSETS = {
    Purpose.HANDSET: HandsetInput.TIMED_OUT,
    Purpose.STORE: HandsetInput.STORE_TIMED_OUT,
}


class Center:
    """A call center's control.

    Args:
        settings: Trunks, stations, agents, queues and flows.
        numbers: What telephone numbers mean here.

    Raises:
        SettingsError: With every contradiction in the settings.
    """

    def __init__(self, settings: CenterSettings, numbers: NumberReader | None = None) -> None:
        problems = contradictions(settings)
        if problems:
            raise SettingsError(problems)
        configured = self._configured = Configured(with_personal_queues(settings))
        self._orders = Orders()
        self._plan = NumberPlan(settings.number_plan, numbers or PlainNumbers())
        self._handsets = Handsets(configured, self._orders, self._plan)
        self._router = Router()
        self._agents = Agents(configured, self._orders, self._handsets, self._router)
        self._trunks = Trunks(configured, self._orders)
        self._calls = Calls(
            configured,
            self._orders,
            self._handsets,
            self._agents,
            self._trunks,
            self._plan,
            self._router,
        )
        self._alerts = Alerts(
            configured,
            self._orders,
            self._handsets,
            self._agents,
            self._calls.places,
            self._trunks,
            self._plan,
        )
        self._is_stopping = False

    def restore(
        self, history: Iterable[tuple[float, Fact]], now: float, utc_s: float
    ) -> list[Action]:
        """Take over what an earlier run left; call this before anything else.

        Args:
            history: The journal's facts with their UTC times, oldest first, from any point on or from the
                last snapshot.
            now: The time of this run.
            utc_s: The same moment in UTC.

        Returns:
            The facts of what the restart ended.
        """
        self._begin(now)
        self._orders.clock.set(utc_s - now, trusted=False)
        for fact_utc_s, fact in history:
            self._orders.ledger.apply(fact, now - max(utc_s - fact_utc_s, 0.0))
        for record in tuple(self._orders.ledger.calls.values()):
            if record.is_recorded:
                self._orders.write(facts.RecordingStopped(call=record.call))
            if record.message_file:  # how long it is tells the file
                self._orders.write(
                    facts.MessageEnded(
                        call=record.call,
                        box=record.message_box,
                        file=record.message_file,
                        lasts_s=0.0,
                        why=Cause.RESTART.value,
                        kept=True,
                    )
                )
            if record.out_port:
                self._orders.write(
                    facts.TrunkReleased(
                        call=record.call,
                        port=record.out_port,
                        carrier=record.out_carrier,
                        month=f"{self._orders.clock.utc(now):%Y-%m}",
                        cause=Cause.RESTART.value,
                    )
                )
            self._orders.write(
                facts.CallEnded(
                    call=record.call, cause=Cause.RESTART.value, stage=record.stage.value
                )
            )
        self._agents.reconcile()
        self._calls.calling_back.restore()
        for agent in self._orders.ledger.agents:
            self._orders.touch(agent)
        self._alerts.calls.resume()
        return self._settle()

    def receive(self, event: Event, now: float) -> list[Action]:
        """Let an event happen; returns what is to be done about it, in order."""
        self._begin(now)
        match event:
            case events.CallOffered():
                self._offer(event)
            case events.HandsetLifted():
                self._move_handset(event.port, HandsetInput.LIFTED)
            case events.Proceeding():
                self._tell_outgoing(
                    event.port, CallInput.FAR_PROCEEDS, "in band" if event.in_band else ""
                )
            case events.Alerting():
                self._tell_outgoing(
                    event.port, CallInput.FAR_ALERTS, "in band" if event.in_band else ""
                )
            case events.Answered():
                self._move_handset(event.port, HandsetInput.ANSWERED)
                by = event.connected
                self._tell_outgoing(
                    event.port, CallInput.FAR_ANSWERED, (by.number or "") if by else ""
                )
            case events.Flashed():
                self._move_handset(event.port, HandsetInput.FLASHED)
            case events.DigitReceived():
                self._move_handset(event.port, HandsetInput.KEYED, key=event.digit)
                self._alerts.calls.hear_key(event.port, event.digit)
                call = self._calls.on_port(event.port)
                if call is not None:
                    self._calls.receive(call, CallInput.KEYED, event.digit)
            case events.SoundFinished():
                self._move_handset(event.port, HandsetInput.SOUND_FINISHED, sound_id=event.sound_id)
                self._alerts.calls.finish_sound(event.port, event.sound_id)
                call = self._calls.on_port(event.port)
                if call is not None:
                    self._calls.finish_sound(call, event.sound_id)
            case events.Cleared():
                self._clear(event)
            case events.PortOutOfService():
                self._withdraw(event)
            case events.SupervisionLost():
                call = self._calls.on_port(event.port) or self._calls.outgoing_on(event.port)
                if call is not None:
                    self._orders.write(facts.CallUnsupervised(call=call.id))
            case events.PortInService():
                self._return(event.port)
            case events.FactStored():
                self._handsets.receive_stored(event.ticket)
                self._calls.store(event.ticket)
            case events.HangUpRequested():
                call = self._calls.get(event.call)
                if call is not None:
                    self._calls.end(call, Cause.OPERATOR)
            case events.AgentLendRequested():
                self._agents.lend_by_hand(event.agent, event.queue, event.leaves)
            case events.AgentReturnRequested():
                self._agents.take_back_by_hand(event.agent)
            case events.AlertAcknowledgeRequested():
                self._alerts.acknowledge(event.number, event.by)
            case events.ClockSet():
                self._orders.clock.set(event.utc_minus_now_s, trusted=event.trusted)
            case events.SettingsReplaced():
                self._replace(event)
            case events.ShutdownRequested():
                self._is_stopping = True
                self._alerts.calls.stop()
                for call in self._calls:
                    self._calls.end(call, Cause.SHUTDOWN)
            case _:
                assert_never(event)
        return self._settle()

    def next_timer(self) -> float | None:
        """When `handle_timer` is to be called, unless an event comes before."""
        return self._orders.timers.next()

    def handle_timer(self, now: float) -> list[Action]:
        """Do what is due; too early or twice does no harm."""
        self._begin(now)
        return self._settle()

    def snapshot(self, now: float) -> SnapshotTaken:
        """All that earlier facts led to: a journal may begin with it."""
        return self._orders.ledger.snapshot(max(now, self._orders.now))

    def calls(self, now: float) -> tuple[CallView, ...]:
        """The live calls, oldest first."""
        return call_views(self._calls, now)

    def prospect(self, call: CallId, now: float) -> ProspectView | None:
        """Why a caller still waits; None: this one does not."""
        live = self._calls.get(call)
        if live is None or live.record.stage is not Stage.QUEUED:
            return None
        return prospect_view(
            self._configured.settings,
            self._calls.places,
            live,
            self._agents.is_away,
            max(now, self._orders.now),
        )

    def queues(self, now: float) -> tuple[QueueView, ...]:
        """The queues, in the order of the settings."""
        return queue_views(self._configured.settings, self._calls.places, self._orders.ledger, now)

    def agents(self, now: float) -> tuple[AgentView, ...]:
        """The agents, in the order of the settings."""
        agents = self._agents
        return agent_views(
            self._configured.settings,
            agents.ready(),
            agents.membership,
            self._orders.ledger,
            self._handsets,
            now,
        )

    def trunk_groups(self) -> tuple[TrunkGroupView, ...]:
        """The groups of trunks, in the order of the settings."""
        return trunk_group_views(self._configured.settings, self._trunks, self._calls)

    def carriers(self, now: float, months: int = 2) -> tuple[CarrierView, ...]:
        """What went over each carrier's trunks in this month, and in those before it."""
        this = self._orders.clock.utc(max(now, self._orders.now))
        index = this.year * 12 + this.month - 1
        names = tuple(
            f"{each // 12:04}-{each % 12 + 1:02}" for each in range(index, index - months, -1)
        )
        return carrier_views(
            self._configured.settings.number_plan.groups, self._orders.ledger.count, names
        )

    def alerts(self, now: float) -> tuple[AlertView, ...]:
        """The alerts that are up, oldest first."""
        return self._alerts.views(max(now, self._orders.now))

    def stations(self) -> tuple[StationView, ...]:
        """The stations, in the order of the settings."""
        return station_views(self._handsets, self._orders.ledger)

    def obstacles(self, settings: CenterSettings) -> list[str]:
        """Why these settings can't be put in force at this moment; empty: they can.

        Raises:
            SettingsError: With every contradiction in them.
        """
        problems = contradictions(settings)
        if problems:
            raise SettingsError(problems)
        return obstacles(
            self._configured.settings,
            with_personal_queues(settings),
            self._calls,
            self._orders.ledger,
        )

    def _replace(self, event: events.SettingsReplaced) -> None:
        if self._is_stopping or self.obstacles(event.settings):
            return
        self._configured.replace(with_personal_queues(event.settings))
        self._plan.replace(event.settings.number_plan, event.numbers)
        self._orders.write(facts.ConfigurationApplied(by=event.by, changes=event.changes))
        self._handsets.follow()
        self._agents.follow()
        self._calls.follow()
        self._alerts.follow()
        self._orders.match_is_due = True

    def _begin(self, now: float) -> None:
        # A clock that steps back would make waits negative; it stands still instead.
        self._orders.now = max(now, self._orders.now)

    def _settle(self) -> list[Action]:
        """Offer and let deadlines pass until nothing more follows from this moment."""
        orders = self._orders
        while True:
            while orders.match_is_due:
                orders.match_is_due = False
                self._agents.tell_router()
                if not self._is_stopping:  # else nobody is called back any more
                    self._calls.offer_waiting()
                self._time_relaxation()
                self._calls.time_rules()
            due = orders.timers.pop_due(orders.now)
            if due is None:
                self._alerts.time()
                return orders.take()
            self._pass_deadline(*due)

    def _pass_deadline(self, purpose: Purpose, owner: str) -> None:
        if purpose in _OF_CALLS:
            call = self._calls.get(owner)
            if call is not None:
                self._calls.receive(call, _OF_CALLS[purpose])
        elif purpose in _OF_HANDSETS:
            self._move_handset(PortId(owner), _OF_HANDSETS[purpose])
        elif purpose is Purpose.WRAP_UP:
            self._agents.end_wrap_up(AgentId(owner))
        elif purpose is Purpose.MISSED_DELAY:
            self._orders.touch(owner)
        elif purpose is Purpose.CALL_BACK:
            self._calls.calling_back.pass_deadline(owner)
        elif purpose is Purpose.RULES:
            self._calls.apply_rules()
            self._orders.match_is_due = True
        elif purpose is Purpose.ALERTS:
            self._alerts.look()
        elif purpose is Purpose.ALERT_CALL:
            self._alerts.calls.pass_deadline(owner)
        else:
            self._orders.match_is_due = True  # less is asked for, by somebody

    def _time_relaxation(self) -> None:
        due = self._router.next_relaxation()
        if due is None:
            self._orders.timers.stop(Purpose.RELAX, "")
        elif due != self._orders.timers.due_at(Purpose.RELAX, ""):
            self._orders.timers.start(Purpose.RELAX, "", due)

    # Trunks.

    def _offer(self, event: events.CallOffered) -> None:
        if self._is_stopping or not self._trunks.is_in_service(event.port):
            return
        self._tell_outgoing(event.port, CallInput.FAR_CLEARED, Cause.GLARE.value)
        before = self._calls.on_port(event.port)
        if before is not None:
            # A line that rings is not in a call: we missed how the last one ended.
            self._calls.end(before, Cause.LINE_FAILED, line_is_free=True)
        self._calls.begin(event.port, event.caller, event.called)

    def _clear(self, event: events.Cleared) -> None:
        gone = event.cause in _HUNG_UP
        self._move_handset(event.port, HandsetInput.CLEARED if gone else HandsetInput.FAILED)
        call = self._calls.on_port(event.port)
        if call is not None:
            cause = Cause.CALLER_HUNG_UP if gone else Cause.LINE_FAILED
            self._calls.end(call, cause, line_is_free=True, q850=event.q850)
        else:
            self._tell_outgoing(
                event.port, CallInput.FAR_CLEARED, event.cause.value, q850=event.q850
            )
        self._trunks.cleared(event.port)

    def _withdraw(self, event: events.PortOutOfService) -> None:
        if self._is_in_service(event.port):
            self._orders.write(facts.LineWithdrawn(port=event.port, alarm=event.alarm))
        if event.port in self._trunks:
            self._trunks.withdraw(event.port)
            call = self._calls.on_port(event.port)
            if call is not None:
                self._calls.end(call, Cause.LINE_FAILED, line_is_free=True)
            self._tell_outgoing(event.port, CallInput.FAR_CLEARED, Cause.LINE_FAILED.value)
        self._move_handset(event.port, HandsetInput.WITHDRAWN)

    def _return(self, port: PortId) -> None:
        is_known = port in self._trunks or self._handsets.get(port) is not None
        if is_known and not self._is_in_service(port):
            self._orders.write(facts.LineReturned(port=port))
        if port in self._trunks:
            self._trunks.put_in_service(port)
        self._move_handset(port, HandsetInput.RETURNED)

    def _is_in_service(self, port: PortId) -> bool:
        handset = self._handsets.get(port)
        if handset is not None:
            return handset.is_in_service
        return self._trunks.is_in_service(port)

    def _tell_outgoing(
        self, port: PortId, given: CallInput, what: str, *, q850: int | None = None
    ) -> None:
        """Something happened on a trunk that was seized for a call."""
        call = self._calls.outgoing_on(port)
        if call is not None:
            assert call.outgoing is not None
            call.outgoing.q850 = q850
            self._calls.receive(call, given, what)
        elif given in (CallInput.FAR_ANSWERED, CallInput.FAR_CLEARED):
            is_answered = given is CallInput.FAR_ANSWERED
            self._alerts.calls.tell_of_trunk(port, is_answered=is_answered)

    # Stations.

    def _move_handset(
        self, port: PortId, given: HandsetInput, *, key: str = "", sound_id: int = 0
    ) -> None:
        handset = self._handsets.get(port)
        if handset is None:
            return
        call = self._calls.get(handset.call)
        result = self._handsets.receive(handset, given, key=key, sound_id=sound_id)
        match result:
            case None:
                pass
            case Outcome() if call is not None:
                self._meet(call, port, result)
            case Outcome.FLASHED:
                pass  # nobody is put on hold who tells of an alert
            case Outcome():
                self._alerts.calls.meet(port, result)
            case _:
                self._grant(handset, result)

    def _meet(self, call: Call, station: PortId, outcome: Outcome) -> None:
        match outcome:
            case Outcome.ANSWERED:
                self._calls.receive(call, CallInput.ANSWERED, station)
            case Outcome.MISSED:
                self._calls.receive(call, CallInput.MISSED, station)
            case Outcome.HUNG_UP:
                self._calls.receive(call, CallInput.HUNG_UP, station)
            case Outcome.FLASHED:
                self._calls.receive(call, CallInput.FLASHED, station)
            case Outcome.LOST:
                self._calls.receive(call, CallInput.STATION_LOST, station)
            case _:
                assert_never(outcome)

    def _grant(self, handset: Handset, request: Request) -> None:
        ticket: int | None
        match request:
            case CallNumber():
                self._call_out(handset.port, request.dialled)
                return
            case LogIn():
                ticket = self._log_in(handset.port, request)
            case LogOut():
                ticket = self._agents.log_out(handset.port)
            case Pause():
                ticket = self._agents.pause(handset.port, request.reason)
            case Resume():
                ticket = self._agents.resume(handset.port)
                if ticket is None and self._agents.is_ready_at(handset.port):
                    self._handsets.confirm(handset.port)  # it is so already, and stored long since
                    return
            case CodeCall():
                ticket = self._agents.code(handset.port, request.code)
            case _:
                assert_never(request)
        if ticket is None:
            self._handsets.refuse(handset.port)
        else:
            self._handsets.await_stored(handset.port, ticket)

    def _call_out(self, port: PortId, dialled: str) -> None:
        number = self._plan.reader.read(dialled)
        if number is None:
            self._handsets.refuse(port)
            return
        rights = (self._configured.settings.number_plan.rights or {}).get(port)
        may = rights is not None and number.kind in rights.kinds
        if not may and number.kind is not NumberKind.EMERGENCY:
            agent = self._agents.at(port)
            self._orders.write(
                facts.CallBarred(
                    port=port,
                    agent="" if agent is None else agent.agent,
                    number=number.digits,
                    kind=number.kind.value,
                )
            )
            self._handsets.refuse(port)
            return
        if number.kind is NumberKind.EMERGENCY:
            self._alerts.calls.make_way()
        self._calls.place(port, number, None if rights is None else rights.caller_number)

    def _log_in(self, port: PortId, request: LogIn) -> int | None:
        refusal = self._agents.refusal(request.number, request.pin)
        if refusal is not None:
            self._agents.refuse(port, request.number, refusal)
            return None
        record = self._orders.ledger.agent(request.number)
        if record.state is AgentState.RINGING:
            ringing = self._calls.get(CallId(record.call))
            assert ringing is not None
            self._calls.receive(ringing, CallInput.OFFER_LOST, record.station)
        return self._agents.log_in(port, request.number)
