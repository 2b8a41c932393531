"""One exchange put into words and fields, and written as a command to repeat it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, unquote_plus

from app import clock
from app.admin.events import Note, to_note
from app.admin.inspector_filter import KIND_WORDS
from app.admin.session_view import ShownMessage, show_message
from app.inspector.evidence import Evidence
from app.inspector.messages import readable
from app.inspector.session_log import SessionMessage
from app.inspector.timeline import Line
from app.xapi.pretty import format_pretty
from app.xapi.sentences import Sentence, clip, make_sentence

# More text than this is not laid out on the page; the file has all of it.
SHOWN_CHARACTERS = 20_000
CURL_CHARACTERS = 4_000
SHOWN_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a token request; `is_good` is None where nothing can be said from the message alone."""

    name: str
    value: str
    is_good: bool | None


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """What the page of an exchange shows beside its facts."""

    title: str
    notes: tuple[Note, ...]
    aicc: ShownMessage | None
    fields: tuple[FormField, ...]
    statements: str
    sentences: tuple[Sentence, ...]
    request: str
    reply: str


def show_exchange(line: Line, message: SessionMessage, *, languages: Sequence[str]) -> ShownExchange:
    """Take an exchange apart for people, statements in the language that fits best."""
    is_aicc = line.kind in ("hacp", "launch")
    request, reply = (_to_text(body) for body in (message.request_body, message.reply_body))
    return ShownExchange(
        title=_title(line, message),
        notes=tuple(to_note(finding) for finding in message.findings),
        aicc=show_message(message) if is_aicc else None,
        fields=_read_fields(request, message) if line.kind == "oauth" else (),
        statements=format_pretty(request) if line.kind == "xapi" and request[:1] in ("[", "{") else "",
        sentences=_read_sentences(message.request_body, languages) if line.kind == "xapi" else (),
        request=request,
        reply=reply,
    )


def to_curl(public_url: str, message: SessionMessage) -> str:
    """Write the request as a curl command; secrets are already placeholders, a long body is a file's name.

    Returns "" for a body that was not kept whole: what is left of it would be another message.
    """
    if message.is_request_cut:
        return ""
    words = ["curl", "-i", "-X", message.method, public_url.rstrip("/") + readable(message.path)]
    text = readable(message.request_body.decode("utf-8", "replace"))
    if text:
        sent = text if len(text) <= CURL_CHARACTERS else "@request.txt"
        words += ["-H", f"Content-Type: {guess_type(text)}", "--data-binary", sent]
    if "/xapi/" in message.path:
        words += ["-H", "Authorization: Bearer YOUR-TOKEN", "-H", "X-Experience-API-Version: 1.0.3"]
    return " ".join(shlex.quote(word) for word in words)


def guess_type(text: str) -> str:
    """Return the type that the body's first characters speak of; the header itself is not kept."""
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] in ("[", "{"):
        return "application/json"
    if text.startswith("--"):
        return f'multipart/mixed; boundary="{text[2:].partition(chr(10))[0].strip()}"'
    return "application/x-www-form-urlencoded"


def collect_evidence(line: Line, message: SessionMessage, shown: ShownExchange) -> Evidence:
    """Gather what a vendor needs in order to see what happened."""
    # The address may name a person too; only what is decoded can be looked through.
    aicc, is_xapi = shown.aicc, line.kind == "xapi"
    groups = (*aicc.sent, *aicc.answered) if aicc else ()
    decoded = [f"{shown.title}: {line.result}", *(_say(each) for each in shown.sentences)]
    for group in groups:
        decoded += [f"[{group.title}]", *(f"{name}={value}" for name, value in group.lines), group.text]
    decoded += [f"{field.name}: {field.value}" for field in shown.fields]
    decoded += [f"repaired: {repair}" for repair in message.repairs]
    decoded += [
        f"{what}: {before or 'nothing'} -> {after or 'nothing'}" for what, before, after in message.changes
    ]
    return Evidence(
        exchange_id=line.id,
        received_at=line.mark.at,
        facts=(
            ("Kind", KIND_WORDS.get(line.kind, line.kind)),
            ("Request", f"{line.method} {unquote_plus(line.path) if is_xapi else line.path}"),
            ("Answered", str(line.status)),
            ("Result", line.result),
            ("Received", clock.format_rfc3339(line.mark.at)),
            ("Host", message.host),
            ("Program", message.user_agent),
        ),
        findings=message.findings,
        decoded="\n".join(text for text in decoded if text) + "\n",
        request=message.request_body,
        reply=message.reply_body,
        names_many=is_xapi,
        agent="".join(parse_qs(line.path.partition("?")[2]).get("agent", ())[:1]).encode(),
    )


def _say(sentence: Sentence) -> str:
    result = ", ".join(f"{name} {text}" for name, text in sentence.result)
    said = " ".join(filter(None, (sentence.actor, sentence.verb, sentence.thing)))
    return clip(said) + (f" ({clip(result)})" if result else "")


def _read_sentences(body: bytes, languages: Sequence[str]) -> tuple[Sentence, ...]:
    """Say the statements of a request; of what was refused, those parts that can be said."""
    try:
        value = json.loads(body)
        given = value if isinstance(value, list) else [value]
        said = [each for each in given[:SHOWN_SENTENCES] if isinstance(each, dict) and "verb" in each]
        return tuple(make_sentence(each, {}, languages) for each in said)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ()  # A statement that breaks the rules is shown as it came.


def _title(line: Line, message: SessionMessage) -> str:
    if line.kind == "hacp":
        return message.asked().command or KIND_WORDS["hacp"]
    return KIND_WORDS.get(line.kind, line.kind)


def _to_text(body: bytes) -> str:
    return readable(body.decode("utf-8", "replace"))[:SHOWN_CHARACTERS]


def _read_fields(text: str, message: SessionMessage) -> tuple[FormField, ...]:
    codes = {finding.code for finding in message.findings}
    return tuple(
        FormField(name, value, _judge(name, value, codes))
        for name, value in parse_qsl(text, keep_blank_values=True)
    )


def _judge(name: str, value: str, codes: set[str]) -> bool | None:
    if name == "grant_type":
        return value == "client_credentials"
    if name in ("client_id", "client_secret"):
        return "X1" not in codes
    return None
