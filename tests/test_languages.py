"""The pages in other languages: nothing is left out, and who gets which."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from app.languages import LANGUAGE_COOKIE, LANGUAGES
from app.words import translate, worded, worded_many
from tests.untranslated import TEMPLATES, list_untranslated

ROOT = Path(__file__).resolve().parent.parent
# As in the Makefile.
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "worded": None, "worded_many": (1, 2), "N_": None}
OTHERS = [code for code in LANGUAGES if code != "en"]
each_language = pytest.mark.parametrize("code", OTHERS)

Key = str | tuple[str, ...]


def folder(code: str) -> Path:
    return ROOT / "app" / "translations" / code / "LC_MESSAGES"


@cache
def catalogue(code: str) -> Catalog:
    with (folder(code) / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


@cache
def said() -> frozenset[Key]:
    """Return every sentence of the code and the templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT / "app", methods, options, keywords=KEYWORDS)
    return frozenset(message for _, _, message, _, _ in found)


def entries(code: str) -> list[Message]:
    return [message for message in catalogue(code) if message.id]


def pairs(message: Message) -> list[tuple[str, str]]:
    """Return each form of a sentence beside its translation."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    one, many = message.id
    return [(one, message.string[0]), *((many, form) for form in message.string[1:])]


@each_language
def test_every_sentence_is_translated_and_none_besides(code: str) -> None:
    kept = {message.id if isinstance(message.id, str) else tuple(message.id) for message in entries(code)}
    assert said() - kept == set()
    assert kept - said() == set()
    assert [message.id for message in entries(code) if message.fuzzy] == []
    assert [message.id for message in entries(code) if not all(text for _, text in pairs(message))] == []


@each_language
def test_translations_keep_values_markup_and_blanks(code: str) -> None:
    wrong = []
    for message in entries(code):
        for english, text in pairs(message):
            same = [
                set(re.findall(r"%\(\w+\)[sd]", each)) | {each[:1].isspace(), each[-1:].isspace()}
                for each in (english, text)
            ]
            # Markup may stand in a sentence, and a sentence in an attribute.
            tags = [sorted(re.findall(r"<[^>]*>?|[\">]|&\w+;", each)) for each in (english, text)]
            if same[0] != same[1] or tags[0] != tags[1]:
                wrong.append((english, text))
    assert wrong == []


@each_language
def test_the_compiled_catalogue_is_that_of_the_source(code: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(code))
    assert (folder(code) / "messages.mo").read_bytes() == compiled.getvalue(), "run make translations"


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_a_template_says_nothing_outside_of_the_catalogue(path: Path) -> None:
    assert list_untranslated(path) == []


def test_words_are_english_until_a_page_prints_them() -> None:
    percent = worded_many("%(num)s of %(all)s unit", "%(num)s of %(all)s units", 3, all=4)
    words = worded("Completed: %(units)s, 100 %%", units=percent)
    assert words == "Completed: 3 of 4 units, 100 %"
    german = {"Completed: %(units)s, 100 %%": "Fertig: %(units)s, 100 %%"}

    def ngettext(one: str, many: str, number: int) -> str:
        return "%(num)s von %(all)s Einheiten" if number != 1 else one

    assert translate(words, lambda text: german[text], ngettext) == "Fertig: 3 von 4 Einheiten, 100 %"
    assert worded("100 % done") == "100 % done"


def language_of(client: FlaskClient, path: str = "/login", **headers: str) -> str:
    found = re.search(r'<html lang="([\w-]+)"', client.get(path, headers=headers).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("de-AT,en;q=0.8", "de"),
        ("fr,de;q=0.3", "de"),
        ("fr", "en"),
        ("en-GB,de;q=0.9", "en"),
        ("*", "en"),
        ("de;q=0", "en"),
        ("\x7f;;q=,,", "en"),
    ],
)
def test_a_page_speaks_what_the_browser_asks_for(client: FlaskClient, asked: str, given: str) -> None:
    assert language_of(client, **{"Accept-Language": asked}) == given


def test_a_chosen_language_wins_and_is_kept(client: FlaskClient) -> None:
    page = client.get("/login").text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    given = {"csrf_token": token, "language": "de", "next": "/admin/progress"}
    reply = client.post("/admin/language", data=given)
    assert (reply.status_code, reply.location) == (303, "/admin/progress")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith(f"{LANGUAGE_COOKIE}=de;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert language_of(client, **{"Accept-Language": "en"}) == "de"
    assert "Diese Seite gibt es nicht" in client.get("/nowhere").text
    for path in ("/login?next=%2Fadmin%2Flearners", "/invitation?token=abc", "/setup?token=abc"):
        assert client.post("/admin/language", data=given | {"next": path}).location == path
    reply = client.post("/admin/language", data=given | {"language": "<script>", "next": "//evil.example"})
    assert "Set-Cookie" not in reply.headers
    assert "evil" not in reply.location
    client.set_cookie(LANGUAGE_COOKIE, "xx")
    assert language_of(client) == "en"
