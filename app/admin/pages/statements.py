"""xAPI statements: the list, and one statement with all that is known of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.access.integrations import Integration, Kind, list_integrations
from app.admin.blueprint import blueprint
from app.admin.frame import organisation, render, see_other
from app.admin.security import needs
from app.db import reading
from app.words import worded
from app.xapi.browsing import Line, Wanted, list_lines
from app.xapi.languages import parse_accept_language
from app.xapi.people_filter import find_agents
from app.xapi.pretty import format_pretty
from app.xapi.query_rules import HIGHEST_KEY
from app.xapi.statement_filter import KNOWN_VERBS, LONGEST_KEY, StatementFilter, make_wanted, read_filter
from app.xapi.statement_view import Shown, get_shown

PAGE = 50
# More text than this is not laid out on the page; the file has all of it.
SHOWN_CHARACTERS = 100_000


@blueprint.get("/admin/statements")
@needs("statement.read")
def statement_list() -> Response:
    """List statements, newest first; the address is the state."""
    given = read_filter(request.args)
    integrations = list_sources()
    lines, newer, older = _turn(given, read_wanted(given, integrations))
    if given.after is not None and newer is None:
        # At the newest, but perhaps with less than a page: that is the first page, and it is full.
        return see_other(f"{url_for('admin.statement_list')}?{given.query()}")
    if given.values["id"] and len(lines) == 1:
        return see_other(url_for("admin.statement_detail", key=lines[0].key))
    return render(
        "statements.html",
        400 if given.faults else 200,
        given=given,
        lines=lines,
        integrations=integrations,
        names={key: each.name for key, each in integrations.items()},
        chips=given.chips(_name(integrations, given.values["integration"])),
        verbs=KNOWN_VERBS,
        newer=newer,
        older=older,
        current="statements",
    )


@blueprint.get("/admin/statements/<key>")
@needs("statement.read")
def statement_detail(key: str) -> Response:
    """Show one statement."""
    shown = find_or_404(key)
    text = shown.line.text.decode()
    return render(
        "statement.html",
        shown=shown,
        line=shown.line,
        pretty=format_pretty(text) if len(text) <= SHOWN_CHARACTERS else "",
        text=text[:SHOWN_CHARACTERS],
        is_cut=len(text) > SHOWN_CHARACTERS,
        current="statements",
    )


def list_sources() -> dict[str, Integration]:
    """Return the integrations that can have statements, by their ids."""
    with reading() as session:
        return {each.id: each for each in list_integrations(session) if each.kind is not Kind.AICC}


def read_wanted(given: StatementFilter, integrations: dict[str, Integration]) -> Wanted:
    """Return what the filters ask for, with whom the person typed may be."""
    agents = None
    if given.values["person"]:
        with reading() as session:
            agents = find_agents(session, given.values["person"])
    return make_wanted(given, integrations, agents, ZoneInfo(organisation().time_zone))


def find_or_404(key: str) -> Shown:
    """Return a statement by its key."""
    with reading() as session:
        shown = get_shown(session, read_number(key), languages=read_languages())
    if shown is None:
        abort(404, worded("There is no such statement; it may have been deleted with its integration."))
    return shown


def read_number(text: str) -> int:
    """Read a number of the address; what is none, or greater than any key, is 404."""
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else HIGHEST_KEY + 1
    if number > HIGHEST_KEY:
        abort(404)
    return number


def read_languages() -> tuple[str, ...]:
    """Return the reader's languages, the most wanted first."""
    return parse_accept_language(request.headers.get("Accept-Language"))


def _turn(given: StatementFilter, wanted: Wanted) -> tuple[list[Line], str | None, str | None]:
    """Return one page, and the addresses of the newer and the older one."""
    is_back = given.after is not None
    with reading() as session:
        found = list_lines(session, wanted, limit=PAGE + 1, languages=read_languages(), is_ascending=is_back)
    has_more, lines = len(found) > PAGE, found[:PAGE]
    if is_back:
        lines.reverse()
    is_first = not (has_more if is_back else given.before)
    newer = given.query(after=str(lines[0].key)) if lines and not is_first else None
    older = given.query(before=str(lines[-1].key)) if lines and (has_more or is_back) else None
    return lines, newer, older


def _name(integrations: dict[str, Integration], integration_id: str) -> str:
    return integrations[integration_id].name if integration_id in integrations else integration_id
