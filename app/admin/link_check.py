"""A launch link taken apart and judged, part by part, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.hosts import DEFAULT_PORTS, BadHost, parse_host
from app.access.integrations import Integration, UnknownIntegration, get_integration
from app.access.launch_urls import build_content_url
from app.access.launches import (
    BadLaunchLink,
    ExpiredLaunchLink,
    LaunchTicket,
    LessonMode,
    hash_session_id,
    is_link_spent,
    read_launch_link,
)
from app.access.organisation import Organisation
from app.admin.formats import format_time
from app.catalog.service import Unit, UnknownCourse, get_course
from app.catalog.units import find_unit
from app.hacp.upstream_wire_launch import BadLmsLaunch, parse_lms_launch
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.models.launches import Launch
from app.settings import Settings
from app.words import worded

OK, WARN, BAD = "ok", "warn", "bad"
SHOWN_CHARACTERS = 300
_FOR_LMS = re.compile(r"/aicc/([0-9A-Za-z]{1,18})/([0-9A-Za-z]{1,18})/?")
_ENCODED_TWICE = re.compile(r"%(25)*3A(%(25)*2F){2}", re.IGNORECASE)
_NEW_SESSION = "…"
_MODES = {
    LessonMode.NORMAL: worded("normal"),
    LessonMode.BROWSE: worded("browse"),
    LessonMode.REVIEW: worded("review"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a link: what it is called, how it is written, and what it means or what is wrong with it."""

    name: str
    text: str
    words: str
    tone: str = OK


@dataclass(frozen=True, slots=True)
class Checked:
    """What a link is, and its parts."""

    title: str
    parts: tuple[Part, ...]

    @property
    def tone(self) -> str:
        """That of the worst part."""
        tones = {part.tone for part in self.parts}
        return BAD if BAD in tones else WARN if WARN in tones else OK


def check_link(
    session: Session, settings: Settings, organisation: Organisation, text: str, *, now: datetime
) -> Checked:
    """Take a link apart that somebody has: one of ours, one for an LMS, or one that opens content."""
    link = "".join(text.split())
    try:
        split = urlsplit(link)
    except ValueError:
        split = SplitResult("", "", "", "", "")
    if split.scheme not in ("http", "https") or not split.netloc:
        return Checked(
            worded("This is no link"),
            (Part(worded("Address"), _cut(link), worded("It begins with https://"), BAD),),
        )
    for_lms = _FOR_LMS.fullmatch(split.path)
    if split.path.startswith("/launch/"):
        parts = _check_own(session, settings, split.path.removeprefix("/launch/"), now)
        return Checked(worded("A launch link for a learner"), (_check_server(organisation, split), *parts))
    if for_lms is not None:
        parts = _check_for_lms(session, split, *for_lms.groups())
        return Checked(worded("A launch URL for an LMS"), (_check_server(organisation, split), *parts))
    return Checked(worded("A link that opens content"), tuple(_check_content(session, organisation, link)))


def describe_content(organisation: Organisation, unit: Unit) -> tuple[Part, ...]:
    """Return the address that a launch of ours sends the learner to, in parts."""
    own = build_content_url(unit.launch_url or "", session_id="", aicc_url="").partition("AICC_SID=")[0]
    url = build_content_url("", session_id="", aicc_url=organisation.hacp_url).partition("AICC_URL=")[2]
    parts = [
        Part(worded("Course"), _cut(own[:-1]), worded("where the course is, as its package says")),
        Part("AICC_SID", _NEW_SESSION, worded("a session of its own each time the link is opened")),
        Part("AICC_URL", url, worded("this server, percent-encoded once; the course reports here")),
    ]
    if unit.web_launch:
        parts.append(
            Part(worded("Extras"), _cut(unit.web_launch), worded("what the course’s package wants added"))
        )
    return tuple(parts)


