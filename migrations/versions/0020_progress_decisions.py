"""keep what admins decide of progress

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.create_table(
        'progress_decision',
        sa.Column('id', SEQUENCE, autoincrement=True, nullable=False),
        sa.Column('identity_id', SEQUENCE, nullable=False),
        sa.Column('identifier_id', SEQUENCE, nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('heard', sa.BigInteger(), nullable=False),
        sa.Column('status', sa.String(length=12), nullable=False),
        sa.Column('percent', sa.Double(), nullable=False),
        sa.Column('completed_at', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('attempts', sa.Text(), nullable=False),
        sa.Column('group_id', sa.String(length=18), nullable=False),
        sa.Column('actor_id', sa.String(length=18), nullable=True),
        sa.Column('actor_name', sa.String(length=200), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.Column('undone_at', sa.BigInteger(), nullable=True),
        sa.Column('undone_by', sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ['identity_id'],
            ['identity.id'],
            name=op.f('fk_progress_decision_identity_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['identifier_id'],
            ['course_identifier.id'],
            name=op.f('fk_progress_decision_identifier_id'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_progress_decision')),
        sa.UniqueConstraint(
            'group_id',
            'identity_id',
            'identifier_id',
            name=op.f('uq_progress_decision_group_id_identity_id_identifier_id'),
        ),
    )
    op.create_index('ix_progress_decision_pair', 'progress_decision', ['identity_id', 'identifier_id'])
    op.create_index('ix_progress_decision_identifier', 'progress_decision', ['identifier_id'])
    with op.batch_alter_table('progress') as batch:
        batch.add_column(sa.Column('has_decision', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    with op.batch_alter_table('progress') as batch:
        batch.drop_column('has_decision')
    op.drop_index('ix_progress_decision_identifier', 'progress_decision')
    op.drop_index('ix_progress_decision_pair', 'progress_decision')
    op.drop_table('progress_decision')
