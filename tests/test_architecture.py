"""The import rules of docs/architecture.md, checked on the syntax tree of every file under app/."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import JSON, LargeBinary, String

from app.db import Base
from app.keeping import personal

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"

FACES = {"hacp", "oauth", "xapi", "admin", "api"}
# Modules directly under app/ that any room may use.
COMMON = {"clock", "logs", "settings", "db", "prepared", "rounds", "group_commit", "metrics", "version"}
DOMAIN = {"progress", "learners", "catalog", "access"}

# Sentences and nothing else: every room, the sans-I/O ones too, speaks to people.
EVERY_ROOM = ("app/__init__.py", "app/words.py")

# Which rooms a room may import from, besides itself. A face's or a job's entry may use the common modules.
MAY_IMPORT: dict[str, set[str]] = {
    "models": {"db", "clock"},
    "learners": {"outbound", "models", "clock", "settings", "db", "prepared"},
    "catalog": {"outbound", "models", "clock", "settings", "db", "prepared"},
    "progress": {"learners", "catalog", "outbound", "models", "clock", "settings", "db", "prepared"},
    "access": {"progress", "learners", "catalog", "outbound", "models", "clock", "settings", "logs"}
    | {"db", "prepared"},
    "inspector": DOMAIN | {"outbound", "models"} | COMMON,
    "delivery": DOMAIN | {"outbound", "models"} | COMMON,
    "jobs": DOMAIN | {"inspector", "delivery", "outbound", "models"} | COMMON,
    "keeping": DOMAIN | {"inspector", "delivery", "models"} | COMMON,
    "outbound": {"access.hosts", "settings", "version"},
    # The page for a learner whose launch failed is in the learner's language.
    "hacp": DOMAIN | {"inspector", "outbound", "delivery.queue", "models", "languages"} | COMMON,
    "oauth": DOMAIN | {"inspector", "outbound", "delivery.queue", "models"} | COMMON,
    "xapi": DOMAIN | {"inspector", "outbound", "delivery.queue", "models"} | COMMON,
    "admin": DOMAIN
    | {"inspector", "jobs", "keeping", "demo", "delivery", "outbound", "hacp", "oauth", "xapi", "models"}
    | {"proxies", "languages"}
    | COMMON,
    # The acts are those of the pages: each a service and its entry in the audit log.
    "api": DOMAIN
    | {"admin.acts.records", "admin.acts.delivery", "admin.frame"}
    | {"inspector", "jobs", "delivery", "outbound", "hacp", "oauth", "xapi", "models"}
    | COMMON,
    "simulator": set(),
    "health": COMMON | {"models", "proxies"},
    "proxies": set(),
    "bodies": set(),
    "metrics": {"version"},
    "version": set(),
    "words": set(),
    "languages": set(),
    "db": {"rounds", "clock", "logs", "settings"},
    "prepared": {"rounds", "postgres_line"},
    "rounds": {"postgres_line"},
    "postgres_line": set(),
    "group_commit": {"db", "rounds", "write_lane"},
    "write_lane": set(),
    "logs": {"clock", "settings"},
    "settings": {"access.hosts"},
    "clock": set(),
}
MAY_IMPORT_ANYTHING = ("app/__init__.py", "app/cli.py", "app/cli_*.py", "app/demo.py", "app/rehearsal.py")

# Bytes, text and values in; frozen values out: no framework, no database, no clock, no settings.
SANS_IO = (
    "app/words.py",
    "app/admin/charts.py",
    "app/api/cursors.py",
    "app/api/problems.py",
    "app/progress/bands.py",
    "app/progress/days.py",
    "app/progress/values.py",
    "app/progress/rules.py",
    "app/learners/values.py",
    "app/learners/matching.py",
    "app/learners/sheet.py",
    "app/progress/decision_rules.py",
    "app/progress/explaining.py",
    "app/progress/folding.py",
    "app/progress/step_notes.py",
    "app/progress/wording.py",
    "app/catalog/package*.py",
    "app/catalog/identifiers.py",
    "app/catalog/course_rules.py",
    "app/access/hosts.py",
    "app/learners/values.py",
    "app/keeping/rows.py",
    "app/keeping/traces.py",
    "app/inspector/findings*.py",
    "app/inspector/meanings*.py",
    "app/inspector/asked.py",
    "app/inspector/checking.py",
    "app/inspector/messages.py",
    "app/inspector/results.py",
    "app/inspector/evidence.py",
    "app/hacp/wire*.py",
    "app/hacp/upstream_wire*.py",
    "app/hacp/aicc_data*.py",
    "app/hacp/vocabulary*.py",
    "app/hacp/errors.py",
    "app/hacp/*_rules.py",
    "app/hacp/record_tables.py",
    "app/hacp/leftovers.py",
    "app/hacp/changes.py",
    "app/hacp/lesson.py",
    "app/access/policies.py",
    "app/access/roles.py",
    "app/xapi/wire*.py",
    "app/xapi/validation*.py",
    "app/xapi/attachments*.py",
    "app/xapi/progress_map*.py",
    "app/xapi/comparison.py",
    "app/xapi/identifiers.py",
    "app/xapi/leniency.py",
    "app/xapi/query_rules.py",
    "app/xapi/languages.py",
    "app/xapi/formats.py",
    "app/xapi/cursor.py",
    "app/xapi/links.py",
    "app/xapi/agent_names.py",
    "app/xapi/raw_text.py",
    "app/xapi/sentences.py",
    "app/xapi/pretty.py",
    "app/xapi/statement_rules.py",
    "app/xapi/signatures.py",
    "app/xapi/times.py",
    "app/xapi/versions.py",
    "app/xapi/alternate.py",
    "app/xapi/concurrency.py",
    "app/xapi/document_rules.py",
    "app/xapi/parameter_values.py",
    "app/xapi/errors.py",
    "app/outbound/addresses.py",
    "app/outbound/calls.py",
    "app/outbound/hops.py",
    "app/delivery/targets/*.py",
    "app/delivery/verdicts.py",
    "app/delivery/plan.py",
    "app/delivery/result_statement.py",
)
SANS_IO_FORBIDDEN = {
    "flask",
    "werkzeug",
    "sqlalchemy",
    "requests",
    "socket",
    "sqlite3",
    "psycopg",
    "time",
    "os",
}

MAY_USE_FLASK = (
    "app/__init__.py",
    "app/db.py",
    "app/settings.py",
    "app/languages.py",
    "app/proxies.py",
    "app/cli.py",
    "app/cli_*.py",
    "app/demo.py",
    "app/health.py",
    "app/*/routes.py",
    "app/*/*_routes.py",
    "app/admin/*",
    "app/api/door.py",
    "app/api/replies.py",
    "app/oauth/server.py",
)
ROUTES_AND_PAGES = ("app/*/routes.py", "app/*/*_routes.py", "app/admin/pages/*.py")


@dataclass(frozen=True)
class Import:
    """One name that a file imports, written out as an absolute dotted path."""

    line: int
    target: str

    @property
    def top(self) -> str:
        return self.target.split(".")[0]

    @property
    def is_flask(self) -> bool:
        return self.top in ("flask", "werkzeug") or self.top.startswith("flask_")


# Whoever calls somebody goes through app/outbound. The simulator is a stranger, who calls us.
CALLS_OUT = {"requests", "urllib3", "http.client", "urllib.request", "socket", "smtplib", "ftplib"}
MAY_CALL_OUT = ("app/outbound/*.py", "app/simulator/*.py")


def _files() -> list[Path]:
    return sorted(path for path in APP.rglob("*.py") if "__pycache__" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _imports(path: Path, source: str | None = None) -> Iterator[Import]:
    """Yield every import of a file, those inside functions and behind TYPE_CHECKING too."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text() if source is None else source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                yield Import(node.lineno, f"{module}.{alias.name}")


