"""Facts → call records. One function per kind of fact, all on one table.

Facts come in groups: the records that a group changes are read at its beginning and written at its end, in
its transaction.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select

from firmware_host.journal_format import Entry
from firmware_host.oam.tables import calls

__all__ = ["CallRecords"]

_log = logging.getLogger(__name__)

_KEYS_KEPT = 80
_PROBLEM_KEPT = 120
_NUMBER_KEPT = 40


_Row = dict[str, Any]
_Key = tuple[str, str]
_NOTHING: _Row = {column.name: None for column in calls.c}
_DELETE = delete(calls).where(
    and_(calls.c.tenant == bindparam("of_tenant"), calls.c.call == bindparam("of_call"))
)


class CallRecords:
    """The records that a group of facts may change.

    Args:
        connection: To the records, in the group's transaction.
        group: The facts.
    """

    def __init__(self, connection: Connection, group: Iterable[Entry]) -> None:
        named = [entry for entry in group if entry.kind in _HANDLERS]
        # Both, or the whole table is looked through.
        is_named = and_(
            calls.c.tenant.in_({entry.tenant for entry in named}),
            calls.c.call.in_({entry.data.get("call") for entry in named}),
        )
        rows = connection.execute(select(calls).where(is_named)).mappings()
        self._rows: dict[_Key, _Row] = {(row["tenant"], row["call"]): dict(row) for row in rows}
        self._stored = set(self._rows)
        self._changed: dict[_Key, None] = {}

    def receive(self, entry: Entry) -> None:
        """Take the next fact; kinds that no record shows are passed over."""
        handler = _HANDLERS.get(entry.kind)
        if handler is None:
            return
        try:
            key = (entry.tenant, entry.data["call"])
            if entry.kind in _FIRST:
                # A damaged journal may make a call's number come again: then the newer call is on record.
                row = {**_NOTHING, "tenant": entry.tenant, "call": key[1]}
            elif key in self._rows:
                row = self._rows[key]
            else:
                return
            self._rows[key] = {**row, **handler(row, entry)}
            self._changed[key] = None
        except KeyError as error:
            _log.error(
                "fact %d (%s) lacks %s: not in the records", entry.sequence, entry.kind, error
            )

    def write(self, connection: Connection) -> None:
        """Store what has changed."""
        if not self._changed:
            return
        stored = [
            {"of_tenant": tenant, "of_call": call}
            for tenant, call in self._changed
            if (tenant, call) in self._stored
        ]
        if stored:
            connection.execute(_DELETE, stored)
        connection.execute(insert(calls), [self._rows[key] for key in self._changed])


def _naive_utc(entry: Entry) -> datetime:
    return entry.utc.replace(
        tzinfo=None
    )  # the columns hold UTC without saying so: SQLite has no zones


def _offered(_: _Row, entry: Entry) -> _Row:
    data = entry.data
    return {
        "line": data["port"],
        "called": data["called"],
        "number": data.get("number"),
        "name": data.get("name"),
        "number_absence": data.get("number_absence"),
        "normal_number": data.get("normal_number"),
        "redirecting": data.get("redirecting"),
        "redirecting_reason": data.get("redirecting_reason"),
        "carrier": data.get("carrier") or None,
        **_begins(entry),
    }


def _begins(entry: Entry) -> dict[str, Any]:
    return {
        "offered_utc": _naive_utc(entry),
        "keys": "",
        "wrong_keys": "",
        "offers": 0,
        "missed_offers": 0,
        "trunks_tried": 0,
        "unsupervised": False,
    }


def _placed(_: _Row, entry: Entry) -> _Row:
    data = entry.data
    return {
        "line": data["port"],
        "called": "",
        "station": data["port"],
        "agent": data["agent"] or None,
        **_begins(entry),
    }


def _dialled(_: _Row, entry: Entry) -> _Row:
    data = entry.data
    return {
        "dialled": data["dialled"][:_NUMBER_KEPT],
        "goes_to": data["number"][:_NUMBER_KEPT],
        "number_kind": data["kind"],
    }


def _seized(row: _Row, entry: Entry) -> _Row:
    return {
        "out_line": entry.data["port"],
        "out_carrier": entry.data["carrier"],
        "trunks_tried": row["trunks_tried"] + 1,
    }


def _far_end_answered(_: _Row, entry: Entry) -> _Row:
    connected = entry.data.get("connected")
    return {
        "connected_utc": _naive_utc(entry),
        "connected_number": connected[:_NUMBER_KEPT] if connected else None,
    }


def _unsupervised(_: _Row, __: Entry) -> _Row:
    return {"unsupervised": True}


def _answered(_: _Row, entry: Entry) -> _Row:
    return {"answered_utc": _naive_utc(entry)}


def _flow(_: _Row, entry: Entry) -> _Row:
    return {"flow": entry.data["flow"], "node": entry.data["node"]}


def _key(row: _Row, entry: Entry) -> _Row:
    column = "keys" if entry.data["accepted"] else "wrong_keys"
    return {column: (row[column] + entry.data["key"])[:_KEYS_KEPT]}


def _queued(row: _Row, entry: Entry) -> _Row:
    if row["queue"] == entry.data["queue"] and row["queued_utc"] is not None:
        return {}
    return {
        "queue": entry.data["queue"],
        "queued_utc": _naive_utc(entry),
        "place": entry.data["place"],
    }


def _offer(row: _Row, _: Entry) -> _Row:
    return {"offers": row["offers"] + 1}


def _missed(row: _Row, _: Entry) -> _Row:
    return {"missed_offers": row["missed_offers"] + 1}


def _attempted(_: _Row, entry: Entry) -> _Row:
    # Of the agents whose handsets rang it is this one.
    return {"agent": entry.data["agent"], "queue": entry.data["queue"]}


def _connected(row: _Row, entry: Entry) -> _Row:
    if row["connected_utc"] is not None:
        return {}  # a caller who lost one agent and got another keeps the first wait
    now, queued = _naive_utc(entry), row["queued_utc"]
    wait_s = (now - queued).total_seconds() if queued else None
    return {"connected_utc": now, "agent": entry.data["agent"], "wait_s": wait_s}


def _recording(_: _Row, entry: Entry) -> _Row:
    return {"recording": entry.data["file"]}


def _recording_lost(_: _Row, entry: Entry) -> _Row:
    return {"recording_problem": entry.data["problem"][:_PROBLEM_KEPT]}


def _coded(_: _Row, entry: Entry) -> _Row:
    return {"wrap_up_code": entry.data["code"], "wrap_up_meaning": entry.data["meaning"]}


def _held(_: _Row, entry: Entry) -> _Row:
    return {"held_since_utc": _naive_utc(entry)}


def _retrieved(row: _Row, entry: Entry) -> _Row:
    return _end_of_hold(row, _naive_utc(entry))


def _end_of_hold(row: _Row, now: datetime) -> _Row:
    if row["held_since_utc"] is None:
        return {}
    held_s = max(0.0, (now - row["held_since_utc"]).total_seconds())
    return {"held_since_utc": None, "held_s": (row["held_s"] or 0.0) + held_s}


def _message(_: _Row, entry: Entry) -> _Row:
    data = entry.data
    if not data["kept"]:
        return {}
    return {
        "message": data["file"],
        "message_box": data["box"],
        "message_s": data["lasts_s"] or None,
    }


def _ended(row: _Row, entry: Entry) -> _Row:
    now = _naive_utc(entry)
    values: _Row = {
        "ended_utc": now,
        "cause": entry.data["cause"],
        "stage": entry.data["stage"],
        "q850": entry.data.get("q850"),
        **_end_of_hold(row, now),
    }
    # Wall time may have been set back in mid-call: a duration is never below zero.
    if row["connected_utc"] is not None:
        values["talk_s"] = max(0.0, (now - row["connected_utc"]).total_seconds())
    elif row["queued_utc"] is not None:
        values["wait_s"] = max(0.0, (now - row["queued_utc"]).total_seconds())
    return values


_FIRST = frozenset({"CallOfferedToUs", "CallPlaced"})
_HANDLERS: dict[str, Callable[[_Row, Entry], _Row]] = {
    "CallOfferedToUs": _offered,
    "CallPlaced": _placed,
    "NumberDialled": _dialled,
    "TrunkSeized": _seized,
    "FarEndAnswered": _far_end_answered,
    "CallUnsupervised": _unsupervised,
    "CallAnswered": _answered,
    "FlowEntered": _flow,
    "KeyPressed": _key,
    "CallerQueued": _queued,
    "OfferMade": _offer,
    "OfferMissed": _missed,
    "CallBackAttempted": _attempted,
    "CallConnected": _connected,
    "RecordingStarted": _recording,
    "RecordingLost": _recording_lost,
    "WrapUpCoded": _coded,
    "CallHeld": _held,
    "CallRetrieved": _retrieved,
    "MessageEnded": _message,
    "CallEnded": _ended,
}
