"""Attachments over HTTP: taken with their statements or refused with them, kept once, and given back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.db import db, transact, transaction
from app.models.store import Attachment, AttachmentUse
from app.settings import Settings
from app.xapi.attachment_store import keep
from app.xapi.attachments import Part
from app.xapi.errors import StoreFull
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.multipart import CONTENT_TYPE, DATA, attached, attachment, join, json_part, part, sha2_of
from tests.xapi.statements import IRI, UUID, plain

OTHER = b"other data"


def kept(session: Session) -> list[tuple[str, bytes, str, int]]:
    """List what is stored, by its size."""
    session.rollback()
    query = select(Attachment).order_by(Attachment.size_bytes)
    return [(row.sha2, row.body, row.content_type, row.size_bytes) for row in session.scalars(query)]


GOOD = {
    "data": join(json_part(attached(attachment())), part()),
    "two attachments": join(
        json_part(attached(attachment(), attachment(OTHER))), part(), part(OTHER)
    ),
    "a batch with one copy": join(json_part([attached(attachment()), attached(attachment())]), part()),
    "one copy twice": join(json_part(attached(attachment())), part(), part()),
    "data and fileUrl": join(json_part(attached(attachment(fileUrl=IRI))), part()),
    "one with data, one elsewhere": join(
        json_part(attached(attachment(), attachment(OTHER, fileUrl=IRI))), part()
    ),
    "another length": join(json_part(attached(attachment(length=2 * len(DATA)))), part()),
    "upper-case hash": join(json_part(attached(attachment(sha2=sha2_of(DATA).upper()))), part()),
    "in a SubStatement": join(
        json_part({**plain(), "object": {**attached(attachment()), "objectType": "SubStatement"}}), part()
    ),
}  # fmt: skip
BAD = {
    "no part": join(json_part(attached(attachment()))),
    "the part of another": join(json_part(attached(attachment())), part(OTHER)),
    "unclaimed": join(json_part(attached(attachment())), part(), part(OTHER)),
    "unclaimed without attachments": join(json_part(plain()), part()),
    "one of a batch without": join(json_part([plain(), attached(attachment(OTHER))]), part()),
    "base64": join(json_part(attached(attachment())), part(headers={"Content-Transfer-Encoding": "base64"})),
    "bad statement": join(json_part({**attached(attachment()), "verb": {}}), part()),
    "bad JSON": join(json_part({})[:-1], part()),
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD.keys())
def test_statements_are_taken_with_their_data(store: Sender, session: Session, body: bytes) -> None:
    response = store.send(body, content_type=CONTENT_TYPE)
    assert response.status_code == 200, response.text
    assert (sha2_of(DATA), DATA, "text/plain", len(DATA)) in kept(session)


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_statements_and_data_that_do_not_match_are_refused(
    store: Sender, session: Session, body: bytes
) -> None:
    response = store.send(body, content_type=CONTENT_TYPE)
    assert response.status_code == 400
    assert response.get_json()["error"]
    assert kept(session) == []


def test_put_takes_data_too(store: Sender, session: Session) -> None:
    body = join(json_part(attached(attachment())), part())
    assert store.put(body, UUID, content_type=CONTENT_TYPE).status_code == 204
    assert [row[0] for row in kept(session)] == [sha2_of(DATA)]


def test_statements_without_data_may_come_as_multipart(store: Sender) -> None:
    for statement in (plain(), attached(attachment(fileUrl=IRI))):
        assert store.send(join(json_part(statement)), content_type=CONTENT_TYPE).status_code == 200


def test_json_needs_a_file_url_even_for_data_that_is_there(store: Sender) -> None:
    """§2.1.3: refused is what does not "match a received Attachment part"."""
    assert store.send(GOOD["data"], content_type=CONTENT_TYPE).status_code == 200
    response = store.send(attached(attachment()))
    assert response.status_code == 400
    assert store.send(attached(attachment(fileUrl=IRI))).status_code == 200


def test_data_is_kept_once_for_each_integration(store: Sender, session: Session, settings: Settings) -> None:
    other = make_sender(store.client, session, settings, kind=Kind.XAPI)
    for sender in (store, store, other):
        assert sender.send(GOOD["data"], content_type=CONTENT_TYPE).status_code == 200
    assert len(kept(session)) == 2


def test_a_conflict_keeps_no_data(store: Sender, session: Session) -> None:
    assert store.put(plain(), UUID).status_code == 204
    changed = {**attached(attachment()), "verb": {"id": IRI}}
    body = join(json_part(changed), part())
    assert store.put(body, UUID, content_type=CONTENT_TYPE).status_code == 409
    assert kept(session) == []


def test_linkedin_may_send_data(linkedin: Sender, session: Session) -> None:
    assert linkedin.send(GOOD["data"], content_type=CONTENT_TYPE).status_code == 200
    assert linkedin.send(BAD["unclaimed"], content_type=CONTENT_TYPE).status_code == 200
    assert linkedin.send(plain(), content_type="multipart/mixed").status_code == 200
    assert linkedin.send(BAD["base64"], content_type=CONTENT_TYPE).status_code == 400
    assert [row[0] for row in kept(session)] == [sha2_of(DATA)]


def test_what_exceeds_the_quota_is_refused_and_what_is_there_is_not(
    settings: Settings, make_app: Callable[[Settings], Flask], session: Session
) -> None:
    small = replace(settings, attachment_max_mb=1)
    sender = make_sender(make_app(small).test_client(), session, small, kind=Kind.XAPI)
    first, second = b"a" * 600_000, b"b" * 600_000
    bodies = [join(json_part(attached(attachment(data))), part(data)) for data in (first, second, first)]
    statuses = [sender.send(body, content_type=CONTENT_TYPE).status_code for body in bodies]
    assert statuses == [200, 413, 200]
    assert [row[1] for row in kept(session)] == [first]
    refusal = sender.send(bodies[1], content_type=CONTENT_TYPE)
    assert "1 MB" in refusal.get_json()["error"]
    assert refusal.headers["X-Experience-API-Version"]


def test_uploads_at_once_do_not_exceed_the_quota_together(
    store: Sender, app: Flask, session: Session
) -> None:
    def upload(some: Session, body: bytes) -> None:
        keep(some, store.integration.id, [Part(sha2_of(body), "text/plain", body)], max_mb=1)

    def upload_beside() -> None:
        with app.app_context():
            transact(lambda other: upload(other, b"b" * 600_000))

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            upload(first, b"a" * 600_000)
            second = pool.submit(upload_beside)
            # Time to be stored, if nothing made it wait for the first one.
            wait([second], timeout=0.5)
        with pytest.raises(StoreFull, match="exceed 1 MB"):
            second.result()
    assert [row[1] for row in kept(session)] == [b"a" * 600_000]


def test_the_same_data_at_once_is_counted_once(store: Sender, app: Flask, session: Session) -> None:
    def send(_: int) -> int:
        client = app.test_client()
        sender = replace(store, client=client)
        return sender.send(GOOD["data"], content_type=CONTENT_TYPE).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(8))) == [200] * 8
    session.rollback()
    assert session.scalars(select(AttachmentUse.size_bytes)).all() == [len(DATA)]


def test_an_upgrade_counts_the_data_that_is_there(
    settings: Settings, empty_database_url: str, make_app: Callable[[Settings], Flask]
) -> None:
    old = replace(settings, database_url=empty_database_url)
    app = make_app(old)
    with app.app_context():
        upgrade()
        with Session(db.engine) as session:
            sender = make_sender(app.test_client(), session, old, kind=Kind.XAPI)
        assert sender.send(GOOD["two attachments"], content_type=CONTENT_TYPE).status_code == 200
        db.engine.dispose()
        downgrade(revision="0003")
        upgrade()
        with Session(db.engine) as session:
            used = session.scalars(select(AttachmentUse.size_bytes)).all()
    assert used == [len(DATA) + len(OTHER)]
