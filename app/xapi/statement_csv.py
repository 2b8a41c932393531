"""Write statements as CSV, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app import clock
from app.progress.export import make_harmless, write_row
from app.xapi.browsing import Line

COLUMNS = (
    "statement_id",
    "integration",
    "stored",
    "timestamp",
    "actor",
    "actor_id",
    "verb",
    "verb_id",
    "object",
    "object_id",
    "registration",
    "completion",
    "success",
    "progress",
    "score",
    "duration",
    "response",
    "voided",
)
_OF_RESULTS = ("completion", "success", "progress", "score", "duration", "response")


def format_csv(lines: Iterable[Line], names: Mapping[str, str]) -> Iterator[str]:
    """Yield the head and then a row for each statement; `names` are those of the integrations."""
    yield write_row(list(COLUMNS))
    for line in lines:
        sentence, ids, result = line.sentence, line.ids, dict(line.sentence.result)
        texts = [line.statement_id, names.get(line.integration_id, ""), clock.format_rfc3339(line.stored_at)]
        texts += [line.timestamp, sentence.actor, ids.actor, sentence.verb, ids.verb]
        texts += [sentence.thing, ids.thing, ids.registration]
        texts += [result.get(name, "") for name in _OF_RESULTS]
        yield write_row([*map(make_harmless, texts), "yes" if line.is_voided else "no"])
