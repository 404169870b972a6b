"""The records database: tables that are projections of the journal and can be made anew from it.

No other process opens this database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = ["calls", "metadata", "position", "routing"]

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("call", String(20), primary_key=True),
    Column("line", String(40), nullable=False),
    Column("called", String(40), nullable=False),
    Column("number", String(40)),
    Column("name", String(80)),
    Column("number_absence", String(12)),
    Column("offered_utc", DateTime, nullable=False),
    Column("answered_utc", DateTime),
    Column("flow", String(40)),
    Column("node", String(40)),
    Column("keys", String(80), nullable=False, default=""),
    Column("wrong_keys", String(80), nullable=False, default=""),
    Column("queue", String(40)),
    Column("queued_utc", DateTime),
    Column("place", Integer),
    Column("offers", Integer, nullable=False, default=0),
    Column("missed_offers", Integer, nullable=False, default=0),
    Column("agent", String(12)),
    Column("station", String(40)),
    Column("connected_utc", DateTime),
    Column("ended_utc", DateTime),
    Column("wait_s", Float),
    Column("talk_s", Float),
    Column("cause", String(40)),
    Column("stage", String(12)),
    Column("recording", String(120)),
    Column("recording_problem", String(120)),
    Column("normal_number", String(24)),
    Column("redirecting", String(40)),
    Column("redirecting_reason", String(24)),
    Column("carrier", String(40)),
    Column("dialled", String(40)),
    Column("goes_to", String(40)),
    Column("number_kind", String(20)),
    Column("out_line", String(40)),
    Column("out_carrier", String(40)),
    Column("trunks_tried", Integer, nullable=False, default=0),
    Column("connected_number", String(40)),
    Column("q850", Integer),
    Column("unsupervised", Boolean, nullable=False, default=False),
    Index("calls_by_time", "offered_utc"),
)

routing = Table(
    "routing",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant", String(40), nullable=False),
    Column("call", String(20), nullable=False),
    Column("utc", DateTime, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("data", Text, nullable=False),
    Index("routing_by_call", "call"),
)
"""Facts of a call's way to an agent, as the journal told them."""

position = Table(
    "position",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("segment", String(40), nullable=False),
    Column("offset", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("boot", String(40), nullable=False),
)
"""How far the journal has been projected: one row, changed in the same transaction as the records."""
