"""What a real server's data needs before machines can talk to it, made through the product's own services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from app import create_app
from app.access.credentials import issue_credential
from app.access.integrations import Kind, UserType, add_integration
from app.access.launches import open_launch
from app.access.organisation import load_organisation
from app.catalog.service import add_course
from app.db import db, transaction
from app.learners.service import add_learner
from app.settings import Settings
from tests.databases import SECRET_KEY

VERB_PROGRESSED = "http://adlnet.gov/expapi/verbs/progressed"
PROGRESS_EXTENSION = "https://w3id.org/xapi/cmi5/result/extensions/progress"


@dataclass(frozen=True)
class Arrangement:
    """One integration with a credential, and the people, courses and open AICC sessions it may report on."""

    client_id: str
    client_secret: str
    emails: tuple[str, ...]
    activity_ids: tuple[str, ...]
    session_ids: tuple[str, ...]


def arrange(environment: Mapping[str, str], *, learners: int, courses: int, sessions: int) -> Arrangement:
    """Fill the database that this server environment names; session N belongs to learner N, course 0."""
    settings = Settings(
        data_dir=Path(environment["WAYMARK_DATA_DIR"]),
        database_url=environment["WAYMARK_DATABASE_URL"],
        secret_key=environment.get("WAYMARK_SECRET_KEY", SECRET_KEY),
        public_url=environment["WAYMARK_PUBLIC_URL"],
    )
    app = create_app(settings)
    with app.app_context(), transaction() as session:
        organisation = load_organisation(session, settings)
        integration = add_integration(
            session,
            organisation,
            kind=Kind.LINKEDIN_LEARNING,
            name="LinkedIn Learning",
            user_type=UserType.EMAIL,
        )
        credential = issue_credential(session, integration.id)
        people = [
            add_learner(session, name=f"Learner, Number {n}", email=f"learner{n}@example.com")
            for n in range(learners)
        ]
        taught = [
            add_course(
                session,
                integration_id=integration.id,
                title=f"Course {n}",
                activity_id=f"urn:li:lyndaCourse:{1000 + n}",
                launch_url=f"https://content.example.com/{n}",
            )
            for n in range(courses)
        ]
        opened = [
            open_launch(
                session,
                settings,
                organisation,
                integration_id=integration.id,
                course_id=taught[0].id,
                learner_id=people[n % learners].id,
            )
            for n in range(sessions)
        ]
    with app.app_context():
        db.engine.dispose()
    return Arrangement(
        client_id=credential.client_id,
        client_secret=credential.client_secret,
        emails=tuple(f"learner{n}@example.com" for n in range(learners)),
        activity_ids=tuple(course.activity_id for course in taught),
        session_ids=tuple(launch.session_id for launch in opened),
    )


def statement(
    email: str, activity_id: str, percent: int, *, statement_id: str | None = None
) -> dict[str, object]:
    """Return a statement as LinkedIn Learning reports progress, with an id of its own."""
    return {
        "id": statement_id or str(uuid.uuid4()),
        "actor": {"objectType": "Agent", "mbox": f"mailto:{email}", "name": "A Learner"},
        "verb": {"id": VERB_PROGRESSED, "display": {"en-US": "progressed"}},
        "object": {
            "objectType": "Activity",
            "id": activity_id,
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/course",
                "name": {"en-US": "A course"},
            },
        },
        "result": {"completion": False, "duration": "PT1M", "extensions": {PROGRESS_EXTENSION: percent}},
        "timestamp": "2026-11-22T16:50:00.123Z",
    }


def statement_body(email: str, activity_id: str, percent: int) -> bytes:
    return orjson.dumps(statement(email, activity_id, percent))


def put_param_body(session_id: str, location: str, score: int) -> bytes:
    """Return a PutParam as form data: one location and score, incomplete, a minute spent."""
    lines = (
        "[core]",
        f"lesson_location={location}",
        "lesson_status=I",
        f"score={score}",
        "time=00:01:00",
        "",
    )
    data = "%0D%0A".join([*lines, ""])
    return f"command=PutParam&version=4.0&session_id={session_id}&AICC_Data={data}".encode()
