"""how much of its room for attachments an integration has used

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-28

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('attachment_use',
    sa.Column('integration_id', sa.String(length=18), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integration.id'], name=op.f('fk_attachment_use_integration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', name=op.f('pk_attachment_use'))
    )
    op.execute(
        "INSERT INTO attachment_use (integration_id, size_bytes)"
        " SELECT integration_id, SUM(size_bytes) FROM attachment GROUP BY integration_id"
    )


def downgrade():
    op.drop_table('attachment_use')
