"""The projection's rules for odd orders of facts, and a projector whose database is not always there."""

import logging
import os
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

import acd
from firmware_host.callserver import Journal
from firmware_host.journal_format import Entry, encode_line, segments
from firmware_host.oam import Projector, call_records, open_database
from firmware_host.worker import InlineWorker

T = 1_795_000_000.0
OFFERED = acd.CallOfferedToUs(call="1", port="line-1", called="5550100", number="021", name="ANN")
SALES = acd.CallerQueued(call="1", queue="sales", place=2)
SALES_AGAIN = acd.CallerQueued(call="1", queue="sales", place=1)
SUPPORT = acd.CallerQueued(call="1", queue="support", place=3)
ENDED = acd.CallEnded(call="1", cause="caller hung up", stage="talking")


def connected(agent: str) -> acd.CallConnected:
    return acd.CallConnected(call="1", agent=agent, queue="sales")


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}?timeout=0.1")
    yield engine
    engine.dispose()


def write(folder, facts, **options) -> None:
    """Facts one second apart."""
    journal = Journal(folder, boot="boot", worker=InlineWorker(), **options)
    for index, fact in enumerate(facts):
        journal.append(fact, float(index), T + index)
    journal.close()


@pytest.fixture
def records_of(tmp_path, engine):
    def project(*facts):
        write(tmp_path / "journal", facts)
        Projector(engine, tmp_path / "journal").catch_up()
        return call_records(engine)

    return project


def test_the_moment_of_answer_is_on_record_and_absent_without_one(records_of):
    second = acd.CallOfferedToUs(call="2", port="line-2", called="5550100")
    answered, ringing = records_of(OFFERED, acd.CallAnswered(call="1"), second)
    assert answered.answered_utc > answered.offered_utc
    assert answered.answered_utc == "2026-11-18T11:06:41.000Z"
    assert ringing.answered_utc is None


def test_a_caller_back_in_the_same_queue_keeps_the_first_wait_and_place(records_of):
    (record,) = records_of(OFFERED, SALES, SALES_AGAIN, SALES_AGAIN, connected("1001"))
    assert (record.place, record.wait_s) == (2, 3.0)


def test_a_caller_in_another_queue_waits_anew(records_of):
    (record,) = records_of(OFFERED, SALES, SALES_AGAIN, SUPPORT, connected("1001"))
    assert (record.queue, record.place, record.wait_s) == ("support", 3, 1.0)


def test_a_second_agent_changes_neither_the_wait_nor_the_beginning_of_the_talk(records_of):
    (record,) = records_of(OFFERED, SALES, connected("1001"), SALES_AGAIN, connected("1002"), ENDED)
    assert (record.wait_s, record.talk_s) == (1.0, 3.0)
    assert record.agent == "1001"


def test_a_caller_who_leaves_the_queue_has_waited_until_then_and_not_talked(records_of):
    (record,) = records_of(OFFERED, SALES, OFFERED_TO_AGENT, ENDED)
    assert (record.wait_s, record.talk_s) == (2.0, None)


OFFERED_TO_AGENT = acd.OfferMade(call="1", agent="1001", station="desk-1", queue="sales")


@pytest.mark.parametrize(
    "fact",
    [
        acd.CallEnded(call="9", cause="caller hung up", stage="flow"),
        acd.CallConnected(call="9", agent="1001", queue="sales"),
        acd.KeyPressed(call="9", node="menu", key="1", accepted=True),
        acd.CallerQueued(call="9", queue="sales", place=1),
    ],
)
def test_a_fact_of_an_unknown_call_changes_no_record(records_of, fact):
    (record,) = records_of(OFFERED, fact, acd.CallAnswered(call="1"))
    assert record.call == "1"
    assert record.answered_utc is not None
    assert (record.ended_utc, record.keys, record.queue, record.agent) == (None, "", None, None)


def line(sequence: int, kind: str, data: dict, boot: str = "boot") -> bytes:
    return encode_line(Entry(sequence, boot, 0.0, T + sequence, "main", kind, data))


def offered_line(sequence: int, trunk: str, boot: str = "boot") -> bytes:
    data = {"call": "1", "port": trunk, "called": "5550100"}
    return line(sequence, "CallOfferedToUs", data, boot)


def test_a_fact_without_its_call_is_told_and_does_not_stop_the_projection(tmp_path, engine, caplog):
    (tmp_path / "journal").mkdir()
    lines = [
        offered_line(1, "line-1"),
        line(2, "CallAnswered", {}),
        line(3, "RecordingStarted", {"call": "1", "file": "a.wav"}),
    ]
    (tmp_path / "journal" / f"{1:020d}.jsonl").write_bytes(b"".join(lines))
    with caplog.at_level(logging.ERROR):
        assert Projector(engine, tmp_path / "journal").catch_up() == 3
    (record,) = call_records(engine)
    assert (record.answered_utc, record.recording) == (None, "a.wav")
    assert "fact 2 (CallAnswered) lacks 'call'" in caplog.text


def test_a_database_that_is_locked_for_a_while_loses_no_record_and_doubles_none(tmp_path, engine):
    folder = tmp_path / "journal"
    write(folder, [OFFERED, OFFERED_TO_AGENT])
    projector = Projector(engine, folder)
    assert projector.catch_up() == 2
    write(folder, [OFFERED_TO_AGENT, ENDED])
    other = sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for _ in range(2):
        with pytest.raises(OperationalError, match="locked"):
            projector.catch_up()
    assert projector.sequence == 2
    other.execute("ROLLBACK")
    other.close()
    assert projector.catch_up() == 2
    assert projector.catch_up() == 0
    assert projector.sequence == 4
    (record,) = call_records(engine)
    assert (record.offers, record.cause) == (2, "caller hung up")


