"""A week of reports about people nobody knew: imported, matched, merged, wrongly merged and undone.

Meanwhile an admin overrides a row, begins a new attempt, and takes both back.

Every message comes through the faces. After each step the rows equal what a rebuild makes of the
observations, and of these there are as many as messages said something; at the end everybody is one learner
with all that was ever said of them.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.credentials import issue_credential
from app.access.integrations import Kind, UserType, add_integration
from app.access.launches import open_launch
from app.access.organisation import load_organisation
from app.catalog.service import add_course, resolve_identifier
from app.learners.listing import list_learners
from app.learners.service import get_learner, resolve_identity
from app.learners.sheet import read_sheet
from app.learners.students import resolve_student
from app.learners.unmatched import count_unmatched, list_unmatched
from app.learners.values import IdentityKind
from app.models.learning import Course, Observation, ProgressRow
from app.progress.deciding import begin_attempt, override, undo
from app.progress.decision_rules import Decider, make_override
from app.progress.learner_import import apply_lines
from app.progress.reassigning import merge_learners, undo_merge
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.progress.values import Status
from app.settings import Settings
from tests.arranging import put_param_body, statement

PEOPLE = ("ana.diaz", "ben.moor", "cora.smith", "dora.lind", "emil.berg", "finn.holm")
COURSES = ("urn:li:lyndaCourse:1", "urn:li:lyndaCourse:2")


@dataclass
class Week:
    """Who reports what: each person as an e-mail address, as an ID, and as the student of an LMS."""

    client: FlaskClient
    session: Session
    settings: Settings
    random: Random = field(default_factory=lambda: Random(6))
    sent: int = 0
    told: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        organisation = load_organisation(self.session, self.settings)
        self.keys = {}
        for user_type in UserType:
            source = add_integration(
                self.session, organisation, kind=Kind.LINKEDIN_LEARNING, name=user_type, user_type=user_type
            )
            issued = issue_credential(self.session, source.id)
            self.keys[user_type] = b64encode(f"{issued.client_id}:{issued.client_secret}".encode()).decode()
        courses = [
            add_course(
                self.session, integration_id=source.id, title=each, activity_id=each, launch_url="https://c/"
            )
            for each in COURSES
        ]
        self.sessions = {}
        for person in PEOPLE:
            student = resolve_student(
                self.session, namespace="lms.example", student_id=f"S-{person}", name=person
            )
            self.sessions[person] = open_launch(
                self.session,
                self.settings,
                organisation,
                integration_id=source.id,
                course_id=courses[0].id,
                learner_id=student.learner_id,
            ).session_id
        self.session.commit()

    def day(self) -> None:
        """Let everybody report over both channels, in an order of its own."""
        for person in self.random.sample(PEOPLE, len(PEOPLE)):
            self._state(person, self.random.choice(list(UserType)), self.random.choice(COURSES))
            self._put(person)
        self.check()

    def check(self) -> None:
        """Compare the rows with a rebuild, and count the observations."""
        self.session.commit()
        query = select(ProgressRow.__table__).order_by(ProgressRow.learner_id, ProgressRow.course_id)
        rows = self.session.execute(query).all()
        rebuild(self.session, list_learners_with_progress(self.session))
        assert self.session.execute(query).all() == rows
        assert self.session.scalar(select(func.count()).select_from(Observation)) == self.sent
        self.session.commit()

    def _percent(self, person: str, course: str) -> int:
        self.sent += 1
        percent = min(self.told[person, course] + self.random.randint(1, 9), 99)
        self.told[person, course] = percent
        return percent

    def _state(self, person: str, user_type: UserType, course: str) -> None:
        said = statement(f"{person}@x.org", course, self._percent(person, course))
        if user_type is UserType.ID:
            said["actor"] = {"account": {"homePage": "https://www.linkedin.com", "name": f"ID-{person}"}}
        reply = self.client.post(
            "/xapi/statements",
            data=json.dumps(said),
            headers={"Authorization": f"Basic {self.keys[user_type]}", "Content-Type": "application/json"},
        )
        assert reply.status_code == 200, reply.text

    def _put(self, person: str) -> None:
        percent = self._percent(person, COURSES[0])
        body = put_param_body(self.sessions[person], f"page {self.sent}", percent)
        reply = self.client.post("/hacp", data=body, content_type="application/x-www-form-urlencoded")
        assert reply.text.startswith("error=0"), reply.text


def who(session: Session, kind: IdentityKind, value: str) -> str:
    return resolve_identity(session, kind=kind, value=value).learner_id


def test_a_week_of_unknown_people_loses_nothing(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    week = Week(client, session, settings)
    week.day()
    week.day()
    # A list knows e-mail address and ID of half of them, and so joins what came under either.
    rows = [f'{each}@x.org,ID-{each},"{each.title().replace(".", " ")}"' for each in PEOPLE[:3]]
    sheet = read_sheet("\n".join(("email,id,name", *rows)).encode())
    apply_lines(session, sheet.lines, by="Ben", taken={})
    week.check()
    week.day()
    # Two who are not one: noticed, after both have gone on reporting, and undone.
    ana, ben = (who(session, IdentityKind.EMAIL, f"{each}@x.org") for each in PEOPLE[:2])
    wrong = merge_learners(session, ana, ben, by="Ben")
    week.check()
    course = resolve_identifier(session, COURSES[0]).course_id
    said = make_override(Status.COMPLETED, percent=None, completed_at=None, now=clock.now())
    made = [override(session, ana, course, said, by=Decider(None, "Ben", "A paper exam", "act-1"))]
    week.check()
    week.day()
    made.append(begin_attempt(session, ana, course, by=Decider(None, "Ben", "A new year", "act-2")))
    week.check()
    undo_merge(session, wrong.merge_id, by="Ben")
    week.check()
    week.day()
    for each in made:
        undo(session, each.id, by="Ben")
        week.check()
    assert get_learner(session, ben).id == ben
    # Whom the queue is sure of are assigned; the others are said one by one.
    for each in list_unmatched(session):
        if each.best is not None:
            merge_learners(session, each.best.learner.id, each.learner.id, by="Ben")
    week.check()
    week.day()
    apply_lines(session, read_sheet(b"email,name\n" + names(PEOPLE[3:])).lines, by="Ben", taken={})
    for person in PEOPLE:
        known = who(session, IdentityKind.EMAIL, f"{person}@x.org")
        student = resolve_student(session, namespace="lms.example", student_id=f"S-{person}", name=person)
        for other in (who(session, IdentityKind.USER_ID, f"ID-{person}"), student.learner_id):
            if other != known:
                merge_learners(session, known, other, by="Ben")
        week.check()
    week.day()
    week.day()
    assert count_unmatched(session) == 0
    assert len(list_learners(session)) == len(PEOPLE)
    for (person, course), percent in week.told.items():
        learner_id = who(session, IdentityKind.EMAIL, f"{person}@x.org")
        query = select(ProgressRow.percent).join(Course, Course.id == ProgressRow.course_id)
        query = query.where(ProgressRow.learner_id == learner_id, Course.activity_id == course)
        assert session.scalars(query).all() == [percent], (person, course)


def names(people: tuple[str, ...]) -> bytes:
    return "\n".join(f"{each}@x.org,{each.title()}" for each in people).encode()
