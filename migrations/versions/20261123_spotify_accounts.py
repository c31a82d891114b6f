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


def downgrade():
    op.drop_table("spotify_accounts")
