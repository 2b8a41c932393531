"""Copies between the two databases, in both directions: equal in every value, and safe to interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.db import Base
from app.keeping import copying
from app.keeping.copying import CannotCopy, Copied, copy_database
from app.keeping.engines import is_in_use, opened
from app.keeping.rows import REPLACEMENT, DoesNotFit
from app.keeping.tables import COPY_STATE
from app.models.learning import Course, Identity
from tests.databases import PostgresServer, SqliteFiles
from tests.keeping.filling import ROWS, fill


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite"])
def urls(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_files: SqliteFiles, postgres_server: PostgresServer
) -> tuple[str, str]:
    """Give two migrated databases without data: from which to which."""
    pair = sqlite_files.fresh(tmp_path), postgres_server.fresh()
    return pair if request.param.startswith("sqlite") else pair[::-1]


@pytest.fixture
def engines(urls: tuple[str, str]) -> Iterator[tuple[Engine, Engine]]:
    with opened(urls[0]) as source, opened(urls[1]) as target:
        fill(source)
        yield source, target
        # The PostgreSQL of the tests is emptied table by table: it knows nothing of a copy that was cut off.
        with target.begin() as connection:
            connection.execute(text(f"DROP TABLE IF EXISTS {COPY_STATE}"))


def _copy(engines: tuple[Engine, Engine]) -> Copied:
    return copy_database(*engines, origin="test", watch=lambda *_: None)


def test_every_value_of_every_table_is_the_same_in_the_copy(engines: tuple[Engine, Engine]) -> None:
    source, target = engines
    copied = _copy(engines)
    assert set(copied.tables) == set(Base.metadata.tables)
    with source.connect() as here, target.connect() as there:
        for table in Base.metadata.sorted_tables:
            query = select(table).order_by(*table.primary_key.columns)
            rows = here.execute(query).all()
            assert len(rows) == ROWS == copied.tables[table.name].rows
            assert there.execute(query).all() == rows


def test_the_copy_numbers_its_next_rows_after_those_that_were_copied(engines: tuple[Engine, Engine]) -> None:
    _copy(engines)
    with Session(engines[1]) as session:
        values = select(Identity).order_by(Identity.id.desc()).limit(1)
        last = session.scalars(values).one()
        new = Identity(
            learner_id=last.learner_id,
            kind="email",
            value="new",
            folded="new",
            first_seen_at=last.first_seen_at,
        )
        session.add(new)
        session.flush()
        assert new.id == last.id + 1


def test_a_copy_that_was_killed_goes_on_where_it_was(
    engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_ROWS_AT_ONCE", 1)
    batches: list[str] = []

    def die(table: str, done: int, _total: int) -> None:
        batches.append(f"{table} {done}")
        if table == "course" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(*engines, origin="test", watch=die)
    with pytest.raises(CannotCopy, match="the beginning of a copy of test"):
        copy_database(*engines, origin="another", watch=lambda *_: None)
    copied = copy_database(*engines, origin="test", watch=lambda name, n, _: batches.append(f"{name} {n}"))
    assert copied.is_resumed
    assert len(batches) == len(set(batches)) == copied.rows
    with Session(engines[0]) as here, Session(engines[1]) as there:
        parents = select(Course.id, Course.parent_id).order_by(Course.id)
        assert there.execute(parents).all() == here.execute(parents).all()
    with pytest.raises(CannotCopy, match="has data already"):
        _copy(engines)


def test_one_changed_byte_is_found(engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    def change(table: str, *_: int) -> None:
        if table == "document":
            with engines[1].begin() as connection:
                connection.execute(
                    Base.metadata.tables["document"]
                    .update()
                    .where(text("id = 2"))
                    .values(body=b"\x01\x00\xfe")
                )

    with pytest.raises(CannotCopy, match="not equal: document has 3 rows here and 3 there"):
        copy_database(*engines, origin="test", watch=change)


def test_what_postgresql_cannot_hold_is_replaced_visibly_or_refused(
    tmp_path: Path, sqlite_files: SqliteFiles, postgres_server: PostgresServer
) -> None:
    with opened(sqlite_files.fresh(tmp_path)) as source, opened(postgres_server.fresh()) as target:
        fill(source)
        with source.begin() as connection:
            connection.execute(text("UPDATE learner SET attributes = 'a' || char(0) || 'b' WHERE is_demo"))
        copied = _copy((source, target))
        assert copied.replaced_count == 1
        assert copied.replaced[0].startswith("learner.attributes of 1")
        with target.connect() as connection:
            kept = connection.execute(text("SELECT attributes FROM learner WHERE is_demo")).scalar_one()
        assert kept == f"a{REPLACEMENT}b"
    with opened(f"sqlite:///{tmp_path / 'waymark.db'}") as source, opened(postgres_server.fresh()) as target:
        with source.begin() as connection:
            connection.execute(text("UPDATE exchange SET size_bytes = 3000000000 WHERE is_demo"))
        with pytest.raises(DoesNotFit, match=r"exchange\.size_bytes of 1.* 3000000000 is beyond 32 bits"):
            _copy((source, target))


def test_a_database_that_somebody_has_open_is_in_use(urls: tuple[str, str]) -> None:
    assert not is_in_use(urls[0])
    with opened(urls[0]) as engine, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert is_in_use(urls[0])
    assert not is_in_use(urls[0])
