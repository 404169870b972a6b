"""What statistics are made from: waits, agents' times, trunks' uses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("is_open")
_MOMENT = ("monotonic_s", "utc_s")


def upgrade() -> None:
    op.create_table(
        "queue_visits",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("queue", sa.String(40), primary_key=True),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("call", sa.String(20), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("came", sa.String(12), nullable=False),
        sa.Column("entered_utc_s", sa.Double, nullable=False),
        sa.Column("boot", sa.String(40), nullable=False),
        sa.Column("monotonic_s", sa.Double, nullable=False),
        sa.Column("waited_before_s", sa.Double, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("why", sa.String(60), nullable=False),
        sa.Column("agent", sa.String(12), nullable=False),
        sa.Column("wait_s", sa.Double),
        sa.Column("offers", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("overflowed", sa.Integer, nullable=False),
        sa.Column("talk_s", sa.Double),
        sa.Column("wrap_up_s", sa.Double),
        sa.Column("told_after_s", sa.Double),
        sa.Column("told_wait_s", sa.Double),
        sa.Column("told_mean_s", sa.Double),
        sa.Column("told_quantile_s", sa.Double),
        sa.Column("told_quantile", sa.Double),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
    op.create_index("queue_visits_by_time", "queue_visits", ["entered_utc_s"])
    op.create_index(
        "queue_visits_open", "queue_visits", ["call"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "agent_times",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("agent", sa.String(12), primary_key=True),
        sa.Column("state", sa.String(12), primary_key=True),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("call", sa.String(20), nullable=False),
        sa.Column("queue", sa.String(40), nullable=False),
        sa.Column("visit", sa.BigInteger),
        sa.Column("begin_utc_s", sa.Double, nullable=False),
        sa.Column("boot", sa.String(40), nullable=False),
        sa.Column("monotonic_s", sa.Double, nullable=False),
        sa.Column("lasts_s", sa.Double),
        sa.Column("ended_by", sa.String(12), nullable=False),
    )
    op.create_index("agent_times_by_time", "agent_times", ["begin_utc_s"])
    op.create_index("agent_times_by_length", "agent_times", ["lasts_s"])
    op.create_table(
        "trunk_uses",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("call", sa.String(20), nullable=False),
        sa.Column("port", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("group_name", sa.String(40), nullable=False),
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("begin_utc_s", sa.Double, nullable=False),
        sa.Column("boot", sa.String(40), nullable=False),
        sa.Column("monotonic_s", sa.Double, nullable=False),
        sa.Column("lasts_s", sa.Double),
        sa.Column("is_answered", sa.Boolean, nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
    )
    op.create_index("trunk_uses_by_time", "trunk_uses", ["begin_utc_s"])
    op.create_index("trunk_uses_by_length", "trunk_uses", ["lasts_s"])
    # All records are made anew from the journal, which has what the new tables want.
    for table in ("calls", "routing", "position"):
        op.execute(sa.delete(sa.table(table)))
    with op.batch_alter_table("position") as position:
        for name in _MOMENT:
            position.add_column(sa.Column(name, sa.Double, nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("position") as position:
        for name in _MOMENT:
            position.drop_column(name)
    for table in ("trunk_uses", "agent_times", "queue_visits"):
        op.drop_table(table)
