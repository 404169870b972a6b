"""Calls that go out and through, carriers, causes of Q.850."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("normal_number", sa.String(24)),
    ("redirecting", sa.String(40)),
    ("redirecting_reason", sa.String(24)),
    ("carrier", sa.String(40)),
    ("dialled", sa.String(40)),
    ("goes_to", sa.String(40)),
    ("number_kind", sa.String(20)),
    ("out_line", sa.String(40)),
    ("out_carrier", sa.String(40)),
    ("connected_number", sa.String(40)),
    ("q850", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("calls") as table:
        for name, kind in _COLUMNS:
            table.add_column(sa.Column(name, kind))
        table.add_column(sa.Column("trunks_tried", sa.Integer, nullable=False, server_default="0"))
        table.add_column(
            sa.Column("unsupervised", sa.Boolean, nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("calls") as table:
        for name, _ in _COLUMNS:
            table.drop_column(name)
        table.drop_column("trunks_tried")
        table.drop_column("unsupervised")
