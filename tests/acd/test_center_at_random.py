"""Any events in any order, lines that fail and clocks that jump: what must hold at every moment."""

from dataclasses import replace

from acd_appliance import (
    ANA,
    BEN,
    CARA,
    FLOW,
    OUTSIDE,
    SALES,
    STATIONS,
    SUPPORT,
    TRUNKS,
    UTC_MINUS_NOW_S,
    Numbers,
    settings,
)
from how_many import examples
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from acd import (
    Action,
    Alerting,
    Answered,
    CallBackNode,
    CallBackSettings,
    CallEnded,
    CallerIdentity,
    CallId,
    CallOffered,
    CallOfferedToUs,
    CallPlaced,
    Cause,
    Center,
    Cleared,
    ClockSet,
    ConfigurationApplied,
    Connect,
    DigitReceived,
    Disconnect,
    Event,
    ExtensionNode,
    FactStored,
    Flashed,
    HandsetLifted,
    HangUpRequested,
    LoanSettings,
    MessageNode,
    Overflow,
    PlayPrompts,
    PortId,
    PortInService,
    PortOutOfService,
    Proceeding,
    QueueMessage,
    QueueNode,
    SettingsReplaced,
    ShutdownRequested,
    SoundFinished,
    StartMessage,
    StartRecording,
    StopMessage,
    StopRecording,
    Threshold,
    WriteFact,
)
from acd.handset import HandsetState
from acd.ledger import Ledger
from acd.records import AgentState, Stage
from acd.routing import Discipline, Relaxation, SkillRequirement
from acd.timers import Purpose

PORTS = (*TRUNKS, *STATIONS[:3])
SETTINGS = settings(
    flow=FLOW,
    longest_wait_s=90.0,
    announce_first_s=0.0,
    talk_limit_s=300.0,
    number_plan=OUTSIDE,
)

SKILLED = replace(
    SETTINGS,
    agents=(
        replace(SETTINGS.agents[0], skills={"billing": 3}, allocation={SALES: 3.0, SUPPORT: 1.0}),
        replace(SETTINGS.agents[1], skills={"billing": 1}),
        SETTINGS.agents[2],
    ),
    queues=(
        replace(
            SETTINGS.queues[0],
            agents=(ANA, BEN, CARA),
            discipline=Discipline.RING_ALL,
            ageing=2.0,
            call_backs=CallBackSettings(attempts=2, retry_s=16.0),
            needs_wrap_up_code=True,
            wrap_up_at_most_s=32.0,
        ),
        replace(
            SETTINGS.queues[1],
            agents=(ANA, BEN),
            overflows=(Overflow(when=Threshold(waited_s=16.0), to=SALES, priority=4.0),),
            resume_s=60.0,
            last_agent_s=8.0,
            discipline=Discipline.WEIGHTED,
            weights={BEN: 2.0},
            priority=16.0,
            requires=(
                SkillRequirement(
                    skill="billing",
                    level=2,
                    relaxes=(
                        Relaxation(after_s=8.0, level=1),
                        Relaxation(after_s=16.0, level=0),
                    ),
                ),
            ),
        ),
    ),
    flows=(
        replace(
            FLOW,
            nodes={
                **FLOW.nodes,
                "menu": replace(
                    FLOW.nodes["menu"],
                    keys={"1": "sales", "2": "support", "3": "news", "4": "ask", "5": "leave"},
                ),
                "sales": QueueNode(
                    queue=SALES, timed_out="sorry", also=(SUPPORT,), keys={"2": "call-me"}
                ),
                "leave": MessageNode(prompts=("leave",), next="menu", longest_s=30.0),
                "call-me": CallBackNode(queue=SALES, next="closed", failed="sorry"),
                "ask": ExtensionNode(
                    prompts=("ask",),
                    exhausted="sorry",
                    unknown="sorry",
                    absent="sorry",
                    timed_out="sorry",
                ),
            },
        ),
    ),
    wrap_up_codes={"1": "sold", "31": "later"},
    loans=(
        LoanSettings(
            name="peak", queue=SUPPORT, agents=(CARA,), when=Threshold(waiting=2), at_least_s=8.0
        ),
    ),
)

