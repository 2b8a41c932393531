"""How long the first page of every filter takes in a big store: `python -m tests.bench.million --help`.

The store's own code writes the statements, without the progress they bring, and finds them again. Each filter
is asked for with the values of statements that are there, newest first and oldest first in turn.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import create_app
from app.access.credentials import issue_credential
from app.access.integrations import Kind as Of, add_integration
from app.access.organisation import load_organisation
from app.db import db, reading, transact, transaction
from app.models.base import new_id
from app.models.records import Statement as Row
from app.settings import Settings
from app.xapi.admission import Caller
from app.xapi.importing import find_importer
from app.xapi.intake import read_strict
from app.xapi.links import Kind, agent_text, digest
from app.xapi.queries import find_page
from app.xapi.query_rules import Query, parse_query
from app.xapi.statements import format_stored, store
from app.xapi.versions import Version
from tests.bench.crowd import Crowd
from tests.databases import SECRET_KEY, PostgresServer, SqliteFiles

_AT_ONCE = 500
# Of all statements, the part that an integration wrote which has been quiet ever since.
_QUIET = 0.05
_RANGES = ("all", "since 99 %", "until 1 %", "between")
_SLOW_MILLISECONDS = 100
_COMBINATIONS = 12


@dataclass(frozen=True, slots=True)
class Filled:
    """One integration's part of the store: statements by their numbers, and keys in their order."""

    caller: Caller
    first: int
    end: int
    keys: tuple[int, ...]


def main() -> int:
    options = _read_options()
    with tempfile.TemporaryDirectory(prefix="waymark-million-", dir="/var/tmp") as name:
        directory = Path(name)
        server = PostgresServer(directory=directory / "pg")
        is_sqlite = options.database == "sqlite"
        url = SqliteFiles(directory).fresh(directory) if is_sqlite else server.fresh()
        settings = Settings(data_dir=directory, database_url=url, secret_key=SECRET_KEY)
        crowd = Crowd(people=max(100, options.statements // 50))
        with create_app(settings).app_context():
            quiet, busy = _load(settings, crowd, options.statements)
            _analyse(is_sqlite=is_sqlite)
            _print_sizes(directory, is_sqlite=is_sqlite)
            slow = sum(
                _measure(title, crowd, filled, options)
                for title, filled in (("the busy integration", busy), ("the quiet one", quiet))
            )
            db.engine.dispose()
        server.close()
    return 1 if slow else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=40, help="pages of each filter and range")
    parser.add_argument("--all", action="store_true", help="print every combination of filters")
    return parser.parse_args()


def _load(settings: Settings, crowd: Crowd, number: int) -> list[Filled]:
    filled, started = [], time.perf_counter()
    for first, end in ((0, int(number * _QUIET)), (int(number * _QUIET), number)):
        with transaction() as session:
            organisation = load_organisation(session, settings)
            integration_id = add_integration(session, organisation, kind=Of.XAPI, name=str(end)).id
            issue_credential(session, integration_id)
        with reading() as session:
            caller = find_importer(session, settings, integration_id)
        keys: list[int] = []
        for start in range(first, end, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, end))
            keys += transact(partial(_store_some, caller=caller, crowd=crowd, numbers=numbers))
            if start // _AT_ONCE % 200 == 199:
                print(f"{numbers.stop} in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        filled.append(Filled(caller, first, end, tuple(keys)))
    print(f"\n{number} statements stored in {time.perf_counter() - started:.0f} s")
    return filled


def _store_some(session: Session, *, caller: Caller, crowd: Crowd, numbers: range) -> list[int]:
    body = orjson.dumps([crowd.make(number) for number in numbers])
    incoming = read_strict(body, Version.V1, request_id=new_id())
    outcome = store(session, caller, incoming, version=Version.V1, exchange_id=new_id())
    return [stored.key for stored in outcome.new]


def _analyse(*, is_sqlite: bool) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))


def _print_sizes(directory: Path, *, is_sqlite: bool) -> None:
    with reading() as session:
        length = session.scalars(select(func.avg(func.length(Row.payload)))).one()
        size = None if is_sqlite else session.scalar(text("SELECT pg_database_size(current_database())"))
    size = (directory / "waymark.db").stat().st_size if size is None else size
    print(f"{length:.0f} characters a statement, {size / 1e6:.0f} MB in all")


