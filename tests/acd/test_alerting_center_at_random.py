"""A center with alerts, and telephones to tell them, under any events: what held without them still holds."""

from dataclasses import replace

from acd_appliance import STATIONS, Numbers
from how_many import examples
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from test_center_at_random import SETTINGS, AnyEvents

from acd import (
    AlertAcknowledgeRequested,
    AlertCallEnded,
    AlertCallPlaced,
    AlertCleared,
    AlertRaised,
    AlertSettings,
    CallTooLong,
    Center,
    NobodyLoggedIn,
    OffersMissed,
    PauseTooLong,
    QueueLoaded,
    ReceiverSettings,
    ServiceLevelLow,
    StationUnusable,
    Threshold,
    WrapUpTooLong,
)
from acd.alert_call import AlertCallState
from acd.handset import HandsetState
from acd.records import Stage
from acd.timers import Purpose

RULES = {
    "pause": PauseTooLong(longer_than_s=5.0),
    "missed": OffersMissed(in_row=1),
    "call": CallTooLong(longer_than_s=10.0),
    "wrap-up": WrapUpTooLong(longer_than_s=5.0),
    "handset": StationUnusable(),
    "queue": QueueLoaded(when=Threshold(waiting=1)),
    "level": ServiceLevelLow(below_percent=90.0, target_s=5.0, last_minutes=10.0, at_least=1),
    "nobody": NobodyLoggedIn(schedule="always"),
}
ALERTING = replace(
    SETTINGS,
    alerts=tuple(
        AlertSettings(
            name=name,
            rule=rule_of_it,
            receivers=("desk", "boss"),
            repeat_s=30.0,
            clear_after_s=float(index),
        )
        for index, (name, rule_of_it) in enumerate(RULES.items())
    ),
    receivers=(
        ReceiverSettings(name="desk", station=STATIONS[2], attempts=2, pause_s=8.0, ring_s=10.0),
        ReceiverSettings(name="boss", number="0722000001", attempts=2, pause_s=8.0, ring_s=10.0),
    ),
)


class AnyEventsWithAlerts(AnyEvents):
    @initialize()
    def open_for_business(self) -> None:
        self.settings = ALERTING
        self.center = Center(ALERTING, Numbers())
        self.switch_on()
        self.agent_logs_in(STATIONS[0], "1001", True)
        self.agent_logs_in(STATIONS[1], "1002", True)

    def teardown(self) -> None:
        """It never comes to rest while a rule looks for agents who are not there."""

    @rule(number=st.integers(1, 20))
    def somebody_acknowledges(self, number):
        self.tell(AlertAcknowledgeRequested(number=number, by="console"))

    @property
    def told(self):
        return self.center._alerts.calls

    @invariant()
    def agents_handsets_and_calls_agree(self):
        calls = {call.id: call for call in self.center._calls}
        for handset in self.center._handsets.all():
            if handset.state in (HandsetState.RINGING, HandsetState.TALKING):
                is_told = handset.port in self.told._on_port
                assert is_told != (handset.call in calls)
                assert is_told == handset.call.startswith("alert-")

    @invariant()
    def every_trunk_carries_one_live_call_or_none(self):
        trunks = self.center._trunks
        carried = {
            port: call.call
            for port, call in self.told._on_port.items()
            if call.receiver.station is None
        }
        for call in self.center._calls:
            out_port = None if call.outgoing is None else call.outgoing.port
            for port in (None if call.is_from_station else call.port, out_port):
                assert port not in carried
                if port is not None:
                    carried[port] = call.id
        assert carried == trunks._calls
        assert all(trunks.is_in_service(port) for port in carried)

    @invariant()
    def whatever_waits_has_a_deadline(self):
        timers = self.center._orders.timers
        due = timers.next()
        assert due is None or due > self.now, "something due was not done"
        for call in self.center._calls:
            if call.record.stage is Stage.QUEUED:
                assert timers.is_running(Purpose.WAIT, call.id)
        waiting = {owner for purpose, owner in timers._running if purpose is Purpose.ALERT_CALL}
        assert waiting == set(self.told._calls)

    @invariant()
    def an_alert_has_one_call_at_a_time_and_so_has_a_telephone(self):
        up = list(self.told._on_port.values())
        assert len({call.number for call in up}) == len(up)
        assert len({call.receiver.name for call in up}) == len(up)
        for call in self.told._calls.values():
            assert (call.port is None) == (call.state is AlertCallState.WAITING)
            record = self.center._orders.ledger.alerts.records.get(call.number)
            is_needed = record is not None and record.acknowledged_at is None
            assert is_needed or call.state is AlertCallState.THANKING

    @invariant()
    def no_alert_is_raised_twice_while_it_is_up(self):
        up = set()
        for _, fact in self.journal:
            if isinstance(fact, AlertRaised):
                assert (fact.alert, fact.subject) not in up
                up.add((fact.alert, fact.subject))
            elif isinstance(fact, AlertCleared):
                up.remove((fact.alert, fact.subject))
        views = self.center.alerts(self.now)
        assert {(view.alert, view.subject) for view in views} == up

    @invariant()
    def no_more_calls_end_than_begin(self):
        placed = [fact for _, fact in self.journal if isinstance(fact, AlertCallPlaced)]
        assert all(fact.attempt <= 2 for fact in placed)
        ended = [fact for _, fact in self.journal if isinstance(fact, AlertCallEnded)]
        raised = [fact for _, fact in self.journal if isinstance(fact, AlertRaised)]
        assert bool(ended) <= bool(raised)


TestAnyEventsWithAlerts = AnyEventsWithAlerts.TestCase
TestAnyEventsWithAlerts.settings = hypothesis_settings(
    max_examples=examples(quick=20, thorough=200), stateful_step_count=50, deadline=None
)
