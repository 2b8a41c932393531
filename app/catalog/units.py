"""Assignable units: what an AICC package's AU file says of one, and its password."""

from __future__ import annotations

import hashlib
import hmac
from typing import Unpack

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.catalog.course_rules import UnitFields as UnitFields, check_unit_fields
from app.catalog.service import Unit, UnknownCourse, get_course, get_unit
from app.models import learning as tables
from app.models.base import table_of
from app.prepared import Prepared
from app.settings import Settings

_TABLE = table_of(tables.AssignableUnit)
_COLUMNS = (
    "id",
    "course_id",
    "launch_url",
    "web_launch",
    "core_vendor",
    "mastery_score",
    "max_score",
    "max_time_allowed",
    "time_limit_action",
    "comments",
    "au_password_hash",
    "system_id",
    "title",
)
_SELECT = Prepared(select(*(_TABLE.c[name] for name in _COLUMNS)).where(_TABLE.c.id == bindparam("unit_id")))


def read_unit(session: Session, unit_id: str) -> Unit:
    """Return a unit by its id, which a launch refers to."""
    unit = find_unit(session, unit_id)
    assert unit is not None, "a launch's unit is there as long as the launch"
    return unit


def find_unit(session: Session, unit_id: str) -> Unit | None:
    """Return a unit by an id that somebody else gave, None for one that is not here."""
    row = _SELECT.first(session, {"unit_id": unit_id})
    return None if row is None else Unit(**row._asdict())


def find_unit_of(session: Session, course_id: str, unit_id: str | None) -> Unit:
    """Return one unit of a course, the first when none is named; raises UnknownCourse for another's."""
    if unit_id is None:
        return get_unit(session, course_id)
    unit = find_unit(session, unit_id)
    if unit is None or unit.course_id != course_id:
        raise UnknownCourse(f"the course has no unit {unit_id!r}")
    return unit


def list_units(session: Session, course_id: str) -> list[Unit]:
    """List a course's units in their order."""
    query = (
        select(*(_TABLE.c[name] for name in _COLUMNS))
        .where(_TABLE.c.course_id == course_id)
        .order_by(_TABLE.c.position, _TABLE.c.id)
    )
    return [Unit(**row._asdict()) for row in session.execute(query)]


def set_unit(session: Session, settings: Settings, course_id: str, **given: Unpack[UnitFields]) -> Unit:
    """Set what is given of a course's unit.

    Raises UnknownCourse, or BadCourse with a sentence for the person who typed it.
    """
    unit = get_unit(session, get_course(session, course_id).id)
    values = check_unit_fields(given)
    if "au_password" in values:
        password = values.pop("au_password")
        values["au_password_hash"] = hash_au_password(settings, unit.id, password) if password else None
    if values:
        session.execute(update(_TABLE).where(_TABLE.c.id == unit.id).values(values))
        session.expire_all()
    return read_unit(session, unit.id)


def hash_au_password(settings: Settings, unit_id: str, password: str) -> bytes:
    """Return what the database keeps of an AU password: useless without the server's secret key.

    A slow hash would be paid with every message of every learner; the key does what slowness is for.
    """
    text = f"au password\0{unit_id}\0{password}"
    return hmac.digest(settings.secret_key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def is_au_password(settings: Settings, unit: Unit, password: str) -> bool:
    """Tell whether this is the unit's password; True for a unit that has none."""
    if unit.au_password_hash is None:
        return True
    return hmac.compare_digest(hash_au_password(settings, unit.id, password), unit.au_password_hash)
