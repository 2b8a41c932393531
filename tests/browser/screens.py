"""The register of screens: every page, and what is done on it before it is photographed.

`FIRST_SCREENS` are walked in their order on a server that nobody has opened yet; the others stand each alone.
"""
# ruff: noqa: E501 - one screen a line reads as the table that it is

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD
from tests.catalog.packages import course_files, make_zip

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Screen:
    """One picture. `path` may name ids of `staging.stage`; a main one is kept in both themes and sizes."""

    group: str
    name: str
    path: str
    words: str
    act: Act | None = None
    is_main: bool = False
    is_signed_in: bool = True
    language: str = "en"


def press(button: str, *fields: tuple[str, str]) -> Act:
    """Fill fields by their id, then press a button by its words."""

    def act(page: Page) -> None:
        for name, value in fields:
            page.locator(f"#{name}").fill(value)
        page.get_by_role("button", name=button).first.click()
        page.wait_for_load_state()

    return act


def follow(selector: str) -> Act:
    """Follow the first link that the selector finds."""

    def act(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def unfold(selector: str) -> Act:
    """Open everything folded that the selector finds."""
    return lambda page: page.evaluate(
        "selector => document.querySelectorAll(selector).forEach((each) => { each.open = true })", selector
    )


def replay_as_test(page: Page) -> None:
    follow("main tr:has(td) a[href^='/admin/inspector/']")(page)
    press("Replay as test")(page)


def hand_in_list(page: Page) -> None:
    text = "id,email,name,group\n4471,ana@example.org,Ana Diaz,Sales\n,not an address,X,\n"
    press("Preview", ("text", text))(page)


def upload_library(page: Page) -> None:
    library = make_zip(course_files("4730", title="Sorting waste") | course_files("4731") | {"4731.au": b"?"})
    page.locator("input[type=file]").set_input_files(
        {"name": "library.zip", "mimeType": "application/zip", "buffer": library}
    )
    press("Upload and preview")(page)
    page.get_by_role("button", name="Take in").wait_for()


NEW_OWNER = (("name", "Ben Admin"), ("email", "ben@example.org"), ("password", PASSWORD), ("again", PASSWORD))

FIRST_SCREENS = (
    Screen("A new server", "setup-token", "/setup", "Set up: who may?"),
    Screen("A new server", "setup-owner", "/setup?token={token}", "Set up: the owner’s account"),
    Screen("A new server", "setup-owner-empty", "/setup?token={token}", "Set up: sent empty", press("Make the account")),
    Screen("A new server", "setup-address", "/setup?token={token}", "Set up: address and time zone", press("Make the account", *NEW_OWNER)),
    Screen("A new server", "setup-integration", "/setup/address", "Set up: what should report here?", press("Save and go on")),
    Screen("A new server", "overview-empty", "/admin/", "Overview before anything was heard"),
    Screen("A new server", "progress-empty", "/admin/progress", "No progress yet"),
    Screen("A new server", "learners-empty", "/admin/learners", "No learners yet"),
    Screen("A new server", "unmatched-empty", "/admin/learners?tab=unmatched", "Everybody is matched"),
    Screen("A new server", "courses-empty", "/admin/courses", "No courses yet"),
    Screen("A new server", "sessions-empty", "/admin/sessions", "No sessions yet"),
    Screen("A new server", "statements-empty", "/admin/statements", "No statements yet"),
    Screen("A new server", "integrations-empty", "/admin/integrations", "No integrations yet"),
    Screen("A new server", "launch-links-empty", "/admin/launch-links", "No links to make yet"),
    Screen("A new server", "destinations-empty", "/admin/destinations", "No destinations yet"),
    Screen("A new server", "deliveries-empty", "/admin/deliveries", "Nothing leaves this server yet"),
    Screen("A new server", "inspector-empty", "/admin/inspector", "Nothing was received yet"),
    Screen("A new server", "tokens-empty", "/admin/tokens", "No API tokens yet"),
    Screen("A new server", "secret", "/setup/integration", "The values to paste, the secret shown once", press("Make the integration", ("name", "LinkedIn Learning"))),
)  # fmt: skip

SCREENS = (
    Screen("First run", "sign-in", "/login", "Sign in", is_signed_in=False),
    Screen("First run", "sign-in-wrong", "/login", "A wrong password", press("Sign in", ("email", "ben@example.org"), ("password", "not this one")), is_signed_in=False),
    Screen("First run", "invitation", "{invitation}", "Behind an invitation’s link", is_signed_in=False),
    Screen("First run", "invitation-over", "/invitation?token=used", "An invitation that is over", is_signed_in=False),
    Screen("Results", "overview", "/admin/", "Overview", is_main=True),
    Screen("Results", "progress", "/admin/progress", "Progress", is_main=True),
    Screen("Results", "progress-no-match", "/admin/progress?status=failed&learner=nobody", "No row matches"),
    Screen("Results", "progress-columns", "/admin/progress?column=percent&column=status", "Chosen columns", unfold("main details")),
    Screen("Results", "progress-views", "/admin/progress/views?status=failed&sort=-percent", "A view that was just saved", press("Save view", ("name", "Failed, worst first"))),
    Screen("Results", "views", "/admin/progress/views", "Saved views"),
    Screen("Results", "progress-wrong-filter", "/admin/progress?min=abc", "A filter that cannot be read"),
    Screen("Results", "why", "/admin/progress/{learner}/{course}", "Why? A row explained, message by message", is_main=True),
    Screen("Results", "why-decide", "/admin/progress/{learner}/{course}/decide", "Decide a row by hand"),
    Screen("Results", "many", "/admin/progress/many?status=in_progress", "Decide for many rows"),
    Screen("Results", "many-preview", "/admin/progress/many?status=in_progress", "What would change, before it does", press("Show what would change", ("reason", "Exam on paper")), is_main=True),
    Screen("Results", "many-no-match", "/admin/progress/many?learner=nobody", "Nothing to decide"),
    Screen("Results", "decided-group", "/admin/progress/groups/{group}", "Decided together, and undone as one", is_main=True),
    Screen("Results", "learners", "/admin/learners", "Learners"),
    Screen("Results", "learner", "/admin/learners/{learner}", "One learner", is_main=True),
    Screen("Results", "learner-new", "/admin/learners/new", "Add a learner, sent empty", press("Add the learner")),
    Screen("Results", "learner-identities", "/admin/learners/{learner}/identities", "Identities", is_main=True),
    Screen("Results", "learner-merge", "/admin/learners/{stranger}/merge", "Merge: with whom?"),
    Screen("Results", "learner-merge-preview", "/admin/learners/{stranger}/merge?with={learner}", "Merge: what it brings", is_main=True),
    Screen("Results", "learner-erase", "/admin/learners/{other}/erase", "Erase one person"),
    Screen("Results", "unmatched", "/admin/learners?tab=unmatched", "Seen in messages, not matched", is_main=True),
    Screen("Results", "ignored", "/admin/learners?tab=ignored", "Nobody is ignored"),
    Screen("Results", "learner-import", "/admin/learners/import", "Import learners"),
    Screen("Results", "learner-import-preview", "/admin/learners/import", "What a list would change", hand_in_list),
    Screen("Results", "courses", "/admin/courses", "Courses"),
    Screen("Results", "courses-seen", "/admin/courses?tab=seen", "Courses that only messages spoke of"),
    Screen("Results", "course", "/admin/courses/{course}", "One course", is_main=True),
    Screen("Results", "course-new", "/admin/courses/new", "Add a course"),
    Screen("Results", "course-edit", "/admin/courses/{course}/edit", "Edit a course", unfold("main details")),
    Screen("Results", "course-identifiers", "/admin/courses/{course}/identifiers", "Identifiers of a course"),
    Screen("Results", "sessions", "/admin/sessions", "Sessions"),
    Screen("Results", "session", "/admin/sessions/{launch}", "One session, message by message", unfold("details.moment-box"), is_main=True),
    Screen("Results", "statements", "/admin/statements", "Statements"),
    Screen("Results", "statement", "/admin/statements", "One statement", follow("main a[href^='/admin/statements/']")),
    Screen("Connect", "integrations", "/admin/integrations", "Integrations"),
    Screen("Connect", "integration", "/admin/integrations/{integration}", "One integration: values to paste, steps that tick themselves", is_main=True),
    Screen("Connect", "integration-new", "/admin/integrations/new", "Add an integration"),
    Screen("Connect", "integration-edit", "/admin/integrations/{integration}/edit", "Edit an integration", unfold("main details")),
    Screen("Connect", "integration-disable", "/admin/integrations/{integration}/disable", "Disable an integration"),
    Screen("Connect", "integration-delete", "/admin/integrations/{integration}/delete", "Delete an integration"),
    Screen("Connect", "integration-packages", "/admin/integrations/{integration}", "Packages for an LMS", unfold("main details")),
    Screen("Connect", "import", "/admin/import", "Import AICC packages"),
    Screen("Connect", "import-empty", "/admin/import", "Import without a file", press("Upload and preview")),
    Screen("Connect", "import-preview", "/admin/import", "What an upload would bring", upload_library),
    Screen("Connect", "launch-links", "/admin/launch-links", "Launch links"),
    Screen("Connect", "launch-link", "/admin/launch-links", "A link in parts", press("Build the link", ("build-course", "Managing Your Time"), ("build-learner", "ana@example.org"))),
    Screen("Connect", "launch-link-checked", "/admin/launch-links", "A link that does not work", press("Check it", ("check-link", "https://old.example.org/launch?course=4711&AICC_SID="))),
    Screen("Connect", "launch-links-wrong-list", "/admin/launch-links", "Links for many, with a list that is wrong", press("links", ("batch-course", "No such course"), ("batch-people", "\"open quote"))),
    Screen("Connect", "destinations", "/admin/destinations", "Destinations"),
    Screen("Connect", "destination", "/admin/destinations/{destination}", "One destination", is_main=True),
    Screen("Connect", "destination-new", "/admin/destinations/new", "Add a webhook, sent empty", press("Save and test")),
    Screen("Connect", "destination-new-lrs", "/admin/destinations/new?kind=lrs", "Add a record store"),
    Screen("Connect", "destination-edit", "/admin/destinations/{destination}/edit", "Edit a destination"),
    Screen("Connect", "destination-delete", "/admin/destinations/{destination}/delete", "Delete a destination"),
    Screen("Connect", "deliveries", "/admin/deliveries", "Deliveries"),
    Screen("Connect", "deliveries-none-dead", "/admin/deliveries?state=dead", "Nothing was given up"),
    Screen("Connect", "delivery", "/admin/deliveries/{delivery}", "One delivery and its tries"),
    Screen("Connect", "deliveries-replay", "/admin/deliveries/replay?since=2026-01-01T00:00&destination={destination}", "Send again: what it brings"),
    Screen("Connect", "inspector", "/admin/inspector", "Inspector", is_main=True),
    Screen("Connect", "inspector-exchange", "/admin/inspector", "One message taken apart", follow("main a[href^='/admin/inspector/']"), is_main=True),
    Screen("Connect", "inspector-trial", "/admin/inspector?kind=hacp&result=ok", "A message replayed as a test", replay_as_test, is_main=True),
    Screen("Connect", "inspector-no-match", "/admin/inspector?result=refused&q=nobody", "Nothing of that kind"),
    Screen("Connect", "findings", "/admin/help/findings", "What findings mean"),
    Screen("Connect", "finding", "/admin/help/findings/A1", "One finding: who fixes it, and how"),
    Screen("Manage", "users", "/admin/users", "Users and roles"),
    Screen("Manage", "user-invited", "/admin/users", "An invitation’s link, shown once", press("Make the link", ("email", "new@example.org"))),
    Screen("Manage", "user", "/admin/users/{person}", "One person"),
    Screen("Manage", "tokens", "/admin/tokens", "API tokens"),
    Screen("Manage", "audit", "/admin/audit?verify=1", "Audit log, verified", is_main=True),
    Screen("Manage", "audit-no-match", "/admin/audit?who=nobody", "Nobody did that"),
    Screen("Manage", "settings", "/admin/settings", "Settings"),
    Screen("Manage", "account", "/admin/account", "Your account"),
    Screen("Manage", "system", "/admin/system", "System: what is checked, and what to change", is_main=True),
    Screen("Manage", "api-docs", "/api/docs", "The REST API, described by itself"),
    Screen("Manage", "api-problems", "/api/problems", "What the API refuses, and why"),
    Screen("Manage", "not-found", "/admin/nowhere", "A page that is not there"),
    Screen("In German", "overview-de", "/admin/", "Overview, in German", is_main=True, language="de"),
    Screen("In German", "progress-de", "/admin/progress", "Progress, in German", language="de"),
    Screen("In German", "why-de", "/admin/progress/{learner}/{course}", "Why?, in German", language="de"),
    Screen("In German", "integration-de", "/admin/integrations/{integration}", "One integration, in German", language="de"),
    Screen("In German", "finding-de", "/admin/help/findings/A1", "One finding, in German", language="de"),
    Screen("In German", "system-de", "/admin/system", "System, in German", language="de"),
)  # fmt: skip
