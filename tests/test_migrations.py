"""The migrations make exactly the tables that the models describe, and can be undone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.db import db
from app.settings import Settings


def test_the_models_need_no_further_migration(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrations_can_be_undone_and_done_again(
    settings: Settings, empty_database_url: str, make_app: Callable[[Settings], Flask]
) -> None:
    app = make_app(dataclasses.replace(settings, database_url=empty_database_url))
    with app.app_context():
        upgrade()
        first = set(inspect(db.engine).get_table_names())
        db.engine.dispose()
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        db.engine.dispose()
        upgrade()
        assert set(inspect(db.engine).get_table_names()) == first
