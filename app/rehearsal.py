"""Set the stage for the simulator, and look afterwards whether the records say what was acknowledged.

The simulator itself is a stranger and knows no service; what an admin and an LMS would do beforehand is
done here: courses, learners, launch links and a credential that is revoked at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.access.credentials import issue_credential, revoke_credential
from app.access.integrations import Integration
from app.access.launches import make_launch_link
from app.access.organisation import Organisation
from app.catalog.service import add_course
from app.learners.service import add_learner
from app.models import learning, records
from app.progress.values import Status
from app.settings import Settings
from app.simulator.ledger import Acknowledged, Event, Summary
from app.simulator.linkedin import Target, run
from app.simulator.plan import Enrolment
from app.simulator.transport import Transport
from app.simulator.webhook import UserType, WebhookAddress

Watch = Callable[[int], AbstractContextManager[Callable[[Event], None] | None]]

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Performance:
    """What is to be played, and how."""

    plan: Sequence[Enrolment]
    user_type: UserType = UserType.EMAIL
    is_demo: bool = False
    plays_the_past: bool = False
    events_per_second: float = 0.0
    workers: int = 4


@dataclass(frozen=True, slots=True)
class Stage:
    """What was prepared: whom and what the simulated messages mean in our records."""

    integration: Integration
    learner_ids: dict[str, str]
    course_ids: dict[str, str]
    launch_links: dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Verification:
    """Acknowledged messages against the records; both lists are empty when all is well."""

    checked: int
    rows: int
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.missing and not self.doubled


def watch_nothing(total: int) -> AbstractContextManager[Callable[[Event], None] | None]:
    """Show no progress."""
    return nullcontext()


def perform(
    settings: Settings,
    organisation: Organisation,
    integration: Integration,
    transport: Transport,
    performance: Performance,
    *,
    watch: Watch = watch_nothing,
) -> tuple[Summary, Verification]:
    """Prepare, play and verify; needs an application context and opens its own transactions.

    The credential lives only as long as this takes: the integration's own ones are left alone.
    """
    stage = _set_stage(settings, organisation, integration, performance)
    with db.transaction() as session:
        credential = issue_credential(session, integration.id, is_demo=performance.is_demo)
    webhook = WebhookAddress(
        organisation.auth_url, organisation.tracking_url, credential.client_id, credential.client_secret
    )
    target = Target(transport, webhook, stage.launch_links, performance.user_type)
    total = sum(enrolment.count_messages() for enrolment in performance.plan)
    try:
        with watch(total) as on_event:
            summary = run(
                target,
                performance.plan,
                events_per_second=performance.events_per_second,
                workers=performance.workers,
                on_event=on_event,
                on_moment=clock.pretend if performance.plays_the_past else None,
            )
    finally:
        db.transact(lambda session: revoke_credential(session, credential.id))
    with db.reading() as session:
        return summary, verify(session, stage, performance.plan, summary)


def _set_stage(
    settings: Settings, organisation: Organisation, integration: Integration, performance: Performance
) -> Stage:
    people = {each.learner.email: each.learner for each in performance.plan}
    catalog = {each.course.activity_id: each.course for each in performance.plan}
    learner_ids: dict[str, str] = {}
    course_ids: dict[str, str] = {}
    for emails in _batches(people):
        with db.transaction() as session:
            for email in emails:
                learner_ids[email] = add_learner(
                    session,
                    name=people[email].name,
                    email=email,
                    user_id=people[email].user_id,
                    is_demo=performance.is_demo,
                ).id
    for activity_ids in _batches(catalog):
        with db.transaction() as session:
            for activity_id in activity_ids:
                course_ids[activity_id] = add_course(
                    session,
                    integration_id=integration.id,
                    title=catalog[activity_id].title,
                    activity_id=activity_id,
                    launch_url=catalog[activity_id].launch_url,
                    is_demo=performance.is_demo,
                ).id
    links = {
        (each.learner.email, each.course.activity_id): make_launch_link(
            settings,
            organisation,
            integration_id=integration.id,
            course_id=course_ids[each.course.activity_id],
            learner_id=learner_ids[each.learner.email],
            now=each.steps[0].at if performance.plays_the_past else clock.now(),
        )
        for each in performance.plan
        if each.channels.has_aicc
    }
    return Stage(integration, learner_ids, course_ids, links)


@dataclass(slots=True)
class _Expected:
    """The most that was acknowledged of one learner on one course."""

    percent: int = 0
    completed: bool = False
    channels: set[str] = field(default_factory=set)

    def add(self, report: Acknowledged) -> None:
        self.percent = max(self.percent, report.percent)
        self.completed = self.completed or report.completed
        self.channels.add(report.channel)


def verify(session: Session, stage: Stage, plan: Sequence[Enrolment], summary: Summary) -> Verification:
    """Compare every acknowledged report with the progress rows and the statements kept."""
    emails = {each.learner.user_id: each.learner.email for each in plan}
    expected: dict[tuple[str, str], _Expected] = {}
    for report in summary.reports:
        email = emails.get(report.identity.value, report.identity.value)
        pair = (stage.learner_ids[email], stage.course_ids[report.activity_id])
        expected.setdefault(pair, _Expected()).add(report)
    rows = {(row.learner_id, row.course_id): row for row in _rows(session, stage.learner_ids.values())}
    is_percent_kept = stage.integration.score_is_percent
    missing = [
        f"learner {learner_id}, course {course_id}: {fault}"
        for (learner_id, course_id), wanted in expected.items()
        if (fault := _fault(rows.get((learner_id, course_id)), wanted, is_percent_kept=is_percent_kept))
    ]
    missing += _missing_statements(session, stage.integration.id, summary.reports)
    return Verification(
        checked=len(summary.reports),
        rows=len(expected),
        missing=missing,
        doubled=[*_doubled_learners(session, stage, emails), *_doubled_courses(session, stage, rows)],
    )


def _fault(row: learning.ProgressRow | None, wanted: _Expected, *, is_percent_kept: bool) -> str | None:
    if row is None:
        return "there is no row"
    channels = {name for name, is_set in (("aicc", row.has_aicc), ("xapi", row.has_xapi)) if is_set}
    if not wanted.channels <= channels:
        return f"the row knows {sorted(channels)}, acknowledged were {sorted(wanted.channels)}"
    if wanted.completed and not (Status(row.status).is_complete and row.percent == 100):
        return f"the row says {row.status} {row.percent:g} %, a completion was acknowledged"
    if row.percent < wanted.percent and (is_percent_kept or "xapi" in wanted.channels):
        return f"the row says {row.percent:g} %, acknowledged were {wanted.percent} %"
    return None


def _rows(session: Session, learner_ids: Iterable[str]) -> Iterator[learning.ProgressRow]:
    for ids in _batches(learner_ids):
        yield from session.scalars(
            select(learning.ProgressRow).where(learning.ProgressRow.learner_id.in_(ids))
        )


def _missing_statements(
    session: Session, integration_id: str, reports: Sequence[Acknowledged]
) -> Iterator[str]:
    table = records.Statement
    for ids in _batches({report.statement_id for report in reports if report.statement_id}):
        query = select(table.statement_id).where(
            table.integration_id == integration_id, table.statement_id.in_(ids)
        )
        yield from (
            f"statement {each} is not in the store" for each in set(ids) - set(session.scalars(query))
        )


def _doubled_learners(session: Session, stage: Stage, emails: dict[str, str]) -> Iterator[str]:
    """Find people who became two: an identity of theirs that means somebody else."""
    table = learning.Identity
    for values in _batches([*emails.values(), *emails]):
        named = select(table.value, table.learner_id).where(table.value.in_(values))
        for value, learner_id in session.execute(named):
            if learner_id != stage.learner_ids[emails.get(value, value)]:
                yield f"{value} is also learner {learner_id}"
    strangers = (
        select(learning.ProgressRow.learner_id)
        .join(learning.Learner, learning.Learner.id == learning.ProgressRow.learner_id)
        .where(learning.Learner.is_provisional)
        .distinct()
    )
    for course_ids in _batches(stage.course_ids.values()):
        query = strangers.where(learning.ProgressRow.course_id.in_(course_ids))
        yield from (f"learner {each} was made for somebody already known" for each in session.scalars(query))


def _doubled_courses(
    session: Session, stage: Stage, rows: dict[tuple[str, str], learning.ProgressRow]
) -> Iterator[str]:
    """Find courses that became two: another course with the same number at the end of its identifier."""
    numbers = {
        activity_id.rpartition(":")[2]: course_id for activity_id, course_id in stage.course_ids.items()
    }
    others = {course_id for _, course_id in rows} - set(stage.course_ids.values())
    for ids in _batches(others):
        query = select(learning.Course.id, learning.Course.activity_id).where(learning.Course.id.in_(ids))
        for course_id, activity_id in session.execute(query):
            twin = numbers.get(activity_id.rpartition(":")[2])
            if twin is not None:
                yield f"course {course_id} is course {twin} again"


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    everything = list(items)
    for start in range(0, len(everything), _BATCH):
        yield everything[start : start + _BATCH]


def describe(summary: Summary, verification: Verification) -> dict[str, object]:
    """Return the outcome as the commands print it."""
    return {
        "planned": summary.planned,
        "sent": summary.sent,
        "acknowledged": summary.acknowledged,
        "refused": summary.refused,
        "failed": summary.failed,
        "seconds": round(summary.seconds, 2),
        "by_kind": summary.by_kind,
        "problems": summary.problems,
        "verified": verification.checked,
        "rows": verification.rows,
        "missing": verification.missing,
        "doubled": verification.doubled,
    }


def is_good(summary: Summary, verification: Verification) -> bool:
    """Tell whether something was said, everything was acknowledged, and all of it is in the records."""
    return summary.is_clean and verification.is_good
