"""System: what the doctor sees, what runs here, and a text with all of it for whoever helps."""

from __future__ import annotations

import ipaddress

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from app.admin.blueprint import blueprint
from app.admin.frame import render
from app.admin.pages.help import address_of
from app.admin.security import needs
from app.db import reading
from app.inspector.asked import Asked
from app.inspector.checking import Check, State
from app.inspector.doctor import MIGRATIONS, examine
from app.inspector.findings import CATALOGUE
from app.inspector.system import describe_system, write_diagnostics
from app.proxies import PEER
from app.settings import Settings, settings_of
from app.words import worded

_ORDER = (State.FAIL, State.WARN, State.OK)
# The checks that are about one thing have the same name always, as the command line prints it.
_NAMES = {
    "python": worded("python"),
    "data_directory": worded("data directory"),
    "free_space": worded("free space"),
    "secret_key": worded("secret key"),
    "clock": worded("clock"),
    "database": worded("database"),
    "migrations": worded("migrations"),
    "clock_against_data": worded("clock against data"),
    "clock_of_senders": worded("clock of senders"),
    "public_url": worded("public url"),
    "public_url_answers": worded("public url answers"),
    "proxy_headers": worded("proxy headers"),
    "owner": worded("owner"),
    "integrations": worded("integrations"),
    "learners": worded("learners"),
    "outbox": worded("outbox"),
    "worker": worded("worker"),
}


@blueprint.get("/admin/system")
@needs("system.read")
def system_page() -> Response:
    """Show the checks, those first that need a hand; `?integration=` shows one integration's alone."""
    settings = settings_of(current_app)
    with reading() as session:
        checks = examine(
            session, settings, MIGRATIONS, asked=_how_asked(settings), has_reach="reach" in request.args
        )
        system = describe_system(session, settings)
    wanted = request.args.get("integration", "")
    shown = [check for check in checks if not wanted or check.integration_id == wanted]
    shown.sort(key=lambda check: _ORDER.index(check.state))
    return render(
        "system.html",
        checks=[
            (_NAMES.get(check.check, check.check), check, _who(check), _address(check)) for check in shown
        ],
        wrong=sum(check.state is not State.OK for check in shown),
        is_narrowed=bool(wanted),
        system=system,
        diagnostics=write_diagnostics(system, checks),
        current="system",
    )


def _how_asked(settings: Settings) -> Asked:
    peer = str(request.environ.get(PEER) or request.remote_addr or "")
    return Asked(
        scheme=request.scheme,
        host=request.host,
        peer=peer,
        forwarded_proto=request.headers.get("X-Forwarded-Proto", ""),
        is_trusted=_is_within(peer, settings.trusted_proxies),
    )


def _is_within(peer: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False  # A Unix socket has no address.
    return any(address in ipaddress.ip_network(network) for network in networks)


def _who(check: Check) -> str:
    who = CATALOGUE[check.code].who if check.code and check.state is not State.OK else ""
    return "" if who == "nobody" else who


def _address(check: Check) -> str:
    """Return the page where it is put right, "" for none and for this one."""
    if check.integration_id:
        return url_for("admin.integration_detail", integration_id=check.integration_id)
    if not check.code or check.state is State.OK:
        return ""
    address = address_of(CATALOGUE[check.code].place)
    return "" if address == url_for("admin.system_page") else address
