"""where people are logged in; and how the verdicts of a long history are sorted and forgotten

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("key", name=op.f("uq_sessions_key")),
    )
    op.create_index(op.f("ix_sessions_user_id_seen_at"), "sessions", ["user_id", "seen_at"])
    op.create_index(op.f("ix_sessions_seen_at"), "sessions", ["seen_at"])
    op.create_index(
        op.f("ix_heard_genres_song_id_uploaded_at_user_id"), "heard_genres", ["song_id", "uploaded_at", "user_id"]
    )
    op.create_index(
        op.f("ix_predictions_song_id_duration_confidence"), "predictions", ["song_id", "duration", "confidence"]
    )


def downgrade():
    op.drop_index(op.f("ix_predictions_song_id_duration_confidence"), table_name="predictions")
    op.drop_index(op.f("ix_heard_genres_song_id_uploaded_at_user_id"), table_name="heard_genres")
    op.drop_table("sessions")
