"""Every page with real and with hostile data: axe, the policy, no other host, no sideways scroll."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Visitor, visit
from tests.browser.test_main_flow import sign_in
from tests.running import RunningServer

HOSTILE = '<script>window.hacked=1</script>"><img src=x onerror=window.hacked=1>'
LONG = "Averyveryverylongwordwithoutanyspaceinit" * 4

PAGES = (
    "/admin/",
    "/admin/progress",
    "/admin/progress?status=failed&learner=nobody",
    "/admin/progress?status=completed&sort=-percent&size=25",
    "/admin/progress?min=abc",
    "/admin/learners",
    "/admin/learners?q=nobody",
    "/admin/learners/new",
    "/admin/courses",
    "/admin/courses/new",
    "/admin/integrations",
    "/admin/integrations/new",
    "/admin/audit",
    "/admin/settings",
    "/admin/account",
    "/admin/nowhere",
)


@pytest.fixture(scope="module")
def filled(owned: RunningServer) -> dict[str, str]:
    """Fill the demo, and one learner, course and integration with hostile names."""
    owned.flask("demo", "load")
    made = owned.flask("integration", "add", "--kind", "linkedin_learning", "--name", HOSTILE)["id"]
    course = owned.flask(
        "course", "add", "--integration", made, "--title", HOSTILE, "--activity-id", f"urn:x:{LONG}",
        "--launch-url", f"https://content.example.org/{LONG}",
    )["id"]  # fmt: skip
    learner = owned.flask("learner", "add", "--name", f"{HOSTILE} {LONG}", "--email", f"{LONG}@example.org")[
        "id"
    ]
    return {"integration": made, "course": course, "learner": learner}


@pytest.fixture
def visitor(owned: RunningServer, context: BrowserContext) -> Iterator[Visitor]:
    visitor = visit(context, owned.url)
    sign_in(visitor.page, owned)
    yield visitor
    assert visitor.page.evaluate("window.hacked") is None
    assert visitor.faults == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_without_fault(visitor: Visitor, filled: dict[str, str], path: str) -> None:
    visitor.go(path)
    visitor.judge(path)


@pytest.mark.parametrize("end", ["", "/edit", "/disable", "/delete"])
def test_the_pages_of_a_hostile_integration_are_without_fault(
    visitor: Visitor, filled: dict[str, str], end: str
) -> None:
    visitor.go(f"/admin/integrations/{filled['integration']}{end}")
    visitor.judge(f"integration{end}")


@pytest.mark.parametrize("kind", ["learner", "course"])
def test_records_with_hostile_names_are_without_fault(
    visitor: Visitor, filled: dict[str, str], kind: str
) -> None:
    visitor.go(f"/admin/{kind}s/{filled[kind]}")
    visitor.judge(kind)
    visitor.page.get_by_role("button", name="Make the link").click()
    visitor.page.locator("#launch-link").wait_for()
    visitor.judge(f"{kind} with a launch link")


@pytest.mark.parametrize("path", ["learners/new", "courses/new", "integrations/new", "settings", "account"])
def test_a_form_with_errors_is_without_fault(visitor: Visitor, filled: dict[str, str], path: str) -> None:
    visitor.go(f"/admin/{path}")
    main = visitor.page.locator("main form button.btn-primary")
    main.first.click()
    visitor.judge(f"{path} sent empty")


def test_pages_before_signing_in_are_without_fault(owned: RunningServer, context: BrowserContext) -> None:
    visitor = visit(context, owned.url)
    visitor.go("/login")
    visitor.judge("sign in")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.judge("sign in sent empty")
    assert visitor.faults == []


def test_targets_are_large_enough_or_spaced(visitor: Visitor, filled: dict[str, str]) -> None:
    """WCAG 2.5.8: 24 by 24 pixels; links inside a sentence are exempt."""
    for path in PAGES[:4]:
        visitor.go(path)
        small = visitor.page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
            .filter((e) => e.checkVisibility() && !e.closest("p, .skip-link, dd, label"))
            .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height])
            .filter(([html, height]) => height > 0 && height < 23.5)"""
        )
        assert small == []