def _check_server(organisation: Organisation, split: SplitResult) -> Part:
    written = f"{split.scheme}://{split.netloc}"
    if written.lower() != organisation.public_url.lower():
        words = worded("not the public address of this server, which is %(url)s", url=organisation.public_url)
        return Part(worded("Server"), _cut(written), words, BAD)
    return Part(worded("Server"), _cut(written), worded("this server"))


def _check_own(session: Session, settings: Settings, token: str, now: datetime) -> list[Part]:
    try:
        ticket = read_launch_link(settings, token, now=now)
    except ExpiredLaunchLink:
        return [Part(worded("Signed part"), _cut(token), worded("its time is over; make a new link"), BAD)]
    except BadLaunchLink:
        words = worded("damaged on the way, cut off, or not made by this server")
        return [Part(worded("Signed part"), _cut(token), words, BAD)]
    until = format_time(ticket.expires_at, ZoneInfo("UTC"), this_year=0)
    parts = [Part(worded("Signed part"), _cut(token), worded("good until %(moment)s UTC", moment=until))]
    return [*parts, *_check_ticket(session, ticket)]


def _check_ticket(session: Session, ticket: LaunchTicket) -> list[Part]:
    parts = [_check_integration(session, ticket.integration_id)[0]]
    try:
        course = get_course(session, ticket.course_id)
        no_url = not course.launch_url
        words = worded("has no launch URL, so nothing opens") if no_url else worded("opens")
        parts.append(Part(worded("Course"), course.title, words, BAD if no_url else OK))
    except UnknownCourse:
        parts.append(Part(worded("Course"), ticket.course_id, worded("is no longer here"), BAD))
    try:
        name = get_learner(session, ticket.learner_id).name
        parts.append(Part(worded("Learner"), name, worded("whoever opens it reports as this person")))
    except UnknownLearner:
        parts.append(Part(worded("Learner"), ticket.learner_id, worded("is no longer here"), BAD))
    mode = _MODES[ticket.lesson_mode]
    manner = (
        worded("%(mode)s, for credit", mode=mode)
        if ticket.is_credit
        else worded("%(mode)s, without credit", mode=mode)
    )
    parts.append(
        Part(
            worded("Taken"),
            manner,
            worded("once") if ticket.is_single_use else worded("as often as it is opened"),
        )
    )
    if is_link_spent(session, ticket.digest):
        tone = BAD if ticket.is_single_use else OK
        parts.append(
            Part(worded("Used"), worded("yes"), worded("a course that it opened has reported"), tone)
        )
    return parts


def _check_for_lms(session: Session, split: SplitResult, integration_id: str, unit_id: str) -> list[Part]:
    part, integration = _check_integration(session, integration_id)
    parts, unit = [part], find_unit(session, unit_id)
    if unit is None:
        parts.append(Part(worded("Course"), unit_id, worded("there is no such course here"), BAD))
    else:
        title = get_course(session, unit.course_id).title
        words = worded("opens") if unit.launch_url else worded("has no launch URL, so nothing opens")
        parts.append(Part(worded("Course"), title, words, OK if unit.launch_url else BAD))
    if "aicc_" not in split.query.lower():
        words = worded(
            "none, as is right in the LMS’s settings: it adds AICC_SID and AICC_URL at each launch"
        )
        return [*parts, Part(worded("Parameters"), _cut(split.query) or "–", words)]
    try:
        wanted = parse_lms_launch(split.query.encode())
    except BadLmsLaunch as error:
        return [*parts, Part(worded("Parameters"), _cut(split.query), str(error), BAD)]
    parts.append(Part("AICC_SID", _cut(wanted.session_id), worded("the session that the LMS made")))
    parts.append(_check_lms(integration, wanted.url, wanted.host))
    if wanted.extras:
        parts.append(Part(worded("Extras"), _cut(wanted.extras), worded("go on to the course")))
    return parts


