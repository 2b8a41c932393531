"""Erasing one person: planted everywhere, in every role, and found nowhere afterwards."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, LargeBinary, delete, insert, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.audit import COMMAND_LINE, list_audit, write_audit
from app.db import Base, db
from app.keeping.engines import opened
from app.keeping.personal import SPEAKING
from app.models.access import Integration
from app.models.learning import Identity, Learner, Observation, ProgressRow
from app.models.records import Statement
from app.models.store import Document, StatementLink, XapiAgent
from app.settings import Settings
from app.xapi.links import agent_text, digest, links_of
from tests.command_line import CommandLine
from tests.keeping.filling import fill

NAME, EMAIL, USER_ID, HOME = "Diaz, Ana", "ana.diaz@example.com", "X-7731-ana", "https://idp.example.com"
SHA1 = hashlib.sha1(f"mailto:{EMAIL}".encode()).hexdigest()
SECRETS = (NAME, "Ana Diaz", EMAIL, USER_ID, SHA1, "Diaz%2C+Ana", quote_plus(EMAIL))
CORA = {"mbox": "mailto:cora@example.com", "name": "Cora"}
THING = {"id": "https://example.com/course"}
VERB = {"id": "http://adlnet.gov/expapi/verbs/completed"}
_PLANTED = (
    f"Ana Diaz <{EMAIL}> {USER_ID} {NAME} {EMAIL.upper()} {SHA1} n={quote_plus(NAME)}&e%3D{quote_plus(EMAIL)}"
)


def _statements() -> list[dict[str, Any]]:
    """Ana acts; is a member, an instructor and the authority; is somebody's object, and in a SubStatement."""
    ana = {"mbox": f"mailto:{EMAIL}", "name": "Ana Diaz"}
    account = {"account": {"homePage": HOME, "name": USER_ID}, "name": NAME}
    group = {"objectType": "Group", "member": [CORA, {"mbox_sha1sum": SHA1}]}
    inner = {"objectType": "SubStatement", "actor": account, "verb": VERB, "object": THING}
    return [
        {"actor": ana, "verb": VERB, "object": THING, "attachments": [{"sha2": "0" * 64}]},
        {
            "actor": group,
            "verb": VERB,
            "object": {"objectType": "Agent", **ana},
            "context": {"instructor": account, "team": {"objectType": "Group", "member": [ana]}},
            "result": {"response": f"with {EMAIL}", "score": {"raw": 1.50}},
            "authority": account,
        },
        {"actor": CORA, "verb": VERB, "object": inner, "result": {"extensions": {"https://x.example": NAME}}},
    ]


def _plant(session: Session) -> str:
    """Put Ana into every column that may speak of somebody; returns her id."""
    ana, *others = session.scalars(select(Learner.id).order_by(Learner.id))
    for table_name, columns in SPEAKING.items():
        table = Base.metadata.tables[table_name]
        for column in columns:
            kind = table.c[column].type
            value: object = _PLANTED.encode() if isinstance(kind, LargeBinary) else _PLANTED
            value = {"who": [_PLANTED]} if isinstance(kind, JSON) else value
            if table.c[column].primary_key or (table_name, column) == ("statement", "payload"):
                continue
            length = getattr(kind, "length", None) if isinstance(value, str) else None
            session.execute(update(table).values({column: value[:length] if length else value}))
        for own in ("learner_id", "launch_id"):
            if own in table.c and not table.c[own].foreign_keys:
                session.execute(update(table).values({own: ana if own == "learner_id" else "gone"}))
    session.execute(update(Integration).values(kind="xapi"))
    session.execute(update(Learner).values(merged_into_id=None))
    session.execute(update(Learner).where(Learner.id == ana).values(name=NAME, sort_name=NAME.casefold()))
    session.execute(update(Learner).where(Learner.id == others[0]).values(merged_into_id=ana, name="D., A."))
    for n, identity in enumerate(session.scalars(select(Identity).order_by(Identity.id)).all()):
        identity.kind, identity.value = "email", f"somebody{n}@example.com"
        identity.folded = identity.value
        session.flush()
    session.execute(update(Identity).where(Identity.id == 1).values(value=EMAIL, folded=EMAIL, namespace=""))
    session.execute(
        update(Identity).where(Identity.id == 2).values(value=USER_ID, kind="user_id", home_page=HOME)
    )
    return str(ana)


