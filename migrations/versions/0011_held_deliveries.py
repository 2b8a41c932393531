"""a delivery can be held, and what has to follow it finds that out from an index

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_IS_HELD = sa.text("state = 'held'")


def upgrade():
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_held', ['destination_id', 'order_key', 'id'], unique=False, sqlite_where=_IS_HELD, postgresql_where=_IS_HELD)


def downgrade():
    # What was held waits again: before this nothing else was known.
    op.execute("UPDATE delivery SET state = 'pending' WHERE state = 'held'")
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_held', sqlite_where=_IS_HELD, postgresql_where=_IS_HELD)
