"""read the timeline of the Inspector by indexes alone

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

IS_REFUSED = sa.text("status >= 400 OR substr(result, 1, 7) = 'Refused'")
IS_PARKED = sa.text('is_parked')


def upgrade():
    op.create_index('ix_exchange_face', 'exchange', ['face', 'received_at'])
    op.create_index('ix_exchange_learner', 'exchange', ['learner_id', 'received_at'])
    for name, where in (('ix_exchange_refused', IS_REFUSED), ('ix_exchange_parked', IS_PARKED)):
        op.create_index(
            name, 'exchange', ['received_at', 'id'], sqlite_where=where, postgresql_where=where
        )
    op.create_index('ix_finding_code', 'finding', ['code', 'at', 'exchange_id'])
    op.create_index('ix_delivery_try_started_at', 'delivery_try', ['started_at'])


def downgrade():
    op.drop_index('ix_delivery_try_started_at', 'delivery_try')
    op.drop_index('ix_finding_code', 'finding')
    for name in ('ix_exchange_parked', 'ix_exchange_refused', 'ix_exchange_learner', 'ix_exchange_face'):
        op.drop_index(name, 'exchange')
