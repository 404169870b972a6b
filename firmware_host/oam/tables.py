"""The records database: tables that are projections of the journal and can be made anew from it.

No other process opens this database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

__all__ = [
    "agent_times",
    "calls",
    "metadata",
    "position",
    "queue_visits",
    "routing",
    "trunk_uses",
]

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
    Column("wrap_up_code", String(4)),
    Column("wrap_up_meaning", String(40)),
    Column("held_since_utc", DateTime),
    Column("held_s", Float),
    Column("message", String(120)),
    Column("message_box", String(40)),
    Column("message_s", Float),
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

# Statistics. Moments are seconds of UTC, what lasts is measured by the clock that nobody sets; both are plain
# numbers, because a month of them must be read in seconds.

queue_visits = Table(
    "queue_visits",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("queue", String(40), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("call", String(20), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("came", String(12), nullable=False),
    Column("entered_utc_s", Double, nullable=False),
    Column("boot", String(40), nullable=False),
    Column("monotonic_s", Double, nullable=False),
    Column("waited_before_s", Double, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("why", String(60), nullable=False),
    Column("agent", String(12), nullable=False),
    Column("wait_s", Double),
    Column("offers", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("overflowed", Integer, nullable=False),
    Column("talk_s", Double),
    Column("wrap_up_s", Double),
    Column("told_after_s", Double),
    Column("told_wait_s", Double),
    Column("told_mean_s", Double),
    Column("told_quantile_s", Double),
    Column("told_quantile", Double),
    Column("attempts", Integer, nullable=False),
    Column("attempt", String(20), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Index("queue_visits_by_time", "entered_utc_s"),
    Index(
        "queue_visits_open", "call", sqlite_where=text("is_open"), postgresql_where=text("is_open")
    ),
)
"""A wait, once for each queue in which the caller waited at the same time: `oam.histories.rows.Visit`."""

agent_times = Table(
    "agent_times",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", String(12), primary_key=True),
    Column("state", String(12), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("paid", Boolean, nullable=False),
    Column("call", String(20), nullable=False),
    Column("queue", String(40), nullable=False),
    Column("visit", BigInteger),
    Column("begin_utc_s", Double, nullable=False),
    Column("boot", String(40), nullable=False),
    Column("monotonic_s", Double, nullable=False),
    Column("lasts_s", Double),
    Column("ended_by", String(12), nullable=False),
    Index("agent_times_by_time", "begin_utc_s"),
    Index("agent_times_by_length", "lasts_s"),
)
"""What an agent did from when on, and how long; ``lasts_s`` is not known yet of what goes on."""

trunk_uses = Table(
    "trunk_uses",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant", String(40), nullable=False),
    Column("call", String(20), nullable=False),
    Column("port", String(40), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("group_name", String(40), nullable=False),
    Column("carrier", String(40), nullable=False),
    Column("begin_utc_s", Double, nullable=False),
    Column("boot", String(40), nullable=False),
    Column("monotonic_s", Double, nullable=False),
    Column("lasts_s", Double),
    Column("is_answered", Boolean, nullable=False),
    Column("cause", String(40), nullable=False),
    Index("trunk_uses_by_time", "begin_utc_s"),
    Index("trunk_uses_by_length", "lasts_s"),
)
"""A trunk that carried a call, in or out; ``group_name`` is empty of one that came in."""

position = Table(
    "position",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("segment", String(40), nullable=False),
    Column("offset", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("boot", String(40), nullable=False),
    Column("monotonic_s", Double, nullable=False),
    Column("utc_s", Double, nullable=False),
)
"""How far the journal has been projected: one row, changed in the same transaction as the records."""
