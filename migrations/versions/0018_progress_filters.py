"""find the few rows of a filter, and what is left out of tables, by indexes

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

ORDER = ['last_activity', 'learner_id', 'course_id']
IS_DEMO = {'sqlite_where': sa.text('is_demo = 1'), 'postgresql_where': sa.text('is_demo')}
IS_VIDEO = {'sqlite_where': sa.text("type = 'video'"), 'postgresql_where': sa.text("type = 'video'")}


def upgrade():
    op.create_index('ix_progress_status', 'progress', ['status_rank', *ORDER])
    op.create_index('ix_progress_channel', 'progress', ['has_aicc', 'has_xapi', *ORDER])
    op.create_index('ix_progress_percent', 'progress', ['percent', 'learner_id', 'course_id'])
    op.create_index('ix_learner_demo', 'learner', ['id'], **IS_DEMO)
    op.create_index('ix_course_demo', 'course', ['id'], **IS_DEMO)
    op.create_index('ix_course_video', 'course', ['id'], **IS_VIDEO)


def downgrade():
    for name, table in (
        ('ix_course_video', 'course'),
        ('ix_course_demo', 'course'),
        ('ix_learner_demo', 'learner'),
        ('ix_progress_percent', 'progress'),
        ('ix_progress_channel', 'progress'),
        ('ix_progress_status', 'progress'),
    ):
        op.drop_index(name, table)
