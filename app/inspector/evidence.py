"""One exchange as a zip file for a vendor: both sides, the decoded view, what was found. Sans-I/O.

It holds no secret, for none was kept, and nobody but the learner whom the exchange is about: whoever else a
batch of statements names is taken out.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.inspector.findings import CATALOGUE, Finding
from app.inspector.messages import readable

SOMEBODY = "[another person]"
_NAMING = ("mbox", "mbox_sha1sum", "openid", "account")
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r'"account"\s*:\s*\{[^{}]*\}')
# Of whoever; the names of activities are in several languages, and no strings.
_NAME = re.compile(r'"name"\s*:\s*"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into the file; `facts` are lines of the first page, `decoded` the message in words.

    `names_many` for a protocol whose messages may speak of several people; `agent` is whom its address
    asks for, if anybody.
    """

    exchange_id: str
    received_at: datetime
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    decoded: str
    request: bytes
    reply: bytes
    names_many: bool
    agent: bytes = b""


def pack_evidence(evidence: Evidence, own: Collection[str]) -> bytes:
    """Return the zip file; `own` are the names by which the exchange's learner goes."""
    bodies = (evidence.agent, evidence.request, evidence.reply)
    hide = _Screen(bodies if evidence.names_many else (), own)
    files: Mapping[str, bytes] = {
        "README.txt": hide.text(_first_page(evidence)).encode(),
        "request.txt": hide.body(evidence.request),
        "reply.txt": hide.body(evidence.reply),
        "decoded.txt": hide.text(evidence.decoded).encode(),
    }
    packed, moment = io.BytesIO(), evidence.received_at.timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content:
                info = zipfile.ZipInfo(f"evidence-{evidence.exchange_id}/{name}", moment)
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def list_named(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every agent or group in a JSON value."""
    if isinstance(value, dict):
        if any(key in value for key in _NAMING):
            yield value
        for each in value.values():
            yield from list_named(each)
    elif isinstance(value, list):
        for each in value:
            yield from list_named(each)


def _first_page(evidence: Evidence) -> str:
    lines = [f"Evidence of one message, {evidence.exchange_id}", ""]
    lines += [f"{name}: {value}" for name, value in evidence.facts if value]
    for finding in evidence.findings:
        lines += ["", f"Finding {finding.code}" + (f": {finding.detail}" if finding.detail else "")]
        meaning = CATALOGUE.get(finding.code)
        if meaning is not None:
            lines += [meaning.sentence, f"Who fixes it: {meaning.who}"]
            lines += [f"Rule: {meaning.clause}"] if meaning.clause else []
            lines += [f"- {step}" for step in meaning.changes]
    lines += [
        "",
        "request.txt and reply.txt are what was kept of both sides: secrets are taken out, and so is",
    ]
    lines += ["whoever the message names beside its learner. decoded.txt is the same in words."]
    return "\n".join(lines) + "\n"


class _Screen:
    """Takes out whoever is not the exchange's learner; of one without a learner, all but the first named."""

    def __init__(self, bodies: Collection[bytes], own: Collection[str]) -> None:
        self._own = {value.casefold() for value in own}
        self._unread, named = set[bytes](), list[Mapping[str, object]]()
        for body in filter(None, bodies):
            try:
                named += list_named(json.loads(body))
            except (ValueError, RecursionError):
                self._unread.add(body)
        if not self._own and named:
            self._own = {value.casefold() for value in _identifiers(named[0])}
        others = [agent for agent in named if not self._is_own(agent)]
        values = {
            value for agent in others for value in (*_identifiers(agent), *_texts(agent.get("name"))) if value
        }
        # Longest first, so that no name is left half.
        self._others = sorted(values, key=len, reverse=True)

    def body(self, body: bytes) -> bytes:
        is_read = body not in self._unread
        if is_read and not self._others:
            return body  # Byte for byte as it was kept: nothing in it needs hiding.
        return self._hide(readable(body.decode("utf-8", "replace")), is_read=is_read).encode()

    def text(self, text: str) -> str:
        return self._hide(text, is_read=not self._unread)

    def _hide(self, text: str, *, is_read: bool) -> str:
        for value in self._others:
            for written in {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
                text = text.replace(written, SOMEBODY)
        if is_read:
            return text
        # JSON that cannot be read: whatever looks like a person goes, unless it is the learner.
        text = _ACCOUNT.sub(lambda found: self._keep_own(found[0], f'"account":"{SOMEBODY}"'), text)
        text = _NAME.sub(lambda found: self._keep_own(found[0], f'"name":"{SOMEBODY}"'), text)
        return _EMAIL.sub(lambda found: self._keep_own(found[0], SOMEBODY), text)

    def _keep_own(self, found: str, instead: str) -> str:
        return found if any(value and value in found.casefold() for value in self._own) else instead

    def _is_own(self, agent: Mapping[str, object]) -> bool:
        return any(value.casefold() in self._own for value in _identifiers(agent))


def _identifiers(agent: Mapping[str, object]) -> list[str]:
    accounts = agent.get("account")
    given = [agent.get(key) for key in ("mbox", "mbox_sha1sum", "openid")]
    for account in accounts if isinstance(accounts, list) else [accounts]:
        given.append(account.get("name") if isinstance(account, dict) else None)
    return [text.removeprefix("mailto:") for value in given for text in _texts(value)]


def _texts(value: object) -> list[str]:
    """Return a value's texts: a Person, as GET /agents answers, has lists where an agent has one text."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
