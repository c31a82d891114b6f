"""outside sources: their standing, their answers kept for a while, ids instead of names

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kept_answers",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_answers")),
    )
    with op.batch_alter_table("kept_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answers_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_answers_source"), ["source"], unique=False)

    op.create_table(
        "source_standings",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("blocked_until", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source_standings")),
    )
    with op.batch_alter_table("recommendations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("external_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("query", sa.String(length=300), nullable=True))


def downgrade():
    op.drop_column("recommendations", "query")
    op.drop_column("recommendations", "external_id")

    op.drop_table("source_standings")
    with op.batch_alter_table("kept_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_answers_source"))
        batch_op.drop_index(batch_op.f("ix_kept_answers_expires_at"))

    op.drop_table("kept_answers")
