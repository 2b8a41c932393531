"""count and list a million rows of progress by indexes alone

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

IS_COMPLETED = sa.text('completed_at IS NOT NULL')


def upgrade():
    op.drop_index('ix_progress_course', 'progress')
    op.create_index('ix_progress_course', 'progress', ['course_id', 'percent', 'status_rank', 'learner_id'])
    op.drop_index('ix_progress_activity', 'progress')
    op.create_index('ix_progress_activity', 'progress', ['last_activity', 'learner_id', 'course_id'])
    op.create_index(
        'ix_progress_completed',
        'progress',
        ['completed_at', 'course_id', 'learner_id'],
        sqlite_where=IS_COMPLETED,
        postgresql_where=IS_COMPLETED,
    )
    op.create_index(
        'ix_observation_event', 'observation', ['event_at', 'identity_id', 'identifier_id', 'is_withdrawn']
    )


def downgrade():
    op.drop_index('ix_observation_event', 'observation')
    op.drop_index('ix_progress_completed', 'progress')
    op.drop_index('ix_progress_activity', 'progress')
    op.create_index('ix_progress_activity', 'progress', ['last_activity'])
    op.drop_index('ix_progress_course', 'progress')
    op.create_index('ix_progress_course', 'progress', ['course_id'])