def _plant_statements(session: Session) -> None:
    session.execute(delete(StatementLink))
    for row, value in zip(
        session.scalars(select(Statement).order_by(Statement.key)).all(), _statements(), strict=True
    ):
        row.payload = json.dumps(value)
        session.execute(
            insert(StatementLink),
            [
                {"integration_id": row.integration_id, "kind": int(kind), "value": value, "key": row.key}
                for kind, value in links_of(value)
            ],
        )
    session.execute(
        update(Observation).where(Observation.id == 1).values(evidence_kind="statement", evidence_id="1")
    )
    hers = digest(agent_text({"mbox": EMAIL}) or "")
    session.execute(update(Document).where(Document.id == 1).values(agent=hers))
    first = session.scalars(select(XapiAgent.integration_id).order_by(XapiAgent.integration_id)).first()
    session.execute(insert(XapiAgent).values(integration_id=first, digest=hers, name="Ana Diaz"))


def _dump(settings: Settings) -> str:
    with opened(settings.database_url) as engine, engine.connect() as connection:
        rows = [
            f"{table.name} {[bytes(v) if isinstance(v, memoryview) else v for v in row]}"
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    return "\n".join(rows)


def _secrets_in(text: str) -> list[str]:
    return [line[:300] for line in text.splitlines() for secret in SECRETS if secret.lower() in line.lower()]


@pytest.fixture
def planted(app: Flask, session: Session, settings: Settings) -> str:
    with opened(settings.database_url) as engine:
        fill(engine)
    ana = _plant(session)
    _plant_statements(session)
    session.commit()
    return ana


def test_an_erased_person_is_nowhere(
    planted: str, session: Session, settings: Settings, cli: CommandLine, app: Flask, tmp_path: Path
) -> None:
    assert len(_secrets_in(_dump(settings))) > 40
    file = tmp_path / "ana.zip"
    rows = cli.json("learner", "export", planted, "--output", str(file))["rows"]
    assert {"learner", "identity", "progress", "observation", "attempt", "launch", "launch_item"} <= set(rows)
    assert {"aicc_record", "statement", "document", "exchange", "delivery", "audit_entry"} <= set(rows)
    assert (rows["statement"], rows["learner"]) == (3, 2)
    with zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {f"{table}.json" for table in rows} | {"README.txt"}
        kept = json.loads(archive.read("identity.json"))
        assert [each["value"] for each in kept] == [EMAIL, USER_ID]
        assert "session_hash" not in json.loads(archive.read("launch.json"))[0]
    aggregates = select(ProgressRow.course_id, ProgressRow.status, ProgressRow.percent).order_by(
        ProgressRow.course_id
    )
    before = session.execute(aggregates).all()
    session.rollback()
    done = cli.json("learner", "erase", planted, "--yes")
    assert {name: done[name] for name in ("statements", "mentions", "sessions", "courses", "identities")} == {
        "statements": 1,
        "mentions": 2,
        "sessions": 2,
        "courses": 2,
        "identities": 2,
    }
    dump = _dump(settings)
    assert _secrets_in(dump) == []
    assert planted not in dump
    assert session.execute(aggregates).all() == before
    group, inner = [
        json.loads(text) for text in session.scalars(select(Statement.payload).order_by(Statement.key))
    ]
    assert group["actor"]["member"][0] == inner["actor"] == CORA
    assert group["result"] == {"response": "with [erased]", "score": {"raw": 1.50}}
    session.rollback()
    with app.app_context():
        db.engine.dispose()
    for path in tmp_path.glob("waymark.db*"):
        assert _secrets_in(path.read_bytes().decode("latin-1")) == []


def test_the_audit_log_is_whole_after_an_erasure(cli: CommandLine, session: Session) -> None:
    email = "cora.quixote@example.org"
    made = cli.json("learner", "add", "--name", "Quixote, Cora", "--email", email)
    write_audit(session, actor=COMMAND_LINE, action="learner.changed", target="Quixote, Cora")
    session.commit()
    cli.ok("learner", "erase", made["id"], "--yes")
    assert "Quixote" not in repr(list_audit(session))
    assert cli.json("audit", "verify")["ok"]


def _credential(cli: CommandLine, kind: str) -> dict[str, str]:
    made = cli.json("integration", "add", "--kind", kind, "--name", "Source")
    return {"client_id": made["client_id"], "client_secret": made["client_secret"]}


def _send(client: FlaskClient, credential: dict[str, str], *statements: dict[str, Any]) -> TestResponse:
    token = client.post("/oauth/token", data={"grant_type": "client_credentials", **credential}).json
    return client.post(
        "/xapi/statements",
        json=list(statements),
        headers={"Authorization": f"Bearer {token['access_token']}", "X-Experience-API-Version": "1.0.3"},
    )


def test_a_late_message_about_an_erased_person_is_kept_without_them(
    cli: CommandLine, client: FlaskClient, settings: Settings
) -> None:
    credential = _credential(cli, "linkedin_learning")
    account = {"objectType": "Agent", "account": {"homePage": HOME, "name": USER_ID}, "name": "Ana Diaz"}
    ana = {"objectType": "Agent", "mbox": f"mailto:{EMAIL}", "name": "Ana Diaz"}
    mine = {"actor": ana, "verb": VERB, "object": THING, "result": {"completion": True}}
    assert _send(client, credential, mine).status_code == 200
    person = cli.json("learner", "list", "--text", EMAIL)[0]["id"]
    cli.ok("learner", "add", "--name", NAME, "--email", EMAIL, "--user-id", USER_ID)
    cli.ok("learner", "erase", person, "--yes")
    late = {**mine, "id": "0d4a8a5e-1c62-4c7e-9a1a-6b1f5d2e7a01", "timestamp": "2026-11-28T12:00:00Z"}
    cora = {**mine, "actor": CORA, "context": {"instructor": account}}
    for _ in range(2):
        reply = _send(client, credential, late, cora)
        assert reply.status_code == 200
        assert len(reply.json) == 2
    assert _secrets_in(_dump(settings)) == []
    assert "'M8', '2 of 2 statements'" in _dump(settings)
    assert {each["name"] for each in cli.json("learner", "list")} == {"Erased learner", "Cora"}
    assert "`learner readmit` lets them come back" in cli.refused(
        "learner", "add", "--name", NAME, "--email", EMAIL
    )
    assert cli.json("learner", "readmit", "--user-id", USER_ID.lower())["names"] == 3
    assert (
        _send(client, credential, {**mine, "id": "0d4a8a5e-1c62-4c7e-9a1a-6b1f5d2e7a02"}).status_code == 200
    )
    assert [each["name"] for each in cli.json("learner", "list", "--text", EMAIL)] == ["Ana Diaz"]
    assert "nobody of this name was erased here" in cli.refused("learner", "readmit", "--email", EMAIL)


def test_a_restore_erases_again_whoever_was_erased_since(
    cli: CommandLine, client: FlaskClient, app: Flask, settings: Settings, tmp_path: Path
) -> None:
    credential = _credential(cli, "linkedin_learning")
    ana = {"objectType": "Agent", "mbox": f"mailto:{EMAIL}", "name": "Ana Diaz"}
    assert _send(client, credential, {"actor": ana, "verb": VERB, "object": THING}).status_code == 200
    file = tmp_path / "kept.zip"
    cli.ok("backup", "--output", str(file))
    cli.ok("learner", "erase", cli.json("learner", "list", "--text", EMAIL)[0]["id"], "--yes")
    with app.app_context():
        db.engine.dispose()
    if (path := tmp_path / "waymark.db").exists():
        # The disk failed; what is left of the list is its file beside the key.
        path.write_bytes(b"no database" * 1000)
    else:
        (tmp_path / "erased-people").unlink()
    assert cli.json("restore", str(file), "--force")["erased"] == 1
    assert _secrets_in(_dump(settings)) == []
    assert [each["name"] for each in cli.json("learner", "list")] == ["Erased learner"]
    assert _send(client, credential, {"actor": ana, "verb": VERB, "object": THING}).status_code == 200
    assert _secrets_in(_dump(settings)) == []
