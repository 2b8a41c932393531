"""How content encodes the data in a form: by the standard, by JavaScript's escape(), twice, or not at all."""

from __future__ import annotations

from urllib.parse import quote

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..encoding import FORM, form, js_escape, percent, raw, rustici, twice
from ..registry import case

URL_ENCODED = "CMI001 §6.4.1.1 (URL encoding)"


def _comes_back(bench: Bench, text: str, body: str) -> None:
    """Send lesson_location and suspend data already encoded, and look for the text in both."""
    content = bench.open()
    data = (
        "%5Bcore%5D%0D%0Alesson_location%3D" + body + "%0D%0Alesson_status%3Dincomplete%0D%0A"
        "%5Bcore_lesson%5D%0D%0A" + body
    )
    content.post(form(content.fields("PutParam", data), raw)).accepted()
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), text)
    expect_equal("the suspend data", reply.lesson, text)


@case(
    36,
    sends="escape()-encoded %E9%u20AC",
    holds="é€",
    clause="practice: Rustici, Storyline and e-LfH encode with JavaScript's escape()",
    variants={
        "é€": "%E9%u20AC",
        "ä漢": "%e4%u6F22",
        "né": "n%E9",
        "žÿ": "%u017E%FF",
        "b64+/===;é€": "b64+/%3D%3D%3D%3B%E9%u20AC%20".removesuffix("%20"),
    },
)
def escape_encoded(bench: Bench, body: str) -> None:
    text = {
        "%E9%u20AC": "é€",
        "%e4%u6F22": "ä漢",
        "n%E9": "né",
        "%u017E%FF": "žÿ",
        "b64+/%3D%3D%3D%3B%E9%u20AC": "b64 /===;é€",
    }[body]
    _comes_back(bench, text, body)


@case(
    37,
    sends="UTF-8 as %C3%A9",
    holds="é",
    clause=URL_ENCODED,
    variants={
        "é": "%C3%A9",
        "€": "%e2%82%ac",
        "mixed": "A%C3%A9%E2%82%AC%F0%9F%98%80z",
        "not encoded": "é€😀",
    },
)
def utf8_encoded(bench: Bench, body: str) -> None:
    text = {"%C3%A9": "é", "%e2%82%ac": "€", "é€😀": "é€😀"}.get(body, "Aé€😀z")
    _comes_back(bench, text, body)


@case(
    123,
    sends="Latin-1 or windows-1252 as single bytes",
    holds="the letters they stand for",
    clause="CMI001 chapter 9 (the character set is Latin-1)",
    variants={"señor": "se%F1or", "“ok”": "%93ok%94", "10 €": "10%20%80"},
)
def latin1_encoded(bench: Bench, body: str) -> None:
    text = {"se%F1or": "señor", "%93ok%94": "“ok”", "10%20%80": "10 €"}[body]
    _comes_back(bench, text, body)


@case(
    38,
    sends="a surrogate pair, %uD83D%uDE00",
    holds="one character, 😀",
    clause="practice: escape() writes UTF-16 units",
)
def surrogate_pair(bench: Bench) -> None:
    _comes_back(bench, "😀!", "%uD83D%uDE00!")


@case(
    124,
    sends="half a surrogate pair",
    holds="error=0, never HTTP 500, and the rest is kept",
    clause="practice: content cuts texts at a fixed length",
)
def half_a_pair(bench: Bench) -> None:
    content = bench.open()
    data = "%5Bcore%5D%0D%0Alesson_location%3Da%uD83Db%0D%0A%5Bcore_lesson%5D%0D%0Ax%uDE00y"
    content.post(form(content.fields("PutParam", data), raw)).accepted()
    reply = bench.later(content)
    place = reply.core("lesson_location")
    expect(place[:1] == "a" and place[-1:] == "b", "a…b as lesson_location", place)
    expect(reply.lesson[:1] == "x" and reply.lesson[-1:] == "y", "x…y as suspend data", reply.lesson)


@case(
    39,
    sends="AICC_Data encoded twice",
    holds="it is decoded twice",
    clause="practice: Rustici's form fallback encodes in JavaScript and again by the browser",
    variants={"form fallback": twice, "percent twice": lambda text: quote(percent(text), safe="")},
)
def encoded_twice(bench: Bench, encode: object) -> None:
    assert callable(encode)
    content = bench.open()
    data = aicc_data("lesson_location=page 5", "lesson_status=incomplete", lesson="a b\r\nc=d")
    fields = content.fields("PutParam", None)
    body = form(fields) + b"&AICC_Data=" + str(encode(data)).encode()
    content.post(body).accepted()
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "page 5")
    expect_equal("the suspend data", reply.lesson, "a b\r\nc=d")


@case(
    40,
    sends="an ordinary message whose suspend data holds %5Bcore%5D and %0D%0A",
    holds="it is not decoded twice",
    clause=URL_ENCODED,
)
def not_decoded_twice(bench: Bench) -> None:
    content = bench.open()
    text = "%5Bcore%5D%0D%0Alesson_status%3Dpassed%2B%2541"
    content.put("lesson_location=1", lesson=text)
    expect_equal("the suspend data", bench.later(content).lesson, text)


@case(
    41,
    sends="AICC_Data that is not encoded, with real line breaks",
    holds="it is read, ampersands and plus signs in it too",
    clause="practice: a port of e-LfH's client posts it so",
    variants={"plain": "a b\r\nc=d", "ampersand": "a=1&b=2\r\nc & d", "plus": "1+1=2\r\n+", "percent": "50%"},
)
def not_encoded(bench: Bench, lesson: str) -> None:
    content = bench.open()
    data = aicc_data("lesson_location=page 5", "lesson_status=incomplete", lesson=lesson)
    content.post(form(content.fields("PutParam", data), raw)).accepted()
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "page 5")
    expect_equal("the suspend data", reply.lesson, lesson)


@case(
    42,
    sends="blanks as `+`, or as `%20` with plus signs as they are",
    holds="blanks are blanks; a plus sign beside %20 is a plus sign",
    clause="CMI001 §6.4.1.1; practice: escape() leaves a plus sign as it is",
    variants={
        "plus for blank": ("one+two", "one two"),
        "%20 for blank": ("one%20two+three", "one two+three"),
    },
)
def blanks(bench: Bench, variant: tuple[str, str]) -> None:
    body, text = variant
    _comes_back(bench, text, body)


@case(43, sends="%2B", holds="a plus sign", clause=URL_ENCODED)
def encoded_plus(bench: Bench) -> None:
    _comes_back(bench, "1+1", "1%2B1")


@case(
    125,
    sends="a whole message as Rustici, e-LfH and a server would encode it",
    holds="the same text each time",
    clause="CMI001 §6.4.1.1; practice",
    variants={"Rustici": rustici, "e-LfH": js_escape, "server": percent},
)
def whole_messages(bench: Bench, encode: object) -> None:
    assert callable(encode)
    content = bench.open()
    lesson = 'año=2026; 5 € <b>\r\n{"漢":[1,2]}\r\n'
    data = aicc_data("lesson_location=capítulo 5", "lesson_status=incomplete", lesson=lesson)
    content.post(form(content.fields("PutParam", data), encode), FORM).accepted()
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "capítulo 5")
    expect_equal("the suspend data", reply.lesson, lesson)
