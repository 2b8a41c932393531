"""Every page with real and with hostile data: axe, the policy, no other host, no sideways scroll."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import BrowserContext, expect

from app.languages import LANGUAGE_COOKIE
from tests.browser.conftest import Visitor, sign_in, visit
from tests.browser.staging import app_of, decide_together, load_small_demo
from tests.delivery.receiver import Receiver, receiving
from tests.running import RunningServer

HOSTILE = '<script>window.hacked=1</script>"><img src=x onerror=window.hacked=1>'
LONG = "Averyveryverylongwordwithoutanyspaceinit" * 4

PAGES = (
    "/admin/",
    "/admin/progress",
    "/admin/progress?status=failed&learner=nobody",
    "/admin/progress?status=completed&sort=-percent&size=25",
    "/admin/progress?min=abc",
    "/admin/progress?column=percent&column=status",
    "/admin/progress/views?status=failed&sort=-percent",
    "/admin/progress/{learner}/{course}",
    "/admin/progress/{learner}/{course}/decide",
    "/admin/progress/many",
    "/admin/progress/many?learner=nobody",
    "/admin/progress/groups/{group}",
    "/admin/learners",
    "/admin/learners?q=nobody",
    "/admin/learners?tab=unmatched",
    "/admin/learners?tab=ignored",
    "/admin/learners/new",
    "/admin/learners/{learner}/erase",
    "/admin/learners/{learner}/identities",
    "/admin/learners/{stranger}/merge?q=a",
    "/admin/learners/{stranger}/merge?with={learner}",
    "/admin/courses",
    "/admin/courses?tab=seen",
    "/admin/courses?tab=seen&q=nothing",
    "/admin/courses/new",
    "/admin/sessions",
    "/admin/sessions?heard=no",
    "/admin/statements",
    "/admin/statements?verb=completed&voided=no",
    "/admin/statements?person=nobody",
    "/admin/statements?since=yesterday",
    "/admin/integrations",
    "/admin/integrations/new",
    "/admin/launch-links",
    "/admin/destinations",
    "/admin/destinations/new",
    "/admin/destinations/new?kind=lrs",
    "/admin/deliveries",
    "/admin/deliveries?state=dead",
    "/admin/deliveries?learner=nobody",
    "/admin/deliveries/{delivery}",
    "/admin/deliveries/replay",
    "/admin/deliveries/replay?since=2026-01-01T00:00&destination={destination}",
    "/admin/inspector",
    "/admin/inspector?result=refused&q=nobody",
    "/admin/help/findings",
    "/admin/help/findings/A1",
    "/admin/system",
    "/api/docs",
    "/api/problems",
    "/admin/users",
    "/admin/tokens",
    "/admin/users/{person}",
    "/admin/audit?verify=1",
    "/admin/audit?who=nobody",
    "/admin/settings",
    "/admin/account",
    "/admin/nowhere",
)


@pytest.fixture(scope="module")
def hostile_receiver() -> Iterator[Receiver]:
    """Listen for results, and answer each with a fault and a text that no page may run."""
    with receiving() as receiver:
        receiver.answer = lambda _got: (500, {}, f"{HOSTILE} {LONG}".encode())
        yield receiver


@pytest.fixture(scope="module")
def filled(owned: RunningServer, hostile_receiver: Receiver) -> dict[str, str]:
    """Fill the demo, and one learner, course, integration and destination with hostile names."""
    load_small_demo(owned)
    added = owned.flask("integration", "add", "--kind", "linkedin_learning", "--name", HOSTILE)
    made = added["id"]
    state(owned, added["client_id"], added["client_secret"])
    url = f"{hostile_receiver.url}/{LONG}"
    hook = owned.flask(
        "destination", "add", "--kind", "webhook", "--name", f"{HOSTILE} {LONG[:100]}", "--url", url
    )
    added_course = owned.flask(
        "course", "add", "--integration", made, "--title", HOSTILE, "--activity-id", f"urn:x:{LONG}",
        "--launch-url", f"https://content.example.org/{LONG}",
    )  # fmt: skip
    course = added_course["id"]
    lms = f"https://{'a' * 60}.example.org/hacp"
    lms_launch = f"{added_course['lms_launch_url']}?AICC_SID=x&AICC_URL={lms}".removeprefix(owned.url)
    post(owned.url + lms_launch, None)
    learner = owned.flask(
        "learner",
        "add",
        "--name",
        f"{HOSTILE} {LONG}",
        "--email",
        f"{LONG}@example.org",
        "--user-id",
        HOSTILE,
    )["id"]
    stranger = owned.flask("learner", "split", learner, "--identity", HOSTILE)["learner"]["id"]
    launches = [
        owned.flask("launch", "create", "--integration", made, "--course", course, "--learner", learner)
        for _ in range(2)
    ]
    speak(owned, launches[0]["session_id"])
    ids = {"heard": launches[0]["launch_id"], "unheard": launches[1]["launch_id"]}
    delivery = wait_for_a_try(owned, hostile_receiver)
    return {
        "integration": made,
        "course": course,
        "learner": learner,
        "stranger": stranger,
        "destination": hook["id"],
        "delivery": delivery,
        "lms_launch": lms_launch,
        "person": owned.flask("user", "list")[0]["id"],
        "group": decide_together(app_of(owned), f"{HOSTILE} {LONG}"),
        **ids,
    }


def wait_for_a_try(server: RunningServer, receiver: Receiver) -> str:
    """Wait until a delivery was tried; returns the id of the oldest."""
    for _ in range(300):
        if receiver.got:
            return str(server.flask("delivery", "list")[-1]["id"])
        time.sleep(0.1)
    raise AssertionError("nothing was tried")


def speak(server: RunningServer, session_id: str) -> None:
    """Say every hostile thing that a course can say in a session, and something under another host."""
    quoted = f'"{HOSTILE.replace(chr(34), chr(34) * 2)}","{LONG}"'
    for command, data in (
        ("GetParam", ""),
        (
            "PutParam",
            f"[core]\r\nlesson_location={LONG}\r\nlesson_status={HOSTILE}\r\n[comments]\r\n{HOSTILE}",
        ),
        ("PutParam", f"[core]\r\nlesson_status=i\r\nscore=66.67\r\n[core_lesson]\r\n{LONG * 120}"),
        (
            "PutInteractions",
            f"interaction_id,student_response,result\r\n{quoted},C\r\n{quoted},{HOSTILE}\r\n",
        ),
        ("PutObjectives", f"objective_id,status\r\n{quoted}\r\n"),
        ("PutComments", f"comment,location\r\n{quoted}\r\n"),
        ("PutPath", LONG),
        ("PutPerformance", HOSTILE),
        ("ExitAU", ""),
    ):
        body = urlencode({"command": command, "session_id": session_id, "aicc_data": data})
        post(f"{server.url}/hacp", body)
    post(f"{server.url}/hacp", f"command=GetParam&session_id={session_id}", Host=f"{'a' * 60}.example.org")
    post(f"{server.url}/hacp", "command=GetParam", Host="<img src=x>")


def state(server: RunningServer, key: str, secret: str) -> None:
    """Say every hostile thing that a statement can say."""
    texts = {"en": f"{HOSTILE} {LONG}"}
    statement = {
        "id": "hostile",
        "actor": {"name": f"{HOSTILE} {LONG} \u202e", "mbox": f"mailto:{LONG}@example.org"},
        "verb": {"id": f"https://example.org/{LONG}", "display": texts},
        "object": {"id": f"urn:x:{LONG}", "definition": {"name": texts, "description": texts}},
        "result": {"response": LONG, "duration": HOSTILE, "completion": True},
        "context": {"platform": HOSTILE, "contextActivities": {"parent": {"id": LONG}}},
        "attachments": [{"display": texts, "contentType": HOSTILE, "fileUrl": LONG, "sha2": LONG}],
    }
    pair = b64encode(f"{key}:{secret}".encode()).decode()
    about = {**statement, "id": "about", "object": {"objectType": "StatementRef", "id": "hostile"}}
    voider = {**about, "id": "voider", "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}
    for each in (statement, about, voider):
        post(f"{server.url}/xapi/statements", json.dumps(each), Authorization=f"Basic {pair}")


def post(url: str, body: str | None, **headers: str) -> None:
    with suppress(HTTPError):
        urlopen(Request(url, None if body is None else body.encode(), headers), timeout=20).close()


@pytest.fixture
def visitor(owned: RunningServer, context: BrowserContext) -> Iterator[Visitor]:
    visitor = visit(context, owned.url)
    sign_in(visitor.page, owned)
    yield visitor
    assert visitor.page.evaluate("window.hacked") is None
    assert visitor.faults == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_without_fault(visitor: Visitor, filled: dict[str, str], path: str) -> None:
    visitor.go(path.format(**filled))
    visitor.judge(path)


@pytest.mark.parametrize("part", range(3))
def test_pages_in_german_fit_a_narrow_screen(
    visitor: Visitor, context: BrowserContext, filled: dict[str, str], part: int
) -> None:
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "de", "url": visitor.url}])
    for path in PAGES[part::3]:
        if path.startswith("/admin"):
            visitor.go(path.format(**filled))
            assert visitor.page.locator("html").get_attribute("lang") == "de", path
            visitor.judge(f"{path} in German", themes=("light",), sizes=((320, 720),))


@pytest.mark.parametrize("end", ["", "/edit", "/disable", "/delete"])
def test_the_pages_of_a_hostile_integration_are_without_fault(
    visitor: Visitor, filled: dict[str, str], end: str
) -> None:
    visitor.go(f"/admin/integrations/{filled['integration']}{end}")
    visitor.judge(f"integration{end}")


def test_a_refused_launch_by_an_lms_is_without_fault_for_learner_and_admin(
    visitor: Visitor, filled: dict[str, str]
) -> None:
    visitor.go(filled["lms_launch"])
    visitor.page.get_by_role("link", name="Try again").wait_for()
    visitor.judge("refused launch")
    visitor.go(f"/admin/integrations/{filled['integration']}")
    visitor.page.get_by_role("button", name="Register this LMS").wait_for()


@pytest.mark.parametrize("end", ["", "/edit", "/delete"])
def test_the_pages_of_a_hostile_destination_are_without_fault(
    visitor: Visitor, filled: dict[str, str], end: str
) -> None:
    visitor.go(f"/admin/destinations/{filled['destination']}{end}")
    visitor.judge(f"destination{end}")


def test_what_a_destination_shows_once_is_without_fault(visitor: Visitor, filled: dict[str, str]) -> None:
    address = f"/admin/destinations/{filled['destination']}"
    visitor.go(address)
    visitor.page.get_by_role("button", name="Send test").click()
    visitor.page.locator("#test").wait_for()
    visitor.judge("destination with a test")
    visitor.page.get_by_role("button", name="Make a new secret").click()
    visitor.page.locator("#secret").wait_for()
    visitor.judge("destination with a secret")
    assert urlsplit(visitor.page.url).path == address


def test_a_decision_for_many_rows_is_without_fault(visitor: Visitor, filled: dict[str, str]) -> None:
    visitor.go("/admin/progress/many")
    page = visitor.page
    page.get_by_role("button", name="Show what would change").click()
    page.locator(".error-summary").wait_for()
    visitor.judge("many rows with an error")
    page.locator("#reason").fill(f"{HOSTILE} {LONG}"[:200])
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()
    visitor.judge("what would change of many rows")


def test_a_launch_link_in_parts_is_without_fault(visitor: Visitor, filled: dict[str, str]) -> None:
    visitor.go("/admin/launch-links")
    page = visitor.page
    page.locator("#build-course").fill(filled["course"])
    page.get_by_role("button", name="Build the link").click()
    page.locator(".error-summary").wait_for()
    visitor.judge("launch links with an error")
    page.locator("#build-learner").fill(filled["learner"])
    page.get_by_role("button", name="Build the link").click()
    page.locator("#link").wait_for()
    visitor.judge("a link in parts")


def test_a_checked_link_and_a_pattern_are_without_fault(visitor: Visitor, filled: dict[str, str]) -> None:
    visitor.go("/admin/launch-links")
    page = visitor.page
    page.locator("#check-link").fill(f"https://old.example.org/go?{HOSTILE}{LONG}&AICC_SID={LONG}")
    page.get_by_role("button", name="Check it").click()
    page.locator("#checked .link-part.bad").first.wait_for()
    visitor.judge("a checked link")
    page.locator("#pattern-course").fill(filled["course"])
    page.get_by_role("button", name="Show the launch URL").click()
    page.locator("#pattern-1").wait_for()
    visitor.judge("a launch URL for an LMS")


def test_links_and_tokens_that_are_shown_once_are_without_fault(
    visitor: Visitor, filled: dict[str, str]
) -> None:
    visitor.go("/admin/users")
    page = visitor.page
    page.locator("#email").fill(f"{LONG}@example.org")
    page.get_by_role("button", name="Make the link").click()
    page.locator("#link").wait_for()
    visitor.judge("an invitation")
    address = page.locator("#person-link").input_value()
    visitor.go("/admin/tokens")
    page.locator("#name").fill(HOSTILE)
    page.locator("#scopes-0").check()
    page.get_by_role("button", name="Make the token").click()
    page.locator("#token").wait_for()
    visitor.judge("a token")
    visitor.go(urlsplit(address).path + "?" + urlsplit(address).query)
    visitor.judge("the page behind an invitation")


@pytest.mark.parametrize("kind", ["learner", "course"])
def test_records_with_hostile_names_are_without_fault(
    visitor: Visitor, filled: dict[str, str], kind: str
) -> None:
    visitor.go(f"/admin/{kind}s/{filled[kind]}")
    visitor.judge(kind)
    visitor.page.get_by_role("button", name="Make the link").click()
    visitor.page.locator("#launch-link").wait_for()
    visitor.judge(f"{kind} with a launch link")


@pytest.mark.parametrize("kind", ["heard", "unheard"])
def test_a_session_is_without_fault_folded_and_open(
    visitor: Visitor, filled: dict[str, str], kind: str
) -> None:
    visitor.go(f"/admin/sessions/{filled[kind]}")
    visitor.judge(f"{kind} session")
    for line in visitor.page.locator("details.moment-box > summary").all():
        line.click()
    visitor.judge(f"{kind} session, open")
    assert visitor.page.locator("details.moment-box").count() == (9 if kind == "heard" else 0)


@pytest.mark.parametrize("kind", ["hacp", "xapi"])
def test_a_message_replayed_as_test_is_without_fault(
    visitor: Visitor, filled: dict[str, str], kind: str
) -> None:
    visitor.go(f"/admin/inspector?kind={kind}&integration={filled['integration']}")
    visitor.page.locator("main tbody a[href^='/admin/inspector/']").first.click()
    visitor.page.get_by_role("button", name="Replay as test").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Replayed as test")
    visitor.judge(f"replayed as test, {kind}")


@pytest.mark.parametrize("name", ["hostile", "about", "voider"])
def test_a_hostile_statement_is_without_fault_folded_and_open(
    visitor: Visitor, filled: dict[str, str], name: str
) -> None:
    visitor.go(f"/admin/statements?id={name}")
    visitor.judge(f"statement {name}")
    visitor.page.locator("main details > summary").click()
    visitor.judge(f"statement {name}, open")


@pytest.mark.parametrize("path", ["new", "{course}/edit", "{course}"])
def test_folded_fields_of_a_course_are_without_fault(
    visitor: Visitor, filled: dict[str, str], path: str
) -> None:
    visitor.go(f"/admin/courses/{path.format(**filled)}")
    visitor.page.locator("main details.more > summary").first.click()
    visitor.judge(f"course {path}, open")


@pytest.mark.parametrize(
    "path",
    [
        "learners/new",
        "learners/import",
        "courses/new",
        "integrations/new",
        "destinations/new",
        "settings",
        "account",
    ],
)
def test_a_form_with_errors_is_without_fault(visitor: Visitor, filled: dict[str, str], path: str) -> None:
    visitor.go(f"/admin/{path}")
    main = visitor.page.locator("main form button.btn-primary")
    main.first.click()
    visitor.judge(f"{path} sent empty")


def test_a_hostile_list_of_learners_is_previewed_without_fault(
    visitor: Visitor, filled: dict[str, str]
) -> None:
    visitor.go("/admin/learners/import")
    name = HOSTILE.replace('"', '""')
    text = f'email,name,{LONG}\n{LONG}@example.org,"{name} {LONG}"\n{LONG},x\nn@x.org,"{name}"'
    visitor.page.locator("#text").fill(text)
    visitor.page.get_by_role("button", name="Preview").click()
    visitor.page.get_by_role("button", name="Take in").wait_for()
    visitor.judge("a hostile list of learners")


def test_the_progress_table_fits_beside_the_menu(visitor: Visitor, filled: dict[str, str]) -> None:
    visitor.go("/admin/progress")
    assert visitor.page.locator("td .tag.demo").count() > 10
    wide, box = visitor.page.evaluate(
        "(() => { const box = document.querySelector('.table-box');"
        " return [box.scrollWidth, box.clientWidth] })()"
    )
    assert wide <= box


def test_a_printed_page_has_its_time_and_no_controls(visitor: Visitor, filled: dict[str, str]) -> None:
    page = visitor.page
    page.emulate_media(media="print")
    for path in ("/admin/progress?status=completed", f"/admin/courses/{filled['course']}"):
        visitor.go(path)
        assert "as of" in page.locator(".on-paper").first.inner_text()
        assert (
            page.locator("thead").first.evaluate("e => getComputedStyle(e).display") == "table-header-group"
        )
        shown = page.locator("a.btn, button, input, select, .sidebar, .why").evaluate_all(
            "all => all.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 90))"
        )
        assert shown == []


def test_pages_before_signing_in_are_without_fault(owned: RunningServer, context: BrowserContext) -> None:
    visitor = visit(context, owned.url)
    visitor.go("/login")
    visitor.judge("sign in")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.judge("sign in sent empty")
    assert visitor.faults == []


def test_targets_are_large_enough_or_spaced(visitor: Visitor, filled: dict[str, str]) -> None:
    """WCAG 2.5.8: 24 by 24 pixels; links inside a sentence are exempt."""
    for path in (*PAGES[:4], f"/admin/sessions/{filled['heard']}", f"/admin/learners/{filled['learner']}"):
        visitor.go(path)
        small = visitor.page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
            .filter((e) => e.checkVisibility() && !e.closest("p, .skip-link, dd, label, .form-check"))
            .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height])
            .filter(([html, height]) => height > 0 && height < 23.5)"""
        )
        assert small == []
