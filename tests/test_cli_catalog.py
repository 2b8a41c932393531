"""`catalog import` and `catalog export`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.catalog.service import list_courses
from app.settings import Settings
from tests.catalog.packages import course_files, make_zip
from tests.command_line import CommandLine


@pytest.fixture
def integration_id(cli: CommandLine) -> str:
    return str(cli.json("integration", "add", "--kind", "aicc", "--name", "Vendor")["id"])


@pytest.fixture
def library(tmp_path: Path) -> str:
    path = tmp_path / "library.zip"
    inner = make_zip(course_files("two"))
    path.write_bytes(make_zip(course_files("one") | {"inner.zip": inner, "lone.cst": b"block,member\n"}))
    return str(path)


def counts(**given: int) -> dict[str, int]:
    return {"new": 0, "changed": 0, "same": 0, "skipped": 0, "errors": 0} | given


def test_import_takes_courses_in_once(
    cli: CommandLine, session: Session, integration_id: str, library: str
) -> None:
    arguments = ("catalog", "import", library, "--integration", integration_id)
    assert cli.json(*arguments, "--dry-run") == counts(new=2, skipped=1)
    assert list_courses(session) == []
    assert cli.json(*arguments) == counts(new=2, skipped=1)
    assert cli.json(*arguments) == counts(same=2, skipped=1)
    session.rollback()
    assert len(list_courses(session)) == 2
    entry = list_audit(session)[1]
    assert (entry.action, entry.detail["new"]) == ("packages.imported", "2")


def test_import_names_bad_rows_and_takes_the_rest(
    cli: CommandLine, integration_id: str, tmp_path: Path
) -> None:
    bad = course_files("bad")
    bad["bad.au"] += b'"A2","","",""\r\n'
    path = tmp_path / "some.zip"
    path.write_bytes(make_zip(bad | course_files("good")))
    result = cli.run("catalog", "import", str(path), "--integration", integration_id)
    assert result.exit_code == 1
    assert result.stdout == "1 new, 0 changed, 0 same, 0 skipped, 1 errors\n"
    assert "error: bad.au:3: File_Name is empty" in result.stderr


def test_import_looks_at_all_files_before_it_takes_one(
    cli: CommandLine, session: Session, integration_id: str, library: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(make_zip({"../a.crs": b"x"}))
    line = cli.refused("catalog", "import", library, str(bad), "--integration", integration_id)
    assert "bad.zip" in line
    assert "leads out of the folder" in line
    assert list_courses(session) == []
    assert "no integration" in cli.refused("catalog", "import", library, "--integration", "nothing")
    assert "No such file" in cli.refused(
        "catalog", "import", str(tmp_path / "no.zip"), "--integration", integration_id
    )


def test_export_writes_what_import_of_another_server_takes(
    cli: CommandLine,
    settings: Settings,
    make_app: Callable[[Settings], Flask],
    integration_id: str,
    library: str,
    tmp_path: Path,
) -> None:
    cli.json("catalog", "import", library, "--integration", integration_id)
    out = tmp_path / "out.zip"
    export = ("catalog", "export", "--integration", integration_id, "--output", str(out))
    data = cli.json(*export)
    assert (data["courses"], data["output"]) == (2, str(out))
    assert "cannot launch plain http" in data["warnings"][0]
    assert cli.json("catalog", "import", str(out), "--integration", integration_id) == counts(skipped=2)
    secure = CommandLine(make_app(dataclasses.replace(settings, public_url="https://lms.example.org")))
    assert secure.json(*export)["warnings"] == []
    # Under another public URL the packages are another server's.
    assert cli.json("catalog", "import", str(out), "--integration", integration_id) == counts(changed=2)


def test_export_of_one_course(cli: CommandLine, integration_id: str, library: str, tmp_path: Path) -> None:
    cli.json("catalog", "import", library, "--integration", integration_id)
    out = str(tmp_path / "out.zip")
    export = ("catalog", "export", "--integration", integration_id, "--output", out)
    assert "is not one of this integration" in cli.refused(*export, "--course", "nothing")
    assert "Missing option" in cli.misused("catalog", "export", "--integration", integration_id)
