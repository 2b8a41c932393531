"""A copy of one person's data, and its erasure, in the pages."""

from __future__ import annotations

import io
import json
import zipfile

from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.learners.listing import list_learners
from app.learners.service import add_learner
from tests.admin.desk import Desk


def test_an_owner_hands_out_a_copy_and_erases_after_typing_the_name(desk: Desk, session: Session) -> None:
    ana = add_learner(session, name="Diaz, Ana", email="ana@example.com").id
    session.commit()
    address = f"/admin/learners/{ana}"
    assert "Download a copy" in desk.get(address).text
    copy = desk.post(f"{address}/copy")
    assert copy.headers["Content-Disposition"] == f'attachment; filename="learner-{ana}.zip"'
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        assert json.loads(archive.read("identity.json"))[0]["value"] == "ana@example.com"
    assert "Erase Diaz, Ana?" in desk.get(f"{address}/erase").text
    assert desk.post(f"{address}/erase", typed_name="Diaz").status_code == 422
    session.rollback()
    assert len(list_learners(session)) == 1
    session.rollback()
    assert desk.post(f"{address}/erase", typed_name="Diaz, Ana").status_code == 303
    assert "The learner is erased" in desk.get("/admin/learners").text
    for end in ("", "/erase"):
        assert desk.get(address + end).status_code == 404
    acts = [(entry.action, entry.target) for entry in list_audit(session)][:2]
    assert acts == [("learner.erased", "a learner"), ("learner.exported", "[erased]")]