def _module_of(target: str) -> str | None:
    """Turn `app.hacp.wire.parse` into the file it lives in, `app/hacp/wire.py`; None outside app."""
    parts = target.split(".")
    if parts[0] != "app":
        return None
    for length in range(len(parts), 0, -1):
        stem = ROOT.joinpath(*parts[:length])
        if stem.with_suffix(".py").is_file():
            return _name(stem.with_suffix(".py"))
        if (stem / "__init__.py").is_file():
            return _name(stem / "__init__.py")
    return None


def _room(name: str) -> str:
    """Give the room of `app/hacp/wire.py` (hacp), or the module's own name directly under app/."""
    return name.split("/")[1].removesuffix(".py")


def _may_import(importer: str, imported: str) -> bool:
    """Judge one import between two files under app/, both given as `app/room/file.py`."""
    if _matches(importer, MAY_IMPORT_ANYTHING) or imported in EVERY_ROOM:
        return True
    room, other = _room(importer), _room(imported)
    if other == room:
        return True
    if room in ("delivery", "jobs", "inspector", "keeping") and other in ("hacp", "xapi"):
        return _matches(imported, SANS_IO)
    if room in ("admin", "api") and _matches(imported, ("app/*/routes.py", "app/*/*_routes.py")):
        return False
    if room == "simulator":
        return _matches(imported, SANS_IO)
    allowed = MAY_IMPORT[room]
    return other in allowed or imported.removeprefix("app/").removesuffix(".py").replace("/", ".") in allowed


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    name = _name(path)
    wrong = [
        f"{name}:{i.line} imports {i.target}"
        for i in _imports(path)
        if (imported := _module_of(i.target)) and not _may_import(name, imported)
    ]
    assert not wrong


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_flask_stays_in_routes_pages_and_edges(path: Path) -> None:
    name = _name(path)
    wrong = [f"{name}:{i.line} imports {i.target}" for i in _imports(path) if i.is_flask]
    assert not wrong or _matches(name, MAY_USE_FLASK)


