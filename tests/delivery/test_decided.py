"""What an admin decides is told as what a message brings is."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.audit import COMMAND_LINE
from app.admin.acts import decisions as acts
from app.catalog.service import resolve_identifier
from app.delivery.destinations import add_webhook
from app.delivery.events import COMPLETED, UPDATED
from app.learners.service import add_learner
from app.models.delivery import Delivery
from app.progress.decision_rules import make_override
from app.progress.values import Status
from app.settings import Settings
from tests.admin.desk import integration, report


def test_webhooks_hear_of_decisions_once_and_never_of_the_demo(session: Session, settings: Settings) -> None:
    where = integration(session, settings)
    add_webhook(session, settings, name="HR", url="https://hr.example.org")
    report(session, where, learner="ana@x.org", course="urn:x:1")
    ana = add_learner(session, name="Diaz, Ana", email="ana@x.org").id
    demo = add_learner(session, name="Demo", is_demo=True).id
    course = resolve_identifier(session, "urn:x:1").course_id
    said = make_override(Status.PASSED, percent=None, completed_at=None, now=clock.now())
    for learner_id in (ana, ana, demo):
        made = acts.override(session, COMMAND_LINE, learner_id, course, said, reason="Exam", act="act-1")
    assert made.learner_id == demo
    session.flush()
    told = list(session.scalars(select(Delivery.payload).order_by(Delivery.id)))
    assert [json.loads(each)["type"] for each in told] == [COMPLETED, UPDATED]
    data = json.loads(told[0])["data"]
    assert (data["status"], data["integration"]["id"], data["learner"]["id"]) == ("passed", where.id, ana)
    acts.begin_attempt(session, COMMAND_LINE, ana, course, reason="New year", act="act-2")
    last = json.loads(session.scalars(select(Delivery.payload).order_by(Delivery.id.desc())).first() or "")
    assert (last["type"], last["data"]["percent"]) == (UPDATED, 0)
