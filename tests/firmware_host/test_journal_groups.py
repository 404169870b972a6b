"""The journal's groups and segments: one write for many facts, and nothing kept that is not needed."""

from pathlib import Path

import pytest

import acd
from firmware_host.callserver import Journal
from firmware_host.callserver.journal import RESERVE_OCTETS
from firmware_host.journal_format import read_segment, segments
from firmware_host.worker import InlineWorker

UTC_S = 1_795_000_000.25
IO_COUNTS = Path("/proc/self/io")
BLOCKS_OF_A_SHORT_FILE = 64 * 1024


def journal(folder: Path, **options) -> Journal:
    return Journal(folder, boot="boot", worker=InlineWorker(), **options)


def answered(number: int) -> acd.CallAnswered:
    return acd.CallAnswered(call=f"{number:08d}")


def snapshot() -> acd.SnapshotTaken:
    return acd.SnapshotTaken(agents=(), calls=(), counters={"calls": 3})


def facts_in(segment: Path) -> list[acd.Fact]:
    damage = []
    facts = [entry.fact() for entry, _ in read_segment(segment, damage)]
    assert damage == []
    return facts


def writes_so_far() -> int:
    counts = dict(line.split(": ") for line in IO_COUNTS.read_text().splitlines())
    return int(counts["syscw"])


def octets_on_disk(file: Path) -> int:
    return file.stat().st_blocks * 512


@pytest.mark.skipif(not IO_COUNTS.exists(), reason="needs the kernel's count of writes")
def test_many_facts_in_one_flush_are_one_write_and_all_their_tickets_come_back(tmp_path):
    writing = journal(tmp_path)
    writing.append(answered(0), 0.0, UTC_S)
    writing.flush()
    for number in range(1, 51):
        writing.append(answered(number), 0.0, UTC_S, ticket=number)
    before = writes_so_far()
    writing.flush()
    assert writes_so_far() - before == 1
    assert writing.acknowledged() == list(range(1, 51))
    assert facts_in(segments(tmp_path)[0]) == [answered(number) for number in range(51)]
    writing.close()


def test_a_fact_without_a_ticket_gives_none_back(tmp_path):
    writing = journal(tmp_path)
    for ticket in (5, None, 0):
        writing.append(answered(1), 0.0, UTC_S, ticket=ticket)
    writing.flush()
    assert writing.acknowledged() == [5, 0]
    writing.close()


def test_a_snapshot_amid_a_flush_begins_a_segment_and_every_fact_stands_in_its_own(tmp_path):
    writing = journal(tmp_path)
    facts = [answered(1), answered(2), snapshot(), answered(3), answered(4)]
    for ticket, fact in enumerate(facts):
        writing.append(fact, 0.0, UTC_S, ticket=ticket)
    writing.flush()
    writing.append(answered(5), 0.0, UTC_S, ticket=5)
    writing.flush()
    assert writing.acknowledged() == [0, 1, 2, 3, 4, 5]
    assert writing.unwritten == 0
    older, newer = segments(tmp_path)
    assert facts_in(older) == facts[:2]
    assert facts_in(newer) == [*facts[2:], answered(5)]
    assert int(newer.stem) == 3
    writing.close()


def test_the_reserve_is_kept_while_writing_and_given_back_on_close(tmp_path):
    writing = journal(tmp_path)
    writing.append(answered(1), 0.0, UTC_S)
    writing.flush()
    (file,) = segments(tmp_path)
    kept = octets_on_disk(file)
    if kept < RESERVE_OCTETS:
        writing.close()
        pytest.skip("this filesystem has no fallocate")
    assert file.stat().st_size < 1000
    writing.close()
    assert octets_on_disk(file) <= BLOCKS_OF_A_SHORT_FILE
    assert facts_in(file) == [answered(1)]


def test_a_segment_that_is_left_gives_back_its_reserve_and_its_descriptor(tmp_path):
    writing = journal(tmp_path)
    writing.append(answered(1), 0.0, UTC_S)
    writing.flush()
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(10):
        writing.append(snapshot(), 0.0, UTC_S)
        writing.append(answered(number), 0.0, UTC_S)
        writing.flush()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    *left, _current = segments(tmp_path)
    assert len(left) == 10
    assert all(octets_on_disk(file) <= BLOCKS_OF_A_SHORT_FILE for file in left)
    writing.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before - 1


def test_a_journal_that_is_opened_again_goes_on_in_its_last_segment(tmp_path):
    for number in range(3):
        writing = journal(tmp_path)
        writing.append(answered(number), 0.0, UTC_S)
        writing.close()
    (only,) = segments(tmp_path)
    assert facts_in(only) == [answered(0), answered(1), answered(2)]