@pytest.mark.parametrize("path", [p for p in _files() if _matches(_name(p), ROUTES_AND_PAGES)], ids=_name)
def test_routes_and_pages_see_neither_sqlalchemy_nor_models(path: Path) -> None:
    wrong = [
        f"{_name(path)}:{i.line} imports {i.target}"
        for i in _imports(path)
        if i.top == "sqlalchemy" or i.target.startswith("app.models")
    ]
    assert not wrong


@pytest.mark.parametrize("path", [p for p in _files() if _matches(_name(p), SANS_IO)], ids=_name)
def test_sans_io_files_import_only_sans_io_files(path: Path) -> None:
    wrong = []
    for i in _imports(path):
        imported = _module_of(i.target)
        if i.is_flask or i.top in SANS_IO_FORBIDDEN or (imported and not _matches(imported, SANS_IO)):
            wrong.append(f"{_name(path)}:{i.line} imports {i.target}")
    assert not wrong


@pytest.mark.parametrize("path", [p for p in _files() if _matches(_name(p), SANS_IO)], ids=_name)
def test_sans_io_files_never_ask_for_the_time(path: Path) -> None:
    assert not [
        f"{_name(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
    ]


@pytest.mark.parametrize("path", sorted(APP.glob("*/**/__init__.py")), ids=_name)
def test_a_rooms_init_holds_its_docstring_only(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)


@pytest.mark.parametrize("path", [p for p in _files() if _name(p) != "app/db.py"], ids=_name)
def test_only_db_commits(path: Path) -> None:
    assert not [
        f"{_name(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]


@pytest.mark.parametrize("path", [p for p in _files() if _name(p) != "app/settings.py"], ids=_name)
def test_only_settings_read_the_environment(path: Path) -> None:
    assert not [
        f"{_name(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]


@pytest.mark.parametrize("path", [p for p in _files() if not _matches(_name(p), MAY_CALL_OUT)], ids=_name)
def test_only_outbound_calls_out(path: Path) -> None:
    wrong = [
        f"{_name(path)}:{i.line} imports {i.target}"
        for i in _imports(path)
        if i.top in CALLS_OUT or any(i.target.startswith(module) for module in CALLS_OUT if "." in module)
    ]
    assert not wrong


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_a_module_opens_with_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_the_reader_sees_relative_and_function_level_imports() -> None:
    source = "def f():\n    from ..progress import service\n    import app.hacp.routes\nfrom . import x\n"
    targets = {i.target for i in _imports(APP / "hacp" / "not_there.py", source)}
    assert targets == {"app.progress.service", "app.hacp.routes", "app.hacp.x"}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("app/hacp/service.py", "app/xapi/wire*.py"),
        ("app/learners/service.py", "app/progress/service.py"),
        ("app/simulator/linkedin.py", "app/progress/service.py"),
        ("app/admin/pages/progress.py", "app/hacp/routes.py"),
        ("app/jobs/loop.py", "app/hacp/service.py"),
        ("app/models/base.py", "app/settings.py"),
    ],
)
def test_the_rules_refuse_what_they_forbid(importer: str, imported: str) -> None:
    assert not _may_import(importer, imported)


def test_every_column_that_can_hold_text_says_what_it_holds_of_a_learner() -> None:
    for path in (APP / "models").glob("*.py"):
        import_module(f"app.models.{path.stem}")
    texts = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | LargeBinary | JSON) and not column.foreign_keys
    }
    named = [
        (table, column)
        for each in (personal.OWN, personal.SPEAKING, personal.HARMLESS)
        for table, columns in each.items()
        for column in columns
    ]
    assert sorted(named) == sorted(texts), "say in app/keeping/personal.py what a new column may hold"
