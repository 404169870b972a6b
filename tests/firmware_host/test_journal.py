"""The journal: written in groups, acknowledged when safe, read back to the last good line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import acd
from firmware_host.callserver import Journal, JournalError
from firmware_host.journal_format import Entry, decode_line, encode_line, read_segment, segments
from firmware_host.worker import InlineWorker, ThreadWorker

UTC_S = 1_795_000_000.25


def journal(folder: Path, **options) -> Journal:
    return Journal(folder, boot="boot", worker=InlineWorker(), **options)


def answered(number: int) -> acd.CallAnswered:
    return acd.CallAnswered(call=f"{number:08d}")


def facts_of(folder: Path) -> list[acd.Fact]:
    return [fact for _, fact in journal(folder).history]


def test_facts_come_back_in_order_with_their_times(tmp_path):
    first = journal(tmp_path)
    for number in range(3):
        first.append(answered(number), now=number, utc_s=UTC_S + number)
    first.close()
    again = journal(tmp_path)
    assert again.history == [(UTC_S + number, answered(number)) for number in range(3)]
    assert again.next_sequence == 4


def test_a_ticket_is_acknowledged_only_after_its_fact_can_be_read_from_the_file(tmp_path):
    writing = journal(tmp_path)
    writing.append(answered(1), 0.0, UTC_S, ticket=7)
    assert writing.acknowledged() == []
    writing.flush()
    assert [entry.fact() for entry, _ in read_segment(segments(tmp_path)[0], [])] == [answered(1)]
    assert writing.acknowledged() == [7]
    assert writing.acknowledged() == []


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_tail_is_cut_at_the_last_good_line_and_said_so(tmp_path, cut):
    writing = journal(tmp_path)
    for number in range(3):
        writing.append(answered(number), 0.0, UTC_S)
    writing.close()
    file = segments(tmp_path)[0]
    os.truncate(file, file.stat().st_size - cut)
    again = journal(tmp_path)
    assert [fact for _, fact in again.history] == [answered(0), answered(1)]
    assert len(again.damage) == 1
    assert again.damage[0].at_end
    again.append(answered(9), 0.0, UTC_S)
    again.close()
    assert facts_of(tmp_path) == [answered(0), answered(1), answered(9)]
    assert journal(tmp_path).damage == []


def test_a_damaged_line_in_the_middle_is_left_out_and_the_good_ones_after_it_are_kept(tmp_path):
    writing = journal(tmp_path)
    for number in range(3):
        writing.append(answered(number), 0.0, UTC_S)
    writing.close()
    file = segments(tmp_path)[0]
    text = file.read_bytes().replace(b"00000001", b"00000007")
    file.write_bytes(text)
    again = journal(tmp_path)
    assert [fact for _, fact in again.history] == [answered(0), answered(2)]
    assert [damage.at_end for damage in again.damage] == [False]
    assert again.next_sequence == 4
    assert file.read_bytes() == text


def snapshot() -> acd.SnapshotTaken:
    return acd.SnapshotTaken(
        agents=({"agent": "1", "since": 1.5},), calls=(), counters={"calls": 3}
    )


def test_replay_begins_at_the_newest_snapshot(tmp_path):
    writing = journal(tmp_path, segment_limit_octets=300)
    count = 0
    while len(segments(tmp_path)) < 3:
        writing.append(answered(count), 0.0, UTC_S)
        if writing.wants_snapshot:
            writing.append(snapshot(), 0.0, UTC_S)
        writing.flush()
        count += 1
    writing.append(answered(count), 0.0, UTC_S)
    writing.close()
    assert facts_of(tmp_path) == [snapshot(), answered(count)]


def test_a_newer_releases_fact_is_passed_over(tmp_path):
    writing = journal(tmp_path)
    writing.append(answered(1), 0.0, UTC_S)
    writing.close()
    entry = Entry(2, "boot", 0.0, UTC_S, "main", "CallTeleported", {"where": "there"})
    with segments(tmp_path)[0].open("ab") as file:
        file.write(encode_line(entry))
    again = journal(tmp_path)
    assert [fact for _, fact in again.history] == [answered(1)]
    assert again.next_sequence == 3


text = st.text(max_size=40)
any_fact = st.one_of(
    st.builds(
        acd.CallOfferedToUs, call=text, port=text, called=text, number=st.none() | text, name=text
    ),
    st.builds(acd.KeyPressed, call=text, node=text, key=text, accepted=st.booleans()),
    st.builds(acd.AgentPaused, agent=text, reason=text),
    st.builds(acd.CallerQueued, call=text, queue=text, place=st.integers(0, 10**6)),
)


@settings(max_examples=200)
@given(any_fact, st.integers(1, 2**40), st.floats(0, 4e9))
def test_any_fact_is_one_line_and_comes_back_the_same(fact, sequence, utc_s):
    from dataclasses import asdict

    line = encode_line(Entry(sequence, "b", 1.5, utc_s, "main", type(fact).__name__, asdict(fact)))
    assert line.count(b"\n") == 1
    entry = decode_line(line[:-1])
    assert entry is not None
    assert entry.fact() == fact
    assert entry.sequence == sequence
    assert entry.utc_s == pytest.approx(utc_s, abs=1e-5)


@settings(max_examples=300)
@given(st.data())
def test_a_line_with_any_changed_octet_is_known_as_damaged(data):
    line = bytearray(
        encode_line(Entry(1, "b", 0.0, UTC_S, "main", "CallAnswered", {"call": "1"}))[:-1]
    )
    index = data.draw(st.integers(0, len(line) - 1))
    line[index] ^= data.draw(st.integers(1, 255))
    assert decode_line(bytes(line)) is None


@given(st.binary(max_size=200))
def test_no_octets_at_all_make_the_reader_raise(line):
    decode_line(line)


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "journal").write_text("x")
    with pytest.raises(JournalError, match="journal"):
        journal(tmp_path / "journal")


_FULL_DISK = """
import logging, resource, signal, sys
from pathlib import Path
import acd
from firmware_host.callserver import Journal
from firmware_host.worker import InlineWorker

logging.basicConfig(stream=sys.stderr, format="%(message)s")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
writing = Journal(folder, boot="b", worker=InlineWorker())
for number in range(4):
    if number == 1:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    if number == 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writing.append(acd.CallAnswered(call=str(number)), 0.0, 1.0, ticket=number)
    writing.flush()
    print(writing.acknowledged(), writing.unwritten)
writing.close()
"""


def test_a_disk_that_takes_no_more_loses_no_fact_and_is_told_once(tmp_path):
    """The kernel's file size limit stands in for a full disk: both fail the same write."""
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.splitlines() == ["[0] 0", "[] 1", "[] 2", "[1, 2, 3] 0"]
    assert done.stderr.count("can't be written") == 1
    assert "make room" in done.stderr
    assert "no fact was lost" in done.stderr
    assert [fact.call for fact in facts_of(tmp_path)] == ["0", "1", "2", "3"]


def test_with_a_thread_the_loop_is_woken_when_facts_are_safe(tmp_path):
    import threading

    woken = threading.Event()
    writing = Journal(tmp_path, boot="b", worker=ThreadWorker("journal"), wake=woken.set)
    writing.append(answered(1), 0.0, UTC_S, ticket=1)
    writing.flush()
    assert woken.wait(5)
    assert writing.acknowledged() == [1]
    writing.close()
