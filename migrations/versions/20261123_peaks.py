"""what a song is drawn by

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("predictions", sa.Column("peaks", sa.JSON(), nullable=True))


def downgrade():
    op.drop_column("predictions", "peaks")
