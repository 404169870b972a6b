"""What agents tell of a call, how long it was on hold, messages that callers leave."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("wrap_up_code", sa.String(4)),
    ("wrap_up_meaning", sa.String(40)),
    ("held_since_utc", sa.DateTime),
    ("held_s", sa.Float),
    ("message", sa.String(120)),
    ("message_box", sa.String(40)),
    ("message_s", sa.Float),
)


def upgrade() -> None:
    with op.batch_alter_table("calls") as table:
        for name, kind in _COLUMNS:
            table.add_column(sa.Column(name, kind))


def downgrade() -> None:
    with op.batch_alter_table("calls") as table:
        for name, _ in _COLUMNS:
            table.drop_column(name)
