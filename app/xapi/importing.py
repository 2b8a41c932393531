"""Take in lines of an export, by the rules and the ways of the statements resource."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.access.clients import find_newest_client
from app.access.integrations import get_integration
from app.access.organisation import load_organisation
from app.models.base import new_id
from app.settings import Settings
from app.xapi.admission import Caller, format_authority
from app.xapi.attachment_store import find, keep
from app.xapi.attachments import Part, list_hashes
from app.xapi.errors import BadRequest, BadStatement, XapiError
from app.xapi.forgetting import forget_erased
from app.xapi.intake import Incoming, read_lenient, read_strict
from app.xapi.portable import StatementLine, parse_line
from app.xapi.statements import store
from app.xapi.tracking import plan, track
from app.xapi.versions import Version, find_version
from app.xapi.wire import JsonObject, load_json

_SCOPES = frozenset({"all"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file and its number, from 1."""

    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of lines: new statements, ones that were there already, and refused lines by number."""

    new: int
    same: int
    errors: tuple[tuple[int, str], ...]


def find_importer(session: Session, settings: Settings, integration_id: str) -> Caller:
    """Return the caller whose authority imported statements get: the integration's newest credential.

    Raises UnknownIntegration, and BadRequest when it has no credential.
    """
    get_integration(session, integration_id)
    client = find_newest_client(session, integration_id)
    if client is None:
        raise BadRequest("the integration has no credential, whose name its statements could carry")
    organisation = load_organisation(session, settings)
    return Caller(client, _SCOPES, False, format_authority(organisation, client), None)


def take_lines(session: Session, settings: Settings, caller: Caller, lines: Sequence[Line]) -> Taken:
    """Store what the lines hold. A line that cannot be read is named and left out.

    Raises XapiError when a line is good by itself but cannot be stored, such as another statement under a
    known id: the transaction is to be rolled back, and the lines to be tried one at a time.
    """
    errors: list[tuple[int, str]] = []
    statements: list[Incoming] = []
    for line in lines:
        try:
            statements += _read(session, settings, caller, line)
        except XapiError as error:
            errors.append((line.number, describe(error)))
    is_lenient = caller.client.is_lenient
    statements = [*forget_erased(session, tuple(statements), (), is_lenient=is_lenient).statements]
    planned = plan(session, caller.client, statements, received_at=clock.now())
    outcome = store(
        session,
        caller,
        statements,
        version=Version(caller.client.xapi_default_version),
        exchange_id=new_id(),
    )
    if outcome.changed:
        raise BadRequest(f"another statement with the id {outcome.changed[0].statement_id} is stored")
    counted = [stored for stored in outcome.new if stored.key not in outcome.voided]
    if counted:
        track(session, caller.client, counted, planned)
    return Taken(len(outcome.new), outcome.repeated, tuple(errors))


def describe(error: XapiError) -> str:
    """Say what is wrong and where in the line."""
    return f"{error.text} (at {error.pointer})" if error.pointer else error.text


def _read(session: Session, settings: Settings, caller: Caller, line: Line) -> Iterable[Incoming]:
    found = parse_line(line.text)
    if found is None:
        return ()
    integration_id = caller.client.integration_id
    if isinstance(found, Part):
        keep(session, integration_id, [found], max_mb=settings.attachment_max_mb)
        return ()
    if caller.client.is_lenient:
        return read_lenient(found.text, integration_id)
    return _read_strictly(session, caller, found)


def _read_strictly(session: Session, caller: Caller, line: StatementLine) -> Sequence[Incoming]:
    """Judge by the version that the statement names, and by the other: one of them may have been taken."""
    value = load_json(line.text)
    members: JsonObject = value if isinstance(value, dict) else {}
    # The data came on lines before this one, or is there already.
    hashes = list_hashes([members])
    parts = find(session, caller.client.integration_id, hashes) if hashes else ()
    named = members.get("version")
    default = Version(caller.client.xapi_default_version)
    version = (find_version(named) if isinstance(named, str) else None) or default
    try:
        return read_strict(line.text, version, request_id=new_id(), parts=parts)
    except BadStatement as error:
        [other] = set(Version) - {version}
        try:
            return read_strict(line.text, other, request_id=new_id(), parts=parts)
        except BadStatement:
            raise error from None
