"""What a statement says about a learner's progress, in the words of the progress domain.

LinkedIn: `result.completion` decides when present, the verb only when absent. Record stores: the verb table,
or a result that carries completion, success or progress; anything else moves nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.progress.values import Channel, Report, Status
from app.xapi.leniency import find_account_name, find_email, find_text
from app.xapi.times import parse_duration, parse_timestamp
from app.xapi.wire import JsonObject

PROGRESS_EXTENSION = "https://w3id.org/xapi/cmi5/result/extensions/progress"

_ADL = "http://adlnet.gov/expapi/verbs/"
_CMI5 = "https://w3id.org/xapi/adl/verbs/"
VERB_STATUS = {
    f"{_ADL}initialized": Status.IN_PROGRESS,
    f"{_ADL}launched": Status.IN_PROGRESS,
    f"{_ADL}attempted": Status.IN_PROGRESS,
    f"{_ADL}experienced": Status.IN_PROGRESS,
    f"{_ADL}progressed": Status.IN_PROGRESS,
    f"{_ADL}terminated": Status.IN_PROGRESS,
    f"{_ADL}completed": Status.COMPLETED,
    f"{_ADL}satisfied": Status.COMPLETED,
    f"{_CMI5}satisfied": Status.COMPLETED,
    f"{_ADL}passed": Status.PASSED,
    f"{_ADL}mastered": Status.PASSED,
    f"{_ADL}failed": Status.FAILED,
}
_NOT_ACTIVITIES = frozenset({"Agent", "Group", "SubStatement", "StatementRef"})
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
# A score is shown, never computed with; beyond this it is noise, and a database's REAL has its limits too.
_GREATEST_SCORE = Decimal(10) ** 9
_LONGEST_TIME = timedelta(days=3_660)


class ActorKind(StrEnum):
    """How the actor is named; the values are those of the learners' identity kinds."""

    EMAIL = "email"
    USER_ID = "user_id"
    ACCOUNT = "account"
    OPENID = "openid"
    MBOX_SHA1SUM = "mbox_sha1sum"


@dataclass(frozen=True, slots=True)
class Actor:
    """One identified Agent. `home_page` is recorded; only kind ACCOUNT has it as `namespace` too."""

    kind: ActorKind
    value: str
    namespace: str = ""
    home_page: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What was learned; the id as it was sent, the title in one language."""

    id: str
    title: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A statement that says something about somebody's progress."""

    actor: Actor
    activity: Activity
    report: Report


def map_statement(statement: JsonObject, *, source: str, received_at: datetime) -> Mapped | None:
    """Map a statement of a record store (kind xapi); None when it is only to be stored."""
    actor, activity = _find_strict_actor(_part(statement, "actor")), _find_activity(statement)
    if actor is None or activity is None:
        return None
    result = _part(statement, "result")
    verb_status = VERB_STATUS.get(str(_part(statement, "verb").get("id")))
    if verb_status is None and not _result_moves(result):
        return None
    status = _strict_status(verb_status, result)
    return Mapped(actor, activity, _report(statement, status, source=source, received_at=received_at))


def map_linkedin_statement(
    statement: JsonObject, *, source: str, received_at: datetime, prefers_email: bool
) -> Mapped | None:
    """Map a statement of LinkedIn Learning; `prefers_email` decides when the actor carries both names."""
    actor = _find_linkedin_actor(_part(statement, "actor"), prefers_email=prefers_email)
    activity = _find_activity(statement)
    if actor is None or activity is None:
        return None
    completion = _find_flag(_part(statement, "result").get("completion"))
    if completion is None:
        verb_status = VERB_STATUS.get((find_text(_part(statement, "verb").get("id")) or "").lower())
        status = verb_status or Status.IN_PROGRESS
    else:
        status = Status.COMPLETED if completion else Status.IN_PROGRESS
    return Mapped(actor, activity, _report(statement, status, source=source, received_at=received_at))


# --- who ---


def _find_strict_actor(actor: JsonObject) -> Actor | None:
    if actor.get("objectType", "Agent") != "Agent":
        return None
    name = find_text(actor.get("name"))
    if email := find_email(actor.get("mbox")):
        return Actor(ActorKind.EMAIL, email, name=name)
    if account_name := find_account_name(actor):
        home_page = find_text(_part(actor, "account").get("homePage"))
        return Actor(ActorKind.ACCOUNT, account_name, home_page or "", home_page, name)
    return _find_rare_actor(actor, name)


