"""Whatever happens in a center, restarts among it: both programs count the same, as call control does."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from acd_appliance import ANA, BEN, CARA, SALES, STATIONS, SUPPORT, UTC_MINUS_NOW_S, Numbers
from how_many import examples
from hypothesis import event
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import delete, select
from statistics_bench import Script, assert_equal, counted_naively, question
from test_center_at_random import SETTINGS, SKILLED, AnyEvents, spans_s, trunks

import acd
from firmware_host.oam import Projector, answer_question, open_database
from firmware_host.oam.tables import agent_times, metadata, queue_visits

PAUSES = {"1": acd.PauseReason(name="break"), "2": acd.PauseReason(name="meeting", paid=True)}
PLAIN, RICH = (replace(each, pause_reasons=PAUSES) for each in (SETTINGS, SKILLED))
DOING = {
    "ready": {"ready", "calling out"},
    "ringing": {"ringing"},
    "reserved": {"calling back"},
    "talking": {"talking"},
    "wrapping up": {"wrapping up"},
    "paused": {"paused"},
}


@pytest.fixture(scope="module", autouse=True)
def engine(tmp_path_factory):
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('random') / 'records.sqlite'}")
    AnyCenter.engine = engine
    yield engine
    engine.dispose()


class AnyCenter(AnyEvents):
    """A center that is told anything, and keeps a journal."""

    engine = None

    def __init__(self) -> None:
        super().__init__()
        self.starts = []
        self.seen = None

    @initialize(settings=st.sampled_from((PLAIN, RICH, RICH)), stop_at=st.floats(0, 1, width=16))
    def open_for_business(self, settings, stop_at) -> None:
        self.stop_at = stop_at
        self.settings = settings
        self.center = acd.Center(settings, Numbers())
        self.switch_on()
        self.agent_logs_in(STATIONS[0], ANA, True)
        self.agent_logs_in(STATIONS[1], BEN, True)

    # What hardly ever happens by itself.

    @rule(port=trunks, number=st.sampled_from(("0721000001", "0721000002")), hangs_up=st.booleans())
    def a_caller_asks_to_be_called_back(self, port, number, hangs_up):
        if self.settings is RICH:
            self.tell(acd.PortInService(port=port))
            self.caller_queues(port, "121", number)
            self.fact_is_stored(None)
            if hangs_up:
                self.tell(acd.Cleared(port=port, cause=acd.Cause.CALLER_HUNG_UP))

    @rule(who=st.integers(0, 2), answers=st.booleans(), span_s=spans_s)
    def an_agent_is_there_for_whoever_is_next(self, who, answers, span_s):
        port, agent = STATIONS[who], (ANA, BEN, CARA)[who]
        self.tell(acd.Cleared(port=port, cause=acd.Cause.CALLER_HUNG_UP))
        self.tell(acd.PortInService(port=port))
        self.agent_logs_in(port, agent, True)
        self.fact_is_stored(None)
        self.time_passes(8.0)
        self.everything_that_rings_is_answered()
        for outside in self.dialled_on():
            cause = acd.Cause.CALLED_NO_ANSWER
            self.tell(
                acd.Answered(port=outside) if answers else acd.Cleared(port=outside, cause=cause)
            )
        self.time_passes(span_s)

    @rule(port=trunks, key=st.sampled_from(("1", "2")), agent=st.integers(0, 2), span_s=spans_s)
    def a_caller_talks_and_hangs_up(self, port, key, agent, span_s):
        self.tell(acd.PortInService(port=port))
        self.caller_queues(port, key, None)
        self.an_agent_is_there_for_whoever_is_next(agent, True, span_s)
        self.tell(acd.Cleared(port=port, cause=acd.Cause.CALLER_HUNG_UP))

    # Proved elsewhere, at length.

    nobody_is_on_two_calls = None
    agents_handsets_and_calls_agree = None
    no_caller_is_lost = None
    whatever_waits_has_a_deadline = None
    every_trunk_carries_one_live_call_or_none = None
    nobody_waits_while_an_agent_could_answer = None
    callers_hear_something_unless_they_talk = None
    replay_gives_the_live_state = None
    replay_from_a_snapshot_gives_the_live_state = None
    every_table_can_be_shown = None

    def perform(self, actions) -> None:
        if self.center is not self.seen:
            self.seen = self.center
            self.starts.append((len(self.journal), self.now))
        super().perform(actions)

    def teardown(self) -> None:
        if self.journal:
            self.what_is_counted_is_true()
        super().teardown()

    def script(self) -> Script:
        script = Script()
        starts = dict(self.starts)
        for index, (utc_s, fact) in enumerate([*self.journal, (self.now + UTC_MINUS_NOW_S, None)]):
            if index in starts:
                script.boot = f"boot-{starts[index]}"
                script.utc_s = starts[index] + UTC_MINUS_NOW_S
                script.monotonic_s = starts[index]
                script.tell(acd.SystemStarted(version="1"))
            script.utc_s, script.monotonic_s = utc_s, utc_s - UTC_MINUS_NOW_S
            script.tell(acd.LineReturned(port="none") if fact is None else fact)
        return script

    def what_is_counted_is_true(self) -> None:
        with self.engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(delete(table))
        script = self.script()
        whole = script.entries
        asked = question(
            begin=UTC_MINUS_NOW_S - 600.0,
            lasts_s=self.now + 1200.0,
            interval_s=3600,
            threshold_s=8.0,
            short_s=3.0,
        )
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for entries in (whole[: round(self.stop_at * len(whole))], whole):
                script.entries = entries
                script.keep(folder)
                Projector(self.engine, folder).catch_up()
            found = answer_question(self.engine, asked)
            assert_equal(found, counted_naively(folder, asked))
        self.it_is_what_call_control_knows(found)

    def it_is_what_call_control_knows(self, found) -> None:
        ledger = self.center._orders.ledger
        names = {SALES, SUPPORT, *found["queues"]}
        for name in names:
            queue = found["queues"].get(name)
            known = tuple(
                ledger.count(f"{what} {name}") for what in ("served", "abandoned", "called back")
            )
            if queue is None:
                assert known == (0, 0, 0)
                continue
            assert (queue["answered"], queue["abandoned"]) == known[:2], name
            assert queue["call_backs"]["reached"] == known[2], name
            ends = ("answered", "abandoned", "cut_off", "waiting")
            ends += tuple(each for each in queue if each.startswith("left_"))
            assert queue["offered"] == sum(queue[each] for each in ends), name
        calls, agents = found["calls"], found["agents"]
        assert calls["call_backs"]["waiting"] == len(ledger.call_backs.records)
        for record in ledger.agents.values():
            taken = agents[record.agent]["calls"] if record.agent in agents else 0
            assert taken == record.calls_taken, record.agent
            missed = agents[record.agent]["missed"] if record.agent in agents else 0
            assert missed == record.missed, record.agent
        waiting = [
            call
            for call in self.center._calls
            if call.record.stage.value in ("queued", "offering")
            and not call.call_back
            and not call.record.is_served
        ]
        assert calls["waiting"] == len(waiting)
        with self.engine.connect() as connection:
            query = select(agent_times.c.agent, agent_times.c.state)
            rows = connection.execute(query.where(agent_times.c.lasts_s.is_(None))).all()
            query = select(queue_visits.c.call).where(queue_visits.c.is_open)
            unfinished = set(connection.execute(query).scalars())
        live = {call.id for call in self.center._calls}
        assert unfinished <= live | ledger.call_backs.records.keys()
        doing = dict(map(tuple, rows))
        states = {record.agent: record.state.value for record in ledger.agents.values()}
        here = {agent: state for agent, state in states.items() if state != "logged out"}
        assert doing.keys() == here.keys()
        for agent, state in here.items():
            assert doing[agent] in DOING[state], agent
        for what in ("answered", "abandoned", "returned", "overflowed", "elsewhere", "resumed"):
            if calls[what]:
                event(what)
        for what, count in calls["call_backs"].items():
            if count:
                event(f"call-backs: {what}")
        for what in ("paid_pauses_s", "calling_back_s", "calling_out_s", "not_known_s"):
            if found["all_agents"][what]:
                event(what)
        event(f"restarts: {min(len(self.starts) - 1, 3)}")


AnyCenter.TestCase.settings = hypothesis_settings(
    max_examples=examples(quick=20, thorough=600), stateful_step_count=70, deadline=None
)
TestAnyCenter = AnyCenter.TestCase
