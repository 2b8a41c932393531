"""Acts on the organisation's own choices."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.access.hosts import parse_public_url
from app.access.integrations import add_public_host_everywhere
from app.access.organisation import Organisation, load_organisation, save_organisation
from app.admin.acts import wizard
from app.settings import Settings


def change_organisation(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    public_url: str | None,
    time_zone: str | None,
    in_wizard: bool = False,
) -> Organisation:
    """Keep the public URL and time zone; what the environment fixes is left alone. Raises BadHost.

    A new public host joins every integration's list; the old one stays until somebody removes it there.
    """
    if in_wizard:
        wizard.move_on(session, wizard.INTEGRATION)
    before = load_organisation(session, settings)
    save_organisation(
        session,
        public_url=None if settings.public_url else public_url,
        time_zone=None if settings.time_zone else time_zone,
    )
    after = load_organisation(session, settings)
    if after.public_url != before.public_url:
        add_public_host_everywhere(session, parse_public_url(after.public_url)[1])
    detail = {}
    if (after.public_url, after.public_url_source) != (before.public_url, before.public_url_source):
        detail["public_url"] = f"{before.public_url} → {after.public_url}"
    if after.time_zone != before.time_zone:
        detail["time_zone"] = f"{before.time_zone} → {after.time_zone}"
    if detail:
        write_audit(session, actor=actor, action="organisation.changed", target="organisation", detail=detail)
    return after
