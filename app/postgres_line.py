"""Several statements to PostgreSQL in one round: sent together, answered together (libpq's pipeline mode).

What a message costs on PostgreSQL is mostly how often both sides wake each other, not what is computed.
psycopg has a pipeline too, but it talks to the socket at every statement; this one does so once a round.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, DataError, OperationalError
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Wait

# The server keeps this many statements of a connection ready; any more are planned each time.
_MOST_KEPT = 300
# Its kept plan no longer fits the table, or is gone (a migration; a connection that was reset).
_STALE = ("0A000", "26000")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its marks written $1 …; `is_kept` asks the server to keep it ready for the next time."""

    sql: str
    values: Sequence[Any]
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement returned; `types` are the driver's numbers of the columns' types."""

    rows: Sequence[tuple[Any, ...]]
    types: Sequence[Any]


_BYTEA = 17
_BYTES = (bytes, bytearray, memoryview)
BEGIN, COMMIT = Statement("BEGIN", ()), Statement("COMMIT", ())


class Line:
    """One connection, and which statements its server keeps ready."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._transformer = Transformer(connection)
        self._kept: dict[str, bytes] = {}
        self._number = 0
        self.rounds = 0

    def send(self, statements: Sequence[Statement]) -> list[Rows]:
        """Run statements in order, in one round; begins a transaction where there is none.

        Raises the driver's error of the first that fails; those after it are not run.
        """
        dumped = [_dump(one.values) for one in statements]
        pgconn = self._connection.pgconn
        sent: list[bool] = []  # For each answer to come whether it is a statement's.
        new: list[str] = []
        self.rounds += 1
        try:
            pgconn.enter_pipeline_mode()
            if pgconn.transaction_status == TransactionStatus.IDLE:
                self._send(pgconn, BEGIN, _dump(()), new, sent)
                sent[-1] = False
            for one, values in zip(statements, dumped, strict=True):
                self._send(pgconn, one, values, new, sent)
            pgconn.pipeline_sync()
            results = self._connection.wait(_receive(pgconn))
            pgconn.exit_pipeline_mode()
        except BaseException:
            self._connection.close()  # What is still on its way would be taken for the next answer.
            raise
        self._check(results, new)
        return [self._read(result) for result, is_wanted in zip(results, sent, strict=True) if is_wanted]

    def _send(
        self, pgconn: PGconn, one: Statement, dumped: _Dumped, new: list[str], sent: list[bool]
    ) -> None:
        name = self._kept.get(one.sql)
        if name is None and one.is_kept and len(self._kept) < _MOST_KEPT:
            self._number += 1
            name = self._kept[one.sql] = f"waymark_{self._number}".encode()
            new.append(one.sql)
            pgconn.send_prepare(name, one.sql.encode(), dumped.types)
            sent.append(False)
        if name is None:
            pgconn.send_query_params(one.sql.encode(), dumped.values, dumped.types, dumped.formats)
        else:
            pgconn.send_query_prepared(name, dumped.values, dumped.formats)
        sent.append(True)

    def _check(self, results: Sequence[PGresult], new: Sequence[str]) -> None:
        failed = next((one for one in results if one.status == ExecStatus.FATAL_ERROR), None)
        if failed is None:
            return
        # Whether the server knows these by now is uncertain; their names are not used again.
        for sql in new:
            del self._kept[sql]
        error = error_from_result(failed)
        if error.sqlstate in _STALE:
            self._kept.clear()
        raise error

    def _read(self, result: PGresult) -> Rows:
        if result.status != ExecStatus.TUPLES_OK:
            return Rows((), ())
        self._transformer.set_pgresult(result)
        rows = self._transformer.load_rows(0, result.ntuples, tuple)
        return Rows(rows, [result.ftype(number) for number in range(result.nfields)])


def _receive(pgconn: PGconn) -> Generator[Wait, Any, list[PGresult]]:
    """Push out what was sent and collect the answers, up to the one that ends the round."""
    while pgconn.flush():
        yield Wait.RW
        pgconn.consume_input()
    results: list[PGresult] = []
    was_none = False
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if was_none:
                raise OperationalError("the connection ended in the middle of a round")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)
        was_none = result is None


@dataclass(frozen=True, slots=True)
class _Dumped:
    """Values as PostgreSQL reads them, each with its type (0: the server infers it) and its format."""

    values: Sequence[bytes | None]
    types: Sequence[int]
    formats: Sequence[int]


def _dump(values: Sequence[Any]) -> _Dumped:
    """Write bytes as they are, of type bytea, and everything else as text."""
    dumped: list[bytes | None] = []
    types = []
    for value in values:
        type_ = 0
        if value is None:
            dumped.append(None)
        elif isinstance(value, str):
            if "\x00" in value:
                raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
            dumped.append(value.encode())
        elif isinstance(value, _BYTES):
            type_ = _BYTEA
            dumped.append(bytes(value))
        else:
            dumped.append(str(value).encode())
        types.append(type_)
    return _Dumped(dumped, types, [1 if type_ else 0 for type_ in types])
