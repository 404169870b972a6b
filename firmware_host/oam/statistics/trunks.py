"""The figures of trunks: how many calls they carry, by group and by carrier."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
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

    counts: Counter[str] = field(default_factory=Counter)
    begins_s: list[float] = field(default_factory=list)
    ends_s: list[float] = field(default_factory=list)

    def figures(self, lasts_s: float) -> TrunkFigures:
        """The figures, of a time that lasted so long."""
        times_s = zip(self.begins_s, self.ends_s, strict=True)
        seized_s = math.fsum(end_s - begin_s for begin_s, end_s in times_s)
        return TrunkFigures(
            calls_in=self.counts["in"],
            answered_in=self.counts["answered in"],
            calls_out=self.counts["out"],
            answered_out=self.counts["answered out"],
            seized_s=seized_s,
            erlangs=seized_s / lasts_s,
            most_at_once=self._most_at_once(),
        )

    def _most_at_once(self) -> int:
        begins_s, ends_s = sorted(self.begins_s), sorted(self.ends_s)
        most = ended = 0
        for begun, begin_s in enumerate(begins_s, start=1):
            # Of one moment, first those that end: who hands a line on does not need two.
            while ends_s[ended] <= begin_s:
                ended += 1
            most = max(most, begun - ended)
        return most


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
    tallies: dict[tuple[str, str], TrunkTally] = {}
    for row, begin_s, end_s in lasting(connection, trunk_uses, _COLUMNS, span, known):
        port, direction, group, carrier, is_answered = row[-5:]
        key = group or groups.get(port, ""), carrier
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = TrunkTally()
        if span.overlap(begin_s, end_s) > 0:
            tally.begins_s.append(max(begin_s, span.begin_s))
            tally.ends_s.append(min(end_s, span.end_s))
        if begin_s in span:
            tally.counts[direction] += 1
            if is_answered:
                tally.counts[f"answered {direction}"] += 1
    groups_of, carriers, everything = (
        _together(tallies, name)
        for name in (lambda key: key[0], lambda key: key[1], lambda _: "all")
    )
    return {"groups": groups_of, "carriers": carriers, "all": everything}


def _together(
    tallies: Mapping[tuple[str, str], TrunkTally], name: Callable[[tuple[str, str]], str]
) -> dict[str, TrunkTally]:
    by_name: dict[str, TrunkTally] = {}
    for key, tally in sorted(tallies.items()):
        total = by_name.setdefault(name(key), TrunkTally())
        total.counts += tally.counts
        total.begins_s += tally.begins_s
        total.ends_s += tally.ends_s
    return dict(sorted(by_name.items()))


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