def _check_lms(integration: Integration | None, url: str, host_text: str) -> Part:
    try:
        host = parse_host(host_text)
    except BadHost as error:
        return Part("AICC_URL", _cut(url), worded("no address of an LMS: %(reason)s", reason=str(error)), BAD)
    port = DEFAULT_PORTS["http" if url[:5].lower() == "http:" else "https"]
    names = integration.upstream_hosts if integration else ()
    if not any(parse_host(name).covers(host, port) for name in names):
        words = worded(
            "%(host)s is not among the LMSs of the integration, so the launch is refused", host=str(host)
        )
        return Part("AICC_URL", _cut(url), words, BAD)
    return Part("AICC_URL", _cut(url), worded("an LMS that is registered; it is told the results"))


def _check_integration(session: Session, integration_id: str) -> tuple[Part, Integration | None]:
    try:
        found = get_integration(session, integration_id)
    except UnknownIntegration:
        return Part(worded("Integration"), integration_id, worded("is no longer here"), BAD), None
    if not found.is_enabled:
        return Part(worded("Integration"), found.name, worded("is switched off"), BAD), found
    return Part(worded("Integration"), found.name, worded("is on")), found


def _check_content(session: Session, organisation: Organisation, link: str) -> list[Part]:
    address, _, query = link.partition("?")
    query, _, fragment = query.partition("#")
    found: dict[str, tuple[str, str]] = {}
    extras = []
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if name.upper() in ("AICC_SID", "AICC_URL"):
            found.setdefault(name.upper(), (name, value))
        elif piece:
            extras.append(piece)
    parts = [Part(worded("Course"), _cut(address), worded("where the course is"))]
    if "AICC_" in fragment.upper() or ("#" in address and "AICC_" in link.upper()):
        words = worded(
            "what stands behind # is not sent to the course’s server; put the parameters before it"
        )
        parts.append(Part(worded("Behind the #"), _cut(link.partition("#")[2]), words, BAD))
    is_ours, url_part = _check_aicc_url(organisation, *found.get("AICC_URL", ("AICC_URL", "")))
    parts += [_check_sid(session, *found.get("AICC_SID", ("AICC_SID", "")), is_ours=is_ours), url_part]
    if extras:
        parts.append(Part(worded("Extras"), _cut("&".join(extras)), worded("the course’s own parameters")))
    return parts


def _check_sid(session: Session, name: str, value: str, *, is_ours: bool) -> Part:
    session_id = unquote(value)
    if not session_id:
        return Part(name, "–", worded("missing: without it the course reports to nobody"), BAD)
    if not is_ours:
        return Part(name, _cut(value), worded("a session of the other server"))
    row = session.execute(
        select(Launch.ended_at).where(Launch.session_hash == hash_session_id(session_id))
    ).first()
    if row is None:
        return Part(
            name, _cut(value), worded("no session here has this id; each launch makes a new one"), BAD
        )
    if row.ended_at is not None:
        return Part(name, _cut(value), worded("a session that has ended; launch the course anew"), WARN)
    return Part(name, _cut(value), worded("a session of this server that is open"))


def _check_aicc_url(organisation: Organisation, name: str, value: str) -> tuple[bool, Part]:
    """Return whether it is ours, and the part."""
    if not value:
        return False, Part(name, "–", worded("missing: without it the course reports to nobody"), BAD)
    url = unquote(value)
    shown = _cut(value)
    if _ENCODED_TWICE.search(url):
        return False, Part(name, shown, worded("percent-encoded twice: the course cannot read it"), BAD)
    if url == organisation.hacp_url:
        if "://" in value:
            return True, Part(name, shown, worded("this server, but it should be percent-encoded"), WARN)
        return True, Part(name, shown, worded("this server, percent-encoded once"))
    if _host_of(url) == _host_of(organisation.public_url):
        return True, Part(
            name,
            shown,
            worded("not this server’s AICC address, which is %(url)s", url=organisation.hacp_url),
            BAD,
        )
    return False, Part(name, shown, worded("another server: results go there and not here"), WARN)


def _host_of(url: str) -> str:
    """Return an address's host and port as written, in lower case; "" where there is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"
