"""Pages say what the catalogue holds and what was reported, and nothing besides."""

from __future__ import annotations

import re

from flask import Flask

from tests.admin.desk import Desk
from tests.admin.test_roles import fill, on_sqlite
from tests.pseudo import list_unsaid, speaking_pseudo

# Three small words in a row: no name, no time, no setting.
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
# The clause of a standard that a finding rests on, in the standard's language.
CLAUSE = re.compile(r"dd: (AICC|RFC|xAPI) ")
FILES = re.compile(r"\.(csv|xlsx|json|jsonl|ndjson|zip|txt)\b|/static/|/bootstrap/")


@on_sqlite
def test_no_page_says_a_sentence_that_is_not_in_the_catalogue(app: Flask, desk: Desk) -> None:
    fill(app)
    unsaid: list[tuple[str, str]] = []
    seen, waiting = {"/admin/"}, ["/admin/"]
    with speaking_pseudo():
        while waiting:
            address = waiting.pop(0)
            reply = desk.get(address)
            assert reply.status_code < 400, address
            if reply.status_code == 200 and reply.mimetype == "text/html":
                texts = list_unsaid(reply.text)
                unsaid += [
                    (address, each) for each in texts if SENTENCE.search(each) and not CLAUSE.match(each)
                ]
                for target in re.findall(r'href="(/admin[^"#?]*)', reply.text):
                    kind = re.sub(r"/(?=[^/]*\d)[^/]+", "/*", target)
                    if kind not in seen and not FILES.search(target):
                        seen.add(kind)
                        waiting.append(target)
            reply.close()
    assert unsaid == []
    assert len(seen) > 35
