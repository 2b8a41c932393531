"""The overview: each number leads to exactly the rows that it counts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.progress.values import Status
from app.settings import Settings
from tests.admin.desk import Desk, integration, report


@pytest.fixture
def busy(session: Session, settings: Settings) -> None:
    """Let six learners be somewhere in two courses, one of them done yesterday."""
    where, now = integration(session, settings), clock.now()
    for number in range(12):
        status = [Status.IN_PROGRESS, Status.COMPLETED, Status.FAILED][number % 3]
        report(
            session,
            where,
            learner=f"l{number // 2}@example.org",
            course=f"urn:li:lyndaCourse:{number % 2}",
            percent=number * 8,
            status=status,
            at=now - timedelta(days=number * 3 + 1),
            title="<b>Ropes</b>",
        )
    session.commit()


def rows_behind(desk: Desk, href: str) -> int:
    text = desk.get(unescape(href)).text
    found = re.search(r'role="status">([\d\N{NARROW NO-BREAK SPACE}]+) rows?', text)
    assert found, text
    return int(found.group(1))


def figures_in(html: str) -> dict[str, tuple[str, str]]:
    """Return of each number what it is and where it leads."""
    found = re.findall(
        r'class="figure-link" href="([^"]+)"><span class="figure-name">([^<]+)</span>'
        r'<span class="figure-value">([^<]+)</span>',
        html,
    )
    return {name: (value, href) for href, name, value in found}


@pytest.mark.usefixtures("busy")
def test_each_number_leads_to_exactly_the_rows_it_counts(desk: Desk) -> None:
    html = desk.get("/admin/?days=7").text
    figures = figures_in(html)
    assert {name: value for name, (value, _) in figures.items()} == {
        "Active learners": "1",
        "Completions": "1",
        "In progress": "4",
        "Unmatched": "6",
    }
    assert rows_behind(desk, figures["In progress"][1]) == 4
    assert rows_behind(desk, figures["Completions"][1]) == 1
    assert rows_behind(desk, figures["Active learners"][1]) == 2
    bars = re.findall(r'<li><a href="([^"]+)"><span class="chart-name">.*?class="number">(\d+)<', html)
    assert len(bars) == 6
    assert sum(int(number) for _, number in bars) == 12
    assert all(rows_behind(desk, href) == int(number) for href, number in bars if int(number))
    days = re.findall(r'<a href="([^"]+completed_until[^"]+)">[^<]+</a></th><td class="number">1<', html)
    assert len(days) == 1
    assert rows_behind(desk, days[0]) == 1
    assert "&lt;b&gt;Ropes" in html
    assert "<b>Ropes" not in html
    assert "style=" not in html


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("query", "completions"), [("", "3"), ("?days=90", "4"), ("?days=1e9", "3")])
def test_the_period_is_in_the_address(desk: Desk, query: str, completions: str) -> None:
    assert figures_in(desk.get(f"/admin/{query}").text)["Completions"][0] == completions


def test_before_the_first_message_there_is_only_what_to_do(desk: Desk) -> None:
    html = desk.get("/admin/").text
    assert "Getting started" in html
    assert "figure-link" not in html
    assert '<svg class="chart-plot"' not in html


@pytest.mark.usefixtures("busy")
def test_demo_data_counts_until_there_is_something_real(desk: Desk, session: Session) -> None:
    from app.models.learning import Learner

    html = desk.get("/admin/").text
    assert "demo data" not in html.split("Just looking?")[0]
    session.query(Learner).filter(Learner.name != "l0@example.org").update({"is_demo": True})
    session.commit()
    html = desk.get("/admin/").text
    assert "These numbers leave the demo data out." in html
    value, href = figures_in(html)["In progress"]
    assert value == "1"
    assert rows_behind(desk, href) == 1
    session.query(Learner).update({"is_demo": True})
    session.commit()
    html = desk.get("/admin/").text
    assert "Everything here is demo data." in html
    assert figures_in(html)["In progress"][0] == "4"
