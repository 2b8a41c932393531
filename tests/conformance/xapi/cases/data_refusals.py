"""What a refusal says: where in the body, and which rule (Part 3 §3.2; the pointer is Waymark's own)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...checks import NotRun, expect, expect_equal
from ..builders import (
    VOIDED,
    Json,
    attachment,
    changed,
    new_agent,
    new_uuid,
    reference,
    statement,
    substatement,
)
from ..lrs import Lrs, Reply
from ..places import grouped, linked
from ..registry import case

_AGENT = {"objectType": "Agent", "mbox": "mailto:cora@conformance.example"}
# What is changed, to what, the place that is named, and a word of the rule.
_CHANGES: dict[str, tuple[str, Any, str, str]] = {
    "missing": ("actor", ..., "", "actor"),
    "unknown": ("object/dummy", 1, "/object", "dummy"),
    "null": ("verb/display", None, "/verb/display", "object"),
    "type": ("result", {"success": "true"}, "/result/success", "boolean"),
    "UUID": ("id", "x", "/id", "UUID"),
    "IRI": ("verb/id", "x", "/verb/id", "IRI"),
    "key of extensions": ("context", {"extensions": {"no iri": 1}}, "/context/extensions", "IRI"),
    "mbox": ("actor/mbox", "x", "/actor/mbox", "mailto"),
    "hash": ("actor", {"mbox_sha1sum": "x"}, "/actor/mbox_sha1sum", "hexadecimal"),
    "two identifiers": ("actor/openid", "a:b", "/actor", "exactly one"),
    "group": ("actor", {"objectType": "Group"}, "/actor", "Group"),
    "group in a group": ("actor", grouped(grouped(_AGENT)), "/actor/member/0/objectType", "Agent"),
    "listed value": ("object/objectType", "activity", "/object/objectType", "Activity"),
    "interaction": (
        "object/definition",
        {"interactionType": "x"},
        "/object/definition/interactionType",
        "choice",
    ),
    "without interaction": ("object/definition", {"choices": []}, "/object/definition", "interactionType"),
    "component twice": (
        "object/definition",
        {"interactionType": "likert", "scale": [{"id": "a"}, {"id": "a"}]},
        "/object/definition/scale",
        "twice",
    ),
    "language": ("verb/display", {"something": "x"}, "/verb/display", "language"),
    "repeated letter": ("verb/display", {"en-a-aa-a-bb": "x"}, "/verb/display", "repeats"),
    "duration": ("result", {"duration": "P4W1D"}, "/result/duration", "ISO 8601"),
    "scaled": ("result", {"score": {"scaled": 2}}, "/result/score/scaled", "1"),
    "min and max": ("result", {"score": {"min": 1, "max": 1}}, "/result/score/min", "less than max"),
    "raw": ("result", {"score": {"raw": 2, "max": 1}}, "/result/score/raw", "between"),
    "timestamp": ("timestamp", "yesterday", "/timestamp", "date and time"),
    "calendar": ("timestamp", "2025-02-30T00:00:00Z", "/timestamp", "calendar"),
    "version": ("version", "0.9", "/version", "1.0"),
    "members of authority": ("authority", grouped(_AGENT), "/authority/member", "2"),
    "media type": (
        "attachments",
        [linked() | {"contentType": "x"}],
        "/attachments/0/contentType",
        "media type",
    ),
    "no data": ("attachments", [attachment()], "/attachments/0", "fileUrl"),
    "array": (
        "context",
        {"contextActivities": {"other": [1]}},
        "/context/contextActivities/other/0",
        "object",
    ),
    "SubStatement": ("object", substatement(id=new_uuid()), "/object", "id"),
    "in a SubStatement": ("object", substatement(actor={}), "/object/actor", "exactly one"),
    "platform": ("context", {"platform": "web"}, "/context/platform", "Activity"),
}


def _check(reply: Reply, pointer: str, word: str) -> None:
    told = reply.expect(400).json
    if not isinstance(told, dict) or "pointer" not in told:
        raise NotRun("this store says in a way of its own what is wrong")
    expect_equal("the pointer", told["pointer"], pointer)
    expect(word in str(told.get("error")), f"a message with {word!r}", told)


@case(
    "D150",
    section="practice: a refusal explains itself",
    holds="a refusal names the JSON pointer and the rule",
    variants=_CHANGES,
)
def a_refusal_names_place_and_rule(lrs: Lrs, change: tuple[str, Any, str, str]) -> None:
    path, value, pointer, word = change
    thing = new_agent() if pointer == "/context/platform" else statement()["object"]
    wrong = changed(statement(object=thing), path, value)
    _check(lrs.post(wrong), pointer, word)
    _check(lrs.post([statement(), wrong]), f"/1{pointer}", word)


_REQUESTS: dict[str, tuple[Callable[[Lrs, Json], Reply], str, str]] = {
    "voiding": (
        lambda lrs, value: lrs.post({**value, "verb": {"id": VOIDED}}),
        "/object",
        "StatementRef",
    ),
    "reference": (lambda lrs, value: lrs.post({**value, "object": reference("x")}), "/object/id", "UUID"),
    "an id twice": (lambda lrs, value: lrs.post([value, value]), "/1/id", "twice"),
    "another id": (
        lambda lrs, value: lrs.send("PUT", "statements", {"statementId": new_uuid()}, json_body=value),
        "/id",
        "statementId",
    ),
    "no object": (lambda lrs, value: lrs.post([value, 1]), "/1", "object"),
    "no statement": (lambda lrs, value: lrs.post("x"), "", "statement"),
}


@case(
    "D151",
    section="practice: a refusal explains itself",
    holds="a refusal of a whole request names the JSON pointer and the rule too",
    variants=_REQUESTS,
)
def a_refused_request_names_place_and_rule(
    lrs: Lrs, request: tuple[Callable[[Lrs, Json], Reply], str, str]
) -> None:
    send, pointer, word = request
    _check(send(lrs, statement()), pointer, word)
