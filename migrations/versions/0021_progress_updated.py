"""when a row of progress was last written, and what changed since

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    # Added with a default, so that neither database writes the table anew for the column itself.
    op.add_column('progress', sa.Column('updated_at', sa.BigInteger(), server_default='0', nullable=False))
    op.execute('UPDATE progress SET updated_at = last_activity WHERE last_activity IS NOT NULL')
    op.create_index('ix_progress_updated', 'progress', ['updated_at', 'learner_id', 'course_id'])


def downgrade():
    op.drop_index('ix_progress_updated', 'progress')
    with op.batch_alter_table('progress') as batch_op:
        batch_op.drop_column('updated_at')
