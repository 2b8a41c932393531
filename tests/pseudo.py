"""A language that sets every sentence of the catalogue in brackets: what stands outside was never translated.

`python -m tests.pseudo [ADDRESS …]` prints what the pages of a demo server say outside of the brackets.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import ClassVar
from unittest.mock import patch

import flask_babel
from babel.support import NullTranslations
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from app import create_app
from app.access.people import create_person
from app.access.person_sessions import start_session
from app.db import transact
from app.demo import load_demo
from app.settings import load_settings
from tests.browser.test_every_page import PAGES

OPEN, CLOSE = "⟦", "⟧"
_SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-busy")


class Pseudo(NullTranslations):
    """Answers as a catalogue does, each entry in brackets; a pattern of a date stays one."""

    def ugettext(self, message: str) -> str:  # type: ignore[override]
        return message if message.startswith(("d MMM", "EEE d MMM")) else f"{OPEN}{message}{CLOSE}"

    def ungettext(self, one: str, many: str, number: int) -> str:  # type: ignore[override]
        return f"{OPEN}{one if number == 1 else many}{CLOSE}"

    gettext = ugettext  # type: ignore[assignment]
    ngettext = ungettext  # type: ignore[assignment]


@contextmanager
def speaking_pseudo() -> Iterator[None]:
    with patch.object(flask_babel.Domain, "get_translations", lambda _self: Pseudo()):
        yield


class _Texts(HTMLParser):
    VERBATIM: ClassVar = {"code", "kbd", "samp", "script", "style", "pre", "bdi", "textarea"}
    VOID: ClassVar = {
        "input",
        "meta",
        "link",
        "br",
        "hr",
        "img",
        "path",
        "use",
        "circle",
        "rect",
        "line",
        "wbr",
    }

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.stack: list[tuple[str, bool]] = []
        self.line: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        for name in _SPOKEN:
            if value := named.get(name):
                self.said.append((f"{tag} {name}", outside(value)[0]))
        if tag == "input" and named.get("type") in ("submit", "button") and (value := named.get("value")):
            self.said.append(("button", outside(value)[0]))
        if tag not in self.VOID:
            is_verbatim = tag in self.VERBATIM or (bool(self.stack) and self.stack[-1][1])
            self.stack.append((tag, is_verbatim or (tag != "html" and "lang" in named)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return None

    def handle_endtag(self, tag: str) -> None:
        while self.stack:
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1][1]:
            # A bracket that opened before what is verbatim closes after it.
            _, self.depth = outside(data, self.depth)
            return
        rest, self.depth = outside(data, self.depth)
        self.said.append((self.stack[-1][0] if self.stack else "", rest))


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """Return what of a text stands in no bracket, and how many brackets are open after it."""
    rest = []
    for letter in text:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE:
            depth -= 1
            rest.append("·")
        elif not depth:
            rest.append(letter)
    return "".join(rest).strip(" ·\n"), max(depth, 0)


def list_unsaid(html: str) -> list[str]:
    """List `tag: text` of what a page says outside of the catalogue, in its order; no single letters."""
    parser = _Texts()
    parser.feed(html)
    return [f"{tag}: {text}" for tag, text in parser.said if re.search(r"[^\W\d_]{2}", text)]


def _sign_in(session: Session) -> str:
    who = create_person(
        session, email="zoe@example.org", name="Zoe", password="correct trail blaze 7", role="owner"
    )
    return start_session(session, who.id, address=None, user_agent=None)


def _main(addresses: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"WAYMARK_DATA_DIR": folder, "WAYMARK_PUBLIC_URL": "http://localhost"}
        app = create_app(load_settings())
        with app.app_context():
            upgrade()
            load_demo(app, learners=3, courses=3)
            token = transact(_sign_in)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        seen: set[str] = set()
        kinds: set[str] = set()
        waiting = addresses or [path for path in PAGES if "{" not in path]
        with speaking_pseudo():
            while waiting:
                address = waiting.pop(0)
                reply = client.get(address)
                if reply.mimetype != "text/html":
                    continue
                print(f"== {address} {reply.status_code}")
                for each in list_unsaid(reply.text):
                    if each not in seen:
                        seen.add(each)
                        print("  ", each[:200])
                if addresses:
                    continue
                for target in re.findall(r'href="(/admin[^"#]*)', reply.text):
                    kind = re.sub(r"/(?=[^/?]*\d)[^/?]+|\?.*", "/*", target)
                    if kind not in kinds and not re.search(
                        r"\.(csv|xlsx|json|zip|ndjson|txt)|sign-out|static|bootstrap", target
                    ):
                        kinds.add(kind)
                        waiting.append(target)


if __name__ == "__main__":
    _main(sys.argv[1:])
