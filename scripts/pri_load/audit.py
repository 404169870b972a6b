"""Afterwards: what the journal says of the calls that were offered."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import acd
from firmware_host.journal_format import JournalDamage, read_segment, segments

__all__ = ["Audit", "audit_journal"]


@dataclass(slots=True)
class Audit:
    """What came out."""

    offered: int = 0
    answered: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    "By cause."
    without_end: int = 0
    with_several_ends: int = 0
    facts: int = 0
    damage: int = 0


def audit_journal(folder: Path) -> Audit:
    """Read the whole journal."""
    ends: Counter[str] = Counter()
    begun: set[str] = set()
    damage: list[JournalDamage] = []
    audit = Audit()
    for segment in segments(folder):
        for entry, _ in read_segment(segment, damage):
            audit.facts += 1
            match entry.fact():
                case acd.CallOfferedToUs(call=call):
                    begun.add(call)
                case acd.CallAnswered():
                    audit.answered += 1
                case acd.CallEnded(call=call, cause=cause):
                    ends[call] += 1
                    audit.ends[cause] = audit.ends.get(cause, 0) + 1
                case _:
                    pass
    audit.offered = len(begun)
    audit.without_end = sum(not ends[call] for call in begun)
    audit.with_several_ends = sum(count > 1 for count in ends.values())
    audit.damage = len(damage)
    return audit
