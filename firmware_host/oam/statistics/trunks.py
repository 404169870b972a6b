"""The figures of trunks: how many calls they carry, by group and by carrier."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from firmware_host.oam.histories import Moment
from firmware_host.oam.statistics.lasting import lasting
from firmware_host.oam.tables import trunk_uses
from firmware_host.time_spans import Intervals, Span

__all__ = ["TrunkFigures", "TrunkTally", "erlangs_at_a_time", "tally_trunks"]

_COLUMNS = ("port", "direction", "group_name", "carrier", "is_answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkFigures:
    """Some trunks together."""

    calls_in: int
    "That began."
    answered_in: int
    calls_out: int
    "Tries: a call may seize several trunks, one after another."
    answered_out: int
    seized_s: float
    erlangs: float
    "On average so many trunks carried a call;"
    most_at_once: int
    "at most so many."


@dataclass(slots=True)
class TrunkTally:
    """Uses, added up."""

    counts: dict[str, int] = field(default_factory=dict)
    seized_s: float = 0.0
    changes: list[tuple[float, int]] = field(default_factory=list)
    "When one more carries a call, or one less."

    def figures(self, lasts_s: float) -> TrunkFigures:
        """The figures, of a time that lasted so long."""
        at_once = most = 0
        # Of one moment, first those that end: who hands a line on does not need two.
        for _, change in sorted(self.changes):
            at_once += change
            most = max(most, at_once)
        count = self.counts.get
        return TrunkFigures(
            calls_in=count("in", 0),
            answered_in=count("answered in", 0),
            calls_out=count("out", 0),
            answered_out=count("answered out", 0),
            seized_s=self.seized_s,
            erlangs=self.seized_s / lasts_s,
            most_at_once=most,
        )


def tally_trunks(
    connection: Connection, span: Span, known: Moment, groups: Mapping[str, str]
) -> dict[str, dict[str, TrunkTally]]:
    """``groups``, ``carriers`` and ``all``, each by name.

    Args:
        connection: To the records.
        span: When.
        known: Until when facts are known.
        groups: By port; of calls that came in, facts tell no group.
    """
    tallies: dict[str, dict[str, TrunkTally]] = {"groups": {}, "carriers": {}, "all": {}}
    for row, begin_s, end_s in lasting(connection, trunk_uses, _COLUMNS, span, known):
        port, direction, group, carrier, is_answered = row[:5]
        names = {"groups": group or groups.get(port, ""), "carriers": carrier, "all": "all"}
        for kind, name in names.items():
            tally = tallies[kind].setdefault(name, TrunkTally())
            lasted_s = span.overlap(begin_s, end_s)
            if lasted_s > 0:
                tally.seized_s += lasted_s
                tally.changes.append((max(begin_s, span.begin_s), 1))
                tally.changes.append((min(end_s, span.end_s), -1))
            if begin_s in span:
                counts = tally.counts
                counts[direction] = counts.get(direction, 0) + 1
                if is_answered:
                    name = f"answered {direction}"
                    counts[name] = counts.get(name, 0) + 1
    return {kind: dict(sorted(by_name.items())) for kind, by_name in tallies.items()}


def erlangs_at_a_time(connection: Connection, intervals: Intervals, known: Moment) -> list[float]:
    """How many trunks carried a call, on average, by interval."""
    seized_s = [0.0] * len(intervals.begins)
    for _, begin_s, end_s in lasting(connection, trunk_uses, ("port",), intervals.span, known):
        for index, part_s in intervals.parts(begin_s, end_s):
            seized_s[index] += part_s
    lengths = zip(intervals.begins, intervals.ends, strict=True)
    return [
        used_s / (end_s - begin_s)
        for used_s, (begin_s, end_s) in zip(seized_s, lengths, strict=True)
    ]
