"""The statement as a whole: its members, their types and names, and its JSON (Part 2 §2.2, §2.4)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from ...checks import expect, expect_equal
from ..builders import Json, changed, new_uuid, statement, substatement
from ..likeness import settled
from ..lrs import STATEMENTS, Lrs
from ..registry import case
from ..samples import objects, renamed, samples, walk
from ..tables import refuse_all, take

_SAMPLES = tuple(samples(is_v2=False))
_MUST_HAVE = ("actor", "verb", "object")
# Of these each member gets the next two; some texts hold what would be right without their quotes.
_OTHER_TYPES: dict[type, tuple[Any, ...]] = {
    str: (1, True, {}, [], ["x"]),
    bool: ("true", 1, "false", 0, {}, []),
    int: ("100", True, "one", {}, []),
    float: ("0.5", True, {}, []),
    dict: ("x", 1, True, [], [{}]),
    list: ("x", 1, True, {}),
}


def _sample(lrs: Lrs, name: str) -> Json:
    return samples(is_v2=lrs.is_v2)[name]


@case("D1", section="Part 2 §2.2", holds="statements with every member are taken", variants=_SAMPLES)
def every_member_is_taken(lrs: Lrs, name: str) -> None:
    take(lrs, _sample(lrs, name))


@case("D2", section="Part 2 §2.2", holds="actor, verb and object are required", variants=_MUST_HAVE)
def actor_verb_and_object_are_required(lrs: Lrs, name: str) -> None:
    for turn in (0, 1):
        without = {
            "the statement": changed(statement(), name, ...),
            "a SubStatement": changed(statement(object=substatement()), f"object/{name}", ...),
        }
        refuse_all(lrs, without.items(), turn=turn)


@case("D3", section="Part 2 §2.2", holds="members may come in any order")
def members_in_any_order(lrs: Lrs) -> None:
    whole = _sample(lrs, "the statement")
    take(lrs, dict(reversed(whole.items())))


@case("D4", section="Part 2 §2.2", holds="null is refused everywhere but in extensions", variants=_SAMPLES)
def null_is_refused(lrs: Lrs, name: str) -> None:
    whole = _sample(lrs, name)
    refuse_all(lrs, ((path, changed(whole, path, None)) for path, _ in walk(whole)))


@case("D5", section="Part 2 §2.2", holds="a value of another type is refused everywhere", variants=_SAMPLES)
def other_types_are_refused(lrs: Lrs, name: str) -> None:
    whole = _sample(lrs, name)
    refuse_all(lrs, _with_other_types(whole))


def _with_other_types(whole: Json) -> Iterator[tuple[str, Json]]:
    others = {kind: itertools.cycle(values) for kind, values in _OTHER_TYPES.items()}
    for path, value in walk(whole):
        for other in itertools.islice(others[type(value)], 2):
            # One activity may stand for a list of them, and a list for one.
            if not (isinstance(other, list) and "/contextActivities/" in path):
                yield f"{path} = {json.dumps(other)}", changed(whole, path, other)


@case("D6", section="Part 2 §2.2", holds="a member that is not named is refused", variants=_SAMPLES)
def unknown_members_are_refused(lrs: Lrs, name: str) -> None:
    whole = _sample(lrs, name)
    refuse_all(lrs, ((path, changed(whole, f"{path}dummy", 1)) for path in objects(whole)))


@case("D7", section="Part 2 §2.2", holds="a name in another case is refused", variants=_SAMPLES)
def names_in_another_case_are_refused(lrs: Lrs, name: str) -> None:
    whole = _sample(lrs, name)
    refuse_all(lrs, _in_another_case(whole))


def _in_another_case(whole: Json) -> Iterator[tuple[str, Json]]:
    named = {path.rstrip("/") for path in objects(whole)}
    for position, (path, _) in enumerate(walk(whole)):
        head, _, name = path.rpartition("/")
        if head in named:
            other = name.upper() if position % 2 else name.capitalize()
            yield f"{path} as {other}", renamed(whole, path, other)


@case("D8", section="Part 2 §2.2", holds="a value of a list in another case is refused", variants=_SAMPLES)
def listed_values_in_another_case_are_refused(lrs: Lrs, name: str) -> None:
    whole = _sample(lrs, name)
    listed = ("objectType", "interactionType")
    refuse_all(
        lrs,
        (
            (f"{path} = {other}", changed(whole, path, other))
            for path, value in walk(whole)
            if path.rpartition("/")[2] in listed
            for other in (value.upper(), value.swapcase(), f"{value} ", "")
        ),
    )


@case("D9", section="Part 2 §2.2", holds="numbers keep the precision of IEEE 754 with 32 bits at least")
def numbers_keep_their_precision(lrs: Lrs) -> None:
    score = {"min": 0.12123434, "raw": 12.125, "max": 45.45, "scaled": -0.99999994}
    sent = statement(
        result={"score": score, "extensions": {"urn:x:n": [16777215, 3.4028235e38, 1.1754944e-38]}}
    )
    expect_equal("the result", lrs.kept(sent)["result"], sent["result"])


@case("D10", section="Part 2 §2.4.1", holds="a statement without an id gets one, and the sender is told")
def an_id_is_made(lrs: Lrs) -> None:
    sent = [statement(id=None), statement(id=None)]
    made = lrs.post(sent).expect(200).json
    expect(isinstance(made, list) and len(set(made)) == 2, "two ids", made)
    for statement_id, one in zip(made, sent, strict=True):
        found = lrs.find(statement_id).expect(200).json
        expect_equal("the id", found["id"], statement_id)
        expect_equal("the actor", found["actor"], one["actor"])


@case("D11", section="Part 2 §2.2", holds="texts of any language come back as they were")
def texts_of_any_language_come_back(lrs: Lrs) -> None:
    text = 'שלום · \U0001f600 · \u200b · é · e\u0301 · \ufeff · \\ " / · <b>&amp;</b> · \t\r\n'
    sent = statement(
        verb={"id": "https://example.org/فعل/خواندن", "display": {"fa": text}},
        result={"response": text, "extensions": {"https://example.org/課": {text: text}}},
    )
    take(lrs, sent)


@case("D12", section="practice", holds="what is no JSON, or no statement, is refused whatever it is")
def what_is_no_statement_is_refused(lrs: Lrs) -> None:
    good = json.dumps(statement()).encode()
    bodies = {
        "nothing": b"",
        "a number": b"1",
        "a text": b'"x"',
        "null": b"null",
        "an array of numbers": b"[1]",
        "an array in an array": b"[[%s]]" % good,
        "half a statement": good[:-1],
        "two statements": good + good,
        "a comma too many": good[:-1] + b",}",
        "NaN": _with_result(b'{"score":{"raw":NaN}}'),
        "infinity": _with_result(b'{"score":{"raw":Infinity}}'),
        "a number beyond all": _with_result(b'{"score":{"raw":1e999}}'),
        "a plus": _with_result(b'{"score":{"raw":+1}}'),
        "single quotes": good.replace(b'"', b"'"),
        "no UTF-8": _with_result(b'{"response":"\xff"}'),
        "UTF-16": good.decode().encode("utf-16"),
        "half a surrogate": _with_result(b'{"response":"\\ud800"}'),
        "a bare line feed": _with_result(b'{"response":"\n"}'),
        "too deep": _with_result(b'{"extensions":{"a:b":' + b"[" * 20_000 + b"]" * 20_000 + b"}}"),
    }
    for name, body in bodies.items():
        reply = lrs.send("POST", STATEMENTS, body=body, content_type="application/json")
        expect(reply.status == 400, f"{name} to be answered with 400", f"{reply.status} {reply.body[:200]!r}")


@case("D13", section="Part 2 §2.2", holds="a member that stands twice is refused, or one of the two counts")
def members_that_stand_twice(lrs: Lrs) -> None:
    sent = statement()
    text = json.dumps(sent)[:-1] + ', "result": {"success": true}, "result": {"success": true}}'
    reply = lrs.send("POST", STATEMENTS, body=text.encode(), content_type="application/json").expect(200, 400)
    if reply.status == 200:
        found = lrs.find(sent["id"]).expect(200).json
        expect_equal("the result", found["result"], {"success": True})


@case("D14", section="Part 2 §2.2", holds="the values of parameters are judged like those of statements")
def parameters_are_judged_alike(lrs: Lrs) -> None:
    bad = {
        "statementId": ("wrong", new_uuid().replace("-", ""), ""),
        "voidedStatementId": ("wrong", f"{{{new_uuid()}}}"),
        "registration": ("wrong", f"urn:uuid:{new_uuid()}", "true"),
        "verb": ("not.a.valid.iri.example/verb", "should fail", ""),
        "activity": ("not.a.valid.iri.example/activity", "abc"),
        "since": ("yesterday", "01/011/2015", "2025-02-30T00:00:00Z", "2025-01-01T00:00:00-00:00"),
        "until": ("true", "2025-13-01T00:00:00Z"),
        "agent": (
            "wrong",
            "{}",
            '{"mbox":"x"}',
            '{"mbox":"mailto:a@b.example","openid":"urn:x:y"}',
            '{"name":',
        ),
    }
    for name, values in bad.items():
        for value in values:
            reply = lrs.get(STATEMENTS, {name: value})
            expect(reply.status == 400, f"{name}={value} to be answered with 400", reply.status)


@case("D15", section="Part 2 §2.2", holds="statements come back in the serialisation in which they were sent")
def the_serialisation_stays(lrs: Lrs) -> None:
    sent = statement(
        result={"score": {"raw": 1.50, "max": 100}, "duration": "PT60M", "response": "1.50"},
        context={"registration": new_uuid(), "language": "en-US", "platform": "  x  "},
        timestamp="2025-03-14T09:26:53.589Z",
    )
    take(lrs, sent)
    for one in lrs.list(registration=sent["context"]["registration"]):
        expect_equal("the statement", settled(one, like=sent)["result"], sent["result"])


def _with_result(result: bytes) -> bytes:
    return json.dumps(statement()).encode()[:-1] + b',"result":' + result + b"}"
