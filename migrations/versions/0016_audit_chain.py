"""entries of the audit log are chained by hashes, and name the actor's role

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-28

"""
import hashlib
import json
import secrets

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# What goes into an entry's hash, as it was when the chain began; app/access/audit_chain.py goes on from here.
TOLD = ('id', 'at', 'actor_id', 'actor_name', 'actor_role', 'address', 'request_id', 'action', 'target', 'detail')


def upgrade():
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('actor_role', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('hash', sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column('salt', sa.LargeBinary(length=16), nullable=True))
        batch_op.create_index(batch_op.f('ix_audit_entry_actor_id'), ['actor_id'], unique=False)
    _chain()
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.alter_column('hash', existing_type=sa.LargeBinary(length=32), nullable=False)


def _chain():
    """Chain the entries that there are; nothing can be said of what was changed before."""
    connection = op.get_bind()
    entry = sa.table('audit_entry', sa.column('hash', sa.LargeBinary), sa.column('salt', sa.LargeBinary),
                     sa.column('detail', sa.JSON),
                     *(sa.column(name) for name in TOLD if name != 'detail'))
    last, before = 0, bytes(32)
    while True:
        query = sa.select(*(entry.c[name] for name in TOLD)).where(entry.c.id > last).order_by(entry.c.id).limit(500)
        rows = connection.execute(query).mappings().all()
        if not rows:
            break
        for row in rows:
            text = json.dumps({name: row[name] for name in TOLD}, sort_keys=True, separators=(',', ':'))
            salt = secrets.token_bytes(16)
            before, last = hashlib.sha256(before + salt + text.encode()).digest(), row['id']
            connection.execute(sa.update(entry).where(entry.c.id == last).values(hash=before, salt=salt))
    if last:
        head = sa.table('audit_head', sa.column('id'), sa.column('entry_id'), sa.column('hash', sa.LargeBinary))
        connection.execute(sa.insert(head).values(id=1, entry_id=last, hash=before))


def downgrade():
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_actor_id'))
        batch_op.drop_column('salt')
        batch_op.drop_column('hash')
        batch_op.drop_column('actor_role')
    op.drop_table('audit_head')
