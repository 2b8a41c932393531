"""Find the learner a message means, and keep the list of learners."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import on_conflict_insert
from app.learners.erased import check_not_erased
from app.learners.values import (
    BadLearner,
    Identity,
    IdentityKind,
    KnownIdentity,
    Learner,
    UnknownLearner,
    clean_name,
    name_key,
    normalise_value,
    stem_of,
)
from app.models import learning as tables
from app.models.base import fit_key, new_id, table_of
from app.prepared import Asked, Prepared
from app.words import worded

_TWO_LEARNERS = worded("the e-mail and the user id belong to two different learners")


def resolve_identity(
    session: Session,
    *,
    kind: IdentityKind,
    value: str,
    namespace: str = "",
    name: str | None = None,
    home_page: str | None = None,
    is_demo: bool = False,
    asked: Asked | None = None,
) -> Identity:
    """Return the identity a source used; an unseen one gets a provisional learner, so nothing is refused.

    User ids are compared exactly first, then case-insensitively (GUIDs change case between systems).
    `asked` is what `ask_identity` gave for the same names.
    """
    value, namespace = _fit(normalise_value(kind, value)), _fit(namespace)
    row = _find_row(session, kind, namespace, value, asked)
    if row is not None:
        if name and row.is_provisional:
            _name_provisional(session, row.learner_id, row.name, name)
        return Identity(row.id, row.learner_id)
    learner_id = _insert_learner(session, name=name or value, is_provisional=True, is_demo=is_demo)
    return _attach(session, learner_id, kind, namespace, value, home_page=home_page)


def ask_identity(session: Session, *, kind: IdentityKind, value: str, namespace: str = "") -> Asked:
    """Ask ahead for the identity that `resolve_identity` is going to return."""
    return _ask_exact(session, kind, _fit(namespace), _fit(normalise_value(kind, value)))


def find_identity(session: Session, kind: IdentityKind, namespace: str, value: str) -> Identity | None:
    """Return the identity, None for an unseen one."""
    return _find_identity(session, kind, _fit(namespace), _fit(normalise_value(kind, value)))


def attach_identity(
    session: Session, learner_id: str, kind: IdentityKind, namespace: str, value: str
) -> Identity:
    """Give a learner one more identity; one that is another's already stays theirs."""
    return _attach(session, learner_id, kind, _fit(namespace), _fit(normalise_value(kind, value)))


def own_identity(session: Session, learner_id: str) -> Identity:
    """Return the identity by which our own launches name this learner."""
    found = _find_identity(session, IdentityKind.LEARNER, "", learner_id)
    return found or _attach(session, learner_id, IdentityKind.LEARNER, "", learner_id)


def add_learner(
    session: Session,
    *,
    name: str,
    email: str | None = None,
    user_id: str | None = None,
    attributes: Mapping[str, str] | None = None,
    is_demo: bool = False,
) -> Learner:
    """Add a learner, or complete the one whom a given identity already names.

    `attributes` are AICC's student demographics by keyword; None leaves those that are kept. Raises
    BadLearner when the name is empty, the e-mail is none, or the two identities belong to two people.
    """
    cleaned = clean_name(name)
    if not cleaned:
        raise BadLearner(worded("give the learner a name, as Last, First"))
    given = _given_identities(email, user_id)
    known = {
        identity.learner_id: identity
        for kind, value in given
        if (identity := _find_identity(session, kind, "", value)) is not None
    }
    if len(known) > 1:
        raise BadLearner(_TWO_LEARNERS)
    if known:
        learner_id = next(iter(known))
    else:
        # Provisional at first: when another request adds the same person now, this row gives way to theirs.
        learner_id = _insert_learner(session, name=cleaned, is_provisional=True, is_demo=is_demo)
    for kind, value in given:
        identity = _find_identity(session, kind, "", value)
        if identity is None:
            identity = _attach(session, learner_id, kind, "", value)
        known[identity.learner_id] = identity
        learner_id = identity.learner_id
    if len(known) > 1:
        raise BadLearner(_TWO_LEARNERS)
    session.execute(
        update(tables.Learner)
        .where(tables.Learner.id == learner_id)
        .values(**name_columns(cleaned), is_provisional=False, is_ignored=False)
    )
    if attributes is not None:
        _write_attributes(session, learner_id, attributes)
    return get_learner(session, learner_id)


def _write_attributes(session: Session, learner_id: str, attributes: Mapping[str, str]) -> None:
    cleaned = {name.strip().lower(): " ".join(value.split())[:255] for name, value in attributes.items()}
    cleaned = {name: value for name, value in cleaned.items() if value}
    text = json.dumps(cleaned) if cleaned else ""
    session.execute(update(tables.Learner).where(tables.Learner.id == learner_id).values(attributes=text))


