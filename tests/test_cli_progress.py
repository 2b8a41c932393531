"""`progress list|rebuild|export|why|override|attempt|undo`."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation, save_organisation
from app.catalog.service import add_course, resolve_identifier
from app.learners.service import add_learner, resolve_identity
from app.learners.values import IdentityKind
from app.models.learning import ProgressRow
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.settings import Settings
from tests.command_line import CommandLine

AT = datetime(2026, 7, 1, 22, 30, 0, 123_000, tzinfo=UTC)
COURSE = "urn:li:lyndaCourse:5550101"
VIDEO = "urn:li:lyndaVideo:(urn:li:lyndaCourse:5550101,6660202)"


@pytest.fixture
def ana(session: Session, settings: Settings) -> str:
    """Ana has half of a course by both channels, and one video."""
    integration = add_integration(
        session, load_organisation(session, settings), kind=Kind.LINKEDIN_LEARNING, name="L"
    )
    add_course(session, integration_id=integration.id, title="=SUM(A1)", activity_id=COURSE, launch_url=None)
    learner = add_learner(session, name="García, Ana", email="ana@example.com", user_id="+7c1d")
    identity = resolve_identity(session, kind=IdentityKind.EMAIL, value="ana@example.com")
    for number, (channel, activity, status, percent) in enumerate(
        (
            (Channel.XAPI, COURSE, Status.IN_PROGRESS, 45),
            (Channel.AICC, COURSE, Status.IN_PROGRESS, 50),
            (Channel.XAPI, VIDEO, Status.COMPLETED, 100),
        )
    ):
        record(
            session,
            identity=identity,
            identifier=resolve_identifier(session, activity),
            report=Report(
                channel=channel,
                source=f"source {number}",
                status=status,
                event_at=AT + timedelta(hours=number),
                received_at=AT + timedelta(hours=number),
                percent=Decimal(percent),
                time=timedelta(minutes=5),
            ),
            evidence=Evidence("exchange", str(number)),
            integration_id=integration.id,
        )
    session.commit()
    return learner.id


def test_progress_list_has_exactly_the_promised_shape(cli: CommandLine, ana: str) -> None:
    rows = cli.json("progress", "list")
    course = next(row for row in rows if row["course"]["type"] == "course")
    assert course == {
        "learner": {
            "id": ana,
            "name": "García, Ana",
            "identities": [
                {"kind": "email", "value": "ana@example.com"},
                {"kind": "user_id", "value": "+7c1d"},
            ],
        },
        "course": {
            "id": course["course"]["id"],
            "title": "=SUM(A1)",
            "activity_id": COURSE,
            "type": "course",
        },
        "percent": 50,
        "status": "in_progress",
        "score": None,
        "time_seconds": 300,
        "channels": ["aicc", "xapi"],
        "first_seen": "2026-07-01T22:30:00.123Z",
        "last_activity": "2026-07-01T23:30:00.123Z",
        "completed_at": None,
        "demo": False,
    }


def test_progress_list_lists_every_type_of_course(cli: CommandLine, ana: str) -> None:
    assert sorted(row["course"]["type"] for row in cli.json("progress", "list")) == ["course", "video"]


def test_progress_list_takes_a_learner_or_a_course(cli: CommandLine, ana: str) -> None:
    other = cli.json("learner", "add", "--name", "Cora")["id"]
    assert len(cli.json("progress", "list", "--learner", ana)) == 2
    assert cli.json("progress", "list", "--learner", other) == []
    course_id = cli.json("progress", "list")[0]["course"]["id"]
    assert [row["course"]["id"] for row in cli.json("progress", "list", "--course", course_id)] == [course_id]


def test_progress_list_of_nothing_is_an_empty_list(cli: CommandLine) -> None:
    assert cli.json("progress", "list") == []
    assert cli.ok("progress", "list") == ""


def test_progress_list_without_json_is_a_line_a_row(cli: CommandLine, ana: str) -> None:
    lines = cli.ok("progress", "list").splitlines()
    assert len(lines) == 2
    assert all("García, Ana" in line for line in lines)


@pytest.mark.parametrize("command", ["list", "export"])
@pytest.mark.parametrize("option", ["--learner", "--course"])
def test_an_unknown_id_is_refused(cli: CommandLine, command: str, option: str) -> None:
    assert "nobody" in cli.refused("progress", command, option, "nobody")


def test_export_writes_formula_safe_csv_with_local_times(
    cli: CommandLine, session: Session, ana: str
) -> None:
    save_organisation(session, time_zone="Europe/Madrid")
    session.commit()
    rows = list(csv.DictReader(io.StringIO(cli.ok("progress", "export"))))
    course = next(row for row in rows if row["type"] == "course")
    assert course["course"] == "'=SUM(A1)"
    assert course["user_id"] == "'+7c1d"
    assert course["learner"] == "García, Ana"
    assert (course["percent"], course["channel"], course["demo"]) == ("50", "both", "no")
    assert course["first_seen"] == "2026-07-01T22:30:00.123Z"
    assert course["first_seen (Europe/Madrid)"] == "2026-07-02 00:30:00"
    assert course["completed_at"] == course["completed_at (Europe/Madrid)"] == ""


@pytest.mark.parametrize("way", [["--format", "json"], ["--json"]])
def test_export_as_json_is_what_list_says(cli: CommandLine, ana: str, way: list[str]) -> None:
    assert json.loads(cli.ok("progress", "export", *way)) == cli.json("progress", "list")


def test_export_writes_a_file_and_an_audit_entry(
    cli: CommandLine, session: Session, ana: str, tmp_path: Path
) -> None:
    path = tmp_path / "progress.csv"
    result = cli.run("progress", "export", "--output", str(path))
    assert result.stdout == ""
    text = path.read_bytes().decode()
    assert text.count("\r\n") == 3
    assert "\r\r\n" not in text
    assert list_audit(session)[0].action == "progress.exported"


def test_export_to_a_place_that_is_none_is_refused(cli: CommandLine, ana: str, tmp_path: Path) -> None:
    cli.refused("progress", "export", "--output", str(tmp_path / "no" / "such" / "place.csv"))


def test_export_knows_csv_and_json_only(cli: CommandLine) -> None:
    cli.misused("progress", "export", "--format", "xlsx")


def test_rebuild_makes_the_same_rows_again(cli: CommandLine, session: Session, ana: str) -> None:
    before = cli.json("progress", "list")
    assert cli.json("progress", "rebuild") == {"learners": 1, "rows": 2}
    assert cli.json("progress", "list") == before
    session.execute(delete(ProgressRow))
    session.commit()
    assert cli.json("progress", "list") == []
    cli.ok("progress", "rebuild")
    assert cli.json("progress", "list") == before
    assert list_audit(session)[0].action == "progress.rebuilt"


def test_a_row_is_overridden_begun_anew_and_explained(cli: CommandLine, session: Session, ana: str) -> None:
    course = resolve_identifier(session, COURSE).course_id
    why = ("--reason", "A paper exam")
    done = cli.json(
        "progress", "override", ana, course, "--status", "passed", "--completed-at", "2026-07-02", *why
    )
    assert (done["before"]["percent"], done["after"]["status"]) == (50, "passed")
    assert done["after"]["completed_at"] == "2026-07-02T00:00:00.000Z"
    begun = cli.json("progress", "attempt", ana, course, *why)
    assert begun["after"]["status"] == "not_started"
    told = cli.json("progress", "why", ana, course)
    assert [step["kind"] for step in told["steps"]] == ["message", "message", "override", "attempt"]
    assert told["reasons"]["status"]["step"] == 4
    assert told["earlier_attempts"][0]["status"] == "passed"
    assert "A paper exam" in cli.ok("progress", "why", ana, course)
    for each in (begun, done):
        undone = cli.json("progress", "undo", str(each["decision"]))
        assert undone["changed"] is True
    assert undone["after"] == done["before"]
    assert cli.json("progress", "undo", str(done["decision"]))["changed"] is False
    session.commit()
    actions = [each.action for each in list_audit(session)]
    assert actions[:4] == ["progress.decision_undone"] * 2 + ["progress.attempt_begun", "progress.overridden"]
    for wrong in (("--status", "in_progress", *why), ("--status", "passed", "--reason", " ")):
        cli.refused("progress", "override", ana, course, *wrong)
    cli.refused("progress", "override", ana, "nothing", "--status", "passed", *why)
    cli.refused("progress", "undo", "4711")
    cli.refused("progress", "why", ana, "nothing")
