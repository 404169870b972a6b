"""Callers' numbers that came as digits, found among the digits of a recording."""

from collections.abc import Iterator, Sequence

from drivers import ETSI_FORM, CallerNumber, parse_dtmf_caller_id
from dsp import Decoded

__all__ = ["with_dtmf_caller_ids"]

_GAP_S = 0.3
"""Exchanges send digits evenly, 50 to 100 ms apart; people do not."""
_FEWEST = 3
"""Start, one digit or a code, end."""


def with_dtmf_caller_ids(found: Sequence[Decoded]) -> list[Decoded]:
    """What was decoded, and a ``caller_id`` for each row of digits that is one (EN 300 659-1, annex B).

    Only rows between a start (A, B, D) and an end (C, #) are: subscribers' telephones have no such keys.
    """
    callers = []
    for row in _rows([each for each in found if each.kind == "digit"]):
        keys = "".join(str(each.facts["digit"]) for each in row)
        caller = parse_dtmf_caller_id(keys, ETSI_FORM)
        if len(keys) >= _FEWEST and keys[0] in "ABD" and caller != CallerNumber():
            callers.append(_caller_id(row, caller))
    return sorted([*found, *callers], key=lambda each: (each.start_s, each.channel, each.kind))


def _rows(digits: Sequence[Decoded]) -> Iterator[list[Decoded]]:
    """Digits of one channel that follow one another closely."""
    for channel in sorted({each.channel for each in digits}):
        row: list[Decoded] = []
        for each in digits:
            if each.channel != channel:
                continue
            if row and each.start_s - row[-1].end_s > _GAP_S:
                yield row
                row = []
            row.append(each)
        if row:
            yield row


def _caller_id(row: Sequence[Decoded], caller: CallerNumber) -> Decoded:
    levels = [each.level_dbm0 for each in row if each.level_dbm0 is not None]
    return Decoded(
        channel=row[0].channel,
        kind="caller_id",
        start_s=row[0].start_s,
        end_s=row[-1].end_s,
        level_dbm0=round(sum(levels) / len(levels), 1) if levels else None,
        facts={
            "number": caller.number,
            "name": None,
            "date": None,
            "number_absent": caller.absence,
            "name_absent": None,
            "redirecting": caller.redirecting,
            "called": None,
            "message_waiting": None,
            "checksum_ok": None,
            "standard": "dtmf",
            "problem": None,
        },
        told_s=row[-1].told_s,
    )
