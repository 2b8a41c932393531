"""first schema

Revision ID: 0001
Revises:
Create Date: 2026-11-22

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('actor_id', sa.String(length=18), nullable=True),
    sa.Column('actor_name', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=True),
    sa.Column('request_id', sa.String(length=18), nullable=True),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('target', sa.String(length=300), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_at'), ['at'], unique=False)

    op.create_table('exchange',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('face', sa.String(length=8), nullable=False),
    sa.Column('method', sa.String(length=10), nullable=False),
    sa.Column('path', sa.String(length=500), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=200), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('duration_microseconds', sa.Integer(), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('launch_id', sa.String(length=18), nullable=True),
    sa.Column('credential_id', sa.String(length=18), nullable=True),
    sa.Column('learner_id', sa.String(length=18), nullable=True),
    sa.Column('statement_key', sa.BigInteger(), nullable=True),
    sa.Column('client_address', sa.String(length=64), nullable=False),
    sa.Column('user_agent', sa.String(length=255), nullable=False),
    sa.Column('host', sa.String(length=300), nullable=False),
    sa.Column('request_body', sa.LargeBinary(), nullable=True),
    sa.Column('reply_body', sa.LargeBinary(), nullable=True),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('is_parked', sa.Boolean(), nullable=False),
    sa.Column('is_anonymous', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange'))
    )
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.create_index('ix_exchange_integration', ['integration_id', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_exchange_is_anonymous'), ['is_anonymous'], unique=False)
        batch_op.create_index('ix_exchange_launch', ['launch_id', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_exchange_received_at'), ['received_at'], unique=False)

    op.create_table('failed_try',
    sa.Column('key_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_failed_try'))
    )
    with op.batch_alter_table('failed_try', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_failed_try_last_at'), ['last_at'], unique=False)

    op.create_table('integration',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('user_type', sa.String(length=8), nullable=True),
    sa.Column('is_enabled', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('score_is_percent', sa.Boolean(), nullable=False),
    sa.Column('host_mode', sa.String(length=8), nullable=False),
    sa.Column('xapi_default_version', sa.String(length=8), nullable=False),
    sa.Column('has_widened_scopes', sa.Boolean(), nullable=False),
    sa.Column('allows_query_credentials', sa.Boolean(), nullable=False),
    sa.Column('student_id_is', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('deleted_at', sa.BigInteger(), nullable=True),
    sa.Column('first_token_at', sa.BigInteger(), nullable=True),
    sa.Column('first_statement_at', sa.BigInteger(), nullable=True),
    sa.Column('first_getparam_at', sa.BigInteger(), nullable=True),
    sa.Column('first_putparam_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_integration'))
    )
    op.create_table('job_lease',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_job_lease'))
    )
    op.create_table('learner',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('sort_name', sa.String(length=300), nullable=False),
    sa.Column('is_provisional', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learner'))
    )
    with op.batch_alter_table('learner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learner_sort_name'), ['sort_name'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('is_disabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('last_sign_in_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    op.create_table('setting',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting'))
    )
    op.create_table('course',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('sort_title', sa.String(length=500), nullable=False),
    sa.Column('type', sa.String(length=8), nullable=False),
    sa.Column('activity_id', sa.String(length=2000), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('parent_id', sa.String(length=18), nullable=True),
    sa.Column('is_stub', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_course_integration_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['parent_id'], ['course.id'], name=op.f('fk_course_parent_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course'))
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_integration_id'), ['integration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_course_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_course_sort_title'), ['sort_title'], unique=False)

    op.create_table('credential',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('secret_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('last_used_at', sa.BigInteger(), nullable=True),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_credential_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential')),
    sa.UniqueConstraint('client_id', name=op.f('uq_credential_client_id'))
    )
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_integration_id'), ['integration_id'], unique=False)

    op.create_table('finding',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('exchange_id', sa.String(length=18), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['exchange_id'], ['exchange.id'], name=op.f('fk_finding_exchange_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding'))
    )
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_finding_exchange_id'), ['exchange_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_finding_integration_id'), ['integration_id'], unique=False)

    op.create_table('identity',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('learner_id', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('namespace', sa.String(length=1000), nullable=False),
    sa.Column('value', sa.String(length=1000), nullable=False),
    sa.Column('folded', sa.String(length=1000), nullable=False),
    sa.Column('home_page', sa.String(length=1000), nullable=True),
    sa.Column('first_seen_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['learner_id'], ['learner.id'], name=op.f('fk_identity_learner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity')),
    sa.UniqueConstraint('kind', 'namespace', 'value', name=op.f('uq_identity_kind_namespace_value'))
    )
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.create_index('ix_identity_folded', ['kind', 'folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_identity_learner_id'), ['learner_id'], unique=False)
        batch_op.create_index('ix_identity_search', ['folded'], unique=False)

    op.create_table('integration_host',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('list_name', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('port', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_integration_host_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'list_name', 'name', 'port', name=op.f('pk_integration_host'))
    )
    with op.batch_alter_table('integration_host', schema=None) as batch_op:
        batch_op.create_index('ix_integration_host_name', ['list_name', 'name'], unique=False)

    op.create_table('person_session',
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=18), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('last_seen_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=True),
    sa.Column('user_agent', sa.String(length=255), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_session_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_person_session'))
    )
    with op.batch_alter_table('person_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_session_person_id'), ['person_id'], unique=False)

    op.create_table('statement',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('statement_id', sa.String(length=255), nullable=False),
    sa.Column('credential_id', sa.String(length=18), nullable=True),
    sa.Column('exchange_id', sa.String(length=18), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_statement_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_statement')),
    sa.UniqueConstraint('integration_id', 'statement_id', name=op.f('uq_statement_integration_id_statement_id'))
    )
    op.create_table('access_token',
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('credential_id', sa.String(length=18), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('scopes', sa.String(length=255), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_access_token_credential_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_access_token_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_access_token'))
    )
    with op.batch_alter_table('access_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_token_credential_id'), ['credential_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_token_expires_at'), ['expires_at'], unique=False)

    op.create_table('assignable_unit',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('course_id', sa.String(length=18), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.String(length=255), nullable=False),
    sa.Column('launch_url', sa.Text(), nullable=True),
    sa.Column('web_launch', sa.Text(), nullable=False),
    sa.Column('core_vendor', sa.Text(), nullable=False),
    sa.Column('mastery_score', sa.Double(), nullable=True),
    sa.Column('max_score', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_assignable_unit_course_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignable_unit'))
    )
    with op.batch_alter_table('assignable_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignable_unit_course_id'), ['course_id'], unique=False)

    op.create_table('course_identifier',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('course_id', sa.String(length=18), nullable=False),
    sa.Column('value', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_identifier_course_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_identifier')),
    sa.UniqueConstraint('value', name=op.f('uq_course_identifier_value'))
    )
    with op.batch_alter_table('course_identifier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_identifier_course_id'), ['course_id'], unique=False)

    op.create_table('progress',
    sa.Column('learner_id', sa.String(length=18), nullable=False),
    sa.Column('course_id', sa.String(length=18), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('status_rank', sa.Integer(), nullable=False),
    sa.Column('percent', sa.Double(), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('has_aicc', sa.Boolean(), nullable=False),
    sa.Column('has_xapi', sa.Boolean(), nullable=False),
    sa.Column('aicc_time', sa.BigInteger(), nullable=False),
    sa.Column('xapi_total_time', sa.BigInteger(), nullable=False),
    sa.Column('xapi_other_time', sa.BigInteger(), nullable=False),
    sa.Column('time', sa.BigInteger(), nullable=False),
    sa.Column('first_seen', sa.BigInteger(), nullable=True),
    sa.Column('last_activity', sa.BigInteger(), nullable=True),
    sa.Column('completed_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_progress_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['learner_id'], ['learner.id'], name=op.f('fk_progress_learner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('learner_id', 'course_id', name=op.f('pk_progress'))
    )
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.create_index('ix_progress_activity', ['last_activity'], unique=False)
        batch_op.create_index('ix_progress_course', ['course_id'], unique=False)

    op.create_table('attempt',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('learner_id', sa.String(length=18), nullable=False),
    sa.Column('unit_id', sa.String(length=18), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('lesson_status', sa.String(length=16), nullable=False),
    sa.Column('exit_flag', sa.String(length=16), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('suspend_data', sa.LargeBinary(), nullable=False),
    sa.Column('score', sa.Text(), nullable=False),
    sa.Column('total_time', sa.BigInteger(), nullable=False),
    sa.Column('preferences', sa.Text(), nullable=False),
    sa.Column('objectives', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['learner_id'], ['learner.id'], name=op.f('fk_attempt_learner_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['assignable_unit.id'], name=op.f('fk_attempt_unit_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('learner_id', 'unit_id', 'number', name=op.f('uq_attempt_learner_id_unit_id_number'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_unit_id'), ['unit_id'], unique=False)

    op.create_table('observation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=True),
    sa.Column('identity_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('identifier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.String(length=18), nullable=True),
    sa.Column('channel', sa.String(length=4), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('completion', sa.Boolean(), nullable=True),
    sa.Column('success', sa.Boolean(), nullable=True),
    sa.Column('percent', sa.Double(), nullable=True),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('time', sa.BigInteger(), nullable=True),
    sa.Column('time_is_total', sa.Boolean(), nullable=False),
    sa.Column('event_at', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('evidence_kind', sa.String(length=10), nullable=False),
    sa.Column('evidence_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['identifier_id'], ['course_identifier.id'], name=op.f('fk_observation_identifier_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['identity_id'], ['identity.id'], name=op.f('fk_observation_identity_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_observation_integration_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['unit_id'], ['assignable_unit.id'], name=op.f('fk_observation_unit_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_observation'))
    )
    with op.batch_alter_table('observation', schema=None) as batch_op:
        batch_op.create_index('ix_observation_identifier', ['identifier_id'], unique=False)
        batch_op.create_index('ix_observation_integration', ['integration_id'], unique=False)
        batch_op.create_index('ix_observation_pair', ['identity_id', 'identifier_id', 'id'], unique=False)
        batch_op.create_index('ix_observation_source', ['source', 'id'], unique=False)

    op.create_table('launch',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('session_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('course_id', sa.String(length=18), nullable=False),
    sa.Column('unit_id', sa.String(length=18), nullable=False),
    sa.Column('learner_id', sa.String(length=18), nullable=False),
    sa.Column('attempt_id', sa.String(length=18), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('first_message_at', sa.BigInteger(), nullable=True),
    sa.Column('last_message_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.Column('base_time', sa.BigInteger(), nullable=False),
    sa.Column('closed_time', sa.BigInteger(), nullable=False),
    sa.Column('segment_time', sa.BigInteger(), nullable=False),
    sa.Column('last_time', sa.BigInteger(), nullable=True),
    sa.Column('opened_address', sa.String(length=64), nullable=True),
    sa.Column('opened_agent', sa.String(length=255), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_launch_attempt_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_launch_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_launch_integration_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['learner_id'], ['learner.id'], name=op.f('fk_launch_learner_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['assignable_unit.id'], name=op.f('fk_launch_unit_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch')),
    sa.UniqueConstraint('session_hash', name=op.f('uq_launch_session_hash'))
    )
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_launch_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_launch_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_launch_integration_id'), ['integration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_launch_learner_id'), ['learner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_launch_opened_at'), ['opened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_launch_unit_id'), ['unit_id'], unique=False)

    op.create_table('aicc_record',
    sa.Column('id', sa.String(length=18), nullable=False),
    sa.Column('launch_id', sa.String(length=18), nullable=False),
    sa.Column('attempt_id', sa.String(length=18), nullable=True),
    sa.Column('command', sa.String(length=20), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_aicc_record_attempt_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['launch_id'], ['launch.id'], name=op.f('fk_aicc_record_launch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aicc_record')),
    sa.UniqueConstraint('launch_id', 'command', 'digest', name=op.f('uq_aicc_record_launch_id_command_digest'))
    )
    with op.batch_alter_table('aicc_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aicc_record_attempt_id'), ['attempt_id'], unique=False)



def downgrade():
    with op.batch_alter_table('aicc_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aicc_record_attempt_id'))

    op.drop_table('aicc_record')
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_launch_unit_id'))
        batch_op.drop_index(batch_op.f('ix_launch_opened_at'))
        batch_op.drop_index(batch_op.f('ix_launch_learner_id'))
        batch_op.drop_index(batch_op.f('ix_launch_integration_id'))
        batch_op.drop_index(batch_op.f('ix_launch_course_id'))
        batch_op.drop_index(batch_op.f('ix_launch_attempt_id'))

    op.drop_table('launch')
    with op.batch_alter_table('observation', schema=None) as batch_op:
        batch_op.drop_index('ix_observation_source')
        batch_op.drop_index('ix_observation_pair')
        batch_op.drop_index('ix_observation_integration')
        batch_op.drop_index('ix_observation_identifier')

    op.drop_table('observation')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_unit_id'))

    op.drop_table('attempt')
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.drop_index('ix_progress_course')
        batch_op.drop_index('ix_progress_activity')

    op.drop_table('progress')
    with op.batch_alter_table('course_identifier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_identifier_course_id'))

    op.drop_table('course_identifier')
    with op.batch_alter_table('assignable_unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignable_unit_course_id'))

    op.drop_table('assignable_unit')
    with op.batch_alter_table('access_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_access_token_expires_at'))
        batch_op.drop_index(batch_op.f('ix_access_token_credential_id'))

    op.drop_table('access_token')
    op.drop_table('statement')
    with op.batch_alter_table('person_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_session_person_id'))
        batch_op.drop_index(batch_op.f('ix_person_session_expires_at'))

    op.drop_table('person_session')
    with op.batch_alter_table('integration_host', schema=None) as batch_op:
        batch_op.drop_index('ix_integration_host_name')

    op.drop_table('integration_host')
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.drop_index('ix_identity_search')
        batch_op.drop_index(batch_op.f('ix_identity_learner_id'))
        batch_op.drop_index('ix_identity_folded')

    op.drop_table('identity')
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_finding_integration_id'))
        batch_op.drop_index(batch_op.f('ix_finding_exchange_id'))

    op.drop_table('finding')
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credential_integration_id'))

    op.drop_table('credential')
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_sort_title'))
        batch_op.drop_index(batch_op.f('ix_course_parent_id'))
        batch_op.drop_index(batch_op.f('ix_course_integration_id'))

    op.drop_table('course')
    op.drop_table('setting')
    op.drop_table('person')
    with op.batch_alter_table('learner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_learner_sort_name'))

    op.drop_table('learner')
    op.drop_table('job_lease')
    op.drop_table('integration')
    with op.batch_alter_table('failed_try', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_failed_try_last_at'))

    op.drop_table('failed_try')
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exchange_received_at'))
        batch_op.drop_index('ix_exchange_launch')
        batch_op.drop_index(batch_op.f('ix_exchange_is_anonymous'))
        batch_op.drop_index('ix_exchange_integration')

    op.drop_table('exchange')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_at'))

    op.drop_table('audit_entry')
