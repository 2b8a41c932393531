"""Whom a text typed by a person means: the links by which statements of that person are found."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.models.learning import Identity, Learner
from app.xapi.agent_names import agents_of
from app.xapi.links import Kind, Link, agent_text, digest
from app.xapi.wire import JsonObject

# Names are shared and people have several identities; each is one more range to read.
_LIKELY_LEARNERS = 20
_LIKELY_AGENTS = 100


def find_agents(session: Session, text: str) -> tuple[Link, ...]:
    """Return the links of everybody whose name, address, user id or account this may be.

    A learner is found by any identity that is known, and then by all of them.
    """
    called = select(Learner.id).where(Learner.sort_name == text.casefold()[:300])
    named = select(Identity.learner_id).where(Identity.folded == text.lower())
    learner_ids = session.scalars(union(called, named).limit(_LIKELY_LEARNERS)).all()
    query = select(Identity.kind, Identity.namespace, Identity.value, Identity.home_page).where(
        Identity.learner_id.in_(learner_ids)
    )
    agents = list(_agents_called(text))
    for row in session.execute(query.limit(_LIKELY_AGENTS)):
        agents += agents_of(row.kind, row.value, row.home_page or row.namespace or None)
    texts = {agent_text(agent) for agent in agents}
    return tuple((int(Kind.AGENT), digest(each)) for each in sorted(filter(None, texts)))


def _agents_called(text: str) -> Iterator[JsonObject]:
    """Yield the agents that a text names by itself, whether or not a learner is known by it."""
    if "@" in text:
        yield from agents_of("email", text, None)
    if ":" in text:
        yield {"openid": text}
    yield {"mbox_sha1sum": text}
    # As the pages write an account.
    name, at, home_page = text.rpartition(" at ")
    if at:
        yield {"account": {"homePage": home_page, "name": name}}
