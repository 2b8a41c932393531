"""the mastery score of the LMS that a launch came from

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mastery_score', sa.Double(), nullable=True))


def downgrade():
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.drop_column('mastery_score')
