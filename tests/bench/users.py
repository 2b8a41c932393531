"""A big customer's learners, courses and progress, written past the product in one go each table."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from sqlalchemy import Table

from app import clock
from app.models.base import table_of
from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation, ProgressRow
from app.models.records import Exchange
from app.progress.values import Status

DAY_MICROSECONDS = timedelta(days=1) // timedelta(microseconds=1)
_HISTORY_DAYS = 540
_FIRST = ("Ana", "Ben", "Cora", "Dana", "Émile", "Fatma", "Grigor", "Hana", "Ivo", "Jun", "Kofi", "Li")
_LAST = ("Diaz", "Wei", "Okafor", "Novak", "Müller", "Rossi", "Sato", "Haddad", "Larsen", "Costa", "Popov")
_SUBJECTS = ("Java", "Excel", "Leadership", "Safety", "Photography", "Negotiation", "SQL", "Writing")
_STATUSES = {
    Status.NOT_STARTED: 0.08,
    Status.IN_PROGRESS: 0.35,
    Status.FAILED: 0.02,
    Status.COMPLETED: 0.45,
    Status.PASSED: 0.1,
}
_EXCHANGES = 100_000


@dataclass(frozen=True, slots=True)
class Users:
    """How much there is: forty courses a learner, a fifth of them videos."""

    rows: int

    @property
    def people(self) -> int:
        return max(50, self.rows // 40)

    @property
    def courses(self) -> int:
        return 2_000

    def tables(self) -> Iterator[tuple[Table, Sequence[str], Iterable[tuple[object, ...]]]]:
        """Yield each table with the names of its columns and its rows."""
        now = clock.to_microseconds(clock.now())
        yield table_of(Learner), _LEARNER, self._learners(now)
        yield table_of(Identity), _IDENTITY, self._identities(now)
        yield table_of(Course), _COURSE, self._courses(now)
        yield table_of(CourseIdentifier), _IDENTIFIER, self._identifiers()
        yield table_of(ProgressRow), _PROGRESS, self._progress(now)
        yield table_of(Observation), _OBSERVATION, self._observations(now)
        yield table_of(Exchange), _EXCHANGE, self._exchanges(now)

    def name(self, number: int) -> str:
        return f"{_LAST[number % 11]}, {_FIRST[number % 12]} {number}"

    def _learners(self, now: int) -> Iterator[tuple[object, ...]]:
        for n in range(self.people):
            name = self.name(n)
            yield f"l{n:06}", name, name.casefold(), "", n % 20 == 0, False, False, "", "", "", now

    def _identities(self, now: int) -> Iterator[tuple[object, ...]]:
        for n in range(self.people):
            email, user = f"{_FIRST[n % 12]}.{n}@example.org".casefold(), f"E{n:07}"
            yield n * 2, f"l{n:06}", "email", "", email, email, email, now
            yield n * 2 + 1, f"l{n:06}", "user_id", "", user, user.casefold(), user.casefold(), now

    def _courses(self, now: int) -> Iterator[tuple[object, ...]]:
        for n in range(self.courses):
            title = f"{_SUBJECTS[n % 8]} for Teams, Part {n}"
            kind = "video" if n % 5 == 4 else "course"
            yield (
                f"c{n:05}",
                title,
                title.casefold(),
                kind,
                f"urn:li:lyndaCourse:{n}",
                "",
                n % 3 == 0,
                False,
                now,
            )

    def _identifiers(self) -> Iterator[tuple[object, ...]]:
        for n in range(self.courses):
            yield n, f"c{n:05}", f"urn:li:lyndaCourse:{n}"

    def pairs(self) -> Iterator[tuple[int, int, random.Random]]:
        """Yield who takes what; some courses are taken by many more than others."""
        chance = random.Random(1)
        for person in range(self.people):
            taken = {int(self.courses * chance.random() ** 2) for _ in range(44)}
            for course in sorted(taken)[: -(-self.rows // self.people)]:
                yield person, course, chance

    def _progress(self, now: int) -> Iterator[tuple[object, ...]]:
        statuses, weights = list(_STATUSES), list(_STATUSES.values())
        for person, course, chance in self.pairs():
            status = chance.choices(statuses, weights)[0]
            is_begun = status is not Status.NOT_STARTED
            percent = 100 if status.is_complete else chance.randrange(1, 100) if is_begun else 0
            last = now - int(_HISTORY_DAYS * DAY_MICROSECONDS * chance.random() ** 1.5)
            first = last - chance.randrange(20 * DAY_MICROSECONDS)
            channel, time = chance.random(), chance.randrange(4 * 3600) * 1_000_000
            yield (
                f"l{person:06}", f"c{course:05}", status.value, status.rank, percent,
                channel < 0.4, channel > 0.25, time, 0, time, time, first, last,
                last if status.is_complete else None,
            )  # fmt: skip

    def _observations(self, now: int) -> Iterator[tuple[object, ...]]:
        for number, (person, course, chance) in enumerate(self.pairs()):
            at = now - int(_HISTORY_DAYS * DAY_MICROSECONDS * chance.random() ** 1.5)
            yield (
                number, person * 2, course, "xapi", f"s{number}", "in_progress", False, at, at,
                "statement", str(number), False,
            )  # fmt: skip

    def _exchanges(self, now: int) -> Iterator[tuple[object, ...]]:
        chance = random.Random(2)
        for n in range(_EXCHANGES):
            at = now - int(7 * DAY_MICROSECONDS * chance.random() ** 2)
            status = 401 if n % 50 == 0 else 200
            yield (
                f"e{n:07}", "xapi", "POST", "/xapi/statements", status, "In progress, 40 % → 45 %", at,
                9000, "10.0.0.1", "LinkedIn", "lms.example.org", "", "", 300, False, False, False,
            )  # fmt: skip


_LEARNER = ("id", "name", "sort_name", "name_key", "is_provisional", "is_demo", "is_ignored", "group_name",
            "manager", "attributes", "created_at")  # fmt: skip
_IDENTITY = ("id", "learner_id", "kind", "namespace", "value", "folded", "stem", "first_seen_at")
_COURSE = ("id", "title", "sort_title", "type", "activity_id", "description", "is_stub", "is_demo",
           "created_at")  # fmt: skip
_IDENTIFIER = ("id", "course_id", "value")
_PROGRESS = ("learner_id", "course_id", "status", "status_rank", "percent", "has_aicc", "has_xapi",
             "aicc_time", "xapi_total_time", "xapi_other_time", "time", "first_seen", "last_activity",
             "completed_at")  # fmt: skip
_OBSERVATION = ("id", "identity_id", "identifier_id", "channel", "source", "status", "time_is_total",
                "event_at", "received_at", "evidence_kind", "evidence_id", "is_withdrawn")  # fmt: skip
_EXCHANGE = ("id", "face", "method", "path", "status", "result", "received_at", "duration_microseconds",
             "client_address", "user_agent", "host", "repairs", "changes", "size_bytes", "is_demo",
             "is_parked", "is_anonymous")  # fmt: skip


def fill(database_url: str, users: Users) -> None:
    """Write everything and let the database look at what it has."""
    if database_url.startswith("sqlite"):
        _fill_sqlite(database_url.removeprefix("sqlite:///"), users)
    else:
        _fill_postgresql(database_url, users)


def _fill_sqlite(path: str, users: Users) -> None:
    connection = sqlite3.connect(path)
    for table, columns, rows in users.tables():
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.commit()
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _fill_postgresql(url: str, users: Users) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table, columns, rows in users.tables():
            with connection.cursor().copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("VACUUM ANALYZE")
