"""Clients that are servers, over HTTP to a real server, on both databases."""

from __future__ import annotations

import pytest

from app.models.records import Exchange
from tests.hacp_clients.client import Wire
from tests.hacp_clients.http_wire import http_wire
from tests.hacp_clients.relay import running_relay
from tests.hacp_clients.rustici import Rustici
from tests.hacp_clients.school import School
from tests.hacp_clients.scripts import CAPTIVATE_RELAY, SERVER_TO_SERVER
from tests.hacp_clients.server_to_server import ServerToServer
from tests.hacp_clients.test_full_courses import check_answers

LAUNCH_URL = "https://content.example/go"


def test_a_server_reports_for_its_learner_and_a_relay_for_its_course(
    served_school: School, to_server: Wire
) -> None:
    script = SERVER_TO_SERVER
    pupil = served_school.add_content(kind=script.kind, launch_url=LAUNCH_URL).enrol()
    assert ServerToServer(pupil.open().session_id, to_server).play(script.first) == script.seen_at_first
    assert pupil.on_record() == script.after_first
    assert ServerToServer(pupil.open().session_id, to_server).play(script.second) == script.seen
    assert pupil.on_record() == script.after_second

    script = CAPTIVATE_RELAY
    pupil = served_school.add_content(kind=script.kind, launch_url=LAUNCH_URL).enrol()
    opened = pupil.open()
    with running_relay() as relay:
        through_relay = http_wire(f"{relay}?RelayTo={opened.aicc_url}")
        assert Rustici(opened.session_id, through_relay).play(script.first) == script.seen_at_first
        assert pupil.on_record() == script.after_first
        player = Rustici(pupil.open().session_id, through_relay)
        assert player.play(script.second, script.answers) == script.seen
    assert pupil.on_record() == script.after_second
    check_answers(pupil, script)


def test_a_server_and_we_know_each_other_by_a_password_each(served_school: School, to_server: Wire) -> None:
    script = SERVER_TO_SERVER
    content = served_school.add_content(
        kind=script.kind,
        launch_url=LAUNCH_URL,
        unit={"au_password": "Bowline 7", "core_vendor": "item=video-42<CR>cmipassword=Clove hitch"},
        enforces_au_password=True,
    )
    pupil = content.enrol()
    player = ServerToServer(pupil.open().session_id, to_server, au_password="Bowline 7")
    assert player.play(script.first) == script.seen_at_first
    assert player.vendor == {"item": "video-42", "cmipassword": "Clove hitch"}
    for wrong in (None, "", "bowline 7"):
        stranger = ServerToServer(player.session_id, to_server, au_password=wrong)
        with pytest.raises(AssertionError, match=r"error=2\r\nerror_text=Invalid AU-password"):
            stranger.put(script.second[-1])
    assert pupil.on_record() == script.after_first
    for exchange in pupil.exchanges(player.session_id):
        assert "Bowline" not in all_text(exchange)


def all_text(exchange: Exchange) -> str:
    columns = exchange.__table__.columns.keys()
    return " ".join(str(getattr(exchange, name)) for name in columns).replace("+", " ").replace("%20", " ")
