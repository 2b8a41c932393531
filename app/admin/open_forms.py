"""Forms that are open in a session, so that a reload does not add a second integration or destination."""

from __future__ import annotations

import secrets

from flask import session as cookie

# The session remembers this many.
OPEN_FORMS = 8


def new_form_id() -> str:
    """Remember a form that is being shown."""
    form_id = secrets.token_urlsafe(9)
    cookie["forms"] = [*cookie.get("forms", []), form_id][-OPEN_FORMS:]
    return form_id


def spend_form_id(form_id: str | None) -> bool:
    """Tell whether the form was shown and not sent before; it is spent from now on."""
    known = cookie.get("forms", [])
    if form_id not in known:
        return False
    cookie["forms"] = [other for other in known if other != form_id]
    return True
