"""PUT and POST of statements: what is answered, what is assigned, and what a known id does."""

from __future__ import annotations

import json

from ...checks import expect, expect_equal
from ..builders import changed, new_agent, new_iri, new_uuid, new_verb, statement
from ..lrs import CONSISTENT, STATEMENTS, VERSION, Lrs, moment
from ..registry import case


@case("C50", section="Part 3 §2.1.1", holds="PUT is answered with 204 and no body")
def put_stores(lrs: Lrs) -> None:
    value = statement()
    reply = lrs.put(value).expect(204)
    expect_equal("the body", reply.body, b"")
    expect_equal("the id", lrs.find(value["id"]).expect(200).json["id"], value["id"])


@case("C51", section="Part 3 §2.1.1", holds="PUT without statementId is refused with 400")
def put_needs_an_id(lrs: Lrs) -> None:
    value = statement()
    lrs.send("PUT", STATEMENTS, json_body=value).expect(400)
    lrs.find(value["id"]).expect(404)


@case("C52", section="Part 3 §2.1.1", holds="a statement without an id takes that of the parameter")
def put_gives_the_id(lrs: Lrs) -> None:
    statement_id = new_uuid()
    lrs.send("PUT", STATEMENTS, {"statementId": statement_id}, json_body=statement(id=None)).expect(204)
    expect_equal("the id", lrs.find(statement_id).expect(200).json["id"], statement_id)


@case(
    "C53", section="Part 3 §2.1.1", holds="PUT of another id than that of the parameter is refused with 400"
)
def put_of_another_id(lrs: Lrs) -> None:
    value, other = statement(), new_uuid()
    lrs.send("PUT", STATEMENTS, {"statementId": other}, json_body=value).expect(400)
    lrs.find(value["id"]).expect(404)
    lrs.find(other).expect(404)


@case("C54", section="Part 3 §2.1.1", holds="PUT of a list is refused with 400")
def put_of_a_list(lrs: Lrs) -> None:
    value = statement()
    lrs.send("PUT", STATEMENTS, {"statementId": value["id"]}, json_body=[value]).expect(400)
    lrs.find(value["id"]).expect(404)


@case("C55", section="Part 3 §2.1.2", holds="POST of one is answered with 200 and a list of its id")
def post_of_one(lrs: Lrs) -> None:
    value = statement()
    expect_equal("the ids", lrs.post(value).expect(200).json, [value["id"]])
    made = lrs.post(statement(id=None)).expect(200).json
    expect(len(made) == 1, "one id", made)
    lrs.find(made[0]).expect(200)


@case("C56", section="Part 3 §2.1.2", holds="POST of many is answered with their ids in order")
def post_of_many(lrs: Lrs) -> None:
    values = [statement() for _ in range(10)]
    values[3].pop("id")
    ids = lrs.post(values).expect(200).json
    expect_equal("the number of ids", len(ids), 10)
    expect_equal("the other ids", ids[:3] + ids[4:], [value["id"] for value in values if "id" in value])
    for statement_id, value in zip(ids, values, strict=True):
        expect_equal("the verb", lrs.find(statement_id).expect(200).json["verb"], value["verb"])


@case("C57", section="Part 3 §2.1.2", holds="POST of no statements is answered with no ids, or refused")
def post_of_none(lrs: Lrs) -> None:
    reply = lrs.post([])
    expect(
        reply.status == 400 or (reply.status == 200 and reply.json == []), "200 with [] or 400", reply.status
    )


@case(
    "C58",
    section="Part 3 §2.1.1",
    holds="a known id with other content changes nothing, and is answered with 409",
    variants=("PUT", "POST", "in a batch"),
)
def known_ids_stay(lrs: Lrs, how: str) -> None:
    value = statement()
    kept = lrs.kept(value)
    other = {**value, "verb": new_verb()}
    if how == "PUT":
        reply = lrs.put(other)
    else:
        reply = lrs.post(other if how == "POST" else [other, fresh := statement()])
    expect(reply.status == 409, "status 409", reply.status)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)
    expect_equal("the statement", lrs.find(value["id"]).json, kept)
    expect_equal("the statements of the other verb", lrs.ids(verb=other["verb"]["id"]), [])
    if how == "in a batch":
        lrs.find(fresh["id"]).expect(404)


@case(
    "C59",
    section="Part 3 §2.1.1",
    holds="the same statement again is answered as the first time and stored once",
    variants=("PUT", "POST"),
)
def repeats_are_harmless(lrs: Lrs, how: str) -> None:
    value = statement()
    kept = lrs.kept(value)
    for _ in range(2):
        if how == "PUT":
            lrs.put(value).expect(204)
        else:
            expect_equal("the ids", lrs.post(value).expect(200).json, [value["id"]])
    expect_equal("the statement", lrs.find(value["id"]).json, kept)
    expect_equal("the ids", lrs.ids(verb=value["verb"]["id"]), [value["id"]])


@case("C60", section="Part 3 §2.1.2", holds="a batch that holds an id twice is refused with 400, whole")
def an_id_twice_in_a_batch(lrs: Lrs) -> None:
    value, fresh = statement(), statement()
    for second in (value, {**value, "verb": new_verb()}, {**value, "id": value["id"].upper()}):
        lrs.post([value, fresh, second]).expect(400)
        for each in (value, fresh):
            lrs.find(each["id"]).expect(404)


@case(
    "C61",
    section="Part 3 §3.2",
    holds="a batch with one bad statement is refused whole",
    variants=("first", "middle", "last"),
)
def batches_are_whole(lrs: Lrs, where: str) -> None:
    good = [statement(), statement()]
    bad = changed(statement(), "verb/id", "no iri")
    lrs.post(
        [
            *good[: {"first": 0, "middle": 1, "last": 2}[where]],
            bad,
            *good[{"first": 0, "middle": 1, "last": 2}[where] :],
        ]
    ).expect(400)
    for value in (*good, bad):
        lrs.find(value["id"]).expect(404)


