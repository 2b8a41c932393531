"""`make bench`: interleaved rounds on SQLite and PostgreSQL, in a table with ratios to the no-op route and
to bare inserts of the same rows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.arranging import Arrangement, arrange, statement
from tests.bench.bare import messages_per_second
from tests.bench.client import Measured, measure, send_one
from tests.bench.rows import Written, compare, take_snapshot
from tests.bench.scenarios import CROWD, Scenario, Store, scenarios, statements_request
from tests.databases import PostgresServer, SqliteFiles
from tests.running import RunningServer, running_server


@dataclass
class Bench:
    """One server under measurement, and all rounds of each of its scenarios by number of clients."""

    kind: str
    database_url: str
    server: RunningServer
    scenarios: list[Scenario]
    written: dict[str, list[Written]] = field(default_factory=dict)
    rounds: dict[tuple[str, int], list[Measured]] = field(default_factory=dict)
    cpu_seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    bare: dict[tuple[str, int], list[float]] = field(default_factory=dict)


def main() -> int:
    options = _read_options()
    # A real disk, not a memory file system: durable commits are what is measured.
    with (
        tempfile.TemporaryDirectory(prefix="waymark-bench-", dir="/var/tmp") as directory,
        ExitStack() as stack,
    ):
        postgres = PostgresServer(is_durable=True, directory=Path(directory) / "pg")
        kinds = [kind for kind in ("sqlite", "postgresql") if options.database in (kind, "both")]
        benches = [_start(stack, kind, Path(directory) / kind, postgres) for kind in kinds]
        for _ in range(options.rounds):
            for bench in benches:
                for clients in options.clients:
                    _measure_once(bench, clients, options)
        for bench in benches:
            for clients in options.clients:
                _print_table(bench, clients, is_last=clients == options.clients[-1])
        wrong = sum(m.wrong for bench in benches for rounds in bench.rounds.values() for m in rounds)
    return 1 if wrong else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="length of one round of one scenario")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", default="1,16", help="connections at once, several with commas")
    parser.add_argument("--only", default="", help="measure scenarios whose name holds this, and the no-op")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    options.clients = [int(number) for number in options.clients.split(",")]
    return options


def _start(stack: ExitStack, kind: str, directory: Path, postgres: PostgresServer) -> Bench:
    directory.mkdir()
    url = SqliteFiles(directory).fresh(directory) if kind == "sqlite" else postgres.fresh()
    server = stack.enter_context(running_server(url, directory, wsgi_app="tests.bench.wsgi_bench:app"))
    arrangement = arrange(server.environment, learners=200, courses=20, sessions=CROWD)
    store = _fill_store(server, arrangement)
    bench = Bench(kind, url, server, scenarios(server.url, arrangement, store))
    for scenario in bench.scenarios:
        if scenario.is_write:
            bench.written[scenario.name] = _find_written(bench, scenario)
    return bench


def _fill_store(server: RunningServer, arrangement: Arrangement) -> Store:
    made = server.flask("integration", "add", "--kind", "xapi", "--name", "Store")
    strict = _token(server.url, made["client_id"], made["client_secret"])
    linkedin = _token(server.url, arrangement.client_id, arrangement.client_secret)
    # Every learner and course is known before anything is measured, as in a store that has long been in use.
    known = [statement(email, id_, 1) for email in arrangement.emails for id_ in arrangement.activity_ids]
    for start in range(0, len(known), 500):
        for token in (linkedin, strict):
            send_one(server.url, statements_request(server.url, token, known[start : start + 500]))
    kept = [str(one["id"]) for one in known]
    return Store(linkedin, strict, tuple(kept))


def _token(url: str, client_id: str, client_secret: str) -> str:
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{url}/oauth/token", data, timeout=20) as reply:
        return str(json.load(reply)["access_token"])


def _find_written(bench: Bench, scenario: Scenario) -> list[Written]:
    """Send three messages of a scenario and look at what the last of them writes."""
    requests = scenario.make_requests(0)
    for _ in range(2):
        send_one(bench.server.url, next(requests))
    before = take_snapshot(bench.database_url)
    send_one(bench.server.url, next(requests))
    return compare(before, take_snapshot(bench.database_url))


def _measure_once(bench: Bench, clients: int, options: argparse.Namespace) -> None:
    for scenario in bench.scenarios:
        if not scenario.is_base and options.only not in scenario.name:
            continue
        if scenario.connections is not None and clients != options.clients[-1]:
            continue
        before = _cpu_seconds(bench.server)
        measured = measure(
            bench.server.url,
            scenario.make_requests,
            scenario.is_right,
            seconds=options.seconds,
            connections=scenario.connections or clients,
        )
        name = (scenario.name, clients)
        bench.cpu_seconds.setdefault(name, []).append(
            (_cpu_seconds(bench.server) - before) / max(measured.answered, 1)
        )
        bench.rounds.setdefault(name, []).append(measured)
        if measured.wrong:
            print(f"{bench.kind}, {scenario.name}: {measured.wrong} wrong answers, such as", file=sys.stderr)
            print(measured.example, file=sys.stderr)
        if scenario.is_write:
            bench.bare.setdefault(name, []).append(
                messages_per_second(
                    bench.database_url, bench.written[scenario.name], clients=clients, seconds=options.seconds
                )
            )


def _cpu_seconds(server: RunningServer) -> float:
    """Return the processor's time that the request processes have used, without database and clients."""
    times = [psutil.Process(pid).cpu_times() for pid in server.worker_pids()]
    return sum(each.user + each.system for each in times)


def _print_table(bench: Bench, clients: int, *, is_last: bool) -> None:
    """Print the medians. Processor time is that of a request; it is steadier than rates on a busy machine."""
    print(f"\n{bench.kind}, {clients} clients: medians of {len(next(iter(bench.rounds.values())))} rounds")
    heads = ("req/s", "items/s", "of no-op", "bare/s", "of bare", "p50 ms", "p99 ms", "p99/no-op", "cpu ms")
    print(f"{'':26}" + "".join(f"{head:>10}" for head in heads) + f"{'wrong':>7}")
    bases: dict[int | None, tuple[float, float]] = {}
    for scenario in bench.scenarios:
        rounds = bench.rounds.get((scenario.name, clients))
        if not rounds or (scenario.connections is not None and not is_last):
            continue
        rate = statistics.median(m.rate for m in rounds)
        p50 = statistics.median(m.percentile(0.5) for m in rounds) * 1000
        p99 = statistics.median(m.percentile(0.99) for m in rounds) * 1000
        base = bases.setdefault(scenario.connections, (rate, p99))
        cpu = statistics.median(bench.cpu_seconds[scenario.name, clients]) * 1000
        print(
            f"{scenario.name:26}{rate:10,.0f}{rate * scenario.items:10,.0f}{rate / base[0]:10.1%}"
            f"{_bare_columns(bench.bare.get((scenario.name, clients), ()), rate)}"
            f"{p50:10.1f}{p99:10.1f}{p99 / base[1]:10.1f}{cpu:10.2f}{sum(m.wrong for m in rounds):7}"
        )


def _bare_columns(rates: Sequence[float], rate: float) -> str:
    if not rates:
        return f"{'':20}"
    bare = statistics.median(rates)
    return f"{bare:10,.0f}{rate / bare:10.1%}"


if __name__ == "__main__":
    sys.exit(main())
