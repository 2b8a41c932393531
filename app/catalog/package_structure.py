"""The order of a course's units, as its structure file gives it (AICC CMI001 v4.0 §7.4). Sans-I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.catalog.package_files import Table

if TYPE_CHECKING:
    from app.catalog.package import PackageUnit


def order_units(units: Sequence[PackageUnit], structure: Table) -> tuple[PackageUnit, ...]:
    """Return the units as a walk from ROOT through the blocks meets them, then those it does not meet."""
    members = _read_members(structure)
    places: dict[str, int] = {}
    waiting = ["root"]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        places[name] = len(places)
        waiting += reversed(members.get(name, ()))
    return tuple(sorted(units, key=lambda unit: places.get(unit.system_id.casefold(), len(places))))


def _read_members(structure: Table) -> dict[str, list[str]]:
    """Return each block's members; rows are as long as they have members, and the first cell is the block."""
    block = structure.columns.index("block") if "block" in structure.columns else 0
    members: dict[str, list[str]] = {}
    for row in structure.rows:
        cells = [cell.casefold() for cell in row.cells]
        if block < len(cells) and cells[block]:
            others = (cell for number, cell in enumerate(cells) if number != block and cell)
            members.setdefault(cells[block], []).extend(others)
    return members
