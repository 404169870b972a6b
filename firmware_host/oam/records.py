"""Questions to the records."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Engine, or_, select

from firmware_host.oam.tables import calls

__all__ = ["CallRecord", "call_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, as people ask for it. Times are ISO 8601 in UTC; durations are seconds."""

    call: str
    line: str
    called: str
    number: str | None
    name: str | None
    number_absence: str | None
    offered_utc: str
    answered_utc: str | None
    ended_utc: str | None
    flow: str | None
    node: str | None
    keys: str
    wrong_keys: str
    queue: str | None
    place: int | None
    offers: int
    missed_offers: int
    agent: str | None
    wait_s: float | None
    talk_s: float | None
    cause: str | None
    stage: str | None
    recording: str | None
    recording_problem: str | None
    tenant: str
    normal_number: str | None
    "The caller's, in E.164."
    redirecting: str | None
    "Who forwarded the call to here,"
    redirecting_reason: str | None
    "and why."
    carrier: str | None
    "On whose trunk it came."
    dialled: str | None
    goes_to: str | None
    "Where the call went, or was to go; E.164 if the number has such a form."
    number_kind: str | None
    out_line: str | None
    "The trunk that was seized last,"
    out_carrier: str | None
    "and whose it is."
    trunks_tried: int
    connected_number: str | None
    "Who answered there, as far as told."
    q850: int | None
    "The far end's cause of ITU-T Q.850."
    unsupervised: bool
    "For a time nobody would have told us of its end."
    wrap_up_code: str | None
    "What the agent told of the call,"
    wrap_up_meaning: str | None
    "in words."
    held_s: float | None
    message: str | None
    "File of a message that the caller left, for whom,"
    message_box: str | None
    message_s: float | None
    "and how long it is; None: the call server was restarted in it."


def call_records(
    engine: Engine,
    *,
    limit: int = 50,
    number: str | None = None,
    tenant: str | None = None,
    with_message: bool = False,
) -> list[CallRecord]:
    """The newest calls, oldest of them first; only this caller's, this tenant's, those with a message.

    A number is compared as it was told, in E.164, and with that of who was called.
    """
    query = select(calls)
    if with_message:
        query = query.where(calls.c.message.is_not(None))
    if tenant is not None:
        query = query.where(calls.c.tenant == tenant)
    if number is not None:
        columns = (calls.c.number, calls.c.normal_number, calls.c.goes_to)
        query = query.where(or_(*(column == number for column in columns)))
    query = query.order_by(calls.c.offered_utc.desc(), calls.c.call.desc()).limit(limit)
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    fields = CallRecord.__dataclass_fields__
    plain = [{name: _plain(row[name]) for name in fields} for row in reversed(rows)]
    return msgspec.convert(plain, list[CallRecord])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return round(value, 2) if isinstance(value, float) else value
