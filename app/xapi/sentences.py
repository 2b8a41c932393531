"""A statement as a sentence for people: who did what, to what, with which result; in the reader's language.

Any JSON object is read without a fault: what LinkedIn sends is stored unjudged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.catalog.identifiers import normalise_identifier
from app.words import worded
from app.xapi.languages import keep_one_language
from app.xapi.links import digest
from app.xapi.progress_map import PROGRESS_EXTENSION
from app.xapi.wire import JsonObject

# Longer texts are cut on a page; the statement's own text has all of them.
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a sentence, each a text of any length; `result` is empty when the statement has none."""

    actor: str
    verb: str
    thing: str
    result: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ids:
    """The identifiers in a statement."""

    actor: str
    verb: str
    thing: str
    registration: str


@dataclass(frozen=True, slots=True)
class Known:
    """Names of learners by `person_key`, and titles of courses by their identifier."""

    learners: Mapping[str, str]
    courses: Mapping[str, str]


NOBODY = Known({}, {})


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a statement holds beside its sentence: a word for it, and its text."""

    name: str
    text: str


def make_sentence(
    statement: JsonObject,
    definitions: Mapping[bytes, JsonObject],
    languages: Sequence[str],
    known: Known = NOBODY,
) -> Sentence:
    """Say a statement in the language that fits best; `definitions` are the store's, by digest of the id.

    Whom and what it only identifies is called by its `known` name.
    """
    actor, thing = _part(statement, "actor"), _part(statement, "object")
    named = name_agent(actor)
    if named == identify_agent(actor):
        named = known.learners.get(person_key(actor), named)
    about = name_object(thing, definitions, languages)
    if about == (thing_id := _text(thing.get("id"))):
        about = known.courses.get(normalise_identifier(thing_id), about)
    return Sentence(
        actor=named,
        verb=name_verb(_part(statement, "verb"), languages),
        thing=about,
        result=tuple(_result(_part(statement, "result"))),
    )


def clip(text: str) -> str:
    """Return the text on one line, without control characters, cut when it is long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text[: LONGEST * 4]).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def list_ids(statement: JsonObject) -> Ids:
    """Return what a program knows the parts of a statement by; "" for what there is not."""
    thing = _part(statement, "object")
    return Ids(
        actor=identify_agent(_part(statement, "actor")),
        verb=_text(_part(statement, "verb").get("id")),
        thing=_text(thing.get("id")) or identify_agent(thing),
        registration=_text(_part(statement, "context").get("registration")),
    )


def list_facts(
    statement: JsonObject, definitions: Mapping[bytes, JsonObject], languages: Sequence[str]
) -> list[Fact]:
    """Return what identifies the parts of a statement, and its context."""
    thing, context, ids = _part(statement, "object"), _part(statement, "context"), list_ids(statement)
    found = [
        (worded("Actor"), ids.actor),
        (worded("Verb"), ids.verb),
        (worded("Object"), ids.thing),
        (worded("Kind of object"), _text(thing.get("objectType", "Activity"))),
        (worded("Type of activity"), _text(_part(thing, "definition").get("type"))),
        (worded("Description"), _describe(thing, definitions, languages)),
        (worded("Registration"), ids.registration),
        (worded("Instructor"), name_agent(_part(context, "instructor"))),
        (worded("Team"), name_agent(_part(context, "team"))),
        (worded("Platform"), _text(context.get("platform"))),
        (worded("Language"), _text(context.get("language"))),
        (worded("Revision"), _text(context.get("revision"))),
    ]
    for list_name, word in _LISTS.items():
        given = _part(context, "contextActivities").get(list_name)
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, dict):
                found.append((word, name_object(one, definitions, languages)))
    return [Fact(name, text) for name, text in found if text]


def name_agent(agent: JsonObject) -> str:
    """Return an agent's or group's name, else what identifies it, else the names of its members."""
    name = agent.get("name")
    if isinstance(name, str) and name.strip():
        return name
    members = agent.get("member")
    return identify_agent(agent) or ", ".join(
        name_agent(one) for one in (members if isinstance(members, list) else ())[:5] if isinstance(one, dict)
    )


