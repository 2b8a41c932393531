"""Merged, undone and split: rows always equal what a rebuild makes, and nothing reported is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.integrations import Integration
from app.access.launches import open_launch
from app.access.organisation import load_organisation
from app.catalog.service import add_course, resolve_identifier
from app.db import transact, transaction
from app.hacp.attempts import ask_attempt
from app.learners import merging
from app.learners.listing import list_learners
from app.learners.service import add_learner, get_learner, own_identity, resolve_identity
from app.learners.values import BadLearner, Identity, IdentityKind
from app.models.launches import Attempt, Launch
from app.models.learning import Identity as IdentityRow, Learner as LearnerRow, Observation, ProgressRow
from app.progress.reassigning import merge_learners, split_learner, undo_merge
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.settings import Settings
from tests.admin.desk import integration as add_integration

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
JAVA = "urn:li:lyndaCourse:5550101"


@pytest.fixture
def source(session: Session, settings: Settings) -> Integration:
    made = add_integration(session, settings)
    session.commit()
    return made


def who(session: Session, kind: IdentityKind, value: str) -> Identity:
    return resolve_identity(session, kind=kind, value=value)


def say(
    session: Session,
    source: Integration,
    identity: Identity,
    percent: int,
    *,
    course: str = JAVA,
    sent: str = "",
) -> None:
    """Report as a face does; `sent` is a session of AICC, else it is a statement."""
    at = START + timedelta(minutes=percent)
    status = Status.COMPLETED if percent == 100 else Status.IN_PROGRESS
    channel = Channel.AICC if sent else Channel.XAPI
    report = Report(channel, sent or f"{identity.id}-{percent}", status, at, at, percent=Decimal(percent))
    record(
        session,
        identity=identity,
        identifier=resolve_identifier(session, course),
        report=report,
        evidence=Evidence("exchange", "1"),
        integration_id=source.id,
    )


def percents(session: Session) -> dict[str, float]:
    """Return the percent of each learner, after checking that a rebuild makes the very same rows."""
    session.commit()
    query = select(ProgressRow.__table__).order_by(ProgressRow.learner_id, ProgressRow.course_id)
    stored = session.execute(query).all()
    rebuild(session, list_learners_with_progress(session))
    assert session.execute(query).all() == stored
    session.commit()
    return {row.learner_id: row.percent for row in stored}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Observation)) or 0


def test_a_merge_joins_progress_and_its_undoing_parts_it_again(session: Session, source: Integration) -> None:
    by_mail, by_id = who(session, IdentityKind.EMAIL, "ana@x.org"), who(session, IdentityKind.USER_ID, "4711")
    say(session, source, by_mail, 20)
    say(session, source, by_id, 60)
    before = percents(session)
    made = merge_learners(session, by_mail.learner_id, by_id.learner_id, by="Ben")
    assert percents(session) == {by_mail.learner_id: 60}
    assert get_learner(session, by_id.learner_id).id == by_mail.learner_id
    assert [each.id for each in list_learners(session)] == [by_mail.learner_id]
    assert who(session, IdentityKind.USER_ID, "4711").learner_id == by_mail.learner_id
    # What comes meanwhile goes where its identity goes.
    say(session, source, who(session, IdentityKind.USER_ID, "4711"), 80)
    undo_merge(session, made.merge_id, by="Ben")
    assert percents(session) == {**before, by_id.learner_id: 80}
    assert count(session) == 3
    [entry] = merging.list_merges(session, by_mail.learner_id)
    assert (entry.merged_id, entry.made_by, entry.undone_by) == (by_id.learner_id, "Ben", "Ben")
    with pytest.raises(BadLearner, match="already"):
        undo_merge(session, made.merge_id, by="Ben")


def test_merges_are_undone_in_any_order(session: Session, source: Integration) -> None:
    ids = [who(session, IdentityKind.USER_ID, f"u{n}") for n in range(3)]
    for number, identity in enumerate(ids):
        say(session, source, identity, 10 * (number + 1))
    one, two, three = (identity.learner_id for identity in ids)
    before = percents(session)
    inner = merge_learners(session, two, three, by="Ben")
    outer = merge_learners(session, one, three, by="Ben")
    assert percents(session) == {one: 30}
    undo_merge(session, inner.merge_id, by="Ben")
    assert percents(session) == {one: 20, three: 30}
    undo_merge(session, outer.merge_id, by="Ben")
    assert percents(session) == before


def test_sessions_go_on_for_the_one_and_come_back(
    session: Session, source: Integration, settings: Settings
) -> None:
    ana, twin = (add_learner(session, name=name, email=f"{name}@x.org").id for name in ("ana", "twin"))
    course = add_course(
        session, integration_id=source.id, title="Java", activity_id=JAVA, launch_url="https://c/"
    )

    def launch(learner_id: str, percent: int) -> Launch:
        organisation = load_organisation(session, settings)
        opened = open_launch(
            session,
            settings,
            organisation,
            integration_id=source.id,
            course_id=course.id,
            learner_id=learner_id,
        )
        row = session.get_one(Launch, opened.launch_id)
        row.attempt_id = attempt_of(session, row)
        aicc(row, percent)
        return row

    def aicc(row: Launch, percent: int) -> None:
        session.flush()
        name = row.named_learner_id or row.learner_id
        say(session, source, own_identity(session, name), percent, sent=row.id)

    first, second = launch(ana, 20), launch(twin, 50)
    before = percents(session)
    numbers = attempts(session)
    made = merge_learners(session, ana, twin, by="Ben")
    session.expire_all()
    assert attempts(session) == {(ana, 1): first.attempt_id, (ana, 2): second.attempt_id}
    aicc(second, 60)
    third = launch(twin, 70)
    assert (third.learner_id, third.attempt_id) == (ana, second.attempt_id)
    fourth = launch(ana, 80)
    assert percents(session) == {ana: 80}
    undo_merge(session, made.merge_id, by="Ben")
    session.expire_all()
    assert percents(session) == {ana: 80, twin: 70}
    assert {each.id for each in (second, third)} == set(
        session.scalars(select(Launch.id).where(Launch.learner_id == twin))
    )
    assert {key: value for key, value in attempts(session).items() if key in numbers} == numbers
    # It went on where the twin had left off: a copy of that stays with it.
    assert attempts(session)[ana, 2] == fourth.attempt_id
    assert before.keys() == {ana, twin}


def attempt_of(session: Session, row: Launch) -> str:
    from app.access.launches import find_launch

    found = find_launch(session, row.id)
    assert found is not None
    return ask_attempt(session, found, now=START)().id


def attempts(session: Session) -> dict[tuple[str, int], str]:
    rows = session.execute(select(Attempt.learner_id, Attempt.number, Attempt.id))
    return {(learner_id, number): attempt_id for learner_id, number, attempt_id in rows}


def test_a_split_takes_progress_with_the_identity(session: Session, source: Integration) -> None:
    ana = add_learner(session, name="Diaz, Ana", email="ana@x.org", user_id="4711").id
    by_mail, by_id = who(session, IdentityKind.EMAIL, "ana@x.org"), who(session, IdentityKind.USER_ID, "4711")
    say(session, source, by_mail, 20)
    say(session, source, by_id, 60)
    new = split_learner(session, ana, [by_id.id]).to_id
    assert percents(session) == {ana: 20, new: 60}
    assert (get_learner(session, new).name, get_learner(session, new).is_provisional) == ("4711", True)
    split_learner(session, new, [by_id.id], to_id=ana)
    assert percents(session) == {ana: 60}
    for wrong in ([], [by_id.id + 999]):
        with pytest.raises(BadLearner):
            split_learner(session, ana, wrong)


def test_who_is_kept_learns_what_the_other_was_known_by(session: Session) -> None:
    seen = who(session, IdentityKind.EMAIL, "ana@x.org").learner_id
    known = add_learner(session, name="Diaz, Ana", user_id="4711").id
    made = merge_learners(session, seen, known, by="Ben")
    kept = get_learner(session, known)
    assert (kept.id, kept.name, kept.is_provisional) == (seen, "Diaz, Ana", False)
    undo_merge(session, made.merge_id, by="Ben")
    assert (get_learner(session, seen).name, get_learner(session, seen).is_provisional) == ("ana@x.org", True)
    demo = add_learner(session, name="Demo", is_demo=True).id
    for other in (seen, demo):
        with pytest.raises(BadLearner):
            merge_learners(session, seen, other, by="Ben")


def in_thread(app: Flask, work: Callable[[Session], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with app.app_context():
            return transact(work)

    return run


def test_a_message_that_came_first_is_waited_for(app: Flask, session: Session, source: Integration) -> None:
    ana, twin = (who(session, IdentityKind.USER_ID, value).learner_id for value in ("ana", "twin"))
    session.commit()
    began = Event()

    def merge(inner: Session) -> None:
        began.set()
        merge_learners(inner, ana, twin, by="Ben")

    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), transaction() as message:
            identity = who(message, IdentityKind.USER_ID, "twin")
            merged = pool.submit(in_thread(app, merge))
            with pytest.raises(TimeoutError):
                merged.result(0.5)  # It must not move what the message is about to report on.
            say(message, source, identity, 40)
        merged.result(10)
    assert began.is_set()
    assert percents(session) == {ana: 40}


def test_a_message_that_came_second_finds_the_learner_who_was_kept(
    app: Flask, session: Session, source: Integration
) -> None:
    ana, twin = (who(session, IdentityKind.USER_ID, value).learner_id for value in ("ana", "twin"))
    session.commit()
    send = in_thread(app, lambda inner: say(inner, source, who(inner, IdentityKind.USER_ID, "twin"), 40))
    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), transaction() as merge:
            merge_learners(merge, ana, twin, by="Ben")
            sent = pool.submit(send)
            with pytest.raises(TimeoutError):
                sent.result(0.5)
        sent.result(10)
    assert percents(session) == {ana: 40}
    assert session.scalar(select(func.count()).select_from(LearnerRow)) == 2
    twins = select(IdentityRow.learner_id).where(IdentityRow.value == "twin")
    assert session.scalars(twins).all() == [ana]
