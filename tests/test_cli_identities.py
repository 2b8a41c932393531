"""`learner import|unmatched|merge|unmerge|split`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from tests.command_line import CommandLine


def test_learners_are_merged_parted_and_split(cli: CommandLine, session: Session) -> None:
    ana = cli.json("learner", "add", "--name", "Diaz, Ana", "--email", "ana@x.org")["id"]
    twin = cli.json("learner", "add", "--name", "Ana Diaz", "--user-id", "4711")["id"]
    merged = cli.json("learner", "merge", ana, twin)
    assert (merged["learner"]["id"], merged["from"], merged["identities_moved"]) == (ana, twin, 2)
    assert [each["value"] for each in merged["learner"]["identities"]] == ["ana@x.org", "4711"]
    assert [each["id"] for each in cli.json("learner", "list")] == [ana]
    parted = cli.json("learner", "unmerge", merged["merge_id"])
    assert (parted["learner"]["id"], parted["from"]) == (twin, ana)
    cli.ok("learner", "merge", ana, twin)
    split = cli.json("learner", "split", ana, "--identity", "user_id:4711")
    assert split["learner"]["identities"] == [{"kind": "user_id", "value": "4711"}]
    assert split["learner"]["provisional"] is True
    actions = {each.action for each in list_audit(session)}
    assert {"learner.merged", "learner.unmerged", "learner.split"} <= actions
    cli.refused("learner", "unmerge", merged["merge_id"])
    cli.refused("learner", "unmerge", "nothing")
    cli.refused("learner", "merge", ana, "nobody")
    cli.refused("learner", "split", ana, "--identity", "nothing")
    cli.misused("learner", "split", ana)


def test_a_list_is_tried_and_taken_in(cli: CommandLine, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,email,name\n4711,ana@x.org,Ana\n,nothing,Bad\n")
    wrong = [{"line": 3, "message": "'nothing' is not an e-mail address"}]
    for arguments, is_dry in ((["--dry-run"], True), ([], False)):
        told = cli.json("learner", "import", str(file), *arguments)
        assert told == {"new": 1, "changed": 0, "same": 0, "errors": wrong, "dry_run": is_dry}
    assert cli.json("learner", "import", str(file))["same"] == 1
    assert len(cli.json("learner", "list")) == 1
    assert list_audit(session)[0].action == "learner.imported"
    file.write_text("nothing")
    cli.refused("learner", "import", str(file))


def test_who_is_unmatched_is_listed_with_suggestions(cli: CommandLine, session: Session) -> None:
    ana = cli.json("learner", "add", "--name", "Diaz, Ana", "--email", "ana@x.org")["id"]
    resolve_identity(session, kind=IdentityKind.USER_ID, value="ANA@x.org")
    session.commit()
    [found] = cli.json("learner", "unmatched")
    assert (found["suggestions"][0]["id"], found["suggestions"][0]["percent"]) == (ana, 97)
    assert "97 % Diaz, Ana" in cli.ok("learner", "unmatched")
    assert cli.ok("learner", "unmatched", "--ignored") == "Everyone is matched.\n"
