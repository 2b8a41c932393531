"""`statements export|import`: from one store to another without a loss, and again without a change."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import cli_statements
from app.access.integrations import Kind
from app.models.learning import ProgressRow
from app.models.records import Statement
from app.settings import Settings
from app.xapi import exporting
from tests.command_line import CommandLine
from tests.xapi.conftest import PATH, Sender, make_sender
from tests.xapi.multipart import CONTENT_TYPE, DATA, attached, attachment, join, json_part, part
from tests.xapi.statements import full, plain, with_change
from tests.xapi.test_voiding import VOIDED, about, identified

OTHER_VERB = "https://example.org/verbs/other"
ASSIGNED = ("stored", "authority")


@pytest.fixture
def here(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)


@pytest.fixture
def there(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)


def fill(store: Sender) -> None:
    """Send a voided statement, one about another, one with data, one whose text has line breaks."""
    big = json.dumps(identified(3, full()), indent=1).replace(
        '"deep"', '"n": 123456789012345678901234, "deep"'
    )
    for body in (
        identified(1),
        about(2, 1, VOIDED),
        big.encode(),
        about(4, 3, OTHER_VERB),
        identified(5, with_change(plain(), "verb/id", OTHER_VERB)),
    ):
        assert store.send(body).status_code == 200
    with_data = join(
        json_part([identified(6, attached(attachment())), identified(7, attached(attachment()))]), part()
    )
    assert store.send(with_data, content_type=CONTENT_TYPE).status_code == 200


def kept(session: Session, store: Sender) -> dict[str, Any]:
    """Return what a store holds, without what every store assigns itself, numbers as they are written."""
    session.rollback()
    query = select(Statement.payload, Statement.is_voided).where(
        Statement.integration_id == store.integration.id
    )
    found = {}
    for text, is_voided in session.execute(query):
        value = json.loads(text, parse_int=str, parse_float=str)
        rest = {name: member for name, member in value.items() if name not in ASSIGNED}
        found[value["id"]] = (rest, is_voided)
    return found


def test_a_store_moves_whole_and_again_without_a_change(
    cli: CommandLine, session: Session, here: Sender, there: Sender, tmp_path: Path
) -> None:
    fill(here)
    file = tmp_path / "all.ndjson.gz"
    cli.ok("statements", "export", "--integration", here.integration.id, "--output", str(file))
    before = session.execute(select(ProgressRow.status, ProgressRow.percent)).all()
    lines = gzip.decompress(file.read_bytes()).splitlines()
    assert len([line for line in lines if line.startswith(b'{"attachment"')]) == 1
    arguments = ("statements", "import", str(file), "--integration", there.integration.id)
    assert cli.json(*arguments) == {"new": 7, "same": 0, "errors": 0}
    assert kept(session, there) == kept(session, here)
    assert session.execute(select(ProgressRow.status, ProgressRow.percent)).all() == before
    first = there.get(identified(6)["id"]).get_json()
    assert first["authority"]["account"]["name"] == there.credential.client_id
    assert there.client.get(PATH, query_string={"verb": OTHER_VERB}, headers=there.headers).get_json()[
        "statements"
    ]
    with_data = there.client.get(PATH, query_string={"attachments": "true"}, headers=there.headers)
    assert DATA in with_data.get_data()
    stored = session.scalars(select(Statement.key).order_by(Statement.key)).all()
    assert cli.json(*arguments) == {"new": 0, "same": 7, "errors": 0}
    session.rollback()
    assert session.scalars(select(Statement.key).order_by(Statement.key)).all() == stored


def test_what_linkedin_sent_moves_too(
    cli: CommandLine,
    session: Session,
    client: FlaskClient,
    settings: Settings,
    tmp_path: Path,
) -> None:
    first, second = (make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING) for _ in range(2))
    first.send([{**plain(), "id": "not-a-uuid"}, with_change(plain(), "verb/id", "completed")])
    file = tmp_path / "all.ndjson"
    cli.ok("statements", "export", "--integration", first.integration.id, "--output", str(file))
    arguments = ("statements", "import", str(file), "--integration", second.integration.id)
    assert cli.json(*arguments) == {"new": 2, "same": 0, "errors": 0}
    assert kept(session, second) == kept(session, first)


def test_an_import_that_was_stopped_is_repeated(
    cli: CommandLine, session: Session, here: Sender, there: Sender, tmp_path: Path
) -> None:
    fill(here)
    whole, half = tmp_path / "whole.ndjson", tmp_path / "half.ndjson"
    cli.ok("statements", "export", "--integration", here.integration.id, "--output", str(whole))
    text = whole.read_bytes()
    half.write_bytes(text[: len(text) // 2])
    result = cli.run("statements", "import", str(half), "--integration", there.integration.id)
    assert result.exit_code == 1  # The last line is cut.
    assert cli.json("statements", "import", str(whole), "--integration", there.integration.id)["errors"] == 0
    assert kept(session, there) == kept(session, here)


def test_bad_lines_are_named_and_stop_nothing(
    cli: CommandLine, session: Session, there: Sender, tmp_path: Path
) -> None:
    there.send(identified(1))
    bad = identified(3, with_change(plain(), "verb/id", "no iri"))
    other = identified(1, with_change(plain(), "verb/id", OTHER_VERB))
    without_data = identified(4, attached(attachment()))
    lines = [
        "{",
        json.dumps(bad),
        json.dumps(other),
        "",
        "[]",
        json.dumps(without_data),
        json.dumps(identified(2)),
    ]
    file = tmp_path / "bad.ndjson"
    file.write_text("\n".join(lines))
    result = cli.run("statements", "import", str(file), "--integration", there.integration.id, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"new": 1, "same": 0, "errors": 5}
    named = result.stderr.splitlines()
    assert [line.split(":")[1] for line in sorted(named)] == ["1", "2", "3", "5", "6"]
    assert any("/verb/id" in line for line in named)
    assert set(kept(session, there)) == {identified(1)["id"], identified(2)["id"]}


def test_a_line_that_is_too_long_stops_nothing(
    cli: CommandLine, session: Session, there: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_statements, "_LONGEST_LINE", 10_000)
    long = {**identified(1), "context": {"extensions": {"https://example.org/x": "x" * 25_000}}}
    file = tmp_path / "long.ndjson"
    file.write_text(f"{json.dumps(long)}\n{json.dumps(identified(2))}\n")
    result = cli.run("statements", "import", str(file), "--integration", there.integration.id, "--json")
    assert json.loads(result.stdout) == {"new": 1, "same": 0, "errors": 1}
    assert result.stderr.startswith(f"{file}:1: ")
    assert set(kept(session, there)) == {identified(2)["id"]}


def test_a_file_that_is_cut_off_is_one_line(
    cli: CommandLine, session: Session, here: Sender, there: Sender, tmp_path: Path
) -> None:
    fill(here)
    file = tmp_path / "all.ndjson.gz"
    cli.ok("statements", "export", "--integration", here.integration.id, "--output", str(file))
    file.write_bytes(file.read_bytes()[:-40])
    assert "cannot be unpacked" in cli.refused(
        "statements", "import", str(file), "--integration", there.integration.id
    )


def test_an_export_holds_few_bytes_at_once(
    cli: CommandLine, here: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(here)
    arguments = ("statements", "export", "--integration", here.integration.id)
    whole = cli.ok(*arguments)
    monkeypatch.setattr(exporting, "_BYTES_AT_ONCE", 1)
    assert cli.ok(*arguments) == whole


def test_filters_choose_what_is_written(cli: CommandLine, here: Sender) -> None:
    fill(here)
    arguments = ("statements", "export", "--integration", here.integration.id)
    text = cli.ok(*arguments, "--verb", OTHER_VERB)
    ids = {json.loads(line)["id"] for line in text.splitlines()}
    assert ids == {identified(4)["id"], identified(5)["id"]}
    assert (
        cli.ok(
            "statements", "export", "--integration", here.integration.id, "--until", "2020-01-01T00:00:00Z"
        )
        == ""
    )


def test_wrong_words_are_one_line(app: Flask, cli: CommandLine, here: Sender, tmp_path: Path) -> None:
    cli.refused("statements", "export", "--integration", "nobody")
    cli.refused("statements", "import", str(tmp_path / "none"), "--integration", here.integration.id)
    cli.misused("statements", "export", "--integration", here.integration.id, "--since", "yesterday")
    cli.misused("statements", "export", "--integration", here.integration.id, "--agent", "{")