def identify_agent(agent: JsonObject) -> str:
    """Return an agent's identifier as people write it, or ""."""
    account = _part(agent, "account")
    if account:
        return " at ".join(filter(None, (_text(account.get("name")), _text(account.get("homePage")))))
    address = _text(agent.get("mbox"))
    return address.removeprefix("mailto:") or _text(agent.get("openid")) or _text(agent.get("mbox_sha1sum"))


def person_key(agent: JsonObject) -> str:
    """Return what a learner's identity is found by, in the case of none; "" when there is nothing."""
    account = _part(agent, "account")
    return (_text(account.get("name")) or _text(agent.get("mbox")).removeprefix("mailto:")).lower()


def name_verb(verb: JsonObject, languages: Sequence[str]) -> str:
    """Return a verb's display, else the last word of its id."""
    verb_id, shown = _text(verb.get("id")), choose_text(verb.get("display"), languages)
    # LinkedIn's displays are in capitals.
    shown = shown.lower() if shown.isupper() else shown
    return shown or _last_word(verb_id) or verb_id or worded("did")


def name_object(thing: JsonObject, definitions: Mapping[bytes, JsonObject], languages: Sequence[str]) -> str:
    """Return the name of whatever a statement is about."""
    kind = thing.get("objectType", "Activity")
    if kind in ("Agent", "Group"):
        return name_agent(thing)
    if kind == "SubStatement":
        inner = make_sentence({**thing, "result": {}}, definitions, languages)
        return f"“{inner.actor} {inner.verb} {inner.thing}”"
    thing_id = _text(thing.get("id"))
    if kind == "StatementRef":
        return worded("statement %(id)s", id=thing_id)
    own = choose_text(_part(thing, "definition").get("name"), languages)
    return own or choose_text(definitions.get(digest(thing_id), {}).get("name"), languages) or thing_id


def choose_text(texts: object, languages: Sequence[str]) -> str:
    """Return the text of a language map that fits best, "" when there is none."""
    if not isinstance(texts, dict):
        return texts if isinstance(texts, str) else ""
    return next((_text(text) for text in keep_one_language(texts, languages).values()), "")


def _describe(thing: JsonObject, definitions: Mapping[bytes, JsonObject], languages: Sequence[str]) -> str:
    own = choose_text(_part(thing, "definition").get("description"), languages)
    known = definitions.get(digest(_text(thing.get("id"))), {})
    return own or choose_text(known.get("description"), languages)


def _result(result: JsonObject) -> list[tuple[str, str]]:
    """Return words for the result, and what they are about."""
    score = _part(result, "score")
    found: list[tuple[str, str]] = []
    if isinstance(done := result.get("completion"), bool):
        found.append(("completion", worded("completed") if done else worded("not completed")))
    if isinstance(success := result.get("success"), bool):
        found.append(("success", worded("successful") if success else worded("not successful")))
    if (progress := _part(result, "extensions").get(PROGRESS_EXTENSION)) is not None:
        found.append(("progress", f"{_text(progress)} %"))
    if (raw := score.get("raw")) is not None:
        words, top = _text(raw), score.get("max")
        if top is not None:
            words = worded("%(raw)s of %(max)s", raw=words, max=_text(top))
        found.append(("score", words))
    elif isinstance(scaled := score.get("scaled"), int | float):
        found.append(("score", f"{scaled * 100:g} %"))
    if (duration := result.get("duration")) is not None:
        found.append(("duration", _text(duration)))
    if (response := result.get("response")) is not None:
        found.append(("response", _text(response)))
    return found


def _last_word(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2].replace("-", " ").replace("_", " ")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _part(value: JsonObject, name: str) -> JsonObject:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


_LISTS = {
    "parent": worded("Part of"),
    "grouping": worded("Grouped with"),
    "category": worded("Category"),
    "other": worded("Related to"),
}
