"""Overrides, new attempts and their undoing, through services and database; rows always equal a rebuild."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.integrations import Integration
from app.catalog.mapping import map_identifier
from app.catalog.service import resolve_identifier
from app.demo import clear_demo
from app.learners.service import add_learner, own_identity
from app.learners.values import Identity, IdentityKind
from app.models.base import new_id
from app.models.launches import Attempt
from app.models.learning import AssignableUnit, Observation, ProgressDecision, ProgressRow
from app.progress.deciding import Made, UnknownDecision, begin_attempt, override, undo
from app.progress.decision_rules import BadDecision, Decider, Override, make_override
from app.progress.history import explain_pair
from app.progress.reassigning import merge_learners, undo_merge
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.progress.remapping import list_learners_of, rebuild_pairs
from app.progress.rows import to_progress
from app.progress.values import Status
from tests.progress.test_reassigning import JAVA, percents, say, source, who

__all__ = ["source"]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def by(act: str = "", reason: str = "A paper exam") -> Decider:
    return Decider(None, "Ben", reason, act or new_id())


def said(percent: int) -> Override:
    status = Status.COMPLETED if percent == 100 else Status.IN_PROGRESS
    return make_override(status, percent=Decimal(percent), completed_at=None, now=NOW)


def decide(session: Session, identity: Identity, percent: int, *, act: str = "") -> Made:
    course_id = resolve_identifier(session, JAVA).course_id
    return override(session, identity.learner_id, course_id, said(percent), by=by(act))


def retake(session: Session, identity: Identity, *, act: str = "") -> Made:
    return begin_attempt(
        session, identity.learner_id, resolve_identifier(session, JAVA).course_id, by=by(act)
    )


def test_an_override_lowers_and_raises_and_keeps_the_evidence(session: Session, source: Integration) -> None:
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    say(session, source, ana, 100)
    made = decide(session, ana, 40)
    assert made.change.before is not None
    assert (made.change.before.percent, made.change.after.percent) == (100, 40)
    assert percents(session) == {ana.learner_id: 40}
    say(session, source, ana, 30)
    assert percents(session) == {ana.learner_id: 40}
    say(session, source, ana, 70)
    assert percents(session) == {ana.learner_id: 70}
    why = explain_pair(session, ana.learner_id, resolve_identifier(session, JAVA).course_id)
    assert [bool(step.decided) for step in why.steps] == [False, True, False, False]
    assert why.progress.percent == 70
    undo(session, made.id, by="Ben")
    assert percents(session) == {ana.learner_id: 100}
    assert undo(session, made.id, by="Ben").change.appended is False
    assert session.scalar(select(func.count()).select_from(Observation)) == 3
    with pytest.raises(UnknownDecision):
        undo(session, made.id + 1, by="Ben")


def test_one_act_decides_once_however_often_it_is_repeated(session: Session, source: Integration) -> None:
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    say(session, source, ana, 50)
    act = new_id()
    first, again = (retake(session, ana, act=act) for _ in range(2))
    assert (first.id, first.change.appended, again.change.appended) == (again.id, True, False)
    assert percents(session) == {ana.learner_id: 0}
    assert session.scalar(select(func.count()).select_from(ProgressDecision)) == 1


def test_what_was_learnt_elsewhere_makes_a_row_and_its_undoing_takes_it_away(session: Session) -> None:
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    with pytest.raises(BadDecision, match="nothing was begun"):
        retake(session, ana)
    session.rollback()
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    made = decide(session, ana, 100)
    assert percents(session) == {ana.learner_id: 100}
    undo(session, made.id, by="Ben")
    assert percents(session) == {}


@pytest.mark.parametrize(
    ("status", "percent", "completed_at"),
    [
        (Status.IN_PROGRESS, None, None),
        (Status.IN_PROGRESS, Decimal(101), None),
        (Status.FAILED, Decimal("NaN"), None),
        (Status.IN_PROGRESS, Decimal(50), NOW),
        (Status.COMPLETED, None, NOW + timedelta(days=1)),
    ],
)
def test_parts_that_do_not_agree_are_refused(
    status: Status, percent: Decimal | None, completed_at: datetime | None
) -> None:
    with pytest.raises(BadDecision):
        make_override(status, percent=percent, completed_at=completed_at, now=NOW)


def test_a_decision_needs_a_reason(session: Session, source: Integration) -> None:
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    say(session, source, ana, 50)
    course_id = resolve_identifier(session, JAVA).course_id
    for reason in (" \n", "x" * 501):
        with pytest.raises(BadDecision):
            override(session, ana.learner_id, course_id, said(10), by=by(reason=reason))


def test_decisions_follow_merges_and_mappings(session: Session, source: Integration) -> None:
    ana, twin = (who(session, IdentityKind.EMAIL, f"{name}@x.org") for name in ("ana", "twin"))
    say(session, source, ana, 20)
    decide(session, twin, 90)
    merged = merge_learners(session, ana.learner_id, twin.learner_id, by="Ben")
    assert percents(session) == {ana.learner_id: 90}
    decide(session, ana, 30)
    assert percents(session) == {ana.learner_id: 30}
    undo_merge(session, merged.merge_id, by="Ben")
    assert percents(session) == {ana.learner_id: 30, twin.learner_id: 90}
    # The stub turns out to be another course: all that was decided of it goes there.
    stub, course = (resolve_identifier(session, value).course_id for value in (JAVA, "urn:x:java"))
    mapped = map_identifier(session, course, JAVA)
    learners = list_learners_of(session, mapped.identifier_ids)
    assert set(learners) == {ana.learner_id, twin.learner_id}
    rebuild_pairs(session, learners, (stub, course))
    assert percents(session) == {ana.learner_id: 30, twin.learner_id: 90}


def test_a_new_attempt_gives_each_unit_a_fresh_one_until_it_is_taken_back(
    session: Session, source: Integration
) -> None:
    ana = add_learner(session, name="Diaz, Ana").id
    course_id = resolve_identifier(session, JAVA).course_id
    units = [AssignableUnit(course_id=course_id, system_id=f"A{n}", launch_url="https://c/") for n in (1, 2)]
    session.add_all(units)
    session.flush()
    session.add(Attempt(learner_id=ana, unit_id=units[0].id, created_at=NOW, updated_at=NOW))
    session.flush()
    identity = own_identity(session, ana)
    say(session, source, identity, 50, sent="launch")
    made = retake(session, identity)
    numbers = select(Attempt.unit_id, Attempt.number).order_by(Attempt.number)
    assert session.execute(numbers).all() == [(units[0].id, 1), (units[0].id, 2)]
    undo(session, made.id, by="Ben")
    assert session.execute(numbers).all() == [(units[0].id, 1)]
    percents(session)


def test_later_is_told_rightly_when_numbers_of_the_demo_come_again(
    session: Session, source: Integration
) -> None:
    ana = who(session, IdentityKind.EMAIL, "ana@x.org")
    say(session, source, ana, 50)
    demo = resolve_identity_of_demo(session)
    for percent in (10, 20, 30):
        say(session, source, demo, percent)
    made = decide(session, demo, 5)
    assert made.change.after.percent == 5
    decide(session, ana, 20)
    clear_demo(session)
    say(session, source, ana, 60)
    assert percents(session) == {ana.learner_id: 60}


def resolve_identity_of_demo(session: Session) -> Identity:
    learner = add_learner(session, name="Demo", email="demo@x.org", is_demo=True)
    return own_identity(session, learner.id)


KINDS = ("say", "aicc", "override", "attempt", "undo", "merge", "unmerge")
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(1, 100)), min_size=2, max_size=9
)


def test_rows_equal_a_rebuild_whatever_is_reported_and_decided(session: Session, source: Integration) -> None:
    @hypothesis_settings(
        max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(steps)
    def run(happens: list[tuple[str, int, int]]) -> None:
        with session.begin_nested() as nothing:
            _play(session, source, happens)
            nothing.rollback()

    run()


def _play(session: Session, source: Integration, happens: list[tuple[str, int, int]]) -> None:
    people = [who(session, IdentityKind.EMAIL, f"{name}@x.org").learner_id for name in ("ana", "twin")]
    merges: list[str] = []
    made: list[int] = []

    def now(number: int) -> Identity:
        return who(session, IdentityKind.EMAIL, f"{('ana', 'twin')[number]}@x.org")

    def merge(number: int) -> None:
        if not merges:
            merges.append(merge_learners(session, people[number], people[1 - number], by="Ben").merge_id)

    acts: dict[str, Callable[[int, int], object]] = {
        "say": lambda who_, percent: say(session, source, now(who_), percent),
        "aicc": lambda who_, percent: say(
            session, source, own_identity(session, people[who_]), percent, sent=f"l{who_}{percent % 2}"
        ),
        "override": lambda who_, percent: made.append(decide(session, now(who_), percent).id),
        "attempt": lambda who_, _: made.append(retake(session, now(who_)).id),
        "undo": lambda _, which: undo(session, made[which % len(made)], by="Ben") if made else None,
        "merge": lambda who_, _: merge(who_),
        "unmerge": lambda *_: undo_merge(session, merges.pop(), by="Ben") if merges else None,
    }
    for kind, number, percent in happens:
        try:
            with session.begin_nested():
                acts[kind](number, percent)
        except BadDecision:
            assert kind == "attempt"
        check(session)


def check(session: Session) -> None:
    """Compare the rows with a rebuild, and with what is said of them step by step."""
    query = select(ProgressRow.__table__).order_by(ProgressRow.learner_id, ProgressRow.course_id)
    stored = session.execute(query).all()
    rebuild(session, list_learners_with_progress(session))
    assert session.execute(query).all() == stored
    for row in stored:
        assert explain_pair(session, row.learner_id, row.course_id).progress == to_progress(row)
