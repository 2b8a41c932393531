"""launches that share one session of an LMS know each other

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('upstream_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fingerprint', sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index(batch_op.f('ix_upstream_session_fingerprint'), ['fingerprint'], unique=False)


def downgrade():
    with op.batch_alter_table('upstream_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_upstream_session_fingerprint'))
        batch_op.drop_column('fingerprint')
