"""HACP whole: policies, launches' modes, parsed records, what an exchange changed

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('launch_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('launch_id', sa.String(length=18), nullable=False),
    sa.Column('attempt_id', sa.String(length=18), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_launch_item_attempt_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['launch_id'], ['launch.id'], name=op.f('fk_launch_item_launch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_item')),
    sa.UniqueConstraint('launch_id', 'kind', 'digest', name=op.f('uq_launch_item_launch_id_kind_digest'))
    )
    with op.batch_alter_table('launch_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_launch_item_attempt_id'), ['attempt_id'], unique=False)

    with op.batch_alter_table('assignable_unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('max_time_allowed', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('time_limit_action', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('comments', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('au_password_hash', sa.LargeBinary(length=32), nullable=True))

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('student_data', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('has_status', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.add_column(sa.Column('repairs', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('changes', sa.Text(), server_default='', nullable=False))

    with op.batch_alter_table('integration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mastery_policy', sa.String(length=16), server_default='completed_only', nullable=False))
        batch_op.add_column(sa.Column('is_strict', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('enforces_au_password', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('escapes_percent', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('shares_demographics', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('has_single_use_links', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_credit', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('lesson_mode', sa.String(length=8), server_default='normal', nullable=False))
        batch_op.add_column(sa.Column('link_digest', sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column('status_at_start', sa.String(length=16), nullable=True))
        batch_op.create_index(batch_op.f('ix_launch_link_digest'), ['link_digest'], unique=False)
        batch_op.create_index('ix_launch_state', ['state', 'opened_at'], unique=False)

    with op.batch_alter_table('learner', schema=None) as batch_op:
        batch_op.add_column(sa.Column('attributes', sa.Text(), server_default='', nullable=False))



def downgrade():
    # Not in batch mode: SQLite would make each table anew, and dropping the old one deletes what points to it.
    op.drop_column('learner', 'attributes')
    op.drop_index('ix_launch_state', table_name='launch')
    op.drop_index(op.f('ix_launch_link_digest'), table_name='launch')
    op.drop_column('launch', 'status_at_start')
    op.drop_column('launch', 'link_digest')
    op.drop_column('launch', 'lesson_mode')
    op.drop_column('launch', 'is_credit')
    op.drop_column('integration', 'has_single_use_links')
    op.drop_column('integration', 'shares_demographics')
    op.drop_column('integration', 'escapes_percent')
    op.drop_column('integration', 'enforces_au_password')
    op.drop_column('integration', 'is_strict')
    op.drop_column('integration', 'mastery_policy')
    op.drop_column('exchange', 'changes')
    op.drop_column('exchange', 'repairs')
    op.drop_column('attempt', 'has_status')
    op.drop_column('attempt', 'student_data')
    op.drop_column('assignable_unit', 'au_password_hash')
    op.drop_column('assignable_unit', 'comments')
    op.drop_column('assignable_unit', 'time_limit_action')
    op.drop_column('assignable_unit', 'max_time_allowed')
    op.drop_index(op.f('ix_launch_item_attempt_id'), table_name='launch_item')
    op.drop_table('launch_item')
