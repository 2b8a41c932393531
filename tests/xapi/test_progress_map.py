"""From statements to reports: LinkedIn's rule, the record store's rule, and every odd value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.progress.values import Channel, Status
from app.xapi.progress_map import (
    PROGRESS_EXTENSION,
    VERB_STATUS,
    Actor,
    ActorKind,
    Mapped,
    map_linkedin_statement,
    map_statement,
)
from tests.xapi.statements import Json, full, plain, with_change

RECEIVED = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)
ADL = "http://adlnet.gov/expapi/verbs/"


def linkedin(statement: Json, *, prefers_email: bool = True) -> Mapped:
    mapped = map_linkedin_statement(statement, source="1", received_at=RECEIVED, prefers_email=prefers_email)
    assert mapped is not None
    return mapped


def strict(statement: Json) -> Mapped | None:
    return map_statement(statement, source="1", received_at=RECEIVED)


def said(verb: str, **result: Any) -> Json:
    statement = with_change(plain(), "verb/id", ADL + verb)
    return {**statement, "result": result} if result else statement


@pytest.mark.parametrize(
    ("verb", "completion", "status"),
    [
        ("completed", True, Status.COMPLETED),
        ("completed", False, Status.IN_PROGRESS),
        ("completed", None, Status.COMPLETED),
        ("progressed", True, Status.COMPLETED),
        ("progressed", False, Status.IN_PROGRESS),
        ("progressed", None, Status.IN_PROGRESS),
        ("viewed", None, Status.IN_PROGRESS),
        ("viewed", True, Status.COMPLETED),
        ("COMPLETED", None, Status.COMPLETED),
        ("passed", None, Status.PASSED),
        ("completed", "false", Status.IN_PROGRESS),
        ("progressed", "TRUE", Status.COMPLETED),
        ("completed", "perhaps", Status.COMPLETED),
    ],
)
def test_linkedin_completion_decides_and_the_verb_only_without_it(
    verb: str, completion: Any, status: Status
) -> None:
    statement = said(verb) if completion is None else said(verb, completion=completion)
    assert linkedin(statement).report.status is status


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        (39, Decimal(39)),
        ("39", Decimal(39)),
        (" 61 % ", Decimal(61)),
        ("100.0", Decimal(100)),
        (33.3, Decimal("33.3")),
        (0, Decimal(0)),
        (140, Decimal(100)),
        (-69, None),
        ("-1", None),
        (True, None),
        (None, None),
        ("", None),
        ("NaN", None),
        ("1e9", None),
        ("٣٩", None),
        ([39], None),
        (1e308, Decimal(100)),
    ],
)
def test_progress_comes_as_number_or_text(value: Any, percent: Decimal | None) -> None:
    statement = said("progressed", completion=False, extensions={PROGRESS_EXTENSION: value})
    assert linkedin(statement).report.percent == percent


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ({"mbox": "mailto:Ana@Example.org"}, Actor(ActorKind.EMAIL, "Ana@Example.org")),
        (
            {"mbox": "MAILTO:ana@example.org", "name": "Ana"},
            Actor(ActorKind.EMAIL, "ana@example.org", name="Ana"),
        ),
        ({"mbox": "ana@example.org"}, Actor(ActorKind.EMAIL, "ana@example.org")),
        (
            {"account": {"homePage": "https://l.example", "name": "7c1d"}},
            Actor(ActorKind.USER_ID, "7c1d", home_page="https://l.example"),
        ),
        ({"account": {"name": 7}}, Actor(ActorKind.USER_ID, "7")),
        ({"openid": "https://id.example"}, Actor(ActorKind.OPENID, "https://id.example")),
        ({"mbox_sha1sum": "A" * 40}, Actor(ActorKind.MBOX_SHA1SUM, "a" * 40)),
        ({"objectType": "Person", "mbox": "a@b"}, Actor(ActorKind.EMAIL, "a@b")),
    ],
)
def test_linkedin_actors_become_identities(actor: Json, expected: Actor) -> None:
    assert linkedin(with_change(plain(), "actor", actor)).actor == expected


@pytest.mark.parametrize(("prefers_email", "kind"), [(True, ActorKind.EMAIL), (False, ActorKind.USER_ID)])
def test_of_two_names_the_user_type_chooses(prefers_email: bool, kind: ActorKind) -> None:
    both = with_change(plain(), "actor/account", {"name": "x"})
    assert linkedin(both, prefers_email=prefers_email).actor.kind is kind


def test_a_record_stores_account_lives_in_its_home_page() -> None:
    actor = {"account": {"homePage": "https://a.example", "name": "x"}}
    mapped = strict(with_change(plain(), "actor", actor))
    assert mapped is not None
    assert mapped.actor == Actor(ActorKind.ACCOUNT, "x", "https://a.example", "https://a.example")


@pytest.mark.parametrize(
    ("value", "event_at"),
    [
        ("2025-03-14T08:30:00+0000", datetime(2025, 3, 14, 8, 30, tzinfo=UTC)),
        ("2025-03-14T08:30:00.5+01:00", datetime(2025, 3, 14, 7, 30, 0, 500_000, tzinfo=UTC)),
        (" 2025-03-14T08:30:00Z ", datetime(2025, 3, 14, 8, 30, tzinfo=UTC)),
        (1741941000, datetime(2025, 3, 14, 8, 30, tzinfo=UTC)),
        (1741941000000, datetime(2025, 3, 14, 8, 30, tzinfo=UTC)),
        ("2035-03-14T08:30:00Z", datetime(2035, 3, 14, 8, 30, tzinfo=UTC)),
        ("14.3.2025", RECEIVED),
        (None, RECEIVED),
        (True, RECEIVED),
        (5, RECEIVED),
        # No zone west of Greenwich could show the first day of the calendar, none east of it the last.
        ("0001-01-01T00:00:00Z", RECEIVED),
        ("9999-12-31T23:59:59Z", RECEIVED),
    ],
)
def test_the_event_time_is_the_timestamp_or_the_receipt(value: Any, event_at: datetime) -> None:
    assert linkedin(with_change(plain(), "timestamp", value)).report.event_at == event_at


def test_a_completions_duration_is_the_total_and_another_one_a_sitting() -> None:
    whole = linkedin(said("completed", completion=True, duration="PT1H")).report
    part = linkedin(said("progressed", completion=False, duration="PT9M1S")).report
    assert (whole.time, whole.time_is_total) == (timedelta(hours=1), True)
    assert (part.time, part.time_is_total) == (timedelta(minutes=9, seconds=1), False)


@pytest.mark.parametrize("duration", ["an hour", 5, None, "P99Y", "-PT1H"])
def test_an_unusable_duration_is_no_time(duration: Any) -> None:
    assert linkedin(said("completed", duration=duration)).report.time is None


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ({"raw": 8, "scaled": 0.4}, Decimal(8)),
        ({"scaled": 0.85}, Decimal(85)),
        ({"raw": 1e300}, None),
        ({}, None),
        ("high", None),
    ],
)
def test_the_raw_score_is_kept_or_else_the_scaled_one(score: Any, expected: Decimal | None) -> None:
    assert linkedin(said("completed", score=score)).report.score == expected


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ({"de": "Kurs", "en-US": "Course"}, "Course"),
        ({"de": "Kurs", "fr": "Cours"}, "Kurs"),
        ({"de": 5, "fr": ""}, "5"),
        ("Plain", "Plain"),
        ({}, None),
        ([], None),
    ],
)
def test_the_title_is_english_or_the_first(name: Any, title: str | None) -> None:
    definition = {"name": name, "type": "http://adlnet.gov/expapi/activities/course"}
    activity = linkedin(with_change(plain(), "object/definition", definition)).activity
    assert activity.title == title
    assert activity.type == "http://adlnet.gov/expapi/activities/course"


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        *[(with_change(plain(), "verb/id", verb), status) for verb, status in VERB_STATUS.items()],
        (said("answered", success=True), Status.PASSED),
        (said("answered", success=False), Status.FAILED),
        (said("answered", completion=True), Status.COMPLETED),
        (said("answered", completion=False), Status.IN_PROGRESS),
        (said("answered", extensions={PROGRESS_EXTENSION: 5}), Status.IN_PROGRESS),
        (said("completed", success=False), Status.COMPLETED),
        (said("completed", completion=False), Status.IN_PROGRESS),
        (said("passed", completion=False), Status.PASSED),
        (said("failed", completion=True), Status.COMPLETED),
        (said("progressed", success=True), Status.PASSED),
    ],
)
def test_a_record_stores_statement_moves_progress_by_verb_or_result(statement: Json, status: Status) -> None:
    mapped = strict(statement)
    assert mapped is not None
    assert mapped.report.status is status
    assert mapped.report.channel is Channel.XAPI


@pytest.mark.parametrize(
    "statement",
    [
        said("answered"),
        said("answered", response="x"),
        said("answered", score={"raw": 5}),
        with_change(plain(), "verb/id", "https://example.org/completed"),
        with_change(plain(), "object", {"objectType": "Agent", "mbox": "mailto:a@b"}),
        with_change(plain(), "object", {"objectType": "StatementRef", "id": "x"}),
        with_change(plain(), "object", {**plain(), "objectType": "SubStatement"}),
        with_change(plain(), "actor", {"objectType": "Group", "mbox": "mailto:a@b"}),
        with_change(plain(), "actor", {"objectType": "Group", "member": [{"mbox": "mailto:a@b"}]}),
        full(),
    ],
)
def test_a_statement_that_is_only_stored(statement: Json) -> None:
    assert strict(statement) is None


def test_a_linkedin_group_or_reference_is_only_stored() -> None:
    for odd in (
        with_change(plain(), "actor/objectType", "Group"),
        with_change(plain(), "actor", {"member": [{}]}),
        with_change(plain(), "object/objectType", "StatementRef"),
    ):
        assert map_linkedin_statement(odd, source="1", received_at=RECEIVED, prefers_email=True) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {
            "completion": json_values,
            "success": json_values,
            "duration": json_values,
            "score": st.fixed_dictionaries({"raw": json_values, "scaled": json_values}) | json_values,
            "extensions": st.fixed_dictionaries({PROGRESS_EXTENSION: json_values}) | json_values,
        }
    ),
    json_values,
)
def test_no_result_and_no_timestamp_can_break_the_mapping(result: Json, timestamp: Any) -> None:
    statement = {**plain(), "result": result, "timestamp": timestamp}
    for mapped in (linkedin(statement), strict(statement)):
        assert mapped is not None
        assert mapped.report.percent is None or 0 <= mapped.report.percent <= 100