def _find_linkedin_actor(actor: JsonObject, *, prefers_email: bool) -> Actor | None:
    if actor.get("objectType") == "Group":
        return None
    name = find_text(actor.get("name"))
    found: dict[ActorKind, Actor] = {}
    if email := find_email(actor.get("mbox")):
        found[ActorKind.EMAIL] = Actor(ActorKind.EMAIL, email, name=name)
    if user_id := find_account_name(actor):
        home_page = find_text(_part(actor, "account").get("homePage"))
        found[ActorKind.USER_ID] = Actor(ActorKind.USER_ID, user_id, home_page=home_page, name=name)
    wanted, other = ActorKind.EMAIL, ActorKind.USER_ID
    if not prefers_email:
        wanted, other = other, wanted
    return found.get(wanted) or found.get(other) or _find_rare_actor(actor, name)


def _find_rare_actor(actor: JsonObject, name: str | None) -> Actor | None:
    if openid := find_text(actor.get("openid")):
        return Actor(ActorKind.OPENID, openid, name=name)
    if digest := find_text(actor.get("mbox_sha1sum")):
        return Actor(ActorKind.MBOX_SHA1SUM, digest.lower(), name=name)
    return None


# --- what ---


def _find_activity(statement: JsonObject) -> Activity | None:
    thing = _part(statement, "object")
    identifier = find_text(thing.get("id"))
    if identifier is None or thing.get("objectType") in _NOT_ACTIVITIES:
        return None
    definition = _part(thing, "definition")
    return Activity(identifier, _find_title(definition.get("name")), find_text(definition.get("type")))


def _find_title(name: object) -> str | None:
    """Return the English title when there is one, else the first."""
    if isinstance(name, str):
        return find_text(name)
    if not isinstance(name, dict):
        return None
    titles = {tag: title for tag, value in name.items() if (title := find_text(value))}
    english = (tag for tag in titles if tag.lower() == "en" or tag.lower().startswith("en-"))
    return titles[next(english, next(iter(titles)))] if titles else None


# --- how far ---


def _result_moves(result: JsonObject) -> bool:
    return (
        _find_flag(result.get("completion")) is not None
        or _find_flag(result.get("success")) is not None
        or _find_percent(result) is not None
    )


def _strict_status(verb_status: Status | None, result: JsonObject) -> Status:
    """The highest of what verb and result say; a completion that is denied takes the verb's word back."""
    completion, success = _find_flag(result.get("completion")), _find_flag(result.get("success"))
    said = {Status.IN_PROGRESS}
    if verb_status is not None and not (verb_status is Status.COMPLETED and completion is False):
        said.add(verb_status)
    if completion:
        said.add(Status.COMPLETED)
    if success is not None:
        said.add(Status.PASSED if success else Status.FAILED)
    return max(said, key=lambda status: status.rank)


def _report(statement: JsonObject, status: Status, *, source: str, received_at: datetime) -> Report:
    result = _part(statement, "result")
    completion = _find_flag(result.get("completion"))
    return Report(
        channel=Channel.XAPI,
        source=source,
        status=status,
        event_at=find_event_time(statement.get("timestamp")) or received_at,
        received_at=received_at,
        percent=_find_percent(result),
        score=_find_score(_part(result, "score")),
        time=_find_time(result.get("duration")),
        time_is_total=status.is_complete or completion is True,
        completion=completion,
        success=_find_flag(result.get("success")),
    )


def find_event_time(value: object) -> datetime | None:
    """Return the instant of a timestamp, or of (milli)seconds since 1970; None if unreadable.

    The first and the last year of the calendar are unreadable too: not every time zone can show them.
    """
    moment = _find_instant(value)
    return moment if moment is not None and 1 < moment.year < 9999 else None


def _find_instant(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            return parse_timestamp(value.strip())
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 10**9 <= value < 10**13:
        return datetime.fromtimestamp(value / 1_000 if value >= 10**11 else value, UTC)
    return None


def _find_percent(result: JsonObject) -> Decimal | None:
    """Return cmi5's progress, 0 to 100; a negative one is no progress at all."""
    percent = _find_decimal(_part(result, "extensions").get(PROGRESS_EXTENSION))
    return None if percent is None or percent < 0 else min(percent, Decimal(100))


def _find_score(score: JsonObject) -> Decimal | None:
    """Return the raw score, or the scaled one as a percentage."""
    raw, scaled = _find_decimal(score.get("raw")), _find_decimal(score.get("scaled"))
    value = raw if raw is not None else scaled * 100 if scaled is not None else None
    return value if value is not None and abs(value) <= _GREATEST_SCORE else None


def _find_time(value: object) -> timedelta | None:
    if not isinstance(value, str):
        return None
    try:
        time = parse_duration(value.strip())
    except ValueError:
        return None
    return time if time <= _LONGEST_TIME else None


def _find_flag(value: object) -> bool | None:
    """Return a boolean, also one written as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _find_decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(repr(value))
    if isinstance(value, str):
        text = value.strip().removesuffix("%").strip()
        return Decimal(text) if _DECIMAL.fullmatch(text) else None
    return None


def _part(value: JsonObject, name: str) -> JsonObject:
    part = value.get(name)
    return part if isinstance(part, dict) else {}
