"""The real bad message behind each finding that a message shows: how it is sent, and what is seen in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app import clock
from app.access.audit import COMMAND_LINE
from app.access.integrations import Kind, UserType, set_enabled
from app.access.launches import make_launch_link
from app.catalog.units import set_unit
from app.keeping.erasure import erase_learner
from tests.arranging import PROGRESS_EXTENSION, VERB_PROGRESSED
from tests.hacp.content import Reply
from tests.inspector.stage import Stage, ago

HTML = b"<html><form>Sign in</form></html>"
NOBODY = b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=[core]\r\nstudent_id=\r\n"
ENDED = b"error=3\r\nerror_text=Invalid Session ID\r\n"


@dataclass(frozen=True)
class BadMessage:
    """`send` returns the id of the request that shows it, `seen` stands in what was seen."""

    send: Callable[[Stage], str]
    seen: str


def _id(reply: Reply) -> str:
    return reply.response.headers["X-Request-Id"]


# --- AICC ---


def _unknown_session(stage: Stage) -> str:
    body = b"command=GetParam&version=4.0&session_id=" + b"x" * 32
    return stage.client.post("/hacp", data=body).headers["X-Request-Id"]


def _after_the_end(stage: Stage) -> str:
    content = stage.classroom().open()
    with ago(hours=1):
        content.get()
        content.leave()
    return _id(content.put("lesson_status=completed"))


def _wrong_password(stage: Stage) -> str:
    classroom = stage.classroom()
    set_unit(stage.session, stage.settings, classroom.course.id, au_password="right")
    content = classroom.open()
    body = f"command=GetParam&version=4.0&session_id={content.launch.session_id}&AU_password=wrong"
    return _id(content.post(body.encode()))


def _put_before_get(stage: Stage) -> str:
    return _id(stage.classroom(is_strict=True).open().put("lesson_status=incomplete"))


def _strange_host(stage: Stage) -> str:
    return _id(stage.classroom().open(Host="evil.example").get())


def _neighbours_host(stage: Stage) -> str:
    stage.classroom(host_names=("neighbour.example",))
    return _id(stage.classroom().open(Host="neighbour.example").get())


def _switched_off(stage: Stage) -> str:
    classroom = stage.classroom()
    content = classroom.open()
    set_enabled(stage.session, classroom.integration.id, is_enabled=False)
    stage.session.commit()
    return _id(content.get())


def _not_told(stage: Stage) -> str:
    """A database that takes one delivery for this receiver and no second."""
    receiver = stage.webhook("Hook that is full", stage.lms.url)
    content = stage.classroom().open()
    content.get()
    where = f"WHERE destination_id = '{receiver}'"
    stage.run(f"CREATE UNIQUE INDEX at_most_one ON delivery (destination_id) {where}")
    try:
        return _id(content.put("lesson_status=completed|score=80"))
    finally:
        stage.run("DROP INDEX at_most_one", f"DELETE FROM delivery {where}")


def _not_counted(stage: Stage) -> str:
    """A database that takes one report of this session and no second."""
    content = stage.classroom().open()
    content.get()
    where = f"WHERE source = '{content.launch.launch_id}'"
    stage.run(f"CREATE UNIQUE INDEX at_most_one ON observation (source) {where}")
    try:
        return _id(content.put("lesson_status=completed|score=80"))
    finally:
        stage.run("DROP INDEX at_most_one")


def _unreadable(stage: Stage) -> str:
    content = stage.classroom().open()
    content.get()
    return _id(content.put("lesson_status=incomplete|score=40|what is this"))


def _full_and_unfinished(stage: Stage) -> str:
    result = {"completion": False, "extensions": {PROGRESS_EXTENSION: 100}}
    statement = stage.statement(verb={"id": VERB_PROGRESSED}, result=result)
    return stage.sender().send(statement).headers["X-Request-Id"]


def _opened_again(stage: Stage) -> str:
    classroom = stage.classroom()
    content = classroom.open()
    content.get()
    content.put("lesson_status=completed|score=100")
    link = make_launch_link(
        stage.settings,
        classroom.organisation,
        integration_id=classroom.integration.id,
        course_id=classroom.course.id,
        learner_id=classroom.learner.id,
        now=clock.now(),
    )
    return stage.client.get(link.removeprefix("http://localhost")).headers["X-Request-Id"]


# --- courses opened by an LMS ---


def _launched_by(answer: tuple[int, dict[str, str], bytes]) -> Callable[[Stage], str]:
    def send(stage: Stage) -> str:
        stage.lms.answer = lambda _got: answer
        host = stage.lms.url.removeprefix("http://")
        return stage.open_from_lms(stage.classroom(upstream_hosts=(host,)), stage.lms.url)

    return send


def _stranger_lms(stage: Stage) -> str:
    return stage.open_from_lms(stage.classroom(), stage.lms.url)


def _forbidden_lms(stage: Stage) -> str:
    return stage.open_from_lms(stage.classroom(), "http://169.254.169.254/latest")


def _silent_lms(stage: Stage) -> str:
    return stage.open_from_lms(stage.classroom(upstream_hosts=("127.0.0.1",)), "http://127.0.0.1:1/")


def _no_launch_url(stage: Stage) -> str:
    return stage.open_from_lms(stage.classroom(launch_url=None), stage.lms.url)


# --- xAPI and its tokens ---


def _token(stage: Stage, **fields: str) -> str:
    return stage.client.post("/oauth/token", data=fields).headers["X-Request-Id"]


def _wrong_secret(stage: Stage) -> str:
    client_id = stage.sender().credential.client_id
    return _token(stage, grant_type="client_credentials", client_id=client_id, client_secret="wrong")


def _wrong_grant(stage: Stage) -> str:
    return _token(stage, grant_type="password", client_id="x", client_secret="y")


def _old_token(stage: Stage) -> str:
    with ago(hours=2):
        sender = stage.sender()
    return sender.send(stage.statement()).headers["X-Request-Id"]


def _broken_statement(stage: Stage) -> str:
    return stage.sender(Kind.XAPI).send(stage.statement(verb={"id": "no iri"})).headers["X-Request-Id"]


def _same_again(stage: Stage) -> str:
    sender, statement = stage.sender(), stage.statement()
    sender.send(statement)
    return sender.send(statement).headers["X-Request-Id"]


def _other_content(stage: Stage) -> str:
    sender, statement = stage.sender(), stage.statement()
    sender.send(statement)
    return sender.send({**statement, "result": {"completion": False}}).headers["X-Request-Id"]


def _no_scope(stage: Stage) -> str:
    sender = stage.sender(Kind.XAPI, scopes=frozenset({"statements/read"}))
    return sender.send(stage.statement()).headers["X-Request-Id"]


def _unseen_before(stage: Stage) -> str:
    return stage.sender().send(stage.statement()).headers["X-Request-Id"]


def _other_user_type(stage: Stage) -> str:
    return stage.sender(user_type=UserType.ID).send(stage.statement()).headers["X-Request-Id"]


def _erased(stage: Stage) -> str:
    classroom = stage.classroom()
    ((_, email),) = classroom.learner.identities
    with stage.app.app_context():
        erase_learner(stage.settings, classroom.learner.id, actor=COMMAND_LINE)
    statement = stage.statement(actor={"mbox": f"mailto:{email}"})
    return stage.sender().send(statement).headers["X-Request-Id"]


MESSAGES: Mapping[str, BadMessage] = {
    "H1": BadMessage(_strange_host, "the request named evil.example"),
    "H2": BadMessage(_neighbours_host, "the request named neighbour.example"),
    "I1": BadMessage(_switched_off, "the integration is switched off"),
    "A2": BadMessage(_unknown_session, "the session id is unknown"),
    "A5": BadMessage(_full_and_unfinished, "100 % and not completed"),
    "A7": BadMessage(_unreadable, "from line 4 of aicc_data on, 1 in all"),
    "A9": BadMessage(_after_the_end, "the session was closed by ExitAU"),
    "A10": BadMessage(_wrong_password, "AU_password is not the unit's"),
    "A11": BadMessage(_put_before_get, "strict order: GetParam comes first"),
    "L1": BadMessage(_stranger_lms, "127.0.0.1:"),
    "L2": BadMessage(_forbidden_lms, "169.254.169.254"),
    "L3": BadMessage(_silent_lms, "refused"),
    "L4": BadMessage(_launched_by((200, {}, HTML)), "sign-in page"),
    "L5": BadMessage(_launched_by((200, {}, ENDED)), "error=3 Invalid Session ID"),
    "L6": BadMessage(_launched_by((200, {}, NOBODY)), "127.0.0.1:"),
    "L7": BadMessage(_launched_by((200, {"Waymark-Hops": "3 other"}, NOBODY)), "3 servers away"),
    "L8": BadMessage(_no_launch_url, "has no launch URL"),
    "X1": BadMessage(_wrong_secret, "client id"),
    "X2": BadMessage(_wrong_grant, "the only grant type here is client_credentials"),
    "X3": BadMessage(_old_token, "expired"),
    "X4": BadMessage(_broken_statement, "verb/id"),
    "X5": BadMessage(_same_again, "1 came again"),
    "X6": BadMessage(_other_content, "statement 0d4a8a5e"),
    "X7": BadMessage(_no_scope, "may not write statements"),
    "M1": BadMessage(_unseen_before, "email seen"),
    "M3": BadMessage(_unseen_before, "urn:li:lyndaCourse:9"),
    "M4": BadMessage(_other_user_type, "email came, user_id is expected"),
    "M8": BadMessage(_erased, "1 of 1 statements"),
    "P1": BadMessage(_opened_again, "complete already"),
    "P9": BadMessage(_not_counted, "IntegrityError while mapping putparam"),
    "D1": BadMessage(_not_told, "IntegrityError while passing on putparam"),
}