def get_learner(session: Session, learner_id: str) -> Learner:
    """Read one learner; the id of one who was merged leads to the other. Raises UnknownLearner."""
    current_id = _follow(session, learner_id)
    learners = read_learners(session, select(tables.Learner).where(tables.Learner.id == current_id))
    if not learners:
        raise UnknownLearner(worded("there is no learner %(id)s", id=repr(learner_id)))
    return learners[0]


def lock_learner(session: Session, learner_id: str) -> Learner:
    """Read one learner as `get_learner` does, and keep them from being merged until the commit."""
    _follow(session, learner_id, locks=True)
    return get_learner(session, learner_id)


def list_ids_of(session: Session, learner_id: str) -> list[str]:
    """Return a learner's id and those of all merged into them, as deliveries and exchanges still say."""
    ids = [learner_id]
    for each in ids:
        row = tables.Learner
        ids += session.scalars(select(row.id).where(row.merged_into_id == each, row.id.not_in(ids)))
    return ids


def _follow(session: Session, learner_id: str, *, locks: bool = False) -> str:
    row = tables.Learner
    while True:
        query = select(row.merged_into_id).where(row.id == learner_id)
        # A merge holds both of its learners: whoever waits for it reads what it left.
        into = session.scalar(query.with_for_update(read=True) if locks else query)
        if into is None:
            return learner_id
        learner_id = into


def read_attributes(session: Session, learner_id: str) -> dict[str, str]:
    """Return a learner's attributes by keyword."""
    text = session.scalar(select(tables.Learner.attributes).where(tables.Learner.id == learner_id))
    attributes: dict[str, str] = json.loads(text) if text else {}
    return attributes


