"""The migrations make exactly the tables that the models describe, and can be undone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app.db import db
from app.settings import Settings


def test_the_models_need_no_further_migration(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_a_database_of_a_newer_version_is_refused(app: Flask) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            mine = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        try:
            with pytest.raises(SystemExit, match=r"at migration 9999, .* a newer version made it"):
                upgrade()
            reply = app.test_client().get("/readyz")
            assert reply.status_code == 503
            assert "the database is at 9999, made by a newer version" in reply.text
        finally:
            with db.engine.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = :mine"), {"mine": mine})


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


def test_going_back_and_forth_keeps_the_data(
    settings: Settings, empty_database_url: str, make_app: Callable[[Settings], Flask]
) -> None:
    app = make_app(dataclasses.replace(settings, database_url=empty_database_url))
    with app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO learner (id, name, sort_name, is_provisional, is_demo, created_at)"
                    " VALUES ('ana', 'Diaz, Ana', 'diaz, ana', :no, :no, 1)"
                ),
                {"no": False},
            )
            connection.execute(
                text(
                    "INSERT INTO identity (learner_id, kind, namespace, value, folded, first_seen_at)"
                    " VALUES ('ana', 'email', '', 'ana@example.com', 'ana@example.com', 1)"
                )
            )
        downgrade(revision="0001")
        upgrade()
        with db.engine.begin() as connection:
            assert connection.execute(text("SELECT name FROM learner")).scalars().all() == ["Diaz, Ana"]
            assert connection.execute(text("SELECT learner_id FROM identity")).scalars().all() == ["ana"]
