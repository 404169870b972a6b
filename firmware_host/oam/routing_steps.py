"""What routing did with each call: kept as the journal told it, given back in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select

from firmware_host.journal_format import Entry
from firmware_host.oam.tables import routing

__all__ = ["ROUTING_FACTS", "RoutingStep", "keep_routing_steps", "routing_steps"]

ROUTING_FACTS = frozenset(
    {
        "CallerQueued",
        "QueueRefused",
        "QueueLeft",
        "CallOverflowed",
        "OfferMade",
        "OfferAnswered",
        "OfferMissed",
        "OfferWithdrawn",
        "CallConnected",
        "CallEnded",
        "CallBackRequested",
        "CallBackAttempted",
        "CallBackReached",
        "CallBackPostponed",
        "CallBackEnded",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingStep:
    """One fact of a call's way to an agent; the time is ISO 8601 in UTC."""

    utc: str
    fact: str
    data: dict[str, Any]


def keep_routing_steps(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep facts, in place of those that had their numbers in a journal that is gone."""
    if not entries:
        return
    numbered = routing.c.sequence.between(entries[0].sequence, entries[-1].sequence)
    connection.execute(delete(routing).where(numbered))
    connection.execute(
        insert(routing),
        [
            {
                "sequence": entry.sequence,
                "tenant": entry.tenant,
                # What becomes of a call-back belongs to the call in which it was asked for.
                "call": str(entry.data.get("call_back") or entry.data.get("call", ""))[:20],
                "utc": entry.utc.replace(tzinfo=None),
                "kind": entry.kind,
                "data": msgspec.json.encode(entry.data).decode(),
            }
            for entry in entries
        ],
    )


def routing_steps(engine: Engine, call: str) -> list[RoutingStep]:
    """All that routing did with a call, in order; leading zeros of its number may be left out."""
    query = select(routing).where(routing.c.call == call.zfill(8)).order_by(routing.c.sequence)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [
        RoutingStep(
            utc=row.utc.isoformat(timespec="milliseconds") + "Z",
            fact=row.kind,
            data=msgspec.json.decode(row.data),
        )
        for row in rows
    ]
