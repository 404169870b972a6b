"""Call records and the projection's position."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("tenant", sa.String(40), primary_key=True),
        sa.Column("call", sa.String(20), primary_key=True),
        sa.Column("line", sa.String(40), nullable=False),
        sa.Column("called", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("name", sa.String(80)),
        sa.Column("number_absence", sa.String(12)),
        sa.Column("offered_utc", sa.DateTime, nullable=False),
        sa.Column("answered_utc", sa.DateTime),
        sa.Column("flow", sa.String(40)),
        sa.Column("node", sa.String(40)),
        sa.Column("keys", sa.String(80), nullable=False),
        sa.Column("wrong_keys", sa.String(80), nullable=False),
        sa.Column("queue", sa.String(40)),
        sa.Column("queued_utc", sa.DateTime),
        sa.Column("place", sa.Integer),
        sa.Column("offers", sa.Integer, nullable=False),
        sa.Column("missed_offers", sa.Integer, nullable=False),
        sa.Column("agent", sa.String(12)),
        sa.Column("station", sa.String(40)),
        sa.Column("connected_utc", sa.DateTime),
        sa.Column("ended_utc", sa.DateTime),
        sa.Column("wait_s", sa.Float),
        sa.Column("talk_s", sa.Float),
        sa.Column("cause", sa.String(40)),
        sa.Column("stage", sa.String(12)),
        sa.Column("recording", sa.String(120)),
        sa.Column("recording_problem", sa.String(120)),
    )
    op.create_index("calls_by_time", "calls", ["offered_utc"])
    op.create_table(
        "position",
        sa.Column("only", sa.Integer, primary_key=True),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("boot", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("position")
    op.drop_index("calls_by_time", "calls")
    op.drop_table("calls")
