"""One connection to PostgreSQL, several statements in a round."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import DivisionByZero, FeatureNotSupported, UniqueViolation
from psycopg.pq import TransactionStatus

from app.postgres_line import BEGIN, COMMIT, Line, Statement
from tests.databases import PostgresServer

PUT = "INSERT INTO kept (name, value) VALUES ($1, $2)"


@pytest.fixture(scope="module")
def url(postgres_server: PostgresServer) -> str:
    return postgres_server.new_database()


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept (name text PRIMARY KEY, value bytea, number integer)")
        connection.commit()
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def line(connection: psycopg.Connection) -> Line:
    return Line(connection)


def names(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM kept ORDER BY name")]


def test_statements_run_in_order_and_each_sees_those_before_it(line: Line) -> None:
    found = line.send(
        [
            Statement(PUT, ("a", b"\x00\xff")),
            Statement("SELECT name, value, number FROM kept", ()),
            Statement("DELETE FROM kept", ()),
            Statement("SELECT count(*) FROM kept", (), is_kept=False),
        ]
    )
    assert [list(one.rows) for one in found] == [[], [("a", b"\x00\xff", None)], [], [(0,)]]
    assert line.rounds == 1


def test_a_transaction_is_begun_and_nothing_is_kept_without_its_commit(
    line: Line, connection: psycopg.Connection, url: str
) -> None:
    line.send([Statement(PUT, ("a", None))])
    assert connection.info.transaction_status == TransactionStatus.INTRANS
    assert names(url) == []
    line.send([Statement(PUT, ("b", None)), COMMIT])
    assert connection.info.transaction_status == TransactionStatus.IDLE
    assert names(url) == ["a", "b"]


def test_the_first_error_is_raised_and_the_commit_after_it_is_not_run(
    line: Line, connection: psycopg.Connection, url: str
) -> None:
    statements = [Statement(PUT, ("a", None)), Statement(PUT, ("a", None)), Statement("SELECT 1/0", ())]
    for _ in range(3):
        with pytest.raises(UniqueViolation):
            line.send([*statements, COMMIT])
        assert connection.info.transaction_status == TransactionStatus.INERROR
        connection.rollback()
    assert names(url) == []
    line.send([Statement(PUT, ("a", None)), COMMIT])
    assert names(url) == ["a"]


def test_a_connection_serves_psycopg_between_rounds(line: Line, connection: psycopg.Connection) -> None:
    line.send([BEGIN, Statement(PUT, ("a", b"1"))])
    assert connection.execute("SELECT name FROM kept").fetchall() == [("a",)]
    with connection.transaction():
        connection.execute("DELETE FROM kept")
    [found] = line.send([Statement("SELECT name FROM kept", ())])
    assert list(found.rows) == []


def test_values_of_every_kind_arrive(line: Line) -> None:
    sql = "SELECT $1::varchar, $2::bigint, $3::boolean, $4::float8, $5::varchar, $6::bytea"
    for values in (("ä\n'", -(2**62), True, 0.1, None, b""), ("", 0, False, -1e300, "%s $1", b"\\x00")):
        [found] = line.send([Statement(sql, values)])
        assert list(found.rows) == [values]


@pytest.mark.parametrize(("text", "error"), [("a\x00b", psycopg.DataError), ("\ud800", UnicodeEncodeError)])
def test_text_that_cannot_be_kept_is_refused_before_anything_is_sent(
    line: Line, connection: psycopg.Connection, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        line.send([Statement(PUT, ("a", None)), Statement(PUT, (text, None))])
    assert not connection.closed
    assert connection.info.transaction_status == TransactionStatus.IDLE


def test_a_statement_whose_table_has_changed_is_made_ready_anew(
    line: Line, connection: psycopg.Connection
) -> None:
    everything = Statement("SELECT * FROM kept", ())
    line.send([Statement(PUT, ("a", None)), everything, COMMIT])
    connection.execute("ALTER TABLE kept DROP COLUMN number")
    connection.commit()
    with pytest.raises(FeatureNotSupported):
        line.send([everything])
    connection.rollback()
    [found] = line.send([everything])
    assert list(found.rows) == [("a", None)]


def test_many_different_statements_are_no_harm(line: Line) -> None:
    for number in range(350):
        [found] = line.send([Statement(f"SELECT {number}::bigint", ())])
        assert list(found.rows) == [(number,)]
    assert list(line.send([Statement(PUT, ("a", None))])[0].rows) == []


def test_large_values_go_and_come_in_one_round(line: Line) -> None:
    body = bytes(range(256)) * 8_000
    found = line.send([Statement("SELECT $1::bytea", (body,))] * 6)
    assert [one.rows[0][0] == body for one in found] == [True] * 6


def test_a_connection_that_is_cut_in_a_round_is_closed(
    line: Line, connection: psycopg.Connection, url: str
) -> None:
    line.send([Statement(PUT, ("a", None))])
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", (connection.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        line.send([Statement(PUT, ("b", None)), COMMIT])
    assert connection.closed
    assert names(url) == []


def test_an_error_of_the_server_is_the_drivers_own(line: Line) -> None:
    with pytest.raises(DivisionByZero) as caught:
        line.send([Statement("SELECT 1/0", ())])
    assert caught.value.sqlstate == "22012"
