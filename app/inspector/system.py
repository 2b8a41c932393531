"""What runs here: version, database, settings without secrets; and all of it as a text to pass on."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields

from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.inspector.checking import Check
from app.inspector.redact import redact
from app.settings import PREFIX, SECRETS, Settings
from app.version import VERSION
from app.words import worded

_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting as it holds now; a secret says only whether it is there."""

    name: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class System:
    """Facts by name, in the order to show them, and the settings."""

    facts: tuple[tuple[str, str], ...]
    settings: tuple[Effective, ...]


def describe_system(session: Session, settings: Settings) -> System:
    """Look at what runs here."""
    dialect = session.get_bind().dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    size = int(session.execute(text(_SIZE[dialect.name])).scalar_one())
    heads = MigrationContext.configure(session.connection()).get_current_heads()
    facts = (
        ("Waymark", VERSION),
        ("Python", platform.python_version()),
        (worded("Database"), f"{_NAMES[dialect.name]} {version}".strip()),
        (worded("Database size"), f"{size / 1024**2:.1f} MiB"),
        (worded("Migration"), ", ".join(heads) or worded("none")),
    )
    return System(facts, tuple(_list_settings(settings)))


def write_diagnostics(system: System, checks: Sequence[Check]) -> str:
    """Write everything as a text that holds no secret, to be sent to whoever helps."""
    lines = [f"{name}: {value}" for name, value in system.facts]
    lines += ["", "Checks"]
    for check in checks:
        code = f" [{check.code}]" if check.code else ""
        lines.append(f"{check.state.value:4}  {check.check}: {check.detail}{code}")
    lines += ["", "Settings"]
    lines += [f"{one.name}={one.value}" + (" (default)" if one.is_default else "") for one in system.settings]
    return redact("\n".join(lines).encode()).decode() + "\n"


def _list_settings(settings: Settings) -> Iterable[Effective]:
    for field in fields(Settings):
        value, name = getattr(settings, field.name), field.name.upper()
        is_default = field.default is not MISSING and value == field.default
        if name in SECRETS:
            shown: str = worded("(set)") if value else worded("(not set)")
        elif isinstance(value, tuple):
            shown = ", ".join(value)
        else:
            shown = "" if value is None else str(value)
        yield Effective(f"{PREFIX}{name}", shown, is_default)
