"""erased people are known by digests, so that nothing brings them back

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('erased_identity',
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person', sa.String(length=18), nullable=False),
    sa.Column('erased_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_erased_identity'))
    )
    with op.batch_alter_table('erased_identity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erased_identity_person'), ['person'], unique=False)


def downgrade():
    op.drop_table('erased_identity')