@case(
    "C62",
    section="Part 3 §3.2",
    holds="a body that is no statement is refused with 400",
    variants={
        "nothing": b"",
        "a word": b"statement",
        "a number": b"1",
        "null": b"null",
        "a string": b'"x"',
        "half an object": b'{"actor":',
        "a list of numbers": b"[1]",
        "a list in a list": b"[[]]",
        "two objects": b"{}{}",
        "NaN": b'{"a":NaN}',
        "Latin-1": b'{"a":"\xe9"}',
        "UTF-16": '{"a":1}'.encode("utf-16"),
        "an empty object": b"{}",
    },
)
def bodies_that_are_none(lrs: Lrs, body: bytes) -> None:
    lrs.send("POST", STATEMENTS, body=body, content_type="application/json").expect(400)
    params = {"statementId": new_uuid()}
    lrs.send("PUT", STATEMENTS, params, body=body, content_type="application/json").expect(400)


@case(
    "C63",
    section="Part 3 §1.5",
    holds="a content type that statements do not have is refused with 400",
    variants=(
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ),
)
def other_content_types(lrs: Lrs, content_type: str) -> None:
    value = statement()
    body = json.dumps(value).encode()
    lrs.send("POST", STATEMENTS, body=body, content_type=content_type).expect(400)
    lrs.send("PUT", STATEMENTS, {"statementId": value["id"]}, body=body, content_type=content_type).expect(
        400
    )
    lrs.find(value["id"]).expect(404)


@case(
    "C64",
    section="Part 3 §1.5.1",
    holds="application/json is taken with parameters, in any case",
    variants=(
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
    ),
)
def json_content_types(lrs: Lrs, content_type: str) -> None:
    value = statement()
    lrs.send("POST", STATEMENTS, body=json.dumps(value).encode(), content_type=content_type).expect(200)
    lrs.find(value["id"]).expect(200)


@case("C65", section="Part 3 §1.4", holds="text is UTF-8 both ways, escaped or not")
def text_is_utf8(lrs: Lrs) -> None:
    display = {"en": "passed", "de": "bestanden", "el": "πέρασε", "ru": "сдано", "ja": "合格", "ko": "합격",
               "zh": "通过", "ar": "اجتاز", "he": "עבר", "hi": "उत्तीर्ण", "th": "ผ่าน 😀"}  # fmt: skip
    for escapes in (True, False):
        value = statement(verb={**new_verb(), "display": display})
        body = json.dumps(value, ensure_ascii=escapes).encode()
        lrs.send("POST", STATEMENTS, body=body, content_type="application/json").expect(200)
        reply = lrs.find(value["id"]).expect(200)
        expect_equal("the display", reply.json["verb"]["display"], display)


@case(
    "C66", section="Part 3 §2.1.3", holds="every answer of the resource says until when the store is complete"
)
def every_answer_is_stamped(lrs: Lrs) -> None:
    value = statement()
    replies = [
        lrs.post(value).expect(200),
        lrs.put(value).expect(204),
        lrs.post({}).expect(400),
        lrs.find(value["id"]).expect(200),
        lrs.find(new_uuid()).expect(404),
        lrs.get(STATEMENTS, {"limit": "1"}).expect(200),
        lrs.get(STATEMENTS, {"LIMIT": "1"}).expect(400),
        lrs.put({**value, "verb": new_verb()}).expect(409),
        lrs.send("PUT", STATEMENTS, json_body=value).expect(400),
        lrs.send("HEAD", STATEMENTS, {"limit": "1"}).expect(200),
        lrs.get(STATEMENTS, {"limit": "1", "attachments": "true"}).expect(200),
        lrs.get(STATEMENTS, headers={"Authorization": None}).expect(401),
        lrs.get(STATEMENTS, headers={VERSION: None}).expect(400),
        lrs.post(value, content_type="text/plain").expect(400),
    ]
    for reply in replies:
        moment(reply.header(CONSISTENT))
        expect(reply.header("date") != "", "the header Date", reply.http.headers)


@case("C67", section="Part 3 §2.1.3", holds="what is stored is there when that moment has passed")
def consistent_through_is_true(lrs: Lrs) -> None:
    for _ in range(5):
        value = statement()
        stored = lrs.kept(value)["stored"]
        lrs.settle(stored)
        expect_equal("the ids", lrs.ids(verb=value["verb"]["id"]), [value["id"]])


@case("C68", section="Part 3 §2.1.1", holds="a UUID has no case: the same statement is found under both")
def ids_have_no_case(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    lrs.find(value["id"].upper()).expect(200)
    reply = lrs.post({**value, "id": value["id"].upper(), "verb": new_verb()})
    expect(reply.status == 409, "status 409", reply.status)


@case("C69", section="practice: large requests", holds="a statement of 100 kB and a batch of 100 are taken")
def large_requests(lrs: Lrs) -> None:
    text = "ü" * 50_000
    value = statement(result={"response": text})
    expect_equal("the response", lrs.kept(value)["result"]["response"], text)
    values = [statement() for _ in range(100)]
    expect_equal("the number of ids", len(lrs.post(values).expect(200).json), 100)


@case(
    "C70",
    section="Part 3 §2.2",
    holds="statements about unknown agents and activities are taken, and can be read",
)
def strangers_are_welcome(lrs: Lrs) -> None:
    value = statement(actor=new_agent(name="A stranger"), object={"id": new_iri()})
    kept = lrs.kept(value)
    expect_equal("the actor", kept["actor"], value["actor"])
    expect_equal("the object", kept["object"], value["object"])
