"""What the databases themselves can do: one durable commit for each statement-sized row, one connection."""

from __future__ import annotations

import sqlite3
import time
import uuid
from pathlib import Path

import psycopg

PAYLOAD = "x" * 700


def sqlite_commits_per_second(directory: Path, seconds: float) -> float:
    connection = sqlite3.connect(directory / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, payload TEXT)")
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare VALUES (?, ?)", (str(uuid.uuid4()), PAYLOAD))
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return count / (time.perf_counter() - started)


def postgresql_commits_per_second(url: str, seconds: float) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (id text PRIMARY KEY, payload text)")
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            connection.execute("INSERT INTO bare VALUES (%s, %s)", (str(uuid.uuid4()), PAYLOAD), prepare=True)
            count += 1
        return count / (time.perf_counter() - started)
