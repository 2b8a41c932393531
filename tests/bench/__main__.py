"""`make bench`: interleaved rounds on SQLite and PostgreSQL, a table with ratios to the no-op route."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import urllib.parse
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.arranging import arrange
from tests.bench.bare import postgresql_commits_per_second, sqlite_commits_per_second
from tests.bench.client import Measured, measure
from tests.bench.scenarios import CROWD, Scenario, scenarios
from tests.databases import PostgresServer, SqliteFiles
from tests.running import RunningServer, running_server


@dataclass
class Bench:
    """One server under measurement, and all rounds of each of its scenarios."""

    kind: str
    server: RunningServer
    scenarios: list[Scenario]
    rounds: dict[str, list[Measured]] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of one round of one scenario")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", default="", help="measure scenarios whose name holds this, and the no-op")
    options = parser.parse_args()
    # A real disk, not a memory file system: durable commits are what is measured.
    with (
        tempfile.TemporaryDirectory(prefix="waymark-bench-", dir="/var/tmp") as directory,
        ExitStack() as stack,
    ):
        postgres = PostgresServer(is_durable=True, directory=Path(directory) / "pg")
        benches = [_start(stack, kind, Path(directory) / kind, postgres) for kind in ("sqlite", "postgresql")]
        for _ in range(options.rounds):
            for bench in benches:
                _measure_once(bench, options)
        for bench in benches:
            _print_table(bench)
        _print_bare(Path(directory), postgres, options.seconds)
        wrong = sum(m.wrong for bench in benches for rounds in bench.rounds.values() for m in rounds)
    return 1 if wrong else 0


def _start(stack: ExitStack, kind: str, directory: Path, postgres: PostgresServer) -> Bench:
    directory.mkdir()
    url = SqliteFiles(directory).fresh(directory) if kind == "sqlite" else postgres.fresh()
    server = stack.enter_context(running_server(url, directory, wsgi_app="tests.bench.wsgi_bench:app"))
    arrangement = arrange(server.environment, learners=200, courses=20, sessions=CROWD)
    token = _token(server.url, arrangement.client_id, arrangement.client_secret)
    return Bench(kind, server, scenarios(server.url, arrangement, token))


def _token(url: str, client_id: str, client_secret: str) -> str:
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{url}/oauth/token", data, timeout=20) as reply:
        return str(json.load(reply)["access_token"])


def _measure_once(bench: Bench, options: argparse.Namespace) -> None:
    for scenario in bench.scenarios:
        if not scenario.is_base and options.only not in scenario.name:
            continue
        measured = measure(
            bench.server.url,
            scenario.make_requests,
            scenario.is_right,
            seconds=options.seconds,
            connections=scenario.connections or options.connections,
        )
        bench.rounds.setdefault(scenario.name, []).append(measured)
        if measured.wrong:
            print(f"{bench.kind}, {scenario.name}: {measured.wrong} wrong answers, such as", file=sys.stderr)
            print(measured.example, file=sys.stderr)


def _print_table(bench: Bench) -> None:
    print(f"\n{bench.kind}: medians of {len(next(iter(bench.rounds.values())))} rounds")
    heads = ("req/s", "items/s", "of no-op", "p50 ms", "p99 ms", "p99/no-op", "wrong")
    print(f"{'':26}" + "".join(f"{head:>11}" for head in heads))
    bases: dict[int | None, tuple[float, float]] = {}
    for scenario in bench.scenarios:
        rounds = bench.rounds.get(scenario.name)
        if not rounds:
            continue
        rate = statistics.median(m.rate for m in rounds)
        p50 = statistics.median(m.percentile(0.5) for m in rounds) * 1000
        p99 = statistics.median(m.percentile(0.99) for m in rounds) * 1000
        base = bases.setdefault(scenario.connections, (rate, p99))
        wrong = sum(m.wrong for m in rounds)
        print(
            f"{scenario.name:26}{rate:11,.0f}{rate * scenario.items:11,.0f}{rate / base[0]:11.1%}"
            f"{p50:11.1f}{p99:11.1f}{p99 / base[1]:11.1f}{wrong:11}"
        )


def _print_bare(directory: Path, postgres: PostgresServer, seconds: float) -> None:
    print("\nbare databases: durable commits per second of one row, one connection, no server")
    print(f"{'sqlite':26}{sqlite_commits_per_second(directory, seconds):9,.0f}")
    print(f"{'postgresql':26}{postgresql_commits_per_second(postgres.new_database(), seconds):9,.0f}")


if __name__ == "__main__":
    sys.exit(main())
