"""Read a token request: form fields from raw bytes, whatever the content type says (RFC 6749 §2.3.1, §4.4.2).

LinkedIn's documentation names the type `x-www-form-urlencoded` without `application/`; frameworks leave the
form empty then. Sans-I/O.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from app.access.authorization_header import BadAuthorization, Basic, parse_authorization

_FIELDS = frozenset({"grant_type", "client_id", "client_secret", "scope"})
_SECRETS = frozenset({"client_id", "client_secret"})
_MOST_FIELDS = 50


class BadTokenRequest(ValueError):
    """The request is malformed; the message holds nothing that was sent, `code` is OAuth's word for it."""

    def __init__(self, text: str, *, code: str = "invalid_request") -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The fields of a request, each once; `has_query_credentials` when some stood in the URL."""

    fields: dict[str, str]
    basic: Basic | None
    has_query_credentials: bool


def parse_token_request(body: bytes, query: bytes, authorization: str | None) -> TokenRequest:
    """Read fields from body and URL, and the Basic header; raises BadTokenRequest."""
    in_query = [(name, value) for name, value in _parse_fields(query, "query string") if name in _FIELDS]
    pairs = [*_parse_fields(body, "body"), *in_query]
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise BadTokenRequest("a parameter is repeated")
    # "Parameters sent without a value MUST be treated as if they were omitted" (§3.2).
    fields = {name: value for name, value in pairs if value}
    basic = _parse_basic(authorization)
    if basic is not None and "client_secret" in fields:
        raise BadTokenRequest("the client authenticates in two ways at once")
    if basic is not None and fields.get("client_id", basic.client_id) != basic.client_id:
        raise BadTokenRequest("two different client ids are given")
    if "grant_type" not in fields:
        raise BadTokenRequest(
            "grant_type is missing; send the parameters as application/x-www-form-urlencoded"
        )
    return TokenRequest(fields, basic, any(name in _SECRETS for name, _ in in_query))


def redact_form(text: bytes) -> bytes:
    """Return a form with its secrets replaced, also where their names are percent-encoded."""
    try:
        pairs = _parse_fields(text, "")
    except BadTokenRequest:
        return b"[not a form]"
    kept = [(name, "[redacted]" if name == "client_secret" else value) for name, value in pairs]
    return urlencode(kept, safe="[]:/").encode()


def _parse_fields(text: bytes, place: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode().strip(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise BadTokenRequest(f"the {place} is not form-encoded text") from None


def _parse_basic(authorization: str | None) -> Basic | None:
    if authorization is None:
        return None
    try:
        parsed = parse_authorization(authorization)
    except BadAuthorization as error:
        # Who tries to authenticate by header is answered 401 (§5.2), also when it cannot be read.
        raise BadTokenRequest(str(error), code="invalid_client") from None
    if not isinstance(parsed, Basic):
        raise BadTokenRequest("the token endpoint takes Basic credentials or credentials in the body")
    return parsed
