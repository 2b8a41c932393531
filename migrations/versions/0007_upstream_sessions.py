"""sessions of the LMSs that launches came from

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('upstream_session',
    sa.Column('launch_id', sa.String(length=18), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('session_id', sa.LargeBinary(), nullable=False),
    sa.Column('version', sa.String(length=32), nullable=False),
    sa.Column('student_id', sa.Text(), nullable=False),
    sa.Column('objective_ids', sa.Text(), nullable=False),
    sa.Column('is_dead', sa.Boolean(), nullable=False),
    sa.Column('told_time', sa.BigInteger(), nullable=False),
    sa.Column('exited_at', sa.BigInteger(), nullable=True),
    sa.Column('hops', sa.String(length=80), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['launch_id'], ['launch.id'], name=op.f('fk_upstream_session_launch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('launch_id', name=op.f('pk_upstream_session'))
    )


def downgrade():
    op.drop_table('upstream_session')