def _measure(title: str, crowd: Crowd, filled: Filled, options: argparse.Namespace) -> int:
    """Print each filter by itself and the slowest combinations; returns how many pages are slow at p95."""
    print(f"\n{title}: p50/p95 of a first page in ms, {options.rounds} pages each")
    print(f"{'':58}" + "".join(f"{range_:>14}" for range_ in _RANGES))
    measured = [
        (wanted, [_Times.of(_ask(crowd, filled, wanted, range_, options.rounds)) for range_ in _RANGES])
        for wanted in _list_filters()
    ]
    combined = [one for one in measured if len(one[0]) > 1]
    combined.sort(key=lambda one: -max(times.p50 for times in one[1]))
    singles = [one for one in measured if len(one[0]) <= 1]
    for wanted, each in [*singles, *(combined if options.all else combined[:_COMBINATIONS])]:
        print(f"{' + '.join(wanted) or 'none':58}" + "".join(f"{times!s:>14}" for times in each))
    print(f"{'the slowest of all':58}" + f"{_Times.slowest(each for _, each in measured)!s:>14}", flush=True)
    return sum(times.p95 > _SLOW_MILLISECONDS for _, each in measured for times in each)


@dataclass(frozen=True, slots=True)
class _Times:
    """How long pages took, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, times: Iterable[float]) -> _Times:
        ordered = sorted(times)
        return cls(statistics.median(ordered), ordered[int((len(ordered) - 1) * 0.95)])

    @classmethod
    def slowest(cls, measured: Iterable[Sequence[_Times]]) -> _Times:
        every = [times for each in measured for times in each]
        return cls(max(times.p50 for times in every), max(times.p95 for times in every))

    def __str__(self) -> str:
        return f"{self.p50:.1f}/{self.p95:.1f}"


def _list_filters() -> Iterator[tuple[str, ...]]:
    """Yield every combination of filters by name, and each for a credential that sees its own only."""
    choices = itertools.product(
        ("", "registration"),
        ("", "agent", "related agent", "teacher"),
        ("", "activity", "related activity", "path"),
        ("", "verb"),
        ("", "own only"),
    )
    yield from (tuple(filter(None, names)) for names in choices)


def _ask(crowd: Crowd, filled: Filled, wanted: tuple[str, ...], range_: str, rounds: int) -> Iterator[float]:
    chance = random.Random(f"{wanted} {range_}")
    with reading() as session:
        # The first page is not counted: the query is made for it.
        for number in range(rounds + 1):
            statement = crowd.make(chance.randrange(filled.first, filled.end))
            parameters = {
                **_parameters(statement, wanted),
                **_bounds(filled, range_),
                "ascending": str(bool(number % 2)).lower(),
            }
            query = parse_query(parameters, Version.V1, is_lenient=False)
            assert isinstance(query, Query)
            started = time.perf_counter()
            _find(session, filled.caller, query, is_own_only="own only" in wanted)
            if number:
                yield (time.perf_counter() - started) * 1000


def _parameters(statement: Mapping[str, object], wanted: tuple[str, ...]) -> dict[str, str]:
    flat = orjson.loads(orjson.dumps(statement))
    context = flat["context"]
    found: dict[str, str] = {}
    for name in wanted:
        if name == "registration":
            found[name] = context["registration"]
        elif name == "verb":
            found[name] = flat["verb"]["id"]
        elif name.endswith("agent") or name == "teacher":
            agent = context["instructor"] if name == "teacher" else flat["actor"]
            found["agent"] = orjson.dumps(agent).decode()
            found["related_agents"] = str(name != "agent").lower()
        elif name != "own only":
            activity = context["contextActivities"]["grouping"][0] if name == "path" else flat["object"]
            found["activity"] = activity["id"]
            found["related_activities"] = str(name != "activity").lower()
    return found


def _bounds(filled: Filled, range_: str) -> dict[str, str]:
    keys = filled.keys
    near, middle, far = (format_stored(keys[int(len(keys) * part)]) for part in (0.01, 0.5, 0.99))
    if range_ == "between":
        return {"since": middle, "until": format_stored(keys[int(len(keys) * 0.51)])}
    return {"since 99 %": {"since": far}, "until 1 %": {"until": near}}.get(range_, {})


def _find(session: Session, caller: Caller, query: Query, *, is_own_only: bool) -> None:
    if is_own_only:
        authority = agent_text(orjson.loads(caller.authority)) or ""
        query = replace(query, links=(*query.links, (Kind.AGENT_ANY, digest(authority))))
    find_page(
        session,
        caller.client.integration_id,
        query.links,
        after=query.after,
        before=query.before,
        limit=query.limit,
        is_ascending=query.is_ascending,
        credential_id=caller.client.credential_id if is_own_only else None,
    )


if __name__ == "__main__":
    sys.exit(main())
