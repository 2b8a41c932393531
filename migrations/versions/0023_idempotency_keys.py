"""what programs made under keys of their own, so that a repeated request makes nothing more

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('idempotency_key',
    sa.Column('key_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('token_id', sa.String(length=18), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('made', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key_hash')
    )
    op.create_index(op.f('ix_idempotency_key_created_at'), 'idempotency_key', ['created_at'])


def downgrade():
    op.drop_index(op.f('ix_idempotency_key_created_at'), 'idempotency_key')
    op.drop_table('idempotency_key')
