"""record store: links, documents, activities, attachments, voiding

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('attachment',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('sha2', sa.String(length=128), nullable=False),
    sa.Column('content_type', sa.String(length=255), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_attachment_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'sha2', name=op.f('pk_attachment'))
    )
    op.create_table('document',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('activity', sa.LargeBinary(length=16), nullable=False),
    sa.Column('agent', sa.LargeBinary(length=16), nullable=False),
    sa.Column('registration', sa.String(length=36), nullable=False),
    sa.Column('name_digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('content_type', sa.String(length=255), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('etag', sa.String(length=40), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_document_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('integration_id', 'kind', 'activity', 'agent', 'registration', 'name_digest', name=op.f('uq_document_place'))
    )
    op.create_table('statement_link',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('value', sa.LargeBinary(length=16), nullable=False),
    sa.Column('key', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_statement_link_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'kind', 'value', 'key', name=op.f('pk_statement_link')),
    sqlite_with_rowid=False
    )
    op.create_table('xapi_activity',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('activity_id', sa.Text(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_xapi_activity_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'digest', name=op.f('pk_xapi_activity'))
    )
    op.create_table('xapi_agent',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_xapi_agent_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'digest', 'name', name=op.f('pk_xapi_agent'))
    )
    with op.batch_alter_table('observation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_withdrawn', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.add_column(sa.Column('target_id', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('is_voiding', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('is_voided', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index('ix_statement_integration', ['integration_id', 'key'], unique=False)
        batch_op.create_index(
            'ix_statement_target', ['integration_id', 'target_id'], unique=False,
            sqlite_where=sa.text('target_id IS NOT NULL'), postgresql_where=sa.text('target_id IS NOT NULL'))

    # What the statements stored so far are found by is written after the last migration, by the code of
    # that version (app/xapi/weaving.py): a migration must not depend on it.
    op.execute(
        "INSERT INTO setting (name, value) SELECT 'statements_woven_through', '0'"
        " WHERE EXISTS (SELECT 1 FROM statement)"
    )



def downgrade():
    op.execute("DELETE FROM setting WHERE name = 'statements_woven_through'")
    op.drop_index('ix_statement_target', table_name='statement')
    op.drop_index('ix_statement_integration', table_name='statement')
    op.drop_column('statement', 'is_voided')
    op.drop_column('statement', 'is_voiding')
    op.drop_column('statement', 'target_id')
    op.drop_column('observation', 'is_withdrawn')
    op.drop_table('xapi_agent')
    op.drop_table('xapi_activity')
    op.drop_table('statement_link')
    op.drop_table('document')
    op.drop_table('attachment')
