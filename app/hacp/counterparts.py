"""The integration and the unit that a launch was opened for, looked up in one round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import bindparam, true
from sqlalchemy.orm import Session

from app.access.integrations import SELECT_INTEGRATION, Integration, to_integration
from app.access.launches import Launch
from app.catalog.service import Unit
from app.models import learning as tables
from app.models.base import table_of
from app.prepared import Prepared


def ask_counterparts(session: Session, launch: Launch) -> Callable[[], tuple[Integration | None, Unit]]:
    """Ask for the launch's integration, None for one that was deleted, and its unit."""
    asked = _SELECT.ask(session, {"integration_id": launch.integration_id, "unit_id": launch.unit_id})
    return lambda: _to_counterparts(asked.all())


def _to_counterparts(rows: Sequence[Any]) -> tuple[Integration | None, Unit]:
    assert rows, "a launch goes with its integration and its unit"
    unit = Unit(**{name: getattr(rows[0], f"unit_{name}") for name in _UNIT_FIELDS})
    return (None if rows[0].deleted_at is not None else to_integration(rows)), unit


_UNIT = table_of(tables.AssignableUnit)
_UNIT_FIELDS = tuple(each.name for each in fields(Unit))
_SELECT = Prepared(
    SELECT_INTEGRATION.add_columns(*(_UNIT.c[name].label(f"unit_{name}") for name in _UNIT_FIELDS))
    .join(_UNIT, true())
    .where(_UNIT.c.id == bindparam("unit_id"))
)
