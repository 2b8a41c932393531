"""Messages by hour of the local clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.inspector.exchanges import NewExchange, write_exchange
from app.inspector.traffic import Hour, count_messages
from app.progress.days import last_hours

NOW = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)


def test_messages_count_by_the_hour_and_opening_a_course_is_none(session: Session) -> None:
    for number, (minutes, status, face, is_demo) in enumerate(
        [
            (1, 200, "hacp", False),
            (4, 401, "oauth", False),
            (36, 200, "xapi", False),
            (34, 200, "launch", False),
            (33, 200, "xapi", True),
            (24 * 60, 200, "xapi", False),
        ]
    ):
        write_exchange(
            session,
            NewExchange(
                request_id=f"r{number}",
                face=face,
                method="POST",
                path="/",
                status=status,
                result="",
                received_at=NOW - timedelta(minutes=minutes),
                duration=timedelta(0),
                is_demo=is_demo,
            ),
        )
    # Half past eleven in London is five in the afternoon there.
    hours = last_hours(NOW, ZoneInfo("Asia/Kolkata"), 24)
    counted = count_messages(session, hours, has_demo=False)
    assert len(counted) == 24
    assert [hour for hour in counted if hour.accepted or hour.refused] == [
        Hour(datetime(2026, 11, 20, 10, 30, tzinfo=UTC), 1, 0),
        Hour(datetime(2026, 11, 20, 11, 30, tzinfo=UTC), 1, 1),
    ]
    assert sum(hour.accepted for hour in count_messages(session, hours, has_demo=True)) == 3
