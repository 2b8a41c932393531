"""The evidence of one exchange: what a vendor needs, and nobody else's name."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from app.inspector.evidence import SOMEBODY, Evidence, pack_evidence
from app.inspector.findings import Finding

ANA = {"mbox": "mailto:ana@example.com", "name": "Ana Díaz"}
CORA = {"account": {"homePage": "https://example.org", "name": "cora-77"}, "name": "Cora Núñez"}


def open_pack(
    request: bytes,
    *own: str,
    names_many: bool = True,
    reply: bytes = b'{"error":"no verb"}',
    agent: bytes = b"",
) -> dict[str, str]:
    evidence = Evidence(
        exchange_id="0123456789abcdefgh",
        received_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        facts=(("Request", "POST /xapi/statements?agent=" + agent.decode()),),
        findings=(Finding("X4", "cora-77 said so"),),
        decoded="Cora Núñez completed Knots\n",
        request=request,
        reply=reply,
        names_many=names_many,
        agent=agent,
    )
    with zipfile.ZipFile(io.BytesIO(pack_evidence(evidence, own))) as archive:
        return {name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("is_ascii", [True, False])
def test_a_batch_keeps_its_learner_and_hides_everybody_else(is_ascii: bool) -> None:
    statements = [{"actor": ANA, "score": 1.50}, {"actor": CORA, "context": {"instructor": CORA}}]
    files = open_pack(json.dumps(statements, ensure_ascii=is_ascii).encode(), "ana@example.com")
    text = "".join(files.values())
    assert "ana@example.com" in files["request.txt"]
    assert '"score": 1.5}' in files["request.txt"]
    assert files["request.txt"].count(SOMEBODY) == 4
    assert not any(name in text for name in ("cora-77", "Núñez", "N\\u00fa"))
    assert "xAPI 1.0.3 Part 2" in files["README.txt"]


def test_of_a_refused_message_the_first_who_is_named_stays() -> None:
    files = open_pack(json.dumps([{"actor": CORA}, {"actor": ANA}]).encode())
    assert "cora-77" in files["request.txt"]
    assert "ana@example.com" not in files["request.txt"]


def test_what_cannot_be_read_names_nobody_but_its_learner() -> None:
    body = b'[{"actor":{"mbox":"mailto:ana@example.com"}},{"a":{"account":{"name":"cora-77"},"mbox":"c@x.org"'
    files = open_pack(body, "ana@example.com")
    assert "ana@example.com" in files["request.txt"]
    assert "c@x.org" not in files["request.txt"]
    assert "cora-77" not in files["request.txt"]


def test_a_reply_that_nobody_asked_for_in_a_body_names_nobody_else() -> None:
    reply = json.dumps({"statements": [{"actor": ANA}, {"actor": CORA}], "more": ""}).encode()
    for own in (("ana@example.com",), ()):
        files = open_pack(b"", *own, reply=reply)
        assert "ana@example.com" in files["reply.txt"]
        assert not any(name in "".join(files.values()) for name in ("cora-77", "Núñez", "N\\u00fa"))


def test_a_person_and_an_address_that_names_somebody_else_name_nobody_but_the_learner() -> None:
    person = {"objectType": "Person", "name": ["Cora Núñez"], "mbox": ["mailto:cora@example.org"]}
    person["account"] = [CORA["account"]]  # type: ignore[list-item]
    agent = json.dumps({"mbox": "mailto:cora@example.org"}).encode()
    files = open_pack(b"", "ana@example.com", reply=json.dumps(person).encode(), agent=agent)
    assert SOMEBODY in files["reply.txt"]
    assert not any(name in "".join(files.values()) for name in ("cora", "Núñez", "N\\u00fa"))
    # Asked for whom we do not know as a learner: the one asked for stays.
    assert "cora@example.org" in open_pack(b"", reply=json.dumps(person).encode(), agent=agent)["reply.txt"]


def test_the_statements_of_a_multipart_body_name_nobody_but_the_learner() -> None:
    part = json.dumps([{"actor": ANA}, {"actor": CORA}], ensure_ascii=False)
    body = f"--x\r\nContent-Type: application/json\r\n\r\n{part}\r\n--x--".encode()
    files = open_pack(body, "ana@example.com", "Ana Díaz")
    assert "ana@example.com" in files["request.txt"]
    assert "Ana Díaz" in files["request.txt"]
    assert "cora-77" not in files["request.txt"]
    assert "Núñez" not in files["request.txt"]


def test_a_message_of_one_session_stays_as_it_was_sent() -> None:
    body = b"command=PutParam&aicc_data=%5Bcore%5D lesson_location=tutor@example.org"
    assert open_pack(body, names_many=False)["request.txt"].encode() == body
