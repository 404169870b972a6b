"""Any facts in any order, restarts and clocks that jump among them: both programs count the same."""

import tempfile
from pathlib import Path

import pytest
from how_many import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from statistics_bench import NINE, Script, assert_equal, counted_naively, question

import acd
from firmware_host.oam import Projector, answer_question, open_database
from firmware_host.oam.tables import metadata

FIELDS = {
    "call": st.sampled_from(["1", "2", "3"]),
    "agent": st.sampled_from(["1001", "1002"]),
    "queue": st.sampled_from(["sales", "support"]),
    "port": st.sampled_from(["line-1", "line-2"]),
    "called": st.just("5"),
    "carrier": st.sampled_from(["", "A"]),
    "place": st.just(1),
    "also": st.sampled_from([(), ("support",), ("reserve", "sales")]),
    "waited_before_s": st.sampled_from([0.0, 7.5]),
    "to": st.sampled_from(["", "sales", "reserve"]),
    "priority": st.just(0.0),
    "why": st.sampled_from(["key 1", "waited too long", "nobody there", "full"]),
    "waited_s": st.sampled_from([0.0, 33.0]),
    "cause": st.sampled_from(["caller hung up", "line out of service"]),
    "stage": st.just("queued"),
    "station": st.just("desk-1"),
    "reason": st.sampled_from(["break", "meeting"]),
    "group": st.just("town"),
    "number": st.just("5"),
    "sent": st.just("5"),
    "month": st.just("2026-11"),
    "call_back": st.sampled_from(["1", "2", "3"]),
    "ageing": st.none(),
    "needs": st.just(()),
    "language": st.just("en"),
    "tenant": st.just("main"),
    "delay_s": st.just(60.0),
    "counts": st.booleans(),
    "paid": st.booleans(),
}
STATES = [
    "ready",
    "ringing",
    "talking",
    "wrapping up",
    "paused",
    "reserved",
    "logged out",
    "asleep",
]


def facts(*kinds):
    """One of these; a field's values are those of its name."""
    return st.one_of(
        *(
            st.builds(kind, **{name: FIELDS[name] for name in names.split()})
            for kind, names in kinds
        )
    )


CALLERS = facts(
    (acd.CallOfferedToUs, "call port called carrier"),
    (acd.CallAnswered, "call"),
    (acd.CallerQueued, "call queue place also waited_before_s"),
    (acd.CallOverflowed, "call queue to priority why"),
    (acd.QueueLeft, "call queue why waited_s"),
    (acd.QueueRefused, "call queue why"),
    (acd.CallEnded, "call cause stage"),
)
CALL_BACKS = st.one_of(
    facts(
        (acd.CallBackRequested, "call number queue waited_s priority ageing needs language tenant"),
        (acd.CallBackAttempted, "call_back call agent queue"),
        (acd.CallBackReached, "call_back call agent queue number waited_s"),
        (acd.CallBackPostponed, "call_back why delay_s counts"),
        (acd.CallPlaced, "call agent port call_back"),
    ),
    st.builds(
        acd.CallBackEnded,
        call_back=FIELDS["call_back"],
        why=st.sampled_from(["reached", "the caller called again", "tried 3 times: busy"]),
    ),
)
OFFERS = facts(
    (acd.OfferMade, "call agent station queue"),
    (acd.OfferAnswered, "call agent"),
    (acd.OfferMissed, "call agent"),
    (acd.OfferWithdrawn, "call agent"),
    (acd.CallConnected, "call agent queue"),
    (acd.WrapUpStarted, "call agent"),
    (acd.AgentWrappedUp, "agent"),
)
STAFF = facts(
    (acd.AgentLoggedIn, "agent station"),
    (acd.AgentLoggedOut, "agent"),
    (acd.AgentPaused, "agent reason paid"),
    (acd.PauseRequested, "agent reason"),
    (acd.AgentResumed, "agent"),
    (acd.CallPlaced, "call agent port"),
)
TRUNKS = facts(
    (acd.TrunkSeized, "call port group carrier number sent"),
    (acd.FarEndAnswered, "call port"),
    (acd.TrunkReleased, "call port carrier month cause"),
)
SNAPSHOTS = st.builds(
    lambda agent, state, call: acd.SnapshotTaken(
        agents=({"agent": agent, "state": state, "call": call, "queue": "sales", "reason": "x"},),
        calls=(),
        counters={},
    ),
    FIELDS["agent"],
    st.sampled_from(STATES),
    FIELDS["call"],
)
WAIT = st.tuples(st.just("wait"), st.floats(0, 900).map(lambda value: round(value, 3)))
STEPS = st.one_of(
    *(CALLERS, OFFERS, STAFF, CALLERS, OFFERS, TRUNKS, CALL_BACKS, SNAPSHOTS, WAIT, WAIT),
    st.tuples(st.just("set clock"), st.sampled_from([-4000.0, -1.5, 2500.0])),
    st.tuples(st.just("restart"), st.sampled_from([-60.0, 0.0, 45.0])),
)


def journal_of(steps) -> Script:
    script = Script()
    script.log_in("1001")
    for step in steps:
        match step:
            case ("wait", seconds):
                script.wait(seconds)
            case ("set clock", seconds):
                script.set_clock(seconds)
            case ("restart", seconds):
                script.restart(after_s=seconds)
            case told:
                script.tell(told)
    return script


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('any') / 'records.sqlite'}")
    yield engine
    engine.dispose()


@settings(max_examples=examples(quick=50, thorough=1000), deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=60), stop=st.integers(0, 60))
def test_any_facts_are_counted_alike_wherever_the_process_stops(engine, steps, stop):
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        script = journal_of(steps)
        whole = script.entries
        for entries in (whole[:stop], whole):
            script.entries = entries
            script.keep(folder)
            Projector(engine, folder).catch_up()
        asked = question(begin=NINE - 1800, lasts_s=3 * 3600.0)
        found = answer_question(engine, asked)
        assert_equal(found, counted_naively(folder, asked))
    spent = found["all_agents"]
    assert min(value for value in spent.values() if isinstance(value, float)) >= 0
