"""Launch links for many learners: a list of people in, the same list with links out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.learners.service import find_identity
from app.learners.values import IdentityKind
from app.progress.export import make_harmless, write_row
from app.words import worded

MOST_PEOPLE = 5_000
_EMAIL, _USER_ID = "email", "user_id"
# What people call the columns, with blanks and hyphens as underscores.
_NAMES = {
    "email": _EMAIL,
    "e_mail": _EMAIL,
    "mail": _EMAIL,
    "email_address": _EMAIL,
    "e_mail_address": _EMAIL,
    "user_id": _USER_ID,
    "userid": _USER_ID,
    "id": _USER_ID,
}
_NOBODY = "nobody here is known by this"
_NOTHING = "neither an e-mail address nor a user ID"


class BadList(ValueError):
    """The list cannot be read; the message is fit for the person who brought it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list: how they are named, and who that is here or why nobody."""

    email: str
    user_id: str
    learner_id: str | None = None
    problem: str = ""


def read_people(text: str) -> list[Row]:
    """Read a list with a head that names `email` or `user_id`, or of bare e-mails; raises BadList."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise BadList(worded("the list is empty"))
    separator = max(",;\t", key=lines[0].count)
    try:
        table = list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise BadList(worded("the list cannot be read as CSV: %(reason)s", reason=str(error))) from error
    columns = {_NAMES.get(_fold(cell)): index for index, cell in enumerate(table[0])}
    columns.pop(None, None)
    rows = table[1:] if columns else table
    if not columns:
        if "@" not in table[0][0]:
            raise BadList(worded("name a column email or user_id in the first line"))
        columns = {_EMAIL: 0}
    if len(rows) > MOST_PEOPLE:
        raise BadList(
            worded(
                "the list holds %(n)s people; %(most)s are the most at once", n=len(rows), most=MOST_PEOPLE
            )
        )
    return [Row(_cell(cells, columns.get(_EMAIL)), _cell(cells, columns.get(_USER_ID))) for cells in rows]


def find_people(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Find the learners behind the rows, each by e-mail address, else by user id."""
    return [_find(session, row) for row in rows]


def write_links(rows: Sequence[Row], links: Sequence[str]) -> Iterator[str]:
    """Yield the CSV row by row; `links` belong to the rows that have a learner, in their order."""
    yield write_row(["email", "user_id", "launch_link", "problem"])
    left = iter(links)
    for row in rows:
        link = next(left) if row.learner_id else ""
        yield write_row([make_harmless(row.email), make_harmless(row.user_id), link, row.problem])


def _find(session: Session, row: Row) -> Row:
    if not row.email and not row.user_id:
        return Row("", "", problem=_NOTHING)
    for kind, value in ((IdentityKind.EMAIL, row.email), (IdentityKind.USER_ID, row.user_id)):
        found = find_identity(session, kind, "", value) if value else None
        if found is not None:
            return Row(row.email, row.user_id, found.learner_id)
    return Row(row.email, row.user_id, problem=_NOBODY)


def _cell(cells: Sequence[str], index: int | None) -> str:
    text = "" if index is None or index >= len(cells) else cells[index]
    return "".join(c for c in text if c.isprintable()).strip()[:500]


def _fold(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_").replace("-", "_")
