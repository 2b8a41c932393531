"""destinations and deliveries

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('destination',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('events', sa.Text(), nullable=False),
    sa.Column('options', sa.Text(), nullable=False),
    sa.Column('secrets', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('state_reason', sa.Text(), nullable=False),
    sa.Column('lane_holder', sa.String(length=64), nullable=True),
    sa.Column('lane_until', sa.BigInteger(), nullable=True),
    sa.Column('not_before', sa.BigInteger(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.BigInteger(), nullable=True),
    sa.Column('delivered_at', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_destination_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destination'))
    )
    with op.batch_alter_table('destination', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_destination_integration_id'), ['integration_id'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('message_id', sa.String(length=64), nullable=False),
    sa.Column('destination_id', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('order_key', sa.String(length=64), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('learner_id', sa.String(length=18), nullable=True),
    sa.Column('course_id', sa.String(length=18), nullable=True),
    sa.Column('launch_id', sa.String(length=18), nullable=True),
    sa.Column('statement_key', sa.BigInteger(), nullable=True),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('hops', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.Column('waits_for_lane', sa.Boolean(), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['destination_id'], ['destination.id'], name=op.f('fk_delivery_destination_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('message_id', name=op.f('uq_delivery_message_id'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_destination', ['destination_id', 'id'], unique=False)
        batch_op.create_index('ix_delivery_due', ['destination_id', 'due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.create_index('ix_delivery_order', ['destination_id', 'order_key', 'id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.create_index('ix_delivery_pair', ['learner_id', 'course_id', 'id'], unique=False)
        batch_op.create_index('ix_delivery_state', ['state', 'id'], unique=False)

    op.create_table('delivery_try',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=24), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_delivery_try_delivery_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_try'))
    )
    with op.batch_alter_table('delivery_try', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_try_delivery_id'), ['delivery_id'], unique=False)

    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('destination_id', sa.String(length=18), nullable=True))



def downgrade():
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.drop_column('destination_id')

    with op.batch_alter_table('delivery_try', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_try_delivery_id'))

    op.drop_table('delivery_try')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_state')
        batch_op.drop_index('ix_delivery_pair')
        batch_op.drop_index('ix_delivery_order', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index('ix_delivery_due', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index('ix_delivery_destination')

    op.drop_table('delivery')
    with op.batch_alter_table('destination', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_destination_integration_id'))

    op.drop_table('destination')
