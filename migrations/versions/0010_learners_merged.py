"""learners are merged, ignored and grouped

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('learner_merge',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('kept_id', sa.String(length=18), nullable=False),
    sa.Column('merged_id', sa.String(length=18), nullable=False),
    sa.Column('moved', sa.Text(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.String(length=200), nullable=False),
    sa.Column('undone_at', sa.BigInteger(), nullable=True),
    sa.Column('undone_by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['kept_id'], ['learner.id'], name=op.f('fk_learner_merge_kept_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_id'], ['learner.id'], name=op.f('fk_learner_merge_merged_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learner_merge'))
    )
    with op.batch_alter_table('learner_merge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learner_merge_kept_id'), ['kept_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_learner_merge_merged_id'), ['merged_id'], unique=False)

    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stem', sa.String(length=1000), server_default='', nullable=False))
        batch_op.create_index('ix_identity_stem', ['stem'], unique=False)

    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('named_learner_id', sa.String(length=18), nullable=True))

    with op.batch_alter_table('learner', schema=None) as batch_op:
        batch_op.add_column(sa.Column('name_key', sa.String(length=300), server_default='', nullable=False))
        batch_op.add_column(sa.Column('group_name', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('manager', sa.String(length=300), server_default='', nullable=False))
        # As text: for an expression SQLite would make the table anew, and empty all that hangs on it.
        batch_op.add_column(sa.Column('is_ignored', sa.Boolean(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('merged_into_id', sa.String(length=18), nullable=True))
        batch_op.create_index(batch_op.f('ix_learner_group_name'), ['group_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_learner_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_learner_name_key'), ['name_key'], unique=False)
        batch_op.create_index('ix_learner_unmatched', ['is_provisional', 'is_ignored', 'id'], unique=False)



def downgrade():
    # Not in batch mode: SQLite would make each table anew, and dropping the old one deletes what points to it.
    for name in ('unmatched', 'name_key', 'merged_into_id', 'group_name'):
        op.drop_index(f'ix_learner_{name}', table_name='learner')
    for name in ('merged_into_id', 'is_ignored', 'manager', 'group_name', 'name_key'):
        op.drop_column('learner', name)
    op.drop_column('launch', 'named_learner_id')
    op.drop_index('ix_identity_stem', table_name='identity')
    op.drop_column('identity', 'stem')
    op.drop_table('learner_merge')
