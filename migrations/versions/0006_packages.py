"""packages: imports in the background, titles of units, descriptions of courses

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('import_job',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.Column('started_by', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_import_job_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_job'))
    )
    with op.batch_alter_table('import_job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_job_integration_id'), ['integration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_job_state'), ['state'], unique=False)
    op.create_table('import_chunk',
    sa.Column('job_id', sa.String(length=18), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['import_job.id'], name=op.f('fk_import_chunk_job_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'number', name=op.f('pk_import_chunk'))
    )
    op.create_table('import_item',
    sa.Column('job_id', sa.String(length=18), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('course_id', sa.String(length=18), nullable=True),
    sa.Column('identifiers', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_import_item_course_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['job_id'], ['import_job.id'], name=op.f('fk_import_item_job_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'position', name=op.f('pk_import_item'))
    )
    with op.batch_alter_table('import_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_item_course_id'), ['course_id'], unique=False)
    op.add_column('course', sa.Column('description', sa.Text(), server_default='', nullable=False))
    op.add_column('assignable_unit', sa.Column('title', sa.String(length=500), server_default='', nullable=False))


def downgrade():
    op.drop_column('assignable_unit', 'title')
    op.drop_column('course', 'description')
    op.drop_table('import_item')
    op.drop_table('import_chunk')
    op.drop_table('import_job')
