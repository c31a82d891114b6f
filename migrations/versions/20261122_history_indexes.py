"""what a long history is found by: whose songs they are beside their state and their genres

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PLACE = ["user_id", "uploaded_at", "song_id"]
SONG = ["user_id", "created_at", "id"]


def upgrade():
    with op.batch_alter_table("songs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_songs_user_id_created_at_id"))
        batch_op.create_index(batch_op.f("ix_songs_user_id_created_at_id"), SONG, unique=True)

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("uploaded_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE jobs SET user_id = (SELECT user_id FROM songs WHERE songs.id = jobs.song_id), "
        "uploaded_at = (SELECT created_at FROM songs WHERE songs.id = jobs.song_id)"
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("uploaded_at", existing_type=sa.DateTime(), nullable=False)
        batch_op.drop_constraint(batch_op.f("fk_jobs_song_id_songs"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_jobs_user_id_uploaded_at_song_id_songs"), "songs", PLACE, SONG, ondelete="CASCADE"
        )
        batch_op.create_index(
            batch_op.f("ix_jobs_user_id_state_uploaded_at_song_id"),
            ["user_id", "state", "uploaded_at", "song_id"],
            unique=False,
        )

    op.create_table(
        "heard_genres",
        sa.Column("song_id", sa.String(length=22), nullable=False),
        sa.Column("genre", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            PLACE,
            [f"songs.{column}" for column in SONG],
            name=op.f("fk_heard_genres_user_id_uploaded_at_song_id_songs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("song_id", "genre", name=op.f("pk_heard_genres")),
    )
    each = "json_each" if op.get_context().dialect.name == "sqlite" else "json_array_elements_text"
    op.execute(
        "INSERT INTO heard_genres (song_id, genre, user_id, uploaded_at) "
        "SELECT heard.song_id, heard.genre, songs.user_id, songs.created_at FROM songs JOIN ("
        "SELECT song_id, genre FROM predictions UNION "
        f"SELECT predictions.song_id, named.value FROM predictions, {each}(predictions.genres) AS named"
        ") AS heard ON heard.song_id = songs.id"
    )
    with op.batch_alter_table("heard_genres", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_heard_genres_user_id_genre_uploaded_at_song_id"),
            ["user_id", "genre", "uploaded_at", "song_id"],
            unique=False,
        )

    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_predictions_genre"))


def downgrade():
    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_predictions_genre"), ["genre"], unique=False)

    op.drop_table("heard_genres")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_user_id_state_uploaded_at_song_id"))
        batch_op.drop_constraint(batch_op.f("fk_jobs_user_id_uploaded_at_song_id_songs"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_jobs_song_id_songs"), "songs", ["song_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.drop_column("uploaded_at")
        batch_op.drop_column("user_id")

    with op.batch_alter_table("songs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_songs_user_id_created_at_id"))
        batch_op.create_index(batch_op.f("ix_songs_user_id_created_at_id"), SONG, unique=False)
