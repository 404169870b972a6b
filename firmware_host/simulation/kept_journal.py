"""The facts of a simulated day as a journal, which whatever reads journals can read."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

import acd
from firmware_host.journal_format import Entry, encode_line, segments

__all__ = ["JournalExists", "keep_journal"]

_BOOT = "simulation"


class JournalExists(Exception):
    """There is a journal already, perhaps a real one."""


def keep_journal(
    facts: Iterable[tuple[float, acd.Fact]], midnight_utc_s: float, folder: Path
) -> None:
    """Write facts into a new journal.

    Raises:
        JournalExists: The folder holds one.
        OSError: It can't be written.
    """
    if folder.is_dir() and segments(folder):
        raise JournalExists(f"{folder}: a journal is there already; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        encode_line(
            Entry(
                sequence=sequence,
                boot=_BOOT,
                monotonic_s=at_s,
                utc_s=midnight_utc_s + at_s,
                tenant="main",
                kind=type(fact).__name__,
                data=msgspec.to_builtins(fact),
            )
        )
        for sequence, (at_s, fact) in enumerate(facts, start=1)
    ]
    (folder / f"{1:020}.jsonl").write_bytes(b"".join(lines))
