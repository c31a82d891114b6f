"""a time zone, and how long audio is kept

Revision: 0012
Follows: 0011
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOTICE = timedelta(days=30)


def upgrade():
    op.add_column("users", sa.Column("time_zone", sa.String(length=64), nullable=False, server_default="UTC"))
    op.add_column("users", sa.Column("keeps_audio", sa.String(length=16), nullable=False, server_default="month"))
    op.add_column("songs", sa.Column("audio_expires_at", sa.DateTime(), nullable=True))
    op.add_column("songs", sa.Column("audio_deleted_at", sa.DateTime(), nullable=True))
    op.create_index(op.f("ix_songs_audio_expires_at"), "songs", ["audio_expires_at"])
    # Nobody who uploaded under other rules loses audio overnight: for what is there, the thirty days begin today.
    songs = sa.table("songs", sa.column("audio_expires_at", sa.DateTime()))
    op.execute(songs.update().values(audio_expires_at=datetime.now(UTC).replace(tzinfo=None) + NOTICE))


def downgrade():
    op.drop_index(op.f("ix_songs_audio_expires_at"), table_name="songs")
    op.drop_column("songs", "audio_deleted_at")
    op.drop_column("songs", "audio_expires_at")
    op.drop_column("users", "keeps_audio")
    op.drop_column("users", "time_zone")
