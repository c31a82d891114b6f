"""people's own Spotify accounts

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "spotify_accounts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=80), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("consented_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_spotify_accounts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_spotify_accounts")),
    )
    op.create_table(
        "spotify_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.String(length=22), nullable=False),
        sa.Column("spotify_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("remaining", sa.JSON(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("busy_until", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name=op.f("fk_spotify_copies_playlist_id_playlists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_spotify_copies_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spotify_copies")),
        sa.UniqueConstraint("user_id", "playlist_id", name=op.f("uq_spotify_copies_user_id_playlist_id")),
    )
    with op.batch_alter_table("spotify_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spotify_copies_playlist_id"), ["playlist_id"], unique=False)


def downgrade():
    op.drop_table("spotify_copies")
    op.drop_table("spotify_accounts")
