"""The verb (Part 2 §2.4.3)."""

from __future__ import annotations

from ...checks import expect_equal
from ..builders import new_iri, statement
from ..lrs import Lrs
from ..places import VERBS
from ..registry import case
from ..tables import rule

_ID = "https://conformance.example/verbs/did"

rule(
    "D35",
    section="Part 2 §2.4.3",
    holds="a verb has an id, may have a display, and nothing else",
    places=VERBS,
    good=[{"id": _ID}, {"id": _ID, "display": {"en-US": "did", "es": "hizo"}}, {"id": "urn:x:did"}],
    bad=[
        {},
        {"display": {"en": "did"}},
        {"id": _ID, "name": "did"},
        {"id": _ID, "objectType": "Verb"},
        {"ID": _ID},
        _ID,
        [{"id": _ID}],
        *[{"id": value} for value in ("", "did", "ab=c://should.fail.example", 1, None, {})],
        *[{"id": _ID, "display": value} for value in ("did", 12345, None, ["did"], {"en": None}, {"en": 1})],
    ],
)


@case("D36", section="Part 2 §2.4.3", holds="the display comes back as it was included or left out")
def the_display_comes_back(lrs: Lrs) -> None:
    verb_id = new_iri("verbs")
    for verb in (
        {"id": verb_id},
        {"id": verb_id, "display": {"en": "one"}},
        {"id": verb_id, "display": {"de": "2"}},
    ):
        sent = statement(verb=verb)
        expect_equal("the verb", lrs.kept(sent)["verb"], verb)
