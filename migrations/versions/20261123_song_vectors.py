"""what songs sound like: vectors to compare them by, and traits

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "song_vectors",
        sa.Column("song_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("space", sa.String(length=80), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "uploaded_at", "song_id"],
            ["songs.user_id", "songs.created_at", "songs.id"],
            name=op.f("fk_song_vectors_user_id_uploaded_at_song_id_songs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("song_id", name=op.f("pk_song_vectors")),
    )
    with op.batch_alter_table("song_vectors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_song_vectors_user_id_space"), ["user_id", "space"], unique=False)

    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("traits", sa.JSON(), nullable=True))


def downgrade():
    op.drop_column("predictions", "traits")

    with op.batch_alter_table("song_vectors", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_song_vectors_user_id_space"))

    op.drop_table("song_vectors")
