"""The rules of a statement that a schema cannot say; it has passed the schema when it comes here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.xapi.times import parse_timestamp
from app.xapi.wire import JsonObject

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_COMPONENTS = ("choices", "scale", "source", "target", "steps")

Complaints = Iterator[tuple[str, str]]


def find_complaint(statement: JsonObject) -> tuple[str, str] | None:
    """Return the JSON pointer and the rule of the first fault, or None."""
    return next((complaint for rule in _RULES for complaint in rule(statement)), None)


def _part(value: JsonObject, name: str) -> JsonObject:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _score_complaints(statement: JsonObject) -> Complaints:
    """min < max, min <= raw <= max, where they are given (Part 2 §2.4.5.1)."""
    for place, one in _with_substatement(statement):
        score = _part(_part(one, "result"), "score")
        low, raw, high = (_number(score.get(name)) for name in ("min", "raw", "max"))
        if low is not None and high is not None and low >= high:
            yield f"{place}/result/score/min", "min must be less than max"
        if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
            yield f"{place}/result/score/raw", "raw must lie between min and max"


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def _context_complaints(statement: JsonObject) -> Complaints:
    """revision and platform belong to Activities only (Part 2 §2.4.6)."""
    for place, one in _with_substatement(statement):
        context = _part(one, "context")
        if context and _part(one, "object").get("objectType", "Activity") != "Activity":
            for name in ("revision", "platform"):
                if name in context:
                    yield f"{place}/context/{name}", f"{name} is allowed only when the object is an Activity"


def _void_complaints(statement: JsonObject) -> Complaints:
    """A voiding statement points to the statement it voids (Part 2 §2.3.2)."""
    for place, one in _with_substatement(statement):
        is_void = _part(one, "verb").get("id") == VOIDED
        if is_void and _part(one, "object").get("objectType") != "StatementRef":
            yield f"{place}/object", "the object of a voiding statement must be a StatementRef"


def _component_complaints(statement: JsonObject) -> Complaints:
    """The ids within a list of interaction components are distinct (Part 2 §2.4.4.1)."""
    for place, one in _with_substatement(statement):
        for pointer, components in _component_lists(one):
            if len({component["id"] for component in components}) != len(components):
                yield f"{place}{pointer}", "an id occurs twice in the list"


def _time_complaints(statement: JsonObject) -> Complaints:
    """A pattern cannot know that February has no 30th day."""
    for place, one in _with_substatement(statement):
        for name in ("timestamp", "stored"):
            value = one.get(name)
            if isinstance(value, str) and not _is_timestamp(value):
                yield f"{place}/{name}", "is no date and time of the calendar"


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True


def _language_complaints(statement: JsonObject) -> Complaints:
    """An extension letter may occur once in a tag (RFC 5646 §2.2.6)."""
    for place, one in _with_substatement(statement):
        for pointer, tag in _language_tags(one):
            if len(tag) > 8 and _repeats_singleton(tag):
                yield f"{place}{pointer}", "must be an RFC 5646 language tag; an extension letter repeats"


def _repeats_singleton(tag: str) -> bool:
    subtags = tag.lower().split("-")
    if "x" in subtags:
        subtags = subtags[: subtags.index("x")]
    singles = [subtag for subtag in subtags if len(subtag) == 1]
    return len(singles) != len(set(singles))


def _language_tags(statement: JsonObject) -> Iterator[tuple[str, str]]:
    context = _part(statement, "context")
    if isinstance(language := context.get("language"), str):
        yield "/context/language", language
    for pointer, holder, names in _language_map_holders(statement):
        for name in names:
            for tag in _part(holder, name):
                yield f"{pointer}/{name}", tag


def _language_map_holders(statement: JsonObject) -> Iterator[tuple[str, JsonObject, tuple[str, ...]]]:
    yield "/verb", _part(statement, "verb"), ("display",)
    for pointer, activity in _activities(statement):
        yield f"{pointer}/definition", _part(activity, "definition"), ("name", "description")
    for pointer, components in _component_lists(statement):
        for position, one in enumerate(components):
            yield f"{pointer}/{position}", one, ("description",)
    attachments = statement.get("attachments")
    for position, one in enumerate(attachments if isinstance(attachments, list) else ()):
        yield f"/attachments/{position}", one, ("display", "description")


def _component_lists(statement: JsonObject) -> Iterator[tuple[str, list[JsonObject]]]:
    for pointer, activity in _activities(statement):
        definition = _part(activity, "definition")
        for name in _COMPONENTS:
            if isinstance(components := definition.get(name), list):
                yield f"{pointer}/definition/{name}", components


def _activities(statement: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield "/object", _part(statement, "object")
    for name, value in _part(_part(statement, "context"), "contextActivities").items():
        place = f"/context/contextActivities/{name}"
        if isinstance(value, list):
            yield from ((f"{place}/{position}", activity) for position, activity in enumerate(value))
        elif isinstance(value, dict):
            yield place, value


def _with_substatement(statement: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield "", statement
    inner = _part(statement, "object")
    if inner.get("objectType") == "SubStatement":
        yield "/object", inner


_RULES: tuple[Callable[[JsonObject], Complaints], ...] = (
    _score_complaints,
    _context_complaints,
    _void_complaints,
    _component_complaints,
    _time_complaints,
    _language_complaints,
)
