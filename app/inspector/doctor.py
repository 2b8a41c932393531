"""Look over a deployment: each check says what it saw and, when something is wrong, what to do."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration, Kind, list_integrations
from app.access.organisation import Organisation, load_organisation
from app.access.people import has_owner
from app.db import DatabaseUnavailable
from app.inspector.asked import Asked, judge_asked
from app.inspector.checking import Check, State
from app.inspector.outbox_checks import check_destinations, check_worker
from app.inspector.reach import check_reach
from app.inspector.session_checks import check_sessions
from app.inspector.silence import check_integration
from app.learners.unmatched import list_unmatched
from app.models.learning import Observation
from app.models.records import Exchange
from app.settings import Settings
from app.words import worded

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"
LEAST_FREE_BYTES = 50 * 1024 * 1024
LOW_FREE_BYTES = 1024 * 1024 * 1024
# Earlier than this, Python's bundled SQLite and ssl lack fixes that a server on the internet needs.
GOOD_PYTHON = (3, 11, 8)
_REPORTS_LOOKED_AT = 200
_STRANGERS_LOOKED_AT = 50
_SKEW = timedelta(minutes=5)
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)


def examine(
    session: Session,
    settings: Settings,
    migrations: Path,
    *,
    asked: Asked | None = None,
    has_reach: bool = False,
) -> list[Check]:
    """Make every check; a database that does not answer fails its own checks and spares the others.

    `asked` is the request of a page that shows them; with `has_reach` the public URL is called.
    """
    checks = [
        _python(sys.version_info[:3]),
        _data_dir(settings),
        _free_space(settings),
        _secret_key(settings),
        _clock(clock.now()),
    ]
    for name, look in _DATABASE_CHECKS:
        try:
            checks.extend(look(session, settings, migrations))
        except (SQLAlchemyError, DatabaseUnavailable) as error:
            session.rollback()
            cause = getattr(error, "orig", None) or error
            reason = (str(cause).splitlines() or [""])[0]
            fix = worded("Check WAYMARK_DATABASE_URL and run: flask --app wsgi db upgrade")
            detail = worded("the database does not answer this: %(reason)s", reason=reason)
            checks.append(Check(name, State.FAIL, detail, fix, "S5"))
        else:
            if name == "public_url":
                checks.extend(_surroundings(load_organisation(session, settings), settings, asked, has_reach))
    return checks


def _surroundings(
    organisation: Organisation, settings: Settings, asked: Asked | None, has_reach: bool
) -> Iterator[Check]:
    """Judge how we are asked, and when told so how we answer under our public address."""
    if organisation.has_public_url:
        yield judge_asked(asked, organisation.public_url)
        if has_reach:
            yield check_reach(organisation, settings)


def _python(version: tuple[int, ...]) -> Check:
    shown = ".".join(map(str, version))
    if version < GOOD_PYTHON:
        return Check("python", State.WARN, f"Python {shown}", worded("Use Python 3.11.8 or newer."))
    return Check("python", State.OK, f"Python {shown}")


def _data_dir(settings: Settings) -> Check:
    probe = settings.data_dir / ".doctor"
    try:
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        fix = worded("Let the account that runs Waymark write there, or set WAYMARK_DATA_DIR.")
        return Check("data_directory", State.FAIL, f"{settings.data_dir}: {error.strerror}", fix)
    return Check("data_directory", State.OK, worded("%(path)s can be written", path=settings.data_dir))


def _free_space(settings: Settings) -> Check:
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Check(
            "free_space", State.FAIL, f"{settings.data_dir}: {error.strerror}", worded("Make the directory.")
        )
    size = f"{free / 1024**3:.1f}"
    detail = worded("%(size)s GiB free", size=size)
    if free < LEAST_FREE_BYTES:
        return Check(
            "free_space",
            State.FAIL,
            detail,
            worded("Free space now: messages are about to be refused."),
            "S4",
        )
    if free < LOW_FREE_BYTES:
        return Check(
            "free_space", State.WARN, detail, worded("Free space, or lower WAYMARK_EXCHANGE_MAX_MB."), "S4"
        )
    return Check("free_space", State.OK, detail)


def _secret_key(settings: Settings) -> Check:
    path = settings.data_dir / "secret-key"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Check("secret_key", State.OK, worded("given by the environment"))
    except OSError as error:
        return Check(
            "secret_key", State.FAIL, f"{path}: {error.strerror}", worded("Let Waymark's account read it.")
        )
    written = f"{mode:04o}"
    detail = worded("%(path)s has mode %(mode)s", path=path, mode=written)
    if mode & 0o077:
        return Check("secret_key", State.FAIL, detail, f"chmod 600 {path}")
    return Check("secret_key", State.OK, detail)


def _clock(now: datetime) -> Check:
    shown = clock.format_rfc3339(now)
    if now < _BUILT:
        return Check(
            "clock",
            State.FAIL,
            worded("the clock says %(moment)s", moment=shown),
            worded("Set the clock, best by NTP: timedatectl set-ntp true"),
            "S2",
        )
    return Check("clock", State.OK, shown)


def _durability(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    dialect = session.get_bind().dialect.name
    wanted = _WANTED[dialect]
    found = {name: str(session.execute(text(query)).scalar()).lower() for name, query, _ in wanted}
    wrong = [f"{name} is {found[name]}" for name, _, good in wanted if found[name] not in good]
    detail = f"{dialect}: " + ", ".join(f"{name} {value}" for name, value in found.items())
    if wrong:
        fix = worded(
            "%(wrong)s: a power cut may lose messages that were answered with success.",
            wrong="; ".join(wrong),
        )
        yield Check("database", State.FAIL, detail, fix, "S5")
    else:
        yield Check("database", State.OK, detail)


_WANTED: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "sqlite": (
        ("journal_mode", "PRAGMA journal_mode", ("wal",)),
        ("synchronous", "PRAGMA synchronous", ("2", "3")),
        ("foreign_keys", "PRAGMA foreign_keys", ("1",)),
    ),
    "postgresql": (
        ("synchronous_commit", "SHOW synchronous_commit", ("on", "remote_apply")),
        ("fsync", "SHOW fsync", ("on",)),
    ),
}


def _schema(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    heads = set(ScriptDirectory(str(migrations)).get_heads())
    current = set(MigrationContext.configure(session.connection()).get_current_heads())
    if current == heads:
        yield Check("migrations", State.OK, worded("at %(revision)s", revision=", ".join(sorted(heads))))
    else:
        detail = worded(
            "at %(found)s, the code needs %(wanted)s",
            found=", ".join(sorted(current)) or worded("nothing"),
            wanted=", ".join(sorted(heads)),
        )
        yield Check("migrations", State.FAIL, detail, "flask --app wsgi db upgrade", "S5")


def _database_clock(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    newest = session.scalar(select(func.max(Exchange.received_at)).where(Exchange.is_demo.is_(False)))
    if newest is not None and newest > clock.now() + _SKEW:
        detail = worded(
            "the newest message is from %(moment)s, which is still to come",
            moment=clock.format_rfc3339(newest),
        )
        fix = worded("Set the clock of every host, best by NTP: timedatectl set-ntp true")
        yield Check("clock_against_data", State.WARN, detail, fix, "S2")
    ahead = _find_ahead(session)
    if ahead is not None:
        detail = worded(
            "a statement was dated %(moment)s before that time had come", moment=clock.format_rfc3339(ahead)
        )
        fix = worded("Tell whoever sends it: their clock is ahead.")
        yield Check("clock_of_senders", State.WARN, detail, fix, "S2")


def _find_ahead(session: Session) -> datetime | None:
    """Return the latest date among the newest reports that lay ahead of the moment they came."""
    row = Observation
    newest = select(row.event_at, row.received_at).order_by(row.id.desc()).limit(_REPORTS_LOOKED_AT)
    dates = [at for at, received_at in session.execute(newest) if at > received_at + _SKEW]
    return max(dates, default=None)


def _public_url(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    organisation = load_organisation(session, settings)
    yield _judge_public_url(organisation)


def _judge_public_url(organisation: Organisation) -> Check:
    detail = worded(
        "%(url)s (from %(source)s)", url=organisation.public_url, source=organisation.public_url_source
    )
    if not organisation.has_public_url:
        fix = worded(
            "Set it in the pages, or WAYMARK_PUBLIC_URL: content needs an address that it can reach."
        )
        return Check("public_url", State.WARN, detail, fix, "S1")
    if not organisation.is_https:
        fix = worded("LinkedIn Learning reports to https only; put a proxy with a certificate in front.")
        if _is_loopback(organisation.public_host.name):
            fix = worded("Good for trying out. %(then)s", then=fix)
        return Check("public_url", State.WARN, detail, fix, "A8")
    if _is_loopback(organisation.public_host.name):
        fix = worded("Nobody but this machine reaches a loopback address.")
        return Check("public_url", State.WARN, detail, fix, "S1")
    return Check("public_url", State.OK, detail)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _owner(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    if has_owner(session):
        yield Check("owner", State.OK, worded("there is an owner account"))
    else:
        fix = worded("Open the setup link that the server prints, or: flask --app wsgi admin create")
        yield Check("owner", State.WARN, worded("nobody can sign in yet"), fix)


def _integrations(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    found = [each for each in list_integrations(session) if not each.is_demo]
    if not found:
        fix = worded("Add one in the pages, or: flask --app wsgi integration add")
        yield Check("integrations", State.WARN, worded("no content source is registered"), fix)
    for each in found:
        yield from look_over(session, each)


def look_over(session: Session, integration: Integration, *, has_networks: bool = True) -> Iterator[Check]:
    """Make every check of one integration: its traffic, its credentials and its sessions."""
    yield from check_integration(session, integration)
    if integration.kind is not Kind.XAPI:
        yield from check_sessions(session, integration, has_networks=has_networks)


def _learners(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    """Count the newest people seen who may be one of several learners."""
    strangers = list_unmatched(session, limit=_STRANGERS_LOOKED_AT)
    unsure = [each for each in strangers if len(each.suggestions) > 1 and each.best is None]
    if unsure:
        detail = worded(
            "%(unsure)s of the newest %(all)s people seen may be one of several learners",
            unsure=len(unsure),
            all=len(strangers),
        )
        fix = worded("Under Learners, Unmatched, assign the right one.")
        yield Check("learners", State.WARN, detail, fix, "M2")


def _outbox(session: Session, settings: Settings, migrations: Path) -> Iterator[Check]:
    yield from check_worker(session)
    yield from check_destinations(session)


_Look = Callable[[Session, Settings, Path], Iterator[Check]]
_DATABASE_CHECKS: tuple[tuple[str, _Look], ...] = (
    ("database", _durability),
    ("migrations", _schema),
    ("clock_against_data", _database_clock),
    ("public_url", _public_url),
    ("owner", _owner),
    ("integrations", _integrations),
    ("learners", _learners),
    ("outbox", _outbox),
)
