"""Results of exchanges as words: whatever the faces keep, and whatever else stands there."""

from __future__ import annotations

import pytest

from app.inspector.results import tell_result
from app.words import Words, translate

GERMAN = {
    "Completed": "Abgeschlossen",
    "In progress": "In Bearbeitung",
    "%(status)s, %(percent)s, as before": "%(status)s, %(percent)s, wie zuvor",
    "Session ended": "Sitzung beendet",
    "Refused: %(why)s": "Abgelehnt: %(why)s",
    "Token issued for %(scope)s": "Token ausgegeben für %(scope)s",
}


def german(result: str) -> str:
    told = tell_result(result)
    if not isinstance(told, Words):
        return told
    return translate(told, lambda text: GERMAN.get(text, text), lambda one, many, n: one if n == 1 else many)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("Completed, 100\xa0%, as before", "Abgeschlossen, 100\xa0%, wie zuvor"),
        ("In progress, 66.5\xa0% → 77\xa0%", "In Bearbeitung, 66.5\xa0% → 77\xa0%"),
        ("Session ended", "Sitzung beendet"),
        ("Token issued for xapi:write", "Token ausgegeben für xapi:write"),
        ("Refused: Invalid session (3); really", "Abgelehnt: Invalid session (3); really"),
        ("2 statements stored; 1 repeated; 3 parked", "2 statements stored; 1 repeated; 3 parked"),
        ("State document merged", "State document merged"),
        ("Nobody, 5", "Nobody, 5"),
        ("", ""),
    ],
)
def test_a_kept_result_is_said_in_another_language(kept: str, said: str) -> None:
    assert german(kept) == said


@pytest.mark.parametrize(
    "kept", ["Completed, 100\xa0%", "1 statement stored", "PutParam kept", "100 % odd %(x)s; %"]
)
def test_in_english_a_result_stays_as_it_was_kept(kept: str) -> None:
    assert tell_result(kept) == kept