WITHOUT_SUPPORT = replace(
    SKILLED,
    agents=tuple(replace(each, allocation={}) for each in SKILLED.agents[:2]),
    queues=(
        replace(
            SKILLED.queues[0],
            agents=(BEN, ANA),
            priority=8.0,
            discipline=Discipline.ROUND_ROBIN,
            messages=(QueueMessage(prompts=("news",), after_s=4.0, every_s=8.0),),
        ),
    ),
    flows=(
        replace(
            FLOW,
            nodes={
                name: QueueNode(queue=SALES, timed_out="sorry") if name == "support" else node
                for name, node in FLOW.nodes.items()
            },
        ),
    ),
    loans=(),
    number_plan=replace(OUTSIDE, routes=()),
)
REPLACEMENTS = (SETTINGS, SKILLED, WITHOUT_SUPPORT)

ports = st.sampled_from(PORTS)
trunks = st.sampled_from(TRUNKS[:3])
stations = st.sampled_from(STATIONS[:3])
agents = st.sampled_from((ANA, BEN, CARA))
# Eighths of a second are exact in floating point, so that replay can be compared for equality.
spans_s = st.integers(0, 8 * 40).map(lambda eighths: eighths / 8)


class AnyEvents(RuleBasedStateMachine):
    """A center that is told anything."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.journal: list[tuple[float, object]] = []
        self.connected: set[tuple[str, str]] = set()
        self.recorded: set[str] = set()
        self.messages: set[str] = set()
        self.sounds: dict[str, int] = {}
        self.ticket = 0
        self.snapshot: tuple[int, tuple[float, object]] | None = None

    @initialize(settings=st.sampled_from((SETTINGS, SKILLED)))
    def open_for_business(self, settings) -> None:
        self.settings = settings
        self.center = Center(settings, Numbers())
        self.switch_on()
        self.agent_logs_in(STATIONS[0], ANA, True)
        self.agent_logs_in(STATIONS[1], BEN, True)

    def switch_on(self) -> None:
        self.tell(ClockSet(utc_minus_now_s=UTC_MINUS_NOW_S, trusted=True))
        for port in PORTS:
            self.tell(PortInService(port=port))

    # What may happen in order.

    @rule(
        port=trunks,
        keys=st.sampled_from(("1", "2", "121", "41001#", "41003#", "51", "5")),
        number=st.sampled_from((None, "0721000001", "0721000002")),
    )
    def caller_queues(self, port, keys, number):
        if port not in {view.port for view in self.center.calls(self.now)}:
            caller = CallerIdentity(number=number)
            self.tell(CallOffered(port=port, caller=caller, called=""))
            for key in keys:
                self.tell(DigitReceived(port=port, digit=key))

    @rule(port=stations, agent=agents, pin_is_right=st.sampled_from((True, True, True, False)))
    def agent_logs_in(self, port, agent, pin_is_right):
        pin = next((known.pin for known in self.settings.agents if known.agent == agent), "1")
        self.dial(port, f"*11{agent}#{pin if pin_is_right else '000'}#")

    @rule(port=stations, code=st.sampled_from(("*12", "*131", "*132", "*14", "*139", "77", "*151")))
    def code_is_dialled(self, port, code):
        self.dial(port, code)

    @rule(port=trunks, number=st.sampled_from(("301", "302")))
    def a_call_goes_through(self, port, number):
        self.tell(CallOffered(port=TRUNKS[3], caller=CallerIdentity(), called="0721"))
        self.tell(CallOffered(port=port, caller=CallerIdentity(), called="5551"))

    @rule(port=stations, number=st.sampled_from(("0721000001#", "301", "112")))
    def a_number_is_dialled(self, port, number):
        self.tell(HandsetLifted(port=port))
        for key in number:
            self.tell(DigitReceived(port=port, digit=key))

    @precondition(lambda self: self.dialled_on())
    @rule(
        event=st.sampled_from((Proceeding, Alerting, Answered, Cleared)),
        in_band=st.booleans(),
        cause=st.sampled_from(Cause),
    )
    def the_called_end_says_something(self, event, in_band, cause):
        port = self.dialled_on()[0]
        match event.__name__:
            case "Answered":
                self.tell(Answered(port=port))
            case "Cleared":
                self.tell(Cleared(port=port, cause=cause))
            case _:
                self.tell(event(port=port, in_band=in_band))

    @precondition(lambda self: self.stations_that("ringing"))
    @rule()
    def everything_that_rings_is_answered(self):
        for port in self.stations_that("ringing"):
            self.tell(Answered(port=port))

    @precondition(lambda self: self.stations_that("talking"))
    @rule(code=st.sampled_from(("*131", "*14", "*12", "*11", "5", "*1531")), span_s=spans_s)
    def agents_dial_while_they_talk(self, code, span_s):
        for port in self.stations_that("talking"):
            for key in code:
                self.tell(DigitReceived(port=port, digit=key))
        self.now += span_s
        self.perform(self.center.handle_timer(self.now))

    @precondition(lambda self: self.stations_that("talking"))
    @rule()
    def an_agent_flashes(self):
        self.tell(Flashed(port=self.stations_that("talking")[0]))

    @precondition(lambda self: self.stations_that("talking"))
    @rule()
    def an_agent_hangs_up(self):
        port = self.stations_that("talking")[0]
        self.tell(Cleared(port=port, cause=Cause.AGENT_HUNG_UP))

    @precondition(lambda self: self.center.calls(self.now))
    @rule(which=st.integers(0, 2))
    def a_caller_hangs_up(self, which):
        calls = self.center.calls(self.now)
        port = calls[which % len(calls)].port
        self.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))

    @precondition(lambda self: self.stations_that("dropped") or self.stations_that("released"))
    @rule()
    def handsets_are_put_down(self):
        for port in (*self.stations_that("dropped"), *self.stations_that("released")):
            self.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))

    # What may happen out of order.

    @rule(port=ports, given=st.data())
    def a_line_says_something(self, port, given):
        latest = self.sounds.get(port, 0)
        kinds = (
            CallOffered(port=port, caller=CallerIdentity(number="0721"), called=""),
            HandsetLifted(port=port),
            Answered(port=port),
            Flashed(port=port),
            Proceeding(port=port, in_band=given.draw(st.booleans())),
            Alerting(port=port, in_band=given.draw(st.booleans())),
            Cleared(port=port, cause=given.draw(st.sampled_from(Cause))),
            DigitReceived(port=port, digit=given.draw(st.sampled_from("0123456789*#A"))),
            SoundFinished(port=port, sound_id=given.draw(st.integers(0, 20) | st.just(latest))),
            PortOutOfService(port=port, alarm="red"),
            PortInService(port=port),
        )
        self.tell(given.draw(st.sampled_from(kinds)))

    @precondition(lambda self: self.stations_that("talking") or self.stations_that("ringing"))
    @rule()
    def a_busy_station_fails(self):
        port = (*self.stations_that("talking"), *self.stations_that("ringing"))[0]
        self.tell(PortOutOfService(port=port, alarm="red"))
        self.tell(PortInService(port=port))

    @rule()
    def lines_are_repaired(self):
        for port in PORTS:
            self.tell(PortInService(port=port))

    @rule()
    def sounds_finish(self):
        for port, sound_id in self.sounds.items():
            self.tell(SoundFinished(port=port, sound_id=sound_id))

    @rule(ticket=st.integers(0, 20) | st.none())
    def fact_is_stored(self, ticket):
        self.tell(FactStored(ticket=self.ticket if ticket is None else ticket))

    @rule(number=st.integers(0, 12))
    def operator_hangs_up(self, number):
        self.tell(HangUpRequested(call=CallId(f"{number:08}")))

    @rule(span_s=spans_s)
    def time_passes(self, span_s):
        self.now += span_s
        self.perform(self.center.handle_timer(self.now))

    @rule()
    def next_timer_is_due(self):
        due = self.center.next_timer()
        if due is not None:
            self.now = max(self.now, due)
            self.perform(self.center.handle_timer(self.now))

    @rule(settings=st.sampled_from(REPLACEMENTS))
    def the_configuration_is_changed(self, settings):
        forbidden = self.center.obstacles(settings)
        written = len(self.journal)
        self.tell(
            SettingsReplaced(settings=settings, numbers=Numbers(), by="admin", changes=("queue",))
        )
        applied = [
            fact for _, fact in self.journal[written:] if isinstance(fact, ConfigurationApplied)
        ]
        assert bool(applied) is not bool(forbidden)
        if applied:
            self.settings = settings

    @rule()
    def snapshot_is_taken(self):
        fact = self.center.snapshot(self.now)
        self.snapshot = (len(self.journal), (self.now + UTC_MINUS_NOW_S, fact))

    @rule(away_s=spans_s, is_ordered=st.booleans())
    def call_server_restarts(self, away_s, is_ordered):
        if is_ordered:
            self.tell(ShutdownRequested())
            assert self.center.calls(self.now) == ()
            self.tell(CallOffered(port=TRUNKS[0], caller=CallerIdentity(), called=""))
            assert self.center.calls(self.now) == ()
            assert not self.recorded
            assert not self.messages
            assert not self.connected
        before = {view.agent: view for view in self.center.agents(self.now)}
        self.now += away_s
        self.center = Center(self.settings, Numbers())
        self.recorded.clear()
        self.messages.clear()
        self.connected.clear()
        utc_s = self.now + UTC_MINUS_NOW_S
        self.perform(self.center.restore(list(self.journal), self.now, utc_s))
        after = {view.agent: view for view in self.center.agents(self.now)}
        for agent, view in before.items():
            assert (after[agent].station, after[agent].missed) == (view.station, view.missed)
            assert after[agent].calls_taken == view.calls_taken
            if view.state in ("paused", "logged out"):
                assert (after[agent].state, after[agent].reason) == (view.state, view.reason)
        self.switch_on()

    # How it is told.

    def dialled_on(self) -> list[PortId]:
        return [view.out_port for view in self.center.calls(self.now) if view.out_port]

    def stations_that(self, state: str) -> list[PortId]:
        return [view.port for view in self.center.stations() if view.state == state]

    def tell(self, event: Event) -> None:
        self.perform(self.center.receive(event, self.now))

    def dial(self, port: str, keys: str) -> None:
        self.tell(HandsetLifted(port=port))
        for key in keys:
            self.tell(DigitReceived(port=port, digit=key))
        self.tell(Cleared(port=port, cause=Cause.AGENT_HUNG_UP))

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case WriteFact():
                    self.journal.append((self.now + UTC_MINUS_NOW_S, action.fact))
                    self.ticket = action.ticket or self.ticket
                case PlayPrompts():
                    assert action.prompts
                    self.sounds[action.port] = action.sound_id
                case Connect():
                    taken = {port for pair in self.connected for port in pair}
                    assert not taken & {action.port, action.other}
                    self.connected.add((action.port, action.other))
                case Disconnect():
                    self.connected.remove((action.port, action.other))
                case StartRecording():
                    assert action.call not in self.recorded
                    self.recorded.add(action.call)
                case StopRecording():
                    self.recorded.remove(action.call)
                case StartMessage():
                    assert action.call not in self.messages
                    self.messages.add(action.call)
                case StopMessage():
                    self.messages.remove(action.call)
                case _:
                    pass

    def teardown(self) -> None:
        """Once everyone has hung up, and no handset is there to call anybody back, all comes to rest."""
        for port in PORTS:
            self.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))
        for port in STATIONS[:3]:
            self.tell(PortOutOfService(port=port, alarm="pulled out"))
        for _ in range(20):
            due = self.center.next_timer()
            if due is not None:
                self.now = max(self.now, due)
                self.perform(self.center.handle_timer(self.now))
        timers = self.center._orders.timers._running
        assert {purpose for purpose, _ in timers} <= {Purpose.CALL_BACK, Purpose.RULES}
        assert self.center.calls(self.now) == ()
        assert not self.connected
        assert not self.recorded

    # What must hold.

    @invariant()
    def nobody_is_on_two_calls(self):
        calls = list(self.center._calls)
        for parties in (
            [call.agent for call in calls if call.agent],
            [call.station for call in calls if call.station],
            [call.port for call in calls],
        ):
            assert len(parties) == len(set(parties))

    @invariant()
    def agents_handsets_and_calls_agree(self):
        ledger, handsets = self.center._orders.ledger, self.center._handsets
        calls = {call.id: call for call in self.center._calls}
        assert set(calls) == set(ledger.calls)
        for record in ledger.agents.values():
            on_call = [call for call in calls.values() if call.agent == record.agent]
            rung_for = [c for c in calls.values() if record.agent in c.offers.values()]
            if record.state in (AgentState.TALKING, AgentState.RESERVED):
                assert [call.id for call in on_call] == [record.call]
                assert on_call[0].station == record.station
            else:
                assert all(call.is_from_station for call in on_call)
            if record.state is AgentState.RINGING:
                assert [call.id for call in rung_for] == [record.call]
                assert rung_for[0].offers[record.station] == record.agent
            else:
                assert not rung_for
        for handset in handsets.all():
            if handset.state is HandsetState.RINGING:
                assert handset.port in calls[handset.call].offers
            elif handset.state is HandsetState.TALKING:
                assert calls[handset.call].station == handset.port
            else:
                assert handset.call is None
        talking = {
            (c.port, c.station)
            for c in calls.values()
            if c.record.stage is Stage.TALKING and not c.is_held
        }
        talking |= {(c.port, c.outgoing.port) for c in calls.values() if hears_far_end(c)}
        assert self.connected == talking
        assert self.messages == {call for call, c in calls.items() if c.record.message_file}
        assert self.recorded == {call for call, c in calls.items() if c.record.is_recorded}
        stations = [record.station for record in ledger.agents.values() if record.station]
        assert len(stations) == len(set(stations))

    @invariant()
    def no_caller_is_lost(self):
        begins = (CallOfferedToUs, CallPlaced)
        offered = [f.call for _, f in self.journal if isinstance(f, begins)]
        ended = [f.call for _, f in self.journal if isinstance(f, CallEnded)]
        live = [view.call for view in self.center.calls(self.now)]
        assert sorted(ended + live) == sorted(offered)
        assert len(set(offered)) == len(offered)

    @invariant()
    def whatever_waits_has_a_deadline(self):
        timers = self.center._orders.timers
        due = timers.next()
        assert due is None or due > self.now, "something due was not done"
        needed = {
            Stage.WALKING: lambda call: (
                timers.is_running(Purpose.WALK, call.id)
                or timers.is_running(Purpose.CALL_STORE, call.id)
            ),
            Stage.QUEUED: lambda call: timers.is_running(Purpose.WAIT, call.id),
            Stage.OFFERING: lambda call: all(
                timers.is_running(Purpose.HANDSET, station) for station in call.offers
            ),
            Stage.TALKING: lambda call: timers.is_running(Purpose.TALK, call.id),
            Stage.THROUGH: lambda call: timers.is_running(Purpose.TALK, call.id),
            Stage.DIALLING: lambda call: (
                timers.is_running(Purpose.DIAL, call.id)
                or timers.is_running(Purpose.RETRY, call.id)
            ),
        }
        for call in self.center._calls:
            assert needed[call.record.stage](call), call
        unlimited = (HandsetState.WITHDRAWN, HandsetState.IDLE, HandsetState.TALKING)
        for handset in self.center._handsets.all():
            is_timed = timers.is_running(Purpose.HANDSET, handset.port)
            is_stored = timers.is_running(Purpose.STORE, handset.port)
            assert is_stored == (handset.ticket is not None)
            assert handset.state in unlimited or is_timed or is_stored, handset
            assert not (handset.state in unlimited and is_timed), handset
        for record in self.center._orders.ledger.agents.values():
            wraps_up = record.state is AgentState.WRAPPING_UP
            assert wraps_up == timers.is_running(Purpose.WRAP_UP, record.agent)
            missed = -1e9 if record.last_missed is None else record.last_missed
            free_at = missed + self.settings.missed_offer_delay_s
            is_delayed = timers.is_running(Purpose.MISSED_DELAY, record.agent)
            assert is_delayed == (free_at > self.now)
        for call in self.center._calls:
            assert call.is_held == timers.is_running(Purpose.HOLD, call.id)
        owners = {call.id for call in self.center._calls} | {*PORTS, ANA, BEN, CARA, ""}
        owners |= self.center._orders.ledger.call_backs.records.keys()
        assert {owner for _, owner in timers._running} <= owners, "a timer outlived its owner"

    @invariant()
    def every_trunk_carries_one_live_call_or_none(self):
        trunks = self.center._trunks
        carried = {}
        for call in self.center._calls:
            if not call.is_from_station:
                carried[call.port] = call.id
            if call.outgoing is not None and call.outgoing.port is not None:
                assert call.outgoing.port not in carried
                carried[call.outgoing.port] = call.id
        assert carried == trunks._calls
        assert all(trunks.is_in_service(port) for port in carried)

    @invariant()
    def nobody_waits_while_an_agent_could_answer(self):
        ready = set(self.center._agents.ready())
        assert ready == {a for a in (ANA, BEN, CARA) if self.center._router.is_ready(a)}
        skills = {agent.agent: agent.skills for agent in self.settings.agents}
        serving = self.center._agents.serving
        for queue in self.settings.queues:
            for contact in self.center._calls.places.present(queue.name):
                if self.center._calls.get(contact.call).offers:
                    continue
                waited_s = self.now - contact.entered
                entry = self.center._router.entry(contact.call, queue.name)
                for agent in ready & {each.agent for each in serving(queue.name)}:
                    assert entry.wanted.only not in (None, agent) or any(
                        skills[agent].get(each.skill, 0) < each.level_after(waited_s)
                        for each in queue.requires
                    ), f"{contact.call} waits, {agent} is idle"

    @invariant()
    def callers_hear_something_unless_they_talk(self):
        for call in self.center._calls:
            is_silent = call.sound.value == "none"
            if call.record.stage in (Stage.QUEUED, Stage.OFFERING) and not call.call_back:
                assert not is_silent
            if call.record.stage is Stage.TALKING:
                assert is_silent is not call.is_held
            assert bool(call.offers) == (call.record.stage is Stage.OFFERING)

    @invariant()
    def replay_gives_the_live_state(self):
        assert self.replayed(self.journal) == self.center._orders.ledger

    @invariant()
    def replay_from_a_snapshot_gives_the_live_state(self):
        if self.snapshot is not None:
            facts_before, snapshot = self.snapshot
            replayed = self.replayed([snapshot, *self.journal[facts_before:]])
            assert replayed == self.center._orders.ledger

    def replayed(self, journal) -> Ledger:
        ledger = Ledger()
        for utc_s, fact in journal:
            ledger.apply(fact, utc_s - UTC_MINUS_NOW_S)
        return ledger

    @invariant()
    def every_table_can_be_shown(self):
        self.center.queues(self.now)
        self.center.agents(self.now)
        self.center.stations()
        self.center.trunk_groups()
        self.center.carriers(self.now)


def hears_far_end(call) -> bool:
    return call.outgoing is not None and call.outgoing.is_heard


AnyEvents.TestCase.settings = hypothesis_settings(
    max_examples=examples(quick=50, thorough=600), stateful_step_count=70, deadline=None
)
TestAnyEvents = AnyEvents.TestCase
