"""uploaded lists of learners, between preview and taking in

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('learner_sheet',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learner_sheet'))
    )
    with op.batch_alter_table('learner_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learner_sheet_created_at'), ['created_at'], unique=False)


def downgrade():
    op.drop_table('learner_sheet')
