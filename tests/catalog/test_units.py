"""What an AU file says of a unit can be set, is checked, and comes back."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy.orm import Session

from app.catalog.service import BadCourse, UnknownCourse, add_course, get_unit
from app.catalog.units import UnitFields, find_unit_of, is_au_password, read_unit, set_unit
from app.settings import Settings


@pytest.fixture
def course_id(session: Session) -> str:
    return add_course(session, integration_id=None, title="Knots", activity_id="urn:ex:7", launch_url=None).id


def test_a_unit_keeps_what_it_is_given(session: Session, settings: Settings, course_id: str) -> None:
    given: UnitFields = {
        "mastery_score": 80.5,
        "max_score": 10,
        "max_time_allowed": "01:30:00",
        "time_limit_action": "exit,no message",
        "core_vendor": "a=1<CR>b=2",
        "web_launch": "x=1",
        "comments": "Bring a rope.\nTwo, if you can.",
    }
    unit = set_unit(session, settings, course_id, **given)
    assert {name: getattr(unit, name) for name in given} == given
    assert get_unit(session, course_id) == read_unit(session, unit.id) == unit
    cleared = set_unit(session, settings, course_id, mastery_score=None, max_time_allowed="", comments="")
    assert (cleared.mastery_score, cleared.max_time_allowed, cleared.comments) == (None, None, "")
    assert (cleared.max_score, cleared.web_launch) == (10, "x=1")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"mastery_score": -1}, "mastery score"),
        ({"mastery_score": float("nan")}, "mastery score"),
        ({"max_score": 1e9}, "greatest score"),
        ({"max_time_allowed": "soon"}, "HH:MM:SS"),
        ({"time_limit_action": "explode"}, "exit or continue"),
        ({"core_vendor": "x" * 5000}, "core vendor"),
        ({"comments": "a\x00b"}, "comment"),
        ({"au_password": "two\nlines"}, "AU password"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    session: Session, settings: Settings, course_id: str, given: UnitFields, word: str
) -> None:
    with pytest.raises(BadCourse, match=word):
        set_unit(session, settings, course_id, **given)


def test_an_au_password_is_kept_as_a_keyed_hash(session: Session, settings: Settings, course_id: str) -> None:
    unit = set_unit(session, settings, course_id, au_password=" Open Sesame ")
    assert unit.au_password_hash is not None
    assert b"Open" not in unit.au_password_hash
    assert is_au_password(settings, unit, "Open Sesame")
    assert not is_au_password(settings, unit, "open sesame")
    assert not is_au_password(settings, unit, "")
    assert not is_au_password(dataclasses.replace(settings, secret_key="x" * 40), unit, "Open Sesame")
    open_unit = set_unit(session, settings, course_id, au_password="")
    assert is_au_password(settings, open_unit, "anything")


def test_an_unknown_course_has_no_unit(session: Session, settings: Settings) -> None:
    with pytest.raises(UnknownCourse):
        set_unit(session, settings, "nobody", mastery_score=1)


def test_a_unit_belongs_to_its_course(session: Session, course_id: str) -> None:
    other = add_course(session, integration_id=None, title="Ropes", activity_id="x:8", launch_url=None)
    first = get_unit(session, course_id)
    assert find_unit_of(session, course_id, None) == find_unit_of(session, course_id, first.id) == first
    for unit_id in (str(other.unit_id), "nothing"):
        with pytest.raises(UnknownCourse, match="has no unit"):
            find_unit_of(session, course_id, unit_id)
