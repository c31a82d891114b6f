"""a second genre and the mood of a verdict

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("genres", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("mood", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("moods", sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table("predictions", schema=None) as batch_op:
        batch_op.drop_column("moods")
        batch_op.drop_column("mood")
        batch_op.drop_column("genres")
