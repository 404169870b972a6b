"""Facts → call records. One function per kind of fact, all on one table."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from firmware_host.journal_format import Entry
from firmware_host.oam.tables import calls

__all__ = ["project"]

_log = logging.getLogger(__name__)

_KEYS_KEPT = 80
_PROBLEM_KEPT = 120
_NUMBER_KEPT = 40


def project(connection: Connection, entry: Entry) -> None:
    """Bring the records up to date with one fact; kinds that no record shows are passed over."""
    handler = _HANDLERS.get(entry.kind)
    if handler is None:
        return
    try:
        handler(connection, entry)
    except KeyError as error:
        _log.error("fact %d (%s) lacks %s: not in the records", entry.sequence, entry.kind, error)


def _naive_utc(entry: Entry) -> datetime:
    return entry.utc.replace(
        tzinfo=None
    )  # the columns hold UTC without saying so: SQLite has no zones


def _change(connection: Connection, entry: Entry, **values: Any) -> None:  # noqa: ANN401 - column values
    connection.execute(update(calls).where(_this(entry)).values(**values))


def _this(entry: Entry) -> Any:  # noqa: ANN401 - an SQL expression
    return and_(calls.c.tenant == entry.tenant, calls.c.call == entry.data["call"])


def _row(connection: Connection, entry: Entry) -> Any:  # noqa: ANN401 - a row or None
    return connection.execute(select(calls).where(_this(entry))).first()


def _offered(connection: Connection, entry: Entry) -> None:
    data = entry.data
    _make_room(connection, entry)
    connection.execute(
        insert(calls).values(
            tenant=entry.tenant,
            call=data["call"],
            line=data["port"],
            called=data["called"],
            number=data.get("number"),
            name=data.get("name"),
            number_absence=data.get("number_absence"),
            normal_number=data.get("normal_number"),
            redirecting=data.get("redirecting"),
            redirecting_reason=data.get("redirecting_reason"),
            carrier=data.get("carrier") or None,
            **_begins(entry),
        )
    )


def _make_room(connection: Connection, entry: Entry) -> None:
    """A damaged journal may make a call's number come again: then the newer call is on record."""
    connection.execute(delete(calls).where(_this(entry)))


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


def _placed(connection: Connection, entry: Entry) -> None:
    data = entry.data
    _make_room(connection, entry)
    connection.execute(
        insert(calls).values(
            tenant=entry.tenant,
            call=data["call"],
            line=data["port"],
            called="",
            station=data["port"],
            agent=data["agent"] or None,
            **_begins(entry),
        )
    )


def _dialled(connection: Connection, entry: Entry) -> None:
    data = entry.data
    _change(
        connection,
        entry,
        dialled=data["dialled"][:_NUMBER_KEPT],
        goes_to=data["number"][:_NUMBER_KEPT],
        number_kind=data["kind"],
    )


def _seized(connection: Connection, entry: Entry) -> None:
    _change(
        connection,
        entry,
        out_line=entry.data["port"],
        out_carrier=entry.data["carrier"],
        trunks_tried=calls.c.trunks_tried + 1,
    )


def _far_end_answered(connection: Connection, entry: Entry) -> None:
    connected = entry.data.get("connected")
    _change(
        connection,
        entry,
        connected_utc=_naive_utc(entry),
        connected_number=connected[:_NUMBER_KEPT] if connected else None,
    )


def _unsupervised(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, unsupervised=True)


def _answered(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, answered_utc=_naive_utc(entry))


def _flow(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, flow=entry.data["flow"], node=entry.data["node"])


def _key(connection: Connection, entry: Entry) -> None:
    column = calls.c["keys"] if entry.data["accepted"] else calls.c["wrong_keys"]
    row = _row(connection, entry)
    if row is not None:
        pressed = (row._mapping[column] + entry.data["key"])[:_KEYS_KEPT]  # noqa: SLF001 - public API
        _change(connection, entry, **{column.name: pressed})


def _queued(connection: Connection, entry: Entry) -> None:
    row = _row(connection, entry)
    again = row is not None and row.queue == entry.data["queue"] and row.queued_utc is not None
    if not again:
        _change(
            connection,
            entry,
            queue=entry.data["queue"],
            queued_utc=_naive_utc(entry),
            place=entry.data["place"],
        )


def _offer(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, offers=calls.c.offers + 1)


def _missed(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, missed_offers=calls.c.missed_offers + 1)


def _connected(connection: Connection, entry: Entry) -> None:
    row = _row(connection, entry)
    if row is None or row.connected_utc is not None:
        return  # a caller who lost one agent and got another keeps the first wait
    now = _naive_utc(entry)
    wait_s = (now - row.queued_utc).total_seconds() if row.queued_utc else None
    _change(connection, entry, connected_utc=now, agent=entry.data["agent"], wait_s=wait_s)


def _recording(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, recording=entry.data["file"])


def _recording_lost(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, recording_problem=entry.data["problem"][:_PROBLEM_KEPT])


def _coded(connection: Connection, entry: Entry) -> None:
    data = entry.data
    _change(connection, entry, wrap_up_code=data["code"], wrap_up_meaning=data["meaning"])


def _held(connection: Connection, entry: Entry) -> None:
    _change(connection, entry, held_since_utc=_naive_utc(entry))


def _retrieved(connection: Connection, entry: Entry) -> None:
    row = _row(connection, entry)
    if row is not None:
        _change(connection, entry, **_end_of_hold(row, _naive_utc(entry)))


def _end_of_hold(row: Any, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a row
    if row.held_since_utc is None:
        return {}
    held_s = max(0.0, (now - row.held_since_utc).total_seconds())
    return {"held_since_utc": None, "held_s": (row.held_s or 0.0) + held_s}


def _message(connection: Connection, entry: Entry) -> None:
    data = entry.data
    if data["kept"]:
        _change(
            connection,
            entry,
            message=data["file"],
            message_box=data["box"],
            message_s=data["lasts_s"] or None,
        )


def _ended(connection: Connection, entry: Entry) -> None:
    row = _row(connection, entry)
    if row is None:
        return
    now = _naive_utc(entry)
    values: dict[str, Any] = {
        "ended_utc": now,
        "cause": entry.data["cause"],
        "stage": entry.data["stage"],
        "q850": entry.data.get("q850"),
        **_end_of_hold(row, now),
    }
    # Wall time may have been set back in mid-call: a duration is never below zero.
    if row.connected_utc is not None:
        values["talk_s"] = max(0.0, (now - row.connected_utc).total_seconds())
    elif row.queued_utc is not None:
        values["wait_s"] = max(0.0, (now - row.queued_utc).total_seconds())
    _change(connection, entry, **values)


_HANDLERS: dict[str, Callable[[Connection, Entry], None]] = {
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
    "CallConnected": _connected,
    "RecordingStarted": _recording,
    "RecordingLost": _recording_lost,
    "WrapUpCoded": _coded,
    "CallHeld": _held,
    "CallRetrieved": _retrieved,
    "MessageEnded": _message,
    "CallEnded": _ended,
}
