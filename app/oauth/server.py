"""Authlib's authorization server over our own credentials and tokens: the client-credentials grant alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from sqlalchemy.orm import Session

from app.access.clients import Client
from app.access.credentials import ask_credential
from app.access.scopes import grant_scopes
from app.access.tokens import keep_token, new_token_text
from app.oauth.form import TokenRequest

# TLS ends at the proxy in front of us, or there is none on loopback; Authlib judges by this address alone.
_URI = "https://localhost/oauth/token"
_METHODS = ("client_secret_basic", "client_secret_post")


# Returns whom the request's client id stands for, if this is its secret.
Check = Callable[[str], Client | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Authlib decided: HTTP status and the JSON members of the reply; `client` once authenticated."""

    status: int
    body: Mapping[str, Any]
    client: Client | None


class TokenServer(AuthorizationServer):
    """Answers one request within one database session."""

    def __init__(self, session: Session, client_id: str, check: Check, *, ttl: timedelta) -> None:
        super().__init__()
        self._session = session
        self._client_id, self._check = client_id, check
        self._ttl = ttl
        self._caller: _Caller | None = None
        self.register_grant(_Grant)
        generator = BearerTokenGenerator(
            lambda **_: new_token_text(), expires_generator=lambda *_: int(ttl.total_seconds())
        )
        self.register_token_generator("default", generator)

    def answer(self, request: TokenRequest, headers: Mapping[str, str]) -> Answer:
        """Authenticate the client and issue a token, or say why not."""
        return cast(Answer, self.create_token_response((request, headers)))

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        fields, headers = request[0].fields, request[1]
        return _Request(fields, headers)

    def query_client(self, client_id: str) -> _Caller:
        """Return a caller for any client id: an unknown one fails like a wrong secret, and takes as long."""
        check = self._check if client_id == self._client_id else ask_credential(self._session, client_id)
        self._caller = _Caller(check)
        return self._caller

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        caller = request.client
        assert isinstance(caller, _Caller)
        assert caller.client is not None
        keep_token(self._session, token["access_token"], caller.client, token["scope"].split(), ttl=self._ttl)

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return Answer(status, dict(body), self._caller.client if self._caller else None)

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Answer:
        code = str(error.error)
        status = 401 if code == "invalid_client" else 400
        body = {"error": code, "error_description": _DESCRIPTIONS.get(code, "the request was refused")}
        return self.handle_response(status, body, [])

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class _Grant(ClientCredentialsGrant):
    # Authlib allows Basic alone unless told; LinkedIn sends its credentials in the body.
    TOKEN_ENDPOINT_AUTH_METHODS = list(_METHODS)  # noqa: RUF012  # as Authlib declares it


class _Request(OAuth2Request):
    def __init__(self, fields: dict[str, str], headers: Mapping[str, str]) -> None:
        super().__init__("POST", _URI, headers=dict(headers))
        self.payload = BasicOAuth2Payload(fields)
        self._fields = fields

    @property
    def form(self) -> dict[str, str]:
        return self._fields


class _Caller(ClientMixin):
    """Authlib's view of a client; `client` is set once the secret was right and the integration is on."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self.client: Client | None = None

    def check_client_secret(self, client_secret: str) -> bool:
        self.client = self._check(client_secret)
        return self.client is not None and self.client.is_enabled

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in _METHODS and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == _Grant.GRANT_TYPE

    def get_allowed_scope(self, scope: str | None) -> str | None:  # type: ignore[override]  # its stub knows no None
        """Return the granted part of the scopes asked for; None makes Authlib answer invalid_scope."""
        assert self.client is not None
        is_write_only = self.client.is_lenient and not self.client.has_widened_scopes
        return " ".join(sorted(grant_scopes(scope, is_write_only=is_write_only))) or None


_DESCRIPTIONS = {
    "invalid_client": "the client id is unknown or the client secret is wrong",
    "invalid_scope": "none of the requested scopes is allowed for this client",
    "unsupported_grant_type": "the only grant type here is client_credentials",
}
