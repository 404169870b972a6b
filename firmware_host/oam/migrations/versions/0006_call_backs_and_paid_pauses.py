"""Statistics of call-backs; pauses that are paid."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "queue_visits", sa.Column("attempts", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column(
        "queue_visits", sa.Column("attempt", sa.String(20), nullable=False, server_default="")
    )
    op.add_column(
        "agent_times", sa.Column("paid", sa.Boolean, nullable=False, server_default=sa.false())
    )
    # All records are made anew from the journal, which has what the new columns want.
    for table in ("calls", "routing", "queue_visits", "agent_times", "trunk_uses", "position"):
        op.execute(sa.delete(sa.table(table)))


def downgrade() -> None:
    with op.batch_alter_table("queue_visits") as visits:
        visits.drop_column("attempts")
        visits.drop_column("attempt")
    with op.batch_alter_table("agent_times") as times:
        times.drop_column("paid")
