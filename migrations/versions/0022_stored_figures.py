"""the overview's numbers, counted by the worker

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('stored_figures',
    sa.Column('days', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('has_demo', sa.Boolean(), nullable=False),
    sa.Column('counted_at', sa.BigInteger(), nullable=False),
    sa.Column('took', sa.BigInteger(), nullable=False),
    sa.Column('figures', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('days')
    )


def downgrade():
    op.drop_table('stored_figures')
