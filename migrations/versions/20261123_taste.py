"""what people did with music, and what may be learned from it

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "taste_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("genres", sa.JSON(), nullable=False),
        sa.Column("moods", sa.JSON(), nullable=False),
        sa.Column("context", sa.String(length=16), nullable=True),
        sa.Column("space", sa.String(length=80), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("acclaim", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_taste_events_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taste_events")),
    )
    with op.batch_alter_table("taste_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taste_events_user_id_created_at"), ["user_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_taste_events_user_id_key"), ["user_id", "key"], unique=False)

    op.create_table(
        "taste_settings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("learns", sa.Boolean(), nullable=False),
        sa.Column("mood", sa.String(length=16), nullable=True),
        sa.Column("context", sa.String(length=16), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_taste_settings_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_taste_settings")),
    )


def downgrade():
    op.drop_table("taste_settings")
    with op.batch_alter_table("taste_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taste_events_user_id_key"))
        batch_op.drop_index(batch_op.f("ix_taste_events_user_id_created_at"))

    op.drop_table("taste_events")