def identities_of(session: Session, learner_ids: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return (kind, value) pairs per learner, without our own opaque ids."""
    row = tables.Identity
    found: dict[str, list[tuple[str, str]]] = {}
    query = select(row.learner_id, row.kind, row.value).where(
        row.learner_id.in_(list(learner_ids)), row.kind != IdentityKind.LEARNER.value
    )
    for learner_id, kind, value in session.execute(query.order_by(row.id)):
        found.setdefault(learner_id, []).append((kind, value))
    return {learner_id: tuple(pairs) for learner_id, pairs in found.items()}


def list_identities(session: Session, learner_id: str) -> list[KnownIdentity]:
    """List a learner's identities in the order in which they came, without our own opaque ids."""
    row = tables.Identity
    query = (
        select(row.id, row.kind, row.namespace, row.value, row.first_seen_at)
        .where(row.learner_id == learner_id, row.kind != IdentityKind.LEARNER.value)
        .order_by(row.id)
    )
    return [KnownIdentity(*found) for found in session.execute(query)]


def delete_demo_learners(session: Session) -> int:
    """Delete the learners that the demo made; their progress goes with them. Returns how many."""
    demo = select(tables.Learner.id).where(tables.Learner.is_demo)
    session.execute(delete(tables.Identity).where(tables.Identity.learner_id.in_(demo)))
    count = (
        session.scalar(select(func.count()).select_from(tables.Learner).where(tables.Learner.is_demo)) or 0
    )
    session.execute(delete(tables.Learner).where(tables.Learner.is_demo))
    return count


def identity_columns(learner_id: str, kind: IdentityKind, value: str, namespace: str = "") -> dict[str, str]:
    """Return a normalised value and the forms of it that are compared."""
    value = _fit(value)
    folded = _fit(value.casefold())
    return {
        "learner_id": learner_id,
        "kind": kind.value,
        "namespace": namespace,
        "value": value,
        "folded": folded,
        "stem": stem_of(folded),
    }


def name_columns(name: str) -> dict[str, str]:
    """Return a name and the forms of it that tables are sorted by and compared with."""
    return {"name": name, "sort_name": name.casefold()[:300], "name_key": name_key(name)}


def check_email(text: str) -> str:
    """Return an e-mail address as it is kept; raises BadLearner for what is none."""
    value = _fit(normalise_value(IdentityKind.EMAIL, text))
    if "@" not in value or " " in value:
        raise BadLearner(worded("%(value)s is not an e-mail address", value=repr(value)))
    return value


def _fit(text: str) -> str:
    return fit_key(text, 800)


def _given_identities(email: str | None, user_id: str | None) -> list[tuple[IdentityKind, str]]:
    given = []
    if email and email.strip():
        given.append((IdentityKind.EMAIL, check_email(email)))
    if user_id and user_id.strip():
        given.append((IdentityKind.USER_ID, _fit(normalise_value(IdentityKind.USER_ID, user_id))))
    return given


def read_learners(session: Session, query: Select[tables.Learner]) -> list[Learner]:
    """Return the learners of a query, with their identities."""
    rows = session.scalars(query).all()
    identities = identities_of(session, [row.id for row in rows])
    return [
        Learner(
            id=row.id,
            name=row.name,
            identities=identities.get(row.id, ()),
            is_provisional=row.is_provisional,
            is_demo=row.is_demo,
            group=row.group_name,
            manager=row.manager,
            is_ignored=row.is_ignored,
            created_at=row.created_at,
        )
        for row in rows
    ]


# Made once: putting a statement together costs more than running it.
_IDENTITY, _LEARNER = table_of(tables.Identity), table_of(tables.Learner)
_select_row = select(_IDENTITY.c.id, _IDENTITY.c.learner_id, _LEARNER.c.name, _LEARNER.c.is_provisional).join(
    _LEARNER, _LEARNER.c.id == _IDENTITY.c.learner_id
)
# An observation's foreign key takes this lock a little later anyhow. Taken here it holds the identity to its
# learner until the commit: a merge waits for what is being recorded, or is waited for (see `merging`).
_select_row = _select_row.with_for_update(read=True, key_share=True, of=_IDENTITY)
_SELECT_EXACT = Prepared(
    _select_row.where(
        _IDENTITY.c.kind == bindparam("kind"),
        _IDENTITY.c.namespace == bindparam("namespace"),
        _IDENTITY.c.value == bindparam("value"),
    )
)
_SELECT_ALIKE = Prepared(
    _select_row.where(_IDENTITY.c.kind == bindparam("kind"), _IDENTITY.c.folded == bindparam("folded")).limit(
        2
    )
)


def _find_identity(session: Session, kind: IdentityKind, namespace: str, value: str) -> Identity | None:
    row = _find_row(session, kind, namespace, value)
    return None if row is None else Identity(id=row.id, learner_id=row.learner_id)


def _ask_exact(session: Session, kind: IdentityKind, namespace: str, value: str) -> Asked:
    return _SELECT_EXACT.ask(session, {"kind": kind.value, "namespace": namespace, "value": value})


def _find_row(
    session: Session, kind: IdentityKind, namespace: str, value: str, asked: Asked | None = None
) -> Any | None:
    """Return the identity with its learner's name."""
    found = (asked or _ask_exact(session, kind, namespace, value)).first()
    if found is None and kind is IdentityKind.USER_ID:
        alike = _SELECT_ALIKE.all(session, {"kind": kind.value, "folded": _fit(value.casefold())})
        # Two ids that differ only in case belong to whom they belong to: never guess between them.
        found = alike[0] if len(alike) == 1 else None
    return found


def _insert_learner(session: Session, *, name: str, is_provisional: bool, is_demo: bool) -> str:
    learner_id = new_id()
    name = clean_name(name) or "?"
    session.execute(
        insert(tables.Learner).values(
            id=learner_id,
            **name_columns(name),
            is_provisional=is_provisional,
            is_demo=is_demo,
            created_at=clock.now(),
        )
    )
    return learner_id


def _attach(
    session: Session,
    learner_id: str,
    kind: IdentityKind,
    namespace: str,
    value: str,
    *,
    home_page: str | None = None,
) -> Identity:
    """Insert the identity; when another request did so first, use that one and drop our empty learner.

    Raises ErasedLearner for a name of somebody who was erased.
    """
    check_not_erased(session, kind, namespace, value)
    identity_id = session.execute(
        on_conflict_insert(session, tables.Identity)
        .values(
            **identity_columns(learner_id, kind, value, namespace),
            home_page=None if home_page is None else home_page[:1000],
            first_seen_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["kind", "namespace", "value"])
        .returning(tables.Identity.id)
    ).scalar_one_or_none()
    if identity_id is not None:
        return Identity(id=identity_id, learner_id=learner_id)
    found = _find_identity(session, kind, namespace, value)
    assert found is not None, "a conflicting identity is visible once its insert has been waited for"
    if found.learner_id != learner_id:
        empty = (
            tables.Learner.is_provisional
            & ~select(tables.Identity.id).where(tables.Identity.learner_id == learner_id).exists()
        )
        session.execute(delete(tables.Learner).where(tables.Learner.id == learner_id, empty))
    return found


def _name_provisional(session: Session, learner_id: str, old_name: str, name: str) -> None:
    """Give a provisional learner the name a message brought, while theirs is only an identity's value."""
    cleaned = clean_name(name)
    if not cleaned or old_name == cleaned:
        return
    values = session.scalars(
        select(tables.Identity.value).where(tables.Identity.learner_id == learner_id)
    ).all()
    if old_name in {clean_name(value) for value in values}:
        session.execute(
            update(tables.Learner).where(tables.Learner.id == learner_id).values(**name_columns(cleaned))
        )