def test_records_can_be_brought_up_to_date_a_few_facts_at_a_time(tmp_path, engine):
    folder = tmp_path / "journal"
    snapshot = acd.SnapshotTaken(agents=(), calls=(), counters={})
    write(folder, [OFFERED, SALES, snapshot, OFFERED_TO_AGENT, snapshot, ENDED])
    assert len(segments(folder)) == 3
    projector = Projector(engine, folder)
    assert [projector.catch_up(2) for _ in range(4)] == [2, 2, 2, 0]
    (record,) = call_records(engine)
    assert (record.offers, record.cause) == (1, "caller hung up")


def test_segments_before_the_position_are_not_read_again(tmp_path, engine):
    folder = tmp_path / "journal"
    write(folder, [OFFERED, OFFERED_TO_AGENT, acd.SnapshotTaken(agents=(), calls=(), counters={})])
    assert Projector(engine, folder).catch_up() == 3
    older, newer = segments(folder)
    write(folder, [OFFERED_TO_AGENT])
    with older.open("ab") as file:
        file.write(line(99, "OfferMade", {"call": "1"}))
    again = Projector(engine, folder)
    assert again.catch_up() == 1
    assert again.sequence == 4
    assert call_records(engine)[0].offers == 2
    assert newer.stat().st_size > 0


def test_facts_that_the_records_know_are_not_counted_twice_though_they_stand_there_twice(
    tmp_path, engine
):
    folder = tmp_path / "journal"
    write(folder, [OFFERED, OFFERED_TO_AGENT])
    Projector(engine, folder).catch_up()
    with segments(folder)[0].open("ab") as file:
        file.write(line(2, "OfferMade", {"call": "1"}))
    Projector(engine, folder).catch_up()
    assert call_records(engine)[0].offers == 1


@pytest.mark.parametrize(
    ("sequence", "boot", "trunk"),
    [(2, "boot", "line-1"), (2, "tube", "line-2"), (3, "boot", "line-2")],
)
def test_the_position_holds_only_for_the_same_fact_of_the_same_boot(
    tmp_path, engine, sequence, boot, trunk
):
    folder = tmp_path / "journal"
    folder.mkdir()
    file = folder / f"{1:020d}.jsonl"
    file.write_bytes(offered_line(1, "line-1") + line(2, "CallAnswered", {"call": "1"}))
    Projector(engine, folder).catch_up()
    size = file.stat().st_size
    file.write_bytes(
        offered_line(1, "line-2") + line(sequence, "CallAnswered", {"call": "1"}, boot)
    )
    assert file.stat().st_size == size
    Projector(engine, folder).catch_up()
    assert [record.line for record in call_records(engine)] == [trunk]


def test_a_journal_that_is_shorter_than_the_position_makes_the_records_anew(tmp_path, engine):
    folder = tmp_path / "journal"
    folder.mkdir()
    file = folder / f"{1:020d}.jsonl"
    file.write_bytes(offered_line(1, "line-1") + line(2, "CallAnswered", {"call": "1"}))
    Projector(engine, folder).catch_up()
    os.truncate(file, len(offered_line(1, "line-1")))
    assert Projector(engine, folder).catch_up() == 1
    (record,) = call_records(engine)
    assert record.answered_utc is None


def test_a_call_back_is_on_record_with_the_agent_who_lifted_and_its_queue(records_of):
    ours, other = {"call": "2", "station": "desk-1", "queue": "sales"}, {"call": "2"}
    (record,) = records_of(
        acd.CallPlaced(call="2", port="desk-1", agent="1001", call_back="1"),
        acd.OfferMade(agent="1001", **ours),
        acd.OfferMade(agent="1002", **ours),
        acd.OfferWithdrawn(agent="1001", **other),
        acd.OfferAnswered(agent="1002", **other),
        acd.CallBackAttempted(call_back="1", call="2", agent="1002", queue="sales"),
        acd.FarEndAnswered(call="2", port="line-1"),
        acd.CallEnded(call="2", cause="caller hung up", stage="through"),
    )
    assert (record.agent, record.queue, record.offers) == ("1002", "sales", 2)
    assert record.talk_s == 1.0


def test_a_fact_without_what_it_needs_is_left_out_and_spoils_no_other(tmp_path, engine, caplog):
    write(tmp_path / "journal", (OFFERED, SALES, connected("1001"), ENDED))
    (segment,) = segments(tmp_path / "journal")
    lines = []
    for number, (kind, data) in enumerate(
        (
            ("CallOfferedToUs", {"call": "1", "port": "line-1", "called": "5"}),
            ("CallOfferedToUs", {"call": "1", "called": "6"}),
            ("CallConnected", {"call": "1", "queue": "sales"}),
            ("CallEnded", {"call": "1", "cause": "caller hung up", "stage": "flow"}),
        ),
        start=1,
    ):
        lines.append(
            encode_line(
                Entry(
                    sequence=number,
                    boot="boot",
                    monotonic_s=float(number),
                    utc_s=T + number,
                    tenant="main",
                    kind=kind,
                    data=data,
                )
            )
        )
    segment.write_bytes(b"".join(lines))
    Projector(engine, tmp_path / "journal").catch_up()
    (record,) = call_records(engine)
    assert (record.line, record.called, record.cause) == ("line-1", "5", "caller hung up")
    assert "CallConnected) lacks 'agent'" in caplog.text
