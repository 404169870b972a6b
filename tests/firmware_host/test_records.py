"""Records: a projection of the journal, exactly once, made anew when the journal is another."""

from dataclasses import asdict

import pytest

import acd
from firmware_host.callserver import Journal
from firmware_host.console import record_rows
from firmware_host.journal_format import segments
from firmware_host.oam import DatabaseError, Projector, call_records, open_database
from firmware_host.worker import InlineWorker

T = 1_795_000_000.0


def write(folder, facts, boot="boot", start=T):
    journal = Journal(folder, boot=boot, worker=InlineWorker())
    for index, fact in enumerate(facts):
        journal.append(fact, float(index), start + index)
    journal.close()


CALL = [
    acd.CallOfferedToUs(call="1", port="line-1", called="5550100", number="0212345678", name="ANN"),
    acd.CallAnswered(call="1"),
    acd.RecordingStarted(call="1", file="d/1.wav"),
    acd.FlowEntered(call="1", flow="main", node="menu"),
    acd.KeyPressed(call="1", node="menu", key="9", accepted=False),
    acd.KeyPressed(call="1", node="menu", key="1", accepted=True),
    acd.CallerQueued(call="1", queue="sales", place=2),
    acd.OfferMade(call="1", agent="1001", station="desk-1", queue="sales"),
    acd.OfferMissed(call="1", agent="1001"),
    acd.OfferMade(call="1", agent="1002", station="desk-2", queue="sales"),
    acd.CallConnected(call="1", agent="1002", queue="sales"),
    acd.CallEnded(call="1", cause="caller hung up", stage="talking"),
]


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield engine
    engine.dispose()


def test_a_calls_facts_become_one_record(tmp_path, engine):
    write(tmp_path / "journal", CALL)
    assert Projector(engine, tmp_path / "journal").catch_up() == len(CALL)
    (record,) = call_records(engine)
    assert (record.number, record.name, record.line) == ("0212345678", "ANN", "line-1")
    assert (record.keys, record.wrong_keys) == ("1", "9")
    assert (record.queue, record.place, record.agent) == ("sales", 2, "1002")
    assert (record.offers, record.missed_offers) == (2, 1)
    assert (record.wait_s, record.talk_s) == (4.0, 1.0)
    assert (record.cause, record.stage, record.recording) == (
        "caller hung up",
        "talking",
        "d/1.wav",
    )


def test_facts_are_projected_exactly_once_whenever_the_process_stops(tmp_path, engine):
    for end in range(1, len(CALL) + 1):
        journal = Journal(tmp_path / "journal", boot="boot", worker=InlineWorker())
        journal.append(CALL[end - 1], float(end), T + end - 1)
        journal.close()
        assert Projector(engine, tmp_path / "journal").catch_up() == 1
        assert Projector(engine, tmp_path / "journal").catch_up() == 0
    (record,) = call_records(engine)
    assert record.offers == 2
    assert record.wrong_keys == "9"


def test_a_half_written_line_waits_until_it_is_whole(tmp_path, engine):
    write(tmp_path / "journal", CALL[:2])
    file = segments(tmp_path / "journal")[0]
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    projector = Projector(engine, tmp_path / "journal")
    assert projector.catch_up() == 1
    file.write_bytes(whole)
    assert projector.catch_up() == 1


def test_another_journal_makes_the_records_anew(tmp_path, engine):
    write(tmp_path / "journal", CALL)
    Projector(engine, tmp_path / "journal").catch_up()
    for file in segments(tmp_path / "journal"):
        file.unlink()
    other = [acd.CallOfferedToUs(call="1", port="line-2", called="5550100", number="5")]
    write(tmp_path / "journal", other, boot="other")
    Projector(engine, tmp_path / "journal").catch_up()
    assert [record.line for record in call_records(engine)] == ["line-2"]


def test_a_clock_that_was_set_back_gives_no_negative_talk(tmp_path, engine):
    write(tmp_path / "journal", CALL[:-1])
    write(tmp_path / "journal", CALL[-1:], start=T - 3600)
    Projector(engine, tmp_path / "journal").catch_up()
    assert call_records(engine)[0].talk_s == 0.0


def test_records_can_be_asked_for_one_caller(tmp_path, engine):
    other = acd.CallOfferedToUs(call="2", port="line-1", called="5550100", number="5")
    write(tmp_path / "journal", [*CALL, other])
    Projector(engine, tmp_path / "journal").catch_up()
    assert [record.call for record in call_records(engine, number="5")] == ["2"]
    assert [record.call for record in call_records(engine, limit=1)] == ["2"]


def test_a_file_that_is_no_database_is_told_with_the_next_step(tmp_path):
    (tmp_path / "records.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseError, match="may be moved away"):
        open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def test_a_call_without_supervision_is_marked_and_who_answered_elsewhere_is_told(tmp_path, engine):
    facts = [
        *CALL[:1],
        acd.NumberDialled(call="1", dialled="021", number="+4021", kind="national"),
        acd.TrunkSeized(
            call="1", port="e1-1", group="e1", carrier="A", number="+4021", sent="+4021"
        ),
        acd.FarEndAnswered(call="1", port="e1-1", connected="+4022"),
        acd.CallUnsupervised(call="1"),
        acd.CallEnded(call="1", cause="line out of service", stage="through", q850=38),
    ]
    write(tmp_path / "journal", facts)
    Projector(engine, tmp_path / "journal").catch_up()
    (record,) = call_records(engine, number="+4021")
    assert (record.unsupervised, record.q850, record.connected_number) == (True, 38, "+4022")
    assert call_records(engine, tenant="another") == []
    (row,) = record_rows([asdict(record)])
    assert row["cause"] == "line out of service (unsupervised)"
    assert row["caller"] == "0212345678 → +4021"
